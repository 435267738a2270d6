"""The WAN: distances, tunnels beside an enumeration of all simple paths, and what is reached."""

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.instances.network import Tunnel, great_circle_km, reach, round_trip_ms, tunnels_of
from gridblock.instances.schema.facilities import Position


def wan(links: list[dict[str, Any]], **more: Any) -> Instance:
    """Give an instance whose demand goes from the city to the plant, over some links."""
    ends = {end for link in links for end in link["between"]} | {"city"}
    demand = {"name": "chat", "amount": 1, "yields": {}, "unmet_cost": 1, "from": {"city": 1}}
    network = {"regions": {end: {} for end in sorted(ends - {"plant"})}, "links": links}
    return Instance.parse(
        {
            "gridblock": 1,
            "facilities": {"plant": {}},
            "network": network | more.pop("network", {}),
            "demands": [demand | more],
        }
    )


def link(a: str, b: str, ms: float, name: str | None = None, **more: Any) -> dict[str, Any]:
    """Give a link."""
    return {"name": name or f"{a}{b}", "between": [a, b], "ms": ms, **more}


def paths(instance: Instance) -> list[tuple[float, tuple[str, ...]]]:
    """Enumerate every path from the city to the plant without a loop, shortest first."""
    ways: dict[str, list[tuple[str, str, float]]] = {}
    for each in instance.network.links:
        a, b = each.between
        assert each.ms is not None
        ways.setdefault(a, []).append((each.label, b, each.ms))
        ways.setdefault(b, []).append((each.label, a, each.ms))
    found = []

    def walk(place: str, seen: tuple[str, ...], links: tuple[str, ...], ms: Fraction) -> None:
        if place == "plant":
            found.append((float(ms), links))
            return
        for label, other, length in ways.get(place, []):
            if other not in seen:
                walk(other, (*seen, other), (*links, label), ms + Fraction(repr(length)))

    walk("city", ("city",), (), Fraction(0))
    return sorted(found)


def tunnels(instance: Instance) -> tuple[Tunnel, ...]:
    """Give the tunnels from the city to the plant."""
    return tunnels_of(instance)["city", "plant"]


@pytest.mark.parametrize("seed", range(60))
def test_tunnels_are_the_shortest_of_all_simple_paths(seed: int) -> None:
    random = Random(seed)
    places = ["city", "plant", *"abcd"[: random.randint(0, 4)]]
    # Powers of two and a bit, so that no two paths are of one length.
    links = [
        link(*random.sample(places, 2), ms=float(f"{2**i * 0.01:.2f}"), name=f"l{i}")
        for i in range(random.randint(1, 10))
    ]
    k, bound = random.randint(1, 8), random.choice([None, 0.5, 2.0, 5.0])
    instance = wan(links, network={"tunnels": k}, **({} if bound is None else {"max_ms": bound}))
    expected = [p for p in paths(instance)[:k] if bound is None or p[0] <= bound]
    assert [(tunnel.ms, tunnel.links) for tunnel in tunnels(instance)] == expected


def test_hops_say_where_each_link_is_entered() -> None:
    instance = wan([link("hub", "city", 1), link("hub", "plant", 2)])
    (tunnel,) = tunnels(instance)
    assert tunnel.hops == (("hubcity", "city"), ("hubplant", "hub"))
    assert tunnel.ms == 3


def test_parallel_links_are_tunnels_of_their_own() -> None:
    instance = wan([link("city", "plant", 1, "one"), link("plant", "city", 2, "two")])
    assert [t.links for t in tunnels(instance)] == [("one",), ("two",)]


def test_a_name_of_a_link_may_be_that_of_a_place() -> None:
    instance = wan([link("city", "hub", 1, "plant"), link("hub", "plant", 1, "city")])
    assert tunnels(instance)[0].links == ("plant", "city")


def test_tunnels_pass_through_facilities_and_regions() -> None:
    data = wan([link("city", "mill", 1), link("mill", "plant", 1)]).plain()
    data["facilities"]["mill"] = {}
    del data["network"]["regions"]["mill"]
    assert len(tunnels(Instance.parse(data))) == 1


def test_no_time_at_all_is_a_time() -> None:
    instance = wan([link("city", "plant", 0)], max_ms=0)
    assert tunnels(instance) == (Tunnel((("cityplant", "city"),), 0.0),)


def test_what_is_not_connected_has_no_tunnel() -> None:
    instance = wan([link("a", "plant", 1)])
    assert tunnels(instance) == ()
    assert reach(instance, instance.demands[0], tunnels_of(instance)) == {"city": ()}


def test_any_route_knows_only_what_is_connected() -> None:
    links = [link("city", "hub", 1), link("hub", "plant", 1)]
    anywhere = wan(links, network={"routing": "any"})
    assert tunnels(anywhere) == (Tunnel((), 0.0),)
    assert tunnels(wan(links[:1], network={"routing": "any"})) == ()


def test_the_great_circle() -> None:
    # A quarter of the way round, pole to equator; London to New York about 5,570 km.
    quarter = great_circle_km(Position(lat=90, lon=0), Position(lat=0, lon=77))
    assert quarter == pytest.approx(6371.0088 * 3.141592653589793 / 2)
    london, new_york = Position(lat=51.5074, lon=-0.1278), Position(lat=40.7128, lon=-74.006)
    assert great_circle_km(london, new_york) == pytest.approx(5570, abs=2)
    assert round_trip_ms(london, new_york) == pytest.approx(2 * 5570 * 1.4 / 200, abs=0.05)
    assert great_circle_km(london, london) == 0
    # Across the date line, and to the antipode.
    fiji, samoa = Position(lat=0, lon=179), Position(lat=0, lon=-179)
    assert great_circle_km(fiji, samoa) == pytest.approx(2 * 111.195, abs=0.01)
    antipode = great_circle_km(Position(lat=45, lon=0), Position(lat=-45, lon=180))
    assert antipode == pytest.approx(6371.0088 * 3.141592653589793)


def test_latency_is_reckoned_where_a_link_names_none() -> None:
    data = wan([link("city", "plant", 1)]).plain()
    data["network"]["links"][0].pop("ms")
    data["network"]["regions"]["city"] = {"lat": 0, "lon": 0}
    data["facilities"]["plant"]["at"] = {"lat": 0, "lon": 10}
    (tunnel,) = tunnels(Instance.parse(data))
    assert tunnel.ms == pytest.approx(15.5673, abs=1e-4)


def test_reach_keeps_where_and_each_demands_bound() -> None:
    data = wan([link("city", "plant", 5), link("city", "mill", 9)]).plain()
    data["facilities"]["mill"] = {}
    del data["network"]["regions"]["mill"]
    chat = data["demands"][0]
    data["demands"] = [
        chat,
        {**chat, "name": "voice", "max_ms": 5},
        {**chat, "name": "local", "where": {"facilities": ["mill"]}},
        {k: v for k, v in chat.items() if k != "from"} | {"name": "nowhere"},
    ]
    instance = Instance.parse(data)
    every = tunnels_of(instance)
    assert [reach(instance, demand, every) for demand in instance.demands] == [
        {"city": ("plant", "mill")},
        {"city": ("plant",)},
        {"city": ("mill",)},
        {"": ("plant", "mill")},
    ]
