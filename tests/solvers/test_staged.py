"""The search in stages, on models that are small enough to be solved at once as well."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gridblock as gb
from gridblock.model.build import build
from gridblock.solvers import staged
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Outcome, Progress, Settings
from gridblock.solvers.session import Session
from gridblock.solvers.shape import lots_in

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
WITH_LOTS = ("grid-in-lots", "lease-ramps-and-ends", "site-waits-for-its-permit", "take-or-pay")


@pytest.mark.parametrize("name", WITH_LOTS)
def test_stages_end_at_the_optimum(
    name: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = gb.read(GALLERY / f"{name}.yaml")
    at_once = gb.solve(instance, gap=1e-9, session=session)
    monkeypatch.setattr(staged, "FEW_INTEGERS", 0)
    in_stages = gb.solve(instance, gap=1e-9, session=session)
    assert in_stages.status == "optimal"
    assert in_stages.objective == pytest.approx(at_once.objective, rel=1e-9)


def test_lots_are_told_from_blocks() -> None:
    compiled = compile_model(build(gb.read(GALLERY / "grid-in-lots.yaml")))
    told = zip(compiled.columns, lots_in(compiled), strict=True)
    assert {column.parent_component().name for column, lot in told if lot} == {"ordered"}


def test_a_plan_to_start_from_is_not_lost(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In no time at all nothing better is found, and the plan that was given is there to be had.
    monkeypatch.setattr(staged, "FEW_INTEGERS", 0)
    instance = gb.read(GALLERY / "grid-in-lots.yaml")
    best = gb.solve(instance, gap=1e-9, session=session)
    late = gb.solve(instance, start=best, time_limit=1e-9, session=session)
    assert late.objective == pytest.approx(best.objective, rel=1e-9)


@pytest.mark.parametrize("all_known", [True, False])
def test_a_start_is_completed_before_choices_are_searched(
    session: Session, monkeypatch: pytest.MonkeyPatch, *, all_known: bool
) -> None:
    monkeypatch.setattr(staged, "FEW_INTEGERS", 0)
    compiled = compile_model(build(gb.read(GALLERY / "grid-in-lots.yaml")))
    matrix = compiled.matrix
    session.load(matrix)
    best = session.run(Settings(gap=0.0))
    assert best.values is not None
    start = best.values.copy()
    if not all_known:
        start[~matrix.integer] = np.nan
    named = [variable.index()[-1] for variable in compiled.columns]
    asked = Settings(gap=0.0, start=start)
    lines: list[Progress] = []
    found = staged.solve_staged(session, matrix, named, lots_in(compiled), asked, lines.append)
    assert found.objective == pytest.approx(best.objective)
    told = [line.best for line in lines if line.best is not None]
    assert told
    assert max(told) == pytest.approx(best.objective)


@pytest.mark.parametrize("at", range(1, 8))
def test_no_solve_is_begun_after_one_that_was_interrupted(
    at: int, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Relaxation, neighbours and whole numbers are solves of their own: Ctrl-C ends them all.
    monkeypatch.setattr(staged, "FEW_INTEGERS", 0)
    run, begun = Session.run, []

    def counted(self: Session, *arguments: Any) -> Outcome:
        begun.append(arguments)
        if len(begun) == at:
            self.stop()
        return run(self, *arguments)

    monkeypatch.setattr(Session, "run", counted)
    instance = gb.read(GALLERY / "site-waits-for-its-permit.yaml")
    plan = gb.solve(instance, gap=1e-9, session=session, raise_without_plan=False)
    if len(begun) >= at:
        assert len(begun) == at
        assert plan.status in {"interrupted", "optimal"}
