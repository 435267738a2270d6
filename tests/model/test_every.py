"""Every feature in random combination: the planner against one plain program of all rules.

The program is solved by HiGHS and, where it is installed, by SCIP. `make worlds` goes through as
many worlds as SEEDS says.
"""

import os
from collections.abc import Callable
from functools import partial
from itertools import combinations
from random import Random
from typing import Any

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.plan import Plan
from rivals.dice import Data
from rivals.edits import edited
from rivals.every import Everything, every, settled
from rivals.fleets import TooLargeError
from rivals.mip import Mip
from rivals.routes import TieError
from rivals.running import Running, Waiting
from rivals.swarm import Swarm
from rivals.whole import steps

Solve = Callable[..., Plan]
SEEDS = int(os.environ.get("SEEDS", "60"))
A_TEST = 20
"""Seeds that one test goes through."""
WITHIN = 1e-6
REFUSED = "can be bought at a profit without end"
FEATURES = {
    "options": "'options'",
    "leases": "'blocks': 'b",
    "usage": "'per_block_hour'",
    "room": "'limit': ",
    "feed lots": "'feed': ",
    "opens": "'opens'",
    "limits": "'measure'",
    "tiers": "'tier': 2",
    "orders in force": "'keep_to'",
    "moves": "'move_cost'",
    "runs": "'run'",
    "loss of a facility": "'survive': {'facility'",
    "loss of a link": "'link': 0",
    "feeds": "'fed_by'",
    "interconnect": "'interconnect'",
    "fabric": "'fabric_gbps_per_block'",
}
"""What in the text of a world shows a feature."""


def disagreement(
    seed: int, solve: Solve, program: type[Mip] = Mip, draw: type[Everything] = Everything
) -> dict[str, Any] | None:
    """Say what planner and rival make of a world, if it is not the same."""
    return compared(seed, every(seed, draw), solve, program)


def after_an_edit(seed: int, solve: Solve) -> dict[str, Any] | None:
    """Say what they make of a world that was edited, planned from a plan of it before."""
    random = Random(f"edit {seed}")
    before = every(seed)
    gap = random.choice((1e-9, 1e-2, 0.3))
    plan = solve(Instance.parse(before), gap=gap, raise_without_plan=False)
    data = edited(before, random)
    try:
        Instance.parse(data)
        settled(data)
    except (InstanceError, TieError):
        return None
    start = plan if plan.objective is not None else None
    return compared(seed, data, partial(solve, start=start))


def compared(
    seed: int, data: Data, solve: Solve, program: type[Mip] = Mip
) -> dict[str, Any] | None:
    """Say what planner and rival make of plain data, if it is not the same."""
    try:
        found = steps(data, program)
    except TooLargeError:
        return None
    try:
        plan = solve(Instance.parse(data), raise_without_plan=False)
    except InstanceError as error:
        # Where resale brings more than the price, a budget alone is not taken to end the profit.
        return None if REFUSED in str(error) else {"seed": seed, "refused": str(error)}
    cost = None if found is None else found[-1].cost
    if cost is None or plan.objective is None:
        same = cost is None and plan.status == "infeasible"
    else:
        same = abs(plan.objective - cost) <= WITHIN * max(1, abs(cost))
    said = {"seed": seed, "rival": cost, "planned": plan.objective, "status": plan.status}
    return None if same else said


@pytest.mark.parametrize("first", range(0, SEEDS, A_TEST))
def test_the_planner_finds_what_the_rival_finds(first: int, solve: Solve) -> None:
    found = [disagreement(seed, solve) for seed in range(first, min(first + A_TEST, SEEDS))]
    assert [each for each in found if each] == []


@pytest.mark.parametrize("first", range(0, SEEDS, A_TEST))
def test_the_planner_finds_what_a_second_solver_finds(first: int, solve: Solve) -> None:
    reason = "needs PySCIPOpt: pip install 'gridblock[dev]'"
    scip = pytest.importorskip("rivals.scip", reason=reason, exc_type=ImportError)
    seeds = range(SEEDS + first, SEEDS + min(first + A_TEST, SEEDS))
    found = [disagreement(seed, solve, scip.ScipMip) for seed in seeds]
    assert [each for each in found if each] == []


@pytest.mark.parametrize("draw", [Running, Waiting, Swarm])
@pytest.mark.parametrize("first", range(0, SEEDS, A_TEST))
def test_the_planner_finds_what_the_rival_finds_where_there_is_much(
    first: int, draw: type[Everything], solve: Solve
) -> None:
    seeds = range(first, min(first + A_TEST, SEEDS))
    found = [disagreement(seed, solve, draw=draw) for seed in seeds]
    assert [each for each in found if each] == []


@pytest.mark.parametrize("first", range(0, SEEDS, A_TEST))
def test_an_edited_world_is_planned_from_the_plan_before(first: int, solve: Solve) -> None:
    seeds = range(first, min(first + A_TEST, SEEDS))
    found = [after_an_edit(seed, solve) for seed in seeds]
    assert [each for each in found if each] == []


def test_worlds_have_every_two_features_together() -> None:
    texts = [str(every(seed)) for seed in range(300)]
    shown = [{name for name, text in FEATURES.items() if text in world} for world in texts]
    pairs = {pair for names in shown for pair in combinations(sorted(names), 2)}
    assert set(combinations(sorted(FEATURES), 2)) - pairs == set()
