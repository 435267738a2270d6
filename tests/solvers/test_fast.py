"""The fast method: plans that pass the audit, within a bound that holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import gridblock as gb
from gridblock.instances.generate import generate
from gridblock.instances.instance import Instance
from gridblock.proof import prove
from gridblock.reports.proven import proven
from gridblock.solvers.outcome import OptionError, Progress
from gridblock.solvers.session import Session
from rivals.every import every

GALLERY = Path(gb.__file__).parents[1] / "instances" / "gallery"
WORLDS = 40


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as held:
        yield held


def test_a_generated_instance_is_planned_within_its_gap(session: Session) -> None:
    instance = generate("S", 1)
    told: list[Progress] = []
    fast = gb.solve(instance, method="fast", gap=1e-3, session=session, on_progress=told.append)
    exact = gb.solve(instance, method="exact", gap=2e-3, time_limit=60, session=session)
    # The bound of either holds for the plan of the other.
    assert fast.bound <= exact.objective * (1 + 1e-9)
    assert exact.bound <= fast.objective * (1 + 1e-9)
    # On this instance it comes within 1 %; the tree search of S proves what is left.
    assert fast.objective <= exact.objective * 1.01
    bounds = [line.bound for line in told if line.bound is not None]
    assert bounds == sorted(bounds)
    plans = [line.best for line in told if line.best is not None]
    assert plans == sorted(plans, reverse=True)


def test_fast_never_beats_the_optimum_nor_the_bound(session: Session) -> None:
    found = 0
    for seed in range(WORLDS):
        instance = Instance.parse(every(seed))
        exact = gb.solve(instance, gap=0, session=session, raise_without_plan=False)
        fast = gb.solve(
            instance, method="fast", gap=1e-4, session=session, raise_without_plan=False
        )
        if exact.status == "infeasible":
            assert fast.status in {"infeasible", "no_plan"}, seed
        elif fast.objective is not None:
            slack = 1e-6 * max(1.0, abs(exact.objective))
            assert fast.objective >= exact.objective - slack, seed
            assert fast.bound is None or fast.bound <= exact.objective + slack, seed
            found += 1
    assert found > WORLDS // 2


def test_a_tier_that_costs_nothing_is_proven(session: Session) -> None:
    # Work of tier 1 fits in what stands, so that its stage costs 0, by no weights but those of 0.
    plan = gb.solve(gb.read(GALLERY / "tier-waits.yaml"), method="fast", session=session)
    assert plan.status == "optimal"
    first = plan.data.stages[0]
    assert first.value == 0
    assert first.bound == pytest.approx(0, abs=1e-300)
    assert first.gap == pytest.approx(0, abs=1e-300)


def test_a_plan_that_costs_nothing_is_within_the_gap_where_it_is_optimal(session: Session) -> None:
    # A run that fits in what stands is served, and nothing costs anything. Its price unmet, 8760,
    # less as much, is proven to be 0 but for 1e-8, which would be a gap of 1000 %.
    run = {"name": "d", "amount": 1, "yields": {"a": 1}, "unmet_cost": 1}
    data = {
        "gridblock": 1,
        "accelerators": {"a": {}},
        "blocks": {"b": {"accelerator": "a", "accelerators": 1}},
        "facilities": {"f": {"installed": {"b": 1}}},
        "demands": [run | {"run": {"periods": 1, "start": ["1", "1"]}}],
    }
    plan = gb.solve(Instance.parse(data), method="fast", session=session)
    assert plan.status == "optimal"
    assert (plan.objective, plan.bound, plan.gap) == (0, 0, 0)
    proof = prove(plan, plan.certificate)
    assert proof.bound == pytest.approx(0, abs=1e-6)
    assert "which is its cost but for rounding" in proven(plan.data, proof, "USD")


@pytest.mark.parametrize("facilities", [{}, {"f": {"cost_per_period": 5}}])
def test_where_nothing_is_to_be_decided_that_is_proven(
    facilities: dict[str, dict[str, float]], session: Session
) -> None:
    instance = Instance.parse({"gridblock": 1, "facilities": facilities})
    plan = gb.solve(instance, method="fast", session=session)
    assert plan.status == "optimal"
    assert plan.objective == 5 * len(facilities)
    assert plan.bound == pytest.approx(plan.objective, rel=1e-9)


def test_a_relaxation_that_has_failed_leaves_what_columns_cost_by_themselves(
    session: Session,
) -> None:
    # Three steps of the simplex method relax nothing; the plan that stands today needs none. What
    # can be earned at most, with no row at all, is a bound even so.
    options = {"simplex_iteration_limit": 3}
    plan = gb.solve(generate("S", 0), method="fast", solver_options=options, session=session)
    assert (plan.status, plan.stop) == ("feasible", "limit")
    assert plan.objective is not None
    assert plan.bound is not None
    assert plan.bound < plan.objective
    plan.audit().raise_if_broken()


def test_the_same_seed_gives_the_same_plan(session: Session) -> None:
    instance = generate("S", 2)
    first, second = (gb.solve(instance, method="fast", gap=1e-3, session=session) for _ in range(2))
    assert first.data.decisions == second.data.decisions


def test_auto_goes_on_in_a_tree_where_the_plan_is_not_close_enough(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridblock.solvers.methods.LARGE", 0)
    instance = gb.read(GALLERY / "run-that-waits.yaml")
    plan = gb.solve(instance, gap=1e-9, session=session)
    known = gb.solve(instance, gap=1e-9, method="exact", session=session)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(known.objective, rel=1e-9)


def test_a_method_that_is_none_is_refused(session: Session) -> None:
    with pytest.raises(OptionError, match="method cannot be quick"):
        gb.solve(generate("S", 0), method="quick", session=session)
