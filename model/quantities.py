"""Quantities that follow from a plan's decisions, exactly: blocks, units and energy.

All are sums of the decimals as written, in rational numbers. The decisions must name only what
exists.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from typing import Final, TypeVar

from gridblock.instances.instance import Instance
from gridblock.instances.schema.demands import Run
from gridblock.instances.schema.series import Written, spread
from gridblock.model.exact import exact
from gridblock.model.plan import Decisions, Standing

Key = TypeVar("Key", bound=Hashable)
Amounts = Mapping[tuple[str, str, str], Fraction]

ZERO: Final = Fraction(0)
_WIDE: Final = Context(prec=5000, traps=[Inexact, InvalidOperation])
"""Enough digits to add any floats without rounding; would raise rather than round."""


@lru_cache(maxsize=65536)
def decimal(value: float) -> Fraction:
    """Give ``exact(value)``, remembering numbers that an instance repeats."""
    return exact(value)


def totals(items: Iterable[tuple[Key, float | Decimal]]) -> dict[Key, Fraction]:
    """Sum the decimals of each key, exactly."""
    sums: dict[Key, Decimal] = {}
    for key, value in items:
        written = value if isinstance(value, Decimal) else Decimal(repr(value))
        sums[key] = _WIDE.add(sums[key], written) if key in sums else written
    return {key: Fraction(total) for key, total in sums.items()}


def product(a: float, b: float) -> Decimal:
    """Multiply two numbers as written, exactly."""
    return _WIDE.multiply(Decimal(repr(a)), Decimal(repr(b)))


def by_period(instance: Instance, series: Written) -> dict[str, Fraction]:
    """Give the exact value of a series in each period."""
    values = spread(series, instance.horizon)
    return {t: decimal(v) for t, v in zip(instance.horizon.names, values, strict=True)}


def hours_of(instance: Instance) -> dict[str, Fraction]:
    """Give the hours of each period."""
    return by_period(instance, instance.horizon.hours)


def owned_blocks(instance: Instance, decisions: Decisions) -> dict[Standing, int]:
    """Give blocks owned: those before + bought + on order - retired, from those installed today on.

    A block type and leaf place with any of these has every period.
    """
    names = instance.horizon.names
    changes: dict[tuple[str, str], dict[str, int]] = {}
    for path, leaf in instance.leaves.items():
        for kind in (*leaf.installed, *leaf.on_order):
            due = leaf.on_order.get(kind, (0,) * len(names))
            changes[kind, path] = dict(zip(names, due, strict=True))
    for sign, decided in ((1, decisions.bought), (-1, decisions.retired)):
        for (kind, path, period), count in decided.items():
            change = changes.setdefault((kind, path), dict.fromkeys(names, 0))
            change[period] += sign * int(count)
    owned = {}
    for (kind, path), change in changes.items():
        today = instance.leaves[path].installed.get(kind, 0)
        for t, changed in zip(names, accumulate(change.values()), strict=True):
            owned[Standing(kind, path, t)] = today + changed
    return owned


def leased_blocks(decisions: Decisions) -> dict[Standing, int]:
    """Give blocks leased, the sum over options, by block type, leaf place and period."""
    leased: dict[Standing, int] = defaultdict(int)
    for key, count in decisions.leased.items():
        leased[Standing(*key[1:])] += int(count)
    return dict(leased)


def installed_blocks(
    owned: Mapping[Standing, int], leased: Mapping[Standing, int]
) -> dict[Standing, int]:
    """Give blocks that stand: owned + leased."""
    return {key: owned.get(key, 0) + leased.get(key, 0) for key in {**owned, **leased}}


def powered_blocks(installed: Mapping[Standing, int], decisions: Decisions) -> dict[Standing, int]:
    """Give blocks that draw power: installed - switched off."""
    off = {key: int(count) for key, count in decisions.switched_off.items()}
    return {key: installed.get(key, 0) - off.get(key, 0) for key in {**installed, **off}}


def assigned_blocks(decisions: Decisions) -> dict[Standing, Fraction]:
    """Give blocks assigned, the sum over demands, by block type, leaf place and period."""
    return totals((Standing(*key[1:]), count) for key, count in decisions.assigned.items())


def assigned_capacity(
    instance: Instance, decisions: Decisions
) -> tuple[dict[tuple[str, str, str], Fraction], dict[tuple[str, str, str], Fraction]]:
    """Give units that can be served: the sum of blocks assigned x accelerators x yield.

    An accelerator that the demand names no yield of serves nothing.

    Returns:
        By demand, leaf place and period; and by demand, facility and period.
    """
    rates = units_per_block(instance)
    units = [
        (key, _WIDE.multiply(Decimal(repr(blocks)), rates[key.demand, key.block, key.period]))
        for key, blocks in decisions.assigned.items()
        if (key.demand, key.block, key.period) in rates
    ]
    facility = {path: leaf.facility for path, leaf in instance.leaves.items()}
    by_leaf = totals(((key.demand, key.place, key.period), n) for key, n in units)
    by_facility = totals(((key.demand, facility[key.place], key.period), n) for key, n in units)
    return by_leaf, by_facility


def units_per_block(instance: Instance) -> dict[tuple[str, str, str], Decimal]:
    """Give accelerators x yield by demand, block type and period, where a yield is named."""
    return {
        (demand.name, name, t): product(block.accelerators, value)
        for demand in instance.demands
        for name, block in instance.blocks.items()
        if block.accelerator in demand.yields
        for t, value in instance.over_periods(demand.yields[block.accelerator]).items()
    }


def rated_use(instance: Instance, counts: Mapping[Standing, int]) -> Amounts:
    """Sum blocks x rated use over all that stands in a place, by place, resource and period.

    Places are facilities and zones, with all that is in them; resources are named as in ``uses``.
    """
    blocks: dict[tuple[str, str, str], int] = defaultdict(int)
    for (kind, path, t), count in counts.items():
        if count:
            for place in instance.leaves[path].above:
                blocks[place, kind, t] += count
    return totals(
        ((place, resource, t), product(count, each))
        for (place, kind, t), count in blocks.items()
        for resource, each in instance.blocks[kind].uses.items()
    )


def run_starts(instance: Instance, decisions: Decisions) -> dict[str, str | None]:
    """Give the period in which each run starts, the first one decided; None where it does not."""
    started: dict[str, str] = {}
    for (demand, period), count in decisions.starts.items():
        if count:
            started.setdefault(demand, period)
    return {d.name: started.get(d.name) for d in instance.demands if d.run is not None}


def run_periods(instance: Instance, run: Run, start: str | None) -> tuple[str, ...]:
    """Give the periods that a run takes from its start on; without one, its earliest ones."""
    names = instance.horizon.names
    first = instance.horizon.index[run.start[0] if start is None else start]
    return names[first : first + run.periods]


def asked_units(instance: Instance, decisions: Decisions) -> dict[tuple[str, str, str], Fraction]:
    """Give the region's share x the amount, by demand, region and period.

    A run asks for its amount while it is under way; if it does not start, in its earliest periods.
    """
    starts = run_starts(instance, decisions)
    asked: dict[tuple[str, str, str], Fraction] = {}
    for demand in instance.demands:
        amount = by_period(instance, demand.amount)
        if demand.run is not None:
            taken = run_periods(instance, demand.run, starts[demand.name])
            amount = {t: units if t in taken else ZERO for t, units in amount.items()}
        shares = {region: decimal(demand.from_.get(region, 1.0)) for region in demand.regions}
        for t, units in amount.items():
            asked |= {(demand.name, r, t): units * share for r, share in shares.items()}
    return asked


def unmet_units(instance: Instance, decisions: Decisions, asked: Amounts, met: Amounts) -> Amounts:
    """Give asked - met, by demand, region and period; of a run that starts, nothing is unmet."""
    started = {d for d, start in run_starts(instance, decisions).items() if start is not None}
    return {
        key: ZERO if key[0] in started else units - met.get(key, ZERO)
        for key, units in asked.items()
    }


def energy_mwh(
    instance: Instance, powered: Mapping[Standing, int], assigned: Mapping[Standing, Fraction]
) -> dict[tuple[str, str, str], Fraction]:
    """Give the energy from the grid, by facility, block type and period.

    It is MW x PUE x hours x (load factor x blocks assigned + idle factor x other blocks powered).
    """
    on: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    busy: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for sums, counts in ((on, powered), (busy, assigned)):
        for (kind, path, t), count in counts.items():
            if count:
                sums[instance.leaves[path].facility, kind, t] += count
    hours = hours_of(instance)
    energy = {}
    for key in {**on, **busy}:
        facility, kind, t = key
        block = instance.blocks[kind]
        idle, load = decimal(block.idle), decimal(block.load_factor)
        average = idle * on.get(key, ZERO) + (load - idle) * busy.get(key, ZERO)
        kw = decimal(block.uses.get("power_kw", 0.0)) * decimal(instance.facilities[facility].pue)
        energy[key] = average * kw / 1000 * hours[t]
    return energy
