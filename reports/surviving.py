"""What is kept in reserve, and what each loss of a facility leaves."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.instances.places import IN_MEGAWATTS, KW_PER_MW
from gridblock.model.account import Account
from gridblock.model.losses import Loss, losses
from gridblock.model.plan import Assignment, Decisions
from gridblock.reports.sections import Column, Section
from gridblock.reports.words import and_more, in_percent, number

RESERVE_COLUMNS: Final = (
    *("demand", "facility", "place", "block", "accelerator", "period"),
    *("blocks", "accelerators", "capacity_units", "unit"),
)
"""The columns of the table ``reserve``."""
LOSS_COLUMNS: Final = (
    *("demand", "lost", "period", "met_units", "kept_units", "unit", "share_kept", "share_asked"),
)
"""The columns of the table ``losses``."""
MOST_ROWS: Final = 12


def reserve_rows(instance: Instance, decisions: Decisions, _: Account) -> Iterator[tuple[Any, ...]]:
    """Give the rows of the table ``reserve``: blocks that are kept for a demand."""
    demands = {demand.name: demand for demand in instance.demands}
    ranks = [
        {name: i for i, name in enumerate(names)}
        for names in (demands, instance.blocks, instance.leaves, instance.horizon.names)
    ]

    def order(key: Assignment) -> list[int]:
        return [rank[name] for rank, name in zip(ranks, key, strict=True)]

    for key in sorted(decisions.reserved, key=order):
        block, demand = instance.blocks[key.block], demands[key.demand]
        yields = instance.over_periods(demand.yields.get(block.accelerator, 0.0))
        count = float(decisions.reserved[key])
        chips = count * block.accelerators
        where = (instance.leaves[key.place].facility, key.place, key.block, block.accelerator)
        yield (
            key.demand,
            *where,
            key.period,
            count,
            chips,
            chips * yields[key.period],
            demand.unit,
        )


def loss_rows(
    instance: Instance, decisions: Decisions, account: Account
) -> Iterator[tuple[Any, ...]]:
    """Give the rows of the table ``losses``: what the loss of each facility leaves."""
    demands = {demand.name: demand for demand in instance.demands}
    for loss in losses(instance, decisions, account.met):
        demand = demands[loss.demand]
        units = float(loss.met), float(loss.met * loss.share), demand.unit
        yield (*loss[:3], *units, float(loss.share), demand.kept_after_facility)


def worst_losses(instance: Instance, decisions: Decisions, account: Account) -> dict[str, Loss]:
    """Give the loss that leaves least of each demand that survives one; the first of several."""
    worst: dict[str, Loss] = {}
    for loss in losses(instance, decisions, account.met):
        if loss.demand not in worst or loss.share < worst[loss.demand].share:
            worst[loss.demand] = loss
    return worst


def section(instance: Instance, decisions: Decisions, account: Account) -> Section | None:
    """Say of each demand that survives a loss what its worst one leaves; None without any."""
    worst = worst_losses(instance, decisions, account)
    if not worst:
        return None
    several = len(instance.horizon) > 1
    asked = {demand.name: demand.kept_after_facility for demand in instance.demands}
    most = _largest_reserve(instance, decisions)
    rows = tuple(
        (
            loss.demand,
            f"keeps {in_percent(float(loss.share))}",
            in_percent(asked[loss.demand]),
            loss.facility,
            *((loss.period,) if several else ()),
            number(most[loss.demand], 4) if most[loss.demand] else "none",
        )
        for loss in list(worst.values())[:MOST_ROWS]
    )
    return Section(
        title="Loss of a facility",
        unit="share of what is met; blocks in reserve at most",
        columns=(
            Column("demand"),
            Column("at worst"),
            Column("asked", right=True),
            Column("after the loss of"),
            *((Column("in"),) if several else ()),
            Column("reserve", right=True),
        ),
        rows=rows,
        note=and_more(len(worst) - MOST_ROWS, "losses"),
    )


def _largest_reserve(instance: Instance, decisions: Decisions) -> dict[str, float]:
    """Give the most blocks that each demand has in reserve in any period."""
    kept: dict[tuple[str, str], float] = defaultdict(float)
    for key, blocks in decisions.reserved.items():
        kept[key.demand, key.period] += float(blocks)
    return {
        demand.name: max((kept[demand.name, t] for t in instance.horizon.names), default=0.0)
        for demand in instance.demands
    }


def reserved_use(instance: Instance, decisions: Decisions) -> dict[tuple[str, str, str], float]:
    """Give what blocks in reserve use of each limit of each place around them, in its unit."""
    used: dict[tuple[str, str, str], float] = defaultdict(float)
    written = {kw: mw for mw, kw in IN_MEGAWATTS.items()}
    for key, blocks in decisions.reserved.items():
        leaf = instance.leaves[key.place]
        for resource, each in instance.blocks[key.block].uses.items():
            scale = KW_PER_MW if resource in written else 1
            for place in leaf.above:
                limit = written.get(resource, resource)
                used[place, limit, key.period] += float(blocks) * each / scale
            if resource == "power_kw":
                pue = instance.facilities[leaf.facility].pue
                used[leaf.facility, "grid_mw", key.period] += float(blocks) * each / scale * pue
    return used
