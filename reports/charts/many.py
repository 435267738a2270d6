"""Many cases: how cost and unmet work are spread, over the cases and over the periods."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from gridblock.instances.calendar import Horizon
from gridblock.reports import study_figures as figures
from gridblock.reports.charts.style import (
    ACCENT,
    DEEP,
    HOT,
    LIGHT,
    MUTED,
    Chart,
    figure,
    hover,
    label,
    periods_axis,
)
from gridblock.reports.sections import Column, Section
from gridblock.reports.study import Floats, Study
from gridblock.reports.words import Scale, percent, plural, scale_for

HEIGHT: Final = 300
BANDS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Ends of the outer and the inner band, and the line between them."""
MOST_BARS: Final = 40
MOST_POINTS: Final = 400
"""Points of a line that is drawn of many."""
FADED: Final = {ACCENT: ("rgba(23,127,147,0.16)", "rgba(23,127,147,0.34)"),
                HOT: ("rgba(194,65,61,0.16)", "rgba(194,65,61,0.34)")}  # fmt: skip


def histogram(study: Study) -> Chart:
    """Draw how many cases cost how much."""
    values = study.measured("objective")
    scale = scale_for(float(np.abs(values).max()))
    shown = values / scale.size
    count = min(MOST_BARS, max(1, round(2 * len(values) ** 0.5)))
    counts, edges = np.histogram(shown, bins=count)
    bars = go.Bar(
        x=((edges[:-1] + edges[1:]) / 2).tolist(),
        y=counts.tolist(),
        width=float(edges[1] - edges[0]),
        marker={"color": ACCENT, "line": {"color": "white", "width": 1}},
        hoverinfo="text",
        hovertext=[
            hover(plural(int(n), "case"), f"{low:,.4g} to {high:,.4g}")
            for n, low, high in zip(counts, edges, edges[1:], strict=False)
        ],
    )
    found = figures.quantiles(study)[0]
    marks = [
        _mark(found.at[figures.SHARES.index(share)] / scale.size, f"{100 * share:.0f} %")
        for share in (0.05, 0.5, 0.95)
    ]
    drawn = figure(
        (bars,),
        HEIGHT,
        showlegend=False,
        shapes=[shape for shape, _ in marks],
        annotations=[text for _, text in marks],
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        xaxis={"title": {"text": label(scale.of(study.instance.currency))}, "tickformat": ","},
        yaxis={"title": {"text": "cases"}, "automargin": True},
    )
    says = "How many cases cost how much, with unmet work at its price; 5, 50 and 95 % cost less."
    return Chart("spread", says, drawn, None)


def _mark(at: float, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give a line across a chart, and what stands above it."""
    line = {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper"}
    above = {"x": at, "y": 1, "yref": "paper", "yanchor": "bottom", "text": text}
    shape = line | {"line": {"color": DEEP, "width": 1.5, "dash": "dot"}}
    return shape, above | {"showarrow": False, "font": {"size": 12, "color": DEEP}}


def fans(study: Study) -> list[Chart]:
    """Draw unmet work and spending over the periods, where all cases have the same, and several."""
    periods = len(study.instance.horizon)
    lengths = {len(each.row["unmet_by_period"]) for each in study.planned if each.row}
    if periods < 2 or lengths != {periods}:
        return []
    unmet = _by_period(study, "unmet_by_period")
    spending = _by_period(study, "spending_by_period")
    scale = scale_for(float(np.abs(spending).max()))
    cost = f"spending, present value, {scale.of(study.instance.currency)}"
    horizon = study.instance.horizon
    return [
        _fan("unmet-fan", horizon, unmet * 100, "unmet, % of unit-hours", HOT, _percents),
        _fan("spending-fan", horizon, spending / scale.size, cost, ACCENT, _amounts(scale)),
    ]


def _by_period(study: Study, measure: str) -> Floats:
    """Give a figure by case and period."""
    return np.array([each.row[measure] for each in study.planned if each.row], dtype=float)


def _percents(value: float) -> str:
    return percent(value / 100)


def _amounts(scale: Scale) -> Any:
    return lambda value: scale.write(value * scale.size)


def _fan(key: str, horizon: Horizon, values: Floats, unit: str, colour: str, write: Any) -> Chart:
    """Draw the quantiles of a figure over the periods: two bands and a line."""
    at = np.quantile(values, BANDS, axis=0)
    periods = list(range(len(horizon)))
    outer, inner = FADED[colour]
    traces = [
        *_band(periods, at[0], at[4], outer, "9 in 10 cases"),
        *_band(periods, at[1], at[3], inner, "half of the cases"),
        go.Scatter(
            x=periods,
            y=at[2].tolist(),
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 5},
            name="middle case",
            hoverinfo="text",
            hovertext=[
                hover(
                    label(t),
                    f"middle {write(m)}",
                    f"half between {write(b)} and {write(d)}",
                    f"9 in 10 between {write(a)} and {write(e)}",
                )
                for t, a, b, m, d, e in zip(horizon.names, *at, strict=True)
            ],
        ),
    ]
    drawn = figure(
        traces,
        HEIGHT + 20,
        xaxis=periods_axis(horizon),
        yaxis={"title": {"text": label(unit, 60)}, "automargin": True, "rangemode": "tozero"},
    )
    what = unit.partition(",")[0]
    says = f"{what.capitalize()} by period: the middle case, half of the cases, nine in ten."
    return Chart(key, says, drawn, _fan_table(horizon, at, unit, write))


def _band(
    x: Sequence[int], low: Floats, high: Floats, colour: str, name: str
) -> tuple[go.Scatter, go.Scatter]:
    """Draw what lies between two lines."""
    line = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": list(x)}
    return (
        go.Scatter(y=low.tolist(), showlegend=False, **line),
        go.Scatter(y=high.tolist(), fill="tonexty", fillcolor=colour, name=name, **line),
    )


def _fan_table(horizon: Horizon, at: Floats, unit: str, write: Any) -> Section:
    headings = [f"{100 * share:.0f} %" for share in BANDS]
    return Section(
        unit.partition(",")[0].capitalize(),
        unit.partition(", ")[2],
        (Column("period"), *(Column(heading, right=True) for heading in headings)),
        tuple(
            (t, *(write(float(x)) for x in column))
            for t, column in zip(horizon.names, at.T, strict=True)
        ),
    )


def convergence(study: Study) -> Chart | None:
    """Draw the mean of the first cases and how sure it is; None for fewer than three."""
    course = figures.running(study.measured("objective"))
    if len(course) < 2:
        return None
    step = -(-len(course) // MOST_POINTS)
    shown = [*course[::step], *([course[-1]] if (len(course) - 1) % step else [])]
    scale = scale_for(max(abs(each.mean) for each in shown))
    cases = [each.cases for each in shown]
    low, middle, high = (
        np.array([(each.mean + side * each.half) / scale.size for each in shown])
        for side in (-1, 0, 1)
    )
    line = go.Scatter(
        x=cases,
        y=middle.tolist(),
        mode="lines",
        line={"color": ACCENT, "width": 2},
        name="mean so far",
        hoverinfo="text",
        hovertext=[
            hover(plural(each.cases, "case"), f"{m:,.6g} ± {each.half / scale.size:,.3g}")
            for each, m in zip(shown, middle, strict=True)
        ],
    )
    spread = float(study.measured("objective").std() / scale.size) or 1.0
    around = [float(middle[-1]) - 2 * spread, float(middle[-1]) + 2 * spread]
    drawn = figure(
        (*_band(cases, low, high, FADED[ACCENT][0], "95 % confidence"), line),
        HEIGHT,
        xaxis={"title": {"text": "cases"}, "automargin": True, "tickformat": ","},
        yaxis={
            "title": {"text": label(scale.of(study.instance.currency))},
            "range": around,
            "automargin": True,
            "tickformat": ",",
        },
    )
    says = "The mean cost of the first cases, as more are added, and how well it is known by then."
    return Chart("convergence", says, drawn, None)


def swings(study: Study) -> Chart | None:
    """Draw by how much each field moves the mean cost: a tornado; None where none does."""
    from gridblock.reports.charts.style import rows_axis, rows_height

    found = figures.drivers(study)[:20]
    if not found:
        return None
    middle = float(study.measured("objective").mean())
    scale = scale_for(max(max(abs(each.low), abs(each.high)) for each in found))
    rows = list(range(len(found)))
    bars = [
        go.Bar(
            orientation="h",
            y=rows,
            x=[(getattr(each, end) - middle) / scale.size for each in found],
            base=[middle / scale.size] * len(found),
            width=0.62,
            name=f"field {name}",
            marker={"color": colour},
            hoverinfo="text",
            hovertext=[
                hover(
                    label(each.axis, 60),
                    f"{label(getattr(each, f'at_{end}'))}: {scale.write(getattr(each, end))}",
                )
                for each in found
            ],
        )
        for end, name, colour in (("low", "low", LIGHT), ("high", "high", ACCENT))
    ]
    drawn = figure(
        bars,
        rows_height(len(found), 90),
        barmode="overlay",
        yaxis=rows_axis([each.axis for each in found], 44),
        xaxis={
            "title": {"text": label(scale.of(study.instance.currency))},
            "automargin": True,
            "tickformat": ",",
        },
        shapes=[_mark(middle / scale.size, "")[0] | {"line": {"color": MUTED, "width": 1}}],
    )
    says = "Mean cost where each field is low and where it is high, against the mean of all cases."
    return Chart("swings", says, drawn, None)
