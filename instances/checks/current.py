"""Checks of the plan in force: what stands of it must still be there."""

from collections import Counter
from collections.abc import Mapping

from gridblock.instances.checks.common import Faults, Path, twice, unknown
from gridblock.instances.places import Place, every_place
from gridblock.instances.schema.current import InForce, LotOrder, Purchase
from gridblock.instances.schema.fields import Fields
from gridblock.instances.standing_orders import (
    known_periods,
    last_kept,
    order_of,
    standing_lots,
)

PLAN: Path = ("current", "plan")
LATER: str = "plan more periods, or keep to an earlier one"


def faults(given: Fields) -> Faults:
    """Check the plan in force."""
    current = given.current
    if current is None:
        return
    yield from _repeated(current.plan)
    if not known_periods(given):
        hint = given.horizon.nearest(next(iter(current.plan.periods), ""))
        yield PLAN, f"plans none of the periods of this horizon{hint}"
    if current.keep_to is None:
        return
    if current.keep_to in given.horizon.index:
        yield from _kept(given, current.plan)
    else:
        hint = given.horizon.nearest(current.keep_to)
        yield ("current", "keep_to"), f"is not a period{hint}"


def _kept(given: Fields, plan: InForce) -> Faults:
    """Refuse orders that stand and cannot be placed any more."""
    places = {p.path: p for p in every_place(given.facilities, given.horizon) if p.is_leaf}
    for i, row in enumerate(plan.bought):
        order = order_of(given, row)
        unsure = row.order is None and row.block not in given.blocks
        if unsure or (order is not None and 0 <= order <= last_kept(given)):
            yield from _purchase(given, (*PLAN, "bought", i), row, order, places)
    for i, lots in enumerate(plan.ordered):
        if given.horizon.index.get(lots.period, len(given.horizon)) <= last_kept(given):
            yield from _lots(given, (*PLAN, "ordered", i), lots)
    yield from _too_many(given)


def _repeated(plan: InForce) -> Faults:
    for table in ("bought", "retired", "ordered", "assigned"):
        keys = [
            ", ".join(
                str(part)
                for name, part in row
                if name not in {"blocks", "lots", "source"} and part is not None
            )
            for row in getattr(plan, table)
        ]
        yield from twice(keys, lambda i, table=table: (*PLAN, table, i), "row")  # type: ignore[misc]


def _purchase(
    given: Fields, here: Path, row: Purchase, order: int | None, places: Mapping[str, Place]
) -> Faults:
    yield from unknown(row.block, given.blocks, "block", (*here, "block"))
    yield from unknown(row.place, places, "place", (*here, "place"))
    if row.block not in given.blocks or row.place not in places or order is None:
        return
    block, names = given.blocks[row.block], given.horizon.names
    what = f"is ordered in {names[order]}, and that order stands"
    if block.cost_once is None:
        yield (*here, "block"), f"{what}, but the block has no cost_once; give it one"
    if places[row.place].facility not in given.chosen(block.where):
        yield (*here, "place"), f"{what}, but the block may not stand there; widen its `where`"
    if order + block.lead >= len(names):
        yield (
            (*here, "period"),
            f"{what}, but with a lead of {block.lead} it enters service after the horizon; {LATER}",
        )


def _lots(given: Fields, here: Path, row: LotOrder) -> Faults:
    yield from unknown(row.option, given.contracts, "option", (*here, "option"))
    contract = given.contracts.get(row.option)
    if contract is None:
        return
    index, window = given.horizon.index, contract.option.order
    order, lead = index[row.period], contract.option.lead
    known = index.keys() >= {window.earliest, window.latest} - {None}  # If not, that is refused.
    if order + lead >= len(given.horizon):
        late = f"with a lead of {lead} its lots enter service after the horizon; {LATER}"
        yield (*here, "period"), f"is a period whose orders stand, but {late}"
    elif known and contract.on_offer and order not in contract.orders:
        yield (
            (*here, "period"),
            f"is a period whose orders stand, but outside the window of {row.option}; widen it",
        )


def _too_many(given: Fields) -> Faults:
    """Refuse more lots that stand than an option has left."""
    lots: Counter[str] = Counter()
    for (option, _), count in standing_lots(given).items():
        lots[option] += count
    for option, count in lots.items():
        contract = given.contracts.get(option)
        if contract is not None and count > contract.on_offer:
            yield (
                (*PLAN, "ordered"),
                f"has {count:,} lots of {option!r} that stand, and {contract.on_offer:,} are on "
                "offer besides those signed; raise its `max`, or take off what is signed since",
            )
