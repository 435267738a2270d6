"""How much of what regions ask for facilities can serve, exactly, as a flow."""

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Final

import networkx as nx

Reach = tuple[str, ...]
"""The facilities that some regions reach."""
START: Final = ("start",)
END: Final = ("end",)


def most_served(asked: Mapping[Reach, Fraction], ready: Mapping[str, Fraction]) -> Fraction:
    """Give the most that facilities serve of what is asked for, each region where it reaches.

    Args:
        asked: units asked for by regions, by the facilities that they reach.
        ready: units that each facility can serve; none where it is not named.
    """
    return _cut(asked, ready)[0]


def share_served(asked: Mapping[Reach, Fraction], ready: Mapping[str, Fraction]) -> Fraction:
    """Give the largest share, up to 1, of what each region asks for that is served of all at once.

    A share that is too large leaves some regions short; they and what they reach bound it.
    """
    share = Fraction(1)
    while True:
        wanted = {reach: share * units for reach, units in asked.items() if units > 0}
        served, short = _cut(wanted, ready)
        if served == sum(wanted.values()):
            return share
        there = {facility for reach in short for facility in reach}
        most = sum((ready.get(facility, Fraction(0)) for facility in there), Fraction(0))
        share = most / sum(asked[reach] for reach in short)


def _cut(
    asked: Mapping[Reach, Fraction], ready: Mapping[str, Fraction]
) -> tuple[Fraction, list[Reach]]:
    """Give the most that is served, and the regions on the near side of a least cut."""
    total = sum(asked.values(), Fraction(0))
    if len(asked) == 1:
        (reach,) = asked
        most = sum((ready.get(facility, Fraction(0)) for facility in reach), Fraction(0))
        return min(total, most), [reach] if most < total else []
    whole = lcm(*(f.denominator for f in (*asked.values(), *ready.values())))
    graph = nx.DiGraph()
    graph.add_nodes_from((START, END))
    for number, (reach, units) in enumerate(asked.items()):
        graph.add_edge(START, (number,), capacity=int(units * whole))
        graph.add_edges_from(((number,), facility) for facility in reach if ready.get(facility))
    for facility, units in ready.items():
        graph.add_edge(facility, END, capacity=int(units * whole))
    value, (near, _) = nx.minimum_cut(graph, START, END)
    return Fraction(value, whole), [
        reach for number, reach in enumerate(asked) if (number,) in near
    ]
