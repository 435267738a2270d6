"""Figures over twelve orders of magnitude: nothing hides behind a tolerance, and nothing is lost.

Odd units change what a figure looks like, and not what is best.
"""

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gridblock.solvers.solve as solving
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.model.audit import AuditError
from gridblock.model.decide import decisions
from gridblock.model.plan import Assignment, Decisions
from gridblock.solvers.growing import Growing
from gridblock.solvers.highs import Engine
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Outcome, Settings, Stop, Verdict
from gridblock.solvers.session import Session
from rivals.here import Near, session_here
from rivals.retold import in_other_money, in_units_of_their_own
from trust.strategies import worlds
from trust.test_worlds import planned, several, tiers_of

Data = dict[str, Any]
ADVICE = ("choose a smaller unit", "choose a larger unit")
WITHIN = 1e-5


@pytest.fixture
def here() -> Session:
    """A session whose solver runs in this process."""
    return session_here()


@pytest.fixture
def one_hall() -> Data:
    """Chat wants 60 units for an hour at $1; five pods of 10 stand in the north: $10."""
    return {
        "gridblock": 1,
        "periods": [{"name": "now", "hours": 1}],
        "accelerators": {"h100": {}},
        "blocks": {"pod": {"accelerator": "h100", "accelerators": 10, "uses": {"power_kw": 100}}},
        "facilities": {"north": {"limits": {"power_mw": 1}, "installed": {"pod": 5}}},
        "demands": [{"name": "chat", "amount": 60, "yields": {"h100": 1}, "unmet_cost": 1}],
    }


def faults(data: Data) -> list[str]:
    """Give what is wrong with data."""
    try:
        Instance.parse(data)
    except InstanceError as error:
        return [str(fault) for fault in error.faults]
    return []


@several
@given(worlds(), st.integers(0, 99))
def test_units_of_twelve_orders_do_not_matter(data: Data, seed: int) -> None:
    session = session_here()
    odd, money = in_units_of_their_own(data, Random(seed))
    refused = faults(odd)
    if refused:
        assert [each for each in refused if not any(words in each for words in ADVICE)] == []
        return
    plan = planned(odd, session)
    best = planned(data, session)
    if best.objective is None or plan.objective is None:
        assert best.status == plan.status
        return
    slack = WITHIN * max(1.0, abs(best.objective)) * tiers_of(data)
    assert plan.objective / money >= best.objective - slack
    assert plan.bound is None or plan.bound / money <= best.objective + slack
    # What cannot be resolved is not called optimal.
    assert plan.status != "optimal" or plan.objective / money <= best.objective + slack


@pytest.mark.parametrize("size", [1e-13, 1e-8, 1e-3, 1.0, 1e8])
def test_a_row_of_tiny_or_huge_coefficients_holds(size: float) -> None:
    # At most 3.5 of something of any size: 3 and no more, with 1 for 4 and 3 for 5 of 2.
    matrix = Matrix(
        cost=[-1.0, -1.5],
        offset=0.0,
        lower=[0.0, 0.0],
        upper=[9.0, 9.0],
        integer=[True, True],
        row_lower=[-np.inf],
        row_upper=[3.5 * size],
        start=[0, 2],
        index=[0, 1],
        value=[size, 2 * size],
    )  # type: ignore[arg-type]
    matrix.validate()
    engine = Engine()
    engine.load(matrix)
    outcome = engine.run(Settings(gap=0))
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.objective == -3
    assert not matrix.violation(np.array([4.0, 0.0])).tolerable
    assert matrix.violation(np.array([3.0, 0.0])).tolerable


def test_duals_of_a_row_that_was_scaled_are_its_own() -> None:
    # One more of 1e-12 lets 1e12 x 1e-12 = 1 more be served, worth 2.
    matrix = Matrix(
        cost=[-2.0],
        offset=0.0,
        lower=[0.0],
        upper=[9.0],
        integer=[False],
        row_lower=[-np.inf],
        row_upper=[4e-12],
        start=[0, 1],
        index=[0],
        value=[1e-12],
    )  # type: ignore[arg-type]
    engine = Engine()
    engine.load(matrix)
    outcome = engine.run(Settings(ranging=True))
    assert outcome.row_duals is not None
    assert outcome.row_to is not None
    assert outcome.row_duals[0] == pytest.approx(-2e12)
    assert outcome.row_to[0] == pytest.approx(9e-12)


@pytest.mark.parametrize("money", [1.0, 1e-3, 1e-9])
def test_a_gap_is_the_same_in_any_currency(money: float, here: Session) -> None:
    # Whole blocks for what must survive the loss of f or g; fast leaves the tree search out.
    racks = {"limits": {"racks": 2}, "installed": {"b": 1}}
    data: Data = {
        "gridblock": 1,
        "periods": [{"name": "u", "hours": 100}, {"name": "v", "hours": 100}],
        "accelerators": {"x": {}},
        "blocks": {
            "b": {"accelerator": "x", "accelerators": 2, "uses": {"racks": 1}, "cost_once": 476}
        },
        "facilities": {"f": racks, "g": racks},
        "demands": [
            {"name": "p", "amount": 3, "yields": {"x": 2}, "unmet_cost": 5}
            | {"where": {"not_facilities": ["f"]}, "cost_per_unit_hour": {"f": 1}},
            {"name": "q", "amount": 2, "yields": {"x": 0.5}, "unmet_cost": 6, "whole_blocks": True}
            | {"survive": {"facility": 0.8}},
        ],
    }
    plan = planned(in_other_money(data, money), here, method="fast")
    assert plan.gap is not None
    assert plan.gap > 1e-3
    assert plan.status == "feasible"


class Pessimist(Near):
    """Claims a bound of an earlier stage that is too low to prove its plan."""

    runs = 0

    def attempt(self, verb: str, *rest: Any) -> Outcome:
        outcome = super().attempt(verb, *rest)
        if verb != "run" or outcome.bound is None:
            return outcome
        self.runs += 1
        return replace(outcome, bound=outcome.bound - 5) if self.runs == 1 else outcome


def test_what_rests_on_an_unproven_stage_is_not_optimal(one_hall: Data) -> None:
    # Chat is first and leaves 10 unmet, $10, of which its bound proves $5; batch gets nothing.
    late = one_hall["demands"][0] | {"name": "batch", "tier": 2}
    session = session_here(line=Pessimist())
    plan = planned(one_hall | {"demands": [*one_hall["demands"], late]}, session, method="exact")
    assert plan.objective == pytest.approx(70)
    assert plan.gap == pytest.approx(0, abs=1e-6)
    assert plan.data.stages[0].gap == pytest.approx(0.5)
    assert plan.status == "feasible"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Decisions]:
    """What is read off a solved model: first a sixth pod of five, then as it is."""
    read: list[Decisions] = []
    sixth = {Assignment("chat", "pod", "north", "now"): 6.0}

    def misread(model: Any) -> Decisions:
        found = decisions(model)
        read.append(found if read else replace(found, assigned=sixth))
        return read[-1]

    monkeypatch.setattr(solving, "decisions", misread)
    return read


def test_what_fails_the_audit_is_solved_again_closely_and_says_so(
    one_hall: Data, here: Session, read: list[Decisions]
) -> None:
    plan = planned(one_hall, here)
    assert len(read) == 2
    assert plan.objective == pytest.approx(10)
    assert plan.audit().ok
    assert plan.data.notes == ("solved again with tighter tolerances",)


def test_of_a_large_model_all_but_whole_numbers_is_solved_again_first(
    one_hall: Data, here: Session, read: list[Decisions], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solving, "FOR_SIMPLEX", 0)
    plan = planned(one_hall, here)
    assert len(read) == 2
    assert plan.objective == pytest.approx(10)
    assert plan.audit().ok
    assert plan.data.notes == ("whole numbers were made exact",)


def test_what_fails_the_audit_and_cannot_be_solved_closer_in_time_is_said_to_fail_it(
    one_hall: Data, here: Session, read: list[Decisions], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Settings] = []

    def in_vain(self: Growing, _stage: Any, settings: Settings, *_: Any) -> Outcome:
        asked.append(settings)
        return Outcome(Stop.KILLED, Verdict.UNKNOWN)

    solved = solving.solve_by_tier

    def once(*given: Any) -> Any:
        found = solved(*given)
        monkeypatch.setattr(Growing, "solve", in_vain)
        return found

    monkeypatch.setattr(solving, "solve_by_tier", once)
    with pytest.raises(AuditError, match="6 blocks"):
        planned(one_hall, here, time_limit=1000.0)
    # It has the time that is left.
    assert len(read) == 1
    assert asked[0].time_limit is not None
    assert 900 < asked[0].time_limit < 1000
