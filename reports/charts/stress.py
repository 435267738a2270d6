"""What may happen to a plan in charts: a tornado of what each shock costs, and leaves unmet."""

import math
from collections.abc import Sequence
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
    rows_axis,
    rows_height,
)
from gridblock.reports.stress import Damage, Stressed
from gridblock.reports.words import scale_for

MOST: Final = 30
NAMES: Final = 44


def tornado(data: Stressed, found: Sequence[Damage]) -> Chart | None:
    """Draw what each shock costs at least and at most; None where none was solved or bounded."""
    shown = [d for d in found if d.extra is not None or math.isfinite(d.most)][:MOST]
    if not shown:
        return None
    ends = [x for d in shown for x in (d.extra, d.most) if x is not None and math.isfinite(x)]
    scale = scale_for(max(map(abs, ends)))
    least = [max(0.0, d.least) if math.isfinite(d.least) else 0.0 for d in shown]
    most = [_most(d) for d in shown]
    told = [
        hover(
            label(d.name, 60),
            "" if d.extra is None else f"found {scale.write(d.extra)}",
            f"at least {scale.write(low)}, at most {scale.write(high)}",
        )
        for d, low, high in zip(shown, least, most, strict=True)
    ]
    rows = list(range(len(shown)))
    solved = [i for i, d in enumerate(shown) if d.extra is not None]
    bounded = [i for i, d in enumerate(shown) if d.extra is None]

    def bar(at: list[int], values: list[float], base: list[float], name: str, how: dict) -> go.Bar:  # type: ignore[type-arg]
        return go.Bar(
            orientation="h",
            y=at,
            x=values,
            base=base,
            width=0.62,
            name=name,
            marker=how,
            hoverinfo="text",
            hovertext=[told[i] for i in at],
        )

    traces = [
        bar(solved, [least[i] / scale.size for i in solved], [0.0] * len(solved),
            "proven", {"color": HOT}),
        bar(solved, [max(0.0, most[i] - least[i]) / scale.size for i in solved],
            [least[i] / scale.size for i in solved], "left open by the gaps",
            {"color": "rgba(194,65,61,0.34)"}),
        bar(bounded, [most[i] / scale.size for i in bounded], [0.0] * len(bounded),
            "at most, not solved",
            {"color": "white", "line": {"color": MUTED, "width": 1}}),
    ]  # fmt: skip
    drawn = figure(
        [trace for trace in traces if len(trace.y)],
        rows_height(len(rows), 90),
        barmode="overlay",
        yaxis=rows_axis([d.name for d in shown], NAMES),
        xaxis={
            "title": {"text": label(f"extra cost, {scale.of(data.instance.currency)}")},
            "automargin": True,
            "tickformat": ",",
        },
    )
    says = "What each shock adds to the cost of the plan, with recourse: proven, and left open."
    return Chart("tornado", says, drawn, None)


def _most(damage: Damage) -> float:
    """Give what is drawn as the most: what was found, where no bound of the plan is known."""
    if math.isfinite(damage.most):
        return max(0.0, damage.most)
    return max(0.0, damage.extra or 0.0)


def unmet(found: Sequence[Damage]) -> Chart | None:
    """Draw how much more stays unmet under each shock; None where that is nothing."""
    shown = [d for d in found if d.unmet is not None][:MOST]
    if not any(abs(d.unmet or 0.0) >= 1 for d in shown):
        return None
    bars = go.Bar(
        orientation="h",
        y=list(range(len(shown))),
        x=[d.unmet for d in shown],
        width=0.62,
        marker={"color": [ACCENT if (d.unmet or 0.0) >= 0 else LIGHT for d in shown]},
        hoverinfo="text",
        hovertext=[hover(label(d.name, 60), f"{d.unmet:,.0f} GPU-quarters") for d in shown],
    )
    drawn = figure(
        (bars,),
        rows_height(len(shown), 90),
        showlegend=False,
        yaxis=rows_axis([d.name for d in shown], NAMES),
        xaxis={
            "title": {"text": "GPU-quarters more unmet"},
            "automargin": True,
            "tickformat": ",",
        },
    )
    says = "What stays unmet besides, in accelerator-quarters, of the shocks that were solved."
    return Chart("unmet", says, drawn, None)
