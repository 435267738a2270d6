"""How shares and times are written on the command line."""

import pytest
import typer

from gridblock.commands.progress import elapsed, short
from gridblock.commands.values import pairs, seconds, share, whole


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.1%", 0.001), ("0.001", 0.001), ("5 %", 0.05), ("0", 0), ("100%", 1), ("1e-4", 1e-4)],
)
def test_a_share(text: str, value: float) -> None:
    assert share(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60", 60),
        ("90s", 90),
        ("10m", 600),
        ("1.5h", 5400),
        (" 2 m ", 120),
        ("0", 0),
        ("1h30m", 5400),
        ("12m30s", 750),
        ("1h 30m", 5400),
        ("1e2", 100),
    ],
)
def test_a_time(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "%", "x", "nan", "inf", "1_0", "-0.1", "1.01", "101%"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        share(text)


@pytest.mark.parametrize(
    "text",
    ["", "s", "1d", "-1", "inf", "1e999", "1_0", "٣", "1:30", "30m1h", "1m1m", "1h-5m", "12m30"],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"write 60 .seconds., 90s, 10m or 1h30m"):
        seconds(text)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "2147483648", "1e3", "٣"])
def test_what_is_no_whole_number(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        whole(text)


def test_the_last_of_two_values_counts_and_values_may_hold_equals_signs() -> None:
    assert pairs(["a=1", "b=c=d", "a= 2 "], "--set") == {"a": "2", "b": "c=d"}


def test_progress_is_told_in_few_digits() -> None:
    assert short(138_562_608) == "138.56 m"
    assert short(-2.0852e9) == "-2.0852 bn"
    assert short(282_071.3) == "282,071"
    assert short(0.25) == "0.25"
    assert elapsed(67) == "1:07"
    assert elapsed(3723) == "1:02:03"
