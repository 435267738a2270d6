"""Shortest paths of a network, looked for only where they can be.

A path no longer than some length keeps to places whose ways to both ends add up to no more than
that. So the search for the shortest simple paths (Yen's, of networkx) begins with the few places
that short ones lead through, and takes in more where those do not suffice. A place at the end of a
single link is no way through: its paths are those of its neighbour, with that link before or after.
"""

import math
from collections.abc import Collection, Iterator
from fractions import Fraction
from itertools import islice
from typing import Final, NamedTuple

import networkx as nx

ROUNDING: Final = 1 + 1e-9
"""What sums of distances may be off by."""
FURTHER: Final = (1.3, 2.6)
"""How much longer than the shortest path others are looked for, before they are anywhere."""

Node = tuple[int, str]
"""A place ``(0, name)``, or a link ``(1, name)``, which is a node between its ends, since shortest
simple paths need a simple graph."""


class Route(NamedTuple):
    """A path: each link with the place that it is entered from, and its round-trip time."""

    hops: tuple[tuple[str, str], ...]
    ms: Fraction


class Routes:
    """The shortest paths of a network."""

    def __init__(self, graph: nx.MultiGraph) -> None:
        """Take a network.

        Args:
            graph: places, with links as edges keyed by name that know their ``ms``.
        """
        self._graph = graph
        self._split = nx.Graph()
        self._split.add_nodes_from((0, place) for place in graph)
        self._ms: dict[str, Fraction] = {}
        for a, b, link, ms in graph.edges(keys=True, data="ms"):
            self._ms[link] = Fraction(repr(ms))
            self._split.add_edge((0, a), (1, link), ms=ms / 2)
            self._split.add_edge((1, link), (0, b), ms=ms / 2)
        self._near: dict[Node, list[tuple[Node, Fraction]]] = {
            node: [(other, edge["ms"]) for other, edge in around.items()]
            for node, around in self._split.adjacency()
        }
        alone = {place for place in graph if graph.degree(place) <= 1}
        self._dead_ends: set[Node] = {(0, place) for place in alone}
        self._dead_ends |= {(1, link) for _, _, link in graph.edges(alone, keys=True)}
        self._distances: dict[str, dict[Node, float]] = {}
        self._found: dict[tuple[str, str], tuple[float, int, list[Route]]] = {}

    def shortest(self, start: str, end: str, within: float, count: int) -> list[Route]:
        """Give the shortest paths from one place to another, nearest first.

        Args:
            start: where they begin.
            end: where they lead.
            within: the longest that they may be, in ms.
            count: the most that are wanted.
        """
        first = self._only_link(start)
        last = self._only_link(end) if first is None or first[1] != end else None
        begins, ends = (start if first is None else first[1]), (end if last is None else last[1])
        before = () if first is None else ((first[0], start),)
        after = () if last is None else (last,)
        around = sum((self._ms[link] for link, _ in (*before, *after)), Fraction(0))
        inner = self._between(begins, ends, within - float(around), count)
        whole = (Route((*before, *hops, *after), around + ms) for hops, ms in inner)
        return [route for route in whole if float(route.ms) <= within]

    def without(self, lost: str, start: str, end: str, within: float) -> list[Route]:
        """Give the shortest path that avoids a link, if there is one within a bound."""
        return self._search(start, end, within, 1, lost)

    def _only_link(self, place: str) -> tuple[str, str] | None:
        """Give the link of a place that has just one, and the place at its other end."""
        if self._graph.degree(place) != 1:
            return None
        _, other, link = next(iter(self._graph.edges(place, keys=True)))
        return link, other

    def _between(self, start: str, end: str, within: float, count: int) -> list[Route]:
        """Give paths as ``shortest`` does, remembering those that were found before."""
        if start == end:
            return [Route((), Fraction(0))]
        known = self._found.get((start, end))
        if known is None or known[0] < within or known[1] < count:
            known = within, count, self._search(start, end, within, count)
            self._found[start, end] = known
        return known[2][:count]

    def _search(
        self, start: str, end: str, within: float, count: int, lost: str | None = None
    ) -> list[Route]:
        least = self._from(start).get((0, end), math.inf)
        if least > within * ROUNDING or math.isinf(least):
            return []
        for length in (*(least * further for further in FURTHER), math.inf):
            inside = self._around(start, end, min(length, within))
            simple = self._simple({node: None for node in inside if node != (1, lost)}, start, end)
            found = list(islice(simple, count))
            if length >= within or (len(found) == count and float(found[-1].ms) <= length):
                break
        return [route for route in found if float(route.ms) <= within]

    def _around(self, start: str, end: str, length: float) -> Iterator[Node]:
        """Give what a path of some length from one place to another can lead through."""
        there, most = self._from(end), length * ROUNDING
        ends = {(0, start), (0, end)}
        ends |= {node for each in ends if each in self._dead_ends for node in self._split[each]}
        for node, ms in self._from(start).items():
            if ms + there[node] <= most and (node not in self._dead_ends or node in ends):
                yield node

    def _from(self, place: str) -> dict[Node, float]:
        """Give how far everything is from a place, nearest first."""
        if place not in self._distances:
            self._distances[place] = nx.single_source_dijkstra_path_length(
                self._split, (0, place), weight="ms"
            )
        return self._distances[place]

    def _simple(self, inside: Collection[Node], start: str, end: str) -> Iterator[Route]:
        """Give the simple paths between two places that keep to some nodes, shortest first."""
        graph = nx.Graph()
        graph.add_nodes_from(inside)
        near = self._near
        graph.add_weighted_edges_from(
            ((node, other, ms) for node in inside for other, ms in near[node] if other in inside),
            weight="ms",
        )
        if not nx.has_path(graph, (0, start), (0, end)):
            return
        for path in nx.shortest_simple_paths(graph, (0, start), (0, end), weight="ms"):
            yield self._route(path)

    def _route(self, path: list[Node]) -> Route:
        hops = tuple(
            (link, place) for (_, place), (_, link) in zip(path[::2], path[1::2], strict=False)
        )
        return Route(hops, sum((self._ms[link] for link, _ in hops), Fraction(0)))
