"""What a plan uses of each limit over the plan, exactly, from its account."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from gridblock.model.quantities import ZERO, by_period, decimal, hours_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gridblock.instances.instance import Instance
    from gridblock.instances.schema.limits import Limit, Selection
    from gridblock.model.ledger import Ledger
    from gridblock.model.plan import Decisions, Standing
    from gridblock.model.quantities import Amounts

OF_BLOCKS: Final = ("hardware", "energy", "carbon", "usage")
"""Categories that are paid for a block type."""
OUTLAYS: Final = (*OF_BLOCKS, "options", "standing", "network", "serving")
"""Categories that are money spent: the price of a move only weighs what it disturbs."""


class Books(Protocol):
    """Of an account, what limits count."""

    @property
    def owned(self) -> Mapping[Standing, int]:
        """Blocks by type, leaf place and period."""

    @property
    def served(self) -> Amounts:
        """Units by demand, facility and period."""

    @property
    def energy_mwh(self) -> Amounts:
        """Energy by facility, block type and period."""

    @property
    def carbon_kg(self) -> Amounts:
        """Carbon by facility, block type and period."""

    @property
    def ledger(self) -> Ledger:
        """What is paid."""


class Part(NamedTuple):
    """A part of a measure in one period, with what it belongs to."""

    facility: str | None
    block: str | None
    demand: str | None
    period: str
    amount: Fraction
    option: str | None = None


class Use(NamedTuple):
    """What is used of a limit in a period, or up to it.

    Attributes:
        limit: the limit.
        bound: max, min or max_share.
        period: in which period; the last one for the horizon.
        used: what is counted, in the unit of the measure, times hours for levels over several
            periods.
        allowed: the most, or for min the least, in the same unit.
        largest: the size of the largest term of the row.
    """

    limit: Limit
    bound: str
    period: str
    used: Fraction
    allowed: Fraction
    largest: Fraction

    @property
    def excess(self) -> Fraction:
        """By how much the limit is exceeded or missed; 0 where it is kept."""
        over = self.allowed - self.used if self.bound == "min" else self.used - self.allowed
        return max(over, ZERO)


def uses(instance: Instance, decisions: Decisions, account: Books) -> Iterator[Use]:
    """Give the use of every limit over the plan, in each period in which it holds."""
    for limit in instance.limits:
        parts = tuple(_parts(instance, decisions, account, limit.measure))
        used, largest = _over_periods(instance, limit, parts, limit.of)
        for bound, series in limit.bounds.items():
            allowed, sizes = by_period(instance, series), largest
            if bound == "max_share":
                among, others = _over_periods(instance, limit, parts, limit.among)
                sizes = {t: max(size, others[t]) for t, size in largest.items()}
                allowed = {t: allowed[t] * amount for t, amount in among.items()}
            for t, amount in used.items():
                yield Use(limit, bound, t, amount, allowed[t], max(sizes[t], allowed[t]))


def _over_periods(
    instance: Instance, limit: Limit, parts: tuple[Part, ...], selection: Selection | None
) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Sum what is selected in each period, up to each, or over all; and the largest term."""
    names, hours = instance.horizon.names, hours_of(instance)
    one = limit.per == "period" or limit.adds_up
    sums: dict[str, Fraction] = dict.fromkeys(names, ZERO)
    largest: dict[str, Fraction] = dict.fromkeys(names, ZERO)
    for part in parts:
        if selection is None or _selected(instance, selection, part):
            amount = part.amount * (1 if one else hours[part.period])
            sums[part.period] += amount
            largest[part.period] = max(largest[part.period], abs(amount))
    if limit.per == "period":
        return sums, largest
    sums = dict(zip(names, accumulate(sums.values()), strict=True))
    largest = dict(zip(names, accumulate(largest.values(), max), strict=True))
    last = names[-1]
    return (sums, largest) if limit.per == "to_date" else ({last: sums[last]}, largest)


def _selected(instance: Instance, selection: Selection, part: Part) -> bool:
    """Say whether all that a selection names holds of a part."""
    belongs: Mapping[str, set[str | None]] = {
        "facility": {part.facility},
        "tag": set() if part.facility is None else {*instance.facilities[part.facility].tags},
        "block": {part.block},
        "demand": {part.demand},
    }
    if part.block is not None:
        chip = instance.blocks[part.block].accelerator
        belongs = {
            **belongs,
            "accelerator": {chip},
            "vendor": {instance.accelerators[chip].vendor},
        }
    if part.option is not None:
        kind = instance.contracts[part.option].option.kind
        belongs = {**belongs, "option": {part.option}, "kind": {kind}}
    return all(
        not belongs.get(key, set()).isdisjoint(names) for key, names in selection.chosen.items()
    )


def _parts(
    instance: Instance, decisions: Decisions, account: Books, measure: str
) -> Iterator[Part]:
    """Give a measure part by part."""
    if measure in {"spend", "spend_once"}:
        yield from _payments(account, once=measure == "spend_once")
    elif measure in {"energy", "carbon"}:
        amounts, unit = (
            (account.energy_mwh, 1) if measure == "energy" else (account.carbon_kg, 1000)
        )
        for (facility, block, t), amount in amounts.items():
            yield Part(facility, block, None, t, amount / unit)
    elif measure == "served":
        for (demand, facility, t), units in account.served.items():
            yield Part(facility, None, demand, t, units)
    elif measure in {"blocks_used", "accelerators_used"}:
        yield from _used(instance, decisions, chips=measure == "accelerators_used")
    else:
        yield from _standing(instance, decisions, account, measure)


def _payments(account: Books, *, once: bool) -> Iterator[Part]:
    for entry in account.ledger.entries:
        if entry.category in OUTLAYS and (entry.due == "start" or not once):
            block = entry.item if entry.category in OF_BLOCKS else None
            demand = entry.item if entry.category == "serving" else None
            yield Part(entry.facility, block, demand, entry.period, entry.amount, entry.option)


def _used(instance: Instance, decisions: Decisions, *, chips: bool) -> Iterator[Part]:
    sums: dict[tuple[str, str, str, str], Fraction] = defaultdict(Fraction)
    for key, blocks in decisions.assigned.items():
        facility = instance.leaves[key.place].facility
        sums[facility, key.block, key.demand, key.period] += decimal(blocks)
    for (facility, block, demand, t), count in sums.items():
        each = instance.blocks[block].accelerators if chips else 1
        yield Part(facility, block, demand, t, count * each)


def _standing(
    instance: Instance, decisions: Decisions, account: Books, measure: str
) -> Iterator[Part]:
    standing = [(*key, count, None) for key, count in account.owned.items()]
    leased = [
        (block, path, t, count, option)
        for (option, block, path, t), count in decisions.leased.items()
    ]
    for block, path, t, count, option in (*standing, *leased):
        kind = instance.blocks[block]
        each = {
            "blocks": Fraction(1),
            "accelerators": Fraction(kind.accelerators),
            "power": decimal(kind.uses.get("power_kw", 0.0)) / 1000,
        }[measure]
        yield Part(instance.leaves[path].facility, block, None, t, int(count) * each, option)
