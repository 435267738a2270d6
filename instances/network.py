"""The WAN as a networkx graph: latencies from coordinates, tunnels as shortest paths, reach."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import networkx as nx

from gridblock.instances.routes import Route, Routes
from gridblock.instances.schema.demands import Demand
from gridblock.instances.schema.facilities import Position
from gridblock.instances.schema.fields import Fields

EARTH_KM: Final = 6371.0088
DETOUR: Final = 1.4
"""Length of a route over the great circle."""
FIBRE_KM_PER_MS: Final = 200.0


@dataclass(frozen=True)
class Tunnel:
    """A path from a region or facility to a facility.

    Attributes:
        hops: each link with the place that it is entered from.
        ms: round-trip time.
    """

    hops: tuple[tuple[str, str], ...]
    ms: float

    @property
    def links(self) -> tuple[str, ...]:
        """The names of the links, from the region on."""
        return tuple(link for link, _ in self.hops)

    def back(self, end: str) -> "Tunnel":
        """Give the same path the other way, from its end."""
        starts = [*(place for _, place in self.hops[1:]), end]
        back = tuple((link, start) for (link, _), start in zip(self.hops, starts, strict=False))
        return Tunnel(back[::-1], self.ms)


def great_circle_km(a: Position, b: Position) -> float:
    """Give the distance of two points on a sphere of 6371.0088 km radius (haversine formula)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    across = math.radians(b.lon - a.lon) / 2
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin(across) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, h)))


def round_trip_ms(a: Position, b: Position) -> float:
    """Reckon a round trip from the distance: 2 x km x 1.4 / 200 km per ms."""
    return 2 * great_circle_km(a, b) * DETOUR / FIBRE_KM_PER_MS


def graph_of(given: Fields) -> nx.MultiGraph:
    """Build the WAN: places as nodes, links as edges keyed by name, with ``ms`` where known."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(given.facilities, kind="facility")
    graph.add_nodes_from(given.network.regions, kind="region")
    for link in given.network.links:
        ms = link.ms if link.ms is not None else _reckoned_ms(given, *link.between)
        graph.add_edge(*link.between, key=link.label, ms=ms)
    return graph


def _reckoned_ms(given: Fields, a: str, b: str) -> float | None:
    at_a, at_b = given.position(a), given.position(b)
    return None if at_a is None or at_b is None else round_trip_ms(at_a, at_b)


def bounds_between(given: Fields) -> dict[tuple[str, str], float]:
    """Give the loosest latency bound that any demand has between two places.

    They are each region and facility, and each two facilities that a demand connects, once.
    """
    loosest: dict[tuple[str, str], float] = {}
    for demand in given.demands:
        bound = math.inf if demand.max_ms is None else demand.max_ms
        for facility in given.chosen(demand.where):
            for region in demand.from_:
                loosest[region, facility] = max(loosest.get((region, facility), 0.0), bound)
        if demand.interconnect is not None:
            within = demand.interconnect.max_ms
            for pair in combinations(given.chosen(demand.where), 2):
                bound = math.inf if within is None else within
                loosest[pair] = max(loosest.get(pair, 0.0), bound)
    return loosest


def tunnels_of(given: Fields) -> dict[tuple[str, str], tuple[Tunnel, ...]]:
    """Give the shortest paths between places that demands can use, nearest first.

    They lead from regions to facilities, and between facilities from the one that comes first in
    the instance. Where a demand survives the loss of a link, there are more of them: for each link
    of one of the shortest paths the shortest one that avoids it. Without any link a region reaches
    each facility directly. With ``routing: any`` a pair that is connected has one tunnel that names
    no link.
    """
    bounds = bounds_between(given)
    if not given.network.links:
        return {pair: _direct(given, *pair, bound) for pair, bound in bounds.items()}
    graph = graph_of(given)
    if given.network.routing == "any":
        anywhere = (Tunnel((), 0.0),)
        return {pair: anywhere if nx.has_path(graph, *pair) else () for pair in bounds}
    routes = Routes(graph)
    tunnels = {
        pair: tuple(map(_tunnel, routes.shortest(*pair, bound, given.network.tunnels)))
        for pair, bound in sorted(bounds.items(), key=lambda item: -item[1])
    }
    for pair in dict.fromkeys(_surviving(given)):
        tunnels[pair] = _with_detours(routes, *pair, bounds[pair], tunnels[pair])
    return {pair: tunnels[pair] for pair in bounds}


def _surviving(given: Fields) -> Iterator[tuple[str, str]]:
    """Give the regions and facilities of demands that survive the loss of a link."""
    for demand in given.demands:
        if demand.kept_after_link:
            for facility in given.chosen(demand.where):
                yield from ((region, facility) for region in demand.from_)


def _direct(given: Fields, region: str, facility: str, bound: float) -> tuple[Tunnel, ...]:
    ms = _reckoned_ms(given, region, facility)
    return () if (ms or 0.0) > bound else (Tunnel((), ms or 0.0),)


def _with_detours(
    routes: Routes, region: str, facility: str, bound: float, tunnels: tuple[Tunnel, ...]
) -> tuple[Tunnel, ...]:
    """Add for each link of some tunnels the shortest one that avoids it, unless there already."""
    every = dict.fromkeys(tunnels)
    for lost in dict.fromkeys(link for tunnel in tunnels for link in tunnel.links):
        found = routes.without(lost, region, facility, bound)
        every |= dict.fromkeys(map(_tunnel, found))
    return tuple(sorted(every, key=lambda tunnel: tunnel.ms))


def _tunnel(route: Route) -> Tunnel:
    return Tunnel(route.hops, float(route.ms))


def reach(
    given: Fields,
    demand: Demand,
    tunnels: Mapping[tuple[str, str], Iterable[Tunnel]],
) -> dict[str, tuple[str, ...]]:
    """Give, for each region of a demand, the facilities that can serve it from there."""
    facilities = given.chosen(demand.where)
    if not demand.from_:
        return {"": facilities}
    bound = math.inf if demand.max_ms is None else demand.max_ms
    return {
        region: tuple(f for f in facilities if any(t.ms <= bound for t in tunnels[region, f]))
        for region in demand.from_
    }
