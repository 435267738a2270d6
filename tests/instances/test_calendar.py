"""The calendar: names, hours and discount factors of periods."""

import pytest

from gridblock.instances.calendar import Horizon, discount, horizon_of, named_periods, span_of
from gridblock.instances.instance import Instance
from gridblock.instances.schema.periods import Calendar, Period


@pytest.mark.parametrize(
    ("first", "count", "names", "days"),
    [
        ("2026Q3", 3, ("2026Q3", "2026Q4", "2027Q1"), (92, 92, 90)),
        # 2028 is a leap year, 2100 is none, 2000 was one.
        ("2028Q1", 1, ("2028Q1",), (91,)),
        ("2100Q1", 1, ("2100Q1",), (90,)),
        ("2000-02", 1, ("2000-02",), (29,)),
        ("2027-12", 4, ("2027-12", "2028-01", "2028-02", "2028-03"), (31, 31, 29, 31)),
        ("2027", 3, ("2027", "2028", "2029"), (365, 366, 365)),
    ],
)
def test_named_periods_have_the_hours_of_the_calendar(
    first: str, count: int, names: tuple[str, ...], days: tuple[int, ...]
) -> None:
    horizon = named_periods(first, count)
    assert horizon.names == names
    assert horizon.hours == tuple(24.0 * n for n in days)
    assert horizon.named
    assert horizon.equal


def test_quarters_and_months_of_a_year_make_the_year() -> None:
    for first, count in (("2028Q1", 4), ("2028-01", 12), ("2028", 1)):
        assert sum(named_periods(first, count).hours) == 366 * 24


@pytest.mark.parametrize(
    ("name", "span"),
    [
        ("2026Q4", "quarter"), ("2026-12", "month"), ("2026", "year"),
        ("2026Q5", None), ("2026Q0", None), ("2026-13", None), ("2026-7", None), ("26Q1", None),
        ("0999", None), ("2026Q1 ", None), ("q3", None), ("", None), ("\u0662026", None),
    ],
)  # fmt: skip
def test_a_name_says_its_span(name: str, span: str | None) -> None:
    assert span_of(name) == span


def test_a_name_that_is_no_period_is_refused() -> None:
    with pytest.raises(ValueError, match="not a month, quarter or year"):
        named_periods("soon", 1)


def test_listed_periods_have_their_own_hours() -> None:
    horizon = horizon_of((Period(name="day", hours=24.0), Period(name="week", hours=168.0)))
    assert horizon.names == ("day", "week")
    assert horizon.starts == (0, 24, 192)
    assert horizon.index == {"day": 0, "week": 1}
    assert not horizon.named
    assert not horizon.equal
    assert len(horizon) == 2


def test_a_calendar_gives_the_horizon_by_itself() -> None:
    assert horizon_of(Calendar(first="2026Q3", count=2)).names == ("2026Q3", "2026Q4")


def test_one_period_of_a_year_is_the_default() -> None:
    horizon = Instance.parse({"gridblock": 1}).horizon
    assert (horizon.names, horizon.hours) == (("1",), (8760.0,))


def test_discounting_is_by_the_hour() -> None:
    # 21 % a year is 10 % in half a year.
    assert discount(4380, 0.21) == pytest.approx(1 / 1.1)
    assert discount(4380, 0) == 1
    horizon = Horizon(("a", "b"), (8760.0, 17520.0))
    # At the start, the middle, and the end of the second period: 1, 2 and 3 years.
    assert horizon.discount_at_start(1, 1) == pytest.approx(1 / 2)
    assert horizon.discount_at_middle(1, 1) == pytest.approx(1 / 4)
    assert horizon.discount_at_end(1) == pytest.approx(1 / 8)
    assert horizon.discount_at_start(0, 1) == 1


def test_the_nearest_period_is_suggested() -> None:
    assert "did you mean '2026Q4'" in named_periods("2026Q3", 2).nearest("2026q4")
