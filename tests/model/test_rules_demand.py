"""Demand: what is met and unmet, floors, and what serving costs."""

from collections.abc import Callable

import pytest

from gridblock.instances.instance import Instance
from gridblock.plan import InfeasibleError, Plan

Cost = Callable[[Instance], float]
Solve = Callable[[Instance], Plan]


@pytest.fixture
def two_prices(two_demands: Instance) -> Instance:
    """Chat at $1 and batch at $2 want 60 units each of the 50 there are."""
    return two_demands.replace(
        {"demands.chat.amount": 60, "demands.batch.amount": 60, "demands.batch.unmet_cost": 2}
    )


@pytest.fixture
def two_regions(one_hall: Instance) -> Instance:
    """Half of chat comes from the west, over a link that carries 5 of its 30 Gbps."""
    links = [
        {"between": ["west", "north"], "ms": 1, "gbps": 5},
        {"between": ["east", "north"], "ms": 1},
    ]
    return one_hall.replace(
        {
            "network": {"regions": {"west": {}, "east": {}}, "links": links},
            "demands.chat.from": {"west": 0.5, "east": 0.5},
            "demands.chat.gbps_per_unit": 1,
        }
    )


def test_unmet_units_cost_their_price_for_each_hour(one_hall: Instance, cost: Cost) -> None:
    # Five pods of 10 serve 50 of 60: 10 unmet x $1 x 1 h.
    assert cost(one_hall) == 10
    # 10 x $3 x 2 h.
    assert cost(one_hall.replace({"demands.chat.unmet_cost": 3, "periods.now.hours": 2})) == 60


def test_amount_and_price_follow_the_period(two_hours: Instance, cost: Cost) -> None:
    # 10 unmet in both hours.
    assert cost(two_hours) == 20
    # 0 of 50, then 20 of 70.
    assert cost(two_hours.replace({"demands.chat.amount": [50, 70]})) == 20
    # 10 x $1, then 10 x $4.
    assert cost(two_hours.replace({"demands.chat.unmet_cost": {"first": 1, "second": 4}})) == 50


def test_unmet_demand_is_always_possible(one_hall: Instance, cost: Cost) -> None:
    # With no accelerator that can serve it all 60 stay unmet; so do 1e6 - 50 of 1e6.
    assert cost(one_hall.replace({"demands.chat.yields": {}})) == 60
    assert cost(one_hall.replace({"demands.chat.amount": 1e6})) == 999950


def test_a_demand_of_nothing_costs_nothing(one_hall: Instance, cost: Cost) -> None:
    assert cost(one_hall.replace({"demands.chat.amount": 0})) == 0


def test_yields_turn_accelerators_into_units(two_hours: Instance, cost: Cost) -> None:
    # 50 accelerators of 1 unit serve 50, of 0.5 units 25: 35 unmet in each hour.
    assert cost(two_hours.replace({"demands.chat.yields.h100": 0.5})) == 70
    # 0.5 in the first hour, 2 (more than is wanted) in the second.
    assert cost(two_hours.replace({"demands.chat.yields.h100": [0.5, 2]})) == 35
    # A yield of 0 serves nothing.
    assert cost(two_hours.replace({"demands.chat.yields.h100": [0, 1]})) == 70


def test_the_dearer_demand_is_met_first(two_prices: Instance, cost: Cost) -> None:
    # All 50 serve batch: 10 x $2 + 60 x $1.
    assert cost(two_prices) == 80


def test_min_share_takes_from_the_dearer_demand(two_prices: Instance, cost: Cost) -> None:
    # Half of chat, 30, must be met; 20 are left for batch: 30 x $1 + 40 x $2.
    assert cost(two_prices.replace({"demands.chat.min_share": 0.5})) == 110


def test_min_share_can_make_an_instance_infeasible(one_hall: Instance, solve: Solve) -> None:
    # 50 of 60 can be met, 83 %.
    with pytest.raises(InfeasibleError, match=r"demands\.chat\.min_share"):
        solve(one_hall.replace({"demands.chat.min_share": 0.84}))


def test_min_share_holds_for_each_region(two_regions: Instance, cost: Cost, solve: Solve) -> None:
    # 5 from the west and 30 from the east: 25 unmet. As 35 of 60 are met, 58 % are.
    assert cost(two_regions) == 25
    # From the west a sixth is, so half is out of reach there.
    assert cost(two_regions.replace({"demands.chat.min_share": 1 / 6})) == 25
    with pytest.raises(InfeasibleError, match="from west"):
        solve(two_regions.replace({"demands.chat.min_share": 0.5}))


def test_serving_costs_by_unit_and_hour(two_hours: Instance, cost: Cost) -> None:
    # 50 x $0.4 + 10 x $1, twice.
    assert cost(two_hours.replace({"demands.chat.cost_per_unit_hour": 0.4})) == 60
    # Where serving costs more than unmet demand, nothing is served: 60 x $1; then as above.
    assert cost(two_hours.replace({"demands.chat.cost_per_unit_hour": [1.5, 0.4]})) == 90
    by_period = {"first": 1.5, "second": 0.4}
    assert cost(two_hours.replace({"demands.chat.cost_per_unit_hour": by_period})) == 90


def test_serving_may_earn(one_hall: Instance, cost: Cost) -> None:
    # 10 x $1 - 50 x $0.5.
    assert cost(one_hall.replace({"demands.chat.cost_per_unit_hour": -0.5})) == -15
    # Also where unmet demand costs nothing: no more is served than is wanted, 20.
    earning = {"cost_per_unit_hour": -0.5, "unmet_cost": 0, "amount": 20}
    changes = {f"demands.chat.{field}": value for field, value in earning.items()}
    assert cost(one_hall.replace(changes)) == -10


def test_serving_cost_by_facility_moves_work(two_sites: Instance, cost: Cost) -> None:
    forty = two_sites.replace({"demands.chat.amount": 40})
    assert cost(forty) == 0
    # 30 in the south, which is not named and so free; 10 in the north x $0.5.
    in_north = {"demands.chat.cost_per_unit_hour": {"north": 0.5}}
    assert cost(forty.replace(in_north)) == 5
    # 30 earn $0.2 in the north, 10 cost $0.1 in the south.
    both = {"demands.chat.cost_per_unit_hour": {"north": -0.2, "south": 0.1}}
    assert cost(forty.replace(both)) == -5


def test_serving_cost_by_facility_may_be_a_series(two_hours: Instance, cost: Cost) -> None:
    # 50 x $0.2, then free; 10 unmet in both hours.
    north = {"demands.chat.cost_per_unit_hour": {"north": [0.2, 0]}}
    assert cost(two_hours.replace(north)) == 30
