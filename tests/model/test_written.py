"""Each number of the model is the one that the instance as written gives, and has an end.

This is what a bound in safe arithmetic rests on, see ``gridblock.solvers.certified``.
"""

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.core.base import SortComponents
from pyomo.repn.linear import LinearRepnVisitor
from pyomo.repn.util import VarRecorder

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.model.build import FAMILIES, INTACT, build
from gridblock.model.pools import EXACT
from gridblock.solvers.certified import WRITTEN
from gridblock.solvers.compile import compile_model
from rational import Rational, rational, remembering
from rivals.every import every

GALLERY = sorted((Path(__file__).parents[2] / "instances" / "gallery").glob("*.yaml"))
LARGE = {"colossus", "frontier"}
WORLDS = int(os.environ.get("SEEDS", "16"))
ROUNDED = {"whole_blocks_for_what_is_met"}
"""Rules whose coefficients are worked out in rational numbers and rounded once."""


def worlds(count: int) -> Iterator[Instance]:
    """Draw instances with every feature."""
    for seed in range(count):
        try:
            instance = Instance.parse(every(seed))
            build(instance)
        except InstanceError:
            continue
        yield instance


def numbers(model: pyo.ConcreteModel) -> Iterator[tuple[str, Any, float]]:
    """Give every number of a model as it was worked out, with where it stands and its size."""
    for variable in model.component_data_objects(pyo.Var, active=True):
        yield from ((variable.name, end, abs(end)) for end in variable.bounds if end is not None)
    seen: dict[int, Any] = {}
    recorder = VarRecorder(seen, SortComponents.deterministic)
    walk = LinearRepnVisitor({}, var_recorder=recorder).walk_expression
    for row in model.component_data_objects(pyo.Constraint, active=True):
        if row.parent_component().local_name in ROUNDED:
            continue
        lower, body, upper = row.to_bounded_expression(evaluate_bounds=True)
        written = walk(body)
        yield from ((f"{row.name}: {seen[k].name}", c, abs(c)) for k, c in written.linear.items())
        ends = (end - written.constant for end in (lower, upper) if end is not None)
        yield from ((f"side of {row.name}", end, abs(end)) for end in ends)
    (objective,) = model.component_data_objects(pyo.Objective, active=True)
    written, sizes = walk(objective.expr), dict.fromkeys(seen, 0.0)
    for part in model.cost.values():
        for k, c in walk(part.expr).linear.items():
            sizes[k] = sizes.get(k, 0.0) + abs(float(c))
    yield from ((f"cost: {seen[k].name}", c, sizes[k]) for k, c in written.linear.items())
    yield "cost in any case", written.constant, abs(written.constant)


def farthest(instance: Instance) -> tuple[float, str, int]:
    """Give by what share a number of a model is off, at most, where, and how many were looked at.

    How many counts those that come of numbers of the instance by calculation.
    """
    worst, where, remembered = 0.0, "", 0
    for place, number, size in numbers(build(remembering(instance), INTACT, EXACT)):
        remembered += isinstance(number, Rational)
        apart = abs(Fraction(float(number)) - rational(number))
        off = float(apart / Fraction(float(size))) if size else float(apart) * 1e300
        if off > worst:
            worst, where = off, place
    return worst, where, remembered


def test_numbers_remember_what_they_stand_for() -> None:
    # 0.1 + 0.2 is not 0.3 in floats, and 3 x 0.1 differs from both in rational numbers by nothing.
    tenth = Rational.of(0.1, Fraction(1, 10))
    assert rational(tenth + 0.2) == rational(3 * tenth) == Fraction(3, 10)
    assert float(tenth + 0.2) != 0.3
    assert rational(sum([tenth] * 10)) == 1


@pytest.mark.parametrize("file", [f for f in GALLERY if f.stem not in LARGE], ids=lambda f: f.stem)
def test_numbers_of_the_gallery_are_as_written(file: Path) -> None:
    off, where, remembered = farthest(read(file))
    assert off <= WRITTEN / 8, where
    assert remembered


@pytest.mark.slow
@pytest.mark.parametrize("file", [f for f in GALLERY if f.stem in LARGE], ids=lambda f: f.stem)
def test_numbers_of_real_questions_are_as_written(file: Path) -> None:
    off, where, remembered = farthest(read(file))
    assert off <= WRITTEN / 8, where
    assert remembered > 10_000


def test_numbers_of_worlds_with_every_rule_are_as_written() -> None:
    ruled: set[str] = set()
    for instance in worlds(WORLDS):
        off, where, remembered = farthest(instance)
        assert off <= WRITTEN / 8, (instance.name, where)
        assert remembered
        rows = build(instance, FAMILIES, EXACT).component_objects(pyo.Constraint, active=True)
        ruled |= {row.local_name for row in rows if len(row)}
    assert len(ruled) >= 60


@pytest.mark.parametrize("file", [f for f in GALLERY if f.stem != "frontier"], ids=lambda f: f.stem)
def test_every_variable_of_the_gallery_has_its_ends(file: Path) -> None:
    assert without_end(read(file)) == set()


def test_every_variable_of_worlds_with_every_rule_has_its_ends() -> None:
    assert set().union(*(without_end(instance) for instance in worlds(WORLDS))) == set()


def without_end(instance: Instance) -> set[str]:
    """Name the variables of a model, with all losses of links, that have no bound on a side."""
    compiled = compile_model(build(instance, FAMILIES, EXACT))
    ends = np.isfinite(compiled.matrix.lower) & np.isfinite(compiled.matrix.upper)
    return {compiled.columns[at].parent_component().name for at in np.flatnonzero(~ends)}
