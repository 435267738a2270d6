"""When to order what, and when it is in service: blocks, options and runs over the periods."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.reports.charts.style import (
    ACCENT,
    FAINT,
    HOT,
    INK,
    LIGHT,
    LINE,
    MUTED,
    Chart,
    figure,
    hover,
    label,
    periods_axis,
    rows_axis,
    rows_height,
)
from gridblock.reports.gangs import gangs
from gridblock.reports.sections import Column, Section
from gridblock.reports.words import plural

MOST_ROWS: Final = 36
ABOVE, UNDER = 0.12, 0.28
"""How far bars and orders lie from the middle of their row."""
ASIDE: Final = 0.05
"""How far orders lie inside of their period."""
COLOURS: Final = {"bought": ACCENT, "option": "#3d4a52", "run": LIGHT, "on order": "#c3cbd0"}
"""Colour of a bar by what it stands for."""
LEGIBLE: Final = {"bought": 0.9, "option": 0.65}
"""From which strength of its colour on white is read better on a bar than ink."""


class Order(NamedTuple):
    """Something that comes, or goes, at once; periods are positions.

    Attributes:
        order: the last period to order it in; None where that is past, or there is no order.
        service: the first period in service.
        end: the period after the last one in service.
        pieces: how many blocks or lots; below 0 for blocks that are retired.
    """

    order: int | None
    service: int
    end: int
    pieces: int


class Line(NamedTuple):
    """A row: what it is, of which sort, in what it is counted, how much it weighs, and when."""

    name: str
    sort: str
    noun: str
    weight: float
    orders: tuple[Order, ...]

    @property
    def first(self) -> tuple[int, int]:
        """When it begins, for sorting."""
        return min((o.service if o.order is None else o.order, o.service) for o in self.orders)


def timeline(instance: Instance, decisions: Decisions, account: Account) -> Chart | None:
    """Draw what is ordered, bought, leased, built and run, and when; None where nothing is."""
    lines = [
        *_blocks(instance, decisions),
        *_options(instance, account),
        *_runs(instance, decisions),
    ]
    if not lines:
        return None
    weightiest = sorted(lines, key=lambda line: -line.weight)[:MOST_ROWS]
    shown = sorted(weightiest, key=lambda line: (line.sort == "on order", line.first, line.name))
    left = len(lines) - len(shown)
    more = f" {plural(left, 'smaller row')} left out." if left else ""
    drawn = figure(
        [*_bars(instance, shown), *_marks(instance, shown)],
        round(1.2 * rows_height(len(shown))) + 30,
        barmode="overlay",
        yaxis=rows_axis([line.name for line in shown]),
        xaxis=periods_axis(instance.horizon) | {"side": "top", "ticklabelstandoff": 2},
        legend={"y": 0, "yanchor": "top", "orientation": "h", "x": 0, "itemclick": False},
    )
    for i in range(len(instance.horizon) + 1):
        drawn.add_vline(x=i - 0.5, line={"color": FAINT, "width": 1}, layer="below")
    says = "Orders, with the last period to place them, and what they bring into service until when"
    return Chart("timeline", f"{says}.{more}", drawn, _table(instance, lines))


def _blocks(instance: Instance, decisions: Decisions) -> Iterator[Line]:
    """Give blocks bought, on order and retired, a row for each type and facility."""
    last = len(instance.horizon)
    index = instance.horizon.index
    orders: dict[tuple[str, str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (kind, path, t), count in decisions.bought.items():
        orders["bought", kind, instance.leaves[path].facility][index[t]] += int(count)
    for (kind, path, t), count in decisions.retired.items():
        orders["bought", kind, instance.leaves[path].facility][index[t]] -= int(count)
    for leaf in instance.leaves.values():
        for kind, counts in leaf.on_order.items():
            for i, count in enumerate(counts):
                if count:
                    orders["on order", kind, leaf.facility][i] += count
    for (sort, kind, facility), by_period in orders.items():
        block = instance.blocks[kind]
        came = tuple(
            Order(
                i - block.lead if sort == "bought" and count > 0 and i >= block.lead else None,
                i,
                last,
                count,
            )
            for i, count in sorted(by_period.items())
            if count
        )
        if came:
            weight = sum(abs(order.pieces) for order in came) * block.accelerators
            decided = sort == "bought"
            yield Line(f"{kind}, {facility}", sort, "block", weight * (1 + 9 * decided), came)


def _options(instance: Instance, account: Account) -> Iterator[Line]:
    """Give lots ordered or signed, a row for each option."""
    last = len(instance.horizon)
    orders: dict[str, list[Order]] = defaultdict(list)
    for of in account.lots:
        end = last if of.option.term is None else min(last, of.service + of.option.term)
        if end > 0:
            by = None if of.signed or of.order < 0 else of.order
            orders[of.option.name].append(Order(by, max(of.service, 0), end, of.count))
    for name, came in orders.items():
        yield Line(name, "option", "lot", float("inf"), tuple(came))


def _runs(instance: Instance, decisions: Decisions) -> Iterator[Line]:
    index = instance.horizon.index
    for gang in gangs(instance, decisions):
        if gang.start is not None and gang.end is not None:
            when = Order(None, index[gang.start], index[gang.end] + 1, 1)
            yield Line(gang.demand, "run", "run", float("inf"), (when,))


def _levels(line: Line) -> Iterator[tuple[int, int, int]]:
    """Give the spans in which as many are in service: from, until, how many."""
    changes = sorted({o.service for o in line.orders} | {o.end for o in line.orders})
    for start, end in pairwise(changes):
        count = sum(o.pieces for o in line.orders if o.service <= start < o.end)
        if count > 0:
            yield start, end, count


def _bars(instance: Instance, lines: Sequence[Line]) -> Iterator[go.Bar]:
    """Give the spans in service, the more of them the stronger the colour."""
    for sort, colour in COLOURS.items():
        spans = [
            (row, line, *level)
            for row, line in enumerate(lines)
            if line.sort == sort
            for level in _levels(line)
        ]
        if not spans:
            continue
        most = {row: max(n for r, *_, n in spans if r == row) for row, *_ in spans}
        strengths = [0.4 + 0.6 * n / most[row] for row, *_, n in spans]
        pale = LEGIBLE.get(sort, 2.0)
        names = instance.horizon.names
        yield go.Bar(
            name={"option": "option in effect", "bought": "bought, in service"}.get(sort, sort),
            orientation="h",
            base=[start - 0.5 for _, _, start, _, _ in spans],
            x=[end - start for _, _, start, end, _ in spans],
            y=[row - ABOVE for row, *_ in spans],
            width=0.5,
            marker={
                "color": colour,
                "opacity": strengths,
                "line": {"width": 0},
            },
            text=["" if line.noun == "run" else f"{n:,}" for _, line, *_, n in spans],
            textposition="inside",
            insidetextanchor="start",
            textangle=0,
            textfont={
                "size": 11,
                "color": [INK if strength < pale else "white" for strength in strengths],
            },
            hoverinfo="text",
            hovertext=[
                hover(
                    label(line.name, 60),
                    f"{plural(n, line.noun)}, {label(names[start])} to {label(names[end - 1])}",
                )
                for _, line, start, end, n in spans
            ],
        )


def _marks(instance: Instance, lines: Sequence[Line]) -> Iterator[Any]:
    """Give the orders and the wait for what they bring, and what is retired."""
    orders = [(row, line, o) for row, line in enumerate(lines) for o in line.orders]
    placed = [one for one in orders if one[2].order is not None]
    retired = [one for one in orders if one[2].pieces < 0]
    x: list[float | None] = []
    y: list[float | None] = []
    for row, _, order in placed:
        if order.order == order.service:
            continue
        x += [(order.order or 0) - 0.5 + ASIDE, order.service - 0.5, None]
        y += [row + UNDER, row + UNDER, None]
    if x:
        wait = {"color": MUTED, "width": 1.2, "dash": "dot"}
        yield go.Scatter(
            name="lead", mode="lines", x=x, y=y, line=wait, hoverinfo="skip", showlegend=True
        )
    if placed:
        yield _symbols(instance, "order by", "diamond", INK, placed, "order by")
    if retired:
        yield _symbols(instance, "retired", "x", HOT, retired, "retired in")


def _symbols(
    instance: Instance,
    name: str,
    symbol: str,
    colour: str,
    at: Iterable[tuple[int, Line, Order]],
    verb: str,
) -> go.Scatter:
    """Mark orders on the lines of a timeline, each with what and when on hovering."""
    points = [(row, line, o, o.service if o.order is None else o.order) for row, line, o in at]
    names = instance.horizon.names
    return go.Scatter(
        name=name,
        mode="markers",
        x=[when - 0.5 + ASIDE for *_, when in points],
        y=[row + UNDER for row, *_ in points],
        marker={"symbol": symbol, "size": 8, "color": colour, "line": {"color": LINE, "width": 1}},
        cliponaxis=False,
        hoverinfo="text",
        hovertext=[
            hover(
                label(line.name, 60),
                f"{plural(abs(o.pieces), line.noun)}: {verb} {label(names[when])}",
                f"in service {label(names[o.service])}" if o.order is not None else "",
            )
            for _, line, o, when in points
        ],
    )


def _table(instance: Instance, lines: Iterable[Line]) -> Section:
    """Give the same as a table: what, ordered by when, in service from when to when."""
    names = instance.horizon.names

    def row(line: Line, order: Order) -> tuple[str, ...]:
        by = "" if order.order is None else names[order.order]
        until = "" if order.end == len(names) else names[order.end - 1]
        what = {"option": "lots", "run": "run"}.get(line.sort, "blocks")
        return line.name, line.sort, by, names[order.service], until, f"{order.pieces:,}", what

    several = sorted(lines, key=lambda line: (line.first, line.name))
    return Section(
        title="Orders, builds and leases",
        unit="",
        columns=(
            Column("what"),
            Column(""),
            Column("order by"),
            Column("in service"),
            Column("until"),
            Column("count", right=True),
            Column(""),
        ),
        rows=tuple(row(line, order) for line in several for order in line.orders),
    )
