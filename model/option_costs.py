"""What options cost: once, in each period, by the hour; and what is due after the horizon."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from gridblock.instances.instance import Instance
from gridblock.model.ledger import Due
from gridblock.model.lots import Lots
from gridblock.model.plan import Decisions, LeaseUse
from gridblock.model.quantities import ZERO, by_period, decimal, hours_of

OptionCost = tuple[str, str, Due, str | None, str | None, Fraction, str]
"""Category, period, when in it, facility, block type, amount and option."""


def option_costs(
    instance: Instance, decisions: Decisions, lots: Iterable[Lots]
) -> Iterator[OptionCost]:
    """Give every cost of options within the horizon."""
    for of in lots:
        yield from _paid_once(instance, of)
        yield from _kept(instance, of)
    yield from _used(instance, decisions)


def _paid_once(instance: Instance, lots: Lots) -> Iterator[OptionCost]:
    """Charge lots x cost_once when it falls due; what fell due before the horizon is sunk."""
    names = instance.horizon.names
    for due, amount in payments(instance, lots):
        if 0 <= due < len(names):
            yield "options", names[due], "start", None, None, amount, lots.option.name


def payments(instance: Instance, lots: Lots) -> Iterator[tuple[int, Fraction]]:
    """Give the position of each period in which cost_once of some lots is due, and how much.

    All of it on entering service, at the price of that period; or shares in successive periods from
    the order, at the price of the order's period. A price before the horizon is that of its start.
    """
    option, last = lots.option, len(instance.horizon) - 1
    price = list(by_period(instance, option.cost_once).values())
    priced = lots.order if option.pay else lots.service
    cost = lots.count * price[min(max(priced, 0), last)]
    if not option.pay:
        yield lots.service, cost
    for i, share in enumerate(option.pay):
        yield lots.order + i, decimal(share) * cost


def _kept(instance: Instance, lots: Lots) -> Iterator[OptionCost]:
    """Charge cost_per_period x ramp for lots in effect; credit end_share x cost_once at the end."""
    option, last = lots.option, len(instance.horizon) - 1
    price = by_period(instance, option.cost_once)
    for i, (t, keep) in enumerate(by_period(instance, option.cost_per_period).items()):
        cost = lots.count * lots.share(i) * keep
        yield "options", t, "middle", None, None, cost, option.name
        if i == last and lots.in_effect(last):
            credit = -lots.count * decimal(option.end_share) * price[t]
            yield "end_credit", t, "end", None, None, credit, option.name


def _used(instance: Instance, decisions: Decisions) -> Iterator[OptionCost]:
    """Charge take-or-pay; take off the energy that its price includes.

    The larger of committed_share x leased and used, x per_block_hour x hours; and MW x PUE x hours
    x (idle factor x leased + (load factor - idle factor) x used) x the price of energy.
    """
    hours, options = hours_of(instance), {option.name: option for option in instance.options}
    leased, used = leased_at(instance, decisions), decisions.leases_used
    for key in dict.fromkeys((*leased, *used)):
        name, kind, facility, t = key
        usage = options[name].usage
        if usage is not None:
            held, busy = leased.get(key, 0), decimal(used.get(key, 0))
            price = by_period(instance, usage.per_block_hour)[t]
            paid = max(decimal(usage.committed_share) * held, busy)
            yield "usage", t, "middle", facility, kind, paid * price * hours[t], name
            if usage.energy == "included":
                saved = _energy(instance, key, held, busy) * hours[t]
                yield "energy", t, "middle", facility, kind, -saved, name


def _energy(instance: Instance, key: LeaseUse, held: int, busy: Fraction) -> Fraction:
    """Give what the energy of leased blocks, of which some are in use, costs an hour."""
    block, site = instance.blocks[key.block], instance.facilities[key.facility]
    idle, load = decimal(block.idle), decimal(block.load_factor)
    kw = decimal(block.uses.get("power_kw", 0.0)) * decimal(site.pue)
    mw = (idle * held + (load - idle) * busy) * kw / 1000
    return mw * by_period(instance, site.energy_per_mwh)[key.period]


def leased_at(instance: Instance, decisions: Decisions) -> dict[LeaseUse, int]:
    """Count the blocks leased by option, block type, facility and period."""
    sums: dict[LeaseUse, int] = defaultdict(int)
    for (option, kind, path, t), count in decisions.leased.items():
        sums[LeaseUse(option, kind, instance.leaves[path].facility, t)] += int(count)
    return dict(sums)


def committed_after(instance: Instance, lots: Iterable[Lots]) -> dict[str, Fraction]:
    """Sum what is due after the horizon, undiscounted, by option, where there is any.

    Shares of ``pay`` that are still due; and over the rest of each term cost_per_period and the
    committed share of leased blocks, at the prices and hours of the last period.
    """
    periods = len(instance.horizon)
    hours = decimal(instance.horizon.hours[-1])
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for of in lots:
        option = of.option
        due = sum((amount for at, amount in payments(instance, of) if at >= periods), ZERO)
        keep = _last(instance, option.cost_per_period)
        hourly = ZERO
        if option.usage is not None:
            price = _last(instance, option.usage.per_block_hour)
            hourly = price * decimal(option.usage.committed_share) * hours
        for share, count in of.after(periods):
            blocks = sum(math.floor(part.count * share) for part in option.leases)
            due += of.count * count * (share * keep + blocks * hourly)
        if due:
            sums[option.name] += due
    return dict(sums)


def _last(instance: Instance, series: float | tuple[float, ...] | Mapping[str, float]) -> Fraction:
    return by_period(instance, series)[instance.horizon.names[-1]]
