"""Network: latency, tunnels, links and uplinks."""

from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.plan import Plan

Cost = Callable[[Instance], float]
Solve = Callable[[Instance], Plan]


@pytest.fixture
def on_the_equator(two_sites: Instance) -> Instance:
    """The city lies 10 degrees from the north and 30 from the south, by no link: $0."""
    return two_sites.replace(
        {
            "facilities.north.at": {"lat": 0, "lon": 10},
            "facilities.south.at": {"lat": 0, "lon": 30},
            "network.regions.city": {"lat": 0, "lon": 0},
            "demands.chat.from": {"city": 1},
        }
    )


@pytest.fixture
def one_link(one_hall: Instance) -> Instance:
    """Chat's 60 units, 1 Gbps each, come from the city over one link without limit: $10."""
    return linked(one_hall, direct(ms=5))


@pytest.fixture
def two_ways(one_hall: Instance) -> Instance:
    """The city reaches the north directly in 5 ms or over a hub in 4 + 4, 20 Gbps each: $20."""
    links = [
        direct(ms=5, gbps=20),
        {"name": "up", "between": ["city", "hub"], "ms": 4, "gbps": 20},
        {"name": "down", "between": ["north", "hub"], "ms": 4, "gbps": 20},
    ]
    return linked(one_hall, *links)


@pytest.fixture
def crossing(two_sites: Instance) -> Instance:
    """East is served in the south and south-east in the north, both over one link: $0."""
    links = [
        {"between": ["east", "north"], "ms": 1},
        {"name": "trunk", "between": ["north", "south"], "ms": 1},
        {"between": ["south", "west"], "ms": 1},
    ]
    chat = {"amount": 30, "yields": {"h100": 1}, "unmet_cost": 1, "gbps_per_unit": 1}
    demands = [
        {**chat, "name": "eastern", "from": {"east": 1}, "where": {"facilities": ["south"]}},
        {**chat, "name": "western", "from": {"west": 1}, "where": {"facilities": ["north"]}},
    ]
    network = {"regions": {"east": {}, "west": {}}, "links": links}
    return two_sites.replace({"network": network, "demands": demands})


def direct(**fields: Any) -> dict[str, Any]:
    """Give a link between the city and the north."""
    return {"name": "direct", "between": ["city", "north"], **fields}


def linked(instance: Instance, *links: dict[str, Any]) -> Instance:
    """Give an instance with these links, in which chat comes from the city at 1 Gbps a unit."""
    ends = {end for link in links for end in link["between"]} | {"city"}
    regions = {end: {} for end in sorted(ends - set(instance.facilities))}
    return instance.replace(
        {
            "network": {"regions": regions, "links": list(links)},
            "demands.chat.from": {"city": 1},
            "demands.chat.gbps_per_unit": 1,
        }
    )


def test_latency_is_reckoned_from_coordinates(on_the_equator: Instance, cost: Cost) -> None:
    # A degree is 111.195 km, 10 of them take 2 x 1111.95 x 1.4 / 200 = 15.567 ms, 30 take 46.702.
    assert cost(on_the_equator) == 0
    assert cost(on_the_equator.replace({"demands.chat.max_ms": 46.71})) == 0
    assert cost(on_the_equator.replace({"demands.chat.max_ms": 46.70})) == 30
    assert cost(on_the_equator.replace({"demands.chat.max_ms": 15.568})) == 30
    assert cost(on_the_equator.replace({"demands.chat.max_ms": 15.567})) == 60


def test_without_links_traffic_has_no_limit(on_the_equator: Instance, cost: Cost) -> None:
    assert cost(on_the_equator.replace({"demands.chat.gbps_per_unit": 1000})) == 0


def test_latency_of_links_adds_up(two_ways: Instance, cost: Cost) -> None:
    # 20 over each way; by the hub it takes 8 ms.
    assert cost(two_ways) == 20
    assert cost(two_ways.replace({"demands.chat.max_ms": 8})) == 20
    assert cost(two_ways.replace({"demands.chat.max_ms": 7.9})) == 40
    assert cost(two_ways.replace({"demands.chat.max_ms": 4.9})) == 60


def test_decimal_latencies_are_exact(two_ways: Instance, cost: Cost) -> None:
    # 0.1 + 0.2 is 0.3, though not in binary fractions.
    tenths = {"network.links.up.ms": 0.1, "network.links.down.ms": 0.2, "demands.chat.max_ms": 0.3}
    assert cost(two_ways.replace(tenths)) == 40


def test_each_demand_keeps_its_own_bound(two_ways: Instance, cost: Cost) -> None:
    chat = two_ways.plain()["demands"][0] | {"amount": 25}
    voice = {**chat, "name": "voice", "max_ms": 5, "unmet_cost": 3}
    # Voice has the 20 of the direct way, chat the 20 by the hub: 5 x $3 + 5 x $1.
    assert cost(two_ways.replace({"demands": [chat, voice]})) == 20
    # At one bound for both they share 40: ten of the cheaper stay unmet.
    assert cost(two_ways.replace({"demands": [chat, {**voice, "max_ms": 9}]})) == 10


def test_a_link_limits_traffic(one_link: Instance, cost: Cost) -> None:
    # 50 pods' worth arrive; over 30 Gbps 30 units of 1 Gbps, or all 50 of 0.5.
    assert cost(one_link) == 10
    assert cost(one_link.replace({"network.links.direct.gbps": 30})) == 30
    half = {"network.links.direct.gbps": 30, "demands.chat.gbps_per_unit": 0.5}
    assert cost(one_link.replace(half)) == 10
    # A demand without traffic is not limited, but needs a way.
    assert cost(one_link.replace({**half, "demands.chat.gbps_per_unit": 0})) == 10


def test_link_capacity_follows_the_period(two_hours: Instance, cost: Cost) -> None:
    # 30 and 50 of 60 served.
    assert cost(linked(two_hours, direct(ms=5, gbps=[30, 70]))) == 40


def test_no_path_means_no_service(one_link: Instance, cost: Cost) -> None:
    away = {"network.regions.island": {}, "demands.chat.from": {"island": 1}}
    assert cost(one_link.replace(away)) == 60
    assert cost(one_link.replace({**away, "demands.chat.gbps_per_unit": 0})) == 60


def test_the_number_of_tunnels_limits_the_ways(two_ways: Instance, cost: Cost) -> None:
    # The shortest alone carries 20 of 60.
    assert cost(two_ways.replace({"network.tunnels": 1})) == 40
    assert cost(two_ways.replace({"network.tunnels": 2})) == 20


def test_demands_share_a_link(one_link: Instance, cost: Cost) -> None:
    chat = one_link.plain()["demands"][0] | {"amount": 25}
    both = {"demands": [chat, {**chat, "name": "batch", "unmet_cost": 2}]}
    assert cost(one_link.replace(both)) == 0
    # 30 Gbps for 50: the 20 that stay unmet are chat's.
    assert cost(one_link.replace({**both, "network.links.direct.gbps": 30})) == 20


def test_each_direction_has_the_capacity_or_both_share_it(crossing: Instance, cost: Cost) -> None:
    assert cost(crossing) == 0
    # 30 one way and 30 the other: 20 each way carry 40, shared they carry 20.
    narrow = crossing.replace({"network.links.trunk.gbps": 20})
    assert cost(narrow) == 20
    assert cost(narrow.replace({"network.links.trunk.capacity": "shared"})) == 40


@pytest.mark.parametrize("routing", ["tunnels", "any"])
def test_traffic_costs_by_gbps_and_period_on_every_link(
    two_ways: Instance, cost: Cost, routing: str
) -> None:
    tolls = {
        "network.routing": routing,
        "network.links.direct.cost_per_gbps": 0.1,
        "network.links.up.cost_per_gbps": 0.2,
        "network.links.down.cost_per_gbps": 0.3,
    }
    # 20 x $0.1 + 20 x $0.5 + 20 unmet.
    assert cost(two_ways.replace(tolls)) == 32
    # A toll is for the period, not the hour: in half an hour unmet units cost half.
    assert cost(two_ways.replace({**tolls, "periods.now.hours": 0.5})) == 2 + 20


def test_a_way_that_costs_more_than_it_serves_stays_empty(two_ways: Instance, cost: Cost) -> None:
    assert cost(two_ways.replace({"network.links.up.cost_per_gbps": 2})) == 40


def test_traffic_passes_through_facilities(crossing: Instance, cost: Cost) -> None:
    # All 30 of each cross the other's site; without the trunk nothing gets through.
    links = crossing.plain()["network"]["links"]
    assert cost(crossing.replace({"network.links": [links[0], links[2]]})) == 60


@pytest.mark.parametrize("routing", ["tunnels", "any"])
def test_parallel_links_carry_together(one_hall: Instance, cost: Cost, routing: str) -> None:
    links = [direct(ms=5, gbps=20), {**direct(ms=6, gbps=15), "name": "second"}]
    parallel = linked(one_hall, *links)
    # 20 + 15 of 60.
    assert cost(parallel.replace({"network.routing": routing})) == 25


def test_any_route_splits_flows_that_tunnels_cannot(two_ways: Instance, cost: Cost) -> None:
    ladder = [
        {"name": "a", "between": ["city", "hub-a"], "ms": 1, "gbps": 30},
        {"name": "b", "between": ["city", "hub-b"], "ms": 2, "gbps": 10},
        {"name": "c", "between": ["hub-a", "north"], "ms": 1, "gbps": 10},
        {"name": "d", "between": ["hub-b", "north"], "ms": 2, "gbps": 30},
        {"name": "e", "between": ["hub-a", "hub-b"], "ms": 9, "gbps": 15},
    ]
    hubs = linked(two_ways, *ladder)
    # All ways together carry 10 by a-c, 10 by b-d, 15 by a-e-d; the two shortest 20.
    assert cost(hubs.replace({"network.routing": "any"})) == 25
    assert cost(hubs.replace({"network.tunnels": 2})) == 40
    assert cost(hubs.replace({"network.tunnels": 3})) == 25


def test_any_route_keeps_links_both_ways(crossing: Instance, cost: Cost) -> None:
    narrow = crossing.replace({"network.links.trunk.gbps": 20, "network.routing": "any"})
    assert cost(narrow) == 20
    assert cost(narrow.replace({"network.links.trunk.capacity": "shared"})) == 40


def test_any_route_needs_no_latency(one_hall: Instance, cost: Cost) -> None:
    free = linked(one_hall, direct(ms=5)).replace({"network.routing": "any"})
    assert cost(free.replace({"network.links": [direct(gbps=30)]})) == 30


@pytest.fixture
def two_halls(two_zones: Instance) -> Instance:
    """Halls a and b serve chat's 60 units, 1 Gbps each, over an uplink of 12 in hall a: $18."""
    return two_zones.replace(
        {"demands.chat.gbps_per_unit": 1, "facilities.north.zones.a.uplink_gbps": 12}
    )


def test_an_uplink_limits_what_a_zone_serves(two_halls: Instance, cost: Cost) -> None:
    # 12 of 30 in hall a, 30 in hall b.
    assert cost(two_halls) == 18
    assert cost(two_halls.replace({"demands.chat.gbps_per_unit": 0.4})) == 0
    assert cost(two_halls.replace({"facilities.north.zones.a.uplink_gbps": 0})) == 30


def test_other_demands_use_what_an_uplink_keeps_from_one(two_halls: Instance, cost: Cost) -> None:
    # 18 units' worth of hall a are left for a demand that sends nothing.
    chat = two_halls.plain()["demands"][0]
    batch = {**chat, "name": "batch", "amount": 18, "gbps_per_unit": 0, "unmet_cost": 0.5}
    assert cost(two_halls.replace({"demands": [chat, batch]})) == 18


def test_uplinks_of_outer_zones_bind_too(two_halls: Instance, cost: Cost) -> None:
    rows = {"row": {"count": 2, "installed": {"pod": 3}, "uplink_gbps": 25}}
    nested = {"facilities": {"north": {"zones": {"hall": {"zones": rows}}}}}
    # 25 in each of two rows; through the hall's 40 Gbps 40.
    assert cost(two_halls.replace(nested)) == 10
    hall = {**nested, "facilities.north.zones.hall.uplink_gbps": 40}
    assert cost(two_halls.replace(hall)) == 20


def test_an_uplink_follows_the_period(two_hours: Instance, cost: Cost) -> None:
    hall = {"installed": {"pod": 6}, "uplink_gbps": [40, 50]}
    uplink = {"facilities.north": {"zones": {"a": hall}}, "demands.chat.gbps_per_unit": 1}
    assert cost(two_hours.replace(uplink)) == 20 + 10


def test_links_and_uplinks_bind_together(two_halls: Instance, cost: Cost) -> None:
    # 42 pass the uplinks, 35 the link.
    assert cost(linked(two_halls, direct(ms=1, gbps=35))) == 25
    assert cost(linked(two_halls, direct(ms=1, gbps=45))) == 18
