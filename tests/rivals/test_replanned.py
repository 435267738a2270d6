"""Replanning agrees with trying every fleet, and changes nothing where nothing is asked of it."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

import gridblock as gb
from gridblock.instances.instance import Instance
from gridblock.solvers.session import Session
from rivals.plain import Plain, steps
from rivals.replanned import replanned


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """One solver process for all worlds."""
    with Session() as session:
        yield session


def test_the_rival_moves_once_and_keeps_orders() -> None:
    # A block serves 1 at 3 an hour; moving it costs 2, the order of a second one 5.
    data: dict[str, Any] = {
        "accelerators": {"x": {}},
        "periods": [{"name": t, "hours": 1} for t in ("t", "u")],
        "blocks": {
            "b": {"accelerator": "x", "accelerators": 1, "uses": {"racks": 1}, "cost_once": 5}
        },
        "facilities": {
            "f": {"limits": {"racks": 2}},
            "g": {"limits": {"racks": 1}, "installed": {"b": 1}},
        },
        "demands": [{"name": "d", "amount": 1, "yields": {"x": 1}, "unmet_cost": 3}],
    }
    assert Plain(data).least() == 0
    row = {"demand": "d", "block": "b", "place": "f", "blocks": 1}
    plan: dict[str, Any] = {
        "periods": ["t", "u"],
        "assigned": [{**row, "period": t} for t in "tu"],
    }
    assert Plain({**data, "current": {"plan": plan, "move_cost": 2}}).least() == 2
    order = {"block": "b", "place": "f", "period": "t", "order": "t", "blocks": 1}
    kept = {"plan": {**plan, "bought": [order]}, "move_cost": 2, "keep_to": "t"}
    assert Plain({**data, "current": kept}).least() == 5


@pytest.mark.parametrize("seed", range(40))
def test_replanning_agrees_with_trying_every_fleet(seed: int, session: Session) -> None:
    data = replanned(seed)
    must = steps(data)
    plan = gb.solve(Instance.parse(data), gap=1e-9, session=session, raise_without_plan=False)
    if must is None:
        assert plan.status == "infeasible"
        return
    assert plan.status == "optimal"
    assert plan.audit().ok
    scale = max(1.0, *(abs(float(step.cost)) for step in must))
    assert plan.objective == pytest.approx(float(must[-1].cost), abs=1e-5 * scale)


@pytest.mark.parametrize("seed", range(40, 60))
def test_a_plan_in_force_at_no_price_changes_nothing(seed: int, session: Session) -> None:
    data = replanned(seed)
    without = {key: value for key, value in data.items() if key != "current"}
    current = {"plan": data["current"]["plan"]}
    costs = [
        gb.solve(Instance.parse(each), gap=1e-9, session=session, raise_without_plan=False)
        for each in (without, {**data, "current": current})
    ]
    assert costs[0].status == costs[1].status
    if costs[0].objective is not None:
        assert costs[1].objective == pytest.approx(costs[0].objective, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(60, 80))
def test_a_plan_replanned_without_an_edit_costs_the_same(seed: int, session: Session) -> None:
    data = {key: value for key, value in replanned(seed).items() if key != "current"}
    # Where orders stand, an earlier tier has them from the start, and leaves less to later ones.
    data["demands"] = [{**demand, "tier": 1} for demand in data["demands"]]
    first = gb.solve(Instance.parse(data), gap=1e-9, session=session, raise_without_plan=False)
    if first.objective is None:
        return
    last = first.instance.horizon.names[-1]
    current = {"plan": gb.in_force(first), "keep_to": last, "move_cost": 1e4}
    again = gb.solve(Instance.parse({**data, "current": current}), gap=1e-9, session=session)
    scale = max(1.0, abs(first.objective))
    assert again.objective == pytest.approx(first.objective, abs=1e-5 * scale)
    assert Fraction(again.costs["moves"]) <= Fraction(1, 100) * Fraction(scale)
