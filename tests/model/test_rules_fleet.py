"""Fleet: buying, waiting, keeping, retiring, and what is left at the end."""

from collections.abc import Callable

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.plan import Standing
from gridblock.plan import Plan

Cost = Callable[[Instance], float]
Solve = Callable[[Instance], Plan]


@pytest.fixture
def eager_market(market: Instance) -> Instance:
    """Chat wants 30 units in both hours and a pod costs $5: three are bought at once, $15."""
    return market.replace({"demands.chat.amount": 30, "blocks.pod.cost_once": 5})


@pytest.fixture
def shrinking(market: Instance) -> Instance:
    """Three pods stand, chat wants 30 units and then 10; a pod was $15: $0."""
    return market.replace(
        {"facilities.north.installed": {"pod": 3}, "demands.chat.amount": [30, 10]}
    )


@pytest.fixture
def two_years(market: Instance) -> Instance:
    """The market over two years of 8,760 hours in which an hour's worth of chat is wanted."""
    return market.replace(
        {
            "periods": [{"name": "first", "hours": 8760}, {"name": "second", "hours": 8760}],
            "demands.chat.unmet_cost": 1 / 8760,
        }
    )


def test_a_pod_is_bought_if_it_saves_more_than_it_costs(market: Instance, cost: Cost) -> None:
    # $15 against 10 unmet in two hours, $20.
    assert cost(market) == 15
    # Against one hour it is not worth it.
    assert cost(market.replace({"demands.chat.amount": [10, 0]})) == 10
    # Without a price nothing can be bought.
    assert cost(market.replace({"blocks.pod": {"accelerator": "h100", "accelerators": 10}})) == 20


def test_a_pod_costs_the_price_of_its_period(market: Instance, cost: Cost) -> None:
    # $15 at once, or 10 unmet and $2 later.
    assert cost(market.replace({"blocks.pod.cost_once": [15, 2]})) == 12


def test_lead_keeps_what_is_bought_out_of_the_first_periods(
    eager_market: Instance, cost: Cost
) -> None:
    assert cost(eager_market) == 15
    # Nothing for an hour: 30 unmet; then three pods. With a lead of two hours nothing ever comes.
    assert cost(eager_market.replace({"blocks.pod.lead": 1})) == 45
    assert cost(eager_market.replace({"blocks.pod.lead": 2})) == 60


def test_supply_limits_what_enters_service_in_a_period(eager_market: Instance, cost: Cost) -> None:
    # One pod in each hour: 20 unmet, then 10, and two pods.
    assert cost(eager_market.replace({"blocks.pod.supply": 1})) == 40
    # Half a pod cannot be delivered; two in the first hour: 10 + 0 unmet, three pods.
    assert cost(eager_market.replace({"blocks.pod.supply": 1.5})) == 40
    assert cost(eager_market.replace({"blocks.pod.supply": [2, 1]})) == 25


def test_supply_is_over_all_places(eager_market: Instance, cost: Cost) -> None:
    south = {"facilities.south": {}, "blocks.pod.supply": 1}
    assert cost(eager_market.replace(south)) == 40


def test_supply_does_not_count_what_is_on_order(eager_market: Instance, cost: Cost) -> None:
    # One pod of each kind in the first hour, 10 unmet; a second bought one in the second: $5 x 2.
    ordered = {"blocks.pod.supply": 1, "facilities.north.on_order": {"pod": {"first": 1}}}
    assert cost(eager_market.replace(ordered)) == 20


def test_supply_of_an_accelerator_is_over_its_block_types(
    eager_market: Instance, cost: Cost
) -> None:
    node = {"accelerator": "h100", "accelerators": 2, "cost_once": 1, "end_share": 0}
    both = eager_market.replace({"blocks.node": node})
    # Thirty units cost $15 in pods of 10 for $5 and in nodes of 2 for $1 alike.
    assert cost(both) == 15
    # 14 chips an hour: a pod and two nodes ($7), 16 unmet; again, 2 unmet.
    assert cost(both.replace({"accelerators.h100.supply": 14})) == 32
    # Nothing in the first hour.
    assert cost(both.replace({"accelerators.h100.supply": {"first": 0, "second": 99}})) == 45


def test_what_is_on_order_enters_in_its_period(two_hours: Instance, cost: Cost) -> None:
    # Five pods of six needed in both hours; a sixth enters in the second.
    assert cost(two_hours) == 20
    ordered = {"facilities.north.on_order": {"pod": {"second": 1}}}
    assert cost(two_hours.replace(ordered)) == 10


def test_keeping_costs_by_period(shrinking: Instance, cost: Cost, solve: Solve) -> None:
    assert cost(shrinking) == 0
    # Three pods x $2, then two of them are gone: 1 x $2.
    kept = shrinking.replace({"blocks.pod.cost_per_period": 2})
    assert cost(kept) == 8
    decisions = solve(kept).data.decisions
    assert decisions is not None
    assert decisions.retired == {Standing("pod", "north", "second"): 2}
    # For $12 a pod is not worth its 10 units: all go at once, 30 + 10 unmet.
    assert cost(shrinking.replace({"blocks.pod.cost_per_period": 12})) == 40
    # For $12 and then $2 one is worth its 20 units in both hours: 20 unmet + $14.
    assert cost(shrinking.replace({"blocks.pod.cost_per_period": [12, 2]})) == 34


def test_resale_is_credited_in_the_period_of_retirement(shrinking: Instance, cost: Cost) -> None:
    # Two pods are sold in the second hour at 0.4 x $15 each; the third serves 10 for more than $6.
    sold = shrinking.replace({"blocks.pod.resale_share": 0.4})
    assert cost(sold) == -12
    # At the price of that hour, $10.
    assert cost(sold.replace({"blocks.pod.cost_once": [15, 10]})) == -8
    # At $30 the third goes as well in the second hour, for $12 against 10 units: 10 - 3 x $12.
    assert cost(sold.replace({"blocks.pod.cost_once": 30})) == -26


def test_what_is_left_at_the_end_is_credited(market: Instance, cost: Cost) -> None:
    # $15 less half of it; at a last price of $10 less half of that.
    half = market.replace({"blocks.pod.end_share": 0.5})
    assert cost(half) == 7.5
    assert cost(half.replace({"blocks.pod.cost_once": [15, 10]})) == 10
    # What was installed counts as well.
    assert cost(half.replace({"facilities.north.installed": {"pod": 2}})) == -15


def test_the_end_share_is_the_resale_share_by_default(shrinking: Instance, cost: Cost) -> None:
    by_default = {
        "accelerator": "h100", "accelerators": 10, "cost_once": 15, "resale_share": 0.4
    }  # fmt: skip
    # Two pods sold and one kept, or three kept: 3 x $6.
    assert cost(shrinking.replace({"blocks.pod": by_default})) == -18


def test_what_does_not_fit_is_retired(one_hall: Instance, cost: Cost) -> None:
    # Five pods stand where two fit: three go for 0.5 x $4, two serve 20 of 60, none can be bought.
    tight = {
        "facilities.north.limits.power_mw": 0.2,
        "blocks.pod.cost_once": 4,
        "blocks.pod.resale_share": 0.5,
        "blocks.pod.end_share": 0,
    }
    assert cost(one_hall.replace(tight)) == 40 - 6


def test_retired_blocks_may_make_room_in_the_same_period(one_hall: Instance, cost: Cost) -> None:
    # Five pods fill the hall; each may give way to one of 20 units for $7, saving $10: one does.
    better = {"accelerator": "h100", "accelerators": 20, "uses": {"power_kw": 100}, "cost_once": 7}
    full = {"facilities.north.limits.power_mw": 0.5, "blocks.better": better}
    assert cost(one_hall.replace(full)) == 7


def test_payments_are_discounted_to_the_start(two_years: Instance, cost: Cost) -> None:
    assert cost(two_years) == 15
    doubled = two_years.replace({"discount_rate": 1, "blocks.pod.lead": 1})
    # At 100 % a year: 10 unmet at the middle of the first year, $15 at the start of the second
    # against 10 unmet at its middle: 10 / 2^0.5 + min(15 / 2, 10 / 2^1.5) = 10.606602.
    assert cost(doubled) == round(10 / 2**0.5 + 10 / 2**1.5, 6)
    # For $5 it is bought: 5 / 2, with half of it back at the end, 2.5 / 4.
    cheap = doubled.replace({"blocks.pod.cost_once": 5, "blocks.pod.end_share": 0.5})
    assert cost(cheap) == round(10 / 2**0.5 + 5 / 2 - 2.5 / 4, 6)


def test_keeping_and_resale_are_discounted_too(two_years: Instance, cost: Cost) -> None:
    held = two_years.replace(
        {
            "discount_rate": 1,
            "facilities.north.installed": {"pod": 2},
            "demands.chat.amount": [20, 0],
            "blocks.pod.cost_per_period": 2,
            "blocks.pod.resale_share": 0.2,
        }
    )
    # Two pods x $2 at the middle of the first year, sold at its end: 2 x 0.2 x $15 / 2.
    assert cost(held) == round(4 / 2**0.5 - 6 / 2, 6)
