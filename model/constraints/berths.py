"""Berths: where a run at one facility stands, on what and from when, chosen at once."""

from collections.abc import Iterator
from typing import Final

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.instances.schema.demands import Demand

ROUNDING: Final = 1e-9
"""What is worked out to be less by no more than this share is as much."""

Key = tuple[str, str, str, str]
"""A run, a facility, an accelerator, and a period or a start."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Give each run that stands at one facility a berth: a facility, an accelerator and a start.

    .. math::
        \sum_{f, g} b_{dfgo} &= o_{do} \\
        s_{drft} &= A_{drt} \sum_{g,\, o \ni t} b_{dfgo} \\
        \sum_{z \in f} a_{dbzt} &= \Big\lceil \frac{A_{dt}}{n_b \, y_{dbt}} \Big\rceil
        \sum_{o \ni t} b_{dfgo} \\
        a_{dbzt} &\le \bar a_{dbzt} \sum_{o \ni t} b_{dfgo}

    where :math:`b` is 1 where run :math:`d` stands at facility :math:`f` on accelerator :math:`g`
    from start :math:`o` on, :math:`o \ni t` are the starts of which period :math:`t` is a part,
    :math:`s` is served, :math:`A` ``Demand.amount``, :math:`a` blocks assigned, :math:`n_b`
    ``Block.accelerators`` and :math:`y` ``Demand.yields``. The third row is of whole blocks where
    one type of the accelerator can stand there, the fourth of all others. There is a berth only
    where the whole run fits in.
    """
    facts = block.facts
    runs = {demand.name: demand for demand in instance.demands if has_a_berth(demand)}
    standing = _standing(block, runs)
    block.berth = pyo.Var(list(_berths(block, standing)), within=pyo.Binary)
    starting, taken = _sums(block)

    @block.Constraint([key for key in block.starts if key[0] in runs])
    def run_that_starts_has_a_berth(block: pyo.Block, d: str, start: str) -> pyo.Expression:
        return sum(starting.get((d, start), ())) == block.starts[d, start]

    @block.Constraint([key for key in facts.services if key[0] in runs])
    def served_at_its_berth(block: pyo.Block, d: str, r: str, f: str, t: str) -> pyo.Expression:
        berths = sum(taken.get((d, f, "", t), ()))
        return block.served[d, r, f, t] == facts.amount[d, r, t] * berths

    rounded = {
        key: kinds[0][0]
        for key, kinds in standing.items()
        if runs[key[0]].whole_blocks and len({kind for kind, _ in kinds}) == 1
    }

    @block.Constraint(list(rounded))
    def whole_blocks_at_its_berth(
        block: pyo.Block, d: str, f: str, g: str, t: str
    ) -> pyo.Expression:
        key = d, f, g, t
        count = block.pools.need(d, rounded[key], t)
        here = sum(block.assigned[d, kind, place, t] for kind, place in standing[key])
        return here == count * sum(taken.get(key, ()))

    @block.Constraint(
        [
            (d, kind, place, t)
            for (d, f, g, t), kinds in standing.items()
            if (d, f, g, t) not in rounded
            for kind, place in kinds
        ]
    )
    def assigned_only_at_its_berth(
        block: pyo.Block, d: str, kind: str, place: str, t: str
    ) -> pyo.Expression:
        chip = instance.blocks[kind].accelerator
        assigned = block.assigned[d, kind, place, t]
        return assigned <= assigned.ub * sum(taken.get((d, facts.facility_of[place], chip, t), ()))


def has_a_berth(demand: Demand) -> bool:
    """Say whether a demand is a run at one facility, of which nothing is held in reserve."""
    return (
        demand.run is not None
        and demand.most_facilities == 1
        and demand.together != "zone"
        and not demand.kept_after_facility
    )


def _standing(block: pyo.Block, runs: dict[str, Demand]) -> dict[Key, list[tuple[str, str]]]:
    """Give the block types and places of each run, facility, accelerator and period."""
    standing: dict[Key, list[tuple[str, str]]] = {}
    for d, kind, place, t in block.assignments:
        if d in runs:
            chip = block.facts.instance.blocks[kind].accelerator
            key = d, block.facts.facility_of[place], chip, t
            standing.setdefault(key, []).append((kind, place))
    return standing


def _berths(block: pyo.Block, standing: dict[Key, list[tuple[str, str]]]) -> Iterator[Key]:
    """Give the facilities, accelerators and starts with which the whole of a run fits in."""
    facts = block.facts
    units = {
        (d, f, g, t): sum(
            facts.units_per_block[d, kind, t] * block.assigned[d, kind, place, t].ub
            for kind, place in kinds
        )
        for (d, f, g, t), kinds in standing.items()
    }
    fits = {key for key, most in units.items() if most >= facts.total[key[::3]] * (1 - ROUNDING)}
    served = {key for key in facts.services if key[0] in facts.windows}
    for d, f, g in dict.fromkeys(key[:3] for key in standing):
        regions = facts.demands[d].regions
        for start, window in facts.windows[d].items():
            asked = [(d, r, t) for r in regions for t in window if (d, r, t) in facts.amount]
            if all((d, f, g, t) in fits for t in window) and all(
                (d, r, f, t) in served for d, r, t in asked
            ):
                yield d, f, g, start


def _sums(
    block: pyo.Block,
) -> tuple[dict[tuple[str, str], list[pyo.Var]], dict[Key, list[pyo.Var]]]:
    """Collect berths by run and start, and by period: of an accelerator, and of all as ``""``."""
    starting: dict[tuple[str, str], list[pyo.Var]] = {}
    taken: dict[Key, list[pyo.Var]] = {}
    for (d, f, g, start), berth in block.berth.items():
        starting.setdefault((d, start), []).append(berth)
        for t in block.facts.windows[d][start]:
            for chip in (g, ""):
                taken.setdefault((d, f, chip, t), []).append(berth)
    return starting, taken
