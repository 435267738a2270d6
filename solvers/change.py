"""Rows in compressed form, and what may be changed of a matrix between solves."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pathlib import Path

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows in compressed form: ``lower <= A x <= upper``.

    Attributes:
        lower: shape (rows,), -inf where there is none.
        upper: shape (rows,), inf where there is none.
        start: shape (rows + 1,), where each row begins in index and value.
        index: shape (nonzeros,), the column of each coefficient.
        value: shape (nonzeros,), the coefficient.
    """

    lower: Floats
    upper: Floats
    start: Ints
    index: Ints
    value: Floats

    def __post_init__(self) -> None:
        """Give every array its type."""
        coerce(self, lower=float, upper=float, start=np.int32, index=np.int32, value=float)


@dataclass(frozen=True, eq=False)
class Change:
    """What to change of a matrix: whole vectors to put in, rows to add at the end.

    `row_lower` and `row_upper` speak of the rows that exist before `rows` are added.
    """

    cost: Floats | None = None
    offset: float | None = None
    lower: Floats | None = None
    upper: Floats | None = None
    row_lower: Floats | None = None
    row_upper: Floats | None = None
    rows: Rows | None = None

    def save(self, path: Path) -> None:
        """Write the change to an .npz file."""
        held = {field.name: getattr(self, field.name) for field in fields(self)}
        rows = held.pop("rows")
        if rows is not None:
            held |= {f"rows.{each.name}": getattr(rows, each.name) for each in fields(Rows)}
        with path.open("wb") as file:
            np.savez(file, **{name: array for name, array in held.items() if array is not None})

    @classmethod
    def load(cls, path: Path) -> Change:
        """Read a change that `save` wrote."""
        with np.load(path, allow_pickle=False) as file:
            held = {name: file[name] for name in file.files}
        rows = {name.removeprefix("rows."): held.pop(name) for name in set(held) if "." in name}
        return cls(**held, rows=Rows(**rows) if rows else None)


def coerce(record: Any, **types: Any) -> None:
    """Give the named fields of a frozen record their type, contiguous and read-only."""
    for name, kind in types.items():
        array = np.ascontiguousarray(getattr(record, name), dtype=kind).view()
        array.flags.writeable = False
        object.__setattr__(record, name, array)
