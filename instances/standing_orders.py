"""Standing orders: what the plan in force has ordered by ``current.keep_to``, and what it gives."""

from collections import defaultdict

from gridblock.instances.contracts import position
from gridblock.instances.schema.current import Purchase
from gridblock.instances.schema.fields import Fields


def order_of(given: Fields, purchase: Purchase) -> int | None:
    """Give the position of the period of order, below 0 before the horizon; None if unknown."""
    if purchase.order is not None:
        return position(given.horizon, purchase.order)
    service = position(given.horizon, purchase.period)
    block = given.blocks.get(purchase.block)
    return None if service is None or block is None else service - block.lead


def last_kept(given: Fields) -> int:
    """Give the position of the last period whose orders stand; -1 where none do."""
    kept = None if given.current is None else given.current.keep_to
    return -1 if kept is None else given.horizon.index[kept]


def standing_purchases(given: Fields) -> dict[tuple[str, str, str], int]:
    """Count the blocks ordered that stand, by type, leaf place and period of entering service.

    The period is as many periods after the order as the lead of the block is now.
    """
    last, names = last_kept(given), given.horizon.names
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in given.current.plan.bought if given.current is not None else ():
        order = order_of(given, row)
        if order is not None and 0 <= order <= last:
            service = names[order + given.blocks[row.block].lead]
            sums[row.block, row.place, service] += row.blocks
    return dict(sums)


def standing_lots(given: Fields) -> dict[tuple[str, str], int]:
    """Count the lots ordered that stand, by option and period of order."""
    last, index = last_kept(given), given.horizon.index
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for row in given.current.plan.ordered if given.current is not None else ():
        if index.get(row.period, last + 1) <= last:
            sums[row.option, row.period] += row.lots
    return dict(sums)


def known_periods(given: Fields) -> tuple[str, ...]:
    """Give the periods of the horizon that the plan in force plans too."""
    if given.current is None:
        return ()
    plan = given.current.plan
    known = set(plan.periods) or {
        *(row.period for row in plan.bought),
        *(row.period for row in plan.retired),
        *(row.period for row in plan.ordered),
        *(row.period for row in plan.assigned),
    }
    return tuple(period for period in given.horizon.names if period in known)


def given_blocks(given: Fields) -> dict[str, dict[tuple[str, str, str], float]]:
    """Give the blocks that the plan in force assigns, by type, leaf place and period, by demand.

    A demand to which it assigns nothing is not named: nothing of it can be moved.
    """
    blocks: dict[str, dict[tuple[str, str, str], float]] = {}
    for row in given.current.plan.assigned if given.current is not None else ():
        of_demand = blocks.setdefault(row.demand, {})
        key = (row.block, row.place, row.period)
        of_demand[key] = of_demand.get(key, 0.0) + row.blocks
    return blocks
