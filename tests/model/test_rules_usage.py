"""Usage: take-or-pay, and energy that the price of a lease includes."""

from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.build import build
from gridblock.model.plan import LeaseUse
from gridblock.plan import Plan

Cost = Callable[[Instance], float]
Solve = Callable[[Instance], Plan]
LEASE: dict[str, Any] = {
    "name": "lease",
    "adds": [{"blocks": "pod", "at": "north", "count": 4}],
    "usage": {"per_block_hour": 3},
}


@pytest.fixture
def hour(one_hall: Instance) -> Instance:
    """One pod stands, chat wants 30 units for an hour at $1: $20 without a lease."""
    return one_hall.replace(
        {"facilities.north": {"installed": {"pod": 1}}, "demands.chat.amount": 30}
    )


def leased(instance: Instance, **usage: Any) -> Instance:
    """Add the lease, with other terms of usage."""
    return instance.replace({"options": [{**LEASE, "usage": {**LEASE["usage"], **usage}}]})


def test_leased_blocks_are_paid_as_used(hour: Instance, solve: Solve) -> None:
    assert solve(hour).objective == pytest.approx(20)
    # Of four leased pods two are in use beyond the one owned: 2 x $3.
    plan = solve(leased(hour))
    assert plan.objective == pytest.approx(6)
    assert plan.data.decisions is not None
    assert plan.data.decisions.leases_used == {LeaseUse("lease", "pod", "north", "now"): 2}


def test_the_committed_share_is_paid_whether_used_or_not(hour: Instance, cost: Cost) -> None:
    # Three of four committed: 3 x $3. All committed: $12, still less than $20.
    assert cost(leased(hour, committed_share=0.75)) == 9
    assert cost(leased(hour, committed_share=1)) == 12
    # At $5.5 a pod 4 x 5.5 = $22 is more than it saves.
    assert cost(leased(hour, committed_share=1, per_block_hour=5.5)) == 20


def test_the_cheapest_leases_are_used_first(hour: Instance, solve: Solve) -> None:
    # Two leases of one pod, at $3 and $8, and one of them committed to half: of 15 units beyond
    # the pod owned 10 go to the first, 5 (half a pod, committed) to the second: 3 + 4.
    one = {**LEASE, "adds": [{"blocks": "pod", "at": "north", "count": 1}]}
    dear = {**one, "name": "dear", "usage": {"per_block_hour": 8, "committed_share": 0.5}}
    plan = solve(hour.replace({"demands.chat.amount": 25, "options": [one, dear]}))
    assert plan.objective == pytest.approx(3 + 4)


def test_energy_may_be_in_the_price(hour: Instance, cost: Cost) -> None:
    # 100 kW at $50 a MWh: $5 a pod and hour, idle or not; four leased and one owned: $25 and $6.
    priced = hour.replace({"facilities.north.energy_per_mwh": 50})
    assert cost(priced) == 25
    assert cost(leased(priced)) == 25
    # Included, the owned pod would cost $5 and two leased ones $6; without it three cost $9.
    assert cost(leased(priced, energy="included")) == 9


def test_only_what_is_used_beyond_the_blocks_owned_draws_free_energy(
    hour: Instance, cost: Cost
) -> None:
    # A pod draws $5 at work and nothing idle. Chat wants three pods now and seven later, at $2 a
    # unit, so that the three owned ones are kept: $15 in each hour. Four leased ones, committed at
    # $0.1, would serve the first hour for free, but count as in use only beyond the three owned; so
    # they are ordered for the second hour.
    owned = hour.replace(
        {
            "periods": [{"name": "now", "hours": 1}, {"name": "later", "hours": 1}],
            "facilities.north": {"installed": {"pod": 3}, "energy_per_mwh": 50},
            "blocks.pod.idle_factor": 0,
            "demands.chat.amount": [30, 70],
            "demands.chat.unmet_cost": 2,
        }
    )
    assert cost(owned) == 15 + 15 + 80
    free = leased(owned, energy="included", per_block_hour=0.1, committed_share=1)
    assert cost(free) == pytest.approx(15 + 15 + 0.4)


def test_carbon_is_priced_all_the_same(hour: Instance, cost: Cost) -> None:
    # 0.1 MWh x 1000 kg at $50 a tonne: $5 a pod.
    priced = hour.replace({"facilities.north.carbon_kg_per_mwh": 1000, "carbon_price_per_t": 50})
    assert cost(leased(priced, energy="included")) == 25
    assert cost(priced) == 25


def test_free_energy_leaves_nothing_behind_where_spending_is_limited(
    hour: Instance, cost: Cost
) -> None:
    # Energy of 12.5 kW x 0.75 for a year at $23 a MWh, once paid and once taken off, must cancel to
    # the last bit: a remainder of 2e-13 would be no coefficient.
    kind = {"accelerator": "h100", "accelerators": 10, "uses": {"power_kw": 12.5}}
    year = leased(
        hour.replace(
            {
                "periods": [{"name": "now", "hours": 8760}],
                "blocks.pod": {**kind, "load_factor": 0.75},
                "facilities.north": {"energy_per_mwh": 23},
                "limits": [{"name": "all", "measure": "spend", "max": 0}],
            }
        ),
        per_block_hour=0,
        energy="included",
    )
    assert cost(year) == 0


def test_where_nothing_can_be_owned_leases_in_use_need_no_choice(hour: Instance) -> None:
    # All that is assigned is leased then, so that one row says how many are in use.
    free = leased(hour, energy="included").replace(
        {"blocks.pod.idle_factor": 0, "facilities.north": {"energy_per_mwh": 50}}
    )
    model = build(free)
    assert not len(model.any_lease_in_use)
    assert len(model.leases_in_use_only_beyond_owned) == 1
    owned = build(free.replace({"facilities.north.installed": {"pod": 3}}))
    assert len(owned.any_lease_in_use) == 1


def test_leased_blocks_are_whole_as_lots_are(hour: Instance) -> None:
    assert not any(leased.is_integer() for leased in build(leased(hour)).leased.values())
