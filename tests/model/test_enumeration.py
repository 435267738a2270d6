"""The planner against brute force: the same optimum on hundreds of random tiny instances."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.plan import Plan
from rivals.enumerate import best
from rivals.worlds import world

Solve = Callable[..., Plan]

SEEDS = 400
A_TEST = 20
"""Seeds that one test goes through."""
WITHIN = 1e-6


def disagreement(seed: int, solve: Solve) -> dict[str, Any] | None:
    """Say what planner and enumeration make of a world, if it is not the same."""
    instance = Instance.parse(world(seed))
    least = best(instance)
    plan = solve(instance, gap=0, raise_without_plan=False)
    if least is None or plan.objective is None:
        same = least is None and plan.status == "infeasible"
    else:
        slack = WITHIN * max(1, abs(least))
        bound = plan.bound if plan.bound is not None else -math.inf
        same = abs(plan.objective - least) <= slack and bound <= least + slack
    found = {"seed": seed, "enumerated": least, "planned": plan.objective, "status": plan.status}
    return None if same else found


def test_a_block_is_bought_beside_one_on_order(solve: Solve) -> None:
    # One block is of use, and one on order comes in v. Another for 1 saves 1 in u; at the end both
    # are worth 1: 1 - 2.
    instance = Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "u", "hours": 1}, {"name": "v", "hours": 1}],
            "accelerators": {"x": {}},
            "blocks": {
                "b": {"accelerator": "x", "accelerators": 4, "cost_once": 1, "end_share": 1}
            },
            "facilities": {"f": {"on_order": {"b": {"v": 1}}}},
            "demands": [{"name": "d", "amount": 1, "yields": {"x": 1}, "unmet_cost": 1}],
        }
    )
    assert best(instance) == -1
    assert solve(instance, gap=0).objective == pytest.approx(-1)


@pytest.mark.parametrize("first", range(0, SEEDS, A_TEST))
def test_the_planner_finds_what_enumeration_finds(first: int, solve: Solve) -> None:
    found = [disagreement(seed, solve) for seed in range(first, first + A_TEST)]
    assert [each for each in found if each] == []
