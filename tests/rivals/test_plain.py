"""Tiers and limits over the plan agree with trying every fleet."""

from collections.abc import Iterator
from fractions import Fraction

import pytest

import gridblock as gb
from gridblock.instances.instance import Instance
from gridblock.solvers.session import Session
from rivals.plain import Step, steps
from rivals.small import small


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """One solver process for all worlds."""
    with Session() as session:
        yield session


def test_the_rival_serves_the_lower_tier_first() -> None:
    # Six of eleven units can be served; batch comes first and leaves one to chat.
    data = {
        "accelerators": {"x": {}},
        "periods": [{"name": "t", "hours": 1}],
        "blocks": {"b": {"accelerator": "x", "accelerators": 2, "uses": {"racks": 1}}},
        "facilities": {"f": {"limits": {"racks": 3}, "installed": {"b": 3}}},
        "demands": [
            {"name": "chat", "tier": 2, "amount": 6, "yields": {"x": 1}, "unmet_cost": 9},
            {"name": "batch", "amount": 5, "yields": {"x": 1}, "unmet_cost": 1},
        ],
    }
    first, second = steps(data) or []
    assert first == Step(1, Fraction(0), Fraction(0))
    # The cap of 1e-6 lets chat have a millionth of a unit more.
    assert second.cost == 45 - Fraction(8, 10**6)


@pytest.mark.parametrize("seed", [*range(60), 276])
def test_plans_agree_with_trying_every_fleet(seed: int, session: Session) -> None:
    data = small(seed)
    must = steps(data)
    instance = Instance.parse(data)
    plan = gb.solve(instance, gap=1e-9, session=session, raise_without_plan=False)
    if must is None:
        assert plan.status == "infeasible"
        return
    assert plan.status == "optimal"
    assert plan.audit().ok
    scale = max(1.0, *(abs(float(step.cost)) for step in must))
    for stage, step in zip(plan.data.stages, must[:-1], strict=True):
        assert stage.tier == step.tier
        assert stage.value == pytest.approx(float(step.cost), abs=1e-6 * scale)
        assert stage.unmet == pytest.approx(float(step.unmet), abs=1e-5 * scale)
    assert plan.objective == pytest.approx(float(must[-1].cost), abs=1e-5 * scale)
