"""What a report is made of, whatever it is drawn with: sentences, and tables of plain text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from gridblock.instances.calendar import Horizon, span_of
from gridblock.reports.words import plural

MOST_PERIODS: Final = 12
MOST_WIDE: Final = 8
"""Up to so many periods have columns of four characters, two apart; more have three, one apart."""
FEW: Final = 4
LONGEST_HEADING: Final = 10


class Bar(NamedTuple):
    """A share from 0 to 1, drawn as a bar; a credit is drawn lighter."""

    share: float
    credit: bool = False


class Heat(NamedTuple):
    """A share in whole percent, the more of it the hotter."""

    share: float


Cell = str | Bar | Heat
Row = Sequence[Cell]


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        heading: what stands above it.
        right: whether its cells end at the same place, as numbers do.
        brief: the heading where there is little room, on one line or two.
        width: characters of its bar.
        close: whether it follows the column before it closely.
    """

    heading: str
    right: bool = False
    brief: str | None = None
    width: int = 0
    close: bool = False


@dataclass(frozen=True)
class Section:
    """A table with its title.

    Attributes:
        title: what it is about.
        unit: what is counted in it.
        columns: as many as each row has cells; the first one names the row.
        rows: cells.
        totals: rows below a line.
        note: a sentence below it.
        points: a list below that.
    """

    title: str
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...] = ()
    note: str = ""
    points: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes:
        title: the name of what it is about.
        subtitle: what that is, in a few words.
        sentences: what to know first, each a paragraph.
        points: a list below them.
        sections: the tables.
    """

    title: str
    subtitle: str
    sentences: tuple[str, ...]
    points: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()


def span(horizon: Horizon) -> str:
    """Say how long a horizon is: ``8 quarters``, ``1,000 hours``."""
    count = len(horizon)
    every = span_of(horizon.names[0]) if horizon.named else None
    if every is None and count == 1:
        return plural(round(horizon.hours[0]), "hour")
    return plural(count, every or "period")


def first_to_last(horizon: Horizon) -> str:
    """Name the first and the last period; say how long the only one is."""
    if len(horizon) == 1:
        return horizon.names[0] if horizon.named else span(horizon)
    return f"{horizon.names[0]} to {horizon.names[-1]}"


def ends(horizon: Horizon) -> tuple[str, ...]:
    """Name the first and the last period, or the only one."""
    return horizon.names if len(horizon) == 1 else (horizon.names[0], horizon.names[-1])


def end_columns(horizon: Horizon) -> tuple[Column, ...]:
    """Give a column of numbers to the first and the last period, or to the only one."""
    if len(horizon) == 1:
        return (Column("in service", right=True),)
    return tuple(
        Column(name, right=True, brief=name if len(name) <= LONGEST_HEADING else brief)
        for name, brief in zip(ends(horizon), ("first", "last"), strict=True)
    )


class Spell(NamedTuple):
    """Successive periods that share a column.

    Attributes:
        column: its heading.
        periods: their positions.
    """

    column: Column
    periods: range


def spells(horizon: Horizon) -> tuple[Spell, ...]:
    """Give each period a column, or a column to several where there are more than twelve."""
    step = -(-len(horizon) // MOST_PERIODS)
    starts = range(0, len(horizon), step)
    close = len(starts) > MOST_WIDE
    return tuple(
        Spell(
            Column(name, right=True, brief=_brief(horizon, i, step, close), close=close),
            range(i, min(i + step, len(horizon))),
        )
        for i, name in zip(starts, horizon.names[::step], strict=True)
    )


def _brief(horizon: Horizon, i: int, step: int, close: bool) -> str:
    """Write a period in four characters or three: its part below the year; others by number."""
    name, width = horizon.names[i], 3 if close else 4
    if horizon.named:
        year = f"'{name[2:4]}" if close else name[:4]
        again = i > 0 and horizon.names[i - step][:4] == name[:4]
        part = name[4:].lstrip("-")
        return f"{'' if again else year}\n{part:>{width}}" if part else year
    return f"{name if _short(horizon) else i + 1:>{width}}"


def _short(horizon: Horizon) -> bool:
    """Say whether the names of listed periods fit above their columns."""
    most = 3 if len(horizon) > MOST_WIDE else 4 if len(horizon) > FEW else 8
    return max(map(len, horizon.names)) <= most


def spells_note(horizon: Horizon) -> str:
    """Explain columns that hold several periods, or that are numbered."""
    if len(horizon) == 1:
        return ""
    step = -(-len(horizon) // MOST_PERIODS)
    notes = []
    if step > 1:
        notes.append(f"Each column holds {step} periods, from the one named on.")
    if not horizon.named and not _short(horizon):
        notes.append(f"Period 1 is {horizon.names[0]}, {len(horizon)} is {horizon.names[-1]}.")
    return " ".join(notes)
