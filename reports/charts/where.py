"""The map: facilities by size, regions, and what flows between them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import sqrt
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.reports.capacity import power_limits_mw, powered_mw
from gridblock.reports.charts import frames
from gridblock.reports.charts.edges import (
    CLASSES,
    Edge,
    edges_of,
    edges_of_demands,
    edges_table,
)
from gridblock.reports.charts.frames import Frame
from gridblock.reports.charts.positions import Point, between, label_sides, laid_out, on_earth
from gridblock.reports.charts.style import ACCENT, INK, MUTED, Chart, figure, hover, label
from gridblock.reports.words import number, plural

PASSING, SMALLEST, LARGER, LARGEST = 6.0, 9.0, 14.0, 30.0
"""Diameters in pixels: of a place passed through, of the smallest facility, of the largest of many
and of few."""
MANY: Final = 60
LEGEND: Final = 50
LONGEST_NAME: Final = 24
CLOSER: Final = 0.6
"""Width of a second map over that of the first one, from which on it shows too little more."""
MOST_POINTS: Final = 8000
"""Of all lines together, that names keep off."""
BELOW: Final = {"y": 0, "yanchor": "top", "orientation": "h", "x": 0, "itemclick": False}


class _Look(NamedTuple):
    """How a kind of place is drawn: what the legend says, its symbol, colours and letters."""

    says: str
    symbol: str
    fill: str
    rim: str
    letters: Mapping[str, Any]


SITE: Final = _Look(
    "facility, by its accelerators", "circle", ACCENT, "white", {"size": 12, "color": INK}
)
SOURCE: Final = _Look(
    "where it comes from", "diamond", "white", MUTED, {"size": 11, "color": MUTED}
)
PASSED: Final = _Look("passed through", "square", "white", MUTED, {"size": 10, "color": MUTED})
LOOKS: Final = (PASSED, SOURCE, SITE)
"""The last drawn on top."""


class _Dot(NamedTuple):
    """A place: how it looks, its diameter in pixels, and what is said of it."""

    name: str
    look: _Look
    size: float
    says: str


def places_map(
    instance: Instance, decisions: Decisions, account: Account, period: str | None = None
) -> Chart | None:
    """Draw facilities, regions, links and flows in a period, the last one by default.

    Where names have no room on a map of the Earth, a second one shows the most crowded part of it.

    Raises:
        ValueError: there is no such period.
    """
    t = instance.horizon.names[-1] if period is None else period
    if t not in instance.horizon.index:
        message = f"there is no period {t!r}{instance.horizon.nearest(t)}"
        raise ValueError(message)
    edges: Sequence[Edge] = edges_of(instance, decisions, account, t)
    dots = tuple(_dots(instance, account, edges, t))
    if not dots:
        return None
    earth = on_earth(instance, [dot.name for dot in dots])
    if earth is None and not edges:
        units = {demand.name: demand.unit for demand in instance.demands}
        edges = edges_of_demands(decisions, units, t)
        dots = (*dots, *(_demand(name) for name in dict.fromkeys(e.ends[0] for e in edges)))
    names = [dot.name for dot in dots]
    points = earth or laid_out(names, [edge.ends for edge in edges])
    each = MOST_POINTS // max(len(edges), 1)
    ways = [
        between(points[edge.ends[0]], points[edge.ends[1]], each, earth=earth is not None)
        for edge in edges
    ]
    drawing = _Drawing(points, dots, edges, ways)
    shown = drawing.frames(earth=earth is not None)
    traces = [trace for i in range(len(shown)) for trace in drawing.map(shown, i)]
    tall = frames.height(shown) + LEGEND
    drawn = figure(traces, tall, **frames.layout(shown), legend=BELOW)
    at = f" in {t}" if len(instance.horizon) > 1 else ""
    how = "" if earth else ", laid out as a graph, since not all have coordinates"
    more = " Below: where they stand closest." if len(shown) > 1 else ""
    says = f"Facilities, regions and what flows between them{at}{how}.{more}"
    return Chart("map", says, drawn, edges_table(edges))


def _dots(instance: Instance, account: Account, edges: Sequence[Edge], t: str) -> Iterator[_Dot]:
    """Give facilities, the largest first, regions that work comes from, and those in between."""
    chips = dict.fromkeys(instance.facilities, 0)
    for (kind, path, when), count in account.installed.items():
        if when == t:
            chips[instance.leaves[path].facility] += count * instance.blocks[kind].accelerators
    mw = powered_mw(instance, account, t)
    most = power_limits_mw(instance, instance.horizon.index[t], account)
    largest = max(chips.values(), default=0) or 1
    most_size = LARGEST - (LARGEST - LARGER) * min(len(chips) / MANY, 1.0)
    for name in sorted(instance.facilities, key=lambda name: -chips[name]):
        of = f" of {number(most[name])}" if name in most else ""
        says = plural(chips[name], "accelerator"), f"{number(mw[name])}{of} MW"
        size = SMALLEST + (most_size - SMALLEST) * sqrt(chips[name] / largest)
        yield _Dot(name, SITE, size, hover(label(name), *says))
    ends = {end for edge in edges for end in edge.ends}
    asked = {region for demand in instance.demands for region in demand.regions}
    regions = instance.network.regions
    yield from (_Dot(name, SOURCE, SMALLEST, label(name)) for name in regions if name in asked)
    for name in regions:
        if name in ends - asked:
            yield _Dot(name, PASSED, PASSING, label(name))


def _demand(name: str) -> _Dot:
    return _Dot(name, SOURCE, SMALLEST, label(name))


class _Drawing(NamedTuple):
    """What is drawn.

    Attributes:
        points: where places are, in degrees or units of a layout.
        dots: the places, those first whose names matter most.
        edges: what goes between them.
        ways: points along each edge.
    """

    points: Mapping[str, Point]
    dots: Sequence[_Dot]
    edges: Sequence[Edge]
    ways: Sequence[Sequence[Point]]

    def frames(self, *, earth: bool) -> list[Frame]:
        """Show all points, and on Earth the crowd in which names have no room."""
        if not earth:
            return [frames.of_paper(len(self.points))]
        whole = frames.of_earth(self.points.values())
        sides = self.sides(whole, lines=False)
        lost = [dot.name for dot in self.dots if dot.name not in sides]
        close = frames.crowd(self.points, lost)
        closer = frames.of_earth([self.points[name] for name in close]) if close else whole
        return [whole, closer] if closer.width < CLOSER * whole.width else [whole]

    def sides(self, frame: Frame, *, lines: bool = True) -> dict[str, str]:
        """Give the side on which each name stands that has room in a frame, off lines or not."""
        ways = self.ways if lines else ()
        inside = {dot.name: dot for dot in self.dots if frame.holds(self.points[dot.name])}
        return label_sides(
            {name: frame.pixels(self.points[name]) for name in inside},
            {name: dot.size for name, dot in inside.items()},
            {name: min(len(name), LONGEST_NAME) for name in inside},
            [frame.pixels(at) for way in ways for at in way if frame.holds(at)],
        )

    def map(self, shown: Sequence[Frame], i: int) -> Iterator[Any]:
        """Give the traces of one map: edges, points to point at, regions, facilities."""
        frame = shown[i]
        more: dict[str, Any] = {
            "showlegend": i == 0,
            "subplot": frames.name_of(i) if frame.earth else "",
        }
        yield from self._lines(more)
        middles = [
            (edge, way[len(way) // 2]) for edge, way in zip(self.edges, self.ways, strict=True)
        ]
        middles = [(edge, at) for edge, at in middles if frame.holds(at)]
        if middles:
            yield _trace(
                [at for _, at in middles],
                mode="markers",
                marker={"size": 12, "opacity": 0},
                hoverinfo="text",
                hovertext=[hover(*(label(line, 90) for line in e.says)) for e, _ in middles],
                **more | {"showlegend": False},
            )
        # What is named where it is larger needs no name in the crowd.
        later = {d.name for d in self.dots for f in shown[i + 1 :] if f.holds(self.points[d.name])}
        sides = {name: side for name, side in self.sides(frame).items() if name not in later}
        for look in LOOKS:
            some = [d for d in self.dots if d.look is look and frame.holds(self.points[d.name])]
            if some:
                yield _named(look, some, self.points, sides, more)

    def _lines(self, more: Mapping[str, Any]) -> Iterator[Any]:
        for of in CLASSES:
            mine = [edge for edge in self.edges if of.holds(edge)]
            ends = [at for edge in mine for at in (*(self.points[e] for e in edge.ends), None)]
            if mine:
                line = {"color": of.colour, "width": of.width}
                yield _trace(ends, mode="lines", line=line, name=of.name, hoverinfo="skip", **more)


def _named(
    look: _Look,
    dots: Sequence[_Dot],
    points: Mapping[str, Point],
    sides: Mapping[str, str],
    more: Mapping[str, Any],
) -> Any:
    """Give the places of one kind, with their names."""
    return _trace(
        [points[dot.name] for dot in dots],
        name=look.says,
        mode="markers+text",
        marker={
            "size": [dot.size for dot in dots],
            "symbol": look.symbol,
            "color": look.fill,
            "opacity": 0.92,
            "line": {"color": look.rim, "width": 1.4},
        },
        text=[label(dot.name, LONGEST_NAME) if dot.name in sides else "" for dot in dots],
        textposition=[sides.get(dot.name, "top center") for dot in dots],
        textfont=dict(look.letters),
        hoverinfo="text",
        hovertext=[dot.says for dot in dots],
        **more,
    )


def _trace(at: Collection[Point | None], *, subplot: str, **more: Any) -> Any:
    """Give points, or lines that end at None, on the Earth or on paper."""
    x = [None if point is None else point.x for point in at]
    y = [None if point is None else point.y for point in at]
    if subplot:
        return go.Scattergeo(lon=x, lat=y, geo=subplot, **more)
    return go.Scatter(x=x, y=y, cliponaxis=False, **more)
