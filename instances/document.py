"""Documents: what a file or a folder of tables says as plain data, with the place of every value.

YAML is read by the core schema of YAML 1.2: `NO`, `12:30` and `1_000` are text, `1e5` is a number.
Names of fields are always text as written. What lets a small file stand for a large one, or one
name for two values (anchors, aliases, tags, merge keys, names given twice), is refused.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridblock.instances.faults import Fault, quoted
from gridblock.instances.faults import Path as FieldPath
from gridblock.instances.files import (
    NOT_TEXT,
    NOT_YAML_TEXT,
    bytes_of,
    not_local,
    refuse,
    refuse_strange,
    text_of,
)
from gridblock.instances.from_json import read_json
from gridblock.instances.from_yaml import EMPTY, read_yaml
from gridblock.instances.tables import folder
from gridblock.instances.tables.by_period import add_series
from gridblock.instances.tables.gather import gathered
from gridblock.instances.tables.layout import SERIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridblock.instances.scalars import Position
    from gridblock.instances.tables.raw import Raw

# YAML is read at about 0.3 MB a second and JSON at about 50. The largest rung has 0.9 MB of JSON.
MOST_BYTES = {".yaml": 1_000_000, ".yml": 1_000_000, ".json": 16_000_000}
MOST_VALUES = 250_000
MOST_CELLS = 150_000
MOST_BYTES_OF_A_PLAN = 128_000_000
MOST_VALUES_OF_A_PLAN = 8_000_000

WORKBOOK = ".xlsx"
MOST_BYTES_OF_A_WORKBOOK = 16_000_000


# The file and the sheet that something stands in.
Home = tuple[str | None, str | None]


@dataclass(frozen=True, eq=False)
class Document:
    """What a file says, before anything is known of its meaning.

    Attributes:
        data: The fields: dicts with text as keys, lists, text, numbers, booleans and None. In
            YAML a number that is not written in its usual way carries its text as `text`.
        file: The file as the user typed it, if there is one.
        faults: What is wrong with tables themselves.
        spoiled: The paths of values of theirs that could not be read, and are None.
    """

    data: dict[str, Any]
    file: str | None
    _find: Callable[[FieldPath, bool], Position] = field(repr=False)
    faults: tuple[Fault, ...] = ()
    spoiled: tuple[FieldPath, ...] = ()
    _home: Callable[[FieldPath], Home] | None = field(default=None, repr=False)

    def place(self, path: FieldPath, key: bool = False) -> Position:
        """Return line and column, from 1, of the value at a path, or with `key` of its name.

        Where there is nothing at a path, the place is that of the name of the last thing on it.
        """
        return self._find(path, key)

    def located(self, fault: Fault) -> Fault:
        """Give a fault with its file, line and column."""
        line, column = self.place(fault.path)
        if fault.line is not None:
            line, column = fault.line, fault.column or column
        file, sheet = (self.file, None) if self._home is None else self._home(fault.path)
        return replace(fault, file=file, line=line, column=column, sheet=sheet)


def load(path: str | os.PathLike[str], *, plan: bool = False, empty: str = EMPTY) -> Document:
    """Read a YAML or JSON file, a workbook, or a folder of tables.

    Args:
        path: Where it stands.
        plan: Whether JSON may be as large as plans are.
        empty: What is said of YAML that is empty.

    Raises:
        InstanceError: With every fault of syntax that can be told at once.
    """
    file = os.fspath(path)
    refuse(not_local(file), file)
    if _is(Path(file).is_dir):
        return _of_tables(folder.read(file), file)
    suffix = Path(file).suffix.lower()
    refuse(_wrong_suffix(suffix) if _is(Path(file).exists) else "", file)
    most = MOST_BYTES_OF_A_PLAN if plan else _most_bytes(suffix)
    return parse(bytes_of(file, most), suffix, file, plan=plan, empty=empty)


def parse(
    text: str | bytes,
    suffix: str,
    file: str | None = None,
    *,
    plan: bool = False,
    empty: str = EMPTY,
) -> Document:
    """Read a document from memory.

    Args:
        text: What the file holds.
        suffix: `.yaml`, `.yml`, `.json` or, for bytes, `.xlsx`.
        file: The file's name in messages.
        plan: Whether JSON may be as large as plans are.
        empty: What is said of YAML that is empty.

    Raises:
        InstanceError: With every fault of syntax that can be told at once.
    """
    suffix = suffix.lower()
    most = MOST_BYTES_OF_A_PLAN if plan else _most_bytes(suffix)
    refuse(_wrong_suffix(suffix) or _too_big(len(text), suffix, most), file)
    if suffix == WORKBOOK and isinstance(text, bytes):
        from gridblock.instances.tables import workbook

        return _of_tables(workbook.read(text, file), file)
    text = text_of(text, file) if isinstance(text, bytes) else text
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    refuse_strange(text, file, NOT_TEXT if suffix == ".json" else NOT_YAML_TEXT)
    if suffix == ".json":
        data, find = read_json(text, file, MOST_VALUES_OF_A_PLAN if plan else MOST_VALUES)
    else:
        data, find = read_yaml(text, file, empty)
    if not isinstance(data, dict):
        refuse(
            "must hold fields at the top, each `name: value` with a blank after the ':'",
            file,
            find((), False),
        )
    return Document(data, file, find)


def _is(test: Callable[[], bool]) -> bool:
    """Ask about a file; one of an impossible name is nothing."""
    try:
        return test()
    except (OSError, ValueError):
        return False


def _of_tables(raws: dict[str, Raw], file: str | None) -> Document:
    filled = sum(cell is not None for of in raws.values() for _, row in of.rows for cell in row)
    big = f"is too big: its tables hold more than {MOST_CELLS:,} values"
    refuse(big if filled > MOST_CELLS else "", file)
    found = gathered(raws)
    if SERIES in raws:
        add_series(found, raws[SERIES])

    def find(path: FieldPath, key: bool) -> Position:
        spot = found.spot(path)
        return (spot.line, spot.column) if spot else (1, 1)

    def home(path: FieldPath) -> Home:
        spot = found.spot(path)
        return (spot.raw.file, spot.raw.sheet) if spot else (file, None)

    return Document(found.data, file, find, tuple(found.faults), tuple(found.spoiled), home)


def _wrong_suffix(suffix: str) -> str:
    if suffix in {*MOST_BYTES, WORKBOOK}:
        return ""
    known = ", ".join((*MOST_BYTES, WORKBOOK))
    return f"ends in {quoted(suffix)}; files that end in {known} are read, and folders of tables"


def _most_bytes(suffix: str) -> int:
    return MOST_BYTES.get(suffix, MOST_BYTES_OF_A_WORKBOOK)


def _too_big(size: int, suffix: str, most: int) -> str:
    if size <= most:
        return ""
    advice = "; write it as JSON, which is read much faster" if suffix != ".json" else ""
    return f"is too big: {suffix} files of up to {most // 10**6} MB are read{advice}"
