"""What the plan costs, from category to category up to the total."""

from typing import Final, NamedTuple

import plotly.graph_objects as go

from gridblock.instances.instance import Instance
from gridblock.model.account import CATEGORIES, Account
from gridblock.model.plan import Decisions, PlanData
from gridblock.reports.answer import PRICED
from gridblock.reports.answer import costs as costs_table
from gridblock.reports.charts.style import (
    ACCENT,
    HOT,
    INK,
    LIGHT,
    Chart,
    figure,
    hover,
    label,
    rows_axis,
    rows_height,
)
from gridblock.reports.words import money, scale_for

ROOM: Final = 1.2
"""Length of the axis over that of the longest bar, so that its figure fits beside it."""


class Step(NamedTuple):
    """A bar of the waterfall: where it begins, how far it goes, and its colour."""

    name: str
    start: float
    size: float
    colour: str


def waterfall(instance: Instance, plan: PlanData, decisions: Decisions, account: Account) -> Chart:
    """Draw the net present value by category, what is spent in all, and unmet work at its price."""
    steps = _steps(plan)
    largest = max((abs(step.size) for step in steps), default=0.0)
    scale = scale_for(max(largest, abs(plan.objective or 0.0)))
    ends = [max(step.start, step.start + step.size) for step in steps]
    bars = go.Bar(
        orientation="h",
        y=list(range(len(steps))),
        x=[step.size / scale.size for step in steps],
        base=[step.start / scale.size for step in steps],
        marker={"color": [step.colour for step in steps]},
        width=0.66,
        hoverinfo="text",
        hovertext=[hover(s.name, label(money(s.size, instance.currency, 4))) for s in steps],
    )
    texts = go.Scatter(
        mode="text",
        x=[end / scale.size for end in ends],
        y=list(range(len(steps))),
        text=[f" {scale.write(step.size)}" for step in steps],
        textposition="middle right",
        hoverinfo="skip",
        cliponaxis=False,
    )
    low = min((min(s.start, s.start + s.size) for s in steps), default=0.0)
    high = max(ends, default=1.0)
    reach = [min(low, 0.0) / scale.size, (high * ROOM or 1.0) / scale.size]
    drawn = figure(
        (bars, texts),
        rows_height(len(steps)),
        showlegend=False,
        yaxis=rows_axis([step.name for step in steps]),
        xaxis={
            "title": {"text": label(scale.of(instance.currency))},
            "range": reach,
            "tickformat": ",",
            "automargin": True,
        },
    )
    says = "Costs by category, added up to what is spent and, with unmet work, to the total."
    return Chart("costs", says, drawn, costs_table(instance, plan, decisions, account))


def _steps(plan: PlanData) -> list[Step]:
    """Give the bars: what is spent, credits, their sum, what is only priced, and the total."""
    known = dict.fromkeys((*CATEGORIES, *plan.costs))
    steps, level = [], 0.0
    for name in known:
        cost = plan.costs.get(name, 0.0)
        if name not in PRICED and cost:
            colour = ACCENT if cost > 0 else LIGHT
            steps.append(Step(name.replace("_", " "), level, cost, colour))
            level += cost
    steps.append(Step("spending", 0.0, level, INK))
    priced = [(PRICED[name], plan.costs[name]) for name in PRICED if plan.costs.get(name)]
    for name, cost in priced:
        steps.append(Step(name, level, cost, HOT))
        level += cost
    if priced:
        steps.append(Step("total", 0.0, level, INK))
    return steps
