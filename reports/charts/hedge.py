"""One plan for several scenarios in charts: regret, cost by scenario, what is ordered for which."""

from collections.abc import Sequence
from typing import Any, Final

import plotly.graph_objects as go

from gridblock.reports.charts.style import (
    ACCENT,
    FAINT,
    HOT,
    INK,
    LINE,
    MUTED,
    Chart,
    figure,
    hover,
    label,
    rows_axis,
    rows_height,
)
from gridblock.reports.sections import Column, Section
from gridblock.reports.stochastic_sections import NEAR, strategies
from gridblock.reports.stochastic_words import in_time, what
from gridblock.reports.words import money, percent, scale_for
from gridblock.solvers.stochastic.plan import StochasticPlan, ordered

MOST_ROWS: Final = 30
NEVER: Final = "no plan"
COOL_TO_HOT: Final = ((0.0, "white"), (1.0, HOT))
PALE_TO_DEEP: Final = ((0.0, "white"), (1.0, ACCENT))
NAMES_ROOM: Final = 22
LINES: Final = (("this plan", INK, "circle"), ("for the mean", ACCENT, "square"))
"""How strategies are drawn beside what it costs to know beforehand what comes."""


def regret(plan: StochasticPlan) -> Chart | None:
    """Draw what the orders for each scenario cost more in every other; None without comparison."""
    hedge = plan.hedge
    rows = strategies(plan)[:MOST_ROWS]
    if not hedge.own:
        return None
    names = list(hedge.probability)
    values = [[hedge.regret(of, name) for name in names] for _, of in rows]
    near = NEAR * max(1.0, abs(hedge.objective or 0.0))
    scale = scale_for(max((abs(v) for row in values for v in row if v is not None), default=0.0))

    def cell(value: float | None) -> str:
        if value is None:
            return NEVER
        return "0" if abs(value) <= near else scale.write(value)

    drawn = _heat(
        [called for called, _ in rows],
        names,
        [[None if v is None else max(0.0, v) / scale.size for v in row] for row in values],
        [[cell(v) for v in row] for row in values],
        COOL_TO_HOT,
    )
    worst = max(
        (
            (v, called, name)
            for (called, _), row in zip(rows, values, strict=True)
            for name, v in zip(names, row, strict=True)
            if v is not None
        ),
        default=(0.0, "", ""),
    )
    says = "What is ordered for one scenario costs no more in any other."
    if worst[0] > near:
        says = (
            f"What the orders {worst[1]} cost more than the best plan of what comes: up to "
            f"{money(worst[0], plan.instance.currency)}, if {worst[2]} comes."
        )
    if any(v is None for row in values for v in row):
        says += f" Where it says {NEVER}, they cannot be carried out."
    table = Section(
        "Regret",
        f"cost beyond the best plan of what comes, {scale.of(plan.instance.currency)}",
        (Column("ordered"), *(Column(name, right=True) for name in names)),
        tuple((called, *map(cell, row)) for (called, _), row in zip(rows, values, strict=True)),
    )
    return Chart("regret", says, drawn, table)


def costs(plan: StochasticPlan) -> Chart | None:
    """Draw what strategies cost in each scenario; None without a plan."""
    hedge = plan.hedge
    if hedge.plan is None:
        return None
    names = list(hedge.probability)
    known = [(called, of.costs) for called, of in strategies(plan)[:2] if called in _marks()]
    if hedge.future is not None:
        known.append(("if known", hedge.future.costs))
    amounts = [abs(cost) for _, of in known for cost in of.values() if cost is not None]
    scale = scale_for(max(amounts, default=0.0))
    currency = plan.instance.currency
    traces = [_dots(plan, called, of, names, scale.size) for called, of in known]
    drawn = figure(
        traces,
        rows_height(len(names), 90),
        showlegend=True,
        yaxis=rows_axis([f"{name}, {percent(hedge.probability[name])}" for name in names]),
        xaxis={
            "title": {"text": label(f"cost, {scale.of(currency)}")},
            "tickformat": ",",
            "gridcolor": FAINT,
            "zerolinecolor": LINE,
            "automargin": True,
        },
    )
    table = Section(
        "Cost by scenario",
        scale.of(currency),
        (Column("scenario"), *(Column(called, right=True) for called, _ in known)),
        tuple(
            (name, *("" if of[name] is None else scale.write(of[name] or 0.0) for _, of in known))
            for name in names
        ),
    )
    says = "What it costs in each scenario, with its probability: by this plan, "
    says += "by what would be ordered for the mean, " if len(known) > 2 else ""
    says += "and by the best plan of who knows what comes." if hedge.future else "the only one."
    return Chart("costs", says, drawn, table)


def _marks() -> dict[str, tuple[str, str]]:
    return {called: (colour, symbol) for called, colour, symbol in LINES}


def _dots(
    plan: StochasticPlan, called: str, costs: Any, names: Sequence[str], size: float
) -> go.Scatter:
    """Mark what each scenario costs under a strategy."""
    colour, symbol = _marks().get(called, (MUTED, "line-ns"))
    there = [(i, name, costs[name]) for i, name in enumerate(names) if costs[name] is not None]
    return go.Scatter(
        name=label(called),
        mode="markers",
        x=[cost / size for _, _, cost in there],
        y=[i for i, _, _ in there],
        marker={
            "color": colour,
            "symbol": symbol,
            "size": 16 if symbol == "line-ns" else 11,
            "line": {"color": colour, "width": 3 if symbol == "line-ns" else 1},
        },
        hoverinfo="text",
        hovertext=[
            hover(f"{label(called)}: {label(name)}", money(cost, plan.instance.currency, 4))
            for _, name, cost in there
        ],
    )


def orders(plan: StochasticPlan) -> Chart | None:
    """Draw what each strategy orders before it is known what comes; None where nothing is."""
    columns = strategies(plan)
    of_each = [(called, ordered(of.decided)) for called, of in columns]
    keys = sorted(
        {key for _, of in of_each for key in of}, key=lambda key: in_time(plan.instance, key)
    )[:MOST_ROWS]
    if not keys:
        return None
    rows = [_named(key.period, what(key, 1), key.facility) for key in keys]
    counts = [[of.get(key, 0) for _, of in of_each] for key in keys]
    shares = [[n / max(1, *row) for n in row] for row in counts]
    names = [called for called, _ in of_each]
    drawn = _heat(rows, names, shares, [[f"{n:,}" for n in row] for row in counts], PALE_TO_DEEP)
    common = ordered(plan.hedge.without_regret)
    says = "What is ordered before it is known what comes, by what it is ordered for."
    if plan.hedge.own:
        says += (
            f" {len(common)} of {len(keys)} are in the best plan of every scenario."
            if common
            else " Nothing is in the best plan of every scenario."
        )
    table = Section(
        "Orders",
        "blocks or lots",
        (Column("order by"), *(Column(name, right=True) for name in names)),
        tuple((row, *(f"{n:,}" for n in of)) for row, of in zip(rows, counts, strict=True)),
    )
    return Chart("orders", says, drawn, table)


def _named(period: str, order: str, facility: str) -> str:
    """Name an order without its number: ``2026Q3: h100-su for memphis``."""
    return f"{period}: {order.split(' ', 1)[1] if facility else order.rsplit(' of ', 1)[1]}"


def _heat(
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[float | None]],
    texts: Sequence[Sequence[str]],
    colours: Sequence[tuple[float, str]],
) -> go.Figure:
    """Draw a table whose cells are the darker the more they hold; what there is not is grey."""
    heat = go.Heatmap(
        z=[list(row) for row in values],
        text=[list(row) for row in texts],
        texttemplate="%{text}",
        hoverinfo="text",
        hovertext=[
            [
                hover(f"{label(row)}", f"{label(column)}: {text}")
                for column, text in zip(columns, of, strict=True)
            ]
            for row, of in zip(rows, texts, strict=True)
        ],
        colorscale=[list(each) for each in colours],
        zmin=0,
        showscale=False,
        xgap=2,
        ygap=2,
    )
    return figure(
        (heat,),
        rows_height(len(rows), 110),
        plot_bgcolor=FAINT,
        yaxis=rows_axis(rows),
        xaxis={
            "tickvals": list(range(len(columns))),
            "ticktext": [label(name, NAMES_ROOM) for name in columns],
            "side": "top",
            "showgrid": False,
            "zeroline": False,
            "automargin": True,
        },
    )


def all_of(plan: StochasticPlan) -> dict[str, Chart]:
    """Draw every chart that there is something for, by key."""
    drawn = (orders(plan), costs(plan), regret(plan))
    return {chart.key: chart for chart in drawn if chart is not None}
