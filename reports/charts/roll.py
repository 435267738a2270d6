"""A rolling horizon in charts: cost by period against foresight, and regret as it adds up."""

from typing import Final

import plotly.graph_objects as go

from gridblock.reports.charts.style import (
    ACCENT,
    HOT,
    LIGHT,
    MUTED,
    Chart,
    figure,
    hover,
    label,
    periods_axis,
)
from gridblock.reports.roll import Rolled, rows
from gridblock.reports.words import Scale, scale_for

HEIGHT: Final = 340
BARS: Final = (("came", 2, ACCENT), ("foresight", 3, LIGHT))


def by_period(data: Rolled) -> Chart | None:
    """Draw what each period cost, what foresight would have, and what was expected at first."""
    found = list(rows(data))
    if not found:
        return None
    scale = scale_for(max(abs(x) for row in found for x in row[1:4]))
    at = list(range(len(found)))
    bars = [
        go.Bar(
            x=at,
            y=[row[column] / scale.size for row in found],
            name=name,
            marker={"color": colour},
            hoverinfo="text",
            hovertext=[hover(label(row[0]), f"{name} {scale.write(row[column])}") for row in found],
        )
        for name, column, colour in BARS
    ]
    dots = go.Scatter(
        x=at,
        y=[row[1] / scale.size for row in found],
        name="expected at first",
        mode="markers",
        marker={"color": MUTED, "symbol": "line-ew", "size": 18, "line": {"width": 2}},
        hoverinfo="text",
        hovertext=[hover(label(row[0]), f"expected {scale.write(row[1])}") for row in found],
    )
    drawn = figure(
        (*bars, dots),
        HEIGHT,
        barmode="group",
        xaxis=periods_axis(data.truth.horizon),
        yaxis=_money(scale, data),
    )
    says = "What each period cost with unmet work at its price, against perfect foresight."
    return Chart("by-period", says, drawn, None)


def regret(data: Rolled) -> Chart | None:
    """Draw by how much it costs more than foresight, period by period and to date."""
    found = list(rows(data))
    if len(found) < 2:
        return None
    scale = scale_for(max((abs(x) for row in found for x in row[4:6]), default=0.0))
    at = list(range(len(found)))
    bars = go.Bar(
        x=at,
        y=[row[4] / scale.size for row in found],
        name="in the period",
        marker={"color": [HOT if row[4] >= 0 else LIGHT for row in found]},
        hoverinfo="text",
        hovertext=[hover(label(row[0]), f"regret {scale.write(row[4])}") for row in found],
    )
    line = go.Scatter(
        x=at,
        y=[row[5] / scale.size for row in found],
        name="to date",
        mode="lines+markers",
        line={"color": MUTED, "width": 2},
        hoverinfo="text",
        hovertext=[hover(label(row[0]), f"to date {scale.write(row[5])}") for row in found],
    )
    drawn = figure(
        (bars, line), HEIGHT, xaxis=periods_axis(data.truth.horizon), yaxis=_money(scale, data)
    )
    says = "What each period cost more than with perfect foresight, and what that adds up to."
    return Chart("regret", says, drawn, None)


def _money(scale: Scale, data: Rolled) -> dict[str, object]:
    title = f"present value, {scale.of(data.truth.currency)}"
    return {"title": {"text": label(title, 60)}, "automargin": True, "tickformat": ","}
