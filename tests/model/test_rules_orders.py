"""Orders of the plan in force: without them, with them, and why."""

from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.plan import InfeasibleError, Plan

Cost = Callable[[Instance], float]
Solve = Callable[..., Plan]


def pods(period: str, blocks: int, **fields: Any) -> dict[str, Any]:
    """Give an order of pods for the north."""
    return {"block": "pod", "place": "north", "period": period, "blocks": blocks, **fields}


def replanned(instance: Instance, keep_to: str | None, *bought: dict[str, Any]) -> Instance:
    """Give an instance beside a plan in force that buys something."""
    plan = {"periods": ["first", "second"], "bought": list(bought)}
    return instance.replace({"current": {"plan": plan, "keep_to": keep_to}})


@pytest.fixture
def leases(market: Instance) -> Instance:
    """Nothing can be bought; a lot leases a pod, of 10 units, for $4 an hour."""
    plain = market.plain()
    for field in ("cost_once", "end_share"):
        plain["blocks"]["pod"].pop(field)
    lot = {"name": "lot", "adds": [{"blocks": "pod", "at": "north", "count": 1}], "max": 3}
    return Instance.parse({**plain, "options": [{**lot, "cost_per_period": 4}]})


def test_an_order_that_stands_is_placed_though_it_no_longer_pays(
    market: Instance, cost: Cost
) -> None:
    assert cost(market) == 15
    # The second pod is of no use: it is bought only where its order stands.
    assert cost(replanned(market, None, pods("first", 2))) == 15
    assert cost(replanned(market, "first", pods("first", 2))) == 30


def test_no_more_is_ordered_where_orders_stand(market: Instance, cost: Cost) -> None:
    cheap = market.replace({"blocks.pod.cost_once": 8})
    assert cost(cheap) == 8
    # A pod in the second hour alone: 10 unmet before it.
    assert cost(replanned(cheap, "first")) == 18
    assert cost(replanned(cheap, "second")) == 20
    # Orders after it are free: the pod for the second hour is left out.
    assert cost(replanned(cheap, "first", pods("first", 1), pods("second", 1))) == 8


def test_what_stands_is_the_order_and_not_the_period_of_service(
    market: Instance, cost: Cost
) -> None:
    # The lead has become an hour: ordered in the first, in service in the second, 10 unmet.
    late = market.replace({"blocks.pod.lead": 1})
    assert cost(late) == 20
    assert cost(replanned(late, "first", pods("first", 1, order="first"))) == 25
    # Without its order named, one for the first hour was placed before the horizon.
    assert cost(replanned(late, "first", pods("first", 1))) == 20
    assert cost(replanned(late, "first", pods("second", 1))) == 25


def test_what_has_been_ordered_may_be_retired(market: Instance, cost: Cost) -> None:
    # Of two pods one is sold at once for half of what it cost.
    sold = market.replace({"blocks.pod.resale_share": 0.5})
    assert cost(replanned(sold, "first", pods("first", 2))) == 22.5
    # There is no place left: 15 for nothing, and 20 unmet.
    full = market.replace({"facilities.north.limits": {"power_mw": 0}})
    assert cost(full) == 20
    assert cost(replanned(full, "first", pods("first", 1))) == 35


def test_what_has_been_ordered_comes_on_top_of_what_is_bought(market: Instance, cost: Cost) -> None:
    # At the end a pod is worth all that it costs: those that stand cost nothing, one more neither.
    worth = market.replace({"blocks.pod.end_share": 1})
    assert cost(worth) == 0
    assert cost(replanned(worth, "first", pods("first", 3))) == 0
    # Bought in the second hour, beside three that stand in the first: none is of use.
    both = replanned(worth, "first", pods("first", 3)).replace(
        {"blocks.pod.cost_once": [15, 16], "blocks.pod.cost_per_period": 2}
    )
    # 3 x (15 + 2 + 2 - 16) = 9; retired ones bring nothing.
    assert cost(both) == 9


def test_no_profit_without_end_is_made_where_orders_stand(market: Instance, cost: Cost) -> None:
    # A pod bought for 5 is worth 15 in the end: as many as can be, if orders are free.
    rising = market.replace({"blocks.pod.cost_once": [5, 15], "blocks.pod.end_share": 1})
    with pytest.raises(InstanceError, match="can be bought at a profit without end"):
        cost(rising)
    assert cost(replanned(rising, "first", pods("first", 2))) == -20


def test_lots_that_stand_are_ordered(leases: Instance, cost: Cost) -> None:
    assert cost(leases) == 8
    in_force = {
        "periods": ["first", "second"],
        "ordered": [{"option": "lot", "period": "second", "lots": 2}],
    }
    # Two lots in the second hour, 10 unmet in the first.
    kept = leases.replace({"current": {"plan": in_force, "keep_to": "second"}})
    assert cost(kept) == 18
    # Up to the first hour none is to be ordered, and after it one is enough.
    assert cost(kept.replace({"current.keep_to": "first"})) == 14


def test_a_permit_that_slips_is_one_edited_key(leases: Instance, cost: Cost) -> None:
    in_force = {"ordered": [{"option": "lot", "period": "first", "lots": 1}]}
    kept = leases.replace({"current": {"plan": in_force, "keep_to": "first"}})
    assert cost(kept) == 8
    # A lot ordered in the first hour is in effect in the second: 10 + 4.
    assert cost(kept.replace({"options.lot.lead": 1})) == 14


def test_orders_before_the_horizon_count_for_nothing(cost: Cost, market: Instance) -> None:
    dated = market.replace({"periods": {"first": "2027Q1", "count": 2}})
    none = {"periods": ["2026Q4", "2027Q1"], "bought": [pods("2027Q1", 3, order="2026Q4")]}
    kept = dated.replace({"current": {"plan": none, "keep_to": "2027Q2"}})
    # 10 unmet in 2,160 and 2,184 hours.
    assert cost(kept) == 43440


def test_orders_that_cannot_stand_are_named(market: Instance, solve: Solve) -> None:
    kept = replanned(market, "first", pods("first", 3))
    with pytest.raises(
        InfeasibleError,
        match=r"current\.keep_to keeps the order of 3 pod at north in first; .* at most 2$",
    ):
        solve(kept.replace({"blocks.pod.supply": 2}))
    floor = replanned(market, "second", pods("first", 1)).replace({"demands.chat.amount": 40})
    with pytest.raises(InfeasibleError) as error:
        solve(floor.replace({"demands.chat.min_share": 0.5}))
    # Either may be named as the one that gives way, the other as what it conflicts with.
    said = str(error.value)
    assert "demands.chat.min_share" in said
    assert "current.keep_to" in said
    assert "is what the others conflict with" in said


def test_lots_that_cannot_stand_are_named(leases: Instance, solve: Solve) -> None:
    in_force = {"ordered": [{"option": "lot", "period": "first", "lots": 3}]}
    kept = leases.replace({"current": {"plan": in_force, "keep_to": "first"}})
    full = kept.replace({"facilities.north.limits": {"power_mw": 0.2}})
    with pytest.raises(
        InfeasibleError,
        match=r"keeps the order of 3 lots of lot in first; .* at most 2$",
    ):
        solve(full)
    # A budget beside it: both are named.
    budget = {"name": "cap", "measure": "spend", "max": 8}
    with pytest.raises(InfeasibleError) as error:
        solve(kept.replace({"limits": [budget]}))
    assert "limits.cap.max" in str(error.value)
    assert "current.keep_to" in str(error.value)


def test_copies_of_a_zone_are_told_apart_by_what_was_ordered(market: Instance, cost: Cost) -> None:
    halls = market.replace(
        {
            "facilities": {"north": {"zones": {"hall": {"count": 2, "limits": {"racks": 1}}}}},
            "blocks.pod.uses.racks": 1,
        }
    )
    assert cost(halls) == 15
    plan = {"bought": [{**pods("first", 1), "place": "north/hall-2"}]}
    assert cost(halls.replace({"current": {"plan": plan, "keep_to": "first"}})) == 15
