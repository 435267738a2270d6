"""From the values of a solved model to what is reserved between facilities, path by path."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import permutations
from typing import Final

import pyomo.environ as pyo

from gridblock.model.facts import Facts
from gridblock.model.plan import Assignment, InterconnectFlow

NOTHING: Final = 1e-9
"""A share of what is reserved below which a path is a solver's rounding."""

Pair = tuple[str, str, str, str]
"""A demand, two facilities and a period."""
Arcs = dict[tuple[str, str], float]
"""Gbps by link and the place that it is entered from."""
Paths = dict[tuple[str, ...], float]


def reservations(
    model: pyo.Block, assigned: Mapping[Assignment, float]
) -> dict[InterconnectFlow, float]:
    """Read what is reserved off a model whose variables hold a solution.

    What is reserved between facilities that the demand does not use, or beyond what it asks for, is
    given back: that costs nothing.
    """
    facts: Facts = model.facts
    found = _over_arcs(model) if model.component("reserved_arc") else _over_tunnels(model)
    flows: dict[InterconnectFlow, float] = {}
    for demand, start, end, t in _used(facts, assigned):
        asks = facts.demands[demand].interconnect
        paths = found.get((demand, start, end, t), {})
        total = sum(paths.values())
        if asks is None or not total:
            continue
        for links, gbps in paths.items():
            kept = float(f"{gbps * min(1.0, asks.gbps / total):.12g}")
            if kept > NOTHING * max(1.0, asks.gbps):
                flows[InterconnectFlow(demand, start, end, links, t)] = kept
    return flows


def _used(facts: Facts, assigned: Mapping[Assignment, float]) -> list[Pair]:
    """Give the facilities that a demand uses at once; a run uses all of its own throughout."""
    at: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    over: dict[str, dict[str, None]] = defaultdict(dict)
    for demand, _, place, t in assigned:
        at[demand, t][facts.facility_of[place]] = None
        over[demand][facts.facility_of[place]] = None
    return [
        (demand, start, end, t)
        for (demand, t), facilities in at.items()
        for start, end in permutations(over[demand] if demand in facts.windows else facilities, 2)
    ]


def _over_tunnels(model: pyo.Block) -> dict[Pair, Paths]:
    facts: Facts = model.facts
    found: dict[Pair, Paths] = defaultdict(dict)
    for (demand, start, end, i, t), gbps in model.reserved_tunnel.items():
        if gbps.value:
            tunnel = facts.tunnels_between(facts.demands[demand], start, end)[i]
            found[demand, start, end, t][tunnel.links] = max(gbps.value, 0.0)
    return found


def _over_arcs(model: pyo.Block) -> dict[Pair, Paths]:
    ends = {link.label: link.between for link in model.facts.instance.network.links}
    flows: dict[Pair, Arcs] = defaultdict(dict)
    for (demand, start, end, link, place, t), gbps in model.reserved_arc.items():
        flows[demand, start, end, t][link, place] = gbps.value or 0.0
    return {pair: paths_of(arcs, pair[1], pair[2], ends) for pair, arcs in flows.items()}


def paths_of(
    arcs: Arcs, start: str, end: str, ends: Mapping[str, tuple[str, str]]
) -> dict[tuple[str, ...], float]:
    """Take a flow apart into paths that visit no place twice; what goes in circles is left.

    Args:
        arcs: the flow over each link, by the place that it is entered from.
        start: where the flow begins.
        end: where it ends.
        ends: the two places that each link joins.
    """
    left = {arc: gbps for arc, gbps in arcs.items() if gbps > NOTHING}
    paths: Paths = {}
    while (links := _path(left, start, end, ends)) is not None:
        gbps = min(left[arc] for arc in links)
        for arc in links:
            left[arc] -= gbps
            if left[arc] <= NOTHING:
                del left[arc]
        paths[tuple(link for link, _ in links)] = gbps
    return paths


def _path(
    arcs: Arcs, start: str, end: str, ends: Mapping[str, tuple[str, str]]
) -> list[tuple[str, str]] | None:
    """Find a path of few links over arcs with a flow, breadth first."""
    came: dict[str, tuple[str, str]] = {}
    reached = [start]
    for place in reached:
        for link, entered in arcs:
            a, b = ends[link]
            after = b if entered == a else a
            if entered == place and after not in came and after != start:
                came[after] = link, place
                reached.append(after)
    if end not in came:
        return None
    path, place = [], end
    while place != start:
        path.append(came[place])
        place = came[place][1]
    return path[::-1]
