"""Feeds: where their names are looked up, what is refused, what looks odd, and who carries what."""

from fractions import Fraction
from typing import Any

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.plausibility import warnings

HALF = Fraction(1, 2)


def site(north: dict[str, Any], **more: Any) -> Instance:
    """Give an instance with one facility."""
    return Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "p1", "hours": 1}, {"name": "p2", "hours": 1}],
            "facilities": {"north": north},
            **more,
        }
    )


def faults(north: dict[str, Any]) -> list[str]:
    with pytest.raises(InstanceError) as caught:
        site(north)
    return str(caught.value).splitlines()


def said(north: dict[str, Any]) -> list[str]:
    """Give the warnings about feeds."""
    return [str(w) for w in warnings(site(north)) if "feed" in str(w) or "fed" in str(w)]


# ---- names ----


def test_a_name_is_the_nearest_feed_of_that_name() -> None:
    north = {
        "feeds": {"a": {"mw": 1}, "b": {"mw": 1}},
        "zones": {
            "hall": {
                "count": 2,
                "feeds": {"b": {"mw": 1, "parent": "a"}, "c": {"mw": 1, "parent": "b"}},
                "fed_by": ["a", "b"],
                "zones": {"row": {}, "own": {"feeds": {"a": {"mw": 1}}, "fed_by": ["c", "a"]}},
            },
            "annex": {},
        },
    }
    instance = site(north)
    fed = {path: place.fed_by for path, place in instance.leaves.items()}
    for hall in ("north/hall-1", "north/hall-2"):
        # A row draws from what its hall names, looked up from the hall.
        assert fed[f"{hall}/row"] == (("north", "a"), (hall, "b"))
        assert fed[f"{hall}/own"] == ((hall, "c"), (f"{hall}/own", "a"))
        assert instance.feeds[hall, "c"].parent == (hall, "b")
        assert instance.feeds[hall, "b"].parent == ("north", "a")
    assert fed["north/annex"] == ()
    assert len(instance.feeds) == 2 + 2 * 3


def test_a_failover_rating_is_the_rating_by_default() -> None:
    feeds = {"a": {"mw": [1, 2]}, "b": {"mw": 1, "failover_mw": {"p1": 2, "p2": 3}}}
    known = site({"feeds": feeds}).feeds
    assert known["north", "a"].failover_mw == (1, 2)
    assert known["north", "b"].failover_mw == (2, 3)


def test_a_leaf_may_stand_dark_where_a_rating_on_the_way_falls() -> None:
    feeds = {
        "sub": {"mw": 1, "failover_mw": [2, 1]},
        "a": {"mw": 1, "parent": "sub"},
        "b": {"mw": 1},
    }
    zones = {"x": {"fed_by": ["a"]}, "y": {"fed_by": ["b"]}}
    leaves = site({"feeds": feeds, "zones": zones}).leaves
    assert {path: leaf.may_switch_off for path, leaf in leaves.items()} == {
        "north/x": True,
        "north/y": False,
    }


# ---- faults ----


def test_what_nothing_defines_is_refused_with_a_hint() -> None:
    assert faults({"feeds": {"ups-1": {"mw": 1, "parent": "ups-3"}}, "fed_by": ["ups-2"]}) == [
        "facilities.north.feeds.ups-1.parent: names the feed 'ups-3', which neither this place nor "
        "one around it defines; did you mean 'ups-1'?",
        "facilities.north.fed_by[0]: names the feed 'ups-2', which neither this place nor one "
        "around it defines; did you mean 'ups-1'?",
    ]


def test_feeds_of_inner_and_neighbouring_zones_are_out_of_reach() -> None:
    zones = {"x": {"feeds": {"inner": {"mw": 1}}}, "y": {"fed_by": ["inner"]}}
    (fault,) = faults({"zones": zones})
    assert fault.startswith("facilities.north.zones.y.fed_by[0]: names the feed 'inner'")
    (fault,) = faults({"feeds": {"top": {"mw": 1, "parent": "inner"}}, "zones": {"x": zones["x"]}})
    assert fault.startswith("facilities.north.feeds.top.parent: names the feed 'inner'")


def test_a_cycle_is_refused_once() -> None:
    feeds = {
        "a": {"mw": 1, "parent": "b"},
        "b": {"mw": 1, "parent": "c"},
        "c": {"mw": 1, "parent": "b"},
        "d": {"mw": 1, "parent": "d"},
    }
    assert faults({"feeds": feeds}) == [
        "facilities.north.feeds.b.parent: makes a cycle: b from c from b",
        "facilities.north.feeds.d.parent: makes a cycle: d from d",
    ]


def test_a_way_without_end_is_refused() -> None:
    feeds = {f"f{i}": {"mw": 1, "parent": f"f{i + 1}"} for i in range(300)} | {"f300": {"mw": 1}}
    (fault,) = faults({"feeds": feeds})
    assert fault == "facilities.north.feeds.f199.parent: has more than 100 feeds above it"


def test_a_feed_named_twice_and_series_that_do_not_fit_are_refused() -> None:
    assert faults(
        {"feeds": {"a": {"mw": [1], "failover_mw": {"p3": 1}}}, "fed_by": ["a", "a"]}
    ) == [
        "facilities.north.feeds.a.mw: must have one value for each of the 2 periods, not 1",
        "facilities.north.feeds.a.failover_mw.p3: is not a period",
        "facilities.north.fed_by[1]: names the feed 'a' a second time",
    ]


def test_fields_are_checked() -> None:
    text = "\n".join(faults({"feeds": {"a": {"mw": -1}, "b": {}, "c": {"mw": 1, "pue": 1}}}))
    assert "facilities.north.feeds.a.mw" in text
    assert "facilities.north.feeds.b.mw" in text
    assert "facilities.north.feeds.c.pue" in text
    (fault,) = faults({"fed_by": []})
    assert fault.startswith("facilities.north.fed_by:")


# ---- oddities ----


def test_nothing_is_said_of_pairs_on_ways_of_their_own() -> None:
    feeds = {name: {"mw": 1, "parent": f"sub-{name}"} for name in "ab"}
    feeds |= {f"sub-{name}": {"mw": 1} for name in "ab"}
    assert said({"feeds": feeds, "fed_by": ["a", "b"]}) == []


def test_a_pair_that_shares_a_parent_is_odd() -> None:
    feeds = {name: {"mw": 1, "parent": f"sub-{name}"} for name in "ab"}
    feeds |= {f"sub-{name}": {"mw": 1, "parent": "grid"} for name in "ab"} | {"grid": {"mw": 1}}
    zones = {"hall": {"count": 2, "fed_by": ["a", "b"], "zones": {"row": {}}}}
    assert said({"feeds": feeds, "zones": zones}) == [
        "facilities.north.zones.hall.fed_by: all draw from 'grid', so that its loss takes them "
        "together and leaves the place dark; give them parents of their own"
    ]
    # A feed beside the one above it is no better.
    assert said({"feeds": feeds, "fed_by": ["a", "sub-a", "b"]})
    pair = said(
        {"feeds": feeds, "zones": {"x": {"fed_by": ["a", "sub-a"]}, "y": {"fed_by": ["b"]}}}
    )
    assert [text.partition(",")[0] for text in pair] == [
        "facilities.north.zones.x.fed_by: all draw from 'sub-a'"
    ]


def test_zones_without_feeds_beside_some_with_feeds_are_odd() -> None:
    zones = {"x": {"fed_by": ["a"]}, "y": {}}
    assert said({"feeds": {"a": {"mw": 1}}, "zones": zones}) == [
        "facilities.north.zones.y: has no feeds, and other zones of its facility have: what it "
        "draws loads no feed; name them under `fed_by`"
    ]


def test_ratings_that_look_wrong_are_odd() -> None:
    assert said({"feeds": {"a": {"mw": 60000, "failover_mw": 50}}, "fed_by": ["a"]}) == [
        "facilities.north.feeds.a.failover_mw: is below mw, so that it binds before any device is "
        "lost; is it meant?",
        "facilities.north.feeds.a.mw: is 60,000 MW, more than any site; it is in MW, not in kW",
    ]


def test_a_feed_that_nothing_draws_from_is_odd() -> None:
    feeds = {"a": {"mw": 1, "parent": "sub"}, "sub": {"mw": 1}, "b": {"mw": 1}}
    assert said({"feeds": feeds, "fed_by": ["a"]}) == [
        "facilities.north.feeds.b: is a feed that no place draws from; name it under `fed_by`"
    ]


# ---- loads ----


def test_loads_are_shared_by_the_living_and_carried_up() -> None:
    feeds = {
        "sub": {"mw": 1, "pue": True},
        "a": {"mw": 1, "parent": "sub"},
        "b": {"mw": 1, "parent": "sub"},
        "c": {"mw": 1},
    }
    zones = {"x": {"fed_by": ["a", "b"]}, "y": {"fed_by": ["b", "c"]}}
    loads = site({"pue": 1.5, "feeds": feeds, "zones": zones}).loads
    sub, a, b, c = (("north", name) for name in ("sub", "a", "b", "c"))
    x, y = (a, b), (b, c)
    assert loads.intact == {
        sub: {x: Fraction(3, 2), y: Fraction(3, 4)},
        a: {x: HALF},
        b: {x: HALF, y: HALF},
        c: {y: HALF},
    }
    # Without a, b carries all of x; the substation carries what it did.
    assert loads.after(a) == {b: {x: 1, y: HALF}}
    assert loads.bystander(sub) == a
    # Without the substation x is dark, and c carries all of y.
    assert loads.after(sub) == {c: {y: 1}}
    assert loads.dead(sub) == {sub, a, b}
    # Without b, a and c carry all; the substation carries x by way of a.
    assert loads.after(b) == {a: {x: 1}, c: {y: 1}, sub: {x: Fraction(3, 2)}}
    # Every loss that leaves a alive and as it is, is that of c.
    assert loads.bystander(a) == c
