"""Prospects: what an instance can never serve, seen from its demands alone."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import combinations
from typing import Final

import networkx as nx

from gridblock.instances.contracts import places_called
from gridblock.instances.network import graph_of, round_trip_ms
from gridblock.instances.schema.demands import Demand
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.series import spread

Key = str | int
Oddities = Iterator[tuple[tuple[Key, ...], str]]
ROUNDING: Final = 1e-9


def of_demands(given: Fields) -> Oddities:
    """Find demands of which some or all can never be met, and what stands in the way."""
    prospects = Prospects(given)
    for i, demand in enumerate(given.demands):
        here = ("demands", i)
        if not any(spread(demand.amount, given.horizon)):
            yield (*here, "amount"), "is 0 in every period; leave the demand out, or give amounts"
            continue
        if not any(spread(demand.unmet_cost, given.horizon)):
            message = "is 0, so that nothing is bought or run for this demand; give it a price"
            yield (*here, "unmet_cost"), message
        if not given.facilities:
            continue
        if not given.chosen(demand.where):
            yield (*here, "where"), f"selects no facility; widen it: {_unmet(demand)}"
        else:
            yield from prospects.servers(here, demand)
            yield from prospects.regions(here, demand)
            yield from prospects.pairs((*here, "interconnect"), demand)
            yield from _fabric(given, (*here, "fabric_gbps_per_block"), demand)
        yield from _run(given, (*here, "run"), demand)


def _fabric(given: Fields, here: tuple[Key, ...], demand: Demand) -> Oddities:
    """Find fabric that no uplink carries, or that a demand in one zone never needs."""
    chosen = set(given.chosen(demand.where))
    uplinks = (p for p in given.places.values() if p.uplink_gbps is not None)
    if not demand.fabric_gbps_per_block:
        return
    if not any(place.facility in chosen for place in uplinks):
        yield here, "has no effect: no zone of its facilities names uplink_gbps; name one"
    elif demand.together == "zone":
        yield here, "has no effect with `together: zone`; leave it out"


def _run(given: Fields, here: tuple[Key, ...], demand: Demand) -> Oddities:
    """Find a run whose last starts come too late for it to end, or that has several to share."""
    if demand.run is None:
        return
    *_, latest = given.windows(demand)
    last = demand.run.start[1]
    if latest != last:
        message = f"ends in {last}, and a start after {latest} leaves no time to end"
        yield (*here, "start"), f"{message}; shorten it, or plan for longer"


def _unmet(demand: Demand, what: str = "all of it") -> str:
    floor = f", and min_share {demand.min_share:g} cannot be kept" if demand.min_share else ""
    return f"{what} stays unmet{floor}"


class Prospects:
    """Where blocks may stand, where some do, and how far regions are, worked out once."""

    def __init__(self, given: Fields) -> None:
        """Remember the instance."""
        self._given = given
        self._known: dict[str, Mapping[str, float]] = {}

    @cached_property
    def _allowed(self) -> dict[str, set[str]]:
        """The facilities at which each block may stand."""
        blocks = self._given.blocks.items()
        return {name: set(self._given.chosen(block.where)) for name, block in blocks}

    @cached_property
    def _stock(self) -> dict[str, set[str]]:
        """The facilities at which some of each block stand, are due, or can be bought for."""
        stock: dict[str, set[str]] = defaultdict(set)
        for leaf in self._given.leaves.values():
            for kind, count in leaf.installed.items():
                stock[kind] |= {leaf.facility} if count else set()
            for kind, counts in leaf.on_order.items():
                stock[kind] |= {leaf.facility} if any(counts) else set()
        for option in self._given.options:
            for part in option.leases:
                at = places_called(part.at, self._given.places)
                stock[part.blocks] |= {self._given.places[path].facility for path in at}
        for name, block in self._given.blocks.items():
            if block.cost_once is not None and block.lead < len(self._given.horizon):
                stock[name] |= self._allowed[name]
        return stock

    def servers(self, here: tuple[Key, ...], demand: Demand) -> Oddities:
        """Find a demand that no block serves: by yield, by where it may run, or for want of any."""
        given = self._given
        able = [
            name
            for name, block in given.blocks.items()
            if any(spread(demand.yields.get(block.accelerator, 0.0), given.horizon))
        ]
        facilities = set(given.chosen(demand.where))
        if not able:
            message = "names no accelerator that some block holds"
            yield (*here, "yields"), f"{message}: {_unmet(demand)}"
        elif not any(facilities & self._allowed[name] for name in able):
            message = "selects no facility at which a block that serves it may stand"
            yield (*here, "where"), f"{message}; widen it or theirs: {_unmet(demand)}"
        elif not any(facilities & self._stock[name] for name in able):
            message = "names accelerators of which none is installed, on order or for sale there"
            yield (*here, "yields"), f"{message}: {_unmet(demand)}"

    def regions(self, here: tuple[Key, ...], demand: Demand) -> Oddities:
        """Find regions of a demand from which none of its facilities can be reached."""
        bound = math.inf if demand.max_ms is None else demand.max_ms
        facilities = self._given.chosen(demand.where)
        for region, share in demand.from_.items():
            distances = self._distances(region)
            nearest = min(distances.get(name, math.inf) for name in facilities)
            what = _unmet(demand, f"{100 * share:.4g} % of it")
            if nearest == math.inf:
                message = f"reaches no facility of this demand; add links: {what}"
                yield (*here, "from", region), message
            elif nearest > bound * (1 + ROUNDING):
                message = (
                    f"is {bound:g} ms, and the nearest facility is {nearest:.4g} ms from {region}"
                )
                yield (*here, "max_ms"), f"{message}: {what}"

    def pairs(self, here: tuple[Key, ...], demand: Demand) -> Oddities:
        """Find an interconnect that never matters, or that lets no two facilities be used."""
        if demand.interconnect is None:
            return
        facilities = self._given.chosen(demand.where)
        if demand.most_facilities == 1 or len(facilities) == 1:
            message = "has no effect, since one facility serves it"
            yield here, f"{message}; give a larger max_facilities, or leave it out"
            return
        within = demand.interconnect.max_ms
        bound = math.inf if within is None else within * (1 + ROUNDING)
        nearest = min(self._distances(a).get(b, math.inf) for a, b in combinations(facilities, 2))
        if nearest == math.inf or nearest > bound:
            message = "keeps any two of its facilities from being used together"
            yield (
                here,
                f"{message}: no path between them is short enough; add links, or raise max_ms",
            )

    def _distances(self, start: str) -> Mapping[str, float]:
        """Give the round trip from a place to what it reaches, in ms; 0 where it is not known."""
        if start not in self._known:
            self._known[start] = self._direct(start) if not self._graph else self._routed(start)
        return self._known[start]

    @cached_property
    def _graph(self) -> nx.MultiGraph | None:
        return graph_of(self._given) if self._given.network.links else None

    def _direct(self, place: str) -> Mapping[str, float]:
        start = self._given.position(place)
        at = {name: self._given.position(name) for name in self._given.facilities}
        return {
            name: 0.0 if start is None or end is None else round_trip_ms(start, end)
            for name, end in at.items()
        }

    def _routed(self, place: str) -> Mapping[str, float]:
        if self._given.network.routing == "any":
            return dict.fromkeys(nx.node_connected_component(self._graph, place), 0.0)
        found: Mapping[str, float] = nx.single_source_dijkstra_path_length(
            self._graph, place, weight="ms"
        )
        return found
