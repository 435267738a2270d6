"""Moves away from the plan in force: without their price, with it, and why."""

from collections.abc import Callable
from typing import Any

import pytest

import gridblock as gb
from gridblock.instances.instance import Instance
from gridblock.plan import Plan

Cost = Callable[[Instance], float]
Solve = Callable[..., Plan]
BOTH = ("first", "second")


def in_force(*rows: tuple[str, str, float], demand: str = "chat", **fields: Any) -> dict[str, Any]:
    """Give a plan in force that assigns pods: place, period, blocks."""
    assigned = [
        {"demand": demand, "block": "pod", "place": place, "period": t, "blocks": n}
        for place, t, n in rows
    ]
    return {"periods": list(BOTH), "assigned": assigned, **fields}


@pytest.fixture
def dear(two_hours: Instance) -> Instance:
    """Chat wants 30 units of three pods, of which there are three in each site.

    Serving a unit costs 10 cents an hour in the north and nothing in the south: $0.
    """
    return two_hours.replace(
        {
            "facilities": {
                "north": {"installed": {"pod": 3}},
                "south": {"installed": {"pod": 3}},
            },
            "demands.chat.amount": 30,
            "demands.chat.cost_per_unit_hour": {"north": 0.1},
        }
    )


@pytest.fixture
def north(dear: Instance) -> Instance:
    """The plan in force serves chat in the north, for $6."""
    rows = [("north", t, 3) for t in BOTH]
    return dear.replace({"current": {"plan": in_force(*rows)}})


def moved(plan: Plan) -> dict[tuple[str, str], float]:
    """Give the blocks moved by place and period."""
    assert plan.data.decisions is not None
    return {(key.place, key.period): n for key, n in plan.data.decisions.moved.items()}


def test_a_move_is_paid_once_for_as_long_as_it_lasts(
    dear: Instance, north: Instance, cost: Cost, solve: Solve
) -> None:
    assert cost(dear) == cost(north) == 0
    # Three pods move at $1 each and save $6.
    plan = solve(north.replace({"current.move_cost": 1}))
    assert plan.costs["moves"] == plan.objective == pytest.approx(3)
    assert moved(plan) == {("south", "first"): 3}
    # At $2.50 they stay.
    assert cost(north.replace({"current.move_cost": 2.5})) == 6


def test_with_a_high_price_nothing_moves(north: Instance, solve: Solve) -> None:
    plan = solve(north.replace({"current.move_cost": 1e6}))
    assert plan.objective == pytest.approx(6)
    assert plan.data.decisions is not None
    assert {key.place for key in plan.data.decisions.assigned} == {"north"}
    assert moved(plan) == {}


def test_what_the_plan_in_force_moves_itself_is_no_move(dear: Instance, cost: Cost) -> None:
    # North in the first hour, south in the second: to be in the south at once costs 3 x $0.9.
    plan = in_force(("north", "first", 3), ("south", "second", 3))
    assert cost(dear.replace({"current": {"plan": plan, "move_cost": 0.9}})) == 2.7
    assert cost(dear.replace({"current": {"plan": plan, "move_cost": 1.1}})) == 3


def test_a_plan_in_force_that_falls_makes_no_move(dear: Instance, cost: Cost) -> None:
    # It gives chat up in the second hour; so does the new plan, since nothing is asked for then.
    less = dear.replace({"demands.chat.amount": [30, 0]})
    plan = in_force(("south", "first", 3))
    assert cost(less.replace({"current": {"plan": plan, "move_cost": 5}})) == 0
    # Where the work stays, the three pods of the second hour are beyond it: $5 each or $1 a unit.
    assert cost(dear.replace({"current": {"plan": plan, "move_cost": 5}})) == 15
    assert cost(dear.replace({"current": {"plan": plan, "move_cost": 11}})) == 30


def test_what_has_been_moved_may_come_and_go(dear: Instance, cost: Cost) -> None:
    three = dear.replace(
        {
            "periods": [{"name": t, "hours": 1} for t in ("a", "b", "c")],
            "demands.chat.amount": [30, 0, 30],
        }
    )
    rows = [("north", t, 3) for t in ("a", "b", "c")]
    plan = {**in_force(*rows), "periods": ["a", "b", "c"]}
    # Moved for a, not needed in b, there again in c: paid once, $4.50 against $6 in the north.
    assert cost(three.replace({"current": {"plan": plan, "move_cost": 1.5}})) == 4.5


def test_a_new_demand_is_no_move(north: Instance, cost: Cost) -> None:
    new = north.replace({"demands.chat.name": "talk", "current.move_cost": 100})
    assert cost(new) == 0


def test_a_period_that_the_plan_in_force_does_not_know_has_no_moves(
    dear: Instance, cost: Cost
) -> None:
    plan = {**in_force(("north", "first", 3)), "periods": ["first"]}
    # $3 in the north, then south for nothing.
    assert cost(dear.replace({"current": {"plan": plan, "move_cost": 100}})) == 3
    # Its periods are those that it names where it does not say which ones it plans.
    plan.pop("periods")
    assert cost(dear.replace({"current": {"plan": plan, "move_cost": 100}})) == 3


def test_what_is_gone_counts_for_nothing(north: Instance, cost: Cost) -> None:
    # The north is given up: three pods move at $1.
    gone = {"facilities": {"south": {"installed": {"pod": 3}}}, "current.move_cost": 1}
    assert cost(north.replace({**gone, "demands.chat.cost_per_unit_hour": 0})) == 3


def test_whole_and_shared_blocks_move_alike(north: Instance, cost: Cost) -> None:
    # 25 units are 2.5 pods; whole ones are 3, for the same $1 each.
    shared = north.replace({"demands.chat.amount": 25, "current.move_cost": 1})
    assert cost(shared) == 2.5
    assert cost(shared.replace({"demands.chat.whole_blocks": True})) == 3


def test_a_move_is_discounted_at_the_start_of_its_period(dear: Instance, cost: Cost) -> None:
    years = dear.replace(
        {
            "periods": [{"name": t, "hours": 8760} for t in BOTH],
            "discount_rate": 1,
            "demands.chat.amount": [0, 30],
        }
    )
    plan = in_force(*(("north", t, 3) for t in BOTH))
    # Three pods move at the start of the second year, for $2 each: 6 / 2.
    assert cost(years.replace({"current": {"plan": plan, "move_cost": 2}})) == 3


def test_moves_are_no_spending(north: Instance, cost: Cost, solve: Solve) -> None:
    priced = north.replace({"current.move_cost": 1})
    # A budget of nothing forbids no move: three pods at $1 each, which save $6 of serving.
    for of in ({}, {"facility": "south"}, {"demand": "chat"}):
        capped = {"limits": [{"name": "cap", "measure": "spend", "max": 0, "of": of}]}
        assert cost(priced.replace(capped)) == 3
    once = {"name": "cap", "measure": "spend_once", "max": 0}
    assert cost(priced.replace({"limits": [once]})) == 3
    # Nor do moves make up a floor: what is short of $2 in each of two hours, at $10, is all of it.
    floor = {"name": "floor", "measure": "spend_once", "min": 2, "penalty": 10}
    plan = solve(priced.replace({"limits": [floor]}))
    assert plan.objective == pytest.approx(3 + 40)
    assert moved(plan) == {("south", "first"): 3}


def test_earlier_tiers_know_nothing_of_later_moves(dear: Instance, solve: Solve) -> None:
    batch = {"name": "batch", "amount": 30, "yields": {"h100": 1}, "unmet_cost": 1, "tier": 2}
    plain = dear.plain()
    two = dear.replace({"demands": [{**plain["demands"][0], "tier": 1}, batch]})
    rows = in_force(("south", "first", 3), demand="batch")["assigned"]
    plan = {**in_force(*(("south", t, 3) for t in BOTH)), "periods": list(BOTH)}
    plan["assigned"] += rows
    found = solve(two.replace({"current": {"plan": plan, "move_cost": 1}}))
    # Chat stays in the south for nothing; batch is given three pods of the north.
    assert [stage.value for stage in found.data.stages] == [0]
    assert found.objective == pytest.approx(3)


def test_without_an_edit_the_plan_in_force_stays(two_sites: Instance, solve: Solve) -> None:
    grown = two_sites.replace(
        {
            "periods": [{"name": t, "hours": h} for t, h in zip("abc", (5, 5, 5), strict=True)],
            "demands.chat.amount": [50, 75, 90],
            "blocks.pod.cost_once": 30,
            "blocks.pod.end_share": 0.1,
            "blocks.pod.lead": 1,
        }
    )
    first = solve(grown)
    again = {"plan": gb.in_force(first), "keep_to": "b", "move_cost": 20}
    second = solve(grown.replace({"current": again}))
    assert second.objective == pytest.approx(first.objective)
    assert second.costs["moves"] == 0
    assert len(second.table("changes")) == 0
