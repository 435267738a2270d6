"""How full every limit is in each period, and what is left where it is fullest."""

from collections import defaultdict
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.reports.charts.style import (
    DEEP,
    MUTED,
    Chart,
    figure,
    hover,
    label,
    periods_axis,
    rows_axis,
    rows_height,
)
from gridblock.reports.sections import Column, Heat, Section, spells
from gridblock.reports.tight import FULL, uses_of_all
from gridblock.reports.usage import Use
from gridblock.reports.words import in_percent, number, plural

MOST_ROWS: Final = 32
LONGEST_NAME: Final = 40
MOST_TEXTS: Final = 16
"""Periods up to which the share is written in each cell."""
ROUNDS_TO_NOTHING: Final = 5e-4
"""Share of a limit that is not worth a number of its own."""
UNITS: Final = {"mw": "MW", "gbps": "Gbps"}
SCALE: Final = (
    (0.0, "#f6f8f9"),
    (0.6, "#cfe5e9"),
    (FULL - 0.001, "#6fb2be"),
    (FULL, DEEP),
    (1.0, DEEP),
)


class Limited(NamedTuple):
    """One limit over the periods, those in which it is 0 left out.

    Attributes:
        at: the place, link or kind that it limits.
        resource: how the instance names it.
        uses: its use by period.
    """

    at: str
    resource: str
    uses: dict[str, Use]

    @property
    def peak(self) -> Use:
        """Its use where it is fullest."""
        return max(self.uses.values(), key=lambda use: use.share)

    def write(self, value: float) -> str:
        """Write an amount with the unit that the name of the limit ends with."""
        unit = UNITS.get(self.resource.rpartition("_")[2], "")
        return f"{number(value)} {unit}".rstrip()

    def left(self, use: Use) -> str:
        """Write what is left, but for what rounds to nothing beside the limit."""
        return "none" if use.share > 1 - ROUNDS_TO_NOTHING else self.write(use.headroom)


def limited(instance: Instance, decisions: Decisions, account: Account) -> list[Limited]:
    """Give every limit of which anything is used, in the order of the instance."""
    found: dict[tuple[str, str], dict[str, Use]] = defaultdict(dict)
    for at, use in uses_of_all(instance, decisions, account):
        if use.limit:
            found[at, use.resource][use.period] = use
    rows = (Limited(*key, uses) for key, uses in found.items())
    return [row for row in rows if any(use.used > 0 for use in row.uses.values())]


def utilization(instance: Instance, decisions: Decisions, account: Account) -> Chart | None:
    """Draw how full the fullest limits are in each period; None where nothing is limited."""
    rows = limited(instance, decisions, account)
    if not rows:
        return None
    fullest = sorted(rows, key=lambda row: -row.peak.share)[:MOST_ROWS]
    shown = [row for row in rows if row in fullest]
    left = len(rows) - len(shown)
    more = f" {plural(left, 'limit')} with more room left out." if left else ""
    names = instance.horizon.names
    cells = [[row.uses.get(t) for t in names] for row in shown]
    heat = go.Heatmap(
        z=[[None if use is None else min(use.share, 1.0) for use in row] for row in cells],
        x=list(range(len(names))),
        y=list(range(len(shown))),
        zmin=0,
        zmax=1,
        colorscale=[list(stop) for stop in SCALE],
        xgap=2,
        ygap=2,
        showscale=False,
        text=[["" if use is None else in_percent(use.share) for use in row] for row in cells],
        texttemplate="%{text}" if len(names) <= MOST_TEXTS else "",
        textfont={"size": 11},
        hoverinfo="text",
        hovertext=[
            ["" if u is None else _said(row, u) for u in uses]
            for row, uses in zip(shown, cells, strict=True)
        ],
    )
    axis = rows_axis([f"{row.at} {row.resource}" for row in shown], LONGEST_NAME)
    drawn = figure(
        (heat, _second_axis(len(shown))),
        rows_height(len(shown), 70),
        showlegend=False,
        yaxis=axis,
        yaxis2=_headroom_axis(shown, axis["range"]),
        xaxis=periods_axis(instance.horizon) | {"side": "top"},
    )
    says = (
        f"How full each limit is; dark from {100 * FULL:.0f} % on. Right: what is left at its peak"
    )
    return Chart("utilization", f"{says}.{more}", drawn, _table(instance, shown))


def _said(row: Limited, use: Use) -> str:
    return hover(
        f"{label(row.at, 60)} {label(row.resource)}, {label(use.period)}",
        f"{row.write(use.used)} of {row.write(use.limit or 0.0)}, {in_percent(use.share)}",
        f"{row.left(use)} left",
    )


def _second_axis(rows: int) -> go.Scatter:
    """Give what makes Plotly draw the axis on the right."""
    return go.Scatter(
        x=[None] * rows, y=list(range(rows)), yaxis="y2", mode="markers", hoverinfo="skip"
    )


def _headroom_axis(rows: list[Limited], span: list[float]) -> dict[str, Any]:
    return {
        "overlaying": "y",
        "side": "right",
        "range": span,
        "tickvals": list(range(len(rows))),
        "ticktext": [label(row.left(row.peak)) for row in rows],
        "tickfont": {"color": MUTED, "size": 12},
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
        "fixedrange": True,
    }


def _table(instance: Instance, rows: list[Limited]) -> Section:
    """Give the same as a table: a row a limit, a cell for each stretch of periods."""
    groups = spells(instance.horizon)

    def heats(row: Limited) -> tuple[Heat, ...]:
        names = instance.horizon.names
        spans = (
            [row.uses[names[i]].share for i in g.periods if names[i] in row.uses] for g in groups
        )
        return tuple(Heat(max(shares, default=0.0)) for shares in spans)

    return Section(
        title="Utilization",
        unit="% of each limit; the peak, and what is left then",
        columns=(
            Column("at"),
            Column("limit"),
            *(group.column for group in groups),
            Column("used", right=True),
            Column("of", right=True),
            Column("left", right=True),
        ),
        rows=tuple(
            (
                row.at,
                row.resource,
                *heats(row),
                number(row.peak.used, 4),
                number(row.peak.limit or 0.0, 4),
                row.left(row.peak),
            )
            for row in rows
        ),
    )
