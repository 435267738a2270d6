"""Interconnect: what a demand needs between every two facilities that it uses."""

from itertools import permutations

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.appetite import asks_to_spend
from gridblock.model.constraints.berths import JOINED

LEAST = 1e-3
"""The share of a block with which a facility is used, where being used is worth something."""
Ways = dict[tuple[str, str, str, str], pyo.Expression]
"""At least 1 where a demand uses two facilities at once, by demand, from, to and period."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Reserve capacity between every two facilities that a demand uses, in both directions.

    .. math::
        \sum_{p \in P_d(f, g)} c_{dfgpt} &\ge \Gamma_d \, (v_{dft} + v_{dgt} - 1) \\
        v_{dft} + v_{dgt} &\le 1 \qquad \text{where } P_d(f, g) \text{ is empty}

    where :math:`v` is 1 where demand :math:`d` with ``interconnect`` uses facility :math:`f`,
    :math:`P_d` the tunnels within ``Interconnect.max_ms``, :math:`c` what is reserved on them and
    :math:`\Gamma` ``Interconnect.gbps``. A run uses its facilities while it is under way:
    :math:`v_{df} + v_{dg} + \alpha_{dt} - 2`. Links carry what is reserved beside their traffic.
    With ``routing: any`` it flows over all links and is conserved at each place. Where a limit asks
    for spending, the first row holds with equality where both are used, nothing is reserved
    elsewhere, and a facility is used only if :data:`LEAST` of a block stands there.
    """
    facts = block.facts
    asks = {d.name: d.interconnect for d in instance.demands if d.interconnect is not None}
    ways = _ways(block, instance)
    tunnels = {
        (d, f, g): facts.tunnels_between(facts.demands[d], f, g)
        for d, f, g in dict.fromkeys(key[:3] for key in ways)
    }
    apart = [key for key in ways if not tunnels[key[:3]] and key[1:3] == _ordered(instance, key)]
    linked = [key for key in ways if tunnels[key[:3]] and instance.network.links]
    block.reserved_tunnel = pyo.Var(
        [(d, f, g, i, t) for d, f, g, t in linked for i in range(len(tunnels[d, f, g]))],
        within=pyo.NonNegativeReals,
        bounds=lambda _, d, *__: (0, asks[d].gbps),
    )

    @block.Constraint(apart)
    def facilities_too_far_apart_not_used_together(
        block: pyo.Block, d: str, f: str, g: str, t: str
    ) -> pyo.Expression:
        return ways[d, f, g, t] <= 0

    @block.Constraint(linked)
    def interconnect_reserved_between_facilities_used(
        block: pyo.Block, d: str, f: str, g: str, t: str
    ) -> pyo.Expression:
        reserved = sum(block.reserved_tunnel[d, f, g, i, t] for i in range(len(tunnels[d, f, g])))
        return reserved >= asks[d].gbps * ways[d, f, g, t]

    if asks_to_spend(instance):
        _only_where_used(block, {name: asks[name].gbps for name in asks}, linked)
    if instance.network.routing == "any":
        _arcs(block, instance)
        return
    for d, f, g, i, t in block.reserved_tunnel:
        for link, start in tunnels[d, f, g][i].hops:
            _carry(block, link, start, t, block.reserved_tunnel[d, f, g, i, t])


def _only_where_used(
    block: pyo.Block, gbps: dict[str, float], linked: list[tuple[str, str, str, str]]
) -> None:
    """Reserve nothing that is not asked for, where a limit is easier to keep by paying for it."""
    facts = block.facts
    reserved: dict[tuple[str, str, str, str], list[pyo.Var]] = {}
    for d, f, g, i, t in block.reserved_tunnel:
        reserved.setdefault((d, f, g, t), []).append(block.reserved_tunnel[d, f, g, i, t])
    standing: dict[tuple[str, str, str], list[pyo.Var]] = {}
    for d, kind, path, t in block.assignments:
        here = block.assigned[d, kind, path, t]
        standing.setdefault((d, facts.facility_of[path], t), []).append(here)
    ends = {(d, f, g, end, t) for d, f, g, t in linked for end in (f, g)}

    uses = {(*key, i): use for key in sorted(ends) for i, use in enumerate(_uses(block, *key))}

    @block.Constraint(list(uses))
    def interconnect_reserved_only_between_facilities_used(
        block: pyo.Block, d: str, f: str, g: str, end: str, t: str, i: int
    ) -> pyo.Expression:
        return sum(reserved[d, f, g, t]) <= gbps[d] * uses[d, f, g, end, t, i]

    @block.Constraint(sorted(ends))
    def facility_used_only_by_blocks_there(
        block: pyo.Block, d: str, f: str, g: str, end: str, t: str
    ) -> pyo.Expression:
        use = _uses(block, d, f, g, end, t)
        return sum(standing.get((d, end, t), ())) >= LEAST * (sum(use) - len(use) + 1)


def _uses(block: pyo.Block, d: str, f: str, g: str, end: str, t: str) -> list[pyo.Expression]:
    """Give what is 0 or 1 each, and all 1 only where a demand uses one of two facilities.

    A run at both has a berth there, which says so of both at once.
    """
    if (d, end, t) in block.uses_facility:
        return [block.uses_facility[d, end, t]]
    if (d, end) in block.run_uses_facility:
        return [block.run_uses_facility[d, end], block.under_way[d, t]]
    names = (JOINED.join(two) for two in ((f, g), (g, f)))
    return [sum(berth for name in names for berth in block.berths_at.get((d, name, "", t), ()))]


def _ways(block: pyo.Block, instance: Instance) -> Ways:
    """Give where two facilities may be used at once, in both directions."""
    facts = block.facts
    connected = {d.name for d in instance.demands if d.interconnect is not None}
    together: dict[tuple[str, str], list[str]] = {}
    for d, f, t in block.uses_facility:
        if d in connected:
            together.setdefault((d, t), []).append(f)
    ways: Ways = {}
    for (d, t), facilities in together.items():
        for f, g in permutations(facilities, 2):
            ways[d, f, g, t] = block.uses_facility[d, f, t] + block.uses_facility[d, g, t] - 1
    for d, name, chip, t in block.berths_at:
        if d in connected and not chip and JOINED in name:
            f, g = name.split(JOINED)
            both = sum(block.berths_at[d, name, chip, t])
            ways[d, f, g, t] = ways[d, g, f, t] = both
    stands: dict[str, list[str]] = {}
    for d, f in block.run_uses_facility:
        if d in connected:
            stands.setdefault(d, []).append(f)
    for d, facilities in stands.items():
        for f, g in permutations(facilities, 2):
            both = block.run_uses_facility[d, f] + block.run_uses_facility[d, g]
            for t in facts.asking(d):
                ways[d, f, g, t] = both + block.under_way[d, t] - 2
    return ways


def _ordered(instance: Instance, key: tuple[str, str, str, str]) -> tuple[str, ...]:
    """Give the two facilities of a key in the order of the instance."""
    return tuple(facility for facility in instance.facilities if facility in key[1:3])


def _carry(block: pyo.Block, link: str, start: str, t: str, gbps: pyo.Expression) -> None:
    """Add to what is reserved on a link, entered at one of its ends."""
    reserved = block.reserved_gbps[link, start, t]
    reserved.set_value(reserved.expr + gbps)


def _arcs(block: pyo.Block, instance: Instance) -> None:
    """Let what is reserved between two facilities flow over both directions of each link."""
    arcs = [
        (link.label, a, b)
        for link in instance.network.links
        for a, b in (link.between, link.between[::-1])
    ]
    most = {key: v.ub for key, v in block.reserved_tunnel.items()}
    block.reserved_arc = pyo.Var(
        [
            (d, f, g, link, a, t)
            for d, f, g, _, t in most
            for link, a, b in arcs
            if f != b and g != a
        ],
        within=pyo.NonNegativeReals,
        bounds=lambda _, d, f, g, link, a, t: (0, most[d, f, g, 0, t]),
    )
    moves: dict[tuple[str, str, str, str, str], list[pyo.Expression]] = {}
    other = {(link, a): b for link, a, b in arcs}
    for d, f, g, link, a, t in block.reserved_arc:
        gbps = block.reserved_arc[d, f, g, link, a, t]
        moves.setdefault((d, f, g, a, t), []).append(gbps)
        moves.setdefault((d, f, g, other[link, a], t), []).append(-gbps)
        _carry(block, link, a, t, gbps)

    @block.Constraint(list(moves))
    def interconnect_conserved(
        block: pyo.Block, d: str, f: str, g: str, place: str, t: str
    ) -> pyo.Expression:
        starts = {f: block.reserved_tunnel[d, f, g, 0, t], g: -block.reserved_tunnel[d, f, g, 0, t]}
        return sum(moves[d, f, g, place, t]) == starts.get(place, 0)
