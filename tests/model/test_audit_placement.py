"""The audit of blocks that are assigned beyond what their demand can use."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.audit import audit
from gridblock.model.plan import Assignment
from gridblock.plan import Plan

Solve = Callable[..., Plan]


@pytest.fixture
def near(two_hours: Instance) -> Instance:
    """Chat wants 10 units in the first hour, from a region that reaches the north alone.

    Three pods of 10 stand in both sites. A pod serves 10 of batch in the second hour, none before.
    """
    sites = {"installed": {"pod": 3}}
    batch = {"name": "batch", "amount": 10, "yields": {"h100": [0, 1]}, "unmet_cost": 1}
    return two_hours.replace(
        {
            "facilities": {"north": sites, "south": sites},
            "network": {
                "regions": {"west": {}, "east": {}},
                "links": [{"between": ["west", "north"], "ms": 1}],
            },
            "demands": [
                {
                    "name": "chat",
                    "amount": [10, 0],
                    "yields": {"h100": 1},
                    "unmet_cost": 1,
                    "from": {"west": 1},
                },
                batch,
            ],
        }
    )


def found(plan: Plan, key: Assignment, blocks: float) -> list[str]:
    """Give the findings about a plan in which blocks are assigned besides."""
    decided = plan.data.decisions
    assert decided is not None
    more = replace(decided, assigned={**decided.assigned, key: blocks})
    report = audit(plan.instance, replace(plan.data, decisions=more))
    return [f"{finding.rule}: {finding}" for finding in report.findings]


def test_more_blocks_may_be_assigned_than_are_of_use(near: Instance, solve: Solve) -> None:
    # One pod serves all of chat in the first hour; three may be assigned.
    plan = solve(near)
    assert found(plan, Assignment("chat", "pod", "north", "first"), 3) == []


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (Assignment("chat", "pod", "north", "second"), "it asks for nothing then"),
        (Assignment("batch", "pod", "north", "first"), "its yield is 0 then"),
        (
            Assignment("chat", "pod", "south", "first"),
            "no region that it comes from reaches the facility",
        ),
    ],
)
def test_what_can_serve_nothing_is_assigned_to_nothing(
    near: Instance, solve: Solve, key: Assignment, said: str
) -> None:
    rule, where = "assigned_only_what_can_serve", f"{key.demand} on pod at {key.place}"
    assert found(solve(near), key, 1) == [f"{rule}: {where} in {key.period}: {said}"]
