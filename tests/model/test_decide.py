"""From values of variables to decisions: whole numbers, no dust, nothing assigned in vain."""

from collections.abc import Callable, Mapping
from typing import Any

import pyomo.environ as pyo
import pytest

from gridblock.instances.instance import Instance
from gridblock.model.build import build
from gridblock.model.decide import decisions
from gridblock.model.plan import Assignment, Decisions, RunStart, Service, Standing
from gridblock.plan import Plan

Solve = Callable[[Instance], Plan]
CHAT = Assignment("chat", "pod", "north", "now")
SERVED = Service("chat", "", "north", "now")


def decided(instance: Instance, values: Mapping[tuple[str, Any], float]) -> Decisions:
    """Give the decisions of a model in which some variables have values and the others none."""
    model = build(instance)
    for variable in model.component_data_objects(pyo.Var):
        variable.set_value(0)
    for (name, key), value in values.items():
        getattr(model, name)[key].set_value(value, skip_validation=True)
    return decisions(model)


@pytest.fixture
def working(one_hall: Instance) -> dict[tuple[str, Any], float]:
    """Values of a plan for one hall: five pods serve 50 units."""
    return {
        ("owned", ("pod", "north", "now")): 5,
        ("assigned", CHAT): 5,
        ("served", SERVED): 50,
        ("unmet", ("chat", "", "now")): 10,
    }


def test_a_plan_is_read_off_its_variables(
    one_hall: Instance, working: dict[tuple[str, Any], float]
) -> None:
    assert decided(one_hall, working) == Decisions(assigned={CHAT: 5}, served={SERVED: 50})


def test_whole_numbers_are_rounded(empty_hall: Instance) -> None:
    bought = ("pod", "north", "now")
    values = {("owned", bought): 1.9999999, ("bought", bought): 1.9999999}
    assert decided(empty_hall, values).bought == {Standing(*bought): 2}


def test_dust_is_dropped(one_hall: Instance, working: dict[tuple[str, Any], float]) -> None:
    dust = {**working, ("retired", ("pod", "north", "now")): 1e-7, ("served", SERVED): 1e-9}
    assert decided(one_hall, dust) == Decisions()


def test_values_are_read_to_twelve_digits(
    one_hall: Instance, working: dict[tuple[str, Any], float]
) -> None:
    blurred = {**working, ("served", SERVED): 49.9999999999999}
    assert decided(one_hall, blurred).served == {SERVED: 50}


def test_shared_blocks_assigned_in_vain_are_given_back(
    one_hall: Instance, working: dict[tuple[str, Any], float]
) -> None:
    # 25 units need two pods and a half of five.
    assert decided(one_hall, {**working, ("served", SERVED): 25}).assigned == {CHAT: 2.5}


def test_whole_blocks_assigned_in_vain_are_given_back(
    one_hall: Instance, working: dict[tuple[str, Any], float]
) -> None:
    whole = one_hall.replace({"demands.chat.whole_blocks": True})
    # 25 units need three whole pods.
    assert decided(whole, {**working, ("served", SERVED): 25}).assigned == {CHAT: 3}


def test_the_smaller_blocks_are_given_back_first(one_hall: Instance) -> None:
    both = one_hall.replace(
        {
            "blocks.node": {"accelerator": "h100", "accelerators": 4},
            "facilities.north.installed.node": 5,
            "demands.chat.whole_blocks": True,
        }
    )
    node = CHAT._replace(block="node")
    values = {("assigned", CHAT): 2, ("assigned", node): 3, ("served", SERVED): 23}
    # 20 + 12 for 23 units: two nodes go, 4 of the last one's serve 3.
    assert decided(both, values).assigned == {CHAT: 2, node: 1}


def test_blocks_that_earn_by_drawing_stay_assigned(
    one_hall: Instance, working: dict[tuple[str, Any], float]
) -> None:
    paid = one_hall.replace({"facilities.north.energy_per_mwh": -10})
    assert decided(paid, {**working, ("served", SERVED): 25}).assigned == {CHAT: 5}


def test_a_run_keeps_a_block_at_each_facility_and_none_beyond_its_end(two_hours: Instance) -> None:
    sites = {name: {"installed": {"pod": 3}} for name in ("north", "south")}
    run = {"run": {"periods": 1, "start": ["first", "second"]}, "max_facilities": 2}
    gang = two_hours.replace(
        {
            "facilities": sites,
            "demands.chat": {
                **{"name": "chat", "amount": 10, "yields": {"h100": 1}, "unmet_cost": 1},
                **{"whole_blocks": True, **run},
            },
        }
    )
    values: dict[tuple[str, Any], float] = {
        ("assigned", ("chat", "pod", site, t)): 1 for site in sites for t in ("first", "second")
    }
    values |= {("starts", ("chat", "first")): 1, ("served", ("chat", "", "north", "first")): 10}
    found = decided(gang, values)
    assert found.starts == {RunStart("chat", "first"): 1}
    # South serves nothing, and is a part of the run; in the second hour the run is over.
    assert found.assigned == {
        Assignment("chat", "pod", "north", "first"): 1,
        Assignment("chat", "pod", "south", "first"): 1,
    }


def test_what_is_off_is_owned_and_not_powered(two_hours: Instance) -> None:
    falls = two_hours.replace({"facilities.north.limits.power_mw": [0.5, 0.3]})
    later = ("pod", "north", "second")
    first = ("pod", "north", "first")
    values = {("owned", later): 5, ("powered_on", later): 3}
    values |= {("owned", first): 5, ("powered_on", first): 5}
    assert decided(falls, values).switched_off == {Standing(*later): 2}


def test_a_solved_model_gives_the_plan_again(two_zones: Instance, solve: Solve) -> None:
    plan = solve(two_zones.replace({"demands.chat.whole_blocks": True}))
    assert plan.data.decisions is not None
    assert sum(plan.data.decisions.assigned.values()) == 6
    assert all(isinstance(count, int) for count in plan.data.decisions.assigned.values())
