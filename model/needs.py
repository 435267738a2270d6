"""What a plan of a relaxed instance uses beyond what the instance gives."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import inf
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.instances.network import tunnels_of
from gridblock.instances.places import IN_MEGAWATTS, KW_PER_MW, SWITCHABLE
from gridblock.instances.relaxing import GRID, LINK, UPLINK, Relaxation
from gridblock.model.account import Account, account
from gridblock.model.explanation import Need
from gridblock.model.lots import added_to_limits, added_to_links
from gridblock.model.plan import Decisions
from gridblock.model.quantities import ZERO, Amounts, decimal, rated_use
from gridblock.model.traffic import fabric_traffic
from gridblock.model.used import uses

Use = tuple[str, Fraction, Fraction]
"""A period, what is used in it, and what the instance gives."""


class Needs:
    """What a plan uses, against the instance as it is given.

    Attributes:
        given: the instance as it is given.
        decisions: of the plan of the relaxed one.
        books: their account.
    """

    def __init__(self, given: Instance, relaxed: Instance, decisions: Decisions) -> None:
        """Draw up the account of the plan."""
        self.given, self.relaxed, self.decisions = given, relaxed, decisions
        self.books: Account = account(relaxed, decisions)
        self.added = added_to_limits(relaxed, self.books.lots)

    def of(self, relaxation: Relaxation) -> tuple[Need, ...]:
        """Say for each item that is relaxed what the plan uses beyond what is given."""
        measure = MEASURES.get(relaxation.family, Needs._of_resource)
        found = []
        for item in relaxation.items:
            over = [(used - limit, t, limit) for t, used, limit in measure(self, relaxation, item)]
            most = max(over, default=(ZERO, "", ZERO), key=lambda each: each[0])
            if most[0] > 0:
                amount, t, limit = most
                found.append(Need(relaxation.family, item, float(amount), t, float(limit)))
        return tuple(found)

    def _of_grid(self, _: Relaxation, item: str) -> Iterator[Use]:
        site = self.given.facilities[item]
        used = self._drawing
        for t, mw in self.given.over_periods(site.grid_mw or 0.0).items():
            kw = used.get((item, "power_kw", t), ZERO) * decimal(site.pue)
            yield t, kw / KW_PER_MW, decimal(mw) + self.added.get((item, GRID, t), ZERO)

    @property
    def _drawing(self) -> Amounts:
        return rated_use(self.given, self.books.powered)

    def _of_resource(self, relaxation: Relaxation, item: str) -> Iterator[Use]:
        """Give what is used where it is limited: by the facility, and by its zones in all."""
        name = relaxation.family
        resource = IN_MEGAWATTS.get(name, name)
        unit = KW_PER_MW if name in IN_MEGAWATTS else 1
        standing = self.books.powered if resource in SWITCHABLE else self.books.installed
        used = rated_use(self.given, standing)
        inner: dict[str, list[Fraction]] = defaultdict(lambda: [ZERO, ZERO])
        for path, place in self.given.places.items():
            if place.facility != item or resource not in place.limits:
                continue
            for t, limit in zip(self.given.horizon.names, place.limits[resource], strict=True):
                mine = used.get((path, resource, t), ZERO) / unit
                allowed = decimal(limit) / unit + self.added.get((path, name, t), ZERO)
                if path == item:
                    yield t, mine, allowed
                elif mine > allowed:
                    inner[t][0] += mine - allowed
                inner[t][1] += allowed
        yield from ((t, limit + over, limit) for t, (over, limit) in inner.items() if over)

    def _of_uplinks(self, _: Relaxation, item: str) -> Iterator[Use]:
        per_unit = {demand.name: decimal(demand.gbps_per_unit) for demand in self.given.demands}
        sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for (demand, leaf, t), units in self.decisions.served_in.items():
            for path in self.given.leaves[leaf].above:
                sums[path, t] += decimal(units) * per_unit[demand]
        for (_demand, path, t), gbps in fabric_traffic(self.relaxed, self.decisions).items():
            sums[path, t] += gbps
        for path, place in self.given.places.items():
            if place.facility == item and place.uplink_gbps is not None:
                for t, limit in zip(self.given.horizon.names, place.uplink_gbps, strict=True):
                    allowed = decimal(limit) + self.added.get((path, UPLINK, t), ZERO)
                    yield t, sums[path, t], allowed

    def _of_link(self, _: Relaxation, item: str) -> Iterator[Use]:
        added = added_to_links(self.relaxed, self.books.lots)
        link = next(each for each in self.given.network.links if each.label == item)
        for t, gbps in self.given.over_periods(link.gbps or 0.0).items():
            both = [self.books.link_gbps.get((item, end, t), ZERO) for end in link.between]
            used = sum(both, ZERO) if link.capacity == "shared" else max(both)
            yield t, used, decimal(gbps) + added.get((item, t), ZERO)

    def _of_supply(self, _: Relaxation, item: str) -> Iterator[Use]:
        """Count accelerators bought beyond the tightest supply that is given of them."""
        kinds = {k: b for k, b in self.given.blocks.items() if b.accelerator == item}
        chip = self.given.accelerators.get(item)
        supplies: dict[str, list[Fraction]] = defaultdict(list)
        if chip is not None and chip.supply is not None:
            for t, count in self.given.over_periods(chip.supply).items():
                supplies[t].append(decimal(count))
        if all(block.supply is not None for block in kinds.values()):
            for t in self.given.horizon.names:
                supplies[t].append(ZERO)
                for block in kinds.values():
                    count = self.given.over_periods(block.supply or 0.0)[t]
                    supplies[t][-1] += decimal(count) * block.accelerators
        for t, limits in supplies.items():
            yield t, self._bought(kinds, t), min(limits)

    def _bought(self, kinds: Mapping[str, object], t: str) -> Fraction:
        return sum(
            (
                Fraction(int(count) * self.given.blocks[kind].accelerators)
                for (kind, _, when), count in self.decisions.bought.items()
                if kind in kinds and when == t
            ),
            ZERO,
        )

    def _of_sale(self, _: Relaxation, item: str) -> Iterator[Use]:
        kinds = {k: b for k, b in self.given.blocks.items() if b.accelerator == item}
        total = ZERO
        for t in self.given.horizon.names:
            total += self._bought(kinds, t)
            yield t, total, ZERO

    def _of_limits(self, _: Relaxation, item: str) -> Iterator[Use]:
        for use in uses(self.given, self.decisions, self.books):
            if use.limit.name == item and use.bound != "min":
                yield use.period, use.used, use.allowed

    def _of_lots(self, _: Relaxation, item: str) -> Iterator[Use]:
        most = self.given.contracts[item].option.max
        count = sum(lots.count for lots in self.books.lots if lots.option.name == item)
        yield self.given.horizon.names[-1], Fraction(count), Fraction(most)

    def _of_latency(self, _: Relaxation, item: str) -> Iterator[Use]:
        """Give the longest round trip that serves, to the nearest path of each pair in use."""
        tunnels = tunnels_of(self.relaxed)
        bound = next(demand.max_ms for demand in self.given.demands if demand.name == item)
        for (demand, region, facility, t), units in self.decisions.served.items():
            if demand == item and region and units > 0:
                nearest = min((each.ms for each in tunnels[region, facility]), default=0.0)
                yield t, decimal(nearest), decimal(inf if bound is None else bound)

    def _of_facilities(self, _: Relaxation, item: str) -> Iterator[Use]:
        demand = next(each for each in self.given.demands if each.name == item)
        used: dict[str, set[str]] = defaultdict(set)
        for key, units in self.decisions.served.items():
            if key.demand == item and units > 0:
                used[key.period].add(key.facility)
        most = demand.most_facilities or len(self.given.facilities)
        for t, facilities in used.items():
            yield t, Fraction(len(facilities)), Fraction(most)


MEASURES: Final[Mapping[str, Callable[[Needs, Relaxation, str], Iterator[Use]]]] = {
    GRID: Needs._of_grid,
    UPLINK: Needs._of_uplinks,
    LINK: Needs._of_link,
    "supply": Needs._of_supply,
    "cost_once": Needs._of_sale,
    "limits": Needs._of_limits,
    "max": Needs._of_lots,
    "max_ms": Needs._of_latency,
    "max_facilities": Needs._of_facilities,
    **dict.fromkeys(
        (
            "feeds",
            "lead",
            "block_where",
            "order",
            "option_lead",
            "requires",
            "unmet_cost",
            "where",
            "max_share_per_facility",
            "interconnect",
            "fabric_gbps_per_block",
            "one_accelerator",
            "together",
            "whole_blocks",
            "survive",
            "signed",
            "current",
            "run",
            "tier",
            "min_share",
        ),
        lambda *_: iter(()),
    ),
}
"""How much each family needs is measured; one that is not named here is a limit of places."""
