"""One period by brute force: what serves what, once it is known which blocks have power."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product
from math import ceil
from operator import itemgetter
from typing import Any

from rivals.facts import Facts, exact
from rivals.routes import Hop, Routes
from rivals.simplex import minimise

Counts = tuple[int, ...]
"""Blocks of each pair."""
Allowed = frozenset[int]
"""The pairs that may serve a demand."""
Taken = tuple[tuple[int, int], ...]
"""Pairs with the whole blocks that a demand takes there."""
Choice = Allowed | Taken
"""What is chosen for a demand: where it may share blocks, or the whole blocks that it takes."""


@dataclass(frozen=True)
class Need:
    """A demand in one period.

    Attributes:
        amount: what is to be served.
        units: what one block of each pair serves, of the pairs that can serve at all.
        shared: whether it may take parts of blocks.
        unmet_cost: cost of one unit unmet throughout the period.
        ways: region, facility, path and cost of serving one unit throughout the period.
    """

    said: Mapping[str, Any]
    amount: Fraction
    units: dict[int, Fraction]
    shared: bool
    unmet_cost: Fraction
    ways: list[tuple[str, str, tuple[Hop, ...], Fraction]]

    @cached_property
    def origins(self) -> dict[str, Fraction]:
        """The amount from each region."""
        shares = self.said.get("from", {}) or {"": 1}
        return {region: exact(share) * self.amount for region, share in shares.items()}

    @cached_property
    def gbps(self) -> Fraction:
        """Traffic of one unit."""
        return exact(self.said.get("gbps_per_unit", 0))

    @cached_property
    def most_at_one(self) -> Fraction:
        """Most that one facility may serve."""
        return exact(self.said.get("max_share_per_facility", 1)) * self.amount


class Moment:
    """The part of an instance that one period decides by itself, for any blocks with power."""

    def __init__(self, facts: Facts, routes: Routes, period: int) -> None:
        """Look up the figures of the period."""
        self.facts, self.routes, self.period = facts, routes, period
        self.hours = list(facts.hours.values())[period]
        self.idle_cost, self.load_cost = self._energy()
        self.needs = [self._need(demand) for demand in facts.demands]
        self._served: dict[Any, Fraction | None] = {}
        self._relaxed: dict[Counts, Fraction | None] = {}
        self._least: dict[Counts, Fraction | None] = {}

    def at(self, series: Any) -> Fraction:
        """Give the value of a series in this period."""
        return self.facts.series(series)[self.period]

    def _energy(self) -> tuple[list[Fraction], list[Fraction]]:
        """Give the cost of one block of each pair that is not assigned, and more if it is."""
        idle, load = [], []
        for pair in self.facts.pairs:
            site, kind = self.facts.facilities[pair.facility], self.facts.blocks[pair.block]
            tonnes_per_mwh = self.at(site.get("carbon_kg_per_mwh", 0)) / 1000
            price = self.at(site.get("energy_per_mwh", 0))
            price += tonnes_per_mwh * self.at(self.facts.data.get("carbon_price_per_t", 0))
            rated_mwh = exact(kind.get("uses", {}).get("power_kw", 0)) * self.hours / 1000
            rated_cost = rated_mwh * exact(site.get("pue", 1)) * price
            load_factor = exact(kind.get("load_factor", 1))
            idle_factor = exact(kind["idle_factor"]) if "idle_factor" in kind else load_factor
            idle.append(idle_factor * rated_cost)
            load.append((load_factor - idle_factor) * rated_cost)
        return idle, load

    def _need(self, said: Mapping[str, Any]) -> Need:
        units = {}
        chosen = self.facts.chosen(said.get("where", {}))
        for i, pair in enumerate(self.facts.pairs):
            kind = self.facts.blocks[pair.block]
            per_accelerator = self.at(said["yields"].get(kind["accelerator"], 0))
            if pair.facility in chosen and per_accelerator:
                units[i] = kind["accelerators"] * per_accelerator
        price = self.hours * self.at(said["unmet_cost"])
        ways = list(self._ways(said, sorted({self.facts.pairs[i].facility for i in units})))
        shared = not said.get("whole_blocks", False)
        return Need(said, self.at(said["amount"]), units, shared, price, ways)

    def _ways(
        self, said: Mapping[str, Any], facilities: list[str]
    ) -> Iterator[tuple[str, str, tuple[Hop, ...], Fraction]]:
        gbps = exact(said.get("gbps_per_unit", 0))
        for region, facility in product(said.get("from", {}) or [""], facilities):
            max_ms = said.get("max_ms")
            paths = self.routes.paths(region, facility, max_ms) if region else [()]
            for path in paths if gbps else paths[:1]:
                tolls = [self.at(self.routes.links[hop.link].get("cost_per_gbps", 0)) for hop in path]
                cost = self.hours * self._serving_cost(said, facility) + gbps * sum(tolls)
                yield region, facility, path if gbps else (), cost

    def _serving_cost(self, said: Mapping[str, Any], facility: str) -> Fraction:
        cost = said.get("cost_per_unit_hour", 0)
        if isinstance(cost, Mapping) and not set(cost) <= set(self.facts.hours):
            cost = cost.get(facility, 0)
        return self.at(cost)

    def could_use(self, pair: int) -> int:
        """Give how many blocks of a pair all demands together could use, each served in full there."""
        whole, shared = 0, Fraction(0)
        for need in self.needs:
            if pair in need.units:
                blocks = need.amount / need.units[pair]
                whole += 0 if need.shared else ceil(blocks)
                shared += blocks if need.shared else 0
        return whole + ceil(shared)

    def least(self, powered: Counts, *, thorough: bool = False) -> Fraction | None:
        """Give the least cost of serving and not serving, without the energy of idle blocks.

        Every choice of facilities, zones and accelerators and every whole-block assignment is
        tried, the one that pays least for energy first. The search ends early only where no choice
        that is left can be better, since each costs at least what it pays and ``relaxed``;
        ``thorough`` does without that.
        """
        if powered not in self._least:
            floor = self.relaxed(powered)
            best = None
            if floor is not None:
                for paid, earned, choices in sorted(self._candidates(powered), key=itemgetter(0)):
                    if best is not None and paid + floor >= best and not thorough:
                        break
                    rest = self._serve(powered, choices)
                    if rest is not None and (best is None or paid - earned + rest < best):
                        best = paid - earned + rest
            self._least[powered] = best
        return self._least[powered]

    def relaxed(self, powered: Counts) -> Fraction | None:
        """Give a lower bound of ``least``, less what whole-block assignments pay for energy.

        Every demand may take parts of blocks, at every facility, zone and accelerator at once, and
        whole-block demands pay for no energy (but earn where its price is negative). Whatever a
        candidate serves and takes can be served and taken here too, at a cost that is less by just
        what its whole blocks pay. It can only fall as blocks are added, since they loosen rows.
        """
        if powered not in self._relaxed:
            self._relaxed[powered] = self._serve(powered, [frozenset(n.units) for n in self.needs])
        return self._relaxed[powered]

    def _candidates(self, powered: Counts) -> Iterator[tuple[Fraction, Fraction, list[Choice]]]:
        """Give what whole blocks pay and earn by their energy with each choice for every demand."""
        seen = set()
        for allowed in product(*[self._options(need, powered) for need in self.needs]):
            for choices in self._whole_blocks(allowed, powered):
                if choices not in seen:
                    seen.add(choices)
                    taken = [c for c, need in zip(choices, self.needs, strict=True) if not need.shared]
                    energy = [n * self.load_cost[i] for blocks in taken for i, n in blocks]
                    paid = sum((cost for cost in energy if cost > 0), Fraction(0))
                    earned = -sum((cost for cost in energy if cost < 0), Fraction(0))
                    yield paid, earned, list(choices)

    def _options(self, need: Need, powered: Counts) -> list[Allowed]:
        """Give the largest sets of pairs that may serve a demand together.

        A smaller set need not be tried: it only takes columns away.
        """
        pairs = [i for i in need.units if powered[i]]
        kinds = {i: self.facts.blocks[self.facts.pairs[i].block]["accelerator"] for i in pairs}
        sets = [pairs]
        if need.said.get("one_accelerator", False):
            sets = [[i for i in pairs if kinds[i] == kind] for kind in sorted({*kinds.values()})]
        options = {option for chosen in sets for option in self._placings(need, chosen)}
        return [o for o in options if not any(o < other for other in options)] or [frozenset()]

    def _placings(self, need: Need, pairs: list[int]) -> Iterator[Allowed]:
        at = {i: self.facts.pairs[i].facility for i in pairs}
        leaf = {i: self.facts.pairs[i].leaf for i in pairs}
        facilities = sorted({*at.values()})
        most = min(need.said.get("max_facilities", len(facilities)), len(facilities))
        for chosen in combinations(facilities, most):
            leaves = [sorted({leaf[i] for i in pairs if at[i] == f}) for f in chosen]
            if need.said.get("together", "facility") == "zone":
                for one_each in product(*leaves):
                    yield frozenset(i for i in pairs if leaf[i] in one_each)
            else:
                yield frozenset(i for i in pairs if at[i] in chosen)

    def _whole_blocks(
        self, allowed: tuple[Allowed, ...], left: Counts, d: int = 0
    ) -> Iterator[tuple[Choice, ...]]:
        if d == len(allowed):
            yield ()
            return
        if self.needs[d].shared:
            for more in self._whole_blocks(allowed, left, d + 1):
                yield (allowed[d], *more)
            return
        pairs = sorted(allowed[d])
        for counts in product(*[range(left[i] + 1) for i in pairs]):
            taken = tuple((i, n) for i, n in zip(pairs, counts, strict=True) if n)
            if not self._has_spare(self.needs[d], taken):
                rest = list(left)
                for i, n in taken:
                    rest[i] -= n
                for more in self._whole_blocks(allowed, tuple(rest), d + 1):
                    yield (taken, *more)

    def _has_spare(self, need: Need, taken: Taken) -> bool:
        """Say whether a block could be left out at no loss.

        So it is where the others at its leaf serve all that its facility may serve, and assigning
        it does not earn money (as it would at a negative price of energy).
        """
        capacity: dict[str, Fraction] = {}
        for i, n in taken:
            leaf = self.facts.pairs[i].leaf
            capacity[leaf] = capacity.get(leaf, Fraction(0)) + n * need.units[i]
        return any(
            self.load_cost[i] >= 0
            and capacity[self.facts.pairs[i].leaf] - need.units[i] >= need.most_at_one
            for i, _ in taken
        )

    def _serve(self, powered: Counts, choices: list[Choice]) -> Fraction | None:
        """Give the least cost of serving with a choice for each demand.

        Demands that take whole blocks and have no traffic do not meet the others any more.
        """
        free = list(powered)
        for i, n in (block for c in choices if isinstance(c, tuple) for block in c):
            free[i] -= n
        chosen = list(enumerate(choices))
        meeting = [(d, c) for d, c in chosen if isinstance(c, frozenset) or self.needs[d].gbps]
        alone = [[(d, c)] for d, c in chosen if (d, c) not in meeting]
        costs = [self._optimum(tuple(free), group) for group in (meeting, *alone)]
        return None if None in costs else sum(costs, Fraction(0))

    def _optimum(self, free: Counts, group: list[tuple[int, Choice]]) -> Fraction | None:
        used = frozenset(i for _, c in group if isinstance(c, frozenset) for i in c if free[i])
        group = [(d, c if isinstance(c, tuple) else c & used) for d, c in group]
        key = (tuple(group), tuple((i, free[i]) for i in sorted(used)))
        if key not in self._served:
            program = Program(self)
            for d, choice in group:
                if isinstance(choice, tuple):
                    program.add_whole(d, self.needs[d], choice)
                else:
                    program.add_shared(d, self.needs[d], sorted(choice))
            self._served[key] = program.optimum(free)
        return self._served[key]


class Program:
    """The linear program of one period for a choice of whole blocks and of where demands may stand."""

    def __init__(self, moment: Moment) -> None:
        """Start without any demand."""
        self.moment = moment
        self.facts = moment.facts
        self.constant = Fraction(0)
        self.cost: dict[Any, Fraction] = {}
        self.rows: list[tuple[dict[Any, Fraction], Fraction]] = []
        self.users: dict[int, dict[Any, Fraction]] = {}
        self.traffic: dict[tuple[int, str], dict[Any, Fraction]] = {}
        self.sent: dict[tuple[str, str], dict[Any, Fraction]] = {}
        self.inside: dict[str, dict[Any, Fraction]] = {}

    def add_shared(self, d: int, need: Need, pairs: list[int]) -> None:
        """Add a demand that takes parts of blocks of some pairs, to relax it if it may not."""
        capacity: dict[str, dict[Any, Fraction]] = {}
        for i in pairs:
            cost = self.moment.load_cost[i]
            self.cost["assigned", d, i] = cost if need.shared else min(cost, Fraction(0))
            self.users.setdefault(i, {})["assigned", d, i] = Fraction(1)
            terms = capacity.setdefault(self.facts.pairs[i].leaf, {})
            terms["assigned", d, i] = -need.units[i]
        self._add(d, need, {leaf: (terms, Fraction(0)) for leaf, terms in capacity.items()})

    def add_whole(self, d: int, need: Need, taken: Taken) -> None:
        """Add a demand that has taken whole blocks."""
        capacity: dict[str, Fraction] = {}
        for i, n in taken:
            leaf = self.facts.pairs[i].leaf
            capacity[leaf] = capacity.get(leaf, Fraction(0)) + n * need.units[i]
        self._add(d, need, {leaf: ({}, most) for leaf, most in capacity.items()})

    def _add(
        self, d: int, need: Need, capacity: dict[str, tuple[dict[Any, Fraction], Fraction]]
    ) -> None:
        leaves: dict[str, list[str]] = {}
        for leaf in capacity:
            leaves.setdefault(self.facts.leaf[leaf].facility.path, []).append(leaf)
        served: dict[str, dict[Any, Fraction]] = {}
        met: dict[str, dict[Any, Fraction]] = {region: {} for region in need.origins}
        for w, (region, facility, path, cost) in enumerate(need.ways):
            if facility in leaves:
                name = ("served", d, w)
                self.cost[name] = cost - need.unmet_cost
                met[region][name] = served.setdefault(facility, {})[name] = Fraction(1)
                self._route(name, need, region, facility, path)
        for region, amount in need.origins.items():
            self.constant += need.unmet_cost * amount
            self.rows.append((met[region], amount))
            floor = exact(need.said.get("min_share", 0)) * amount
            if floor:
                self.rows.append(({name: Fraction(-1) for name in met[region]}, -floor))
        for facility, terms in served.items():
            if need.most_at_one < need.amount:
                self.rows.append((terms, need.most_at_one))
            self._fit(d, need, terms, {leaf: capacity[leaf] for leaf in leaves[facility]})

    def _fit(
        self,
        d: int,
        need: Need,
        served: dict[Any, Fraction],
        capacity: dict[str, tuple[dict[Any, Fraction], Fraction]],
    ) -> None:
        """Keep what a facility serves within what is assigned there, by leaf where uplinks count."""
        places = {p for x in capacity for p in (self.facts.leaf[x], *self.facts.leaf[x].around)}
        if not need.gbps or not any("uplink_gbps" in place.site for place in places):
            terms, most = dict(served), Fraction(0)
            for some, more in capacity.values():
                terms |= some
                most += more
            self.rows.append((terms, most))
            return
        split = dict(served)
        for leaf, (terms, most) in capacity.items():
            name = ("served in", d, leaf)
            split[name] = Fraction(-1)
            self.inside.setdefault(leaf, {})[name] = need.gbps
            self.rows.append(({name: Fraction(1), **terms}, most))
        self.rows.append((split, Fraction(0)))

    def _route(
        self, name: Any, need: Need, region: str, facility: str, path: tuple[Hop, ...]
    ) -> None:
        for hop in path:
            self.traffic.setdefault((hop.link, hop.entered), {})[name] = need.gbps
        if self.moment.routes.freely and need.gbps and region:
            self.sent.setdefault((region, facility), {})[name] = need.gbps

    def _flow_freely(self) -> None:
        """Let the traffic of each region flow over links, and no more arrive than has flowed in."""
        links = self.moment.routes.links
        for region in {region for region, _ in self.sent}:
            into: dict[str, dict[Any, Fraction]] = {}
            for number, link in enumerate(links):
                for a, b in (link["between"], link["between"][::-1]):
                    name = ("flow", region, number, a)
                    self.cost[name] = self.moment.at(link.get("cost_per_gbps", 0))
                    self.traffic.setdefault((number, a), {})[name] = Fraction(1)
                    into.setdefault(a, {})[name] = Fraction(1)
                    into.setdefault(b, {})[name] = Fraction(-1)
            for place, terms in into.items():
                if place != region:
                    self.rows.append((terms | self.sent.get((region, place), {}), Fraction(0)))

    def _fit_links(self) -> None:
        for number, link in enumerate(self.moment.routes.links):
            if "gbps" in link:
                ways = [self.traffic.get((number, end), {}) for end in link["between"]]
                if link.get("capacity", "each_way") == "shared":
                    ways = [ways[0] | ways[1]]
                self.rows += [(terms, self.moment.at(link["gbps"])) for terms in ways if terms]

    def _fit_uplinks(self) -> None:
        for place in self.facts.places:
            if "uplink_gbps" in place.site:
                terms = {}
                for leaf, names in self.inside.items():
                    if place is self.facts.leaf[leaf] or place in self.facts.leaf[leaf].around:
                        terms |= names
                self.rows.append((terms, self.moment.at(place.site["uplink_gbps"])))

    def optimum(self, free: Counts) -> Fraction | None:
        """Give the least cost, or None where the floors cannot be kept."""
        for i, terms in self.users.items():
            self.rows.append((terms, Fraction(free[i])))
        self._flow_freely()
        self._fit_links()
        self._fit_uplinks()
        least = minimise(self.cost, self.rows)
        return None if least is None else self.constant + least.value
