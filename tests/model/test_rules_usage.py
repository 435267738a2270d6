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


def test_a_floor_of_spending_pays_for_no_lease_that_is_not_there(
    hour: Instance, cost: Cost
) -> None:
    # Spending of $6 is asked for, at $10 for each dollar short. Four pods by the hour would make
    # it, but the lot costs $1,000 once: $60 short, and 20 units unmet.
    floor = {"name": "floor", "measure": "spend", "min": 6, "penalty": 10}
    dear = {**LEASE, "cost_once": 1000}
    assert cost(hour.replace({"options": [dear], "limits": [floor]})) == 60 + 20


@pytest.fixture
def abroad(hour: Instance) -> Instance:
    """Four pods at $3 are leased in the south, where chat may not run: $20 unmet in the north."""
    lease = {**LEASE, "adds": [{"blocks": "pod", "at": "south", "count": 4}], "signed": {"now": 1}}
    return hour.replace(
        {
            "facilities.south": {},
            "demands.chat.where": {"facilities": ["north"]},
            "options": [lease],
        }
    )


@pytest.mark.parametrize(("committed", "paid"), [(0, 0), (0.5, 6), (1, 12)])
def test_a_floor_of_spending_pays_no_more_than_is_committed_or_used(
    abroad: Instance, cost: Cost, committed: float, paid: float
) -> None:
    # 0, 2 or 4 of the four pods are paid at $3, none is used; $10 for each dollar short of 12.
    some = abroad.replace({"options.lease.usage.committed_share": committed})
    assert cost(some) == 20 + paid
    floor = {"name": "floor", "measure": "spend", "min": 12, "penalty": 10}
    assert cost(some.replace({"limits": [floor]})) == 20 + paid + 10 * (12 - paid)
    # What other options are asked for is no reason to look closer.
    cap = {"name": "cap", "measure": "spend", "max": 50}
    of_none = {**floor, "of": {"facility": "north"}, "max_share": None}
    for limits, rows in (([floor], 1), ([cap], 0), ([of_none], 0)):
        model = build(some.replace({"limits": limits}))
        assert len(model.leases_in_use_only_beyond_owned) == rows
        assert len(model.used_beyond_committed) == (rows if committed == 0.5 else 0)


def test_a_share_of_spending_is_of_what_is_due(abroad: Instance, cost: Cost) -> None:
    # Keeping the pod in the north costs $6, half of all spending at most: $6 for two of the four
    # pods in the south are enough. Without a commitment the north is $3 above its share, at $10.
    share = {"name": "half", "measure": "spend", "of": {"facility": "north"}, "max_share": 0.5}
    kept = abroad.replace({"blocks.pod.cost_per_period": 6, "limits": [{**share, "penalty": 10}]})
    kept = kept.replace({"demands.chat.unmet_cost": 5})
    assert cost(kept.replace({"options.lease.usage.committed_share": 0.5})) == 100 + 6 + 6
    assert cost(kept) == 100 + 6 + 30


def test_a_dearer_lease_is_used_where_a_limit_asks_for_it(hour: Instance, solve: Solve) -> None:
    # One pod leased at $3 and one at $8: of 25 units the first serves 10, half of the second 5.
    one = {**LEASE, "adds": [{"blocks": "pod", "at": "north", "count": 1}], "signed": {"now": 1}}
    dear = {**one, "name": "dear", "usage": {"per_block_hour": 8}}
    both = hour.replace({"demands.chat.amount": 25, "options": [one, dear]})
    assert solve(both).objective == pytest.approx(3 + 4)
    # Nothing may be spent on the first: the second serves 10, and 5 are unmet.
    cap = {"name": "cap", "measure": "spend", "of": {"option": "lease"}, "max": 0}
    plan = solve(both.replace({"limits": [cap]}))
    assert plan.objective == pytest.approx(8 + 5)
    assert plan.data.decisions is not None
    assert plan.data.decisions.leases_used == {LeaseUse("dear", "pod", "north", "now"): 1}


def test_leased_blocks_are_whole_as_lots_are(hour: Instance) -> None:
    assert not any(leased.is_integer() for leased in build(leased(hour)).leased.values())
