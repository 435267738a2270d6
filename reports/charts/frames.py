"""Which part of the Earth, or of a layout, a map shows, and where its points come to lie."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import atan, degrees, hypot, radians, sinh
from typing import Any, Final, NamedTuple

import networkx as nx

from gridblock.reports.charts.positions import Point, mercator

WIDTH: Final = 1000
"""Of a map, in pixels, as far as names are placed by it."""
TALLEST, LOWEST = 460, 250
LEAST_PAPER, EACH = 100, 26
"""Height of a layout without points, and what each adds, in pixels."""
GAP: Final = 14
"""Between two maps, in pixels."""
NEAR: Final = 14.0
"""Degrees between neighbours of one crowd."""
LEAST: Final = 9.0
"""Degrees that a map shows at least."""
LAND: Final = "#eceff1"


class Frame(NamedTuple):
    """What a map shows.

    Attributes:
        x: from where to where, to the right, in degrees or units.
        y: likewise, up, on Mercator's map.
        height: pixels.
        earth: whether it shows a part of the Earth.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    height: int
    earth: bool

    @property
    def width(self) -> float:
        """How much it shows from left to right, in degrees or units."""
        return self.x[1] - self.x[0]

    def pixels(self, at: Point) -> Point:
        """Give where a point lies, to the right and up."""
        north = mercator(at.y) if self.earth else at.y
        across = WIDTH / self.width
        up = self.height / (self.y[1] - self.y[0])
        return Point((at.x - self.x[0]) * across, (north - self.y[0]) * up)

    def holds(self, at: Point) -> bool:
        """Say whether a point lies in it."""
        x, y = self.pixels(at)
        return 0 <= x <= WIDTH and 0 <= y <= self.height


def of_earth(points: Collection[Point]) -> Frame:
    """Show the part of the Earth that holds some points, with room for their names."""
    xs, ys = [p.x for p in points], [mercator(p.y) for p in points]
    wide, high = max(xs) - min(xs), max(ys) - min(ys)
    wide = max(wide, high * WIDTH / TALLEST, LEAST) * 1.3
    high = min(max(high * 1.35, wide * LOWEST / WIDTH), wide * TALLEST / WIDTH)
    x, y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    span = (x - wide / 2, x + wide / 2), (y - high / 2, y + high / 2)
    return Frame(*span, round(high * WIDTH / wide), earth=True)


def of_paper(points: int) -> Frame:
    """Show a layout of so many points, which lies between -1 and 1."""
    height = min(LEAST_PAPER + EACH * points, TALLEST)
    return Frame((-1.35, 1.35), (-1.2, 1.2), height, earth=False)


def crowd(points: Mapping[str, Point], without: Collection[str]) -> tuple[str, ...]:
    """Give the places that lie close together where most names have no room; maybe none."""
    near = nx.Graph()
    near.add_nodes_from(points)
    near.add_edges_from(
        (a, b)
        for a, at in points.items()
        for b, other in points.items()
        if a < b and hypot(at.x - other.x, at.y - other.y) < NEAR
    )
    crowds = [tuple(names) for names in nx.connected_components(near)]
    lost = [len(set(names) & set(without)) for names in crowds]
    most = max(range(len(crowds)), key=lost.__getitem__)
    return crowds[most] if lost[most] and 1 < len(crowds[most]) < len(points) else ()


def layout(frames: Sequence[Frame]) -> dict[str, Any]:
    """Give the part of a chart's layout that shows frames, one below the other."""
    if not frames[0].earth:
        bare = {"visible": False, "fixedrange": True}
        x, y = (list(span) for span in frames[0][:2])
        return {"xaxis": bare | {"range": x}, "yaxis": bare | {"range": y}}
    return dict(_geos(frames))


def height(frames: Sequence[Frame]) -> int:
    """Give the height of all of them in pixels."""
    return sum(frame.height for frame in frames) + GAP * (len(frames) - 1)


def _geos(frames: Sequence[Frame]) -> Iterator[tuple[str, Any]]:
    whole, below = height(frames), float(height(frames))
    for i, frame in enumerate(frames):
        top, below = below, below - frame.height
        yield (
            name_of(i),
            {
                "domain": {"x": [0, 1], "y": [max(below, 0.0) / whole, top / whole]},
                "projection": {"type": "mercator", "rotation": {"lon": sum(frame.x) / 2}},
                "lonaxis": {"range": list(frame.x)},
                "lataxis": {"range": [degrees(atan(sinh(radians(y)))) for y in frame.y]},
                "showland": True,
                "landcolor": LAND,
                "showcoastlines": False,
                "showframe": False,
                "showcountries": False,
                "resolution": 110,
                "bgcolor": "white",
            },
        )
        below -= GAP


def name_of(i: int) -> str:
    """Name the map that shows a frame: ``geo``, ``geo2``."""
    return f"geo{i + 1 if i else ''}"
