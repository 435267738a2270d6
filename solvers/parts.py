"""The parts of what is planned tier by tier, and the caps on what later tiers may take."""

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np
import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.decide import decisions
from gridblock.model.plan import Stage, cap_on_unmet
from gridblock.solvers.change import Change, Floats, Rows
from gridblock.solvers.compile import Compiled
from gridblock.solvers.matrix import Matrix

CLOSE: Final = 1e-9
"""The tolerance within which caps are kept."""


class Part(NamedTuple):
    """A part of what is solved that plans an instance of its own: all of it, or a scenario.

    Attributes:
        instance: what is given.
        model: what ``build`` made of it, or the block of a larger model.
        weight: of its cost in the objective.
    """

    instance: Instance
    model: pyo.Block
    weight: float = 1.0


def with_caps(
    instance: Instance, model: pyo.ConcreteModel, compiled: Compiled, stages: Sequence[Stage]
) -> Matrix:
    """Give the matrix of a whole model with the caps that stages before the last have found."""
    return with_caps_of_parts(compiled, [(Part(instance, model), stages)])


def with_caps_of_parts(compiled: Compiled, found: Sequence[tuple[Part, Sequence[Stage]]]) -> Matrix:
    """Give the matrix of a whole model with the caps that stages have found for each part."""
    caps = [_cap(part, compiled, stage) for part, stages in found for stage in stages]
    if not caps:
        return compiled.matrix
    sizes = [len(cap[0]) for cap in caps]
    rows = Rows(
        lower=np.full(len(caps), -np.inf),
        upper=np.array([most for _, _, most in caps]),
        start=np.concatenate([[0], np.cumsum(sizes)]),
        index=np.concatenate([index for index, _, _ in caps]),
        value=np.concatenate([value for _, value, _ in caps]),
    )
    return compiled.matrix.changed(Change(rows=rows))


def _cap(part: Part, compiled: Compiled, stage: Stage) -> tuple[list[int], Floats, float]:
    """Give columns, coefficients and limit of a cap, in units of the dearest.

    No coefficient is above 1: where the limit is so low that presolve takes a unit for none
    although the limit is not, it has called what can be done infeasible. Nor is a limit above 0 and
    below the tolerance: HiGHS 1.16.0 proved a stage optimal at 6,489 that has a plan for 3,649.
    """
    of_tier = demands_of(part, lambda tier: tier == stage.tier)
    index, value, constant = priced_unmet(part, compiled, of_tier)
    prices = np.array(value)
    unit = np.abs(prices).max(initial=0.0) or 1.0
    most = (cap_on_unmet(stage.unmet) - constant) / unit
    return index, prices / unit, max(most, CLOSE) if most > 0 else most


def demands_of(part: Part, of: Callable[[int], bool]) -> set[str]:
    """Give the demands of some tiers."""
    return {demand.name for demand in part.instance.demands if of(demand.tier)}


def priced_unmet(
    part: Part, compiled: Compiled, demands: Collection[str]
) -> tuple[list[int], Sequence[float], float]:
    """Give columns, prices and constant of what some demands pay for being unmet."""
    return compiled.linear(sum(part.model.priced_unmet[name].expr for name in demands))


def stage_of(part: Part, tier: int) -> Stage:
    """Say what a stage has found for a part whose variables hold it, by the books.

    What is served beyond an amount by a rounding leaves no less than nothing unmet: a cap below
    nothing would be none that a plan can keep.
    """
    books = account(part.instance, decisions(part.model))
    unmet, later = Fraction(0), Fraction(0)
    of_tier, after = demands_of(part, tier.__eq__), demands_of(part, tier.__lt__)
    for entry in books.ledger.entries:
        if entry.category == "unmet":
            unmet += entry.value if entry.item in of_tier else 0
            later += entry.value if entry.item in after else 0
    return Stage(tier, float(books.objective - later), None, None, max(0.0, float(unmet)))
