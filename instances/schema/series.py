"""A series: a number, a list with one value a period, or values that hold until the next one."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import Discriminator, Tag

from gridblock.instances.calendar import Horizon
from gridblock.instances.schema.base import Named, NonNegative, Number

_SHAPES: Final[Mapping[type[Any], str]] = {list: "list", tuple: "list", dict: "by period"}


def shape(value: Any) -> str:
    """Say how a series is written: as a number, a list or by period."""
    return next((tag for kind, tag in _SHAPES.items() if isinstance(value, kind)), "number")


Series = Annotated[
    Annotated[Number, Tag("number")]
    | Annotated[tuple[Number, ...], Tag("list")]
    | Annotated[Named[Number], Tag("by period")],
    Discriminator(shape),
]
"""A series of numbers of either sign."""

NonNegativeSeries = Annotated[
    Annotated[NonNegative, Tag("number")]
    | Annotated[tuple[NonNegative, ...], Tag("list")]
    | Annotated[Named[NonNegative], Tag("by period")],
    Discriminator(shape),
]
"""A series of numbers that are at least 0."""

SeriesByFacility = Annotated[
    Annotated[Number, Tag("number")]
    | Annotated[tuple[Number, ...], Tag("list")]
    | Annotated[Named[Series], Tag("by period")],
    Discriminator(shape),
]
"""A series for all facilities, or one for each facility that is named."""

Written = float | tuple[float, ...] | Mapping[str, float]


def spread(series: Written, horizon: Horizon) -> tuple[float, ...]:
    """Give the value of a series in each period of a horizon.

    Args:
        series: a number, one number a period, or ``{period: value}`` that names the first period.
        horizon: the periods.

    Returns:
        One number a period.
    """
    if isinstance(series, Mapping):
        values, value = [], 0.0
        for name in horizon.names:
            value = series.get(name, value)
            values.append(value)
        return tuple(values)
    if isinstance(series, tuple):
        return series
    return (series,) * len(horizon)


def is_by_period(series: Mapping[str, object], horizon: Horizon) -> bool:
    """Say whether the keys of a mapping are periods."""
    return bool(series) and all(key in horizon.index for key in series)


def faults_of_series(series: Written, horizon: Horizon) -> Sequence[tuple[tuple[str, ...], str]]:
    """Say what is wrong with the periods of a series: pairs of field path and message."""
    if isinstance(series, tuple) and len(series) != len(horizon):
        return [
            ((), f"must have one value for each of the {len(horizon)} periods, not {len(series)}")
        ]
    if not isinstance(series, Mapping):
        return []
    unknown = [
        ((name,), f"is not a period{horizon.nearest(name)}")
        for name in series
        if name not in horizon.index
    ]
    if not unknown and horizon.names[0] not in series:
        first = horizon.names[0]
        return [
            ((), f"has no value for the first period; add {first}: 0 if nothing is meant before")
        ]
    return unknown
