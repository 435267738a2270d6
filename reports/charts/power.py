"""Where the power of each facility goes: at work, idle, or left, and why what is left is."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple

import plotly.graph_objects as go

from gridblock.instances.instance import Instance
from gridblock.instances.places import KW_PER_MW
from gridblock.model.account import Account
from gridblock.model.plan import Decisions, Standing
from gridblock.reports import stranded
from gridblock.reports.capacity import powered_mw
from gridblock.reports.charts.style import (
    ACCENT,
    FAINT,
    INK,
    LIGHT,
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
from gridblock.reports.words import aligned, number, plural

MOST_ROWS: Final = 24
DUST: Final = 1e-9
CAUSES: Final = {
    "no_block": "no block may use it",
    "granularity": "less than a whole block",
    "zones": "limits of zones",
    "cooling": "cooling",
    "power": "power of zones",
    "racks": "racks, other resources",
    "site": "limits around, grid",
    "feeds": "feeds",
    "failover": "failover reserve",
    "supply": "lead and supply",
    "no_demand": "no demand that pays",
}
"""Why power is left, in words."""
PALE: Final = "#d3e6ea"
GREYS: Final = (INK, "#3d4a52", MUTED, "#7d8a92", "#a3adb4", "#c3cbd0", LINE)
FREE: Final = "no_demand"


class Power(NamedTuple):
    """Critical power of a facility in a period, in MW.

    Attributes:
        working: rated power of blocks at work.
        reserve: that of blocks that are kept for a loss, and not at work for others meanwhile.
        idle: that of all other blocks that are powered.
        left: what is left of its limits, by cause; None without a limit.
    """

    facility: str
    working: float
    reserve: float
    idle: float
    left: Mapping[str, float] | None

    @property
    def total(self) -> float:
        """All of it."""
        return self.working + self.reserve + self.idle + sum((self.left or {}).values())


def power(
    instance: Instance, decisions: Decisions, account: Account, period: str | None = None
) -> Chart | None:
    """Draw the critical power of each facility in a period; None where there is none."""
    t = period or instance.horizon.names[-1]
    rows = [row for row in powers(instance, decisions, account, t) if row.total > DUST]
    if not rows:
        return None
    shown = sorted(rows, key=lambda row: -row.total)[:MOST_ROWS]
    parts = [
        ("at work", ACCENT, [row.working for row in shown]),
        ("in reserve", LIGHT, [row.reserve for row in shown]),
        ("idle", PALE, [row.idle for row in shown]),
    ]
    known = [c for c in CAUSES if any((row.left or {}).get(c, 0.0) > DUST for row in shown)]
    parts = [part for part in parts if any(part[2])]
    greys = dict(zip([cause for cause in known if cause != FREE], GREYS * 2, strict=False))
    parts += [
        (f"left: {CAUSES[cause]}", greys.get(cause, FAINT), _left(shown, cause)) for cause in known
    ]
    drawn = figure(
        [_bar(shown, *part) for part in parts],
        rows_height(len(shown), 120),
        barmode="stack",
        showlegend=True,
        yaxis=rows_axis([row.facility for row in shown]),
        xaxis={"title": {"text": "critical power, MW"}, "automargin": True, "tickformat": ","},
        legend={"traceorder": "normal"},
    )
    at = f" in {t}" if len(instance.horizon) > 1 else ""
    others = len(rows) - len(shown)
    more = f" {plural(others, 'smaller facility')} left out." if others else ""
    says = f"Rated power of blocks at work or not{at}, and why the rest of the limit is left."
    return Chart("power", says + more, drawn, _table(shown, known))


def _left(rows: list[Power], cause: str) -> list[float]:
    return [(row.left or {}).get(cause, 0.0) for row in rows]


def _bar(rows: list[Power], name: str, colour: str, values: list[float]) -> go.Bar:
    return go.Bar(
        name=name,
        orientation="h",
        x=values,
        y=list(range(len(rows))),
        width=0.6,
        marker={"color": colour, "line": {"color": LINE, "width": 0.5 if colour == FAINT else 0}},
        hoverinfo="text",
        hovertext=[
            hover(label(row.facility), f"{name}: {number(value)} MW")
            for row, value in zip(rows, values, strict=True)
        ],
    )


def powers(instance: Instance, decisions: Decisions, account: Account, period: str) -> list[Power]:
    """Split the critical power of each facility in a period."""
    kept: dict[Standing, float] = defaultdict(float)
    for key, count in decisions.reserved.items():
        kept[Standing(*key[1:])] += float(count)
    working: dict[str, float] = defaultdict(float)
    reserve: dict[str, float] = defaultdict(float)
    for standing, powered in account.powered.items():
        if standing.period == period:
            rated = instance.blocks[standing.block].uses.get("power_kw", 0.0) / KW_PER_MW
            facility = instance.leaves[standing.place].facility
            busy = float(account.assigned.get(standing, 0))
            working[facility] += busy * rated
            reserve[facility] += min(kept[standing], powered - busy) * rated
    left = left_mw(instance, decisions, account, period)
    return [
        Power(name, working[name], reserve[name], _some(mw - working[name] - reserve[name]), parts)
        for name, mw in powered_mw(instance, account, period).items()
        for parts in (left.get(name),)
    ]


def _some(difference: float) -> float:
    """Give a difference, what rounding leaves of it apart."""
    return difference if difference > DUST else 0.0


def left_mw(
    instance: Instance, decisions: Decisions, account: Account, period: str
) -> dict[str, dict[str, float]]:
    """Give what is left of the critical power of each facility, by cause, where it is limited.

    The limit is the facility's own; without one, what its zones have; without those, its grid
    power over PUE.
    """
    found: dict[tuple[str, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for use, parts in stranded.of_places(instance, decisions, account, period):
        if use.resource not in ("power_mw", "grid_mw"):
            continue
        place = instance.places[use.place]
        is_top = use.place == place.facility
        over = instance.facilities[place.facility].pue if use.resource == "grid_mw" else 1.0
        rank = 2 if use.resource == "grid_mw" else 0 if is_top else 1
        if rank != 1 or place.is_leaf:
            for cause, amount in parts.items():
                found[place.facility, rank][cause] += float(amount) / over
    return {
        name: found[name, rank]
        for rank in (2, 1, 0)
        for name in instance.facilities
        if (name, rank) in found
    }


def _table(rows: list[Power], causes: list[str]) -> Section:
    """Give power by place: used, limit, and what is left by cause."""
    mw = aligned(v for row in rows for v in (*row[1:4], *(row.left or {}).values()))
    return Section(
        title="Power",
        unit="critical power, MW; what is left, by cause",
        columns=(
            Column("facility"),
            Column("at work", right=True),
            Column("in reserve", right=True),
            Column("idle", right=True),
            *(Column(CAUSES[cause], right=True) for cause in causes),
        ),
        rows=tuple(
            (
                row.facility,
                mw(row.working),
                mw(row.reserve),
                mw(row.idle),
                *(_cell(row, cause, mw(value)) for cause, value in _amounts(row, causes)),
            )
            for row in rows
        ),
    )


def _amounts(row: Power, causes: list[str]) -> list[tuple[str, float]]:
    return [(cause, (row.left or {}).get(cause, 0.0)) for cause in causes]


def _cell(row: Power, cause: str, written: str) -> str:
    """Write nothing where there is nothing, and say where there is no limit."""
    if row.left is None:
        return "no limit" if cause == FREE else ""
    return written if row.left.get(cause, 0.0) > DUST else ""
