"""Promises for the loss of a link that have no effect, or that nothing can keep."""

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.network import tunnels_of
from gridblock.instances.plausibility import warnings

WHERE = "demands[0].survive.link"


@pytest.fixture
def square() -> Instance:
    """Two ways from the city to a site, 8 ms over the west and 10 ms over the east."""
    links = [
        {"name": "cw", "between": ["city", "west"], "ms": 3},
        {"name": "ws", "between": ["west", "site"], "ms": 5},
        {"name": "ce", "between": ["city", "east"], "ms": 4},
        {"name": "es", "between": ["east", "site"], "ms": 6},
    ]
    return Instance.parse(
        {
            "gridblock": 1,
            "accelerators": {"x": {}},
            "blocks": {"b": {"accelerator": "x", "accelerators": 8}},
            "facilities": {"site": {"installed": {"b": 1}}},
            "network": {"regions": {"city": {}, "west": {}, "east": {}}, "links": links},
            "demands": [
                {
                    "name": "chat", "amount": 8, "yields": {"x": 1}, "unmet_cost": 1,
                    "from": {"city": 1}, "max_ms": 12, "survive": {"link": 0.9},
                }
            ],
        }
    )  # fmt: skip


def said(instance: Instance) -> list[str]:
    return [str(warning) for warning in warnings(instance)]


def test_two_ways_are_enough(square: Instance) -> None:
    assert said(square) == []


def test_a_share_is_a_share(square: Instance) -> None:
    for share in (0, 1.2):
        with pytest.raises(InstanceError, match=r"survive\.link"):
            square.replace({"demands.chat.survive.link": share})
    with pytest.raises(InstanceError, match="lnik"):
        square.replace({"demands.chat.survive": {"lnik": 1}})


def test_what_has_no_effect_is_named(square: Instance) -> None:
    anywhere = square.replace({"demands.chat.from": {}, "demands.chat.max_ms": None})
    assert said(anywhere) == [
        f"{WHERE}: has no effect without `from`: no link carries the demand; leave it out"
    ]
    bare = square.replace({"network.links": [], "demands.chat.max_ms": None})
    assert said(bare) == [
        f"{WHERE}: has no effect without links in `network`; add some, or leave it out"
    ]


def test_links_that_nothing_replaces_are_named(square: Instance) -> None:
    # Within 9 ms there is only the way over the west.
    near = square.replace({"demands.chat.max_ms": 9})
    rest = "to its facilities within 9 ms takes, so that all of it from there stays unmet"
    assert said(near) == [
        f"{WHERE}: cannot be kept for city without link {link}, which every path {rest}; add a link"
        for link in ("cw", "ws")
    ]
    # A second cable beside one of them takes that one off the list; a slow one does not.
    cable = {"name": "cw2", "between": ["west", "city"], "ms": 4}
    links = [*near.plain()["network"]["links"], cable]
    assert [line.split()[8] for line in said(near.replace({"network.links": links}))] == ["ws,"]
    slow = [*links[:-1], {**cable, "ms": 5}]
    assert len(said(near.replace({"network.links": slow}))) == 2


def test_another_site_is_as_good_as_another_way(square: Instance) -> None:
    two = square.replace(
        {
            "facilities": {"site": {"installed": {"b": 1}}, "east": {"installed": {"b": 1}}},
            "network.regions": {"city": {}, "west": {}},
            "demands.chat.max_ms": 9,
        }
    )
    assert said(two) == []


def test_detours_are_kept_nearest_first(square: Instance) -> None:
    def paths(instance: Instance) -> list[tuple[str, ...]]:
        return [tunnel.links for tunnel in tunnels_of(instance)["city", "site"]]

    one = square.replace({"network.tunnels": 1})
    assert paths(one) == [("cw", "ws"), ("ce", "es")]
    assert paths(one.replace({"demands.chat.survive": None})) == [("cw", "ws")]
    assert paths(one.replace({"demands.chat.max_ms": 9})) == [("cw", "ws")]
    # A cable beside another one is the shortest way around it; the other loss takes the east.
    cable = {"name": "cw2", "between": ["west", "city"], "ms": 4}
    links = [*one.plain()["network"]["links"], cable]
    assert paths(one.replace({"network.links": links})) == [
        ("cw", "ws"),
        ("cw2", "ws"),
        ("ce", "es"),
    ]


def test_it_reads_back_as_written(square: Instance) -> None:
    assert square.plain()["demands"][0]["survive"] == {"link": 0.9}
    assert Instance.parse(square.plain()) == square
