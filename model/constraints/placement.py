"""Placement: which blocks may serve which demand, and how a demand may be spread."""

import math
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.instances.schema.demands import Demand

Key = TypeVar("Key")

ROUNDING: Final = 1e-9
"""What is worked out to be less by no more than this share is as much."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Share powered blocks among demands, and keep each demand as close together as it asks.

    .. math::
        \sum_d a_{dbzt} &\le x_{bzt} \\
        \sum_r s_{drft} &\le \phi_d A_{dt} \\
        s_{drft} \le A_{drt} \, v_{dft}, \quad \sum_f v_{dft} &\le F_d \\
        s_{drft} &= A_{drt} \, v_{dft} \qquad (F_d = \sigma_d = 1) \\
        a_{dbzt} \le \bar a_{dbzt} \, w_{dgt}, \quad \sum_g w_{dgt} &\le 1 \\
        a_{dbzt} \le \bar a_{dbzt} \, q_{dzt}, \quad \sum_{z \in f} q_{dzt} &\le 1

    where :math:`a` is assigned, :math:`x` powered, :math:`s` served, :math:`A` ``Demand.amount``,
    :math:`\phi` ``max_share_per_facility``, :math:`F` ``max_facilities``, :math:`\sigma`
    ``min_share``; :math:`v, w, q` are 1 where demand :math:`d` uses facility :math:`f`, accelerator
    :math:`g` (``one_accelerator``), leaf place :math:`z` (``together: zone``), and :math:`\bar a`
    is the most blocks that it can use, or that can have power where more may be worth assigning.
    """
    _share_blocks(block)
    _spread(block, instance)
    _few_facilities(block, instance)
    _one_accelerator(block, instance)
    _one_zone(block, instance)


def _share_blocks(block: pyo.Block) -> None:
    """Share what is powered in each leaf place, and in each facility of which some is pooled."""
    leaves, facility_of = block.facts.instance.leaves, block.facts.facility_of
    takers: dict[tuple[str, str, str], list[pyo.Var]] = {}
    inside: dict[tuple[str, str, str], list[pyo.Var]] = {}
    for (_, kind, path, t), assigned in block.assigned.items():
        takers.setdefault((kind, path, t), []).append(assigned)
        if path in leaves and facility_of[path] != path:
            inside.setdefault((kind, facility_of[path], t), []).append(assigned)

    @block.Constraint(list(takers))
    def assigned_within_powered(block: pyo.Block, kind: str, path: str, t: str) -> pyo.Expression:
        if path in leaves:
            return sum(takers[kind, path, t]) <= block.powered[kind, path, t]
        blocks = (*takers[kind, path, t], *inside.get((kind, path, t), ()))
        return sum(blocks) <= sum(
            block.powered[kind, leaf, t]
            for leaf in block.facts.leaves_of[path]
            if (kind, leaf, t) in block.standing
        )


def _spread(block: pyo.Block, instance: Instance) -> None:
    """Keep what a demand is served at one facility within its largest share."""
    facts = block.facts
    share = {
        d.name: d.max_share_per_facility
        for d in instance.demands
        if d.max_share_per_facility is not None
    }
    served = served_at(block)

    @block.Constraint([key for key in served if share.get(key[0], 1) < 1])
    def served_at_most_max_share_per_facility(
        block: pyo.Block, d: str, f: str, t: str
    ) -> pyo.Expression:
        return sum(served[d, f, t]) <= share[d] * facts.total[d, t]


def served_at(block: pyo.Block) -> dict[tuple[str, str, str], list[pyo.Var]]:
    """Collect what is served of a demand at each facility, region by region."""
    served: dict[tuple[str, str, str], list[pyo.Var]] = {}
    for d, r, f, t in block.facts.services:
        served.setdefault((d, f, t), []).append(block.served[d, r, f, t])
    return served


def alternatives(pairs: Iterable[tuple[Key, str]]) -> dict[Key, tuple[str, ...]]:
    """Give what each may choose from, by what the choice is made for, where there are several."""
    found: dict[Key, dict[str, None]] = {}
    for key, choice in pairs:
        found.setdefault(key, {})[choice] = None
    return {key: tuple(choices) for key, choices in found.items() if len(choices) > 1}


def _few_facilities(block: pyo.Block, instance: Instance) -> None:
    """Let a demand use few facilities, and be served and assigned blocks only there."""
    facts = block.facts
    asks = {d.name: d for d in instance.demands if d.run is None}
    most = {name: demand.max_facilities or math.inf for name, demand in asks.items()}
    served = served_at(block)
    stands = ((d, facts.facility_of[path], t) for d, _, path, t in block.assignments)
    choices = alternatives(((d, t), f) for d, f, t in (*served, *stands) if d in asks)
    binding = {
        (d, t): facilities
        for (d, t), facilities in choices.items()
        if asks[d].interconnect or len(facilities) > most[d]
    }
    block.uses_facility = pyo.Var(
        [(d, f, t) for (d, t), facilities in binding.items() for f in facilities], within=pyo.Binary
    )
    _served_where_used(block, asks, served, binding)

    @block.Constraint(
        [
            (d, kind, path, t)
            for d, kind, path, t in block.assignments
            if (d, t) in binding and facts.beyond_use.may_pay(facts.facility_of[path], t)
        ]
    )
    def assigned_only_where_used(
        block: pyo.Block, d: str, kind: str, path: str, t: str
    ) -> pyo.Expression:
        assigned = block.assigned[d, kind, path, t]
        return assigned <= assigned.ub * block.uses_facility[d, facts.facility_of[path], t]

    @block.Constraint([(d, t) for d, t in binding if len(binding[d, t]) > most[d]])
    def at_most_max_facilities(block: pyo.Block, d: str, t: str) -> pyo.Expression:
        return sum(block.uses_facility[d, f, t] for f in binding[d, t]) <= most[d]


def _served_where_used(
    block: pyo.Block,
    asks: Mapping[str, Demand],
    served: Mapping[tuple[str, str, str], list[pyo.Var]],
    binding: Mapping[tuple[str, str], tuple[str, ...]],
) -> None:
    """Link what is served to the facilities used: by region, and where there are several, in all.

    A demand that takes one facility and all of its amount is served wholly where it stands.
    """
    facts, servable = block.facts, block.bounds.servable
    whole = {
        (d, f, t)
        for d, f, t in served
        if (d, t) in binding and asks[d].max_facilities == 1 and asks[d].min_share == 1
    }
    fits = {key for key in whole if servable(*key) >= facts.total[key[::2]] * (1 - ROUNDING)}

    @block.Constraint([key for key in facts.services if (key[0], *key[2:]) in whole])
    def all_served_where_used(block: pyo.Block, d: str, r: str, f: str, t: str) -> pyo.Expression:
        return block.served[d, r, f, t] == facts.amount[d, r, t] * block.uses_facility[d, f, t]

    @block.Constraint(
        [k for k in facts.services if (k[0], k[3]) in binding and (k[0], *k[2:]) not in fits]
    )
    def served_only_where_used(block: pyo.Block, d: str, r: str, f: str, t: str) -> pyo.Expression:
        units = min(facts.amount[d, r, t], servable(d, f, t))
        return block.served[d, r, f, t] <= units * block.uses_facility[d, f, t]

    @block.Constraint(
        [k for k in served if k[::2] in binding and len(served[k]) > 1 and k not in fits]
    )
    def served_together_only_where_used(block: pyo.Block, d: str, f: str, t: str) -> pyo.Expression:
        return sum(served[d, f, t]) <= servable(d, f, t) * block.uses_facility[d, f, t]


def _one_accelerator(block: pyo.Block, instance: Instance) -> None:
    """Let a demand that asks for it use one accelerator at a time."""
    picky = {d.name for d in instance.demands if d.one_accelerator and d.run is None}
    chip = {kind: b.accelerator for kind, b in instance.blocks.items()}
    linked = [key for key in block.assignments if key[0] in picky]
    binding = alternatives(((d, t), chip[kind]) for d, kind, _, t in linked)
    block.uses_accelerator = pyo.Var(
        [(d, g, t) for (d, t), chips in binding.items() for g in chips], within=pyo.Binary
    )

    @block.Constraint([key for key in linked if (key[0], key[3]) in binding])
    def assigned_only_of_the_accelerator_used(
        block: pyo.Block, d: str, kind: str, path: str, t: str
    ) -> pyo.Expression:
        assigned = block.assigned[d, kind, path, t]
        return assigned <= assigned.ub * block.uses_accelerator[d, chip[kind], t]

    @block.Constraint(list(binding))
    def one_accelerator(block: pyo.Block, d: str, t: str) -> pyo.Expression:
        return sum(block.uses_accelerator[d, g, t] for g in binding[d, t]) <= 1


def _one_zone(block: pyo.Block, instance: Instance) -> None:
    """Let a demand that asks for it use one zone of each facility at a time."""
    facts = block.facts
    close = {d.name for d in instance.demands if d.together == "zone"}
    binding = alternatives(
        ((d, facts.facility_of[path], t), path) for d, _, path, t in block.assignments if d in close
    )
    block.uses_zone = pyo.Var(
        [(d, path, t) for (d, _, t), paths in binding.items() for path in paths], within=pyo.Binary
    )

    @block.Constraint(
        [
            (d, k, p, t)
            for d, k, p, t in block.assignments
            if (d, facts.facility_of[p], t) in binding
        ]
    )
    def assigned_only_in_the_zone_used(
        block: pyo.Block, d: str, kind: str, path: str, t: str
    ) -> pyo.Expression:
        assigned = block.assigned[d, kind, path, t]
        return assigned <= assigned.ub * block.uses_zone[d, path, t]

    @block.Constraint(list(binding))
    def together_in_one_zone(block: pyo.Block, d: str, f: str, t: str) -> pyo.Expression:
        return sum(block.uses_zone[d, path, t] for path in binding[d, f, t]) <= 1
