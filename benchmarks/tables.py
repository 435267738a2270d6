"""Measurements as tables: CSV with all of them, Markdown with medians over seeds and ratios."""

from __future__ import annotations

import csv
import io
import math
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.jobs import STAGES
from benchmarks.measured import LEVELS, Measured
from benchmarks.methods import METHODS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

RUNGS: Final = ("S", "M", "L", "XL")
OURS: Final = ("auto", "fast", "exact")
WRITTEN: Final = ("highs", "highs-ipm", "scip", "cp-sat")
"""Methods that solve the matrix before reductions."""


COLUMNS: Final = (
    *(
        "rung",
        "seed",
        "method",
        "ended",
        "columns",
        "rows",
        "integers",
        "objective",
        "bound",
        "gap",
    ),
    *("off_best_bound", "off_best_bound_less_constant", "audit", "first_plan_seconds"),
    *(f"seconds_to_{level:.1%}" for level in LEVELS),
    *("wall_seconds", *(f"{name.replace(' ', '_')}_seconds" for name in STAGES)),
    *("peak_mb", "own_peak_mb", "threads", "time_limit", "gap_asked", "note", "versions"),
)
"""The columns of the CSV table."""


def best_bounds(all_: Iterable[Measured]) -> dict[tuple[str, int], float]:
    """Give the best bound that any method has proven, by rung and seed."""
    bounds: dict[tuple[str, int], float] = {}
    for each in all_:
        key = each.key[:2]
        if each.bound is not None:
            bounds[key] = max(bounds.get(key, -math.inf), each.bound)
    return bounds


def constants(all_: Iterable[Measured]) -> dict[tuple[str, int], float]:
    """Give what is paid in any case, by rung and seed, where a matrix has told it."""
    return {each.key[:2]: each.shape["constant"] for each in all_ if "constant" in each.shape}


def to_csv(all_: Sequence[Measured]) -> str:
    """Write every measurement as a line of CSV."""
    bounds, paid = best_bounds(all_), constants(all_)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in all_:
        key = each.key[:2]
        writer.writerow(
            [*each.key, each.ended]
            + [each.shape.get(name, "") for name in ("columns", "rows", "integers")]
            + [_cell(value) for value in (each.objective, each.bound, each.gap)]
            + [_cell(each.off(bounds.get(key))), _cell(each.off(bounds.get(key), paid.get(key, 0)))]
            + [each.audit, _cell(each.first), *(_cell(each.until(level)) for level in LEVELS)]
            + [_cell(each.wall), *(_cell(each.seconds.get(name)) for name in STAGES)]
            + [_cell(each.peak_mb), _cell(each.own_mb)]
            + [each.job[name] for name in ("threads", "time_limit", "gap")]
            + [each.note, "; ".join(f"{name} {v}" for name, v in each.versions.items())]
        )
    return text.getvalue()


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def to_markdown(all_: Sequence[Measured], heading: str) -> str:
    """Write medians over the seeds of each rung, the stages, and ratios to plain HiGHS.

    Args:
        all_: the measurements.
        heading: what stands above the tables: the command, the machine, the versions.
    """
    parts = [heading]
    for rung in RUNGS:
        of_rung = [each for each in all_ if each.key[0] == rung]
        if of_rung:
            parts += [_title(rung, of_rung), _gaps(of_rung, all_), _stages(of_rung)]
    parts.append(_ratios(all_))
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(rung: str, all_: Sequence[Measured]) -> str:
    shapes = [each.shape for each in all_ if each.job["method"] in WRITTEN and each.shape]
    sizes = ", ".join(
        f"{median(shape[name] for shape in shapes):,.0f} {name}"
        for name in ("columns", "rows", "integers")
        if shapes
    )
    seeds = sorted({each.key[1] for each in all_})
    count = f"seed {seeds[0]}" if len(seeds) == 1 else f"medians of {len(seeds)} seeds"
    return f"## Rung {rung}: {sizes or 'no matrix made'}; {count}; {_limits(all_)}"


def _limits(all_: Sequence[Measured]) -> str:
    """Say how long methods might take, each by itself where they differ."""
    asked = {(each.job["time_limit"], METHODS[each.job["method"]].label): None for each in all_}
    limits = sorted({limit for limit, _ in asked}, reverse=True)
    if len(limits) == 1:
        return f"{limits[0]:,g} s to solve"
    methods = (" and ".join(label for of, label in asked if of == limit) for limit in limits)
    told = (f"{limit:,g} s for {of}" for limit, of in zip(limits, methods, strict=True))
    return f"to solve, {', '.join(told)}"


def _by_method(all_: Sequence[Measured]) -> dict[str, list[Measured]]:
    return {
        name: found
        for name in METHODS
        if (found := [each for each in all_ if each.job["method"] == name])
    }


def _gaps(all_: Sequence[Measured], every: Sequence[Measured]) -> str:
    """Write the table of plans, times and gaps."""
    bounds, paid = best_bounds(every), constants(every)
    ran = _by_method([each for each in all_ if each.ended != "missing"])
    rows = [[METHODS[name].label, *_row(name, found, bounds, paid)] for name, found in ran.items()]
    head = ["method", "plans that pass the audit", "first plan, s"]
    head += [f"proven {level:.1%}, s" for level in LEVELS]
    head += ["own gap", "off the best bound", "less constant", "wall, s", "peak, MB", "own, MB", ""]
    lacking = {each.label: each.note for each in all_ if each.ended == "missing"}
    not_run = "; ".join(f"{label} ({why})" for label, why in lacking.items())
    return _table(head, rows) + (f"\n\nNot run: {not_run}." if lacking else "")


def _row(
    name: str,
    ran: Sequence[Measured],
    bounds: dict[tuple[str, int], float],
    paid: dict[tuple[str, int], float],
) -> list[str]:
    """Give the cells of a method: medians over what has run."""

    def until(level: float) -> str:
        return _seconds(ran, lambda each: each.until(level))

    off = [each.off(bounds.get(each.key[:2])) for each in ran]
    less = [each.off(bounds.get(each.key[:2]), paid.get(each.key[:2], 0.0)) for each in ran]
    proves = METHODS[name].proves
    return [
        f"{sum(each.audit == 'ok' for each in ran)} of {len(ran)}",
        _seconds(ran, lambda each: each.first),
        *(until(level) if proves else "none" for level in LEVELS),
        _percent([each.gap for each in ran]) if proves else "none",
        _percent(off),
        _percent(less),
        f"{median(each.wall for each in ran):.1f}",
        f"{max(each.peak_mb for each in ran):,.0f}",
        f"{max(each.own_mb for each in ran):,.0f}",
        "; ".join(dict.fromkeys(each.note for each in ran if each.note)),
    ]


def _stages(all_: Sequence[Measured]) -> str:
    """Write seconds by stage, and what is not the solver as a share of the wall."""
    rows = []
    for found in _by_method(all_).values():
        ran = [each for each in found if each.ended == "done"]
        if ran:
            shares = [1 - each.seconds.get("solve", 0.0) / each.wall for each in ran if each.wall]
            rows.append(
                [ran[0].label]
                + [f"{median(each.seconds.get(name, 0.0) for each in ran):.2f}" for name in STAGES]
                + [f"{median(shares):.0%}"]
            )
    return _table([*("seconds in", *STAGES), "not the solver"], rows) if rows else ""


def _ratios(all_: Sequence[Measured]) -> str:
    """Write how many times sooner gridblock has proven a gap than the better one of plain HiGHS."""
    rows = []
    for rung in RUNGS:
        ran = [each for each in all_ if each.key[0] == rung and each.ended != "missing"]
        rivals = [each for each in ran if METHODS[each.job["method"]].family == "HiGHS"]
        for name in OURS if rivals else ():
            mine = [each for each in ran if each.job["method"] == name]
            rows += [
                [rung, METHODS[name].label, *_ratio(mine, rivals, at)] for at in LEVELS if mine
            ]
    if not rows:
        return ""
    head = ["rung", "method", "proven", "its seconds", "HiGHS, the better of two", "times sooner"]
    return "## Ratios\n\n" + _table(head, rows)


def _ratio(mine: Sequence[Measured], rivals: Sequence[Measured], level: float) -> list[str]:
    """Give a gap, the median times until it was proven, and their ratio."""
    theirs = [_soonest([e for e in rivals if e.key[1] == m.key[1]], level) for m in mine]
    a, b = _median([m.until(level) for m in mine]), _median([time for time, _ in theirs])
    own, cap = median(m.wall for m in mine), median(wall for _, wall in theirs)
    ratio = f"{'' if b else '≥ '}{(b or cap) / a:.1f}" if a else f"≤ {b / own:.1f}" if b else "none"
    return [f"{level:.1%}", _or_more(a, own), _or_more(b, cap), ratio]


def _soonest(rivals: Sequence[Measured], level: float) -> tuple[float | None, float]:
    """Give the soonest time of several on one instance, and how long they were given."""
    times = [time for each in rivals if (time := each.until(level)) is not None]
    return (min(times) if times else None), max((each.wall for each in rivals), default=0.0)


def _median(values: Sequence[float | None]) -> float | None:
    """Give a median where some never came: those count as later than all."""
    found = median(math.inf if value is None else value for value in values)
    return None if math.isinf(found) else found


def _seconds(all_: Sequence[Measured], of: Callable[[Measured], float | None]) -> str:
    return _or_more(_median([of(each) for each in all_]), median(each.wall for each in all_))


def _or_more(seconds: float | None, cap: float) -> str:
    return f"≥ {cap:.0f}" if seconds is None else f"{seconds:.1f}"


def _percent(values: Sequence[float | None]) -> str:
    found = _median(values)
    return "no plan" if found is None else f"{found:.2%}"


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
