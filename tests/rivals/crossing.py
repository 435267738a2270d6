"""What crosses links and uplinks in one period of a program."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

from rivals.deals import ANY
from rivals.facts import exact
from rivals.losing import kept, lose_links
from rivals.mip import Sum, total

if TYPE_CHECKING:
    from rivals.moment import Need
    from rivals.routes import Hop
    from rivals.whole import Whole

Way = tuple[int, str]
"""A link, and the end at which it is entered."""


class Crossing:
    """Traffic, reservations and fabric of a period."""

    def __init__(self, whole: Whole, period: int) -> None:
        """Start without any."""
        self.whole, self.period = whole, period
        self.mip, self.facts, self.routes = whole.mip, whole.facts, whole.routes
        self.moment = whole.moments[period]
        self.traffic: dict[Way, list[Sum]] = {}
        self.sent: dict[str, dict[str, list[Sum]]] = {}
        self.inside: dict[str, list[Sum]] = {}
        self.fabric: dict[str, list[Sum]] = {}
        self.reserved: dict[Way, list[Sum]] = {}
        self.served: dict[int, tuple[Need, dict[Any, Sum]]] = {}

    def send(
        self, d: int, need: Need, region: str, facility: str, path: tuple[Hop, ...], served: Sum
    ) -> None:
        """Send the traffic of what is served along a path, or freely."""
        self.served.setdefault(d, (need, {}))[1][region, facility, path] = served
        for hop in path:
            self.traffic.setdefault((hop.link, hop.entered), []).append(need.gbps * served)
        if self.routes.freely and need.gbps and region:
            to = self.sent.setdefault(region, {})
            to.setdefault(facility, []).append(need.gbps * served)

    def fit(self, d: int, need: Need, facility: str, served: Sum) -> None:
        """Keep what a facility serves within what is assigned, by leaf where uplinks count."""
        pairs = self.facts.pairs
        here = {i: units for i, units in need.units.items() if pairs[i].facility == facility}
        by_leaf: dict[str, list[Sum]] = {pairs[i].leaf: [] for i in here}
        for i, units in here.items():
            by_leaf[pairs[i].leaf].append(units * self.whole.assigned[d, i, self.period])
        if not need.gbps or not any("uplink_gbps" in p.site for p in self.facts.places):
            self.mip.keep(served, total(x for terms in by_leaf.values() for x in terms))
            return
        parts = {leaf: self.mip.var() for leaf in by_leaf}
        self.mip.equate(served, total(parts.values()))
        for leaf, part in parts.items():
            self.mip.keep(part, total(by_leaf[leaf]))
            self.inside.setdefault(leaf, []).append(need.gbps * part)

    def tie(self, d: int, need: Need, uses: dict[str, Sum]) -> None:
        """Add what the places of a demand exchange."""
        if "interconnect" in need.said:
            for a, b in combinations(uses, 2):
                both = self.mip.var(1)
                waiting = 1 - self.whole.under_way.get((d, self.period), 1)
                self.mip.keep(uses[a] + uses[b] - 1 - waiting, both)
                self._connect(need, a, b, both)
        if need.fabric:
            for place in self.facts.places:
                if "uplink_gbps" in place.site:
                    self._weave(d, need, place)

    def _connect(self, need: Need, a: str, b: str, both: Sum) -> None:
        """Reserve capacity between two facilities in both directions, where both are used."""
        asked = need.said["interconnect"]
        gbps = exact(asked["gbps"])
        for start, end in permutations((a, b)):
            paths = self.routes.paths(start, end, asked.get("max_ms"))
            if not paths:
                self.mip.keep(both, 0)
            elif self.routes.freely:
                for way, flow in self._flow(start, {end: gbps * both}).items():
                    self.reserved.setdefault(way, []).append(flow)
            elif self.routes.links:
                reserved = {path: self.mip.var() for path in paths}
                self.mip.keep(gbps * both, total(reserved.values()))
                for path, share in reserved.items():
                    for hop in path:
                        self._cross((hop.link, hop.entered), share)
                        self.reserved.setdefault((hop.link, hop.entered), []).append(share)

    def _cross(self, way: Way, gbps: Sum) -> None:
        """Let something cross a link, at its price."""
        self.traffic.setdefault(way, []).append(gbps)
        toll = self.moment.at(self.routes.links[way[0]].get("cost_per_gbps", 0))
        self.whole._pay("network", self.period, toll * gbps)

    def _flow(self, start: str, arriving: dict[str, Sum]) -> dict[Way, Sum]:
        flows = self.flows(start, arriving)
        for way, flow in flows.items():
            self._cross(way, flow)
        return flows

    def flows(
        self, start: str, arriving: dict[str, Sum], lost: int | None = None
    ) -> dict[Way, Sum]:
        """Let no more leave a place than has come to it, less what is there to stay."""
        into: dict[str, list[Sum]] = {}
        flows: dict[Way, Sum] = {}
        for number, link in enumerate(self.routes.links):
            for a, b in (link["between"], link["between"][::-1]) if number != lost else ():
                flow = flows[number, a] = self.mip.var()
                into.setdefault(b, []).append(flow)
                into.setdefault(a, []).append(-flow)
        for place in sorted({*into, *arriving} - {start}):
            self.mip.keep(arriving.get(place, Sum()), total(into.get(place, [])))
        return flows

    def _weave(self, d: int, need: Need, place: Any) -> None:
        """Load an uplink with the fabric of blocks inside where there are some outside."""
        whole, t = self.whole, self.period
        here = [i for i in need.units if self.facts.pairs[i].facility == place.facility.path]
        leaf = {i: self.facts.leaf[self.facts.pairs[i].leaf] for i in here}
        within = [i for i in here if place is leaf[i] or place in leaf[i].around]
        inside = total(whole.assigned[d, i, t] for i in within)
        outside, load = self.mip.binary(), self.mip.var()
        for i in {*here} - {*within}:
            self.mip.keep(whole.assigned[d, i, t], 2 * ANY * outside)
        self.mip.keep(need.fabric * inside, load + need.fabric * len(within) * ANY * (1 - outside))
        self.fabric.setdefault(place.path, []).append(load)

    def close(self) -> None:
        """Let traffic flow freely, and keep links and uplinks within their capacity."""
        for region, to in self.sent.items():
            self._flow(region, {facility: total(gbps) for facility, gbps in to.items()})
        self.fit_links(self.traffic)
        if any(kept(need.said, "link") for need, _ in self.served.values()):
            lose_links(self, list(self.served.values()))
        for place in self.facts.places:
            if "uplink_gbps" in place.site:
                leaves = (x for x in self.facts.leaf.values() if place is x or place in x.around)
                crossing = total(g for leaf in leaves for g in self.inside.get(leaf.path, []))
                crossing += total(self.fabric.get(place.path, []))
                more = self.whole._lots_on("limit", "uplink_gbps", place.path, self.period)
                self.mip.keep(crossing, self.moment.at(place.site["uplink_gbps"]) + more)

    def fit_links(self, traffic: dict[Way, list[Sum]], lost: int | None = None) -> None:
        """Keep what crosses each link within its capacity, of each way or of both."""
        for number, link in enumerate(self.routes.links):
            if "gbps" in link and number != lost:
                self._fit_link(number, link, traffic)

    def _fit_link(self, number: int, link: Any, traffic: dict[Way, list[Sum]]) -> None:
        more = total(
            self.facts.series(part["gbps"])[self.period] * deal.ramped(self.period)
            for deal in self.whole.deals.values()
            for _, part in deal.adding("link")
            if part["link"] == link.get("name")
        )
        ways = [total(traffic.get((number, end), [])) for end in link["between"]]
        if link.get("capacity", "each_way") == "shared":
            ways = [ways[0] + ways[1]]
        for way in ways:
            self.mip.keep(way, self.moment.at(link["gbps"]) + more)
