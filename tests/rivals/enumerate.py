"""The best plan of a tiny instance by brute force, from the rules in English alone.

What ties periods together is the fleet: the owned blocks of each type in each leaf place. Every fleet
that the limits allow is a state of its period, and a plan is a path over the states. The cost of a
step (buying, retiring) is known at once. The cost of a state takes an enumeration of its own
(``moment``), so it is reckoned only for states on a path that would be the best with lower bounds
in place of the costs not reckoned yet. A path that is the best with such bounds, and on which no
bound is left, is the best: no other path costs less than its own bounds.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import floor, lcm
from typing import Any

import numpy as np

from gridblock.instances.instance import Instance
from rivals.facts import Facts, exact
from rivals.moment import Counts, Moment
from rivals.routes import Routes

Limit = tuple[list[int], int]

MOST_FLEETS = 3000


class TooLargeError(ValueError):
    """The instance is not tiny: nothing bounds some block, or there are too many fleets."""


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
    return Search(data, thorough=thorough).least()


class Search:
    """The fleets of an instance, their costs, and the cheapest path over them."""

    def __init__(self, data: dict[str, Any], *, thorough: bool = False) -> None:
        """List the fleets of each period.

        Raises:
            TooLargeError: there are too many.
        """
        self.facts = facts = Facts(data)
        self.thorough = thorough
        routes = Routes(facts)
        self.moments = [Moment(facts, routes, t) for t in facts.horizon]
        self.switched = [facts.may_switch_off(pair) for pair in facts.pairs]
        self.price = [self._series_of(pair.block, "cost_once") for pair in facts.pairs]
        self.keeping = [self._series_of(pair.block, "cost_per_period") for pair in facts.pairs]
        self.resale, self.kept = self._shares_of("resale_share"), self._shares_of("end_share")
        self.start = [facts.discount(facts.starts[t]) for t in facts.horizon]
        self.middle = [facts.discount_middle(t) for t in facts.horizon]
        self.end = facts.discount(facts.starts[-1])
        sites = facts.facilities.values()
        self.standing = [sum(m.at(s.get("cost_per_period", 0)) for s in sites) for m in self.moments]
        drawing = [rule for rule in facts.rules if rule.binds_powered]
        self._drawing = [[_in_integers(r.weights, r.most[t]) for r in drawing] for t in facts.horizon]
        self.fleets = [list(self._fleets(t)) for t in facts.horizon]

    def _series_of(self, block: str, field: str) -> list[Fraction]:
        return self.facts.series(self.facts.blocks[block].get(field, 0))

    def _shares_of(self, field: str) -> list[Fraction]:
        kinds = [self.facts.blocks[pair.block] for pair in self.facts.pairs]
        return [exact(kind.get(field, kind.get("resale_share", 0))) for kind in kinds]

    def _installed(self, i: int) -> int:
        pair = self.facts.pairs[i]
        return self.facts.leaf[pair.leaf].site.get("installed", {}).get(pair.block, 0)

    def _arriving(self, i: int, period: int) -> int:
        pair = self.facts.pairs[i]
        ordered = self.facts.leaf[pair.leaf].site.get("on_order", {}).get(pair.block, {})
        return ordered.get(list(self.facts.hours)[period], 0)

    # ------------------------------------------------------------------ which fleets there may be

    def _fleets(self, period: int) -> Iterator[Counts]:
        """Give every fleet of a period that keeps the limits, everything switched off that may be."""
        most = [self._most(i, period) for i in range(len(self.facts.pairs))]
        rules = []
        for rule in self.facts.rules:
            drawing = [not (rule.binds_powered and off) for off in self.switched]
            weights = [w * draws for w, draws in zip(rule.weights, drawing, strict=True)]
            rules.append(_in_integers(weights, rule.most[period]))
        for found, fleet in enumerate(_within(most, rules)):
            if found >= MOST_FLEETS:
                message = f"more than {MOST_FLEETS} fleets"
                raise TooLargeError(message)
            yield fleet

    def _most(self, i: int, period: int) -> int:
        """Give the most blocks of a pair that may stand, or that can be of use.

        A pair of a block that cannot be bought has what it has today and is to get. Where no limit
        is named for the pair, no more need be owned than these and what the demands could use in
        their best period, if a bought block never pays by idling (``_idling_never_pays``). For say
        owned[t] is above that sum. Some purchase came last before t, at s; since then owned has been
        above what the demands could use, or today's and ordered blocks would be more than there are.
        Buy one block less at s, and retire one less in the first period e after t in which owned is
        not above that use (or at the end): the demands miss nothing, no limit is broken, supply is
        spared, and the cost does not rise.
        """
        given = self._installed(i) + sum(self._arriving(i, t) for t in range(period + 1))
        kind = self.facts.blocks[self.facts.pairs[i].block]
        if "cost_once" not in kind or period < kind.get("lead", 0):
            return given
        bounds = [
            floor(rule.most[period] / rule.weights[i])
            for rule in self.facts.rules
            if rule.weights[i] and not (rule.binds_powered and self.switched[i])
        ]
        if "supply" in kind:
            supply = self.facts.series(kind["supply"])[kind.get("lead", 0) : period + 1]
            bounds.append(given + sum(floor(most) for most in supply))
        if self._idling_never_pays(i):
            bounds.append(given + max(moment.could_use(i) for moment in self.moments))
        if not bounds:
            message = f"nothing bounds {self.facts.pairs[i]}"
            raise TooLargeError(message)
        return min(bounds)

    def _idling_never_pays(self, i: int) -> bool:
        """Say whether a bought block that serves nothing never earns what it costs."""
        resale, end = self.resale[i], self.kept[i]
        worth = [price * d for price, d in zip(self.price[i], self.start, strict=True)]
        return (
            all(moment.idle_cost[i] >= 0 and moment.load_cost[i] >= 0 for moment in self.moments)
            and all(worth[s] >= resale * worth[e] for e in self.facts.horizon for s in range(e))
            and all(paid >= end * self.price[i][-1] * self.end for paid in worth)
        )

    # ------------------------------------------------------------------ what a fleet costs a period

    def _powered(self, period: int, fleet: Counts) -> Iterator[Counts]:
        rules = self._drawing[period]
        least = tuple(0 if off else n for n, off in zip(fleet, self.switched, strict=True))
        return _within(list(fleet), rules, least)

    def _owning(self, period: int, fleet: Counts) -> Fraction:
        kept = sum(n * keep[period] for n, keep in zip(fleet, self.keeping, strict=True))
        return kept + self.standing[period]

    def _idling(self, period: int, powered: Counts) -> Fraction:
        return sum(n * c for n, c in zip(powered, self.moments[period].idle_cost, strict=True))

    def _floor(self, period: int, fleet: Counts) -> Fraction | None:
        """Give a lower bound of ``_cost``: serving is no cheaper than with the most of each block."""
        most = tuple(max(counts) for counts in zip(*self.fleets[period], strict=True))
        relaxed = self.moments[period].relaxed(most)
        if relaxed is None:
            return None
        costs = zip(fleet, self.switched, self.moments[period].idle_cost, strict=True)
        idling = sum(n * (min(cost, 0) if off else cost) for n, off, cost in costs)
        return self.middle[period] * (self._owning(period, fleet) + idling + relaxed)

    def _cost(self, period: int, fleet: Counts) -> Fraction | None:
        """Give the running cost of a fleet in a period, present value; None where floors fail."""
        moment = self.moments[period]
        relaxed = moment.relaxed(fleet)
        if relaxed is None:
            return None
        least = None
        idle = [(self._idling(period, powered), powered) for powered in self._powered(period, fleet)]
        for idling, powered in sorted(idle):
            if least is not None and idling + relaxed >= least and not self.thorough:
                continue
            rest = moment.least(powered, thorough=self.thorough)
            if rest is not None and (least is None or idling + rest < least):
                least = idling + rest
        return None if least is None else self.middle[period] * (self._owning(period, fleet) + least)

    # ------------------------------------------------------------------ from one fleet to the next

    def _step(self, period: int, i: int, before: int, after: int) -> Fraction | None:
        """Give the cost of a pair's change, or None where it cannot be.

        Buying and retiring the same block type in the same leaf and period need not be tried: one
        less of both leaves the same fleet and costs no more, since a resale share is at most 1.
        """
        more = after - before - self._arriving(i, period)
        kind = self.facts.blocks[self.facts.pairs[i].block]
        if more > 0 and ("cost_once" not in kind or period < kind.get("lead", 0)):
            return None
        share = 1 if more > 0 else self.resale[i]
        return more * share * self.price[i][period] * self.start[period]

    def _steps(self, period: int) -> np.ndarray:
        """Give the cost of going from each fleet to each, infinite where it cannot be."""
        before = self.fleets[period - 1] if period else [self._today]
        old, new = (np.array(f, int).reshape(len(f), -1) for f in (before, self.fleets[period]))
        total = np.zeros((len(old), len(new)))
        bought = np.zeros((old.shape[1], *total.shape), int)
        for i in range(old.shape[1]):
            rows, columns = range(old[:, i].max() + 1), range(new[:, i].max() + 1)
            table = [[self._step(period, i, a, b) for b in columns] for a in rows]
            cost = np.array([[np.inf if x is None else float(x) for x in row] for row in table])
            total += cost[old[:, i][:, None], new[:, i][None, :]]
            bought[i] = np.maximum(new[:, i][None, :] - old[:, i][:, None] - self._arriving(i, period), 0)
        for weights, most in self._supplies(period):
            total[np.tensordot(weights, bought, 1) > floor(most)] = np.inf
        return total

    def _supplies(self, period: int) -> Iterator[tuple[list[int], Fraction]]:
        blocks = [pair.block for pair in self.facts.pairs]
        for block, kind in self.facts.blocks.items():
            if "supply" in kind:
                most = self.facts.series(kind["supply"])[period]
                yield [int(b == block) for b in blocks], most
        for name, accelerator in self.facts.data.get("accelerators", {}).items():
            if "supply" in accelerator:
                held = {
                    block: kind["accelerators"] * (kind["accelerator"] == name)
                    for block, kind in self.facts.blocks.items()
                }
                yield [held[b] for b in blocks], self.facts.series(accelerator["supply"])[period]

    def _credit(self, fleet: Counts) -> Fraction:
        worth = sum(n * s * p[-1] for n, s, p in zip(fleet, self.kept, self.price, strict=True))
        return worth * self.end

    @property
    def _today(self) -> Counts:
        return tuple(self._installed(i) for i in range(len(self.facts.pairs)))

    # ------------------------------------------------------------------ the cheapest path

    def least(self) -> Fraction | None:
        """Give the cost of the cheapest path.

        Floating-point numbers only choose the path, so that the result is the exact cost of a plan
        that is the best but for rounding.
        """
        steps = [self._steps(t) for t in self.facts.horizon]
        steps[-1] -= np.array([float(self._credit(fleet)) for fleet in self.fleets[-1]])
        reckon = self._cost if self.thorough else self._floor
        costs = [[reckon(t, fleet) for fleet in fleets] for t, fleets in enumerate(self.fleets)]
        known: set[tuple[int, int]] = set()
        while True:
            path = self._cheapest(steps, costs)
            new = [place for place in enumerate(path or ()) if place not in known]
            if path is None or not new:
                return None if path is None else self._total(path, costs)
            for t, state in new:
                costs[t][state] = self._cost(t, self.fleets[t][state])
                known.add((t, state))

    def _cheapest(self, steps: list[np.ndarray], costs: list[list[Fraction | None]]) -> list[int] | None:
        least, came = np.zeros(1), []
        for step, cost in zip(steps, costs, strict=True):
            through = least[:, None] + step
            came.append(through.argmin(axis=0))
            running = np.array([np.inf if c is None else float(c) for c in cost])
            least = through.min(axis=0) + running
        if not len(least) or np.isinf(least.min()):
            return None
        path = [int(least.argmin())]
        for origins in reversed(came[1:]):
            path.append(int(origins[path[-1]]))
        return path[::-1]

    def _total(self, path: list[int], costs: list[list[Fraction | None]]) -> Fraction:
        total, before = Fraction(0), self._today
        for t, state in enumerate(path):
            fleet = self.fleets[t][state]
            steps = [self._step(t, i, a, b) for i, (a, b) in enumerate(zip(before, fleet, strict=True))]
            total += sum(steps) + costs[t][state]
            before = fleet
        return total - self._credit(before)


def _in_integers(weights: Sequence[Fraction], most: Fraction) -> Limit:
    scale = lcm(most.denominator, *(weight.denominator for weight in weights))
    return [int(scale * weight) for weight in weights], int(scale * most)


def _within(most: list[int], rules: list[Limit], least: Counts = ()) -> Iterator[Counts]:
    """Give every tuple of counts from some least to some most that keeps rules of weights and limits."""
    if not rules:
        yield from product(*(range(a, b + 1) for a, b in zip(least or [0] * len(most), most, strict=True)))
        return
    if not most:
        yield ()
        return
    for n in range(least[0] if least else 0, most[0] + 1):
        left = [(weights[1:], limit - n * weights[0]) for weights, limit in rules]
        if any(limit < 0 for _, limit in left):
            return
        binding = [(weights, limit) for weights, limit in left if any(weights)]
        for others in _within(most[1:], binding, least[1:]):
            yield (n, *others)
