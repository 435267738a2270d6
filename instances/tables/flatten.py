"""Flattening: the plain data of an instance as tables, ready to be written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gridblock.instances.tables import layout, shapes
from gridblock.instances.tables.cells import encoded, joined, word
from gridblock.instances.tables.layout import (
    FORM,
    INSTANCE,
    NAME,
    OF,
    SERIES,
    SERIES_KEYS,
    STEPS,
    Table,
)
from gridblock.instances.write import in_quotes

if TYPE_CHECKING:
    from gridblock.instances.tables.shapes import Path, Shape

Cell = str | float | bool | None
SINGLE: Final = ("field", "value")
SOURCE: Final = "source"


class Written(NamedTuple):
    """A table as it is written: its name, a heading for each column, and rows of cells."""

    name: str
    heading: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Owner(NamedTuple):
    """The record that something stands in: its table and its names from the top."""

    table: str
    names: tuple[str, ...]
    is_named: bool = True


@dataclass
class _Record:
    """A row while it is gathered: what names it, and its cells by path."""

    keys: tuple[Cell, ...]
    cells: dict[Path, Cell] = field(default_factory=dict)


@dataclass
class _Series:
    """A row of values by period."""

    keys: tuple[str, ...]
    form: Cell
    values: tuple[Cell, ...]


def flattened(data: Mapping[str, Any], every: bool = False) -> list[Written]:
    """Give the tables of an instance.

    Args:
        data: its plain data, which must be valid.
        every: whether all tables and columns that can be are given, not only those in use.
    """
    flat = _Flat(layout.period_names(data.get("periods")))
    top = _Record(())
    flat.group(top.cells, (), data, layout.ROOT, Owner(INSTANCE, ()))
    paths = _ordered(top.cells, layout.ROOT, every)
    written = [Written(INSTANCE, SINGLE, tuple((joined(p, "."), top.cells.get(p)) for p in paths))]
    for table in layout.tables().values():
        rows = flat.rows[table.name]
        if rows or every:
            written.append(_table(table, rows, every))
    if flat.series or every:
        written.append(_series(flat))
    return written


def _table(table: Table, rows: list[_Record], every: bool) -> Written:
    paths = _ordered([path for row in rows for path in row.cells], table.shape, every)
    heading = (*table.keys, *(joined(path, ".") for path in paths))
    cells = tuple((*row.keys, *map(row.cells.get, paths)) for row in rows)
    return Written(table.name, heading, cells)


def _series(flat: _Flat) -> Written:
    formed = any(row.form for row in flat.series)
    heading = (*SERIES_KEYS, *([FORM] if formed else []), *map(_period, flat.periods))
    rows = ((*row.keys, *([row.form] if formed else []), *row.values) for row in flat.series)
    return Written(SERIES, heading, tuple(rows))


def _period(name: str) -> str:
    """Give the heading of a period; one that is called like another column stands in quotes."""
    return in_quotes(name) if name in (*SERIES_KEYS, FORM) else word(name)


def _ordered(paths: Iterable[Path], records: Shape, every: bool) -> list[Path]:
    """Put the paths of columns in the order of the schema, names of one's own as they come."""
    named = dict.fromkeys(paths)
    if every:
        tops = {path[:i] for path in named for i in range(1, len(path))}
        missing = [path for path in layout.columns(records) if path not in tops]
        missing = [path for path in missing if len(path) == 1 or path[-1] != SOURCE]
        named.update(dict.fromkeys(missing))
    places: dict[Path, int] = {}

    def place(path: Path) -> int:
        at = layout.shape_at(records, path[:-1])
        known = shapes.fields(at.models) if at is not None and at.models else []
        fallback = len(known) + len(places)
        return places.setdefault(path, known.index(path[-1]) if path[-1] in known else fallback)

    return sorted(named, key=lambda path: [place(path[: i + 1]) for i in range(len(path))])


class _Flat:
    """Takes records apart into rows of cells."""

    def __init__(self, periods: tuple[str, ...]) -> None:
        self.periods = periods
        self.rows: dict[str, list[_Record]] = {name: [] for name in layout.tables()}
        self.series: list[_Series] = []

    def group(
        self, cells: dict[Path, Cell], at: Path, group: Mapping[str, Any], kind: Shape, own: Owner
    ) -> None:
        """Add the fields of a record, or the values of a mapping, to the cells of a row."""
        for name, value in group.items():
            inner = shapes.inside(kind, name)
            if inner is None:
                message = f"{'.'.join((*at, name))} is no field of the schema"
                raise TypeError(message)
            self._value(cells, (*at, name), value, inner, own)

    def _value(
        self, cells: dict[Path, Cell], path: Path, value: Any, kind: Shape, own: Owner
    ) -> None:
        table = layout.table_at(own.table, path) if value and kind.rows is not None else None
        if table is not None and isinstance(value, Mapping) == table.keyed:
            self._records(table, value, own)
        elif self._is_by_period(value, kind) and own.is_named:
            self._add_series(own, path, value, kind)
        elif isinstance(value, Mapping) and value and not kind.free and not kind.keyed:
            self.group(cells, path, value, kind, own)
        else:
            cells[path] = encoded(value, kind)

    def _is_by_period(self, value: Any, kind: Shape) -> bool:
        """Say whether a value is a list with a number for each period, or numbers by period."""
        if isinstance(value, Mapping):
            numbers = kind.values is not None and kind.values.number and bool(value)
            return numbers and all(t in self.periods and _is_number(x) for t, x in value.items())
        listed = kind.is_series and bool(value) and isinstance(value, (list, tuple))
        return listed and len(value) == len(self.periods) and all(map(_is_number, value))

    def _records(self, table: Table, records: Any, own: Owner) -> None:
        pairs = records.items() if table.keyed else ((each.get(NAME), each) for each in records)
        for name, record in pairs:
            of = [joined(own.names, "/")] if OF in table.keys else []
            row = _Record((*of, *([word(name)] if table.keyed else [])))
            self.rows[table.name].append(row)
            names = (*own.names, name) if table.keyed else (name,)
            inner = Owner(table.name, names, is_named=name is not None)
            self.group(row.cells, (), record, table.shape, inner)

    def _add_series(self, own: Owner, path: Path, value: Any, kind: Shape) -> None:
        steps = isinstance(value, Mapping)
        by_period = value if steps else dict(zip(self.periods, value, strict=True))
        full = kind.is_series and steps and len(value) == len(self.periods)
        keys = (own.table, joined(own.names, "/"), joined(path, "."))
        values = tuple(by_period.get(period) for period in self.periods)
        self.series.append(_Series(keys, STEPS if full else None, values))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
