"""What a plan changes in the plan in force, as a table and in sentences."""

from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.plan import Assignment, Decisions, Ordering, PlanData, Standing
from gridblock.reports.answer import answer
from gridblock.reports.tables import columns, table
from gridblock.reports.understood import understood

QUARTERS = ("2027Q1", "2027Q2", "2027Q3", "2027Q4")
PLAN: dict[str, Any] = {
    "periods": list(QUARTERS[:3]),
    "bought": [
        {"block": "pod", "place": "north", "period": "2027Q1", "order": "2026Q4", "blocks": 1},
        {"block": "pod", "place": "north", "period": "2027Q1", "order": "2027Q1", "blocks": 2},
    ],
    "retired": [{"block": "pod", "place": "south", "period": "2027Q2", "blocks": 1}],
    "ordered": [{"option": "lot", "period": "2027Q1", "lots": 2}],
    "assigned": [
        {"demand": "chat", "block": "pod", "place": "north", "period": t, "blocks": 2.5}
        for t in QUARTERS[:3]
    ]
    + [{"demand": "gone", "block": "pod", "place": "south", "period": "2027Q1", "blocks": 1}],
}


@pytest.fixture
def instance() -> Instance:
    return Instance.parse(
        {
            "gridblock": 1,
            "name": "deal",
            "periods": {"first": "2027Q1", "count": 4},
            "accelerators": {"h100": {}},
            "blocks": {
                "pod": {"accelerator": "h100", "accelerators": 8, "cost_once": 9, "end_share": 0}
            },
            "facilities": {"north": {}, "south": {"installed": {"pod": 3}}},
            "demands": [{"name": "chat", "amount": 20, "yields": {"h100": 1}, "unmet_cost": 1}],
            "options": [{"name": "lot", "max": 3}],
            "current": {"plan": PLAN, "keep_to": "2027Q1", "move_cost": 100},
        }
    )


DECISIONS = Decisions(
    bought={Standing("pod", "north", "2027Q1"): 3, Standing("pod", "north", "2027Q3"): 1},
    ordered={Ordering("lot", "2027Q2"): 2},
    assigned={
        Assignment("chat", "pod", "north", "2027Q1"): 2.5 + 1e-9,
        **{Assignment("chat", "pod", "south", t): 2.5 for t in QUARTERS[1:]},
    },
    moved={Assignment("chat", "pod", "south", "2027Q2"): 2.5},
)


def planned(instance: Instance, decisions: Decisions) -> PlanData:
    books = account(instance, decisions)
    costs = {category: float(cost) for category, cost in books.costs.items()}
    return PlanData(
        instance=instance.name,
        instance_hash=instance.hash,
        status="feasible",
        stop="finished",
        decisions=decisions,
        objective=float(books.objective),
        costs=costs,
    )


def rows(instance: Instance, decisions: Decisions = DECISIONS) -> list[tuple[Any, ...]]:
    books = account(instance, decisions)
    frame = table("changes", instance, planned(instance, decisions), books)
    assert tuple(frame.columns) == columns("changes")
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).to_numpy()]


def test_changes_are_told_one_by_one(instance: Instance) -> None:
    # The plan in force does not know the fourth quarter; 2.5 + 1e-9 blocks are 2.5.
    assert rows(instance) == [
        ("ordered", "lot", None, None, "2027Q1", 2.0, 0.0, -2.0),
        ("ordered", "lot", None, None, "2027Q2", 0.0, 2.0, 2.0),
        ("bought", "pod", "pod", "north", "2027Q3", 0.0, 1.0, 1.0),
        ("retired", "pod", "pod", "south", "2027Q2", 1.0, 0.0, -1.0),
        ("assigned", "chat", "pod", "north", "2027Q2", 2.5, 0.0, -2.5),
        ("assigned", "chat", "pod", "north", "2027Q3", 2.5, 0.0, -2.5),
        ("assigned", "chat", "pod", "south", "2027Q2", 0.0, 2.5, 2.5),
        ("assigned", "chat", "pod", "south", "2027Q3", 0.0, 2.5, 2.5),
        ("assigned", "gone", "pod", "south", "2027Q1", 1.0, 0.0, -1.0),
    ]


def test_without_a_plan_in_force_nothing_changes(instance: Instance) -> None:
    assert rows(instance.replace({"current": None}), Decisions()) == []


def test_changes_are_summed_up_and_the_largest_shown(instance: Instance) -> None:
    plan = planned(instance, DECISIONS)
    told = answer(instance, plan, account(instance, DECISIONS))
    assert told.sentences[-1] == (
        "Changes 3 orders, 1 retirement and 5 assignments of the plan in force; what is moved "
        "costs USD\N{NO-BREAK SPACE}250."
    )
    (section,) = [s for s in told.sections if s.title == "Changes to the plan in force"]
    assert section.rows == (
        ("ordered", "lot", "", "2027Q1", "2.0", "0.0"),
        ("ordered", "lot", "", "2027Q2", "0.0", "2.0"),
        ("bought", "pod", "north", "2027Q3", "0.0", "1.0"),
        ("retired", "pod", "south", "2027Q2", "1.0", "0.0"),
        ("assigned", "chat on pod", "north", "2027Q2 to 2027Q3", "2.5", "0.0"),
        ("assigned", "chat on pod", "south", "2027Q2 to 2027Q3", "0.0", "2.5"),
        ("assigned", "gone on pod", "south", "2027Q1", "1.0", "0.0"),
    )
    assert section.note == ""


def test_a_plan_that_changes_nothing_says_so(instance: Instance) -> None:
    quiet = instance.replace({"current.plan": {"periods": ["2027Q1"]}})
    told = answer(quiet, planned(quiet, Decisions()), account(quiet, Decisions()))
    assert told.sentences[-1] == "The plan in force stays as it is."
    assert all(section.title != "Changes to the plan in force" for section in told.sections)


def test_check_says_what_stands(instance: Instance) -> None:
    assert understood(instance).sentences[-1] == (
        "Knows 3 of 4 periods of the plan in force; its orders up to 2027Q1 stand: 2 blocks and "
        "2 lots; a block that is moved costs USD\N{NO-BREAK SPACE}100."
    )
    free = instance.replace({"current": {"plan": PLAN}})
    assert understood(free).sentences[-1].endswith("; none of its orders has to stand.")
