"""The table of series: a row for each series, a column for each period."""

from __future__ import annotations

from typing import Any

from gridblock.instances.faults import did_you_mean, quoted
from gridblock.instances.tables import layout
from gridblock.instances.tables.cells import REMARK, decoded, joined
from gridblock.instances.tables.columns import Column
from gridblock.instances.tables.gather import TEXT, tuple_of
from gridblock.instances.tables.layout import FORM, INSTANCE, NAME, SERIES, SERIES_KEYS, STEPS
from gridblock.instances.tables.raw import Gathered, Raw, Spot
from gridblock.instances.tables.shapes import Path, Shape

NUMBER = Shape(number=True)


def add_series(found: Gathered, raw: Raw) -> None:
    """Put the series of a table into the records that there are.

    A row with a number for every period is a list; where some are empty, or the column `form` says
    `steps`, each number holds until the next one.
    """
    periods = layout.period_names(found.data.get("periods"))
    at = _columns(found, raw, periods)
    if at is None:
        return
    for number, cells in raw.body:
        row = {name: cells[i] for name, i in at.items() if i < len(cells) and cells[i] is not None}
        _row(found, raw, number, row, at, periods)


def _columns(found: Gathered, raw: Raw, periods: Path) -> dict[str, int] | None:
    """Find the columns by name; periods are text, however they are written."""
    line, heading = raw.heading
    at: dict[str, int] = {}
    for i, cell in enumerate(heading):
        if cell is None or (isinstance(cell, str) and cell.startswith(REMARK)):
            continue
        try:
            name = str(decoded(cell, TEXT, raw.typed))
        except ValueError as error:
            found.refuse((SERIES,), str(error), raw, line, i + 1)
            continue
        known = name in (*SERIES_KEYS, FORM, *periods)
        if name in at:
            found.refuse((SERIES, name), "is a column twice", raw, line, i + 1)
        elif periods and not known:
            message = f"is not a period{did_you_mean(name, periods)}"
            found.refuse((SERIES, name), message, raw, line, i + 1)
        else:
            at[name] = i
    missing = [key for key in SERIES_KEYS if key not in at]
    if missing:
        found.refuse((SERIES,), f"has no column {missing[0]!r}", raw, line, 1)
        return None
    return at


def _row(
    found: Gathered, raw: Raw, number: int, row: dict[str, Any], at: dict[str, int], periods: Path
) -> None:
    table = str(row.get("table", "")).strip()
    known = {INSTANCE, *layout.tables()}
    if table not in known:
        message = f"is of the table {quoted(table)}, which there is not"
        found.refuse((SERIES,), message + did_you_mean(table, known), raw, number, at["table"] + 1)
        return
    record = _record(found, table, row.get(NAME))
    if record is None:
        names = [joined(names, "/") for names in found.owners.get(table, {})]
        said = str(row.get(NAME, ""))
        message = f"is of {quoted(said)}, which the table {table} does not have"
        found.refuse((SERIES,), message + did_you_mean(said, names), raw, number, at[NAME] + 1)
        return
    records = layout.ROOT if table == INSTANCE else layout.tables()[table].shape
    column = Column.of(records, str(row.get("field", "")), at["field"])
    if column.message:
        path = (*record, *column.path)
        found.refuse(path, column.message, raw, number, at["field"] + 1)
        return
    _series(found, Spot(raw, number, at["field"] + 1), (record, column), row, at)


def _record(found: Gathered, table: str, said: Any) -> tuple[str | int, ...] | None:
    records = found.owners.get(table, {})
    if table == INSTANCE:
        return ()
    if said is None:
        return None
    plain = decoded(said, TEXT, typed=True) if isinstance(said, (str, int, float)) else ""
    return records.get(tuple_of(said), records.get((str(plain),)))


def _series(
    found: Gathered,
    spot: Spot,
    target: tuple[tuple[str | int, ...], Column],
    row: dict[str, Any],
    at: dict[str, int],
) -> None:
    record, column = target
    here = (*record, *column.path)
    values: dict[str, Any] = {}
    places: dict[str, Spot] = {}
    for period, i in at.items():
        if period not in row or period in (*SERIES_KEYS, FORM):
            continue
        places[period] = spot._replace(column=i + 1)
        try:
            values[period] = decoded(row[period], NUMBER, spot.raw.typed)
        except ValueError as error:
            found.refuse((*here, period), str(error), *places[period])
            values[period] = 0
    form = row.get(FORM)
    if form not in {None, STEPS}:
        message = f"must be {STEPS!r} or empty, not {quoted(str(form))}"
        found.refuse(here, message, *spot._replace(column=at[FORM] + 1))
    if not values:
        found.refuse(here, "has no values", *spot)
        return
    periods = layout.period_names(found.data.get("periods"))
    listed = column.shape.is_series and form != STEPS and periods and values.keys() == set(periods)
    keys = dict(zip(periods, range(len(periods)), strict=True)) if listed else {}
    for period, place in places.items():
        found.spots[(*here, keys.get(period, period))] = place
    found.put(record, column.path, [values[t] for t in periods] if listed else values, spot)
