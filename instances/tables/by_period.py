"""The table of series: a row for each series, a column for each period."""

from __future__ import annotations

from typing import Any, NamedTuple

from gridblock.instances.faults import did_you_mean, quoted
from gridblock.instances.tables import layout
from gridblock.instances.tables.cells import REMARK, decoded, joined
from gridblock.instances.tables.columns import UNHEADED, Column, used
from gridblock.instances.tables.gather import TEXT, tuple_of
from gridblock.instances.tables.layout import FORM, INSTANCE, NAME, SERIES, SERIES_KEYS, STEPS
from gridblock.instances.tables.raw import Gathered, Raw, Spot
from gridblock.instances.tables.shapes import Path, Shape

NUMBER = Shape(number=True)


class _Heading(NamedTuple):
    """The columns of the table: those that name a series, and those of periods, from 0."""

    keys: dict[str, int]
    periods: dict[str, int]


class _Row(NamedTuple):
    """A row with its heading."""

    spot: Spot
    cells: list[Any]
    heading: _Heading

    def key(self, key: str) -> Any:
        at = self.heading.keys.get(key)
        return self.cells[at] if at is not None and at < len(self.cells) else None

    def at(self, key: str) -> Spot:
        return self.spot._replace(column=self.heading.keys[key] + 1)

    @property
    def values(self) -> dict[str, tuple[Any, Spot]]:
        """What stands in the columns of periods, with its place."""
        return {
            period: (self.cells[i], self.spot._replace(column=i + 1))
            for period, i in self.heading.periods.items()
            if i < len(self.cells) and self.cells[i] is not None
        }


def add_series(found: Gathered, raw: Raw) -> None:
    """Put the series of a table into the records that there are.

    A row with a number for every period is a list; where some are empty, or the column `form` says
    `steps`, each number holds until the next one.
    """
    periods = layout.period_names(found.data.get("periods"))
    heading = _heading(found, raw, periods)
    for number, cells in raw.body if heading else ():
        row = _Row(Spot(raw, number, 1), cells, heading)  # type: ignore[arg-type]
        record = _record(found, row)
        if record is not None:
            _series(found, row, record, periods)


def _heading(found: Gathered, raw: Raw, periods: Path) -> _Heading | None:
    """Find the columns by name; periods are text, however they are written."""
    line, cells = raw.heading
    heading = _Heading({}, {})
    for i in used(cells, (row for _, row in raw.body)):
        cell = cells[i] if i < len(cells) else None
        if isinstance(cell, str) and cell.startswith(REMARK):
            continue
        try:
            name = "" if cell is None else str(decoded(cell, TEXT, raw.typed))
            message = "" if name else UNHEADED
        except ValueError as error:
            name, message = "", str(error)
        of = heading.keys if cell in {*SERIES_KEYS, FORM} else heading.periods
        if name in of:
            message = "is a column twice"
        elif periods and name and of is heading.periods and name not in periods:
            message = f"is not a period{did_you_mean(name, periods)}"
        if message:
            found.refuse((SERIES, name) if name else (SERIES,), message, raw, line, i + 1)
        else:
            of[name] = i
    missing = [key for key in SERIES_KEYS if key not in heading.keys]
    if missing:
        found.refuse((SERIES,), f"has no column {missing[0]!r}", raw, line, 1)
        return None
    return heading


def _record(found: Gathered, row: _Row) -> tuple[str | int, ...] | None:
    """Find the record that a row is of."""
    table = str(row.key("table") or "").strip()
    known = {INSTANCE, *layout.tables()}
    if table not in known:
        message = f"is of the table {quoted(table)}, which there is not"
        found.refuse((SERIES,), message + did_you_mean(table, known), *row.at("table"))
        return None
    if table == INSTANCE:
        return ()
    records, said = found.owners.get(table, {}), row.key(NAME)
    path = None if said is None else records.get(tuple_of(said))
    if path is None and isinstance(said, str):
        path = records.get((said,))
    if path is None:
        names = (joined(names, "/") for names in records)
        text = "" if said is None else str(said)
        message = f"is of {quoted(text)}, which the table {table} does not have"
        found.refuse((SERIES,), message + did_you_mean(text, names), *row.at(NAME))
    return path


def _series(found: Gathered, row: _Row, record: tuple[str | int, ...], periods: Path) -> None:
    """Put a row of the table of series into its record, as a list or as steps."""
    table = str(row.key("table")).strip()
    records = layout.ROOT if table == INSTANCE else layout.tables()[table].shape
    column = Column.of(records, str(row.key("field") or ""), 0)
    here = (*record, *column.path)
    if column.message:
        found.refuse(here, column.message, *row.at("field"))
        return
    values: dict[str, Any] = {}
    for period, (cell, spot) in row.values.items():
        try:
            values[period] = decoded(cell, NUMBER, spot.raw.typed)
        except ValueError as error:
            found.refuse((*here, period), str(error), *spot)
            values[period] = 0
    form = row.key(FORM)
    if form not in {None, STEPS}:
        message = f"must be {STEPS!r} or empty, not {quoted(str(form))}"
        found.refuse(here, message, *row.at(FORM))
    if not values:
        found.refuse(here, "has no values", *row.at("field"))
        return
    full = bool(periods) and values.keys() == set(periods)
    listed = column.shape.is_series and form != STEPS and full
    for period, (_, spot) in row.values.items():
        found.spots[(*here, periods.index(period) if listed else period)] = spot
    value = [values[period] for period in periods] if listed else values
    found.put(record, column.path, value, row.at("field"))
