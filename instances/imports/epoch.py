"""Frontier data centres as Epoch AI keeps them (CC BY 4.0: credit Epoch AI).

Two of their CSV files, told apart by their columns; other columns are left out:

timelines  ``Date``, ``Data center``, ``Power (MW)``: what each draws from a day on. Each becomes a
           facility whose ``power_mw`` is, in each quarter, what it is on the first day of it; one
           without power in all of them is left out. The quarters are those from the first date to
           the last, or those of ``--problem 2026Q3-2028Q2``.
campuses   ``Name``, ``Current power (MW)``, ``Latitude``, ``Longitude`` (41°41'36"N): a facility
           each, with its place and its power today; one without any is left out.

Their power is taken for critical power: give a ``pue`` and a ``grid_mw`` where you know better.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.faults import quoted
from gridblock.instances.imports.rows import Row, column, rows
from gridblock.instances.imports.source import Reading, based

if TYPE_CHECKING:
    from gridblock.instances.imports.source import Source

POWER: Final = "Power (MW)"
CURRENT: Final = "Current power (MW)"
SPAN: Final = re.compile(r"(\d{4})Q([1-4])-(\d{4})Q([1-4])", re.ASCII)
DEGREES: Final = re.compile(r"(\d{1,3})°(\d{1,2})'(\d{1,2}(?:\.\d+)?)\"([NSEW])")
FROM: Final = "Epoch AI, Data on Frontier AI Data Centers, CC BY 4.0"
MOST_QUARTERS: Final = 200


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it is not of this format.
    """
    heading, *body = rows(source)
    if CURRENT in heading.cells:
        if source.problem is not None:
            source.refuse("is what stands today, so --problem means nothing for it")
        data = {"facilities": _today(heading, body)}
    else:
        data = _timelines(source, heading, body)
    if not data["facilities"]:
        source.refuse("has no data centre with power then")
    return Reading({**based(source, FROM), **data})


def _today(heading: Row, body: list[Row]) -> dict[str, Any]:
    name, power = column(heading, "Name"), column(heading, CURRENT)
    lat, lon = column(heading, "Latitude"), column(heading, "Longitude")
    found: dict[str, Any] = {}
    for row in body:
        if not row.given(power) or not row.number(power, CURRENT):
            continue
        called = row.text(name, "the name")
        if called in found:
            row.source.refuse(f"names {quoted(called)} a second time", row.line, name + 1)
        found[called] = {
            "at": {"lat": _degrees(row, lat, "NS"), "lon": _degrees(row, lon, "EW")},
            "limits": {"power_mw": row.number(power, CURRENT)},
        }
    return found


def _degrees(row: Row, at: int, ways: str) -> float:
    text = row.text(at, "a coordinate")
    found = DEGREES.fullmatch(text)
    if not found or found[4] not in ways:
        message = f"must be degrees such as 41°41'36\"{ways[0]}, not {quoted(text)}"
        row.source.refuse(message, row.line, at + 1)
    size = int(found[1]) + int(found[2]) / 60 + float(found[3]) / 3600
    return round(size if found[4] == ways[0] else -size, 6)


def _timelines(source: Source, heading: Row, body: list[Row]) -> dict[str, Any]:
    """Read a table of power by data centre and date: facilities with a limit by quarter."""
    day, name = column(heading, "Date"), column(heading, "Data center")
    power = column(heading, POWER)
    steps: dict[str, dict[date, float]] = {}
    for row in body:
        if row.given(power):
            dated = steps.setdefault(row.text(name, "the data centre"), {})
            dated[_date(row, day)] = row.number(power, POWER)
    if not steps:
        source.refuse("has no row with power")
    quarters = _quarters(source, [each for dated in steps.values() for each in dated])
    firsts = [date(year, 3 * quarter - 2, 1) for year, quarter in quarters]
    powers = {
        called: [_at(dated, first) for first in firsts] for called, dated in sorted(steps.items())
    }
    year, quarter = quarters[0]
    return {
        "periods": {"first": f"{year}Q{quarter}", "count": len(quarters), "every": "quarter"},
        "facilities": {
            called: {"limits": {"power_mw": mw}} for called, mw in powers.items() if any(mw)
        },
    }


def _date(row: Row, at: int) -> date:
    text = row.text(at, "the date")
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"the date must be like 2026-07-01, not {quoted(text)}"
        row.source.refuse(message, row.line, at + 1)


def _at(dated: dict[date, float], day: date) -> float:
    """Give the power on a day: that of the last row before it or on it."""
    before = [each for each in dated if each <= day]
    return dated[max(before)] if before else 0.0


def _quarters(source: Source, days: list[date]) -> list[tuple[int, int]]:
    """Give the quarters asked for, or from the first day to the last."""
    ends = [(day.year, (day.month + 2) // 3) for day in (min(days), max(days))]
    if source.problem is not None:
        found = SPAN.fullmatch(source.problem)
        if not found:
            source.refuse(f"{quoted(source.problem)} are no quarters such as 2026Q3-2028Q2")
        ends = [(int(found[1]), int(found[2])), (int(found[3]), int(found[4]))]
    first, last = (4 * year + quarter - 1 for year, quarter in ends)
    if not first <= last < first + MOST_QUARTERS:
        source.refuse(f"the quarters must be 1 to {MOST_QUARTERS}, not {last - first + 1}")
    return [(each // 4, each % 4 + 1) for each in range(first, last + 1)]
