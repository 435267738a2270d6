"""Tables as they were read, and what is gathered from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from gridblock.instances.faults import Fault
from gridblock.instances.faults import Path as FieldPath
from gridblock.instances.scalars import MOST_FAULTS
from gridblock.instances.tables.cells import REMARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridblock.instances.tables.shapes import Path


@dataclass(eq=False)
class Raw:
    """A table as it was read.

    Attributes:
        name: what it is called.
        file: the file in messages.
        sheet: the sheet, in a workbook.
        rows: the number of each row from 1, and its cells; None where one is empty.
        typed: whether its cells know numbers from text.
    """

    name: str
    file: str | None
    sheet: str | None
    rows: list[tuple[int, list[Any]]]
    typed: bool

    @property
    def heading(self) -> tuple[int, list[Any]]:
        """The first row that is no remark."""
        return next(self._said(), (1, []))

    @property
    def body(self) -> Iterator[tuple[int, list[Any]]]:
        """The rows after the heading that hold something."""
        said = self._said()
        next(said, None)
        return said

    def _said(self) -> Iterator[tuple[int, list[Any]]]:
        for number, cells in self.rows:
            first = next((cell for cell in cells if cell is not None), None)
            remark = isinstance(cells[0] if cells else None, str) and cells[0].startswith(REMARK)
            if first is not None and not remark:
                yield number, cells


class Spot(NamedTuple):
    """Where something stands."""

    raw: Raw
    line: int
    column: int


@dataclass(eq=False)
class Gathered:
    """What tables say.

    Attributes:
        data: the plain data.
        spots: where each record and value stands, by its path.
        faults: what is wrong with the tables themselves.
        spoiled: the paths of values that could not be read, and are None.
        owners: the records of each table by what they are called, with their paths.
    """

    data: dict[str, Any] = field(default_factory=dict)
    spots: dict[FieldPath, Spot] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    spoiled: list[FieldPath] = field(default_factory=list)
    owners: dict[str, dict[Path, FieldPath]] = field(default_factory=dict)

    def spot(self, path: FieldPath) -> Spot | None:
        """Give the place of what a path leads to, or of the nearest thing around it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.spots:
                return self.spots[path[:end]]
        return None

    @property
    def is_full(self) -> bool:
        """Whether there are as many faults as are told."""
        return len(self.faults) >= MOST_FAULTS

    def refuse(self, path: FieldPath, message: str, raw: Raw, line: int, column: int) -> None:
        """Keep a fault and go on."""
        if not self.is_full:
            self.faults.append(Fault(path, message, raw.file, line, column, raw.sheet))

    def put(self, record: FieldPath, path: Path, value: Any, spot: Spot) -> None:
        """Put a value into a record; what is there already stays, with a fault."""
        holder: Any = self.data
        for part in record:
            holder = holder[part]
        for i, part in enumerate(path[:-1]):
            holder = holder.setdefault(part, {})
            if not isinstance(holder, dict):
                return self.twice((*record, *path[: i + 1]), spot)
        if path[-1] not in holder:
            holder[path[-1]] = value
            self.spots[(*record, *path)] = spot
            return None
        if isinstance(value, dict) and isinstance(holder[path[-1]], dict) and not value:
            return None
        return self.twice((*record, *path), spot)

    def twice(self, path: FieldPath, spot: Spot) -> None:
        """Refuse what stands in two places."""
        first = self.spot(path)
        where = f" in row {first.line} of {first.raw.name}" if first else ""
        self.refuse(path, f"is given twice; the first time{where}", *spot)
