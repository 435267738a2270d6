"""A workbook of Excel, one sheet for each table.

Before anything reads the values, every sheet is scanned for what a reader of values does not show:
formulas, errors, merged cells, and how far it reaches.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from gridblock.instances.faults import Fault, InstanceError, letters
from gridblock.instances.files import refuse
from gridblock.instances.tables.cells import REMARK, Spoiled
from gridblock.instances.tables.gather import Raw
from gridblock.instances.tables.names import table_called

MOST_UNPACKED: Final = 160_000_000
MOST_PARTS: Final = 2000
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 5_000
MOST_CELLS: Final = 3_000_000
FORMULA: Final = "holds a formula, and only values are read; copy it and paste its value"
NOT_ONE: Final = "is not a workbook that Excel has saved as .xlsx"
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Cell = tuple[int, int]


@dataclass
class Scan:
    """What a sheet holds besides values, cells by row and column from 1."""

    last: Cell = (0, 0)
    spoiled: dict[Cell, str] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)


def read(raw: bytes, file: str | None) -> dict[str, Raw]:
    """Read the tables of a workbook; empty sheets and notes are passed over.

    Raises:
        InstanceError: with every fault of the sheets themselves.
    """
    packed = _unpacked(raw, file)
    sheets = _sheets(packed, file)
    wanted: dict[str, str] = {}
    scans: dict[str, Scan] = {}
    faults: list[Fault] = []
    for name, part in sheets.items():
        table, message = table_called(name, wanted)
        if not table and not message:
            continue
        scan = _scanned(packed, part, file, name)
        if scan.last == (0, 0):
            continue
        if message := message or _too_far(scan):
            faults.append(Fault((), message, file, sheet=name))
        else:
            wanted[table], scans[table] = name, scan
    if faults:
        raise InstanceError(faults)
    refuse("" if wanted else "has no sheet with a table", file)
    values = _values(packed, list(wanted.values()), file)
    return {t: _raw(t, file, name, values[name], scans[t]) for t, name in wanted.items()}


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
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError,
            NotImplementedError):
        refuse(NOT_ONE, file)
    return parts


def _parse(part: bytes, handlers: dict[str, Any], file: str | None) -> None:
    """Go through a part of XML; one that defines entities is refused."""

    def entities(*_: object) -> None:
        raise expat.ExpatError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = entities
    parser.buffer_text = True
    for name, handler in handlers.items():
        setattr(parser, name, handler)
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, ValueError):
        refuse(NOT_ONE, file)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _attribute(attributes: dict[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if _local(key) == name), "")


def _sheets(parts: dict[str, bytes], file: str | None) -> dict[str, str]:
    """Give the part of each sheet by its name."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def relation(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "Relationship":
            target = attributes.get("Target", "").replace("\\", "/")
            root = target.startswith("/")
            targets[attributes.get("Id", "")] = target.lstrip("/") if root else f"xl/{target}"

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if _local(name) == "sheet":
            at = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            sheets.append((attributes.get("name", ""), at))

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        refuse(NOT_ONE if part not in parts else "", file)
        _parse(parts[part], {"StartElementHandler": handler}, file)
    found = {name: targets.get(at, "") for name, at in sheets}
    return {name: part for name, part in found.items() if "worksheets/" in part}


def _scanned(parts: dict[str, bytes], part: str, file: str | None, sheet: str) -> Scan:
    if part not in parts:
        raise InstanceError([Fault((), "is a sheet that the workbook lacks", file, sheet=sheet)])
    scanner = _Scanner()
    handlers = {
        "StartElementHandler": scanner.start,
        "EndElementHandler": scanner.end,
        "CharacterDataHandler": scanner.text,
    }
    _parse(parts[part], handlers, file)
    return scanner.scan


class _Scanner:
    """Takes the elements of a sheet one after the other."""

    def __init__(self) -> None:
        self.scan = Scan()
        self.row = self.column = 0
        self.is_error = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = _local(name)
        if kind == "row":
            said = _attribute(attributes, "r")
            self.row = int(said) if said.isdecimal() and len(said) < 8 else self.row + 1
            self.column = 0
        elif kind == "c":
            said = _REFERENCE.fullmatch(_attribute(attributes, "r"))
            self.column = _number(said[1]) if said else self.column + 1
            self.row = int(said[2]) if said else self.row
            self.is_error = _attribute(attributes, "t") == "e"
        elif kind in {"v", "is", "f"}:
            last = self.scan.last
            self.scan.last = (max(last[0], self.row), max(last[1], self.column))
            if kind == "f":
                self.scan.spoiled[self.row, self.column] = FORMULA
            elif self.is_error:
                self.scan.spoiled.setdefault((self.row, self.column), "holds an error of Excel")
        elif kind == "mergeCell":
            self.scan.merged.append(_attribute(attributes, "ref"))

    def end(self, name: str) -> None:
        if _local(name) == "c":
            self.is_error = False

    def text(self, text: str) -> None:
        at = (self.row, self.column)
        if self.is_error and self.scan.spoiled.get(at) == "holds an error of Excel":
            self.scan.spoiled[at] = f"holds the error {text[:20]}"


def _number(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


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
    except BaseException:  # noqa: BLE001 - a panic of the library is no Exception
        refuse(NOT_ONE, file)
    raise AssertionError


def _raw(
    table: str, file: str | None, sheet: str, rows: list[list[Any]], scan: Scan
) -> Raw:
    """Put spoiled and merged cells in place of their values."""
    cells = [[_cell(cell) for cell in row] for row in rows]
    spoiled = dict(scan.spoiled)
    for reference in scan.merged:
        first = _REFERENCE.match(reference)
        if first:
            message = f"is merged with others ({reference}); unmerge them"
            spoiled.setdefault((int(first[2]), _number(first[1])), message)
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
