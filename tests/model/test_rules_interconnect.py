"""Interconnect: capacity between every two facilities that a demand uses, in both directions."""

from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.plan import InterconnectFlow
from gridblock.model.reservations import paths_of
from gridblock.plan import Plan

Solve = Callable[..., Plan]
Cost = Callable[[Instance], float]

AT = {"north": (0, 0), "south": (0, 5), "west": (0, 9)}


@pytest.fixture
def three_sites(one_hall: Instance) -> Instance:
    """Two pods of 10 at each of three sites, 5 and 3 ms apart along a line; chat wants 40: $0."""
    sites = {
        name: {"installed": {"pod": 2}, "at": {"lat": lat, "lon": lon}}
        for name, (lat, lon) in AT.items()
    }
    links = [
        {"name": "ns", "between": ["north", "south"], "ms": 5, "gbps": 10, "cost_per_gbps": 0.1},
        {"name": "sw", "between": ["south", "west"], "ms": 3, "gbps": 6},
    ]
    chat = {"demands.chat.amount": 40, "demands.chat.interconnect": {"gbps": 5}}
    return one_hall.replace({"facilities": sites, "network": {"links": links}, **chat})


def reserved(plan: Plan) -> dict[tuple[str, ...], float]:
    assert plan.data.decisions is not None
    return {
        (key.from_facility, key.to_facility, *key.links): gbps
        for key, gbps in plan.data.decisions.interconnect_gbps.items()
    }


def test_capacity_is_reserved_in_both_directions(three_sites: Instance, solve: Solve) -> None:
    # South and west need no other link and no money: 5 of 6 Gbps there and back.
    plan = solve(three_sites)
    assert plan.objective == 0
    assert reserved(plan) == {("south", "west", "sw"): 5, ("west", "south", "sw"): 5}


def test_links_carry_what_is_reserved(three_sites: Instance, cost: Cost) -> None:
    # With 4.9 Gbps between south and west, north and south pay 0.1 for 5 Gbps each way.
    assert cost(three_sites.replace({"network.links.sw.gbps": 4.9})) == 1
    # With shared capacity 5 + 5 is more than 6.
    assert cost(three_sites.replace({"network.links.sw.capacity": "shared"})) == 1
    # Neither: one site serves 20 of 40.
    narrow = {"network.links.sw.gbps": 4.9, "network.links.ns.gbps": 4.9}
    assert cost(three_sites.replace(narrow)) == 20
    # Without an interconnect any two sites serve it all.
    assert cost(three_sites.replace({**narrow, "demands.chat.interconnect": None})) == 0


def test_traffic_and_interconnect_share_links(three_sites: Instance, cost: Cost) -> None:
    # Batch sends 2 Gbps from a town beyond south to west; 1 of 6 is left beside the interconnect.
    town = {
        "network.regions": {"town": {}},
        "demands": [
            *three_sites.plain()["demands"],
            {
                "name": "batch", "amount": 2, "yields": {"h100": 1}, "unmet_cost": 0.2,
                "from": {"town": 1}, "gbps_per_unit": 1, "where": {"facilities": ["west"]},
            },
        ],
        "network.links": [
            *three_sites.plain()["network"]["links"],
            {"between": ["town", "south"], "ms": 1},
        ],
    }  # fmt: skip
    # West has 20 units for both: with south and west chat misses 2 or batch 2; with north and south
    # nothing is missed, for $1. Batch alone is worth 0.4, less than that.
    assert cost(three_sites.replace(town)) == pytest.approx(0.4)
    assert cost(three_sites.replace({**town, "demands.batch.unmet_cost": 2})) == 1


def test_every_pair_has_its_own(three_sites: Instance, cost: Cost) -> None:
    # All three: 5 Gbps from north to south and 5 on from there to west make 10 on each link.
    all_of_it = three_sites.replace({"demands.chat.amount": 60})
    assert cost(all_of_it) == 20
    # 12 Gbps on both links carry it: 10 Gbps each way between north and south cost 0.1 each.
    wide = {"network.links.sw.gbps": 12, "network.links.ns.gbps": 12}
    assert cost(all_of_it.replace(wide)) == 2
    # Two sites at most: 20 stay unmet.
    assert cost(all_of_it.replace({**wide, "demands.chat.max_facilities": 2})) == 20


def test_a_latency_keeps_facilities_apart(three_sites: Instance, cost: Cost) -> None:
    # Within 4 ms only south and west; within 2 ms one site alone.
    assert cost(three_sites.replace({"demands.chat.interconnect.max_ms": 4})) == 0
    assert cost(three_sites.replace({"demands.chat.interconnect.max_ms": 2})) == 20
    # A gang in all three needs 8 ms between north and west.
    wide = {"network.links.sw.gbps": 12, "network.links.ns.gbps": 12, "demands.chat.amount": 60}
    assert cost(three_sites.replace({**wide, "demands.chat.interconnect.max_ms": 8})) == 2
    assert cost(three_sites.replace({**wide, "demands.chat.interconnect.max_ms": 7})) == 20


def test_without_links_distance_decides(three_sites: Instance, cost: Cost) -> None:
    # 5 and 4 degrees of the equator: 7.8 and 6.2 ms; 14.0 from end to end.
    direct = {"network": {}, "demands.chat.amount": 60}
    assert cost(three_sites.replace(direct)) == 0
    assert cost(three_sites.replace({**direct, "demands.chat.interconnect.max_ms": 14.1})) == 0
    assert cost(three_sites.replace({**direct, "demands.chat.interconnect.max_ms": 13.9})) == 20
    assert cost(three_sites.replace({**direct, "demands.chat.interconnect.max_ms": 6})) == 40


def test_places_without_a_path_are_apart(three_sites: Instance, cost: Cost) -> None:
    alone = {"network.links": three_sites.plain()["network"]["links"][:1]}
    for routing in ("tunnels", "any"):
        routed = three_sites.replace({**alone, "network.routing": routing})
        # North and south for $1, or 20 unmet with either and west.
        assert cost(routed) == 1
        assert cost(routed.replace({"demands.chat.where": {"not_facilities": ["south"]}})) == 20


def test_any_route_takes_what_room_there_is(three_sites: Instance, solve: Solve) -> None:
    # North and west alone: 5 Gbps by south, or 3 of them over a link of their own.
    two = {
        "network.routing": "any",
        "demands.chat.where": {"not_facilities": ["south"]},
        "network.links": [
            {"name": "ns", "between": ["north", "south"], "gbps": 10, "cost_per_gbps": 0.1},
            {"name": "sw", "between": ["south", "west"], "gbps": 6},
            {"name": "nw", "between": ["west", "north"], "gbps": 3},
        ],
    }
    plan = solve(three_sites.replace(two))
    assert plan.objective == pytest.approx(0.1 * 2 * 2)
    assert reserved(plan) == {
        ("north", "west", "nw"): 3,
        ("north", "west", "ns", "sw"): 2,
        ("west", "north", "nw"): 3,
        ("west", "north", "sw", "ns"): 2,
    }


def test_a_run_reserves_while_it_is_under_way(three_sites: Instance, solve: Solve) -> None:
    run = {"run": {"periods": 1, "start": ["u", "v"], "delay_cost": 7}, "max_facilities": 2}
    gang: dict[str, Any] = {**three_sites.plain()["demands"][0], **run, "whole_blocks": True}
    two = three_sites.replace(
        {
            "periods": [{"name": "u", "hours": 1}, {"name": "v", "hours": 1}],
            "network.links": [
                {"name": "ns", "between": ["north", "south"], "ms": 5, "gbps": [4, 5]},
            ],
            "demands": [gang],
        }
    )
    # 5 Gbps are there in v: it waits, for $7, less than the 40 that it is worth.
    plan = solve(two)
    assert plan.objective == 7
    assert plan.data.decisions is not None
    assert plan.data.decisions.interconnect_gbps == {
        InterconnectFlow("chat", "north", "south", ("ns",), "v"): 5,
        InterconnectFlow("chat", "south", "north", ("ns",), "v"): 5,
    }
    # An ordinary demand serves 20 of 40 in u, and all in v.
    plain = {key: value for key, value in gang.items() if key not in {"run", "whole_blocks"}}
    assert solve(two.replace({"demands": [plain]})).objective == 20


def test_a_flow_comes_apart_into_paths() -> None:
    ends = {"ab": ("a", "b"), "bc": ("b", "c"), "ac": ("a", "c"), "cd": ("c", "d")}
    arcs = {
        ("ab", "a"): 2.0,
        ("bc", "b"): 2.0,
        ("ac", "a"): 3.0,
        ("cd", "c"): 1.0,
        ("cd", "d"): 1.0,
    }
    assert paths_of(arcs, "a", "c", ends) == {("ac",): 3, ("ab", "bc"): 2}


@pytest.mark.parametrize("run", [{}, {"run": {"periods": 1, "start": ["now", "now"]}}])
def test_a_floor_of_spending_reserves_no_more_than_is_asked_for(
    one_hall: Instance, cost: Cost, run: dict[str, Any]
) -> None:
    # 5 Gbps each way between the sites, on either of two links at $1: $10 of the $50, short of
    # which each costs $10. In one site alone, where there is one, nothing is spent.
    links = [{"name": name, "between": ["north", "south"], "gbps": 100} for name in ("a", "b")]
    gang = {"amount": 10, "max_facilities": 2, "interconnect": {"gbps": 5}, **run}
    demand = {**one_hall.plain()["demands"][0], **gang}
    two = one_hall.replace(
        {
            "facilities": {name: {"installed": {"pod": 1}} for name in ("north", "south")},
            "network": {"links": [{**link, "ms": 1, "cost_per_gbps": 1} for link in links]},
            "demands": [demand],
        }
    )
    assert cost(two) == 0
    floor = {"name": "floor", "measure": "spend", "min": 50, "penalty": 10}
    asked = two.replace({"limits": [floor]})
    assert cost(asked) == 10 + 10 * 40
    assert cost(asked.replace({f"demands.{demand['name']}.max_facilities": 1})) == 10 * 50
    assert cost(asked.replace({f"demands.{demand['name']}.whole_blocks": True})) == 10 + 10 * 40
