"""Capacity: racks, water and the tree of zones."""

from collections.abc import Callable

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.plan import Standing
from gridblock.plan import Plan

Cost = Callable[[Instance], float]
Solve = Callable[[Instance], Plan]


@pytest.fixture
def empty_halls(empty_hall: Instance) -> Instance:
    """Halls a and b of one building, with room for everything: $6."""
    building = {"zones": {"building": {"zones": {"a": {}, "b": {}}}}}
    return empty_hall.replace({"facilities": {"north": building}})


def test_racks_limit_what_is_bought(empty_hall: Instance, cost: Cost) -> None:
    # Without racks six pods at $1; in 18 racks four pods of 4: 20 unmet + $4.
    assert cost(empty_hall) == 6
    assert cost(empty_hall.replace({"blocks.pod.uses.racks": 4})) == 6
    racks = {"blocks.pod.uses.racks": 4, "facilities.north.limits": {"racks": 18}}
    assert cost(empty_hall.replace(racks)) == 24


def test_a_resource_of_the_users_own_binds_like_any(empty_hall: Instance, cost: Cost) -> None:
    # 2.5 m3 of water each of 10: four pods.
    water = {"blocks.pod.uses.water": 2.5, "facilities.north.limits": {"water": 10}}
    assert cost(empty_hall.replace(water)) == 24


def test_a_limit_binds_block_types_together(empty_hall: Instance, cost: Cost) -> None:
    big = {"accelerator": "h100", "accelerators": 20, "uses": {"racks": 5}, "cost_once": 1}
    both = {
        "blocks.pod.uses.racks": 2,
        "blocks.big": big,
        "facilities.north.limits": {"racks": 11},
    }
    # 11 racks: two big ones and no pod (40), or one and three pods (50): 10 unmet + $4.
    assert cost(empty_hall.replace(both)) == 14


def test_decimal_limits_are_exact(empty_hall: Instance, cost: Cost) -> None:
    # 6 x 0.1 is 0.6, though not in binary fractions; a hair less holds five.
    water = {"blocks.pod.uses.water": 0.1, "facilities.north.limits": {"water": 0.6}}
    assert cost(empty_hall.replace(water)) == 6
    hair = {**water, "facilities.north.limits": {"water": 0.5999999}}
    assert cost(empty_hall.replace(hair)) == 15


def test_a_limit_of_nothing_lets_nothing_stand(empty_hall: Instance, cost: Cost) -> None:
    water = {"blocks.pod.uses.water": 1, "facilities.north.limits": {"water": 0}}
    assert cost(empty_hall.replace(water)) == 60


def test_each_level_of_the_tree_binds(empty_halls: Instance, cost: Cost) -> None:
    racks = empty_halls.replace({"blocks.pod.uses.racks": 1})
    halls = "facilities.north.zones.building.zones"
    assert cost(racks) == 6
    # Two in hall a, three in hall b: 10 unmet + $5.
    leaves = {f"{halls}.a.limits": {"racks": 2}, f"{halls}.b.limits": {"racks": 3}}
    assert cost(racks.replace(leaves)) == 15
    # The building holds four of them.
    building = {**leaves, "facilities.north.zones.building.limits": {"racks": 4}}
    assert cost(racks.replace(building)) == 24
    # The site holds three.
    assert cost(racks.replace({**building, "facilities.north.limits": {"racks": 3}})) == 33


def test_each_copy_of_a_zone_has_its_limit_and_its_blocks(
    empty_halls: Instance, cost: Cost
) -> None:
    hall = {"count": 3, "limits": {"racks": 3}}
    # Three halls of 3 racks hold a pod of 2 racks each: 30 unmet + $3.
    copies = {"blocks.pod.uses.racks": 2, "facilities.north.zones": {"hall": hall}}
    assert cost(empty_halls.replace(copies)) == 33
    # Where a pod stands in each copy, nothing is bought.
    stands = {**copies, "facilities.north.zones": {"hall": {**hall, "installed": {"pod": 1}}}}
    assert cost(empty_halls.replace(stands)) == 30


def test_copies_inside_copies_are_all_there(empty_halls: Instance, cost: Cost) -> None:
    rows = {"count": 2, "limits": {"racks": 1}}
    tree = {"building": {"count": 2, "zones": {"row": rows}}}
    # Two buildings of two rows of one rack: four pods.
    copies = {"blocks.pod.uses.racks": 1, "facilities.north.zones": tree}
    assert cost(empty_halls.replace(copies)) == 24


def test_copies_of_a_zone_may_differ_at_last(empty_halls: Instance, solve: Solve) -> None:
    hall = {"count": 2, "limits": {"racks": 4}}
    copies = {"blocks.pod.uses.racks": 1, "facilities.north.zones": {"hall": hall}}
    plan = solve(empty_halls.replace(copies))
    assert plan.data.decisions is not None
    bought = plan.data.decisions.bought
    # Six pods in two halls of four, the fuller one first: names of copies are arbitrary.
    assert sum(bought.values()) == 6
    first, second = (bought.get(Standing("pod", f"north/hall-{i}", "now"), 0) for i in (1, 2))
    assert first >= second


def test_a_falling_limit_of_racks_makes_blocks_go(two_hours: Instance, cost: Cost) -> None:
    racks = two_hours.replace(
        {"blocks.pod.uses.racks": 1, "facilities.north.limits": {"racks": [5, 2]}}
    )
    # Racks are taken whether powered or not: 10 unmet, then 40.
    assert cost(racks) == 50
    # What was sold does not come back when the limit rises.
    rises = racks.replace({"facilities.north.limits": {"racks": [2, 5]}})
    assert cost(rises) == 80


def test_a_site_costs_its_standing_cost(two_hours: Instance, cost: Cost) -> None:
    # $20 unmet; 7 + 9, whether the site is used or not.
    assert cost(two_hours.replace({"facilities.north.cost_per_period": [7, 9]})) == 36
    assert cost(two_hours.replace({"facilities.south": {"cost_per_period": 100}})) == 220
