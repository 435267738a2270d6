"""A folder of CSV files, one for each table."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.files import bytes_of, refuse, refuse_strange, text_of
from gridblock.instances.tables.names import table_called
from gridblock.instances.tables.raw import Raw
from gridblock.instances.write import scalar

if TYPE_CHECKING:
    from gridblock.instances.tables.flatten import Cell, Written

SUFFIX: Final = ".csv"
MOST_BYTES: Final = 16_000_000
MOST_COLUMNS: Final = 5_000
MOST_CELLS: Final = 1_000_000
FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")
"""How text starts that a spreadsheet would calculate, or that has been kept from it."""


def read(name: str) -> dict[str, Raw]:
    """Read the tables of a folder; files that are no CSV, and notes, are passed over.

    Raises:
        InstanceError: with every fault of the files themselves.
    """
    files = [each for each in sorted(Path(name).iterdir()) if each.suffix.lower() == SUFFIX]
    if not files:
        run = (Path(name) / "instance.json").exists()
        hint = f"; it is a run: read its instance, {Path(name) / 'instance.json'}" if run else ""
        refuse(f"is a folder without tables (.csv files){hint}", name)
    raws: dict[str, Raw] = {}
    faults: list[Fault] = []
    for file in files:
        table, message = table_called(file.stem, raws)
        if message:
            faults.append(Fault((), message, str(file)))
        elif table:
            try:
                raws[table] = _table(table, str(file))
            except InstanceError as error:
                faults += error.faults
    if faults:
        raise InstanceError(faults)
    return raws


def _table(table: str, file: str) -> Raw:
    raw = bytes_of(file, MOST_BYTES)
    refuse("is too big: tables of up to 16 MB are read" if len(raw) > MOST_BYTES else "", file)
    text = text_of(raw, file)
    refuse_strange(text, file)
    refuse(_too_far(text), file)
    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            rows.append((line, [_unmarked(cell) for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        refuse(f"is not CSV: {error}", file, (line, 1))
    found = Raw(table, file, None, rows, typed=False)
    number, heading = found.heading
    if len(heading) == 1 and re.search(r"[;\t]", str(heading[0])):
        message = "has other marks than commas between its columns; save it as CSV with commas"
        refuse(message, file, (number, 1))
    return found


def _too_far(text: str) -> str:
    """Say that a text has too many cells, before it is taken apart."""
    wide = text.partition("\n")[0].count(",") >= MOST_COLUMNS
    if wide or text.count(",") + text.count("\n") > MOST_CELLS:
        most = f"{MOST_COLUMNS:,} columns and {MOST_CELLS:,} cells"
        return f"is too big: tables of up to {most} are read"
    return ""


def _unmarked(cell: str) -> str | None:
    """Give a cell without the apostrophe that keeps it from being calculated; None if empty."""
    text = cell.strip(" \t\n")
    if text.startswith("'") and FORMULA.match(text):
        return text[1:]
    return text or None


def csv_text(written: Written) -> str:
    """Write a table as CSV that no spreadsheet takes for formulas."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_marked(name) for name in written.heading])
    writer.writerows([_marked(cell) for cell in row] for row in written.rows)
    return text.getvalue()


def _marked(cell: Cell) -> Any:
    if isinstance(cell, str):
        return f"'{cell}" if FORMULA.match(cell) else cell
    return "" if cell is None else scalar(cell)
