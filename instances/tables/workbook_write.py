"""Writing a workbook: a sheet for each table, with units, drop-downs and notes for people."""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.faults import letters
from gridblock.instances.tables import guide, layout
from gridblock.instances.tables.cells import split
from gridblock.instances.tables.layout import INSTANCE, NOTES, SERIES
from gridblock.instances.write import scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridblock.instances.tables.flatten import Cell, Written

LONGEST: Final = 32_767
MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
MOST_LETTERS: Final = 255
"""The letters that Excel takes in a message or a list of choices."""
SPARE: Final = 200
"""Rows below the last one that have drop-downs too."""
OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
MADE: Final = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
"""When every workbook says that it was made, so that the same instance gives the same bytes."""
HOW: Final = (
    "One sheet for each table of the instance. Empty cells mean that nothing is given.",
    "Rows whose first cell begins with #, columns whose heading does, and sheets called notes are"
    " not read.",
    "A list stands in one cell with ; between its items. What has a value for each period stands"
    " in the sheet series; a single number stands in its own column.",
    "Check the file with `gridblock check`, plan it with `gridblock solve`.",
)


def workbook_bytes(tables: Sequence[Written], currency: str) -> bytes:
    """Write the tables of an instance as a workbook.

    Raises:
        ValueError: a sheet cannot hold what a table has.
    """
    import xlsxwriter

    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, OPTIONS)
    book.set_properties({"created": MADE, "title": "gridblock instance"})
    styles = {
        "heading": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"}),
        "unit": book.add_format({"italic": True, "font_color": "#707070", "bottom": 1}),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    first = {table.name: table for table in tables}
    for table in tables:
        refuse_too_big(table)
        sheet = book.add_worksheet(table.name)
        _fill(sheet, table, styles, currency)
        _drop_downs(sheet, table, first)
    _notes(book.add_worksheet(NOTES), tables, styles, currency)
    book.close()
    return raw.getvalue()


def refuse_too_big(table: Written) -> None:
    """Refuse a table that no sheet holds.

    Raises:
        ValueError: it has too many rows or columns, or too long a text.
    """
    if len(table.rows) + 2 > MOST_ROWS or len(table.heading) > MOST_COLUMNS:
        message = f"the table {table.name} is too big for a sheet of Excel; choose a folder of CSV"
        raise ValueError(message)
    for number, row in enumerate((table.heading, *table.rows)):
        for cell in row:
            if isinstance(cell, str) and len(cell) > LONGEST:
                message = (
                    f"row {number} of the table {table.name} has a text of {len(cell):,} letters,"
                    f" and a cell of Excel holds {LONGEST:,}; choose a folder of CSV"
                )
                raise ValueError(message)


def put(sheet: Any, row: int, column: int, cell: Cell, style: Any = None) -> None:
    """Write a cell; text is never taken for a formula, a number or an address."""
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, style)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, style)
    elif cell is not None and float(f"{cell:.16g}") == cell:
        sheet.write_number(row, column, cell, style)
    elif cell is not None:
        # The library writes 16 digits, and this number has 17.
        sheet.write_string(row, column, scalar(cell), style)


def _fill(sheet: Any, table: Written, styles: dict[str, Any], currency: str) -> None:
    units = [_unit(table.name, heading, currency) for heading in table.heading]
    units[0] = f"# {units[0]}"
    for column, (heading, unit) in enumerate(zip(table.heading, units, strict=True)):
        put(sheet, 0, column, heading, styles["heading"])
        put(sheet, 1, column, unit, styles["unit"])
        texts = [heading, unit, *(str(row[column] or "") for row in table.rows[:100])]
        sheet.set_column(column, column, min(40, max(8, *map(len, texts))) + 2)
    for number, row in enumerate(table.rows, 2):
        for column, cell in enumerate(row):
            put(sheet, number, column, cell)
    keys = len(layout.SERIES_KEYS) if table.name == SERIES else 1
    sheet.freeze_panes(2, keys)


def _unit(table: str, heading: str, currency: str) -> str:
    if table in {INSTANCE, SERIES}:
        return {"value": "a value"}.get(heading, "name" if heading in guide.KEYS else "number")
    return guide.unit(guide.records_of(table), _path(table, heading), currency)


def _path(table: str, heading: str) -> tuple[str, ...]:
    """Split a heading into the names of a field; those of series are periods, dots and all."""
    return (heading,) if table == SERIES else split(heading, ".")


def _drop_downs(sheet: Any, table: Written, tables: dict[str, Written]) -> None:
    """Offer what may stand in cells, and say what they are for."""
    if table.name == INSTANCE:
        for row, (name, _) in enumerate(table.rows, 2):
            path = split(str(name), ".")
            words = guide.choices(layout.shape_at(layout.ROOT, path))
            _offer(sheet, (row, 1, row, 1), list(words), guide.meaning(INSTANCE, path), str(name))
        return
    last = len(table.rows) + SPARE
    for column, heading in enumerate(table.heading):
        meaning = guide.meaning(table.name, _path(table.name, heading))
        _offer(sheet, (2, column, last, column), _source(table, heading, tables), meaning, heading)


def _source(table: Written, heading: str, tables: dict[str, Written]) -> list[str] | str:
    """Give the words that may stand in a column, or the cells that hold them; else nothing."""
    if table.name == SERIES:
        return [INSTANCE, *(t for t in layout.tables() if t in tables)] * (heading == "table")
    other = tables.get(guide.REFERENCES.get((table.name, heading), ""))
    if other is None:
        records = guide.records_of(table.name)
        return list(guide.choices(layout.shape_at(records, split(heading, "."))))
    column = letters(other.heading.index(layout.NAME) + 1)
    return f"='{other.name}'!${column}$3:${column}${len(other.rows) + SPARE}"


def _offer(
    sheet: Any, cells: tuple[int, int, int, int], source: Any, meaning: str, title: str
) -> None:
    said = {"input_title": title[:32], "input_message": _short(meaning)} if meaning else {}
    rule = {"validate": "any"}
    if source and len(",".join(source)) <= MOST_LETTERS:
        rule = {"validate": "list", "source": source, "error_type": "warning"}
    if source or said:
        sheet.data_validation(*cells, rule | said)


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 3] + "..."


def _notes(sheet: Any, tables: Sequence[Written], styles: dict[str, Any], currency: str) -> None:
    """Explain tables and columns, in a sheet that is not read."""
    for row, text in enumerate(HOW):
        put(sheet, row, 0, text)
    row = len(HOW) + 1
    for column, heading in enumerate(("table", "column", "unit", "meaning")):
        put(sheet, row, column, heading, styles["heading"])
    for table in tables:
        records = guide.records_of(table.name)
        single = table.name == INSTANCE
        names = [str(cells[0]) for cells in table.rows] if single else table.heading
        for name in names:
            path = _path(table.name, name)
            meaning = guide.meaning(table.name, path)
            if meaning:
                row += 1
                unit = "name" if table.name == SERIES else guide.unit(records, path, currency)
                for column, text in enumerate((table.name, name, unit, meaning)):
                    put(sheet, row, column, text, styles["wrapped"])
    for column, width in enumerate((14, 26, 26, 90)):
        sheet.set_column(column, column, width)
