"""The extensive form: what scenarios have in common, and what is minimised."""

import pyomo.environ as pyo
import pytest

from gridblock.model.extensive import Extensive, Risk, Stage, extensive
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session

HALF = {"low": 0.5, "high": 0.5}
ASKED = {"low": 2.0, "high": 6.0}


def shop(block: pyo.Block, name: str) -> Stage:
    """Order units at 3 each now; what is missing later costs 5."""
    block.units = pyo.Var(bounds=(0, 10), within=pyo.Integers)
    block.missing = pyo.Var(bounds=(0, None))
    block.enough = pyo.Constraint(expr=block.units + block.missing >= ASKED[name])
    return Stage(3 * block.units + 5 * block.missing, {"units": block.units})


def least(form: Extensive, session: Session) -> float:
    compiled = compile_model(form.model)
    session.load(compiled.matrix)
    outcome = session.run(Settings(gap=1e-9))
    assert outcome.values is not None
    compiled.load(outcome.values)
    assert outcome.objective is not None
    return outcome.objective


def test_what_is_decided_now_is_the_same_in_every_scenario(session: Session) -> None:
    # With 2 units: 6 and, half the time, 4 missing: 6 + 10 = 16. A third costs 3 and saves 2.5.
    # Who knows what comes pays 6 or 18: 12.
    form = extensive(shop, HALF)
    assert least(form, session) == pytest.approx(16)
    assert [v.value for v in form.model.decided.values()] == [2]
    assert [form.model.scenario[name].units.value for name in HALF] == [2, 2]
    assert [pyo.value(form.model.scenario_cost[name]) for name in HALF] == [6, 26]
    assert form.model.decided[0].is_integer()
    assert form.model.decided[0].bounds == (0, 10)


def test_the_worst_outcomes_may_count_more(session: Session) -> None:
    # The worst half is the high scenario: 26 with 2 units, 18 with 6. Both count half: with x from
    # 2 to 6 units 0.5 (3 x + 2.5 (6 - x)) + 0.5 (3 x + 5 (6 - x)) = 22.5 - 0.75 x: 18 with 6.
    form = extensive(shop, HALF, Risk(weight=0.5, level=0.5))
    assert least(form, session) == pytest.approx(18)
    assert form.model.decided[0].value == 6
    # With the worst half alone, 18.
    assert least(extensive(shop, HALF, Risk(1.0, 0.5)), session) == pytest.approx(18)


def test_the_value_at_risk_is_found_beside(session: Session) -> None:
    # Three equal outcomes of 2 or, in the last, 8 missing at 5, nothing can be ordered: 10, 10, 40;
    # the worst half of them is the last and half of the second: (40 / 3 + 10 / 6) / 0.5 = 30.
    asked = {"a": 2.0, "b": 2.0, "c": 8.0}

    def bare(block: pyo.Block, name: str) -> Stage:
        block.missing = pyo.Var(bounds=(asked[name], None))
        return Stage(5 * block.missing, {})

    form = extensive(bare, dict.fromkeys(asked, 1 / 3), Risk(1.0, 0.5))
    assert least(form, session) == pytest.approx(30)
    assert form.model.value_at_risk.value == pytest.approx(10)


def test_what_one_scenario_does_not_know_is_not_decided(session: Session) -> None:
    def closed(block: pyo.Block, name: str) -> Stage:
        stage = shop(block, name)
        return stage if name == "low" else Stage(stage.cost, {})

    # Units are for nobody then: 2 and 6 missing at 5 each, unless high may order for itself: 18.
    form = extensive(closed, HALF)
    assert form.barred == {"units": ("high",)}
    assert least(form, session) == pytest.approx(0.5 * 10 + 0.5 * 18)


def test_what_has_no_effect_in_a_scenario_is_paid_there(session: Session) -> None:
    def late(block: pyo.Block, name: str) -> Stage:
        stage = shop(block, name)
        if name == "low":
            return stage
        block.units.fix(0)
        return Stage(stage.cost, {}, {"units": 1.0})

    # A unit now costs 3 if low comes, where it saves 5, and 1 if high comes: 2 units pay.
    # 0.5 x 6 + 0.5 x (30 + 2).
    form = extensive(late, HALF)
    assert form.barred == {}
    assert least(form, session) == pytest.approx(19)
    assert form.model.decided[0].value == 2


def test_bounds_hold_in_every_scenario_and_sums_are_whole_if_their_terms_are() -> None:
    def parts(block: pyo.Block, name: str) -> Stage:
        block.x = pyo.Var(bounds=(1, 3 if name == "low" else 5), within=pyo.Integers)
        block.y = pyo.Var(bounds=(0, None))
        return Stage(block.x, {"both": 2 * block.x, "free": block.x + block.y})

    form = extensive(parts, HALF)
    both, free = form.model.decided.values()
    assert (both.bounds, both.is_integer()) == ((2, 6), True)
    assert (free.bounds, free.is_integer()) == ((1, None), False)
