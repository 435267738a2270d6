"""What a plan would do instead under a shock: what it orders more, less, or at other times."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gridblock.reports.stress import Stressed
from gridblock.reports.words import plural
from gridblock.solvers.struck import Struck

MOST: Final = 4
"""Changes of orders that are told of one shock."""
Counts = dict[tuple[str, str], dict[str, int]]
"""Lots or blocks by kind and name, and by period."""


def instead(data: Stressed, struck: Struck) -> Iterator[str]:
    """Say what is ordered more or less than in the plan, the largest change first."""
    row = struck.row or {}
    if "ordered" not in row:
        return
    before, after = _planned(data), _ordered(row)
    found = []
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key, {}), after.get(key, {})
        if was != now:
            change = sum(now.values()) - sum(was.values())
            size = abs(change) or sum(abs(now.get(t, 0) - was.get(t, 0)) for t in {*was, *now}) / 2
            found.append((size * _accelerators(data, *key), _words(data, key, was, now, change)))
    found.sort(key=lambda each: -each[0])
    yield from (words for _, words in found[:MOST])
    if len(found) > MOST:
        yield f"and {plural(len(found) - MOST, 'order')} more"


def _planned(data: Stressed) -> Counts:
    made = data.plan.decisions
    assert made is not None
    counts: Counts = defaultdict(dict)
    for option, n in made.ordered.items():
        _add(counts, "lots", option.option, option.period, n)
    for what, rows in (("buys", made.bought), ("retires", made.retired)):
        for key, n in rows.items():
            _add(counts, what, key.block, key.period, n)
    return counts


def _ordered(row: Mapping[str, Any]) -> Counts:
    counts: Counts = defaultdict(dict)
    for option, period, n in row["ordered"]:
        _add(counts, "lots", option, period, n)
    for what, rows in (("buys", row["bought"]), ("retires", row["retired"])):
        for block, _, period, n in rows:
            _add(counts, what, block, period, n)
    return counts


def _add(counts: Counts, what: str, name: str, period: str, n: int) -> None:
    if n:
        of = counts[what, name]
        of[period] = of.get(period, 0) + n


def _accelerators(data: Stressed, what: str, name: str) -> float:
    """Weigh an order by the accelerators that it brings; one that brings none by one lot."""
    if what != "lots":
        block = data.instance.blocks.get(name)
        return 1.0 if block is None else float(block.accelerators)
    contract = data.instance.contracts.get(name)
    leases = () if contract is None else contract.option.leases
    return max(1.0, sum(p.count * data.instance.blocks[p.blocks].accelerators for p in leases))


def _words(
    data: Stressed,
    key: tuple[str, str],
    was: Mapping[str, int],
    now: Mapping[str, int],
    change: int,
) -> str:
    what, name = key
    count, how = abs(change), " more" if change > 0 else " fewer"
    when = ""
    if not change:
        index = data.instance.horizon.index
        at = [sum(index[t] * n for t, n in of.items()) for of in (was, now)]
        when = " later" if at[1] > at[0] else " sooner" if at[1] < at[0] else " at other times"
        count, how = sum(abs(now.get(t, 0) - was.get(t, 0)) for t in {*was, *now}) // 2, ""
    lots = f"lot{'s' * (count != 1)} of " if what == "lots" else ""
    return f"{'retires ' if what == 'retires' else ''}{count:,}{how} {lots}{name}{when}"
