"""Where places are drawn: at their coordinates, or as a graph that is laid out; and their names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import asinh, atan2, cos, degrees, hypot, radians, sin, tan
from typing import Final, NamedTuple

import networkx as nx

from gridblock.instances.instance import Instance

SEED: Final = 7
NORTHMOST: Final = 83.0
DENSE: Final = 4.0
"""Points of a line that names keep off, in each degree."""
LETTER: Final = 6.6
"""Width of a letter in pixels, on average."""
LINE: Final = 15.0
"""Height of a line of text in pixels."""
SIDES: Final = {
    "middle right": (1, 0),
    "middle left": (-1, 0),
    "top center": (0, 1),
    "bottom center": (0, -1),
    "top right": (1, 1),
    "bottom right": (1, -1),
    "top left": (-1, 1),
    "bottom left": (-1, -1),
}
"""Where a name may stand beside its point, in the order of trying: across and up."""


class Point(NamedTuple):
    """A point of a map: degrees east and north, or units of a layout."""

    x: float
    y: float


class Box(NamedTuple):
    """What a point or a name covers, in pixels."""

    left: float
    low: float
    right: float
    high: float

    def meets(self, other: "Box") -> bool:
        """Say whether two boxes overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.low < other.high and other.low < self.high

    def covers(self, at: Point) -> bool:
        """Say whether a point lies in the box."""
        return self.left <= at.x <= self.right and self.low <= at.y <= self.high


def on_earth(instance: Instance, places: Iterable[str]) -> dict[str, Point] | None:
    """Give the coordinates of places; None unless all have some.

    Degrees east go on beyond 180 where that keeps the places together: across the Pacific.
    """
    points = {}
    for name in places:
        at = instance.position(name)
        if at is None:
            return None
        points[name] = Point(at.lon, max(min(at.lat, NORTHMOST), -NORTHMOST))
    first = _first_degree([point.x for point in points.values()])
    return {n: Point(p.x + 360 * (p.x < first), p.y) for n, p in points.items()} or None


def _first_degree(lons: list[float]) -> float:
    """Give the degrees east that follow the widest gap."""
    ring = sorted(set(lons))
    if len(ring) < 2:
        return -180.0
    gaps = [(b - a, b) for a, b in pairwise(ring)]
    return max((ring[0] + 360 - ring[-1], ring[0]), *gaps)[1]


def between(a: Point, b: Point, most: int, *, earth: bool) -> list[Point]:
    """Give points on the way between two points, at most so many: on Earth the shortest way."""
    long = hypot(b.x - a.x, b.y - a.y) * (1.0 if earth else 90.0)
    count = min(max(round(DENSE * long), 2), max(most, 2))
    steps = [i / count for i in range(1, count)]
    if not earth:
        return [Point(a.x + (b.x - a.x) * f, a.y + (b.y - a.y) * f) for f in steps]
    start, end = _on_sphere(a), _on_sphere(b)
    ways = ([p + (q - p) * f for p, q in zip(start, end, strict=True)] for f in steps)
    points = [Point(degrees(atan2(y, x)), degrees(atan2(z, hypot(x, y)))) for x, y, z in ways]
    return [Point(p.x + 360 * round((a.x + (b.x - a.x) / 2 - p.x) / 360), p.y) for p in points]


def _on_sphere(at: Point) -> tuple[float, float, float]:
    east, north = radians(at.x), radians(at.y)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


def mercator(latitude: float) -> float:
    """Give how far north a latitude lies on a map in Mercator's projection, in degrees."""
    return degrees(asinh(tan(radians(latitude))))


def laid_out(places: Iterable[str], edges: Iterable[tuple[str, str]]) -> dict[str, Point]:
    """Lay places out so that those with an edge lie close: the same each time."""
    graph = nx.Graph()
    graph.add_nodes_from(places)
    graph.add_edges_from((a, b) for a, b in edges if a != b)
    if len(graph) == 1:
        return {name: Point(0.0, 0.0) for name in graph}
    found = nx.spring_layout(graph, seed=SEED, iterations=100)
    return {name: Point(float(x), float(y)) for name, (x, y) in found.items()}


def label_sides(
    pixels: Mapping[str, Point],
    sizes: Mapping[str, float],
    letters: Mapping[str, int],
    lines: Sequence[Point],
) -> dict[str, str]:
    """Say on which side of each point its name stands, so that nothing is covered.

    Args:
        pixels: points, in pixels to the right and up, those first whose names matter most.
        sizes: the diameter of each point in pixels.
        letters: how many letters of each name are shown.
        lines: points of lines, of which names had better cover few.

    Returns:
        The sides, for the names that there is room for.
    """
    dots = {name: _dot(at, sizes[name]) for name, at in pixels.items()}
    named: list[Box] = []
    sides = {}
    for name, at in pixels.items():
        taken = [*named, *(dot for other, dot in dots.items() if other != name)]
        reach = LETTER * letters[name] + sizes[name], LINE + sizes[name]
        around = Box(at.x - reach[0], at.y - reach[1], at.x + reach[0], at.y + reach[1])
        near = [point for point in lines if around.covers(point)]
        free = [
            (sum(box.covers(point) for point in near), i, side, box)
            for i, (side, box) in enumerate(_boxes(letters[name], at, sizes[name]))
            if not any(box.meets(other) for other in taken)
        ]
        if free:
            _, _, sides[name], box = min(free)
            named.append(box)
    return sides


def _dot(at: Point, size: float) -> Box:
    half = size / 2
    return Box(at.x - half, at.y - half, at.x + half, at.y + half)


def _boxes(letters: int, at: Point, size: float) -> Iterator[tuple[str, Box]]:
    """Give what a name would cover on each side of its point."""
    wide, half = LETTER * letters, size / 2 + 1
    for side, (across, up) in SIDES.items():
        slant = 0.7 if across and up else 1.0
        left = at.x - wide / 2 if not across else at.x + slant * across * half
        left -= wide if across < 0 else 0
        low = at.y - LINE / 2 if not up else at.y + slant * up * half - (LINE if up < 0 else 0)
        yield side, Box(left, low, left + wide, low + LINE)
