"""The model, as a table of contents: what is decided, the rules, what is best."""

from collections.abc import Collection, Sequence
from types import ModuleType
from typing import Final

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from gridblock.instances.instance import Instance
from gridblock.model import objective, variables
from gridblock.model.bounds import Bounds
from gridblock.model.constraints import (
    berths,
    capacity,
    cooling,
    demand,
    fabric,
    feeds,
    fleet,
    interconnect,
    limits,
    link_loss,
    moves,
    network,
    options,
    orders,
    placement,
    power,
    reserve,
    rounding,
    runs,
    usage,
)
from gridblock.model.facts import Facts
from gridblock.model.in_force import Shared
from gridblock.model.pools import WRITTEN, Pools, Reduction

FAMILIES: Final = (
    demand,
    placement,
    rounding,
    fleet,
    runs,
    berths,
    reserve,
    capacity,
    power,
    feeds,
    cooling,
    interconnect,
    fabric,
    network,
    link_loss,
    options,
    usage,
    orders,
    moves,
    limits,
)
"""The rules of the model, one family a module."""
INTACT: Final = tuple(family for family in FAMILIES if family is not link_loss)
"""Those that hold while no link is lost; the planner adds the losses that they leave broken."""


def build(
    instance: Instance,
    families: Sequence[ModuleType] = FAMILIES,
    reductions: Collection[Reduction] = WRITTEN,
) -> pyo.ConcreteModel:
    """Build the model of an instance: a plain Pyomo model, to which rules may be added.

    Args:
        instance: what is given.
        families: the rules; all of them unless a test looks at one.
        reductions: what makes the model smaller and keeps its optimum; default nothing, so that
            each decision has a variable of its own.

    Returns:
        A ConcreteModel that any solver Pyomo knows can take.

    Raises:
        InstanceError: something can be bought at a profit without end.
    """
    model = pyo.ConcreteModel(name=instance.name)
    with PauseGC():
        add_all(model, instance, families, reductions)
        objective.add(model)
    return model


def add_all(
    block: pyo.Block,
    instance: Instance,
    families: Sequence[ModuleType] = FAMILIES,
    reductions: Collection[Reduction] = WRITTEN,
    shared: Shared | None = None,
) -> None:
    """Add decisions and rules, but no objective, to a model or to a block of one.

    Args:
        block: what they are added to.
        instance: what is given.
        families: the rules.
        reductions: what makes the model smaller and keeps its optimum.
        shared: the most blocks that orders placed for other scenarios as well may bring, by type,
            leaf place and period of entering service.
    """
    block.facts = Facts(instance, shared)
    block.pools = Pools(block.facts, reductions)
    block.bounds = Bounds(block.facts)
    variables.add(block, instance)
    for family in families:
        family.add(block, instance)
