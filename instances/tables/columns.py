"""Columns: what the heading of a table says about the fields below it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.faults import did_you_mean, quoted
from gridblock.instances.tables import shapes
from gridblock.instances.tables.cells import REMARK, split
from gridblock.instances.tables.shapes import Path, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gridblock.instances.tables.layout import Table

ANYTHING: Final = Shape(free=True)


UNHEADED: Final = "has no heading that can be read, but values below"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        at: which one, from 0.
        path: the field that its cells hold, from the record.
        shape: what may stand there.
        key: `of` or `name`, where it names records.
        message: what is wrong with it.
    """

    at: int
    path: Path = ()
    shape: Shape = ANYTHING
    key: str = ""
    message: str = ""

    @classmethod
    def of(cls, records: Shape, heading: str, at: int) -> Column:
        """Find the field that a heading names."""
        try:
            path = split(heading, ".")
        except ValueError as error:
            return cls(at, message=str(error))
        here: Shape | None = records
        for i, part in enumerate(path):
            around = here
            here = None if around is None else shapes.inside(around, part)
            if here is None:
                return cls(at, path, message=_unknown(around, path[: i + 1]))
        return cls(at, path, here or ANYTHING)


def _unknown(around: Shape | None, path: Path) -> str:
    if around is None or not around.models:
        return f"leads nowhere: {quoted('.'.join(path[:-1]))} has no fields inside"
    near = did_you_mean(path[-1], shapes.fields(around.models))
    return f"is not a field here{near}"


def columns_of(
    heading: list[Any], table: Table, rows: Iterable[list[Any]]
) -> tuple[list[Column], list[Column]]:
    """Read the heading of a table.

    Returns:
        The columns that are known, and the faulty ones.
    """
    found: dict[Any, Column] = {}
    faulty: list[Column] = []
    for at in used(heading, rows):
        said = heading[at] if at < len(heading) else None
        if said is None or not isinstance(said, (str, int, float)) or isinstance(said, bool):
            faulty.append(Column(at, message=UNHEADED))
            continue
        text = str(said).strip()
        if text.startswith(REMARK):
            continue
        is_key = text in table.keys
        column = Column(at, key=text) if is_key else Column.of(table.shape, text, at)
        name = column.key or column.path
        if column.message:
            faulty.append(column if column.path else replace(column, path=(text,)))
        elif name in found:
            first = f"is a column twice; the first is column {found[name].at + 1}"
            faulty.append(replace(column, message=first))
        else:
            found[name] = column
    return list(found.values()), faulty


def used(heading: list[Any], rows: Iterable[list[Any]]) -> list[int]:
    """Give the columns in which anything stands, from 0."""
    filled = {i for cells in rows for i, cell in enumerate(cells) if cell is not None}
    return sorted(filled | {i for i, cell in enumerate(heading) if cell is not None})
