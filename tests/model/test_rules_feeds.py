"""Feeds: each within its rating, intact and after the loss of any one device."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import pytest
from pyomo.repn import generate_standard_repn

from gridblock.instances.instance import Instance
from gridblock.model.build import build
from gridblock.model.plan import Standing
from gridblock.plan import Plan

Cost = Callable[[Instance], float]
Solve = Callable[[Instance], Plan]
PAIR = {"a": {"mw": 1}, "b": {"mw": 1}}


@pytest.fixture
def fed_hall(one_hall: Instance) -> Instance:
    """Five pods of 100 kW in the north, which draws from feeds a and b of 1 MW: $10."""
    return one_hall.replace({"facilities.north.feeds": PAIR, "facilities.north.fed_by": ["a", "b"]})


@pytest.fixture
def fed_halls(two_zones: Instance) -> Instance:
    """Three pods in hall a and three in hall b, all on feeds a and b of 1 MW: $0."""
    return two_zones.replace(
        {"facilities.north.feeds": PAIR, "facilities.north.fed_by": ["a", "b"]}
    )


@pytest.fixture
def four_ups(empty_hall: Instance) -> Instance:
    """Four UPS of 0.6 MW feed six halls, one for each pair; chat wants 300 units, pods cost $1."""
    feeds = {f"u{i}": {"mw": 0.6} for i in range(1, 5)}
    halls = {f"hall-{i}{j}": {"fed_by": [f"u{i}", f"u{j}"]} for i, j in pairs()}
    return empty_hall.replace(
        {"facilities.north": {"feeds": feeds, "zones": halls}, "demands.chat.amount": 300}
    )


def pairs() -> Iterator[tuple[int, int]]:
    """Give each two of the four UPS."""
    return combinations(range(1, 5), 2)


def rated(feeds: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Give the changes that set fields of feeds of the north, ``a__mw=0.2``."""
    assert feeds.keys() >= {name.partition("__")[0] for name in changes}
    return {f"facilities.north.feeds.{k.replace('__', '.')}": v for k, v in changes.items()}


# ---- intact ----


def test_a_feed_carries_its_share_of_the_draw(fed_hall: Instance, cost: Cost) -> None:
    # Five pods are 0.25 MW on each feed, and 0.5 MW on one after a loss: nothing binds.
    assert cost(fed_hall) == 10
    # 0.2 MW each, and enough after a loss: four pods stay.
    low = rated(PAIR, a__mw=0.2, a__failover_mw=1, b__failover_mw=1)
    assert cost(fed_hall.replace(low)) == 20
    # Alone, the feed carries all: two pods stay.
    assert cost(fed_hall.replace({**low, "facilities.north.fed_by": ["a"]})) == 40


def test_a_third_of_a_pod_does_not_fit(fed_hall: Instance, cost: Cost) -> None:
    # Three feeds carry a third each: 0.1333 MW let 3 pods stay, 0.13334 MW 4.
    three = fed_hall.replace(
        {
            "facilities.north.feeds": {"a": {"mw": 0.1333, "failover_mw": 1}, **{
                name: {"mw": 1} for name in "bc"
            }},
            "facilities.north.fed_by": ["a", "b", "c"],
        }
    )  # fmt: skip
    assert cost(three) == 30
    assert cost(three.replace({"facilities.north.feeds.a.mw": 0.13334})) == 20


def test_a_parent_carries_what_its_children_carry(two_zones: Instance, cost: Cost) -> None:
    feeds = {"sub": {"mw": 0.4}, "a": {"mw": 1, "parent": "sub"}, "b": {"mw": 1, "parent": "sub"}}
    zones = {hall: {"installed": {"pod": 3}, "fed_by": [hall]} for hall in "ab"}
    site = two_zones.replace({"facilities.north": {"feeds": feeds, "zones": zones}})
    # Three pods on each feed, six on the substation: it holds four.
    assert cost(site) == 20
    # Hung on nothing, b spares it.
    assert cost(site.replace({"facilities.north.feeds.b": {"mw": 1}})) == 0


def test_pue_is_added_once_where_a_feed_says_so(fed_hall: Instance, cost: Cost) -> None:
    sub = {
        **PAIR,
        "sub": {"mw": 0.5, "pue": True},
        "a": {"mw": 1, "parent": "sub"},
    }
    above = fed_hall.replace(
        {
            "facilities.north.feeds": sub,
            "facilities.north.fed_by": ["a"],
            "facilities.north.pue": 1.25,
        }
    )
    # Five pods x 1.25 are 625 kW: 500 kW hold four.
    assert cost(above) == 20
    assert cost(above.replace({"facilities.north.feeds.sub.pue": False})) == 10
    # What the lower feed adds the upper one carries too, and adds no second time.
    lower = above.replace({"facilities.north.feeds.a.pue": True})
    assert cost(lower) == 20
    assert cost(lower.replace({"facilities.north.feeds.sub.pue": False})) == 20


def test_inner_zones_draw_from_the_feeds_of_outer_ones(two_zones: Instance, cost: Cost) -> None:
    hall = {"fed_by": ["a"], "zones": two_zones.plain()["facilities"]["north"]["zones"]}
    site = two_zones.replace(
        {"facilities.north": {"feeds": {"a": {"mw": 0.3}}, "zones": {"h": hall}}}
    )
    # Six pods hang on a: three stay.
    assert cost(site) == 30
    # Row b on a feed of its own: all stay.
    own = site.replace({"facilities.north.zones.h.zones.b.feeds": {"own": {"mw": 0.3}}})
    assert cost(own.replace({"facilities.north.zones.h.zones.b.fed_by": ["own"]})) == 0


def test_feeds_of_a_zone_are_copied_with_it(two_zones: Instance, cost: Cost) -> None:
    feeds = {"pdu": {"mw": 0.2}}
    hall = {"count": 2, "installed": {"pod": 3}, "fed_by": ["pdu"]}
    own = two_zones.replace({"facilities.north": {"zones": {"h": {**hall, "feeds": feeds}}}})
    # Two pods on the PDU of each copy, two on one that both copies share.
    assert cost(own) == 20
    assert (
        cost(two_zones.replace({"facilities.north": {"feeds": feeds, "zones": {"h": hall}}})) == 40
    )


def test_ratings_may_change_over_time(two_hours: Instance, solve: Solve) -> None:
    fed = two_hours.replace({"facilities.north.feeds": {"a": {"mw": [0.5, 0.3]}}})
    plan = solve(fed.replace({"facilities.north.fed_by": ["a"]}))
    # Five pods, then three; a falling rating is a dip, so that two stand dark and none is sold.
    assert plan.objective == pytest.approx(10 + 30)
    assert plan.data.decisions.switched_off == {Standing("pod", "north", "second"): 2}
    # A rating that grows is none: what does not fit at first is retired at once.
    grows = fed.replace({"facilities.north.feeds.a.mw": [0.3, 0.5]})
    assert solve(grows.replace({"facilities.north.fed_by": ["a"]})).objective == pytest.approx(60)


# ---- after a loss ----


def test_after_a_loss_the_other_feed_carries_all(fed_hall: Instance, cost: Cost) -> None:
    # Five pods are 0.25 MW on each feed, which holds 0.3 MW: but after a loss only three pods.
    assert cost(fed_hall.replace(rated(PAIR, a__mw=0.3, b__mw=0.3))) == 30
    short = rated(PAIR, a__mw=0.3, b__mw=0.3, a__failover_mw=0.5, b__failover_mw=0.5)
    assert cost(fed_hall.replace(short)) == 10
    # One weak side is enough to bind.
    assert cost(fed_hall.replace({**short, "facilities.north.feeds.b.failover_mw": 0.4})) == 20


def test_what_loses_all_its_feeds_is_dark_and_loads_nothing(fed_hall: Instance, cost: Cost) -> None:
    sub = {name: {"mw": 0.3, "parent": "sub"} for name in "ab"} | {"sub": {"mw": 0.5}}
    # The loss of the substation takes both feeds; that of a leaves b with all: three pods.
    assert cost(fed_hall.replace({"facilities.north.feeds": sub})) == 30
    # Hung on one feed, the hall is dark after its loss; the other rows never see it.
    assert cost(fed_hall.replace({"facilities.north.fed_by": ["a"]})) == 10


def test_the_loss_of_a_parent_takes_all_below_it(two_zones: Instance, cost: Cost) -> None:
    feeds = {name: {"mw": 0.3, "parent": f"sub-{name}"} for name in "ab"}
    feeds |= {f"sub-{name}": {"mw": 0.3} for name in "ab"}
    zones = {"h": {"installed": {"pod": 6}, "fed_by": ["a", "b"]}}
    site = two_zones.replace({"facilities.north": {"feeds": feeds, "zones": zones}})
    # 0.6 MW are 0.3 on each way; the loss of sub-a leaves all to b and sub-b: three pods.
    assert cost(site) == 30
    strong = {f"facilities.north.feeds.{k}.failover_mw": 0.6 for k in ("a", "b", "sub-a")}
    # sub-b still holds three after the loss of sub-a or a.
    assert cost(site.replace(strong)) == 30
    assert cost(site.replace({**strong, "facilities.north.feeds.sub-b.failover_mw": 0.6})) == 0


def test_a_rating_that_is_lower_after_a_loss_holds_for_every_other_loss(
    fed_hall: Instance, cost: Cost
) -> None:
    # The loss of idle feed b changes nothing for a, which then may carry 0.2 MW.
    low = {**rated(PAIR, a__failover_mw=0.2), "facilities.north.fed_by": ["a"]}
    assert cost(fed_hall.replace(low)) == 40
    alone = {**low, "facilities.north.feeds": {"a": {"mw": 1, "failover_mw": 0.2}}}
    # Without any other device there is no loss but its own.
    assert cost(fed_hall.replace(alone)) == 10


# ---- published rules of rack placement ----


def test_loads_are_those_of_published_rules_for_pairs_of_feeds(four_ups: Instance) -> None:
    # Rack placement with two parents a rack: a feed carries half of all racks on it; after the
    # loss of another it carries in addition the other half of the racks that the two share.
    loads = four_ups.loads
    for u, lost in permutations(range(1, 5), 2):
        for i, j in pairs():
            group = (("north", f"u{i}"), ("north", f"u{j}"))
            half = Fraction(u in (i, j), 2)
            shared = Fraction({u, lost} == {i, j}, 2)
            assert loads.intact["north", f"u{u}"].get(group, 0) == half
            after = loads.after(("north", f"u{lost}"))["north", f"u{u}"]
            assert after.get(group, 0) == half + shared


def test_four_to_make_three_is_a_failover_rating_of_four_thirds(
    four_ups: Instance, cost: Cost
) -> None:
    def with_failover(mw: float) -> Instance:
        return four_ups.replace(
            {f"facilities.north.feeds.u{i}.failover_mw": mw for i in range(1, 5)}
        )

    # 4N/3: four UPS of 0.6 MW hold at most 2.4 MW intact, which is four pods in each of six halls:
    # 3 x 2 = 6 pods on each. A loss moves half a hall, 2 pods, to each other: 8 pods are 4/3 of 6.
    # 300 units are 30 pods; 24 stand for $1 each: 60 + 24.
    assert cost(with_failover(0.8)) == 84
    # Beyond 4/3 nothing is gained, since the intact rating binds.
    assert cost(with_failover(1.2)) == 84
    # Rated for 0.6 MW after a loss as well, hall pairs keep d + (d + d) / 2 <= 6, three pods in
    # each hall: 18 pods, three of four parts.
    assert cost(with_failover(0.6)) == 120 + 18


def test_two_for_one_below_is_a_failover_rating_of_twice(four_ups: Instance, cost: Cost) -> None:
    # 2N: the two PDUs of a hall carry half each, 2 of 4 pods, and all 4 after a loss: 2 x 2.
    strong = {f"facilities.north.feeds.u{i}.failover_mw": 0.8 for i in range(1, 5)}

    def halls(failover_mw: float) -> dict[str, Any]:
        return {
            f"facilities.north.zones.hall-{i}{j}": {
                "feeds": {
                    "x": {"mw": 0.2, "failover_mw": failover_mw, "parent": f"u{i}"},
                    "y": {"mw": 0.2, "failover_mw": failover_mw, "parent": f"u{j}"},
                },
                "fed_by": ["x", "y"],
            }
            for i, j in pairs()
        }

    assert cost(four_ups.replace({**strong, **halls(0.4)})) == 84
    # Less than twice, and a pod less fits in each hall: 6 x 3.
    assert cost(four_ups.replace({**strong, **halls(0.39)})) == 120 + 18


# ---- which rows there are ----


def rows(instance: Instance) -> list[str]:
    """Give the feeds and lost feeds of the rows of a model."""
    model = build(instance)
    found = [key[1] for key in model.feed_load_within_rating]
    return found + [f"{key[1]} without {key[3]}" for key in model.feed_load_within_failover_rating]


def test_rows_are_there_only_where_they_can_bind(fed_halls: Instance) -> None:
    # Six pods are at most 0.6 MW on one feed.
    assert rows(fed_halls) == []
    # 0.3 MW each are within 0.4, all of it is not: b then carries what a does.
    weak = rated(PAIR, a__mw=0.4, b__mw=0.4)
    assert rows(fed_halls.replace(weak)) == ["b without a"]
    # Where a may carry less then, it implies the rest.
    assert rows(fed_halls.replace({**weak, "facilities.north.feeds.a.mw": 0.3})) == ["a without b"]
    # A failover rating so large leaves the rows intact; the two are the same, so one is enough.
    large = rated(PAIR, a__mw=0.2, b__mw=0.2, a__failover_mw=9, b__failover_mw=9)
    assert rows(fed_halls.replace(large)) == ["a"]
    # A parent as weak as its child says the same of the same draw.
    chain = {"a": {"mw": 0.2, "parent": "s"}, "s": {"mw": 0.2}}
    one = fed_halls.replace({"facilities.north.feeds": chain, "facilities.north.fed_by": ["a"]})
    assert rows(one) == ["a"]
    # What a hall may draw by itself bounds it: no row is needed.
    alone = fed_halls.replace({"facilities.north.zones.b.installed": {}})
    assert rows(alone.replace(weak)) == []


def test_rows_are_in_whole_numbers_and_rounded_down(fed_halls: Instance) -> None:
    low = rated(PAIR, a__mw=0.2299, a__failover_mw=9, b__failover_mw=9)
    (row,) = build(fed_halls.replace(low)).feed_load_within_rating.values()
    # 50 kW a pod on the feed: 229.9 kW are 4 pods.
    assert row.ub == 4
    assert {float(c) for c in generate_standard_repn(row.body).linear_coefs} == {1.0}


def test_room_is_what_a_leaf_place_may_draw_alone(fed_hall: Instance) -> None:
    # After a loss b carries all of the leaf: 0.3 MW are three pods.
    weak = build(fed_hall.replace(rated(PAIR, a__mw=1, b__mw=0.3)))
    assert weak.bounds.room("pod", "north", 0, standing=False) == 3
