"""Feeds with what the lots of options add to them."""

from collections.abc import Callable
from typing import Any

import pytest
from pyomo.repn import generate_standard_repn

from gridblock.instances.instance import Instance
from gridblock.model.build import build
from gridblock.plan import Plan

Cost = Callable[[Instance], float]
Solve = Callable[..., Plan]
PAIR = {"a": {"mw": 1}, "b": {"mw": 1}}


@pytest.fixture
def fed_hall(one_hall: Instance) -> Instance:
    """Five pods of 100 kW in the north, which draws from feeds a and b of 1 MW: $10."""
    return one_hall.replace({"facilities.north.feeds": PAIR, "facilities.north.fed_by": ["a", "b"]})


@pytest.fixture
def dark_hall(fed_hall: Instance) -> Instance:
    """The north draws from a alone, which is rated 0: $60."""
    return fed_hall.replace({"facilities.north.feeds.a.mw": 0, "facilities.north.fed_by": ["a"]})


def more(mw: Any, *feeds: str, at: str = "north", **fields: Any) -> dict[str, Any]:
    """Give an option that adds MW to some feeds."""
    name = "more-" + "-".join(feeds)
    adds = [{"feed": feed, "at": at, "mw": mw} for feed in feeds]
    return {"name": name, "adds": adds, "cost_once": 5, **fields}


def lots(instance: Instance, *options: dict[str, Any]) -> Instance:
    """Give an instance these options."""
    return instance.replace({"options": list(options)})


def test_lots_bring_a_feed_to_life(dark_hall: Instance, cost: Cost) -> None:
    assert cost(dark_hall) == 60
    # 0.25 MW hold two pods: 40 units unmet, and $5.
    assert cost(lots(dark_hall, more(0.25, "a"))) == 45
    # Two lots hold all five, 10 + 2 x 5; a third has nothing to add.
    assert cost(lots(dark_hall, more(0.25, "a", max=2))) == 20
    assert cost(lots(dark_hall, more(0.25, "a", max=3))) == 20
    # Not for $21 each.
    assert cost(lots(dark_hall, more(0.25, "a", max=2, cost_once=26))) == 60


def test_lots_add_to_the_failover_rating_too(fed_hall: Instance, cost: Cost) -> None:
    # After a loss 0.2 MW on the other: two pods.
    low = {f"facilities.north.feeds.{name}.failover_mw": 0.2 for name in "ab"}
    weak = fed_hall.replace(low)
    assert cost(weak) == 40
    # With 0.3 MW more on a, b is still weak.
    assert cost(lots(weak, more(0.3, "a"))) == 40
    assert cost(lots(weak, more(0.3, "a", "b"))) == 15
    # Without a failover_mw of their own, both ratings are mw with what is added.
    both = fed_hall.replace({f"facilities.north.feeds.{name}.mw": 0.2 for name in "ab"})
    assert cost(both) == 40
    assert cost(lots(both, more(0.3, "a", "b"))) == 15


def test_lots_on_a_feed_ramp_up_and_end(dark_hall: Instance, cost: Cost) -> None:
    hours = [{"name": name, "hours": 1} for name in ("u", "v", "w")]
    three = dark_hall.replace({"periods": hours, "facilities.north.feeds.a.mw": 0.1})
    # One pod stays: 50 unmet in each hour.
    assert cost(three) == 150
    # All five from the first hour on: 3 x 10 + 5.
    assert cost(lots(three, more(0.4, "a"))) == 35
    # In effect for two hours: 10 + 10 + 50, wherever they lie.
    assert cost(lots(three, more(0.4, "a", term=2))) == 75
    # Half at first: 0.3 MW keep three pods, and the two that went are gone: 3 x 30 + 5.
    assert cost(lots(three, more(0.4, "a", ramp=[0.5, 1]))) == 95
    # A lot that adds 0.4 MW in the last hour alone cannot bring them back.
    assert cost(lots(three, more([0, 0, 0.4], "a"))) == 150


def test_what_ends_with_a_lot_does_not_count_as_falling(dark_hall: Instance, cost: Cost) -> None:
    hours = [{"name": name, "hours": 1} for name in ("u", "v", "w")]
    three = dark_hall.replace({"periods": hours, "facilities.north.feeds.a.mw": 0.1})
    twice = more(0.4, "a", term=1, signed={"u": 1, "w": 1}, max=2)
    # In v four pods may not stand dark, so that one is left for w: 10 + 50 + 50, and $10.
    assert cost(lots(three, twice)) == 120
    # A rating that falls as written lets them: 10 + 60 + 10; w has 0.08 + 0.42 MW.
    falling = three.replace({"facilities.north.feeds.a.mw": [0.1, 0.09, 0.08]})
    assert cost(lots(falling, {**twice, **more(0.42, "a"), "max": 2})) == 90


def test_lots_on_a_feed_of_one_copy(two_zones: Instance, cost: Cost) -> None:
    hall = {"count": 2, "feeds": {"pdu": {"mw": 0}}, "fed_by": ["pdu"], "installed": {"pod": 3}}
    halls = two_zones.replace({"facilities.north": {"zones": {"hall": hall}}})
    assert cost(halls) == 60
    # Three pods in the second hall, and none in the first.
    assert cost(lots(halls, more(0.3, "pdu", at="north/hall-2"))) == 35


# ---- which rows there are, and what they say ----


def rows(instance: Instance) -> list[str]:
    """Give the feeds of the rows of a model."""
    return [key[1] for key in build(instance).feed_load_within_rating]


@pytest.fixture
def fed_halls(two_zones: Instance) -> Instance:
    """Three pods in each of two halls on feeds a and b, of 0.2 MW and 9 MW after a loss."""
    low = {"mw": 0.2, "failover_mw": 9}
    return two_zones.replace(
        {"facilities.north.feeds": {"a": low, "b": low}, "facilities.north.fed_by": ["a", "b"]}
    )


def test_a_row_gives_way_to_one_that_is_tighter_with_any_lots(fed_halls: Instance) -> None:
    same = fed_halls
    assert rows(same) == ["a"]
    # a may grow, b not: b is the one that says all.
    assert rows(lots(same, more(0.1, "a"))) == ["b"]
    # Both grow by the same lots.
    assert rows(lots(same, more(0.1, "a", "b"))) == ["a"]
    # Each by its own.
    assert rows(lots(same, more(0.1, "a"), more(0.1, "b"))) == ["a", "b"]
    # At its largest, 0.15 + 2 x 0.025 MW, a is still no larger than b.
    small = same.replace({"facilities.north.feeds.a.mw": 0.15})
    assert rows(lots(small, more(0.025, "a", max=2))) == ["a"]
    assert rows(lots(small, more(0.026, "a", max=2))) == ["a", "b"]


def test_a_row_is_there_where_it_binds_without_lots(fed_halls: Instance) -> None:
    # Six pods are 0.3 MW on each feed.
    strong = fed_halls.replace(
        {"facilities.north.feeds.a.mw": 0.3, "facilities.north.feeds.b.mw": 9}
    )
    assert rows(lots(strong, more(1, "a"))) == []
    weak = strong.replace({"facilities.north.feeds.a.mw": 0.299})
    assert rows(lots(weak, more(1, "a"))) == ["a"]


def test_rows_with_lots_are_in_whole_numbers(dark_hall: Instance) -> None:
    odd = dark_hall.replace({"facilities.north.feeds.a.mw": 0.0299})
    model = build(lots(odd, more(0.125, "a", max=2)))
    (row,) = model.feed_load_within_rating.values()
    # In units of 25 kW: 4 a pod, 5 a lot, and 29.9 kW are 1.
    body = generate_standard_repn(row.body)
    assert sorted(map(float, body.linear_coefs)) == [-5, 4]
    assert row.ub - body.constant == 1
    # 279.9 kW with both lots: two pods.
    assert model.bounds.room("pod", "north", 0, standing=False) == 2


# ---- leased blocks ----


def test_leased_blocks_load_feeds_like_any(dark_hall: Instance, solve: Solve) -> None:
    lease = {
        "name": "lease",
        "adds": [{"blocks": "pod", "at": "north", "count": 3}],
        "signed": {"now": 1},
    }
    empty = lots(dark_hall.replace({"facilities.north.installed": {}}), lease)
    # Three pods are leased, whatever happens: 0.3 MW.
    assert solve(empty.replace({"facilities.north.feeds.a.mw": 0.3})).objective == 30
    # A feed that holds two cannot take them, and no bound on what fits may hide that.
    weak = empty.replace({"facilities.north.feeds.a.mw": 0.2})
    assert solve(weak, raise_without_plan=False).status == "infeasible"
