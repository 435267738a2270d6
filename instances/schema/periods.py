"""The horizon as it is written: named months, quarters, years, or a list with hours."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Strict, Tag

from gridblock.instances.schema.base import Name, Positive, Record
from gridblock.instances.schema.units import Unit


class Calendar(Record):
    """Periods of the calendar, each with its true hours."""

    first: Name
    """The first period: 2026Q3, 2026-07 or 2026."""
    count: Annotated[int, Strict(), Field(ge=1, le=1200)] = 1
    """How many periods there are."""
    every: Literal["month", "quarter", "year"] | None = None
    """The span of each; by default what the name of the first one says."""


class Period(Record):
    """A span of time with its own name."""

    name: Name
    """The name of the period, unique in the horizon."""
    hours: Annotated[Positive, Unit("h", "hours")]
    """Its length in hours."""


def _shape(value: Any) -> str:
    return "list" if isinstance(value, list | tuple) else "calendar"


Periods = Annotated[
    Annotated[Calendar, Tag("calendar")]
    | Annotated[tuple[Period, ...], Tag("list"), Field(min_length=1, max_length=1200)],
    Discriminator(_shape),
]
