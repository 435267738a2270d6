"""A rolling horizon for people: what it cost, against foresight, and what was planned when."""

from collections.abc import Iterator
from typing import Final

from gridblock.reports.roll import Rolled, rows, stage_rows
from gridblock.reports.sections import Bar, Column, Document, Row, Section, first_to_last
from gridblock.reports.words import gap_percent, money, percent, plural, scale_for

MOST_ROWS: Final = 24
NOTHING: Final = 1e-9


def document(data: Rolled) -> Document:
    """Tell what a rolling horizon came to."""
    return Document(
        title=data.forecast.name,
        subtitle=f"planned {plural(len(data.stages), 'time')} against {data.called}, "
        f"{first_to_last(data.forecast.horizon)}",
        sentences=tuple(_sentences(data)),
        sections=(_by_period(data), _stages(data)),
    )


def _sentences(data: Rolled) -> Iterator[str]:
    yield headline(data)
    yield from _gaps(data)
    yield from _once(data)
    if data.lost:
        named = ", ".join(f"{key.demand}, started in {key.period}" for key in data.lost)
        yield f"Lost, since it could not go on: {named}."
    unmet = [percent(data.unmet(which)) for which in ("expected", "realised", "foresight")]
    yield f"Unmet: {unmet[1]} of unit-hours; {unmet[0]} expected at first, {unmet[2]} by foresight."
    yield (
        "What comes in a period is known after its orders; a field without a value for each period "
        "is known from the second stage on. What is served is decided once the period is known; "
        "orders, retirements and starts of runs stand."
        if data.called != "what is revealed"
        else "What is revealed in a period is known before its orders. What is served is decided "
        "once the period is known; orders, retirements and starts of runs stand."
    )
    yield (
        "Foresight knows the whole truth from the start. All plans have the same end: what is left "
        "then is credited by the end shares, and nothing beyond counts."
    )


def headline(data: Rolled) -> str:
    """Say what it cost, and how much more than with foresight."""
    currency = data.truth.currency
    cost, regret = data.realised.objective or 0.0, data.regret or 0.0
    best = money(data.foresight.objective or 0.0, currency, 4)
    more = money(abs(regret), currency)
    share = abs(regret) / max(1e-9, abs(data.foresight.objective or 0.0))
    than = "more" if regret >= 0 else "less"
    return (
        f"It cost {money(cost, currency, 4)}, {more} ({percent(share)}) {than} than the {best} "
        "of perfect foresight."
    )


def _gaps(data: Rolled) -> Iterator[str]:
    """Say what the gaps of the two plans leave open."""
    low, high = data.least_regret, data.most_regret
    if data.truth.tiered:
        yield (
            "Every plan keeps to tiers: what came may have left earlier ones less, and cost less "
            "for that. So it is not said what is regretted at least and at most."
        )
    elif low is None or high is None:
        yield "Not both have a bound: the regret is between the plans that were found."
    elif low < 0 < (data.regret or 0.0) or (data.regret or 0.0) <= 0:
        currency = data.truth.currency
        yield (
            f"That is within the gaps of the two plans: between {money(min(low, 0.0), currency)} "
            f"and {money(high, currency)}."
        )


def _once(data: Rolled) -> Iterator[str]:
    if len(data.stages) < 2:
        return
    if data.once is None or data.once.objective is None:
        yield "The orders of the first plan alone could not be kept to the end, or were not tried."
        return
    saved = data.once.objective - (data.realised.objective or 0.0)
    currency = data.truth.currency
    if abs(saved) < NOTHING * abs(data.once.objective):
        yield "Planning again saved nothing: the first plan would have ordered as well."
        return
    than = "saved" if saved > 0 else "cost"
    yield (
        f"Planning again {than} {money(abs(saved), currency)}: with all orders of the first plan "
        f"it would have cost {money(data.once.objective, currency, 4)}."
    )


def _by_period(data: Rolled) -> Section:
    """Tell cost by period: expected at first, realised, with foresight, and the difference."""
    found = list(rows(data))
    scale = scale_for(max((abs(x) for row in found for x in row[1:6]), default=0.0))
    widest = max((abs(row[4]) for row in found), default=0.0) or 1.0

    def row(cells: tuple[object, ...]) -> Row:
        period, *amounts = cells
        regret = float(amounts[3])  # type: ignore[arg-type]
        written = [scale.write(float(x)) for x in amounts[:5]]  # type: ignore[arg-type]
        return (str(period), *written, Bar(abs(regret) / widest, credit=regret < 0))

    more = len(found) - MOST_ROWS
    return Section(
        "Cost by period",
        f"present value, unmet work at its price, {scale.of(data.truth.currency)}",
        (
            Column("period"),
            Column("expected", right=True),
            Column("came", right=True),
            Column("foresight", right=True),
            Column("regret", right=True),
            Column("to date", right=True),
            Column("", width=10),
        ),
        tuple(row(each) for each in found[:MOST_ROWS]),
        note="Expected: by the first plan. The last period has the credits at the end."
        + (f" And {more:,} more: see table.csv." if more > 0 else ""),
    )


def _stages(data: Rolled) -> Section:
    """Tell the plan of each stage: when it was made, and what it was to cost."""
    found = list(stage_rows(data))
    scale = scale_for(max((abs(row[6] or 0.0) for row in found), default=0.0))
    return Section(
        "Planned when",
        f"cost over all periods as known then, {scale.of(data.truth.currency)}",
        (
            Column("in"),
            Column("orders to"),
            Column("lots", right=True),
            Column("blocks", right=True),
            Column("cost", right=True),
            Column("gap", right=True),
            Column("seconds", right=True),
        ),
        tuple(
            (
                str(row[1]),
                str(row[2]),
                f"{row[3]:,}",
                f"{row[4]:,}",
                scale.write(row[6] or 0.0),
                "" if row[8] is None else gap_percent(row[8]),
                f"{row[9]:.1f}",
            )
            for row in found[:MOST_ROWS]
        ),
        note="Lots and blocks: those ordered in the periods whose orders the stage fixes.",
    )
