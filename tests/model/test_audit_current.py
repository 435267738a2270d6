"""The audit of replanning: orders that stand, moves that are paid for."""

from dataclasses import replace
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.audit import audit
from gridblock.model.plan import Assignment, Decisions, Ordering, PlanData, Service, Standing

P1, P2, P3 = "p1", "p2", "p3"
ALL = (P1, P2, P3)
# Chat stands in the north by the plan in force, in 2 pods and then 3, of which it buys one; the new
# plan gives it one of the south from p2 on.
GIVEN: dict[str, Any] = {
    "gridblock": 1,
    "discount_rate": 1,
    "periods": [{"name": t, "hours": 8760} for t in ALL],
    "accelerators": {"h100": {}},
    "blocks": {
        "pod": {
            "accelerator": "h100",
            "accelerators": 8,
            "cost_once": 1000,
            "end_share": 0,
            "lead": 1,
        }
    },
    "facilities": {"north": {"installed": {"pod": 2}}, "south": {"installed": {"pod": 2}}},
    "demands": [
        {"name": "chat", "amount": 32, "yields": {"h100": 1}, "unmet_cost": 1},
        {"name": "new", "amount": 8, "yields": {"h100": 1}, "unmet_cost": 1},
    ],
    "options": [{"name": "lot", "max": 3}],
    "current": {
        "keep_to": P1,
        "move_cost": 64,
        "plan": {
            "periods": [P1, P2],
            "bought": [{"block": "pod", "place": "north", "period": P2, "blocks": 1}],
            "ordered": [{"option": "lot", "period": P1, "lots": 2}],
            "assigned": [
                {"demand": "chat", "block": "pod", "place": "north", "period": t, "blocks": n}
                for t, n in ((P1, 2), (P2, 3))
            ],
        },
    },
}


def chat(place: str, period: str) -> Assignment:
    return Assignment("chat", "pod", place, period)


def served(place: str, period: str, units: float) -> dict[Service, float]:
    return {Service("chat", "", place, period): units}


DECISIONS = Decisions(
    bought={Standing("pod", "north", P2): 1},
    ordered={Ordering("lot", P1): 2},
    assigned={
        chat("north", P1): 2,
        chat("north", P2): 3,
        chat("south", P2): 1,
        chat("north", P3): 3,
        chat("south", P3): 1,
    },
    moved={chat("south", P2): 1},
    served={
        **served("north", P1, 16),
        **{Service("chat", "", "north", t): 24 for t in (P2, P3)},
        **{Service("chat", "", "south", t): 8 for t in (P2, P3)},
    },
)


def stated(instance: Instance, decisions: Decisions) -> PlanData:
    """Give a plan that states what its decisions cost."""
    books = account(instance, decisions)
    return PlanData(
        instance=instance.name,
        instance_hash=instance.hash,
        status="feasible",
        stop="finished",
        decisions=decisions,
        objective=float(books.objective),
        costs={category: float(cost) for category, cost in books.costs.items()},
    )


def broken(decisions: Decisions, **changes: Any) -> list[str]:
    """Give the findings about decisions, as ``rule: where: what``."""
    instance = Instance.parse(GIVEN).replace(changes.pop("given", {}))
    report = audit(instance, stated(instance, replace(decisions, **changes)))
    return [f"{finding.rule}: {finding}" for finding in report.findings]


def test_a_plan_that_keeps_orders_and_pays_for_moves_passes() -> None:
    instance = Instance.parse(GIVEN)
    plan = stated(instance, DECISIONS)
    report = audit(instance, plan)
    assert report.ok, report.findings
    # One pod, after a year at 100 %.
    assert plan.costs["moves"] == 32
    assert report.checked["orders_of_blocks_stand"] == 1
    assert report.checked["orders_of_lots_stand"] == 1
    # Two places in the two periods that the plan in force knows.
    assert report.checked["given_only_what_has_been_moved"] == 4


def test_fewer_and_more_orders_are_found() -> None:
    pod = Standing("pod", "north", P2)
    none = broken(
        DECISIONS,
        bought={},
        assigned={key: min(n, 2) for key, n in DECISIONS.assigned.items()},
        served={key: min(n, 16) for key, n in DECISIONS.served.items()},
    )
    assert none == [
        "orders_of_blocks_stand: pod at north in p2: 0 ordered, 1 by the plan in force, whose "
        "orders stand"
    ]
    assert [each.partition(":")[0] for each in broken(DECISIONS, bought={pod: 2})] == [
        "orders_of_blocks_stand"
    ]
    other = {pod: 1, Standing("pod", "south", P2): 1}
    assert broken(DECISIONS, bought=other) == [
        "orders_of_blocks_stand: pod at south in p2: 1 ordered, 0 by the plan in force, whose "
        "orders stand"
    ]
    # Ordered in p2, when orders are free.
    assert broken(DECISIONS, bought={pod: 1, Standing("pod", "south", P3): 1}) == []
    assert broken(DECISIONS, bought={pod: 2}, given={"current.keep_to": None}) == []


def test_fewer_and_more_lots_are_found() -> None:
    for ordered in ({}, {Ordering("lot", P1): 1}, {Ordering("lot", P1): 3}):
        (found,) = broken(DECISIONS, ordered=ordered)
        assert found.startswith("orders_of_lots_stand: lot ordered in p1: ")
    assert broken(DECISIONS, ordered={Ordering("lot", P1): 2, Ordering("lot", P2): 1}) == []


def test_what_is_given_without_a_move_is_found() -> None:
    assert broken(DECISIONS, moved={}) == [
        "given_only_what_has_been_moved: chat, pod at south in p2: 1 blocks beyond the plan in "
        "force, 0 moved"
    ]
    assert broken(DECISIONS, moved={chat("south", P2): 0.5})
    assert broken(DECISIONS, moved={chat("north", P2): 1})
    # Ahead of its time, or in two parts.
    assert broken(DECISIONS, moved={chat("south", P1): 1}) == []
    assert broken(DECISIONS, moved={chat("south", P1): 0.5, chat("south", P2): 0.5}) == []
    # Without a price nothing is asked.
    assert broken(DECISIONS, moved={}, given={"current.move_cost": 0}) == []


@pytest.mark.parametrize(
    ("key", "given"),
    [
        (chat("south", P2), {"current.move_cost": 0}),
        (chat("south", P2), {"current": None}),
        (chat("south", P3), {}),
        (Assignment("new", "pod", "south", P2), {}),
    ],
)
def test_moves_of_what_cannot_be_moved_are_found(key: Assignment, given: dict[str, Any]) -> None:
    found = broken(DECISIONS, moved={**DECISIONS.moved, key: 1}, given=given)
    assert {each.partition(":")[0] for each in found} == {"moved_only_where_that_has_a_price"}


def test_a_move_that_is_not_paid_for_is_found() -> None:
    instance = Instance.parse(GIVEN)
    plan = stated(instance, DECISIONS)
    free = replace(plan, costs={**plan.costs, "moves": 0.0}, objective=(plan.objective or 0) - 32)
    rules = {finding.rule for finding in audit(instance, free).findings}
    assert rules == {"costs_are_as_stated", "objective_is_the_sum_of_costs"}


def test_moves_name_what_exists_and_may_be_shares_of_whole_blocks() -> None:
    odd = {**DECISIONS.moved, Assignment("chatt", "pod", "south", P2): 1}
    assert [each.partition(":")[0] for each in broken_form(moved=odd)] == [
        "decisions_name_what_exists"
    ]
    assert [each.partition(":")[0] for each in broken_form(moved={chat("south", P2): -1})] == [
        "nothing_is_negative"
    ]
    halves = {chat("south", P1): 0.5, chat("south", P2): 0.5}
    whole = {"demands.chat.whole_blocks": True}
    assert broken(DECISIONS, moved=halves, given=whole) == []


def broken_form(**changes: Any) -> list[str]:
    """Give the findings about decisions of which no account can be drawn up."""
    instance = Instance.parse(GIVEN)
    plan = replace(stated(instance, DECISIONS), decisions=replace(DECISIONS, **changes))
    return [f"{finding.rule}: {finding}" for finding in audit(instance, plan).findings]


def test_moves_are_no_spending() -> None:
    # A pod of chat moves to the south, at $64: neither the south nor chat spends anything.
    for of in ({"facility": "south"}, {"demand": "chat"}):
        limit = {"name": "cap", "measure": "spend", "of": of, "max": 0}
        assert broken(DECISIONS, given={"limits": [limit]}) == []
    once = {"name": "cap", "measure": "spend_once", "of": {"facility": "south"}, "max": 0}
    assert broken(DECISIONS, given={"limits": [once]}) == []
