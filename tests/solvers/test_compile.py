"""The compiler agrees with Pyomo's own way to HiGHS, and refuses what it cannot carry over."""

from __future__ import annotations

import math
import random
import re
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.contrib.solver.common.results import TerminationCondition
from pyomo.contrib.solver.solvers.highs import Highs
from pyomo.gdp import Disjunct, Disjunction
from pyomo.mpec import Complementarity, complements

from gridblock.solvers.compile import compile_model
from gridblock.solvers.highs import Engine
from gridblock.solvers.outcome import ModelError, Settings, Verdict

DOMAINS = (pyo.Reals, pyo.NonNegativeReals, pyo.NonNegativeIntegers, pyo.Integers, pyo.Binary)


def random_model(seed: int) -> pyo.ConcreteModel:
    """Return a bounded model with ranges, fixed variables, expressions, blocks and a constant."""
    draw = random.Random(seed)
    model = pyo.ConcreteModel()
    model.x = pyo.Var(range(draw.randint(2, 6)))
    model.sub = pyo.Block()
    model.sub.y = pyo.Var(["a", "b"], domain=pyo.NonNegativeIntegers, bounds=(0, 4))
    every = [*model.x.values(), *model.sub.y.values()]
    for variable in model.x.values():
        variable.domain = draw.choice(DOMAINS)
        variable.setlb(draw.randint(-4, 1))
        variable.setub(draw.randint(1, 5))
        if draw.random() < 0.15:
            variable.fix(draw.choice((0, 1)))
    model.scale = pyo.Param(initialize=draw.randint(1, 3), mutable=True)
    model.part = pyo.Expression(expr=sum(draw.randint(-3, 3) * v for v in every) + 1)
    model.rows = pyo.ConstraintList()
    model.sub.rows = pyo.ConstraintList()
    for _ in range(draw.randint(1, 5)):
        body = model.scale * sum(draw.randint(-5, 5) * v for v in draw.sample(every, 2))
        body += draw.choice((0, 2, model.part))
        side = draw.randint(-6, 12)
        rows = draw.choice((model.rows, model.sub.rows))
        form = draw.randint(0, 3)
        if form == 0:
            rows.add((side - 4, body, side + 4))
        elif form == 1:
            rows.add(body + every[0] - every[0] <= side + every[1])
        else:
            rows.add((None, body, side) if form == 2 else (side - 12, body, None))
    model.off = pyo.Constraint(expr=every[0] >= 1000)
    model.off.deactivate()
    cost = sum(draw.randint(-9, 9) * v for v in every) + model.part + draw.randint(-5, 5)
    model.goal = pyo.Objective(expr=cost, sense=draw.choice((pyo.minimize, pyo.maximize)))
    return model


def answer_of_pyomo(model: pyo.ConcreteModel) -> float | None:
    try:
        result = Highs().solve(
            model,
            threads=1,
            rel_gap=0.0,
            load_solutions=False,
            raise_exception_on_nonoptimal_result=False,
        )
    except InfeasibleConstraintException:
        return None
    if result.termination_condition is TerminationCondition.convergenceCriteriaSatisfied:
        return float(result.incumbent_objective)
    return None


@pytest.mark.parametrize("block", range(6))
def test_random_models_have_the_optimum_that_pyomo_finds(block: int) -> None:
    engine = Engine()
    solved = 0
    for seed in range(25 * block, 25 * block + 25):
        model = random_model(seed)
        wanted = answer_of_pyomo(model)
        compiled = compile_model(model)
        compiled.validate()
        engine.load(compiled.matrix)
        outcome = engine.run(Settings(gap=0.0))
        assert (outcome.verdict is Verdict.OPTIMAL) == (wanted is not None), seed
        if wanted is not None:
            assert outcome.values is not None
            assert compiled.sense * (outcome.objective or 0.0) == pytest.approx(wanted, abs=1e-6)
            compiled.load(outcome.values)
            assert pyo.value(model.goal) == pytest.approx(wanted, abs=1e-6)
            solved += 1
    assert solved > 10


@pytest.fixture
def model() -> pyo.ConcreteModel:
    model = pyo.ConcreteModel()
    model.x = pyo.Var([1, 2], bounds=(0, 9))
    model.row = pyo.Constraint(expr=model.x[1] + model.x[2] >= 3)
    model.goal = pyo.Objective(expr=model.x[1] + 2 * model.x[2])
    return model


def _square(model: Any) -> None:
    model.bad = pyo.Constraint(expr=model.x[1] ** 2 <= 4)


def _square_goal(model: Any) -> None:
    model.goal.set_value(model.x[1] * model.x[2])


def _second_goal(model: Any) -> None:
    model.bad = pyo.Objective(expr=model.x[1])


def _special_ordered_set(model: Any) -> None:
    model.bad = pyo.SOSConstraint(var=model.x, sos=1)


def _disjunction(model: Any) -> None:
    model.low, model.high = Disjunct(), Disjunct()
    model.low.c = pyo.Constraint(expr=model.x[1] <= 1)
    model.high.c = pyo.Constraint(expr=model.x[1] >= 8)
    model.bad = Disjunction(expr=[model.low, model.high])


def _logic(model: Any) -> None:
    model.flag = pyo.BooleanVar()
    model.bad = pyo.LogicalConstraint(expr=pyo.lnot(model.flag))


def _complementarity(model: Any) -> None:
    model.bad = Complementarity(expr=complements(model.x[1] >= 0, model.x[2] >= 0))


def _gaps_in_domain(model: Any) -> None:
    model.bad = pyo.Var(domain=pyo.Set(initialize=[1, 3, 7]))


def _fixed_to_nothing(model: Any) -> None:
    model.x[1].fixed = True


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_square, "bad"),
        (_square_goal, "goal is not linear"),
        (_second_goal, "more than one active objective"),
        (_special_ordered_set, "SOSConstraint"),
        (_disjunction, "Disjunct"),
        (_logic, "LogicalConstraint"),
        (_complementarity, "Complementarity"),
        (_gaps_in_domain, "neither real nor integer"),
        (_fixed_to_nothing, "row"),
    ],
)
def test_what_is_not_linear_is_refused(model: Any, spoil: Any, said: str) -> None:
    spoil(model)
    with pytest.raises(ModelError, match=said):
        compile_model(model)


@pytest.mark.parametrize("bad", [1e15, 1e16, 1e-9, 1e-12])
def test_a_coefficient_that_the_solver_does_not_take_is_refused(model: Any, bad: float) -> None:
    model.bad = pyo.Constraint(expr=bad * model.x[1] + model.x[2] >= 5)
    said = f"the model has the number {bad:g} (x[1] in bad), and the solver takes numbers"
    with pytest.raises(ModelError, match=re.escape(said)):
        compile_model(model)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_bad_coefficient_is_refused_by_its_names(model: Any, bad: float) -> None:
    model.bad = pyo.Constraint(expr=bad * model.x[1] + model.x[2] >= 5)
    with pytest.raises(ModelError, match=r"bad: x\[1\]"):
        compile_model(model).validate()


def test_a_cost_or_side_that_the_solver_does_not_take_is_refused(model: Any) -> None:
    model.bad = pyo.Constraint(expr=model.x[1] + model.x[2] >= -1e21)
    with pytest.raises(
        ModelError, match=r"1e\+21 \(bad\), and the solver takes numbers below 1e\+20"
    ):
        compile_model(model)
    model.goal.set_value(1e30 * model.x[2])
    with pytest.raises(ModelError, match=r"1e\+30 \(x\[2\]\), and the solver takes numbers below"):
        compile_model(model)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_bad_cost_is_refused_by_its_name(model: Any, bad: float) -> None:
    model.goal.set_value(bad * model.x[2])
    with pytest.raises(ModelError, match=r"x\[2\]: cost"):
        compile_model(model).validate()


def test_rows_without_variables_are_kept_only_where_they_fail(model: Any) -> None:
    model.x[1].fix(2)
    model.holds = pyo.Constraint(expr=model.x[1] <= 2)
    assert len(compile_model(model).rows) == 1
    model.fails = pyo.Constraint(expr=model.x[1] >= 3)
    compiled = compile_model(model)
    assert [row.name for row in compiled.rows] == ["row", "fails"]
    engine = Engine()
    engine.load(compiled.matrix)
    assert engine.run(Settings()).verdict is Verdict.INFEASIBLE


def test_names_lead_to_rows_and_columns(model: Any) -> None:
    compiled = compile_model(model)
    assert compiled.column_number == {"x[1]": 0, "x[2]": 1}
    assert compiled.row_number == {"row": 0}


def test_a_variable_of_a_block_that_is_off_is_met_in_a_row(model: Any) -> None:
    model.sub = pyo.Block()
    model.sub.z = pyo.Var(bounds=(0, 1))
    model.sub.unused = pyo.Var(bounds=(0, 1))
    model.sub.deactivate()
    model.uses = pyo.Constraint(expr=model.sub.z + model.x[1] >= 1)
    names = [column.name for column in compile_model(model).columns]
    assert names == ["x[1]", "x[2]", "sub.z"]


def test_an_empty_model_and_one_without_a_goal_compile() -> None:
    empty = compile_model(pyo.ConcreteModel())
    empty.validate()
    engine = Engine()
    engine.load(empty.matrix)
    assert engine.run(Settings()).objective == 0.0
    model = pyo.ConcreteModel()
    model.x = pyo.Var(bounds=(2, 3), domain=pyo.Integers)
    compiled = compile_model(model)
    engine.load(compiled.matrix)
    assert engine.run(Settings()).verdict is Verdict.OPTIMAL


def test_the_same_model_compiles_to_the_same_matrix() -> None:
    one, two = (compile_model(random_model(7)).matrix for _ in range(2))
    for name in ("cost", "lower", "upper", "start", "index", "value", "row_lower", "row_upper"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
