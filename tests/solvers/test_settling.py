"""Choices made at once, and the search of what is too large for more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gridblock import solve
from gridblock.instances.generate import generate
from gridblock.model.build import INTACT, build
from gridblock.model.pools import EXACT
from gridblock.solvers import vast
from gridblock.solvers.compile import compile_model
from gridblock.solvers.settling import whole_lots
from gridblock.solvers.shape import shape_of
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    import pytest

    from gridblock.solvers.session import Session


def test_shares_of_a_lot_in_several_periods_become_one() -> None:
    instance = generate("S", 0)
    model = build(instance, INTACT, EXACT)
    compiled = compile_model(model)
    whole, shape = Whole(compiled.matrix), shape_of(compiled, instance)
    lots = np.flatnonzero(shape.lots)
    counts = np.bincount(shape.group[lots])
    made_for = lots[shape.group[lots] == int(np.argmax(counts))]
    made_for = made_for[np.argsort(shape.labels[made_for])]
    assert len(made_for) >= 2
    point = np.zeros(len(shape.lots))
    point[made_for[:2]] = 0.3, 0.4
    # 0.3 is less than half a lot; 0.3 and 0.4 together are more, but less than nine tenths.
    assert whole_lots(whole, shape, point, 0.5)[made_for[:2]].tolist() == [0, 1]
    assert not whole_lots(whole, shape, point, 0.9)[shape.lots].any()
    assert not whole_lots(whole, shape, np.ones(len(point)), np.inf)[shape.lots].any()


def test_what_is_too_large_for_more_is_planned_with_a_bound(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = generate("S", 0)
    usual = solve(instance, method="fast", gap=1e-2, session=session)
    monkeypatch.setattr(vast, "FOR_INTERIOR", 0)
    found = solve(instance, method="fast", gap=1e-2, session=session)
    # A plan that is returned has passed the audit; the bound of either holds for both plans.
    assert found.bound <= usual.objective * (1 + 1e-9)
    assert usual.bound <= found.objective * (1 + 1e-9)
    assert found.objective <= usual.objective * 1.1
