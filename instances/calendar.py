"""The calendar: periods with their names, hours and starts."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, Final

from gridblock.instances.faults import did_you_mean

HOURS_A_YEAR: Final = 8760
MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
FORMS: Final = {
    "quarter": re.compile(r"(?P<year>[12]\d{3})Q(?P<part>[1-4])", re.ASCII),
    "month": re.compile(r"(?P<year>[12]\d{3})-(?P<part>0[1-9]|1[0-2])", re.ASCII),
    "year": re.compile(r"(?P<year>[12]\d{3})(?P<part>)", re.ASCII),
}


@dataclass(frozen=True)
class Horizon:
    """Successive periods.

    Attributes:
        names: the name of each period.
        hours: the length of each in hours.
        named: whether they are months, quarters or years of the calendar.
    """

    names: tuple[str, ...]
    hours: tuple[float, ...]
    named: bool = False

    def __len__(self) -> int:
        """Count the periods."""
        return len(self.names)

    @cached_property
    def index(self) -> dict[str, int]:
        """The position of each period, from 0."""
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def starts(self) -> tuple[float, ...]:
        """Hours from the start of the horizon to the start of each period, and to its end."""
        return (0.0, *accumulate(self.hours))

    @property
    def equal(self) -> bool:
        """Whether a period may be counted with: named ones, or all of the same length."""
        return self.named or len(set(self.hours)) <= 1

    def nearest(self, word: str) -> str:
        """Suggest the period that was meant."""
        return did_you_mean(word, self.names)

    def discount_at_start(self, period: int, rate: float) -> float:
        """Give the factor of one-off payments, (1 + rate)^-(hours since the start / 8760)."""
        return discount(self.starts[period], rate)

    def discount_at_middle(self, period: int, rate: float) -> float:
        """Give the factor of running costs."""
        return discount((self.starts[period] + self.starts[period + 1]) / 2, rate)

    def discount_at_end(self, rate: float) -> float:
        """Give the factor of credits at the end of the last period."""
        return discount(self.starts[-1], rate)


def discount(hours: float, rate: float) -> float:
    """Give (1 + rate)^-(hours / 8760), exactly 1 where the rate is 0."""
    return (1.0 + rate) ** (-hours / HOURS_A_YEAR) if rate else 1.0


def span_of(first: str) -> str | None:
    """Say whether a name is a month, quarter or year; None for none of them."""
    return next((every for every, form in FORMS.items() if form.fullmatch(first)), None)


def horizon_of(periods: Any) -> Horizon:
    """Give the horizon of a calendar or of listed periods."""
    if isinstance(periods, Sequence):
        return Horizon(tuple(p.name for p in periods), tuple(p.hours for p in periods))
    return named_periods(periods.first, periods.count)


def named_periods(first: str, count: int) -> Horizon:
    """Give so many successive periods of the calendar, from a first one on."""
    every = span_of(first)
    match = FORMS[every].fullmatch(first) if every else None
    if every is None or match is None:
        message = f"{first!r} is not a month, quarter or year"
        raise ValueError(message)
    step = MONTHS[every]
    start = int(match["year"]) * 12 + (int(match["part"] or 1) - 1) * step
    months = [start + i * step for i in range(count + 1)]
    days = [datetime.date(m // 12, m % 12 + 1, 1).toordinal() for m in months]
    hours = tuple(24.0 * (after - before) for before, after in pairwise(days))
    return Horizon(tuple(_name(m, every) for m in months[:-1]), hours, named=True)


def _name(month: int, every: str) -> str:
    year, part = divmod(month, 12)
    names = {
        "month": f"{year}-{part + 1:02d}",
        "quarter": f"{year}Q{part // 3 + 1}",
        "year": f"{year}",
    }
    return names[every]
