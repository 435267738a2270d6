"""The model is plain Pyomo: any solver takes it, and rules may be added to it."""

import csv
from pathlib import Path
from typing import Any

import pyomo.environ as pyo
import pytest

import gridblock as gb
from gridblock.instances.generate import generate
from gridblock.instances.instance import Instance
from gridblock.model.plan import Standing
from gridblock.model.pools import EXACT, WRITTEN, Reduction
from gridblock.solvers.session import Session

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
FILES = ("first", "hall-tree", "liquid-or-air", "shared-link", "supply-binds", "wan-link-binds")


@pytest.fixture(scope="module")
def optima() -> dict[str, float]:
    """The known optima of the gallery."""
    with (GALLERY / "optima.csv").open(encoding="utf-8", newline="") as opened:
        return {row["instance"]: float(row["optimum"]) for row in csv.DictReader(opened)}


@pytest.mark.parametrize("solver", ["highs", "appsi_highs"])
@pytest.mark.parametrize("name", FILES)
def test_pyomo_itself_finds_the_same_optimum(
    name: str, solver: str, optima: dict[str, float]
) -> None:
    model = gb.build(gb.read(GALLERY / f"{name}.yaml"))
    assert isinstance(model, pyo.ConcreteModel)
    result = pyo.SolverFactory(solver).solve(model)
    pyo.assert_optimal_termination(result)
    assert pyo.value(model.total_cost) == pytest.approx(optima[name], rel=1e-6)


def test_an_added_rule_is_obeyed(two_sites: Instance, session: Session) -> None:
    model = gb.build(two_sites)
    # All 60 units are met by six pods; at most 12 of the 60 may be served in the south.
    model.less_in_the_south = pyo.Constraint(expr=model.served["chat", "", "south", "now"] <= 12)
    plan = gb.solve(two_sites, model=model, session=session)
    assert plan.objective == 18
    assert plan.status == "optimal"
    assert plan.bound == pytest.approx(18)
    assert plan.audit().ok


def test_an_added_rule_may_have_variables_of_its_own(
    empty_hall: Instance, session: Session
) -> None:
    model = gb.build(empty_hall)
    # Pods come in pairs, and an odd number of pairs: five pods' worth is not to be had.
    model.pairs = pyo.Var(within=pyo.NonNegativeIntegers, bounds=(0, 2))
    model.in_pairs = pyo.Constraint(expr=model.bought["pod", "north", "now"] == 2 * model.pairs)
    plan = gb.solve(empty_hall, model=model, session=session)
    # Four pods at $1, 20 unmet.
    assert plan.objective == 24
    assert plan.data.decisions.bought == {Standing("pod", "north", "now"): 4}


def test_an_added_rule_may_make_it_infeasible(one_hall: Instance, session: Session) -> None:
    model = gb.build(one_hall)
    model.all_met = pyo.Constraint(expr=model.unmet["chat", "", "now"] == 0)
    with pytest.raises(gb.InfeasibleError):
        gb.solve(one_hall, model=model, session=session)


def test_another_objective_drops_the_bound(empty_hall: Instance, session: Session) -> None:
    # The fewest pods are none: 60 unmet. That is a bound on pods, not on cost.
    plan = _with_objective(empty_hall, session, lambda m: m.bought["pod", "north", "now"])
    assert plan.objective == 60
    assert plan.bound is None
    assert plan.gap is None
    assert plan.status == "feasible"


def test_the_worst_plan_is_not_called_optimal(empty_hall: Instance, session: Session) -> None:
    plan = _with_objective(empty_hall, session, lambda m: m.total_cost.expr, pyo.maximize)
    # Nothing is served, and six pods are bought.
    assert plan.objective == 66
    assert plan.bound is None
    assert plan.status == "feasible"


def test_a_penalty_on_top_drops_the_bound(empty_hall: Instance, session: Session) -> None:
    # Each pod is made dearer by $20, more than it serves: none is bought.
    plan = _with_objective(
        empty_hall, session, lambda m: m.total_cost.expr + 20 * m.bought["pod", "north", "now"]
    )
    # It costs the same by the model's objective as by the books, which do not know of the $20.
    assert plan.objective == 60
    assert plan.bound is None
    assert plan.status == "feasible"


def test_costs_changed_in_place_drop_the_bound(empty_hall: Instance, session: Session) -> None:
    model = gb.build(empty_hall)
    hardware = model.cost["hardware", "now"]
    hardware.set_value(hardware.expr + 20 * model.bought["pod", "north", "now"])
    plan = gb.solve(empty_hall, model=model, session=session)
    assert plan.objective == 60
    assert plan.bound is None


def test_a_bound_is_kept_whatever_reductions_a_model_has(session: Session) -> None:
    instance = generate("S", 0)
    plans = []
    for reductions in (WRITTEN, EXACT, {Reduction.ZONES}):
        model = gb.build(instance, reductions=reductions)
        plans.append(gb.solve(instance, model=model, gap=5e-3, session=session))
        assert plans[-1].bound is not None
    # What one proves holds for the plans of all.
    assert max(plan.bound for plan in plans) <= min(plan.objective for plan in plans) * (1 + 1e-9)


def _with_objective(
    instance: Instance, session: Session, rule: Any, sense: Any = pyo.minimize
) -> gb.Plan:
    """Solve the model of an instance with an objective of the user's own."""
    model = gb.build(instance)
    model.total_cost.deactivate()
    model.own_objective = pyo.Objective(expr=rule(model), sense=sense)
    return gb.solve(instance, model=model, session=session)
