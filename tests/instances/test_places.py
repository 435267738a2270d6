"""Places: the tree of zones with its copies, limits in kW, and where blocks may be off."""

from typing import Any

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.places import Place


def places(memphis: dict[str, Any], **more: Any) -> dict[str, Place]:
    """Give the places of an instance with one facility."""
    return Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "a", "hours": 1}, {"name": "b", "hours": 1}],
            "accelerators": {"h100": {}},
            "blocks": {
                "su": {
                    "accelerator": "h100",
                    "accelerators": 8,
                    "uses": {"power_kw": 1, "water": 1},
                }
            },
            "facilities": {"memphis": memphis},
            **more,
        }
    ).places


def test_a_facility_without_zones_is_a_leaf() -> None:
    (place,) = places({}).values()
    assert (place.path, place.facility, place.above) == ("memphis", "memphis", ("memphis",))
    assert place.is_leaf


def test_zones_nest_and_copies_are_numbered() -> None:
    tree = places({"zones": {"hall": {"count": 2, "zones": {"row": {"count": 2}}}, "annex": {}}})
    assert list(tree) == [
        "memphis",
        "memphis/hall-1", "memphis/hall-1/row-1", "memphis/hall-1/row-2",
        "memphis/hall-2", "memphis/hall-2/row-1", "memphis/hall-2/row-2",
        "memphis/annex",
    ]  # fmt: skip
    row = tree["memphis/hall-2/row-1"]
    assert row.above == ("memphis/hall-2/row-1", "memphis/hall-2", "memphis")
    assert row.keys == ("facilities", "memphis", "zones", "hall", "zones", "row")
    assert [path for path, place in tree.items() if place.is_leaf] == [
        *(f"memphis/hall-{i}/row-{j}" for i in (1, 2) for j in (1, 2)),
        "memphis/annex",
    ]


def test_a_copy_follows_its_twin() -> None:
    tree = places({"zones": {"hall": {"count": 3}, "annex": {}}})
    twins = {path: place.twin for path, place in tree.items()}
    assert twins == {
        "memphis": None, "memphis/annex": None, "memphis/hall-1": None,
        "memphis/hall-2": "memphis/hall-1", "memphis/hall-3": "memphis/hall-2",
    }  # fmt: skip


def test_one_copy_keeps_its_name() -> None:
    assert list(places({"zones": {"hall": {"count": 1}}})) == ["memphis", "memphis/hall"]


def test_every_copy_has_its_blocks_and_limits() -> None:
    hall = {
        "count": 2,
        "limits": {"racks": [5, 6]},
        "uplink_gbps": 7,
        "installed": {"su": 3},
        "on_order": {"su": {"b": 2}},
    }
    tree = places({"zones": {"hall": hall}})
    for path in ("memphis/hall-1", "memphis/hall-2"):
        assert tree[path].limits == {"racks": (5, 6)}
        assert tree[path].uplink_gbps == (7, 7)
        assert tree[path].installed == {"su": 3}
        assert tree[path].on_order == {"su": (0, 2)}


def test_limits_in_megawatts_become_exact_kilowatts() -> None:
    limits = {"power_mw": 0.0353, "air_cooling_mw": 1.1, "liquid_cooling_mw": 2.3, "water": 4}
    (place,) = places({"limits": limits}).values()
    assert place.limits == {
        "power_kw": (35.3, 35.3),
        "air_cooling_kw": (1100, 1100),
        "liquid_cooling_kw": (2300, 2300),
        "water": (4, 4),
    }


def test_a_leaf_with_one_kind_of_cooling_has_none_of_the_other() -> None:
    tree = places(
        {
            "limits": {"air_cooling_mw": 9},
            "zones": {
                "air": {"limits": {"air_cooling_mw": 1}},
                "liquid": {"limits": {"liquid_cooling_mw": 1}},
                "both": {"limits": {"air_cooling_mw": 1, "liquid_cooling_mw": 1}},
                "open": {},
            },
        }
    )
    none = (0.0, 0.0)
    assert tree["memphis"].limits == {"air_cooling_kw": (9000, 9000)}
    assert tree["memphis/air"].limits["liquid_cooling_kw"] == none
    assert tree["memphis/liquid"].limits["air_cooling_kw"] == none
    assert none not in tree["memphis/both"].limits.values()
    assert tree["memphis/open"].limits == {}


@pytest.mark.parametrize(
    ("limits", "off"),
    [
        ({}, False),
        ({"power_mw": 1}, False),
        ({"power_mw": [1, 2]}, False),
        ({"power_mw": [2, 1]}, True),
        ({"power_mw": {"a": 2, "b": 1}}, True),
        ({"air_cooling_mw": [2, 1]}, True),
        ({"liquid_cooling_mw": [2, 1], "air_cooling_mw": 1}, True),
        ({"racks": [2, 1]}, False),
        ({"water": [2, 1]}, False),
    ],
)
def test_blocks_may_be_off_where_power_or_cooling_falls(limits: dict[str, Any], off: bool) -> None:
    (place,) = places({"limits": limits}).values()
    assert place.may_switch_off is off


def test_what_falls_above_falls_below_and_not_beside() -> None:
    falls = {"limits": {"power_mw": [2, 1]}}
    tree = places({"zones": {"hall": {**falls, "zones": {"row": {}}}, "annex": {}}})
    off = {path for path, place in tree.items() if place.may_switch_off}
    assert off == {"memphis/hall", "memphis/hall/row"}
    grid = places({"grid_mw": [2, 1], "zones": {"hall": {}}})
    assert all(place.may_switch_off for place in grid.values())


def test_names_may_hold_dots_and_slashes() -> None:
    tree = places({"zones": {"a/b": {"zones": {"c.d": {}}}, "a": {"zones": {"x": {}}}}})
    assert "memphis/a/b/c.d" in tree


@pytest.mark.parametrize(
    "zones",
    [
        # hall-1 is also the first copy of hall.
        {"hall": {"count": 2}, "hall-1": {}},
        # a/b is also zone b of a.
        {"a/b": {}, "a": {"zones": {"b": {}}}},
        # And draws from the feeds of a.
        {"a/b": {}, "a": {"zones": {"b": {}}, "feeds": {"ups": {"mw": 1}}}},
    ],
)
def test_two_places_may_not_have_one_name(zones: dict[str, Any]) -> None:
    with pytest.raises(InstanceError, match="a second time"):
        places({"zones": zones})


def test_a_region_may_not_be_called_like_a_place() -> None:
    for name in ("memphis", "memphis/hall"):
        with pytest.raises(InstanceError, match="a second time"):
            places({"zones": {"hall": {}}}, network={"regions": {name: {}}})


def test_copies_without_end_are_refused_at_once() -> None:
    many: dict[str, Any] = {}
    for _ in range(5):
        many = {"zones": {"z": {"count": 10_000, **many}}}
    with pytest.raises(InstanceError, match="more than 100,000 places"):
        places(many)
