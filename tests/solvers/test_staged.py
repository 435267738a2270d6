"""The search in stages, on models that are small enough to be solved at once as well."""

from pathlib import Path

import pytest

import gridblock as gb
from gridblock.model.build import build
from gridblock.solvers import staged
from gridblock.solvers.compile import compile_model
from gridblock.solvers.session import Session
from gridblock.solvers.solve import lots_in

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
