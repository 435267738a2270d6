"""Limits, links, feeds and leases with what the lots of options add to them."""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Final

from gridblock.instances.contracts import Contract, places_called
from gridblock.instances.feeds import Label
from gridblock.instances.places import IN_MEGAWATTS, KW_PER_MW
from gridblock.model.exact import exact
from gridblock.model.facts import Facts

GRID: Final = "grid_kw"
UPLINK: Final = "uplink_gbps"
Key = tuple[str, str, str]


@dataclass
class Limit:
    """A limit of a place in a period: what is given, and what each lot adds.

    Attributes:
        given: as written, power and cooling in kW; only while the place is open.
        sure: what signed lots add.
        added: what one lot adds, by option and period of order.
        on_offer: the most lots of each of these options.
    """

    given: Fraction
    sure: Fraction = Fraction(0)
    added: dict[tuple[str, str], Fraction] = field(default_factory=dict)
    on_offer: dict[str, int] = field(default_factory=dict)

    @property
    def least(self) -> Fraction:
        """The limit without any lot that can be ordered."""
        return self.given + self.sure if self.sure else self.given

    @property
    def most(self) -> Fraction:
        """The limit with all lots that can be ordered, each taken where it adds most."""
        if not self.added:
            return self.least
        best: dict[str, Fraction] = defaultdict(Fraction)
        for (option, _), each in self.added.items():
            best[option] = max(best[option], each)
        lots = sum((self.on_offer[option] * each for option, each in best.items()), Fraction(0))
        return self.least + lots

    def stays_within(self, other: "Limit") -> bool:
        """Say whether it is never above another, whatever lots are ordered."""
        ahead: dict[str, Fraction] = defaultdict(Fraction)
        for key, each in self.added.items():
            more = each - other.added.get(key, 0)
            ahead[key[0]] = max(ahead[key[0]], more)
        lots = sum((self.on_offer[option] * each for option, each in ahead.items()), Fraction(0))
        return self.least + lots <= other.least


class Additions:
    """What options add, worked out once."""

    def __init__(self, facts: Facts) -> None:
        """Remember the facts."""
        self.facts = facts
        self.instance = facts.instance

    @cached_property
    def limits(self) -> dict[Key, Limit]:
        """Each limit by place, resource and period: also grid power (kW) and uplinks (Gbps)."""
        limits = {
            key: Limit(exact(value))
            for place, resource, values in self._given()
            for key, value in self._by_period(place, resource, values)
        }
        for contract in self.instance.contracts.values():
            for part in contract.option.limits:
                (place,) = places_called(part.at, self.instance.places)
                scale = KW_PER_MW if part.limit in IN_MEGAWATTS or part.limit == "grid_mw" else 1
                name = GRID if part.limit == "grid_mw" else IN_MEGAWATTS.get(part.limit, part.limit)
                amount = self.instance.over_periods(part.amount)
                for t in self.facts.periods:
                    self._add(limits[place, name, t], contract, t, scale * exact(amount[t]))
        return limits

    def _given(self) -> Iterator[tuple[str, str, tuple[float, ...]]]:
        for path, place in self.instance.places.items():
            for resource, values in place.limits.items():
                yield path, resource, values
            if place.uplink_gbps is not None:
                yield path, UPLINK, place.uplink_gbps
        for name, facility in self.instance.facilities.items():
            if facility.grid_mw is not None:
                given = self.instance.over_periods(facility.grid_mw).values()
                yield name, GRID, tuple(float(KW_PER_MW * exact(mw)) for mw in given)

    def _by_period(
        self, place: str, resource: str, values: tuple[float, ...]
    ) -> Iterator[tuple[Key, float]]:
        for t, value in zip(self.facts.periods, values, strict=True):
            yield (place, resource, t), value

    def _add(self, limit: Limit, contract: Contract, t: str, each: Fraction) -> None:
        """Add the lots in effect in a period to a limit, each times its ramp."""
        name, lead = contract.option.name, contract.option.lead
        at = self.instance.horizon.index[t]
        for service, lots in contract.signed_in_effect(at):
            limit.sure += lots * each * exact(contract.ramp(service, at))
        limit.on_offer[name] = contract.on_offer
        for order in contract.in_effect(at):
            key = (name, self.facts.periods[order])
            share = exact(contract.ramp(order + lead, at))
            limit.added[key] = limit.added.get(key, Fraction(0)) + each * share

    @cached_property
    def links(self) -> dict[tuple[str, str], Limit]:
        """The capacity of each link that names one, in Gbps, by link and period."""
        capacity = {
            (link.label, t): Limit(exact(gbps))
            for link in self.instance.network.links
            if link.gbps is not None
            for t, gbps in self.instance.over_periods(link.gbps).items()
        }
        for contract in self.instance.contracts.values():
            for part in contract.option.links:
                for t, gbps in self.instance.over_periods(part.gbps).items():
                    self._add(capacity[part.link, t], contract, t, exact(gbps))
        return capacity

    @cached_property
    def feeds(self) -> dict[tuple[Label, str], Limit]:
        """What lots add to each rating of a feed, in kW, by feed and period; nothing is given."""
        more: dict[tuple[Label, str], Limit] = defaultdict(lambda: Limit(Fraction(0)))
        for contract in self.instance.contracts.values():
            for part in contract.option.feeds:
                (place,) = places_called(part.at, self.instance.places)
                for t, mw in self.instance.over_periods(part.mw).items():
                    limit = more[(place, part.feed), t]
                    self._add(limit, contract, t, KW_PER_MW * exact(mw))
        return dict(more)

    def blocks_per_lot(self, option: str, part: int, service: int, period: int) -> int:
        """Give the blocks of a lease that one lot has in effect: the ramp rounds down."""
        contract = self.instance.contracts[option]
        count = contract.option.leases[part].count
        return math.floor(count * exact(contract.ramp(service, period)))

    @cached_property
    def leases(self) -> dict[tuple[str, int, str], Limit]:
        """The blocks that each part of an option leases, by option, number and period."""
        blocks: dict[tuple[str, int, str], Limit] = {}
        for (name, i), _ in self.facts.lease_sites.items():
            contract = self.instance.contracts[name]
            for at, t in enumerate(self.facts.periods):
                limit = blocks[name, i, t] = Limit(Fraction(0), on_offer={name: contract.on_offer})
                for service, lots in contract.signed_in_effect(at):
                    limit.sure += lots * self.blocks_per_lot(name, i, service, at)
                for order in contract.in_effect(at):
                    each = self.blocks_per_lot(name, i, order + contract.option.lead, at)
                    limit.added[name, self.facts.periods[order]] = Fraction(each)
        return blocks

    @cached_property
    def leased(self) -> dict[Key, int]:
        """The most blocks leased, by block type, leaf place and period."""
        most: dict[Key, int] = defaultdict(int)
        for (name, i, t), limit in self.leases.items():
            kind = self.instance.contracts[name].option.leases[i].blocks
            for leaf in self.facts.lease_sites[name, i]:
                most[kind, leaf, t] += int(limit.most)
        return dict(most)

    @cached_property
    def openers(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """The options that open each place, or each row of copies of a zone."""
        opened: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for option in self.instance.options:
            for part in option.openings:
                opened[places_called(part.opens, self.instance.places)].append(option.name)
        return {places: tuple(dict.fromkeys(names)) for places, names in opened.items()}
