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
from gridblock.reports.words import Scale, scale_for

MOST: Final = 30
NAMES: Final = 44
HALF_HOT: Final = "rgba(194,65,61,0.34)"
"""The colour of what is proven, for what may be so."""


def tornado(data: Stressed, found: Sequence[Damage]) -> Chart | None:
    """Draw what each shock costs at least and at most; None where none was solved or bounded."""
    shown = [d for d in found if d.extra is not None or math.isfinite(d.most)][:MOST]
    if not shown:
        return None
    ends = [x for d in shown for x in (d.extra, d.most) if x is not None and math.isfinite(x)]
    scale = scale_for(max(map(abs, ends)))
    drawn = figure(
        [trace for trace in _bars(shown, scale) if len(trace.y)],
        rows_height(len(shown), 90),
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


def _bars(shown: Sequence[Damage], scale: Scale) -> tuple[go.Bar, ...]:
    """Draw what is proven of each shock, what gaps leave open, and the most of those not solved."""
    solved = [(row, d) for row, d in enumerate(shown) if d.extra is not None]
    bounded = [(row, d) for row, d in enumerate(shown) if d.extra is None]
    proven = [(row, d, 0.0, _least(d)) for row, d in solved]
    left_open = [(row, d, _least(d), max(0.0, _most(d) - _least(d))) for row, d in solved]
    at_most = [(row, d, 0.0, _most(d)) for row, d in bounded]
    line = {"color": MUTED, "width": 1}
    return (
        _bar(proven, scale, name="proven", marker={"color": HOT}),
        _bar(left_open, scale, name="left open by the gaps", marker={"color": HALF_HOT}),
        _bar(at_most, scale, name="at most, not solved", marker={"color": "white", "line": line}),
    )


def _bar(
    parts: Sequence[tuple[int, Damage, float, float]],
    scale: Scale,
    *,
    name: str,
    marker: dict[str, object],
) -> go.Bar:
    """Draw a part of some rows, each with where it begins and how long it is."""
    return go.Bar(
        orientation="h",
        y=[row for row, *_ in parts],
        x=[length / scale.size for *_, length in parts],
        base=[begin / scale.size for *_, begin, _ in parts],
        width=0.62,
        name=name,
        marker=marker,
        hoverinfo="text",
        hovertext=[_told(damage, scale) for _, damage, *_ in parts],
    )


def _told(damage: Damage, scale: Scale) -> str:
    """Say what is known of a shock, for who points at it."""
    return hover(
        label(damage.name, 60),
        "" if damage.extra is None else f"found {scale.write(damage.extra)}",
        f"at least {scale.write(_least(damage))}, at most {scale.write(_most(damage))}",
    )


def _least(damage: Damage) -> float:
    """Give what is drawn as the least: nothing, where no bound of the plan is known."""
    return max(0.0, damage.least) if math.isfinite(damage.least) else 0.0


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
    says = "What stays unmet besides, in GPU-quarters, of the shocks that were solved."
    return Chart("unmet", says, drawn, None)
