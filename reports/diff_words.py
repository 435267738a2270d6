"""Changes of inputs in words: what stood there, what stands there now, by how much."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from gridblock.instances.faults import dotted
from gridblock.instances.tables.cells import inline
from gridblock.reports.input_changes import Change
from gridblock.reports.input_tree import Series, leaves
from gridblock.reports.words import plural

MOST_SPELLS: Final = 4
LONGEST: Final = 200
Words = tuple[str, str, str, str, str]


def rows_of(change: Change) -> Iterator[Words]:
    """Give rows of words for a change: field, when, before, after, by how much."""
    where = dotted(change.path[1:] or change.path)
    if change.kind == "renamed":
        yield where, "", str(change.before), str(change.after), "renamed"
    elif change.kind in {"added", "gone"}:
        word = {"added": "new", "gone": "gone"}[change.kind]
        yield where, "", said(change.before), said(change.after), word
    elif change.by_period:
        yield from _spells(where, change)
    else:
        yield where, "", said(change.before), said(change.after), ratio(change.before, change.after)


def _spells(where: str, change: Change) -> Iterator[Words]:
    """Give a row for each spell of periods with the same change; few, or one for all of them."""
    periods = list(change.after.values)
    spells = [
        (list(group), pair) for pair, group in groupby(change.by_period, key=lambda each: each[1:])
    ]
    if len(change.by_period) == len(periods) and len(spells) == 1:
        (_, (before, after)) = spells[0]
        yield where, "", exact(before), exact(after), ratio(before, after)
    elif len(spells) <= MOST_SPELLS:
        for group, (before, after) in spells:
            names = _first_to_last([period for period, *_ in group])
            yield where, names, exact(before), exact(after), ratio(before, after)
    else:
        first, last = change.by_period[0], change.by_period[-1]
        count = plural(len(change.by_period), "period")
        was, is_now = (
            f"{exact(first[1])} … {exact(last[1])}",
            f"{exact(first[2])} … {exact(last[2])}",
        )
        yield where, count, was, is_now, _ratios(change.by_period)


def _first_to_last(periods: Sequence[str]) -> str:
    return periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"


def _ratios(pairs: Sequence[tuple[str, float, float]]) -> str:
    ratios = [ratio(before, after) for _, before, after in pairs]
    if len(set(ratios)) == 1:
        return ratios[0]
    order = sorted(pairs, key=lambda pair: (pair[2] - pair[1]) / (abs(pair[1]) or 1.0))
    least, most = (ratio(before, after) for _, before, after in (order[0], order[-1]))
    return f"{least} to {most}"


def said(value: Any) -> str:
    """Say what a value is, on one line; a record by how many values it has."""
    if value is None:
        return "-"
    if isinstance(value, Series):
        values = list(value.values.values())
        if len(set(values)) == 1:
            return exact(values[0])
        return f"{exact(values[0])} … {exact(values[-1])}"
    if isinstance(value, dict):
        return plural(leaves(value), "field") if value else "{}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = value if isinstance(value, str) else inline(_plain(value))
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
    return exact(value)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def exact(value: float) -> str:
    """Write a number with all of its digits, up to twelve."""
    text = f"{value:,.12g}"
    return text if "e" not in text else f"{value:g}"


def ratio(before: Any, after: Any) -> str:
    """Say by how much a number has changed, in percent; nothing where that means nothing."""
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (before, after))
    if not numbers or not before:
        return ""
    share = (after - before) / abs(before)
    for digits in (0, 1, 2):
        text = f"{100 * share:+,.{digits}f}"
        if float(text.replace(",", "")):
            return f"{text} %"
    return "~0 %"
