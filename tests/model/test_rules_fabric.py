"""Fabric: blocks of one demand inside and outside a zone exchange traffic over its uplink."""

from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.plan import Plan

Solve = Callable[..., Plan]
Cost = Callable[[Instance], float]


@pytest.fixture
def two_halls(one_hall: Instance) -> Instance:
    """Three pods of 10 in each of two halls with uplinks of 40 Gbps; a gang wants 40: $0."""
    halls = {name: {"installed": {"pod": 3}, "uplink_gbps": 40} for name in "ab"}
    gang = {
        "name": "gang", "amount": 40, "yields": {"h100": 1}, "whole_blocks": True, "unmet_cost": 1,
        "fabric_gbps_per_block": 20,
    }  # fmt: skip
    return one_hall.replace({"facilities": {"north": {"zones": halls}}, "demands": [gang]})


def test_fabric_passes_the_uplinks_of_both_zones(two_halls: Instance, cost: Cost) -> None:
    # Four pods, two in each hall: 40 Gbps over each uplink.
    assert cost(two_halls) == 0
    # At 39 Gbps one hall can hold one pod beside others: three in the other need 60. One hall: 30.
    for hall in "ab":
        assert cost(two_halls.replace({f"facilities.north.zones.{hall}.uplink_gbps": 39})) == 10
    # Over 60 Gbps three in a and one in b stand together; 20 are enough for the one.
    uneven = {
        "facilities.north.zones.a.uplink_gbps": 60,
        "facilities.north.zones.b.uplink_gbps": 20,
    }
    assert cost(two_halls.replace(uneven)) == 0
    # Without fabric, or without uplinks, nothing binds.
    bare = {f"facilities.north.zones.{hall}.uplink_gbps": 0 for hall in "ab"}
    assert cost(two_halls.replace(bare)) == 10
    assert cost(two_halls.replace({**bare, "demands.gang.fabric_gbps_per_block": 0})) == 0


def test_fabric_stays_inside_a_zone_that_holds_all(two_halls: Instance, cost: Cost) -> None:
    # 30 fit in one hall, whatever its uplink.
    closed = {f"facilities.north.zones.{hall}.uplink_gbps": 0 for hall in "ab"}
    assert cost(two_halls.replace({**closed, "demands.gang.amount": 30})) == 0


def test_fabric_is_within_a_facility(two_halls: Instance, cost: Cost) -> None:
    # A hall of another facility is not reached over the uplinks: that is the interconnect's part.
    zones = two_halls.plain()["facilities"]["north"]["zones"]
    apart = {
        "north": {"zones": {"a": {**zones["a"], "uplink_gbps": 0}}},
        "south": {"zones": {"b": {**zones["b"], "uplink_gbps": 0}}},
    }
    assert cost(two_halls.replace({"facilities": apart})) == 0


def test_halls_without_uplinks_carry_any_fabric(two_halls: Instance, cost: Cost) -> None:
    # A limit that is not named does not bind: four pods in two halls serve all 40.
    halls = {name: {"installed": {"pod": 3}} for name in "ab"}
    bare = two_halls.replace({"facilities": {"north": {"zones": halls}}})
    assert cost(bare) == 0
    # At the other site the uplinks are closed: 3 of its 6 pods serve, and all 6 of the north.
    closed = {name: {**hall, "uplink_gbps": 0} for name, hall in halls.items()}
    both = bare.replace({"facilities.south": {"zones": closed}, "demands.gang.amount": 100})
    assert cost(both) == 10
    assert cost(both.replace({"demands.gang.fabric_gbps_per_block": 0})) == 0


def test_zones_nest(two_halls: Instance, cost: Cost) -> None:
    # Both halls in one building, a third hall beside it: what spans the building loads its uplink.
    halls = two_halls.plain()["facilities"]["north"]["zones"]
    building: dict[str, Any] = {"zones": halls, "uplink_gbps": 40}
    annex = {"installed": {"pod": 3}}
    tree = two_halls.replace(
        {"facilities": {"north": {"zones": {"building": building, "annex": annex}}}}
    )
    # 50: two in the building and three in the annex, which names no uplink.
    assert cost(tree.replace({"demands.gang.amount": 50})) == 0
    # At 39 only one in the building stands beside three of the annex; two halls inside hold four.
    path = "facilities.north.zones.building.uplink_gbps"
    assert cost(tree.replace({"demands.gang.amount": 50, path: 39})) == 10
    assert cost(tree.replace({path: 0})) == 0


def test_fabric_and_traffic_share_an_uplink(two_halls: Instance, cost: Cost) -> None:
    # Chat is worth more, at 1 Gbps a unit: its 2 units leave 38 of 40 Gbps in a hall.
    chat = {
        "name": "chat", "amount": 2, "yields": {"h100": 1}, "unmet_cost": 9,
        "from": {"town": 1}, "gbps_per_unit": 1,
    }  # fmt: skip
    demands = [*two_halls.plain()["demands"], chat]
    both = two_halls.replace({"network.regions": {"town": {}}, "demands": demands})
    assert cost(both) == 10
    # With 42 Gbps in one hall there is room for both.
    assert cost(both.replace({"facilities.north.zones.a.uplink_gbps": 42})) == 0


def test_shared_blocks_count_by_their_parts(two_halls: Instance, solve: Solve) -> None:
    # Three pods in a and half a pod in b, at 60 and 10 Gbps; 36 units would need 12.
    shared = {
        "demands.gang.whole_blocks": False,
        "demands.gang.amount": 36,
        "facilities.north.zones.a.uplink_gbps": 60,
        "facilities.north.zones.b.uplink_gbps": 10,
    }
    assert solve(two_halls.replace(shared)).objective == pytest.approx(1)


def test_a_run_is_kept_in_one_hall(two_halls: Instance, solve: Solve) -> None:
    run = {"demands.gang.run": {"periods": 1, "start": ["now", "now"]}}
    closed = {f"facilities.north.zones.{hall}.uplink_gbps": 0 for hall in "ab"}
    plan = solve(two_halls.replace({**run, **closed, "demands.gang.amount": 30}))
    assert plan.objective == 0
    assert plan.data.decisions is not None
    assert len(plan.data.decisions.assigned) == 1
    # 40 do not fit in one: nothing is served at all.
    assert solve(two_halls.replace({**run, **closed})).objective == 40
