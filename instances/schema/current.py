"""The plan in force, which a new plan disturbs as little as pays."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from gridblock.instances.schema.base import Counting, Name, NonNegative, Positive, Record
from gridblock.instances.schema.units import Unit


class Purchase(Record):
    """Blocks that the plan in force buys."""

    block: Name
    """The block type."""
    place: Name
    """The facility or zone where they are to stand."""
    period: Name
    """The period of entering service."""
    order: Name | None = None
    """The period of order; default as many periods earlier as the block's lead is now."""
    blocks: Counting
    """How many."""


class Retirement(Record):
    """Blocks that the plan in force retires."""

    block: Name
    """The block type."""
    place: Name
    """The facility or zone where they stand."""
    period: Name
    """The period from which on they are gone."""
    blocks: Counting
    """How many."""


class LotOrder(Record):
    """Lots of an option that the plan in force orders."""

    option: Name
    """The option."""
    period: Name
    """The period of order."""
    lots: Counting
    """How many."""


class Assigned(Record):
    """Blocks that the plan in force assigns to a demand."""

    demand: Name
    """The demand."""
    block: Name
    """The block type."""
    place: Name
    """The facility or zone where they stand."""
    period: Name
    """The period."""
    blocks: Positive
    """How many."""


class InForce(Record):
    """What is needed of a plan in force, in its own names."""

    periods: tuple[Name, ...] = ()
    """The periods that it plans; default those that its rows name."""
    bought: tuple[Purchase, ...] = ()
    """Blocks bought."""
    retired: tuple[Retirement, ...] = ()
    """Blocks retired."""
    ordered: tuple[LotOrder, ...] = ()
    """Lots of options ordered."""
    assigned: tuple[Assigned, ...] = ()
    """Blocks assigned to demands."""


def _is_taken_in(value: Any) -> Any:
    if isinstance(value, str):
        message = (
            "names a file, which is taken in only where an instance is read from a file; "
            "give what gridblock.in_force makes of the plan"
        )
        raise ValueError(message)  # noqa: TRY004
    return value


class Current(Record):
    """The plan in force, and what of it stands."""

    plan: Annotated[InForce, BeforeValidator(_is_taken_in, json_schema_input_type=str | InForce)]
    """A plan.json or the folder of a run, beside the instance; reading takes in what is needed of
    it."""
    keep_to: Name | None = None
    """Orders of blocks and lots placed up to this period stand, neither more nor fewer."""
    move_cost: Annotated[NonNegative, Unit("money/block", "money")] = 0.0
    """Price of giving a demand one block at a place beyond what the plan in force gives it there;
    paid once for as long as it lasts. A demand to which that plan assigns nothing is new."""
