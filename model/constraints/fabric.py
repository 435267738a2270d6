"""Fabric: what the blocks of a demand exchange over the uplinks of the zones that it spans."""

import pyomo.environ as pyo

from gridblock.instances.instance import Instance

Key = tuple[str, str, str]
"""A demand, a zone with an uplink and a period."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Load the uplink of a zone where a demand stands both inside and outside of it.

    .. math::
        \sum_{b, z \in f \setminus l} a_{dbzt} &\le \bar a^{out}_{dlt} \, q_{dlt} \\
        e_{dlt} &\ge \Phi_d \Big( \sum_{b, z \in l} a_{dbzt}
        - \bar a^{in}_{dlt} \, (1 - q_{dlt}) \Big)

    where :math:`a` is assigned, :math:`q` 1 where demand :math:`d` spans zone :math:`l`, of
    facility :math:`f`, :math:`e` Gbps over its uplink, :math:`\Phi` ``fabric_gbps_per_block`` and
    :math:`\bar a` the most blocks that can be of use inside and outside. The uplink carries it
    beside the traffic of what is served inside.
    """
    woven = {
        d.name: d.fabric_gbps_per_block for d in instance.demands if d.fabric_gbps_per_block > 0
    }
    inside, outside = _sides(block, set(woven))
    spanned = [key for key in inside if key in outside]
    most = {
        key: tuple(sum(blocks.ub for blocks in side[key]) for side in (inside, outside))
        for key in spanned
    }
    block.spans_zone = pyo.Var(spanned, within=pyo.Binary)
    block.fabric = pyo.Var(
        spanned,
        within=pyo.NonNegativeReals,
        bounds=lambda _, d, path, t: (0, woven[d] * most[d, path, t][0]),
    )

    @block.Constraint(spanned)
    def stands_outside_only_where_it_spans_the_zone(
        block: pyo.Block, d: str, path: str, t: str
    ) -> pyo.Expression:
        key = d, path, t
        return sum(outside[key]) <= most[key][1] * block.spans_zone[key]

    @block.Constraint(spanned)
    def fabric_of_what_stands_inside(block: pyo.Block, d: str, path: str, t: str) -> pyo.Expression:
        key = d, path, t
        free = most[key][0] * (1 - block.spans_zone[key])
        return block.fabric[key] >= woven[d] * (sum(inside[key]) - free)

    for d, path, t in spanned:
        fabric = block.fabric_gbps[path, t]
        fabric.set_value(fabric.expr + block.fabric[d, path, t])


def _sides(
    block: pyo.Block, woven: set[str]
) -> tuple[dict[Key, list[pyo.Var]], dict[Key, list[pyo.Var]]]:
    """Collect what may stand of each demand inside a zone with an uplink, and outside of it."""
    facts = block.facts
    zones: dict[str, list[str]] = {}
    for path in dict.fromkeys(path for path, _ in block.fabric_gbps):
        zones.setdefault(facts.instance.places[path].facility, []).append(path)
    inside: dict[Key, list[pyo.Var]] = {}
    outside: dict[Key, list[pyo.Var]] = {}
    for d, kind, leaf, t in block.assignments:
        watched = zones.get(facts.facility_of[leaf], ()) if d in woven else ()
        if watched:  # Elsewhere blocks may be counted by facility, in no leaf.
            around = facts.instance.leaves[leaf].above
            for path in watched:
                side = inside if path in around else outside
                side.setdefault((d, path, t), []).append(block.assigned[d, kind, leaf, t])
    return inside, outside
