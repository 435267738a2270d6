"""What to order before it is known what comes, in plain words."""

from typing import Final

from gridblock.instances.instance import Instance
from gridblock.model.common_orders import Order
from gridblock.reports.words import plural
from gridblock.solvers.stochastic.plan import StochasticPlan, resolves_in

AFTER: Final = "after the horizon"


def in_time(instance: Instance, order: Order) -> tuple[int, bool, str, str]:
    """Give what orders are sorted by: their period, blocks before lots, names."""
    return instance.horizon.index[order.period], not order.facility, order.name, order.facility


def lead(instance: Instance, order: Order) -> int:
    """Give the periods from order to service."""
    if order.facility:
        return instance.blocks[order.name].lead
    return instance.contracts[order.name].option.lead


def in_service(instance: Instance, order: Order) -> str:
    """Name the period in which something enters service."""
    names, at = instance.horizon.names, instance.horizon.index[order.period]
    service = at + lead(instance, order)
    return names[service] if service < len(names) else AFTER


def services(plan: StochasticPlan, order: Order) -> dict[str, list[str]]:
    """Give the periods in which something enters service, with the scenarios; the likeliest first.

    Where it has the same lead in all of them that is one period.
    """
    likely: dict[str, float] = {}
    found: dict[str, list[str]] = {}
    for future in plan.futures:
        period = in_service(future.instance, order)
        likely[period] = likely.get(period, 0.0) + future.probability
        found.setdefault(period, []).append(future.name)
    return {period: found[period] for period in sorted(found, key=lambda p: -likely[p])}


def what(order: Order, count: int) -> str:
    """Say what is ordered: ``24 h100-su for memphis``, ``2 lots of colossus-lease``."""
    if order.facility:
        return f"{count:,} {order.name} for {order.facility}"
    return f"{plural(count, 'lot')} of {order.name}"


def sentence(plan: StochasticPlan, order: Order, count: int) -> str:
    """Say what to order by when, and when it enters service."""
    first, *others = services(plan, order).items()
    service = f"in service {first[0]}"
    for period, names in others:
        service += f", {period} if {listed(names, 'or')} comes"
    return f"In {order.period} order {what(order, count)}: {service}."


def before(plan: StochasticPlan) -> str:
    """Name the time before which orders are the same whatever comes."""
    period = resolves_in(plan.instance, plan.resolves)
    return "at any time" if period is None else f"before {period}"


def listed(names: list[str] | tuple[str, ...], word: str = "and", most: int = 4) -> str:
    """List some names."""
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last


def more(count: int, table: str) -> str:
    """Say how many rows are left out, and in which file of the run they are."""
    return f"and {count:,} more: see {table}.csv" if count > 0 else ""
