"""The search in stages, on models that are small enough to be solved at once as well."""

from pathlib import Path
from typing import Any

import pytest

import gridblock as gb
from gridblock.model.build import build
from gridblock.solvers import staged
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Outcome
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
