"""Lots of options: when they are in effect, what they add and what they open, exactly."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from gridblock.instances.contracts import places_called, position
from gridblock.instances.feeds import Label
from gridblock.instances.instance import Instance
from gridblock.instances.schema.options import LeasedBlocks, Option
from gridblock.model.plan import Decisions
from gridblock.model.quantities import ZERO, Amounts, by_period, decimal


@dataclass(frozen=True)
class Lots:
    """Lots of one option that enter service together.

    Attributes:
        option: what was ordered or signed.
        count: how many lots.
        order: the period of order, by position from 0; below 0 before the horizon.
        service: the period of entering service, likewise.
        signed: whether they were signed already.
    """

    option: Option
    count: int
    order: int
    service: int
    signed: bool

    def in_effect(self, period: int) -> bool:
        """Say whether they have entered service in a period, and their term has not ended."""
        age, term = period - self.service, self.option.term
        return age >= 0 and (term is None or age < term)

    def share(self, period: int) -> Fraction:
        """Give the share of them that the ramp puts in effect in a period."""
        ramp = self.option.ramp
        if not self.in_effect(period):
            return ZERO
        return decimal(ramp[min(period - self.service, len(ramp) - 1)])

    def blocks(self, part: LeasedBlocks, period: int) -> int:
        """Give the blocks that they lease in a period: those of each lot are rounded down."""
        return self.count * math.floor(part.count * self.share(period))

    def after(self, periods: int) -> Iterator[tuple[Fraction, int]]:
        """Give the shares in effect after a horizon, each with the number of periods of it.

        Lots that enter service after it have all of their term then.
        """
        ramp, term = self.option.ramp, self.option.term
        first, end = max(0, periods - self.service), term or 0
        for age in range(first, min(end, len(ramp) - 1)):
            yield decimal(ramp[age]), 1
        if end > max(first, len(ramp) - 1):
            yield decimal(ramp[-1]), end - max(first, len(ramp) - 1)


def lots_of(instance: Instance, decisions: Decisions) -> tuple[Lots, ...]:
    """Give the lots that are signed or ordered, in the order of the options."""
    index = instance.horizon.index
    found: dict[str, list[Lots]] = {option.name: [] for option in instance.options}
    options = {option.name: option for option in instance.options}
    for option in instance.options:
        for name, count in option.signed.items():
            service = position(instance.horizon, name)
            if count and service is not None:
                order = service - option.lead
                found[option.name].append(Lots(option, count, order, service, signed=True))
    for (name, t), count in decisions.ordered.items():
        if count:
            lead = options[name].lead
            ordered = Lots(options[name], int(count), index[t], index[t] + lead, signed=False)
            found[name].append(ordered)
    return tuple(
        lots for each in found.values() for lots in sorted(each, key=lambda lots: lots.service)
    )


def lots_in_effect(instance: Instance, lots: Iterable[Lots]) -> dict[tuple[str, str], int]:
    """Count the lots in effect, by option and period, where there are any."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for of in lots:
        for i, t in enumerate(instance.horizon.names):
            if of.in_effect(i):
                counts[of.option.name, t] += of.count
    return dict(counts)


def open_places(
    instance: Instance, in_effect: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], bool]:
    """Say of each place that options open whether it is open, by place and period.

    Of copies of a zone as many are open as lots are in effect, the first ones. What no option opens
    is not named: it is open.
    """
    openers: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for option in instance.options:
        for part in option.openings:
            openers[places_called(part.opens, instance.places)].add(option.name)
    is_open: dict[tuple[str, str], bool] = {}
    for places, options in openers.items():
        for t in instance.horizon.names:
            lots = sum(in_effect.get((option, t), 0) for option in options)
            for i, path in enumerate(places):
                is_open[path, t] = is_open.get((path, t), False) or i < lots
    return is_open


def added_to_limits(instance: Instance, lots: Iterable[Lots]) -> Amounts:
    """Sum what lots in effect add to limits of places, times the ramp.

    By place, limit and period; the limit is named, and counted, as an instance writes it.
    """
    sums: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for of in lots:
        for part in of.option.limits:
            (place,) = places_called(part.at, instance.places)
            for i, (t, amount) in enumerate(by_period(instance, part.amount).items()):
                if of.in_effect(i):
                    sums[place, part.limit, t] += of.count * of.share(i) * amount
    return dict(sums)


def added_to_feeds(instance: Instance, lots: Iterable[Lots]) -> dict[tuple[Label, str], Fraction]:
    """Sum the MW that lots in effect add to the ratings of feeds, times the ramp.

    By feed and period.
    """
    sums: dict[tuple[Label, str], Fraction] = defaultdict(Fraction)
    for of in lots:
        for part in of.option.feeds:
            (place,) = places_called(part.at, instance.places)
            for i, (t, mw) in enumerate(by_period(instance, part.mw).items()):
                if of.in_effect(i):
                    sums[(place, part.feed), t] += of.count * of.share(i) * mw
    return dict(sums)


def added_to_links(instance: Instance, lots: Iterable[Lots]) -> dict[tuple[str, str], Fraction]:
    """Sum the Gbps that lots in effect add to links, times the ramp, by link and period."""
    sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for of in lots:
        for part in of.option.links:
            for i, (t, gbps) in enumerate(by_period(instance, part.gbps).items()):
                if of.in_effect(i):
                    sums[part.link, t] += of.count * of.share(i) * gbps
    return dict(sums)
