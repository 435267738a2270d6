"""Relaxations that begin without most columns."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gridblock.instances.generate import generate
from gridblock.model.build import INTACT, build
from gridblock.model.pools import EXACT
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Outcome, Settings
from gridblock.solvers.shape import shape_of
from gridblock.solvers.sifting import sifted

if TYPE_CHECKING:
    from gridblock.solvers.session import Session

RELAXED = Settings(relaxation=True, algorithm="simplex")


def test_what_waits_is_added_until_the_relaxation_is_that_of_all_columns(session: Session) -> None:
    instance = generate("S", 0)
    compiled = compile_model(model := build(instance, INTACT, EXACT))
    matrix, ways = compiled.matrix, shape_of(compiled, instance).routes
    assert model.nvariables()
    session.load(matrix)
    best = session.run(RELAXED).objective
    assert best is not None
    # Without any way all work that comes from somewhere is left unmet, at its price.
    waiting = ways & (matrix.upper > matrix.lower)
    session.load(replace(matrix, upper=np.where(waiting, matrix.lower, matrix.upper)))
    poor = session.run(RELAXED).objective
    assert poor is not None
    assert poor > best * (1 + 1e-6)
    ends: list[Outcome] = []

    def solve() -> Outcome:
        ends.append(session.run(RELAXED))
        return ends[-1]

    found = sifted(session, solve, matrix, waiting, 0.0)
    assert found.objective == pytest.approx(best, rel=1e-9)
    assert len(ends) > 1
    # Nothing is added that saves less than is asked for: then one relaxation is all.
    ends.clear()
    assert sifted(session, solve, matrix, waiting, np.inf).objective == pytest.approx(poor)
    assert len(ends) == 1


def test_without_a_point_everything_is_added_at_once(session: Session) -> None:
    # x + y >= 3 with both up to 2: with y left out there is no point, and no price to go by.
    matrix = compile_model(build(generate("S", 0), INTACT, EXACT)).matrix
    two = replace(
        matrix,
        cost=np.array([1.0, 2.0]),
        offset=0.0,
        lower=np.zeros(2),
        upper=np.full(2, 2.0),
        integer=np.zeros(2, dtype=np.bool_),
        row_lower=np.array([3.0]),
        row_upper=np.array([np.inf]),
        start=np.array([0, 2]),
        index=np.array([0, 1]),
        value=np.ones(2),
    )
    found = sifted(session, partial(session.run, RELAXED), two, np.array([False, True]), 1.0)
    # 2 of x and 1 of y.
    assert found.objective == pytest.approx(4.0)
