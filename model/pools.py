"""What need not be told apart: zones of a facility, demands that use blocks alike.

Blocks are assigned to a demand in a leaf place. Where nothing depends on which zone of a facility
they stand in, or on which of several demands they are for, one variable stands for all of them, and
`share` says afterwards which block is whose. The optimum is the same.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Final

from gridblock.instances.schema.demands import Demand
from gridblock.instances.schema.limits import Limit
from gridblock.model.appetite import AT_WORK
from gridblock.model.facts import Facts, Hosts

Key = tuple[str, str, str, str]
"""A workload, a block type, a leaf place or facility, and a period."""


class Reduction(StrEnum):
    """A way of making a model smaller that keeps its optimum."""

    ZONES = "zones"
    DEMANDS = "demands"
    ROUNDING = "rounding"
    TUNNELS = "tunnels"


EXACT: Final = frozenset(Reduction)
"""All reductions, which is how gridblock solves."""
WRITTEN: Final[frozenset[Reduction]] = frozenset()
"""None of them: each decision has a variable of its own, as the formulas say."""


class Pools:
    """Which zones and which demands share their variables."""

    def __init__(self, facts: Facts, reductions: Collection[Reduction] = WRITTEN) -> None:
        """Remember the facts and what may be shared."""
        self.facts, self.reductions = facts, frozenset(reductions)
        self._known_fits: dict[tuple[Hosts, str, bool], dict[tuple[str, str], int]] = {}
        instance = facts.instance
        survives = any(d.survive is not None and d.survive.facility for d in instance.demands)
        if survives or instance.current is not None:
            # Blocks in reserve and blocks that have been moved are told apart one by one.
            self.reductions &= {Reduction.TUNNELS}

    def by_facility(self, demand: str, facility: str) -> bool:
        """Say whether blocks of a demand are counted by facility, whichever zone they stand in."""
        asks = self.facts.demands[demand]
        if facility not in self._undivided or asks.together == "zone":
            return False
        # Where others have shares of blocks in one zone, it matters in which a whole one is left.
        return not (asks.whole_blocks and facility in self._shared)

    def key(self, demand: str, kind: str, path: str, period: str) -> Key:
        """Give the index of the variable that counts blocks of a demand in a leaf place."""
        facility = self.facts.facility_of[path]
        place = facility if self.by_facility(demand, facility) else path
        return self.workload(demand), kind, place, period

    def workload(self, demand: str) -> str:
        """Give the first of the demands that share blocks with a demand: itself, if none do."""
        return self._workloads[demand]

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The demands of each workload, by the first of them."""
        members: dict[str, list[str]] = defaultdict(list)
        for demand, first in self._workloads.items():
            members[first].append(demand)
        return {first: tuple(demands) for first, demands in members.items()}

    def blocks_of_use(self, powered: Mapping[tuple[str, str, str], int]) -> dict[Key, float]:
        """Give the most blocks that can be of use, by index of their variable, where any can.

        Where more may be worth assigning, they are all that can be powered there.

        Args:
            powered: the most blocks that can be powered, by block type, leaf place and period.
        """
        facts = self.facts
        needed: dict[Key, float] = defaultdict(int)
        room: dict[Key, int] = {}
        for (demand, t), kinds in facts.kinds_for.items():
            need = {kind: self.need(demand, kind, t) for kind in kinds}
            work = self.workload(demand)
            for facility, hosts in facts.sites(demand, t):
                fits = self._fits(facility, hosts, t, powered, self.by_facility(demand, facility))
                for (kind, place), most in fits.items():
                    key = work, kind, place, t
                    beyond = facts.beyond_use.pays(demand, kind, facility, t)
                    needed[key] += math.inf if beyond else need[kind]
                    room[key] = most
        return {key: min(needed[key], most) for key, most in room.items() if most}

    def need(self, demand: str, kind: str, period: str) -> float:
        """Give the blocks of a type that all of a demand takes, whole ones where it says so."""
        facts = self.facts
        blocks = facts.total[demand, period] / facts.units_per_block[demand, kind, period]
        return math.ceil(blocks) if facts.demands[demand].whole_blocks else blocks

    def _fits(
        self,
        facility: str,
        hosts: Hosts,
        period: str,
        powered: Mapping[tuple[str, str, str], int],
        undivided: bool,
    ) -> Mapping[tuple[str, str], int]:
        """Give the most blocks that can be powered by block type and place, as it is counted."""
        known = self._known_fits.get((hosts, period, undivided))
        if known is None:
            known = defaultdict(int)
            for kind, path in hosts:
                known[kind, facility if undivided else path] += powered[kind, path, period]
            self._known_fits[hosts, period, undivided] = known
        return known

    @cached_property
    def watched(self) -> frozenset[str]:
        """The facilities where an uplink says how much a zone may serve."""
        places = self.facts.instance.places.values()
        return frozenset(place.facility for place in places if place.uplink_gbps is not None)

    @cached_property
    def _undivided(self) -> frozenset[str]:
        """The facilities of which no rule tells zones apart, where no idle work ever pays."""
        facts, instance = self.facts, self.facts.instance
        if Reduction.ZONES not in self.reductions:
            return frozenset()
        return frozenset(
            facility
            for facility in instance.facilities
            if facility not in self.watched
            and not any(facts.beyond_use.may_pay(facility, t) for t in facts.periods)
        )

    @cached_property
    def _shared(self) -> frozenset[str]:
        """The facilities where a demand may have a share of a block in one zone of its choice."""
        return frozenset(
            facility
            for name, demand in self.facts.demands.items()
            if demand.together == "zone" and not demand.whole_blocks
            for facility in self.facts.facilities[name]
        )

    @cached_property
    def _workloads(self) -> dict[str, str]:
        """The first demand that uses blocks as each demand does."""
        facts, instance = self.facts, self.facts.instance
        alike = Reduction.DEMANDS in self.reductions and not (
            any(_tells_demands_apart(limit) for limit in instance.limits)
            or any(
                facts.beyond_use.may_pay(f, t) for f in instance.facilities for t in facts.periods
            )
        )
        first: dict[object, str] = {}
        return {
            name: first.setdefault(self._manner(demand), name)
            if alike and self._is_plain(demand)
            else name
            for name, demand in facts.demands.items()
        }

    def _is_plain(self, demand: Demand) -> bool:
        """Say whether nothing asks which blocks in a facility serve a demand."""
        apart = (
            demand.whole_blocks,
            demand.one_accelerator,
            demand.run is not None,
            demand.together == "zone",
            demand.interconnect is not None,
            demand.fabric_gbps_per_block > 0,
            demand.gbps_per_unit > 0 and bool(self.watched),
        )
        return not any(apart)

    def _manner(self, demand: Demand) -> object:
        """Give what demands that share blocks have in common: tier and yields."""
        spread = self.facts.instance.over_periods
        yields = {chip: tuple(spread(each).values()) for chip, each in demand.yields.items()}
        return demand.tier, tuple(sorted(yields.items()))


def _tells_demands_apart(limit: Limit) -> bool:
    """Say whether a limit counts the blocks that some demands use."""
    chosen = [s.chosen for s in (limit.of, limit.among) if s is not None]
    return limit.measure in AT_WORK and any("demand" in names for names in chosen)
