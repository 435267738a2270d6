"""The best plan of a tiny instance by brute force, from the rules in English alone.

What ties periods together is the fleet: the owned blocks of each type in each leaf place. Every
fleet that the limits allow is a state of its period, and a plan is a path over the states. The cost
of a step (buying, retiring) is known at once. The cost of a state takes an enumeration of its own
(``serving``), so it is reckoned only for states on a path that would be the best with lower bounds
in place of the costs not reckoned yet. A path that is the best with such bounds, and on which no
bound is left, is the best: no other path costs less than its own bounds.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np

from gridblock.instances.instance import Instance
from rivals.facts import Facts
from rivals.fleets import Fleets, TooLargeError
from rivals.gangs import without_runs
from rivals.moment import Moment
from rivals.program import Counts
from rivals.routes import Routes, TieError
from rivals.serving import Serving

__all__ = ["Search", "TieError", "TooLargeError", "best"]

Costs = list[list[Fraction | None]]
"""Running cost of each fleet in each period, None where floors cannot be kept."""


def best(instance: Instance | dict[str, Any], *, thorough: bool = False) -> Fraction | None:
    """Give the least net present value of all costs, or None where no plan keeps the hard rules.

    Args:
        instance: an instance, or plain data of the shape of one.
        thorough: reckon every fleet in every period and use no lower bound.

    Raises:
        TooLargeError: there is too much to enumerate.
        TieError: which tunnels are the shortest is not settled.
    """
    data = instance.plain() if isinstance(instance, Instance) else instance
    ways = without_runs(data)
    found = [(Search(plain, thorough=thorough).least(), paid) for plain, paid in ways]
    return min((least + paid for least, paid in found if least is not None), default=None)


class Search:
    """The cheapest path over the fleets of an instance."""

    def __init__(self, data: dict[str, Any], *, thorough: bool = False) -> None:
        """List the fleets of each period.

        Raises:
            TooLargeError: there are too many.
        """
        self.facts = facts = Facts(data)
        self.thorough = thorough
        routes = Routes(facts)
        self.moments = [Moment(facts, routes, t) for t in facts.horizon]
        self.servings = [Serving(moment) for moment in self.moments]
        self.fleets = Fleets(facts, self.moments)
        self.middle = [facts.discount_middle(t) for t in facts.horizon]

    def least(self) -> Fraction | None:
        """Give the cost of the cheapest path.

        Floating-point numbers only choose the path, so that the result is the exact cost of a plan
        that is the best but for rounding.
        """
        steps = [self._steps(t) for t in self.facts.horizon]
        steps[-1] -= np.array([float(self._credit(fleet)) for fleet in self.fleets.of[-1]])
        reckon = self._cost if self.thorough else self._floor
        costs = [[reckon(t, fleet) for fleet in of] for t, of in enumerate(self.fleets.of)]
        known: set[tuple[int, int]] = set()
        while True:
            path = _cheapest(steps, costs)
            new = [place for place in enumerate(path or ()) if place not in known]
            if path is None or not new:
                return None if path is None else self._total(path, costs)
            for t, state in new:
                costs[t][state] = self._cost(t, self.fleets.of[t][state])
                known.add((t, state))

    def _total(self, path: list[int], costs: Costs) -> Fraction:
        total, before = Fraction(0), self._today
        for t, state in enumerate(path):
            fleet = self.fleets.of[t][state]
            changes = enumerate(zip(before, fleet, strict=True))
            total += sum(self._step(t, i, old, new) for i, (old, new) in changes) + costs[t][state]
            before = fleet
        return total - self._credit(before)

    # ------------------------------------------------------------------ a fleet in its period

    def _owning(self, period: int, fleet: Counts) -> Fraction:
        moment, kinds = self.moments[period], self.fleets.kinds
        kept = zip(fleet, (kind.get("cost_per_period", 0) for kind in kinds), strict=True)
        sites = self.facts.facilities.values()
        standing = sum(moment.at(site.get("cost_per_period", 0)) for site in sites)
        return standing + sum(n * moment.at(cost) for n, cost in kept)

    def _idling(self, period: int, powered: Counts) -> Fraction:
        costs = self.moments[period].idle_cost
        return sum((n * cost for n, cost in zip(powered, costs, strict=True)), Fraction(0))

    def _floor(self, period: int, fleet: Counts) -> Fraction | None:
        """Give a lower bound of ``_cost``: with the most of each block, serving costs least."""
        most = tuple(max(counts) for counts in zip(*self.fleets.of[period], strict=True))
        relaxed = self.servings[period].relaxed(most)
        if relaxed is None:
            return None
        costs = zip(fleet, self.fleets.switched, self.moments[period].idle_cost, strict=True)
        idling = sum(n * (min(cost, 0) if off else cost) for n, off, cost in costs)
        return self.middle[period] * (self._owning(period, fleet) + idling + relaxed)

    def _cost(self, period: int, fleet: Counts) -> Fraction | None:
        """Give the running cost of a fleet in a period, present value; None where floors fail."""
        serving = self.servings[period]
        relaxed = serving.relaxed(fleet)
        if relaxed is None:
            return None
        least = None
        choices = list(self.fleets.powered(period, fleet))
        for idling, powered in sorted((self._idling(period, choice), choice) for choice in choices):
            if least is not None and idling + relaxed >= least and not self.thorough:
                break
            rest = serving.least(powered, thorough=self.thorough)
            if rest is not None and (least is None or idling + rest < least):
                least = idling + rest
        if least is None:
            return None
        return self.middle[period] * (self._owning(period, fleet) + least)

    # ------------------------------------------------------------------ from one fleet to the next

    @property
    def _today(self) -> Counts:
        return tuple(self.fleets.installed(i) for i in range(len(self.facts.pairs)))

    def _step(self, period: int, i: int, before: int, after: int) -> Fraction | None:
        """Give the cost of a pair's change, or None where it cannot be.

        Buying and retiring the same block type in the same leaf and period need not be tried: one
        less of both leaves the same fleet and costs no more, since a resale share is at most 1.
        """
        more = after - before - self.fleets.arriving(i, period)
        kind = self.fleets.kinds[i]
        if more > 0 and ("cost_once" not in kind or period < kind.get("lead", 0)):
            return None
        share = 1 if more > 0 else self.fleets.resale[i]
        paid = more * share * self.fleets.price[i][period]
        return paid * self.facts.discount(self.facts.starts[period])

    def _steps(self, period: int) -> np.ndarray:
        """Give the cost of going from each fleet to each, infinite where it cannot be."""
        before = self.fleets.of[period - 1] if period else [self._today]
        old, new = (np.array(f, int).reshape(len(f), -1) for f in (before, self.fleets.of[period]))
        total = np.zeros((len(old), len(new)))
        bought = np.zeros((old.shape[1], *total.shape), int)
        for i in range(old.shape[1]):
            rows, columns = range(old[:, i].max() + 1), range(new[:, i].max() + 1)
            table = [[self._step(period, i, a, b) for b in columns] for a in rows]
            cost = np.array([[np.inf if x is None else float(x) for x in row] for row in table])
            total += cost[np.ix_(old[:, i], new[:, i])]
            more = new[:, i][None, :] - old[:, i][:, None] - self.fleets.arriving(i, period)
            bought[i] = np.maximum(more, 0)
        for weights, most in self._supplies(period):
            total[np.tensordot(weights, bought, 1) > floor(most)] = np.inf
        return total

    def _supplies(self, period: int) -> Iterator[tuple[list[int], Fraction]]:
        """Give what counts towards each supply, by pair, and how much is delivered."""
        moment, kinds = self.moments[period], self.fleets.kinds
        for kind in self.facts.blocks.values():
            if "supply" in kind:
                yield [int(each is kind) for each in kinds], moment.at(kind["supply"])
        for name, accelerator in self.facts.data.get("accelerators", {}).items():
            if "supply" in accelerator:
                held = [kind["accelerators"] * (kind["accelerator"] == name) for kind in kinds]
                yield held, moment.at(accelerator["supply"])

    def _credit(self, fleet: Counts) -> Fraction:
        each = zip(fleet, self.fleets.kept, self.fleets.price, strict=True)
        worth = sum((n * share * price[-1] for n, share, price in each), Fraction(0))
        return worth * self.facts.discount(self.facts.starts[-1])


def _cheapest(steps: list[np.ndarray], costs: Costs) -> list[int] | None:
    """Give the fleet of each period on the cheapest path, or None where every path is barred."""
    least, came = np.zeros(1), []
    for step, cost in zip(steps, costs, strict=True):
        through = least[:, None] + step
        came.append(through.argmin(axis=0))
        running = np.array([np.inf if c is None else float(c) for c in cost])
        least = through.min(axis=0) + running
    if np.isinf(least.min()):
        return None
    path = [int(least.argmin())]
    for origins in reversed(came[1:]):
        path.append(int(origins[path[-1]]))
    return path[::-1]
