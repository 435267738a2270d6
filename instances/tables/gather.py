"""Gathering: tables put together to the plain data of an instance, with the place of every value.

Nothing is judged here but what a table itself can have wrong: names of tables and columns, rows
that belong to nothing, cells that cannot be read. The rest is judged as in any other document.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from gridblock.instances.faults import Path as FieldPath
from gridblock.instances.faults import did_you_mean, quoted
from gridblock.instances.scalars import DEEPEST, TOO_DEEP
from gridblock.instances.tables import layout
from gridblock.instances.tables.cells import decoded, joined, split
from gridblock.instances.tables.columns import Column, columns_of
from gridblock.instances.tables.layout import INSTANCE, NAME, OF, Table
from gridblock.instances.tables.raw import Gathered, Raw, Spot
from gridblock.instances.tables.shapes import Path, Shape


def gathered(raws: dict[str, Raw]) -> Gathered:
    """Put tables together, all but that of series.

    Args:
        raws: the tables by name, none that is not known.
    """
    found = Gathered()
    found.owners[INSTANCE] = {(): ()}
    if INSTANCE in raws:
        _single(found, raws[INSTANCE])
    for table in layout.tables().values():
        if table.name in raws:
            _listed(found, raws[table.name], table)
    return found


def _single(found: Gathered, raw: Raw) -> None:
    """Put in the fields that the instance has once."""
    line, heading = raw.heading
    at = {cell.strip(): i for i, cell in enumerate(heading) if isinstance(cell, str)}
    found.spots[()] = Spot(raw, line, 1)
    if not {"field", "value"} <= at.keys():
        found.refuse((), "must have the columns field and value", raw, line, 1)
        return
    for number, cells in raw.body:
        name, value = (cells[i] if i < len(cells) else None for i in (at["field"], at["value"]))
        if name is None and value is not None:
            found.refuse((), "has a value without a field", raw, number, at["value"] + 1)
        elif value is not None:
            column = Column.of(layout.ROOT, str(name), at["value"])
            if column.message:
                path = column.path or (str(name),)
                found.refuse(path, column.message, raw, number, at["field"] + 1)
            else:
                _cell(found, (), column.path, column.shape, value, Spot(raw, number, column.at + 1))


def _cell(
    found: Gathered, record: FieldPath, path: Path, kind: Shape, value: Any, spot: Spot
) -> None:
    try:
        read = decoded(value, kind, spot.raw.typed)
    except ValueError as error:
        found.refuse((*record, *path), str(error), *spot)
        found.spoiled.append((*record, *path))
        read = None
    found.put(record, path, read, spot)


def _listed(found: Gathered, raw: Raw, table: Table) -> None:
    """Put in the records of a table, those that others belong to first."""
    line, heading = raw.heading
    known, faulty = columns_of(heading, table, [cells for _, cells in raw.body])
    for each in faulty:
        found.refuse((table.name, *each.path), each.message, raw, line, each.at + 1)
    keys = {c.key: c.at for c in known if c.key}
    missing = [key for key in table.keys if key not in keys]
    if missing:
        found.refuse((table.name,), f"has no column {missing[0]!r}", raw, line, 1)
        return
    found.owners.setdefault(table.name, {})
    rows = [_Row(number, cells, keys) for number, cells in raw.body]
    if OF in table.keys and table.name in table.homes:
        rows.sort(key=lambda row: row.depth)
    for row in rows:
        _row(found, raw, table, known, row)


class _Row(NamedTuple):
    """A row of a table, with the columns of what it belongs to and of its name."""

    number: int
    cells: list[Any]
    keys: dict[str, int]

    def key(self, key: str) -> Any:
        at = self.keys.get(key)
        return self.cells[at] if at is not None and at < len(self.cells) else None

    @property
    def depth(self) -> int:
        try:
            return len(split(str(self.key(OF)), "/"))
        except ValueError:
            return 0


TEXT = Shape(text=True)


def _row(found: Gathered, raw: Raw, table: Table, known: list[Column], row: _Row) -> None:
    """Put a row into the record that it describes, cell by cell, and note where each came from."""
    owner = _owner(found, raw, table, row)
    if owner is None:
        return
    names, home = owner
    path, name = _place(found, raw, table, row, home)
    if path is None:
        return
    found.spots[path] = Spot(raw, row.number, row.keys.get(NAME, 0) + 1)
    for column in known:
        cell = row.cells[column.at] if column.at < len(row.cells) else None
        if cell is not None and not column.key:
            spot = Spot(raw, row.number, column.at + 1)
            _cell(found, path, column.path, column.shape, cell, spot)
    if name is None:
        record: Any = found.data
        for part in path:
            record = record[part]
        name = record.get(NAME)
    if isinstance(name, str):
        found.owners[table.name].setdefault((*names, name) if table.keyed else (name,), path)


def _owner(found: Gathered, raw: Raw, table: Table, row: _Row) -> tuple[Path, FieldPath] | None:
    """Find what a row belongs to: its names, and the path at which the records stand."""
    if OF not in table.keys:
        return (), table.homes[INSTANCE]
    said, at = row.key(OF), row.keys[OF] + 1
    if said is None:
        found.refuse((table.name,), "does not say what it is `of`", raw, row.number, at)
        return None
    names = tuple_of(said)
    for owner, home in table.homes.items():
        path = found.owners.get(owner, {}).get(names)
        if path is not None and len(path) + len(home) < DEEPEST:
            return names, (*path, *home)
        if path is not None:
            found.refuse((table.name,), TOO_DEEP, raw, row.number, at)
            return None
    message = f"is of {quoted(str(said))}, which is in no other table"
    owners = (names for owner in table.homes for names in found.owners.get(owner, {}))
    near = did_you_mean(str(said), (joined(names, "/") for names in owners))
    found.refuse((table.name,), message + near, raw, row.number, at)
    return None


def tuple_of(said: Any) -> Path:
    """Give the names in a cell that names a record from the top."""
    try:
        return split(
            str(decoded(said, TEXT, typed=True)) if not isinstance(said, str) else said, "/"
        )
    except ValueError:
        return ()


def _place(
    found: Gathered, raw: Raw, table: Table, row: _Row, home: FieldPath
) -> tuple[FieldPath | None, str | None]:
    """Make the record of a row; None if it cannot be."""
    holder: Any = found.data
    for part in home[:-1]:
        holder = holder.setdefault(part, {}) if isinstance(holder, dict) else holder[part]
    empty: Any = {} if table.keyed else []
    records = holder.setdefault(home[-1], empty)
    if type(records) is not type(empty):
        found.twice(home, Spot(raw, row.number, 1))
        return None, None
    if not table.keyed:
        records.append({})
        return (*home, len(records) - 1), None
    said, at = row.key(NAME), row.keys[NAME] + 1
    try:
        name = None if said is None else decoded(said, TEXT, raw.typed)
    except ValueError as error:
        found.refuse(home, f"has a name that {error}", raw, row.number, at)
        return None, None
    if not isinstance(name, str):
        found.refuse(
            home,
            "has no name" if said is None else "must have text for a name",
            raw,
            row.number,
            at,
        )
        return None, None
    if name in records:
        first = found.spots.get((*home, name))
        where = f"; the first is in row {first.line}" if first else ""
        found.refuse((*home, name), f"is given twice{where}", raw, row.number, at)
        return None, None
    records[name] = {}
    return (*home, name), name
