"""Rows of CSV data that others keep, with what is wrong of them placed in the file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridblock.instances.faults import described, did_you_mean, quoted
from gridblock.instances.imports.source import NUMBER

if TYPE_CHECKING:
    from gridblock.instances.imports.source import Source


@dataclass(frozen=True)
class Row:
    """A row: its cells without blanks around them, and the line that it ends on."""

    source: Source
    line: int
    cells: tuple[str, ...]

    def given(self, column: int) -> bool:
        """Say whether a cell, from 0, holds anything."""
        return column < len(self.cells) and bool(self.cells[column])

    def text(self, column: int, what: str) -> str:
        """Give a cell.

        Raises:
            InstanceError: it is empty.
        """
        if not self.given(column):
            self.source.refuse(f"{what} is missing", self.line, column + 1)
        return self.cells[column]

    def number(self, column: int, what: str) -> float:
        """Give a number that is not below 0.

        Raises:
            InstanceError: the cell holds none.
        """
        text = self.text(column, what)
        if not NUMBER.fullmatch(text) or float(text) < 0:
            message = f"{what} must be a number from 0 on, not {described(text)}"
            self.source.refuse(message, self.line, column + 1)
        return float(text)


def rows(source: Source) -> list[Row]:
    """Give the rows of a CSV file that hold anything.

    Raises:
        InstanceError: there are none, or it is no CSV.
    """
    reader = csv.reader(io.StringIO(source.text))
    found = []
    try:
        for cells in reader:
            row = Row(source, reader.line_num, tuple(cell.strip() for cell in cells))
            if any(row.cells):
                found.append(row)
    except csv.Error as error:
        source.refuse(f"cannot be read as CSV: {error}", reader.line_num)
    if not found:
        source.refuse("is empty")
    return found


def column(heading: Row, name: str) -> int:
    """Find a column by its heading.

    Raises:
        InstanceError: there is none.
    """
    if name not in heading.cells:
        hint = did_you_mean(name, heading.cells)
        heading.source.refuse(f"has no column {quoted(name)}{hint}", heading.line)
    return heading.cells.index(name)
