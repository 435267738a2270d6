"""Numbers as a reader sees them, rounded so that they never say what is not so."""

import pytest

from gridblock.instances.calendar import Horizon, named_periods
from gridblock.reports import words
from gridblock.reports.sections import first_to_last, span, spells, spells_note


def plain(text: str) -> str:
    return text.replace(words.GLUE, " ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.4e9, "USD 12.4 bn"),
        (12e9, "USD 12.0 bn"),
        (999.96e6, "USD 1.00 bn"),
        (123_456_789, "USD 123 m"),
        (3.2e12, "USD 3.20 tn"),
        (1_234_567, "USD 1,234,567"),
        (-31e6, "USD -31.0 m"),
        (12.5, "USD 12.5"),
        (0.00123, "USD 0.00123"),
        (0, "USD 0"),
        (-1e-13, "USD 0"),  # twelve decimals are written, and none of them is left
    ],
)
def test_money(value: float, text: str) -> None:
    assert plain(words.money(value, "USD")) == text


def test_two_amounts_are_written_so_that_they_differ() -> None:
    pair = words.told_apart(13_328_861_684, 13_326_000_000, "USD")
    assert tuple(map(plain, pair)) == ("USD 13.329 bn", "USD 13.326 bn")


@pytest.mark.parametrize(
    ("share", "text", "whole"),
    [
        (0, "0 %", ""),
        (0.0001, "<0.1 %", "<1"),
        (0.127, "12.7 %", "13"),
        (0.5, "50 %", "50"),
        (0.9999, ">99.9 %", ">99"),
        (1, "100 %", "100"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(share: float, text: str, whole: str) -> None:
    assert plain(words.percent(share)) == text
    assert words.whole_percent(share) == whole


@pytest.mark.parametrize(
    ("gap", "text"), [(0, "0 %"), (1e-9, "<0.001 %"), (0.00054, "0.054 %"), (0.032, "3.2 %")]
)
def test_gap(gap: float, text: str) -> None:
    assert plain(words.gap_percent(gap)) == text


@pytest.mark.parametrize(("gap", "text"), [(1e-9, "under 0.001 %"), (0.032, "at most 3.2 %")])
def test_a_bound_on_a_gap(gap: float, text: str) -> None:
    assert plain(words.at_most(gap)) == text


def test_a_column_of_money_is_counted_in_one_unit() -> None:
    scale = words.scale_for(12.4e9)
    assert scale.of("USD") == "USD million"
    assert [scale.write(v) for v in (12.4e9, -3.2e6, 4e5, -1.0)] == ["12,400", "-3", "<1", ">-1"]
    assert words.scale_for(5e7).write(1e5) == "0.10"
    assert words.scale_for(820_000).write(820_000) == "820,000"


def test_a_column_of_numbers_has_equal_decimals() -> None:
    assert list(map(words.aligned([301.6, 23.09]), [301.6, 23.09])) == ["301.6", "23.1"]
    assert list(map(words.aligned([9.8, 10]), [9.8, 10])) == ["9.8", "10.0"]
    assert words.aligned([])(0) == "0"


def test_plurals() -> None:
    found = [words.plural(n, noun) for n, noun in ((1, "row"), (0, "link"), (2000, "facility"))]
    assert found == ["1 row", "0 links", "2,000 facilities"]


def test_quarters_stand_below_their_years() -> None:
    briefs = [spell.column.brief for spell in spells(named_periods("2026Q3", 4))]
    assert briefs == ["2026\n  Q3", "\n  Q4", "2027\n  Q1", "\n  Q2"]


def test_many_periods_share_columns() -> None:
    horizon = named_periods("2026-07", 36)
    found = spells(horizon)
    # 36 months in 12 columns of 3.
    assert len(found) == 12
    assert found[1].periods == range(3, 6)
    assert found[1].column.brief == "\n 10"
    assert spells_note(horizon) == "Each column holds 3 periods, from the one named on."


def test_long_names_of_periods_are_numbered() -> None:
    horizon = Horizon(("first half", "second half"), (1000.0, 1000.0))
    assert [spell.column.brief for spell in spells(horizon)] == ["   1", "   2"]
    assert spells_note(horizon) == "Period 1 is first half, 2 is second half."


def test_short_names_of_few_periods_are_written() -> None:
    horizon = Horizon(("before", "after"), (1000.0, 1000.0))
    assert [spell.column.brief for spell in spells(horizon)] == ["before", "after"]
    assert spells_note(horizon) == spells_note(Horizon(("the only one",), (1.0,))) == ""


def test_a_horizon_in_words() -> None:
    assert span(named_periods("2026Q3", 8)) == "8 quarters"
    assert span(Horizon(("x",), (8760.0,))) == "8,760 hours"
    assert first_to_last(named_periods("2026", 1)) == "2026"
