"""The tables of a study: what the cases say together, and the cases."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from gridblock.instances.faults import shown
from gridblock.reports import study_figures as figures
from gridblock.reports.sections import Bar, Column, Row, Section
from gridblock.reports.study import MONTE_CARLO, Entry, Study
from gridblock.reports.words import gap_percent, number, percent, scale_for

MOST_ROWS: Final = 24
"""Cases of a sweep that are shown."""
MOST_DRIVERS: Final = 12
LONGEST_VALUE: Final = 24
NAMES: Final = {"objective": "cost", "spending": "spending"}
SHOWN: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The quantiles that are shown; the table in Python has more."""


def of_draws(study: Study) -> Iterator[Section]:
    """Give the tables of draws: quantiles, shortfall, convergence, what explains the cost."""
    yield _quantiles(study)
    if study.demands:
        yield _shortfalls(study)
    yield _convergence(study)
    yield from _drivers(study)


def _quantiles(study: Study) -> Section:
    """Give mean, deviation and quantiles of cost and unmet shares."""
    currency = study.instance.currency
    found = figures.quantiles(study)
    scale = scale_for(max(abs(x) for q in found[:2] for x in (*q.at, q.mean)))

    def row(q: figures.Quantiles) -> Row:
        write: Callable[[float], str] = scale.write if q.measure in NAMES else percent
        name = NAMES.get(q.measure, "unmet") if q.demand is None else f"of {q.demand}"
        at = (q.at[figures.SHARES.index(share)] for share in SHOWN)
        return (name, *(write(x) for x in (q.mean, *at)))

    headings = [f"{100 * share:.0f} %" for share in SHOWN]
    return Section(
        "Quantiles",
        f"{scale.of(currency)}, and shares of unit-hours",
        (Column(""), Column("mean", right=True), *(Column(h, right=True) for h in headings)),
        tuple(map(row, found)),
        note="Of the cases that have a plan, so many per cent are at or below the figure. "
        "Cost: with unmet work at its price. Of a demand: what of it stays unmet.",
    )


def _shortfalls(study: Study) -> Section:
    """Say how likely it is that more of a demand stays unmet than is allowed."""
    allowed = f"more than {percent(study.above)}" if study.above else "any of it"
    return Section(
        "Shortfall",
        f"how often {allowed} stays unmet",
        (
            Column("demand"),
            Column("cases", right=True),
            Column("probability", right=True),
            Column("between", right=True),
            Column("and", right=True),
            Column("then unmet", right=True),
        ),
        tuple(
            (
                each.demand,
                f"{each.cases:,}",
                percent(each.share),
                percent(each.low),
                percent(each.high),
                percent(each.mean) if each.cases else "",
            )
            for each in figures.shortfalls(study)
        ),
        note="Between and and: with 95 % confidence. Then unmet: the mean share in those cases.",
    )


def _convergence(study: Study) -> Section:
    """Say how the mean settles as cases are added, and how sure it is."""
    course = figures.told(figures.running(study.measured("objective")))
    scale = scale_for(max((abs(each.mean) for each in course), default=0.0))
    return Section(
        "Convergence",
        f"mean cost after so many cases, {scale.of(study.instance.currency)}",
        (
            Column("cases", right=True),
            Column("mean", right=True),
            Column("plus or minus", right=True),
            Column("", right=True),
        ),
        tuple(
            (
                f"{each.cases:,}",
                scale.write(each.mean),
                scale.write(each.half),
                gap_percent(each.half / max(1e-9, abs(each.mean))),
            )
            for each in course
        ),
        note="The true mean is within this of it with 95 % confidence.",
    )


def _drivers(study: Study) -> Iterator[Section]:
    """Say which fields explain the cost, those that explain the most first."""
    found = figures.drivers(study)[:MOST_DRIVERS]
    if not found:
        return
    scale = scale_for(max(max(abs(each.low), abs(each.high)) for each in found))
    widest = max(each.swing for each in found) or 1.0
    drawn = study.kind == MONTE_CARLO
    yield Section(
        "What explains the cost",
        f"mean where a field is low, or high, {scale.of(study.instance.currency)}",
        (
            Column("field"),
            Column("at low", right=True),
            Column("at high", right=True),
            Column("rank", right=True),
            Column("", width=14),
        ),
        tuple(
            (
                short(each.axis),
                scale.write(each.low),
                scale.write(each.high),
                "" if each.rank is None else f"{each.rank:+.2f}",
                Bar(each.swing / widest),
            )
            for each in found
        ),
        note=(
            "Low and high: the fifth of the cases in which it is least, or most. "
            "Rank: correlation of ranks with cost."
            if drawn
            else "Low and high: the ends of the axis, over all values of the others."
        ),
    )


def of_sweep(study: Study) -> Iterator[Section]:
    """Give the tables of a sweep: the cases, and what moves the cost."""
    currency = study.instance.currency
    scale = scale_for(max(abs(cost_of(each)) for each in study.planned))
    numeric = [_is_number(study.entries, axis) for axis in study.axes]

    def row(each: Entry) -> Row:
        values = tuple(_value(each.values.get(axis, "")) for axis in study.axes)
        if not each.has_plan or each.row is None:
            return (*values, "", "", "", each.status.replace("_", " "))
        unmet, spent = each.row["unmet_share"], each.row["spending"]
        status = "" if each.status == "optimal" else each.status
        return (*values, scale.write(cost_of(each)), scale.write(spent), percent(unmet), status)

    more = len(study.entries) - MOST_ROWS
    named = zip(map(short, study.axes), numeric, strict=True)
    yield Section(
        "Cases",
        f"{scale.of(currency)}; unmet as a share of unit-hours",
        (
            *(Column(name, right, brief=name.replace(".", ".\n")) for name, right in named),
            *(Column(name, right=True) for name in ("cost", "spending", "unmet")),
            Column(""),
        ),
        tuple(map(row, study.entries[:MOST_ROWS])),
        note=f"and {more:,} more: see table.csv" if more > 0 else "",
    )
    if len(study.axes) > 1:
        yield from _drivers(study)


def _is_number(entries: Sequence[Entry], axis: str) -> bool:
    return all(isinstance(each.values.get(axis), int | float) for each in entries)


def cost_of(each: Entry) -> float:
    """Give the cost of a case that has a plan."""
    return float(each.row["objective"]) if each.row else 0.0


def described(each: Entry) -> str:
    """Say in short what a case sets."""
    return ", ".join(f"{short(axis)} {_value(value)}" for axis, value in each.values.items())


def short(axis: str) -> str:
    """Give the last two words of a field path, or a name as it is."""
    words = axis.split(".")
    return ".".join(words[-2:]) if len(words) > 2 else axis


def _value(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value, 4) if value >= 0 else f"-{number(-value, 4)}"
    return shown(str(value), LONGEST_VALUE)
