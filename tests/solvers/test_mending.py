"""A plan after a small edit: mended and proven with the duals of the one before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gridblock.instances.generate import generate
from gridblock.model.build import INTACT, build
from gridblock.model.pools import EXACT
from gridblock.model.recall import recalled, recalled_values
from gridblock.plan import Plan, solve
from gridblock.solvers import rooted
from gridblock.solvers.compile import compile_model
from gridblock.solvers.mending import broken, mended, without_broken_choices
from gridblock.solvers.session import Session
from gridblock.solvers.shape import shape_of
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from collections.abc import Iterator

GAP = 0.05
EDITS = {
    "a price": {"carbon_price_per_t": 60},
    "another price": {"demands.0.unmet_cost": 6},
    "an amount": {"demands.0.amount": [2400, 4470, 6610, 8750]},
}


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as session:
        yield session


@pytest.fixture(scope="module")
def planned(session: Session) -> Plan:
    return solve(generate("S", 0), gap=0.6 * GAP, method="fast", session=session)


def test_all_whole_numbers_of_a_plan_are_recalled(planned: Plan) -> None:
    model = build(planned.instance, INTACT, EXACT)
    compiled = compile_model(model)
    assert planned.data.decisions is not None
    point = compiled.point(recalled(model, planned.data.decisions))
    assert np.isfinite(point[compiled.matrix.integer]).all()


def test_a_plan_of_the_same_matrix_needs_no_mending(planned: Plan) -> None:
    model = build(planned.instance, INTACT, EXACT)
    compiled, whole = compile_model(model), Whole(compile_model(model).matrix)
    assert planned.data.decisions is not None
    point = compiled.at(recalled_values(model, planned.data.decisions))
    assert not np.isnan(point).any()
    assert not broken(whole, point).any()

    def decide(*_: Any) -> None:
        pytest.fail("a period was decided anew")

    found = mended(whole, shape_of(compiled, planned.instance), point, decide)
    assert found is not None
    assert whole.matrix.objective(found) == pytest.approx(planned.objective, rel=1e-6)


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_small_edit_needs_no_relaxation(
    edit: dict[str, Any], planned: Plan, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = planned.instance.replace(edit)
    anew = solve(edited, gap=GAP, method="fast", session=session)

    def relax(*_: Any) -> None:
        pytest.fail("the relaxation was solved again")

    monkeypatch.setattr(rooted, "relax", relax)
    again = solve(edited, gap=GAP, method="fast", start=planned, session=session)
    assert again.status == "optimal"
    assert again.audit().ok
    # Both are within 5 % of the same optimum, and what either proves holds for the other.
    assert again.objective >= anew.bound * (1 - 1e-9)
    assert anew.objective >= again.bound * (1 - 1e-9)


def test_a_run_that_no_longer_fits_its_berth_is_left_out_at_first(planned: Plan) -> None:
    # A run of 40 % more does not fit on the whole blocks that the plan gives it.
    run = next(d for d in planned.instance.demands if d.run is not None)
    at = planned.instance.demands.index(run)
    edited = planned.instance.replace({f"demands.{at}.amount": 1.4 * run.amount})
    model = build(edited, INTACT, EXACT)
    compiled = compile_model(model)
    whole, shape = Whole(compiled.matrix), shape_of(compiled, edited)
    assert planned.data.decisions is not None
    point = compiled.at(recalled_values(model, planned.data.decisions))
    point = np.where(np.isnan(point), compiled.matrix.lower, point)
    left = without_broken_choices(whole, shape, point)
    started = {
        variable.index()[0]: value
        for variable, before, value in zip(compiled.columns, point, left, strict=True)
        if variable.parent_component().local_name == "starts" and before > 0.5
    }
    assert run.name in started, "the plan starts the run"
    assert [name for name, value in started.items() if value == 0] == [run.name]
    lots = shape.lots
    assert (left[lots] == point[lots]).all()


def test_without_duals_the_relaxation_is_solved(planned: Plan, session: Session) -> None:
    bare = replace(planned, certificate=None)
    again = solve(planned.instance, gap=GAP, method="fast", start=bare, session=session)
    assert again.status == "optimal"
    assert again.certificate is not None
