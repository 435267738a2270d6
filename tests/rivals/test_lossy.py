"""Losses of facilities agree with serving again, and standing in reserve, said in full."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

import gridblock as gb
from gridblock.instances.instance import Instance
from gridblock.solvers.session import Session
from rivals.lossy import Lossy, lossy
from rivals.plain import steps

SEEDS = range(40)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """One solver process for all worlds."""
    with Session() as session:
        yield session


@pytest.fixture
def pair() -> dict[str, Any]:
    """Two blocks of 2 units at each of two sites; chat and batch want 3 each, for an hour."""
    demand = {"name": "chat", "amount": 3, "yields": {"x": 1}, "unmet_cost": 2}
    return {
        "accelerators": {"x": {}},
        "periods": [{"name": "t", "hours": 1}],
        "blocks": {"b": {"accelerator": "x", "accelerators": 2, "uses": {"racks": 1}}},
        "facilities": {
            name: {"limits": {"racks": 2}, "installed": {"b": 2}} for name in ("f", "g")
        },
        "demands": [demand, {**demand, "name": "batch", "unmet_cost": 1, "tier": 1}],
    }


def least(data: dict[str, Any]) -> Fraction | None:
    found = steps(data, Lossy)
    return None if found is None else found[-1].cost


def test_the_rival_keeps_reserve(pair: dict[str, Any]) -> None:
    assert least(pair) == 0
    chat, batch = pair["demands"]
    # Six of eight units are for chat and its reserve: batch has 2 of 3.
    chat["survive"] = {"facility": 1}
    assert least(pair) == 1
    chat["survive"] = {"facility": 0.5}
    assert least(pair) == 0
    # A later tier gives up its blocks; one with a promise of its own does not.
    chat["survive"] = {"facility": 1}
    batch["tier"] = 2
    assert least(pair) == 0
    batch["survive"] = {"facility": 1}
    # All but what the cap of 1e-6 lets chat have less.
    assert least(pair) == pytest.approx(2, abs=1e-5)


def test_the_rival_keeps_whole_blocks(pair: dict[str, Any]) -> None:
    # Two blocks for chat and two kept leave batch none, 3; one and one leave it two, and a unit of
    # chat unmet, 2.
    chat, _ = pair["demands"]
    chat |= {"survive": {"facility": 1}, "whole_blocks": True}
    assert least(pair) == 2


def test_the_rival_knows_what_regions_reach(pair: dict[str, Any]) -> None:
    chat, _ = pair["demands"]
    pair["network"] = {
        "regions": {"r": {}},
        "links": [
            {"between": ["r", "f"], "ms": 5},
            {"between": ["r", "g"], "ms": 50},
        ],
    }
    chat |= {"survive": {"facility": 1}, "from": {"r": 1}}
    assert least(pair) == 1
    # With f lost nothing else is near.
    chat["max_ms"] = 9
    assert least(pair) == 6


@pytest.mark.parametrize("seed", SEEDS)
def test_plans_agree_with_losing_each_site(seed: int, session: Session) -> None:
    data = lossy(seed)
    must = steps(data, Lossy)
    plan = gb.solve(Instance.parse(data), gap=1e-9, session=session, raise_without_plan=False)
    if must is None:
        assert plan.status == "infeasible"
        return
    assert plan.status == "optimal"
    assert plan.audit().ok
    scale = max(1.0, *(abs(float(step.cost)) for step in must))
    for stage, step in zip(plan.data.stages, must[:-1], strict=True):
        assert stage.value == pytest.approx(float(step.cost), abs=1e-6 * scale)
        assert stage.unmet == pytest.approx(float(step.unmet), abs=1e-5 * scale)
    assert plan.objective == pytest.approx(float(must[-1].cost), abs=1e-5 * scale)
