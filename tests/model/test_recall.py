"""A plan's decisions go back into the model that they came from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.model.build import build
from gridblock.model.recall import recalled
from gridblock.plan import Plan
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Settings
from gridblock.solvers.prices import Prices
from gridblock.solvers.session import Session
from rivals.worlds import world

Solve = Callable[..., Plan]
GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
LARGE = {"colossus", "frontier"}
SMALL = sorted({path.stem for path in GALLERY.glob("*.yaml")} - LARGE)


def check(plan: Plan, session: Session) -> None:
    """Fix what is recalled and complete the rest: it costs what the plan costs."""
    prices = Prices(plan.instance, plan.data, Settings(gap=0), session)
    cost = prices.compiled.matrix.objective(prices.values)
    assert cost == pytest.approx(plan.objective, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", SMALL)
def test_plans_of_the_gallery(name: str, solve: Solve) -> None:
    plan = solve(read(GALLERY / f"{name}.yaml"), raise_without_plan=False)
    if plan.data.decisions is not None:
        with Session() as session:
            check(plan, session)


def test_plans_of_random_worlds(solve: Solve) -> None:
    checked = 0
    with Session() as session:
        for seed in range(40):
            plan = solve(Instance.parse(world(seed)), raise_without_plan=False)
            if plan.data.decisions is not None:
                check(plan, session)
                checked += 1
    assert checked > 25


def test_every_whole_decision_is_recalled(solve: Solve) -> None:
    # What is left out only says what others imply: what is used, open, taken, in use.
    plan = solve(read(GALLERY / "site-waits-for-its-permit.yaml"))
    model = build(plan.instance)
    known = recalled(model, plan.data.decisions)  # type: ignore[arg-type]
    compiled = compile_model(model)
    whole = {column.name for column in compiled.columns if column.is_integer()}
    assert {name.partition("[")[0] for name in whole - {*known}} <= {
        *("uses_facility", "uses_accelerator", "uses_zone", "taken", "any_lease_in_use"),
        *("run_uses_facility", "berth", "run_uses_accelerator", "spans_zone"),
    }


def test_a_plan_starts_another_solve(solve: Solve) -> None:
    instance = read(GALLERY / "site-waits-for-its-permit.yaml")
    plan = solve(instance)
    assert plan.objective is not None
    again = solve(instance, start=plan)
    # The first point that is told is the plan itself, which is the best.
    assert again.progress[0].best == pytest.approx(plan.objective)
    assert again.objective == pytest.approx(plan.objective)


@pytest.mark.parametrize("name", ["first", "wan-link-binds", "tier-waits", "link-lost"])
def test_what_another_instance_does_not_know_is_passed_over(name: str, solve: Solve) -> None:
    instance = read(GALLERY / f"{name}.yaml")
    best = solve(instance).objective
    for other in ("site-waits-for-its-permit", "any-route", "permit-slips"):
        start = solve(read(GALLERY / f"{other}.yaml"))
        assert solve(instance, start=start).objective == pytest.approx(best)
