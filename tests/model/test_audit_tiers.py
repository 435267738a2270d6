"""The audit of tiers: stages that are missing, made up, or not kept."""

from dataclasses import replace
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.audit import audit
from gridblock.model.plan import Assignment, Decisions, PlanData, Service, Stage

NOW = "now"
INSTANCE = Instance.parse(
    {
        "gridblock": 1,
        "periods": [{"name": NOW, "hours": 1}],
        "accelerators": {"h100": {}},
        "blocks": {"pod": {"accelerator": "h100", "accelerators": 10}},
        "facilities": {"north": {"installed": {"pod": 5}}},
        "demands": [
            {"name": "chat", "amount": 40, "yields": {"h100": 1}, "unmet_cost": 1},
            {
                "name": "agents",
                "tier": 2,
                "amount": 40,
                "yields": {"h100": 1},
                "unmet_cost": 3,
            },
        ],
    }
)


def plan(chat: float, agents: float, **changes: Any) -> PlanData:
    """Give a plan that serves so many units of both, and states what that costs."""
    decisions = Decisions(
        assigned={
            Assignment("chat", "pod", "north", NOW): chat / 10,
            Assignment("agents", "pod", "north", NOW): agents / 10,
        },
        served={
            Service("chat", "", "north", NOW): chat,
            Service("agents", "", "north", NOW): agents,
        },
    )
    books = account(INSTANCE, decisions)
    objective = float(books.objective)
    stated = PlanData(
        instance=INSTANCE.name,
        instance_hash=INSTANCE.hash,
        status="optimal",
        stop="finished",
        decisions=decisions,
        objective=objective,
        bound=objective,
        gap=0.0,
        gap_asked=0.01,
        costs={category: float(cost) for category, cost in books.costs.items()},
        stages=(Stage(1, 0.0, 0.0, 0.0, 0.0),),
    )
    return replace(stated, **changes)


def test_a_plan_that_keeps_its_stages_passes() -> None:
    report = audit(INSTANCE, plan(40, 10))
    assert report.ok
    assert report.checked["tiers_keep_what_they_were_given"] == 1
    # The cap allows a millionth of what was found, or 1e-6.
    assert audit(INSTANCE, plan(39.999999, 10.000001)).ok


@pytest.mark.parametrize(
    ("tampered", "rule"),
    [
        (plan(39, 11), "tiers_keep_what_they_were_given"),
        (plan(39.99, 10.01), "tiers_keep_what_they_were_given"),
        (
            plan(40, 10, stages=(Stage(1, 0.0, 0.0, 0.0, -1.0),)),
            "tiers_keep_what_they_were_given",
        ),
        (plan(40, 10, stages=()), "stages_are_those_of_earlier_tiers"),
        (plan(40, 10, stages=(Stage(2, 0.0, 0.0, 0.0, 0.0),)), "stages_are_those_of_earlier_tiers"),
        (plan(40, 10, stages=(Stage(1, 0, 0, 0, 0),) * 2), "stages_are_those_of_earlier_tiers"),
        (
            plan(40, 10, stages=(Stage(1, float("nan"), 0.0, 0.0, 0.0),)),
            "figures_of_stages_are_numbers",
        ),
        (
            plan(40, 10, stages=(Stage(1, 0.0, 0.0, 0.0, float("inf")),)),
            "figures_of_stages_are_numbers",
        ),
        (plan(40, 10, stages=(Stage(1, 9.0, 8.0, 0.0, 0.0),)), "figures_of_stages_are_numbers"),
        (plan(40, 10, stages=(Stage(1, 1.0, 2.0, 1.0, 0.0),)), "figures_of_stages_are_numbers"),
        (plan(40, 10, stages=(Stage(1, 0.0, None, 0.0, 0.0),)), "figures_of_stages_are_numbers"),
        (
            plan(40, 10, stages=(Stage(1, 9.0, 0.0, 1.0, 0.0),)),
            "optimal_only_after_optimal_stages",
        ),
        (
            plan(40, 10, stages=(Stage(1, 9.0, None, None, 0.0),)),
            "optimal_only_after_optimal_stages",
        ),
    ],
    ids=str,
)
def test_a_tampered_plan_breaks_the_rule(tampered: PlanData, rule: str) -> None:
    assert {finding.rule for finding in audit(INSTANCE, tampered).findings} == {rule}


def test_a_search_that_ended_early_may_lack_stages() -> None:
    assert audit(INSTANCE, plan(40, 10, status="interrupted", stages=())).ok
    tampered = plan(40, 10, status="interrupted", stages=(Stage(2, 0.0, 0.0, 0.0, 0.0),))
    assert not audit(INSTANCE, tampered).ok
