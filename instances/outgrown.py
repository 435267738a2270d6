"""What of the plan in force lies before the horizon, or names what is gone."""

from collections import Counter

from gridblock.instances.contracts import position
from gridblock.instances.prospects import Oddities
from gridblock.instances.schema.current import InForce
from gridblock.instances.schema.fields import Fields
from gridblock.instances.standing_orders import order_of


def of_current(given: Fields) -> Oddities:
    """Find orders before the horizon that nothing else tells of, and rows that count for nothing.

    What the plan in force has ordered before the horizon is not added to the fleet: it stands under
    ``on_order`` of its place, lots under ``signed`` of their option.
    """
    if given.current is not None:
        yield from _bought(given, given.current.plan)
        yield from _ordered(given, given.current.plan)
        yield from _gone(given, given.current.plan)


def _bought(given: Fields, plan: InForce) -> Oddities:
    due: Counter[tuple[str, str]] = Counter()
    for path, leaf in given.leaves.items():
        for kind, counts in leaf.on_order.items():
            due[kind, path] += sum(counts)
    for i, row in enumerate(plan.bought):
        order, key = order_of(given, row), (row.block, row.place)
        before = order < 0 if order is not None else _unknown(given, row.order)
        if before and row.period in given.horizon.index and row.place in given.leaves:
            due[key] -= row.blocks
            if due[key] < 0:
                message = (
                    f"is ordered before the horizon and not added by itself; "
                    f"write it under `on_order` of {row.place!r} from {row.period} on"
                )
                yield ("current", "plan", "bought", i), message


def _ordered(given: Fields, plan: InForce) -> Oddities:
    signed = {name: sum(c.option.signed.values()) for name, c in given.contracts.items()}
    for i, row in enumerate(plan.ordered):
        order = position(given.horizon, row.period)
        before = order < 0 if order is not None else _unknown(given, row.period)
        if before and row.option in signed:
            signed[row.option] -= row.lots
            if signed[row.option] < 0:
                message = (
                    "is ordered before the horizon and not added by itself; "
                    f"write it under `signed` of {row.option!r}"
                )
                yield ("current", "plan", "ordered", i), message


def _unknown(given: Fields, period: str | None) -> bool:
    """Say whether a period of a listed horizon is not in it, and so may lie before it."""
    return not given.horizon.named and period is not None and period not in given.horizon.index


def _gone(given: Fields, plan: InForce) -> Oddities:
    demands = {demand.name for demand in given.demands}
    gone = [
        i
        for i, row in enumerate(plan.assigned)
        if row.demand not in demands
        or row.block not in given.blocks
        or row.place not in given.leaves
    ]
    if gone:
        message = (
            f"and {len(gone) - 1:,} more like it name what the instance no longer has; "
            "they count for nothing"
            if len(gone) > 1
            else "names what the instance no longer has; it counts for nothing"
        )
        yield ("current", "plan", "assigned", gone[0]), message
