"""A workbook of Excel, one sheet for each table.

Before anything reads the values, every sheet is scanned for what a reader of values does not show:
formulas, errors, merged cells, and how far it reaches.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any, Final

from gridblock.instances.faults import Fault, InstanceError, letters
from gridblock.instances.files import refuse
from gridblock.instances.tables.cells import REMARK, Spoiled
from gridblock.instances.tables.names import table_called
from gridblock.instances.tables.raw import Raw
from gridblock.instances.tables.scan import (
    REFERENCE,
    NotXmlError,
    Scan,
    column_number,
    local,
    parse,
    scanned,
)

MOST_UNPACKED: Final = 160_000_000
MOST_PARTS: Final = 2000
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 5_000
MOST_CELLS: Final = 1_000_000
NOT_ONE: Final = "is not a workbook that Excel has saved as .xlsx"


def read(raw: bytes, file: str | None) -> dict[str, Raw]:
    """Read the tables of a workbook; empty sheets and notes are passed over.

    Raises:
        InstanceError: with every fault of the sheets themselves.
    """
    packed = _unpacked(raw, file)
    try:
        wanted, scans = _tables(packed, file)
    except NotXmlError:
        refuse(NOT_ONE, file)
    values = _values(packed, list(wanted.values()), file)
    return {t: _raw(t, file, name, values[name], scans[t]) for t, name in wanted.items()}


def _tables(packed: dict[str, bytes], file: str | None) -> tuple[dict[str, str], dict[str, Scan]]:
    """Give the sheet of each table, and what it holds besides values."""
    sheets = _sheets(packed, file)
    wanted: dict[str, str] = {}
    scans: dict[str, Scan] = {}
    faults: list[Fault] = []
    for name, part in sheets.items():
        table, message = table_called(name, wanted)
        if not table and not message:
            continue
        scan = scanned(packed.get(part, b"<empty/>"))
        if scan.last == (0, 0):
            continue
        if message := message or _too_far(scan):
            faults.append(Fault((), message, file, sheet=name))
        else:
            wanted[table], scans[table] = name, scan
    if faults:
        raise InstanceError(faults)
    refuse("" if wanted else "has no sheet with a table", file)
    return wanted, scans


def _unpacked(raw: bytes, file: str | None) -> dict[str, bytes]:
    """Unpack the parts that are read, never more than so many bytes."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        refuse("is an old workbook (.xls) or protected by a password; save it as .xlsx", file)
    parts: dict[str, bytes] = {}
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            members = packed.infolist()
            refuse("has too many parts to be read" if len(members) > MOST_PARTS else "", file)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with packed.open(member) as opened:
                        parts[member.filename] = opened.read(left + 1)
                    left -= len(parts[member.filename])
                    big = f"unpacks to more than {MOST_UNPACKED // 10**6} MB"
                    refuse(f"is too big: it {big}" if left < 0 else "", file)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
    ):
        refuse(NOT_ONE, file)
    return parts


def _sheets(parts: dict[str, bytes], file: str | None) -> dict[str, str]:
    """Give the part of each sheet by its name."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def relation(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "Relationship":
            target = attributes.get("Target", "").replace("\\", "/")
            root = target.startswith("/")
            targets[attributes.get("Id", "")] = target.lstrip("/") if root else f"xl/{target}"

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "sheet":
            at = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            sheets.append((attributes.get("name", ""), at))

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        refuse(NOT_ONE if part not in parts else "", file)
        parse(parts[part], {"StartElementHandler": handler})
    found = {name: targets.get(at, "") for name, at in sheets}
    return {name: part for name, part in found.items() if "worksheets/" in part}


def _too_far(scan: Scan) -> str:
    rows, columns = scan.last
    if rows <= MOST_ROWS and columns <= MOST_COLUMNS and rows * columns <= MOST_CELLS:
        return ""
    last = f"{letters(columns)}{rows}"
    return (
        f"is too big: it reaches to {last}, and sheets of up to {MOST_ROWS:,} rows,"
        f" {MOST_COLUMNS:,} columns and {MOST_CELLS:,} cells are read"
    )


def _values(parts: dict[str, bytes], names: list[str], file: str | None) -> dict[str, list[Any]]:
    """Read the values of sheets; what is read is what was measured, packed anew."""
    import python_calamine

    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    stored.seek(0)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(stored)
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names
        }
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:
        refuse(NOT_ONE, file)
    raise AssertionError


def _raw(table: str, file: str | None, sheet: str, rows: list[list[Any]], scan: Scan) -> Raw:
    """Put spoiled and merged cells in place of their values."""
    cells = [[_cell(cell) for cell in row] for row in rows]
    spoiled = dict(scan.spoiled)
    for reference in scan.merged:
        first = REFERENCE.match(reference)
        if first:
            message = f"is merged with others ({reference}); unmerge them"
            spoiled.setdefault((int(first[2]), column_number(first[1])), message)
    for (row, column), message in spoiled.items():
        if row > len(cells):
            cells += [[] for _ in range(row - len(cells))]
        line = cells[row - 1]
        if not (line and isinstance(line[0], str) and line[0].startswith(REMARK)):
            line += [None] * (column - len(line))
            is_empty = message.startswith("is merged") and line[column - 1] is None
            line[column - 1] = None if is_empty else Spoiled(message)
    return Raw(table, file, sheet, list(enumerate(cells, 1)), typed=True)


def _cell(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value
