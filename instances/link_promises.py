"""Promises for the loss of a link that have no effect, or that nothing can keep."""

import math
from collections.abc import Iterator
from itertools import pairwise

import networkx as nx

from gridblock.instances.network import graph_of
from gridblock.instances.prospects import ROUNDING, Oddities
from gridblock.instances.schema.demands import Demand
from gridblock.instances.schema.fields import Fields


def of_link_promises(given: Fields) -> Oddities:
    """Find promises without a link or a region, and links that a region cannot do without."""
    for i, demand in enumerate(given.demands):
        here = ("demands", i, "survive", "link")
        if demand.survive is None or demand.survive.link is None:
            continue
        if not demand.from_:
            yield here, "has no effect without `from`: no link carries the demand; leave it out"
        elif not given.network.links:
            yield here, "has no effect without links in `network`; add some, or leave it out"
        else:
            for region in demand.from_:
                for link in _indispensable(given, demand, region):
                    message = f"cannot be kept for {region} without link {link}, which every path"
                    within = "" if demand.max_ms is None else f" within {demand.max_ms:g} ms"
                    what = "so that all of it from there stays unmet"
                    yield here, f"{message} to its facilities{within} takes, {what}; add a link"


def _indispensable(given: Fields, demand: Demand, region: str) -> Iterator[str]:
    """Give the links of the nearest path without which no facility of a demand is reached."""
    graph = graph_of(given)
    for _, _, link in graph.edges(data=True):
        link["ms"] = link["ms"] or 0.0
    bound = math.inf if demand.max_ms is None else demand.max_ms * (1 + ROUNDING)
    facilities = set(given.chosen(demand.where))

    def nearest(graph: nx.MultiGraph) -> list[str] | None:
        lengths, paths = nx.single_source_dijkstra(graph, region, weight="ms")
        near = [place for place in lengths if place in facilities and lengths[place] <= bound]
        return paths[near[0]] if near else None

    path = nearest(graph)
    for a, b in pairwise(path or ()):
        link = min(graph[a][b], key=lambda name: graph[a][b][name]["ms"])
        if nearest(nx.restricted_view(graph, [], [(a, b, link)])) is None:
            yield link
