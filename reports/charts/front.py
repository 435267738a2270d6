"""A front in a chart: what less unmet work costs, from the cheapest plan to the fullest."""

from typing import Final

import plotly.graph_objects as go

from gridblock.instances.instance import Instance
from gridblock.reports.charts.style import ACCENT, DEEP, MUTED, Chart, figure, hover, label
from gridblock.reports.words import gap_percent, number, percent, scale_for
from gridblock.solvers.points import Front, trade

HEIGHT: Final = 380


def front(instance: Instance, data: Front) -> Chart:
    """Draw the plans of a front, and what each may cost at least."""
    scale = scale_for(max(abs(point.cost) for point in data.points))
    slopes = trade(data.points)
    shares = [100 * point.share for point in data.points]
    told = [
        hover(
            f"{percent(point.share)} unmet for {scale.write(point.cost)}",
            "" if point.gap is None else f"gap {gap_percent(point.gap)}",
            "" if slope is None else f"one less costs {number(slope)}",
            "at the prices given" if point.given else "",
        )
        for point, slope in zip(data.points, slopes, strict=True)
    ]
    line = go.Scatter(
        x=shares,
        y=[point.cost / scale.size for point in data.points],
        name="plans",
        mode="lines+markers",
        line={"color": ACCENT, "width": 2},
        marker={
            "size": [13 if point.given else 9 for point in data.points],
            "color": [DEEP if point.given else ACCENT for point in data.points],
        },
        hoverinfo="text",
        hovertext=told,
    )
    known = [point for point in data.points if point.least is not None]
    least = go.Scatter(
        x=[100 * point.share for point in known],
        y=[(point.least or 0.0) / scale.size for point in known],
        name="no plan costs less",
        mode="lines",
        line={"color": MUTED, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    drawn = figure(
        (line, least),
        HEIGHT,
        xaxis={
            "title": {"text": "unmet, %"},
            "automargin": True,
            "rangemode": "tozero",
            "ticksuffix": " %",
        },
        yaxis={
            "title": {"text": label(f"cost but for unmet work, {scale.of(instance.currency)}", 60)},
            "automargin": True,
            "tickformat": ",",
        },
    )
    says = "What less unmet work costs. The dark plan leaves as little as the prices given suggest."
    return Chart("front", says, drawn, None)
