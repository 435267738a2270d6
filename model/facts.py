"""What the families look up: sparse index sets and numbers per period, worked out once."""

import math
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from gridblock.instances.contracts import place_of, places_called
from gridblock.instances.instance import Instance
from gridblock.instances.network import Tunnel, reach, tunnels_of
from gridblock.instances.schema.demands import Demand
from gridblock.model.beyond_use import BeyondUse
from gridblock.model.commodity import Commodity
from gridblock.model.in_force import InForce, Shared

POWER = "power_kw"


Hosts = tuple[tuple[str, str], ...]
"""Block types, each with a leaf place where it may stand."""


class Facts:
    """Index sets and numbers that follow from an instance.

    Index sets hold only what can exist: a demand in a period in which it asks for something, a
    block type in a leaf place where it may stand and stands or can be bought.
    """

    def __init__(self, instance: Instance, shared: Shared | None = None) -> None:
        """Remember the instance, and the most blocks that orders for other scenarios bring."""
        self.instance = instance
        self.in_force = InForce(instance, shared)
        self.periods = instance.horizon.names
        self.hours = dict(zip(self.periods, instance.horizon.hours, strict=True))
        self.demands = {demand.name: demand for demand in instance.demands}
        self.facility_of = {path: place.facility for path, place in instance.places.items()}

    @cached_property
    def discount_at_start(self) -> dict[str, float]:
        """Factor of one-off payments by period."""
        horizon, rate = self.instance.horizon, self.instance.discount_rate
        return {t: horizon.discount_at_start(i, rate) for i, t in enumerate(self.periods)}

    @cached_property
    def discount_at_middle(self) -> dict[str, float]:
        """Factor of running costs by period."""
        horizon, rate = self.instance.horizon, self.instance.discount_rate
        return {t: horizon.discount_at_middle(i, rate) for i, t in enumerate(self.periods)}

    @cached_property
    def leaves_of(self) -> dict[str, tuple[str, ...]]:
        """The leaf places in each place, a leaf in itself included."""
        inside: dict[str, list[str]] = defaultdict(list)
        for path, leaf in self.instance.leaves.items():
            for place in leaf.above:
                inside[place].append(path)
        return {place: tuple(leaves) for place, leaves in inside.items()}

    @cached_property
    def buyable_from(self) -> dict[str, int]:
        """The first period, by position, in which a bought block of each type can enter service."""
        return {
            kind: block.lead
            for kind, block in self.instance.blocks.items()
            if block.cost_once is not None and block.lead < len(self.periods)
        }

    @cached_property
    def owns(self) -> tuple[tuple[str, str], ...]:
        """Each block type with each leaf place where it is owned, due, or can be bought for."""
        allowed = {
            kind: set(self.instance.chosen(b.where)) for kind, b in self.instance.blocks.items()
        }
        return tuple(
            (kind, path)
            for path, leaf in self.instance.leaves.items()
            for kind in self.instance.blocks
            if leaf.facility in allowed[kind]
            and (
                kind in self.buyable_from
                or leaf.installed.get(kind)
                or any(leaf.on_order.get(kind, ()))
            )
        )

    @cached_property
    def lease_sites(self) -> dict[tuple[str, int], tuple[str, ...]]:
        """The leaf places of each part of an option that leases blocks, by option and number."""
        return {
            (option.name, i): tuple(
                leaf
                for place in places_called(part.at, self.instance.places)
                for leaf in self.leaves_of[place]
            )
            for option in self.instance.options
            for i, part in enumerate(option.leases)
        }

    @cached_property
    def stands(self) -> tuple[tuple[str, str], ...]:
        """Each block type with each leaf place where it may stand, owned or leased."""
        leased = (
            (self.instance.contracts[name].option.leases[i].blocks, leaf)
            for (name, i), leaves in self.lease_sites.items()
            for leaf in leaves
        )
        return tuple(dict.fromkeys((*self.owns, *leased)))

    @cached_property
    def told_apart(self) -> frozenset[str]:
        """The zones, as written, of which options or the plan in force tell copies apart."""
        zones: set[str] = set()
        for option in self.instance.options:
            for part in option.adds:
                called = places_called(place_of(part), self.instance.places)
                if hasattr(part, "opens") or len(called) == 1:
                    above = {zone for path in called for zone in self.instance.places[path].above}
                    zones |= {self.instance.places[zone].written for zone in above}
        named = {zone for path in self.in_force.places for zone in self.instance.leaves[path].above}
        return frozenset(zones | {self.instance.places[zone].written for zone in named})

    @cached_property
    def kinds_at(self) -> dict[str, tuple[str, ...]]:
        """The block types that may stand in each leaf place."""
        kinds: dict[str, list[str]] = {path: [] for path in self.instance.leaves}
        for kind, path in self.stands:
            kinds[path].append(kind)
        return {path: tuple(names) for path, names in kinds.items()}

    @cached_property
    def due(self) -> dict[tuple[str, str, str], int]:
        """Blocks on order that enter service, by block type, leaf place and period."""
        return {
            (kind, path, t): count
            for path, leaf in self.instance.leaves.items()
            for kind, counts in leaf.on_order.items()
            for t, count in zip(self.periods, counts, strict=True)
        }

    @cached_property
    def windows(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """The periods that each run takes, by the period in which it starts."""
        runs = (demand for demand in self.instance.demands if demand.run is not None)
        return {demand.name: self.instance.windows(demand) for demand in runs}

    @cached_property
    def amount(self) -> dict[tuple[str, str, str], float]:
        """Units asked for by demand, region and period, where there are any.

        For a run they are what it asks for in each period that it may take.
        """
        amounts: dict[tuple[str, str, str], float] = {}
        for demand in self.instance.demands:
            windows = self.windows.get(demand.name, {"": self.periods})
            open_in = {t for periods in windows.values() for t in periods}
            rate = self.instance.over_periods(demand.amount)
            for region in demand.regions:
                share = demand.from_.get(region, 1.0)
                amounts |= {
                    (demand.name, region, t): share * rate[t]
                    for t in self.periods
                    if share * rate[t] > 0 and t in open_in
                }
        return amounts

    @cached_property
    def total(self) -> dict[tuple[str, str], float]:
        """Units asked for by demand and period, over its regions."""
        totals: dict[tuple[str, str], float] = defaultdict(float)
        for (demand, _, t), units in self.amount.items():
            totals[demand, t] += units
        return dict(totals)

    def asking(self, demand: str) -> tuple[str, ...]:
        """Give the periods in which a demand asks for something."""
        return tuple(t for t in self.periods if (demand, t) in self.total)

    @cached_property
    def units_per_block(self) -> dict[tuple[str, str, str], float]:
        """Units that one block serves, by demand, block type and period, where it serves any."""
        units: dict[tuple[str, str, str], float] = {}
        for demand in self.instance.demands:
            for kind, block in self.instance.blocks.items():
                if block.accelerator not in demand.yields:
                    continue
                served = self.instance.over_periods(demand.yields[block.accelerator])
                units |= {
                    (demand.name, kind, t): block.accelerators * y
                    for t, y in served.items()
                    if y > 0
                }
        return units

    @cached_property
    def tunnels(self) -> dict[tuple[str, str], tuple[Tunnel, ...]]:
        """The tunnels between each region and facility, or two facilities, that demands can use."""
        return tunnels_of(self.instance)

    def tunnels_between(self, demand: Demand, start: str, end: str) -> tuple[Tunnel, ...]:
        """Give the tunnels from one facility to another that keep a demand's latency bound."""
        if demand.interconnect is None:
            return ()
        within = demand.interconnect.max_ms
        bound = math.inf if within is None else within
        there = self.tunnels.get((start, end))
        if there is None:
            there = tuple(tunnel.back(start) for tunnel in self.tunnels[end, start])
        return tuple(tunnel for tunnel in there if tunnel.ms <= bound)

    @cached_property
    def reach(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The facilities that can serve each demand from each region."""
        return {
            (demand.name, region): facilities
            for demand in self.instance.demands
            for region, facilities in reach(self.instance, demand, self.tunnels).items()
        }

    @cached_property
    def kinds_for(self) -> dict[tuple[str, str], frozenset[str]]:
        """The block types that can serve each demand in each period."""
        kinds: dict[tuple[str, str], set[str]] = {key: set() for key in self.total}
        for demand, kind, t in self.units_per_block:
            if (demand, t) in kinds:
                kinds[demand, t].add(kind)
        shared = {names: names for names in map(frozenset, kinds.values())}
        return {key: shared[frozenset(names)] for key, names in kinds.items()}

    @cached_property
    def facilities(self) -> dict[str, tuple[str, ...]]:
        """The facilities that can serve each demand from some region."""
        reached = {
            name: {f for region in demand.regions for f in self.reach[name, region]}
            for name, demand in self.demands.items()
        }
        return {
            name: tuple(facility for facility in self.instance.facilities if facility in near)
            for name, near in reached.items()
        }

    @cached_property
    def hosting(self) -> dict[tuple[str, frozenset[str]], Hosts]:
        """Where blocks of some types may stand at each facility, where they may at all."""
        placed: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for kind, path in self.stands:
            placed[self.facility_of[path]].append((kind, path))
        return {
            (facility, kinds): hosts
            for kinds in set(self.kinds_for.values())
            for facility, every in placed.items()
            if (hosts := tuple((kind, path) for kind, path in every if kind in kinds))
        }

    def sites(self, demand: str, period: str) -> Iterator[tuple[str, Hosts]]:
        """Give the block types and leaf places that can serve a demand in a period, by facility."""
        kinds = self.kinds_for[demand, period]
        for facility in self.facilities[demand]:
            hosts = self.hosting.get((facility, kinds))
            if hosts:
                yield facility, hosts

    @cached_property
    def services(self) -> tuple[tuple[str, str, str, str], ...]:
        """Each demand, region, facility and period in which the one can be served at the other."""
        hosting, kinds = self.hosting, self.kinds_for
        return tuple(
            (demand, region, facility, t)
            for demand, region, t in self.amount
            for facility in self.reach[demand, region]
            if (facility, kinds[demand, t]) in hosting
        )

    @cached_property
    def beyond_use(self) -> BeyondUse:
        """Where blocks may be worth assigning beyond what a demand can use."""
        return BeyondUse(self.instance)

    def with_traffic(self) -> Iterator[Demand]:
        """Give the demands whose traffic comes over the WAN."""
        return (d for d in self.instance.demands if d.gbps_per_unit > 0 and d.from_)

    @cached_property
    def commodities(self) -> dict[tuple[Commodity, str], tuple[str, ...]]:
        """The demands whose traffic each commodity carries, by commodity and period."""
        carried: dict[tuple[Commodity, str], list[str]] = defaultdict(list)
        names = {demand.name for demand in self.with_traffic()}
        for demand, region, facility, t in self.services:
            if demand in names:
                carried[Commodity(region, facility, self.demands[demand].max_ms), t].append(demand)
        return {key: tuple(demands) for key, demands in carried.items()}

    def tunnels_for(self, commodity: Commodity) -> tuple[Tunnel, ...]:
        """Give the tunnels of a commodity that keep its bound."""
        bound = math.inf if commodity.max_ms is None else commodity.max_ms
        return tuple(t for t in self.tunnels[commodity.region, commodity.facility] if t.ms <= bound)
