"""Routes beside an enumeration of every simple path: the same lengths, in every kind of corner."""

import math
from fractions import Fraction
from itertools import pairwise
from random import Random

import networkx as nx
import pytest

from gridblock.instances.routes import Routes


def drawn(random: Random) -> nx.MultiGraph:
    """Draw a net with cities in a ring, some chords, parallel links and places at a single link."""
    graph = nx.MultiGraph()
    cities = [f"c{i}" for i in range(random.randint(1, 6))]
    sites = [f"s{i}" for i in range(random.randint(2, 4))]
    graph.add_nodes_from([*cities, *sites])
    ends = [*pairwise(cities)]
    ends += [(cities[0], cities[-1])] if len(cities) > 2 else []
    ends += [tuple(random.sample(cities, 2)) for _ in range(3)] if len(cities) > 2 else []
    ends += [(random.choice(cities), site) for site in sites]
    ends += [(sites[0], sites[1])] if random.random() < 0.3 else []
    for number, (a, b) in enumerate(ends):
        graph.add_edge(a, b, key=f"l{number}", ms=float(random.choice((0, 1, 2, 2, 5, 0.1))))
    return graph


def enumerated(graph: nx.MultiGraph, start: str, end: str, lost: str = "") -> list[Fraction]:
    """Give the round trip of each simple path, shortest first."""
    every = nx.all_simple_edge_paths(graph, start, end)
    paths = [path for path in every if lost not in {link for _, _, link in path}]
    ms = nx.get_edge_attributes(graph, "ms")
    length = {key[2]: Fraction(repr(value)) for key, value in ms.items()}
    return sorted(sum((length[link] for _, _, link in path), Fraction(0)) for path in paths)


@pytest.mark.parametrize("seed", range(60))
def test_routes_are_the_shortest_simple_paths(seed: int) -> None:
    random = Random(seed)
    graph = drawn(random)
    routes = Routes(graph)
    for start in graph:
        for end in graph:
            if start == end:
                continue
            within, count = random.choice((math.inf, 7.0, 3.0)), random.randint(1, 5)
            every = [ms for ms in enumerated(graph, start, end) if ms <= within]
            found = routes.shortest(start, end, within, count)
            assert [route.ms for route in found] == every[:count]
            assert len({route.hops for route in found}) == len(found)
            for route in found:
                assert route.hops[0][1] == start
                lost = random.choice(route.hops)[0]
                left = [ms for ms in enumerated(graph, start, end, lost) if ms <= within]
                around = routes.without(lost, start, end, within)
                assert [route.ms for route in around] == left[:1]
