"""What an instance says, as a planner checks it."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.instances.schema.current import Current
from gridblock.instances.schema.options import Option
from gridblock.instances.schema.series import Written, spread
from gridblock.instances.standing_orders import (
    known_periods,
    standing_lots,
    standing_purchases,
)
from gridblock.reports.capacity import power_limits_mw
from gridblock.reports.lots import order_by
from gridblock.reports.scenarios import scenarios
from gridblock.reports.sections import Column, Document, Row, Section, first_to_last, span
from gridblock.reports.words import (
    Scale,
    aligned,
    in_percent,
    money,
    number,
    plural,
    scale_for,
)

MOST_ROWS: Final = 30


def understood(instance: Instance, converted: int = 0) -> Document:
    """Tell an instance: what it counts, its facilities, its demands and its periods.

    Args:
        instance: what is told.
        converted: how many of its values were given with units of their own.
    """
    counts = (
        plural(len(instance.facilities), "facility"),
        plural(len(instance.leaves), "place") + " for blocks",
        plural(len(instance.blocks), "block type"),
        plural(len(instance.accelerators), "accelerator"),
        plural(len(instance.demands), "demand"),
        *((plural(len(instance.feeds), "feed"),) if instance.feeds else ()),
        plural(len(instance.network.regions), "region"),
        plural(len(instance.network.links), "link"),
        *((plural(len(instance.options), "option"),) if instance.options else ()),
        *((plural(len(instance.scenarios), "scenario"),) if instance.scenarios else ()),
    )
    horizon = instance.horizon
    about = dict.fromkeys((first_to_last(horizon), span(horizon), instance.currency))
    return Document(
        title=instance.name,
        subtitle=", ".join(about),
        sentences=(
            f"Understood {', '.join(counts[:-1])} and {counts[-1]}.",
            *((in_force(instance, instance.current),) if instance.current else ()),
            *((with_units(converted),) if converted else ()),
        ),
        sections=(
            facilities(instance),
            blocks(instance),
            demands(instance),
            *((options(instance),) if instance.options else ()),
            *((scenarios(instance, MOST_ROWS),) if instance.scenarios else ()),
            periods(instance),
        ),
    )


def with_units(converted: int) -> str:
    """Say how many values were given with units of their own."""
    if converted == 1:
        return "1 value was given with a unit and converted to that of its field."
    return f"{converted:,} values were given with units and converted to those of their fields."


def in_force(instance: Instance, current: Current) -> str:
    """Say what of the plan in force stands, and what a move costs."""
    known = len(known_periods(instance))
    said = f"Knows {known:,} of {plural(len(instance.horizon), 'period')} of the plan in force"
    if current.keep_to is None:
        said += "; none of its orders has to stand"
    else:
        blocks, lots = standing_purchases(instance), standing_lots(instance)
        orders = f"{plural(sum(blocks.values()), 'block')} and {plural(sum(lots.values()), 'lot')}"
        said += f"; its orders up to {current.keep_to} stand: {orders}"
    if current.move_cost:
        said += f"; a block that is moved costs {money(current.move_cost, instance.currency)}"
    return f"{said}."


def facilities(instance: Instance) -> Section:
    """Give the power, zones and fleet of each facility today."""
    first, last = (power_limits_mw(instance, i) for i in (0, -1))
    leaves = Counter(place.facility for place in instance.leaves.values())
    installed: Counter[str] = Counter()
    due: Counter[str] = Counter()
    for place in instance.leaves.values():
        for kind, count in place.installed.items():
            installed[place.facility] += count * instance.blocks[kind].accelerators
        for kind, counts in place.on_order.items():
            due[place.facility] += sum(counts) * instance.blocks[kind].accelerators
    pue = aligned(site.pue for site in instance.facilities.values())
    rows = [
        (
            name,
            _change(first[name], last[name]) if name in first else "no limit",
            pue(site.pue),
            f"{leaves[name]:,}" if site.zones else "",
            f"{installed[name]:,}",
            f"{due[name]:,}" if due[name] else "",
        )
        for name, site in instance.facilities.items()
    ]
    return _table(
        "Facilities",
        "critical power in MW, first to last; accelerators",
        (
            Column("facility"),
            Column("MW", right=True),
            Column("PUE", right=True),
            Column("zones", right=True),
            Column("installed", right=True),
            Column("on order", right=True),
        ),
        rows,
    )


def blocks(instance: Instance) -> Section:
    """Give what each block type holds, draws and costs."""
    rows = [
        (
            name,
            block.accelerator,
            f"{block.accelerators:,}",
            number(block.uses.get("power_kw", 0.0), 4),
            "" if block.cost_once is None else _series(instance, block.cost_once),
            "" if block.cost_once is None else f"{block.lead:,}",
        )
        for name, block in instance.blocks.items()
    ]
    return _table(
        "Block types",
        f"power in kW, price in {instance.currency}, lead in periods",
        (
            Column("block type"),
            Column("accelerator"),
            Column("accelerators", right=True),
            Column("kW", right=True),
            Column("price", right=True),
            Column("lead", right=True),
        ),
        rows,
    )


def demands(instance: Instance) -> Section:
    """Give the amount of each demand, first to last, and what it asks for."""
    survive = any(demand.kept_after_facility for demand in instance.demands)
    promises = any(demand.kept_after_link for demand in instance.demands)
    rows = [
        (
            demand.name,
            _series(instance, demand.amount),
            demand.unit,
            "whole" if demand.whole_blocks else "shared",
            _series(instance, demand.unmet_cost),
            number(demand.max_ms) if demand.max_ms is not None else "",
            *((_kept(demand.kept_after_facility),) if survive else ()),
            *((_kept(demand.kept_after_link),) if promises else ()),
        )
        for demand in instance.demands
    ]
    return _table(
        "Demands",
        f"first to last; unmet in {instance.currency} a unit-hour; round trip in ms",
        (
            Column("demand"),
            Column("amount", right=True),
            Column("unit"),
            Column("blocks"),
            Column("unmet", right=True),
            Column("within ms", right=True, brief="ms"),
            *((Column("without a site", right=True, brief="site\nlost"),) if survive else ()),
            *((Column("without a link", right=True, brief="link\nlost"),) if promises else ()),
        ),
        rows,
    )


def _kept(share: float) -> str:
    """Write the share that a loss leaves."""
    return in_percent(share) if share else ""


def options(instance: Instance) -> Section:
    """Give what each option adds, how many lots there are, and until when one can be ordered."""
    last = len(instance.horizon) - 1
    once = {o.name: spread(o.cost_once, instance.horizon) for o in instance.options}
    scale = scale_for(max(map(max, once.values()), default=0.0))
    rows = [
        (
            option.name,
            _added(option),
            f"{sum(option.signed.values()):,} of {option.max:,}",
            (order_by(instance, option, last) or "") if contract.on_offer else "",
            f"{option.lead:,}",
            _scaled(scale, once[option.name]),
            "" if option.usage is None else _series(instance, option.usage.per_block_hour),
        )
        for option, contract in zip(instance.options, instance.contracts.values(), strict=True)
    ]
    return _table(
        "Options",
        f"order by, to enter service; once in {scale.of(instance.currency)}",
        (
            Column("option"),
            Column("a lot adds"),
            Column("signed", right=True),
            Column("order by", brief="order\nby"),
            Column("lead", right=True),
            Column("once", right=True),
            Column("an hour", right=True, brief="an\nhour"),
        ),
        rows,
    )


def _scaled(scale: Scale, prices: Sequence[float]) -> str:
    """Write a price of lots as counted in a column, first to last; nothing where it is 0."""
    first, last = scale.write(prices[0]), scale.write(prices[-1])
    if not any(prices):
        return ""
    return first if first == last else f"{first} to {last}"


def _added(option: Option) -> str:
    """Say what a lot adds: the first of it, and how much more."""
    added = (
        *(f"{part.count:,} {part.blocks}" for part in option.leases),
        *(f"{part.opens} opens" for part in option.openings),
        *(f"{part.limit} at {part.at}" for part in option.limits),
        *(f"gbps on {part.link}" for part in option.links),
        *(f"feed {part.feed} at {part.at}" for part in option.feeds),
    )
    more = f" +{len(added) - 1}" if len(added) > 1 else ""
    return f"{added[0]}{more}" if added else ""


def periods(instance: Instance) -> Section:
    """Give the hours of each period."""
    horizon = instance.horizon
    rows = [(t, f"{h:,.10g}") for t, h in zip(horizon.names, horizon.hours, strict=True)]
    return _table("Periods", "", (Column("period"), Column("hours", right=True)), rows)


def _series(instance: Instance, series: Written) -> str:
    values = spread(series, instance.horizon)
    return _change(values[0], values[-1])


def _change(first: float, last: float) -> str:
    """Write ``320``, or ``150 to 360`` where the last differs from the first."""
    texts = number(first, 4), number(last, 4)
    return texts[0] if texts[0] == texts[1] else f"{texts[0]} to {texts[1]}"


def _table(title: str, unit: str, columns: tuple[Column, ...], rows: Sequence[Row]) -> Section:
    left = len(rows) - MOST_ROWS
    note = f"and {left:,} more" if left > 0 else ""
    return Section(title, unit, columns, tuple(rows[:MOST_ROWS]), note=note)
