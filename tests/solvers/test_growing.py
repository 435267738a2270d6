"""Losses are added where a plan breaks them; what comes back keeps its promises at any time."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.build import INTACT, build
from gridblock.model.decide import decisions
from gridblock.plan import NoPlanError, solve
from gridblock.solvers import growing
from gridblock.solvers.compile import compile_model
from gridblock.solvers.growing import Growing
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Outcome, Progress, Settings, Stop, Verdict
from gridblock.solvers.session import Session

SETTINGS = Settings(gap=0)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """One solver process for all tests."""
    with Session() as session:
        yield session


@pytest.fixture
def triangle() -> Instance:
    """All 60 units are met; without link n 3 Gbps, 30 units, are left: half of what is met."""
    links = [
        {"name": "n", "between": ["city", "north"], "ms": 5, "gbps": 6},
        {"name": "s", "between": ["city", "south"], "ms": 9, "gbps": 3},
        {"name": "x", "between": ["north", "south"], "ms": 2},
    ]
    return Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "now", "hours": 1}],
            "accelerators": {"h100": {}},
            "blocks": {"pod": {"accelerator": "h100", "accelerators": 10}},
            "facilities": {name: {"installed": {"pod": 5}} for name in ("north", "south")},
            "network": {"regions": {"city": {}}, "links": links},
            "demands": [
                {
                    "name": "chat", "amount": 60, "yields": {"h100": 1}, "unmet_cost": 1,
                    "from": {"city": 1}, "gbps_per_unit": 0.1, "survive": {"link": 1},
                    "whole_blocks": True,
                }
            ],
        }
    )  # fmt: skip


@pytest.fixture
def grown(session: Session) -> Callable[[Instance], Growing]:
    """Give the model of an instance, without any loss."""

    def grown(instance: Instance) -> Growing:
        model = build(instance, INTACT)
        return Growing(model, compile_model(model), session, SETTINGS)

    return grown


@pytest.fixture
def unrelaxed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the rounds of the relaxation out."""
    monkeypatch.setattr(growing, "RELAXED", 0)


def once(session: Session, stop: Stop = Stop.FINISHED) -> Callable[..., Outcome]:
    """Solve a matrix to its end, and say that something else has ended it."""

    def once(matrix: Matrix, settings: Settings, _: Any) -> Outcome:
        session.load(matrix)
        outcome = session.run(Settings(gap=settings.gap, start=settings.start))
        verdict = outcome.verdict if stop is Stop.FINISHED else Verdict.FEASIBLE
        return Outcome(stop, verdict, outcome.values, outcome.objective, outcome.bound)

    return once


@pytest.mark.usefixtures("unrelaxed")
def test_rounds_end_at_the_optimum(
    triangle: Instance, session: Session, grown: Callable[[Instance], Growing]
) -> None:
    held, lines = grown(triangle), list[Progress]()
    outcome = held.solve(lambda: held.compiled.matrix, SETTINGS, lines.append, once(session))
    assert outcome.objective == pytest.approx(30)
    assert outcome.bound == pytest.approx(30)
    assert outcome.verdict is Verdict.OPTIMAL
    # The loss of n breaks the promise, and whatever the point found breaks besides.
    assert ("n", "now") in held.model.link_lost
    # What is told to be the best keeps the promise: it never costs less than the optimum.
    assert all(line.best is None or line.best >= 30 - 1e-6 for line in lines)


@pytest.mark.usefixtures("unrelaxed")
@pytest.mark.parametrize("stop", [Stop.TIME_LIMIT, Stop.INTERRUPTED, Stop.CRASHED])
def test_a_broken_plan_is_mended_when_there_is_no_time_for_another(
    triangle: Instance, session: Session, grown: Callable[[Instance], Growing], stop: Stop
) -> None:
    held = grown(triangle)
    outcome = held.solve(
        lambda: held.compiled.matrix, SETTINGS, lambda _: None, once(session, stop)
    )
    # The relaxation without losses costs nothing: that is the bound, and no plan of it.
    assert outcome.stop is stop
    assert outcome.verdict is Verdict.FEASIBLE
    assert outcome.bound == pytest.approx(0)
    assert outcome.objective >= 30 - 1e-6
    held.compiled.load(outcome.values)
    assert held.broken(decisions(held.model)) == []


@pytest.mark.usefixtures("unrelaxed")
def test_no_plan_is_better_than_a_broken_one(
    triangle: Instance, session: Session, grown: Callable[[Instance], Growing]
) -> None:
    # Nothing mends a floor of all.
    held = grown(triangle.replace({"demands.chat.min_share": 1}))
    broken = once(session, Stop.TIME_LIMIT)
    outcome = held.solve(lambda: held.compiled.matrix, SETTINGS, lambda _: None, broken)
    assert outcome.values is None
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.stop is Stop.TIME_LIMIT


def test_no_time_at_all_gives_a_plan_that_holds_or_none(
    triangle: Instance, session: Session
) -> None:
    for limit in (1e-9, 0.05):
        try:
            plan = solve(triangle, time_limit=limit, session=session)
        except NoPlanError:
            continue
        assert plan.audit().ok
        assert plan.objective >= 30 - 1e-6


def test_each_tier_keeps_its_promises_before_the_next(triangle: Instance, session: Session) -> None:
    # Chat comes first: 30 of its 60 units can be kept, and cost 30. Mail is worth more, comes later
    # and shares the way: it makes way after a loss, and while nothing is lost 6 Gbps are left. The
    # cap on what chat misses gives way by 3e-5, which mail takes.
    mail = {
        "name": "mail", "amount": 80, "yields": {"h100": 1}, "unmet_cost": 5, "tier": 2,
        "from": {"city": 1}, "gbps_per_unit": 0.1,
    }  # fmt: skip
    both = triangle.replace({"demands": [*triangle.plain()["demands"], mail]})
    plan = solve(both, gap=1e-9, session=session)
    assert plan.data.stages[0].value == pytest.approx(30)
    assert plan.data.stages[0].unmet == pytest.approx(30)
    assert plan.objective == pytest.approx(30 + 20 * 5, abs=1e-3)
    # With a promise of its own nothing is left for mail.
    promised = both.replace({"demands.mail.survive": {"link": 0.5}})
    plan = solve(promised, gap=1e-9, session=session)
    assert plan.data.stages[0].value == pytest.approx(30)
    assert plan.objective == pytest.approx(30 + 80 * 5, abs=1e-3)


def test_values_are_taken_over_as_the_model_grows(
    triangle: Instance, grown: Callable[[Instance], Growing], session: Session
) -> None:
    held = grown(triangle)
    before = held.compiled
    session.load(before.matrix)
    values = session.run(SETTINGS).values
    assert held.grow(values)
    after = held.compiled.taken_over(values, before)
    names = {column.name: value for column, value in zip(before.columns, values, strict=True)}
    for column, value in zip(held.compiled.columns, after, strict=True):
        assert math.isnan(value) if column.name not in names else value == names[column.name]
    assert held.compiled.taken_over(after, held.compiled) is after
