"""One period as a linear program, once whole blocks and places are chosen."""

from fractions import Fraction
from typing import Any

from rivals.detours import Served, share, survive
from rivals.facts import exact
from rivals.moment import Moment, Need
from rivals.routes import Hop
from rivals.simplex import minimise

Terms = dict[Any, Fraction]
Counts = tuple[int, ...]
"""Blocks of each pair."""
Taken = tuple[tuple[int, int], ...]
"""Pairs with the whole blocks that a demand takes there."""


class Program:
    """The linear program of one period; demands are added one by one."""

    def __init__(self, moment: Moment) -> None:
        """Start without any demand."""
        self.moment = moment
        self.facts = moment.facts
        self.constant = Fraction(0)
        self.cost: Terms = {}
        self.rows: list[tuple[Terms, Fraction]] = []
        self.users: dict[int, Terms] = {}
        self.traffic: dict[tuple[int, str], Terms] = {}
        self.sent: dict[tuple[str, str], Terms] = {}
        self.inside: dict[str, Terms] = {}
        self.fabric: dict[str, Terms] = {}
        self.fabric_gbps: dict[str, Fraction] = {}
        self.promises: list[tuple[int, Need, Served]] = []

    def add_shared(self, d: int, need: Need, pairs: list[int]) -> None:
        """Add a demand that takes parts of blocks of some pairs, to relax it if it may not."""
        capacity: dict[str, Terms] = {}
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

    def _add(self, d: int, need: Need, capacity: dict[str, tuple[Terms, Fraction]]) -> None:
        leaves: dict[str, list[str]] = {}
        for leaf in capacity:
            leaves.setdefault(self.facts.leaf[leaf].facility.path, []).append(leaf)
        served: dict[str, Terms] = {}
        met: dict[str, Terms] = {region: {} for region in need.origins}
        columns: Served = {}
        for w, (region, facility, path, cost) in enumerate(need.ways):
            if facility in leaves:
                name = ("served", d, w)
                self.cost[name] = cost - need.unmet_cost
                met[region][name] = served.setdefault(facility, {})[name] = Fraction(1)
                columns.setdefault((region, facility), []).append(name)
                self._route(name, need, region, facility, path)
        if share(need.said):
            self.promises.append((d, need, columns))
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
        served: Terms,
        capacity: dict[str, tuple[Terms, Fraction]],
    ) -> None:
        """Keep what a facility serves within what is assigned, by leaf where uplinks count."""
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
            into: dict[str, Terms] = {}
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
                terms |= self.fabric.get(place.path, {})
                most = self.moment.at(place.site["uplink_gbps"])
                self.rows.append((terms, most - self.fabric_gbps.get(place.path, Fraction(0))))

    def optimum(self, free: Counts) -> Fraction | None:
        """Give the least cost, or None where the floors cannot be kept."""
        for i, terms in self.users.items():
            self.rows.append((terms, Fraction(free[i])))
        self._flow_freely()
        self._fit_links()
        survive(self, self.promises)
        self._fit_uplinks()
        least = minimise(self.cost, self.rows)
        return None if least is None else self.constant + least.value
