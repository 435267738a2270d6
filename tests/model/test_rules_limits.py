"""Limits over the plan: each measure, period and bound, without it, with it, and why."""

from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.plan import InfeasibleError, Plan

Cost = Callable[[Instance], float]
Solve = Callable[..., Plan]


def limited(instance: Instance, **limit: Any) -> Instance:
    """Give an instance with one limit."""
    return instance.replace({"limits": [{"name": "cap", **limit}]})


@pytest.fixture
def shop(two_hours: Instance) -> Instance:
    """Chat wants 20 units in both hours at $1; a pod costs $8, serves 10, draws 0.1 MW: $16."""
    return two_hours.replace(
        {
            "facilities": {"north": {"tags": ["cold"]}},
            "accelerators.h100.vendor": "nvidia",
            "demands.chat.amount": 20,
            "blocks.pod.cost_once": 8,
            "blocks.pod.end_share": 0,
        }
    )


@pytest.fixture
def rivals(shop: Instance) -> Instance:
    """The same, with a pod of another vendor at $9: h100 alone is cheapest, $16."""
    chip = {"accelerator": "trn2", "accelerators": 10, "cost_once": 9, "end_share": 0}
    return shop.replace(
        {
            "accelerators.trn2": {"vendor": "amazon"},
            "blocks.rack": chip,
            "demands.chat.yields": {"h100": 1, "trn2": 1},
        }
    )


def test_spend_once_in_each_period(shop: Instance, cost: Cost) -> None:
    assert cost(shop) == 16
    # $8 an hour buy one pod in each: 10 unmet in the first.
    assert cost(limited(shop, measure="spend_once", max=8)) == 26
    # $7 buy none, and nothing is carried over.
    assert cost(limited(shop, measure="spend_once", max=7)) == 40


def test_a_budget_to_date_carries_over(shop: Instance, cost: Cost) -> None:
    # $7 and then $16 to date: two pods in the second hour, 20 unmet in the first.
    budget = limited(shop, measure="spend_once", per="to_date", max=[7, 16])
    assert cost(budget) == 36
    # A second pod would save 10 for 8 in the second hour alone; with $15 to date there is one.
    assert cost(limited(shop, measure="spend_once", per="to_date", max=[7, 15])) == 38


def test_a_budget_over_the_horizon(shop: Instance, cost: Cost) -> None:
    # $15 buy one pod, at once: 10 unmet twice.
    assert cost(limited(shop, measure="spend_once", per="horizon", max=15)) == 28


def test_spend_counts_what_is_paid_for_energy_keeping_and_serving(
    shop: Instance, cost: Cost
) -> None:
    # A pod costs $1 to keep, 0.1 MWh x $5 = $0.5 of energy and 10 x $0.05 = $0.5 to serve an hour:
    # $8 + 2 x $2 each.
    priced = shop.replace(
        {
            "blocks.pod.cost_per_period": 1,
            "facilities.north.energy_per_mwh": 5,
            "demands.chat.cost_per_unit_hour": 0.05,
        }
    )
    assert cost(priced) == 24
    # $24 over the horizon are enough; one cent less leaves $0.01 of serving out, 0.2 units.
    assert cost(limited(priced, measure="spend", per="horizon", max=24)) == 24
    short = cost(limited(priced, measure="spend", per="horizon", max=23.99))
    assert short == pytest.approx(24 - 0.01 + 0.2)
    # What is paid to serve chat alone: $1 in each hour.
    serving = {"measure": "spend", "of": {"demand": "chat"}}
    assert cost(limited(priced, **serving, max=1)) == 24
    assert cost(limited(priced, **serving, max=0.5)) == pytest.approx(24 - 1 + 20 - 8 - 3, abs=1e-6)


def test_energy_carbon_and_power(shop: Instance, cost: Cost) -> None:
    dirty = shop.replace({"facilities.north.carbon_kg_per_mwh": 500})
    # Two pods draw 0.2 MW: 0.2 MWh and 100 kg an hour. Less than that leaves one pod: $8 + $20.
    assert cost(limited(dirty, measure="power", max=0.2)) == 16
    assert cost(limited(dirty, measure="power", max=0.19)) == 28
    assert cost(limited(dirty, measure="energy", max=0.19)) == 28
    assert cost(limited(dirty, measure="carbon", max=0.1)) == 16
    assert cost(limited(dirty, measure="carbon", max=0.099)) == 28
    # Over the horizon 0.3 MWh are two pods in one hour and one in the other: $16 + 10 unmet.
    assert cost(limited(dirty, measure="energy", per="horizon", max=0.3)) == 26
    assert cost(limited(dirty, measure="power", per="horizon", max=0.3)) == 26


def test_selectors_choose_by_all_keys(rivals: Instance, cost: Cost) -> None:
    assert cost(rivals) == 16
    for of in (
        {"vendor": "nvidia"},
        {"accelerator": "h100"},
        {"block": ["pod"]},
        {"facility": "north", "vendor": ["nvidia"]},
        {"tag": "cold", "block": "pod"},
    ):
        # One pod of nvidia, one of amazon.
        assert cost(limited(rivals, measure="blocks", of=of, max=1)) == 17
    # Ten h100 are one pod.
    assert cost(limited(rivals, measure="accelerators", of={"vendor": "nvidia"}, max=19)) == 17


def test_a_vendor_share(rivals: Instance, cost: Cost, solve: Solve) -> None:
    half = limited(rivals, measure="accelerators", of={"vendor": "nvidia"}, max_share=0.5)
    assert cost(half) == 17
    # At most 30 % of two are none.
    less = limited(rivals, measure="accelerators_used", of={"vendor": "nvidia"}, max_share=0.3)
    assert cost(less) == pytest.approx(18 - 0.3 * 0, abs=1e-6)
    # Among itself a share below 1 allows nothing.
    among = {"among": {"vendor": "nvidia"}, "of": {"vendor": "nvidia"}}
    assert cost(limited(rivals, measure="blocks", **among, max_share=0.9)) == 18
    assert solve(half).account is not None


def test_a_share_may_be_reached_by_blocks_that_serve_nothing(shop: Instance, cost: Cost) -> None:
    # Racks of another vendor serve nothing and cost $0.5: two of them allow two pods.
    idle = {"accelerator": "trn2", "accelerators": 10, "cost_once": 0.5, "end_share": 0}
    beside = shop.replace({"accelerators.trn2": {"vendor": "amazon"}, "blocks.rack": idle})
    of = {"vendor": "nvidia"}
    assert cost(limited(beside, measure="accelerators", of=of, max_share=0.5)) == 17
    # Where nothing serves the demand in part, a share of what is used allows nothing.
    assert cost(limited(beside, measure="accelerators_used", of=of, max_share=0.5)) == 40


def test_a_floor_makes_blocks_worth_owning(shop: Instance, cost: Cost) -> None:
    # Three pods must stand in the second hour, though two are enough: $24.
    assert cost(limited(shop, measure="blocks", min=[0, 3])) == 24
    # Six pod-hours over the horizon: three pods from the start.
    assert cost(limited(shop, measure="blocks", per="horizon", min=6)) == 24


def test_a_floor_of_service(two_demands: Instance, cost: Cost) -> None:
    # Ten pods too few: batch at $1 and chat at $2 share 50 of 100 units.
    both = two_demands.replace(
        {"demands.chat.amount": 50, "demands.batch.amount": 50, "demands.chat.unmet_cost": 2}
    )
    assert cost(both) == 50
    assert cost(limited(both, measure="served", of={"demand": "batch"}, min=10)) == 60
    assert cost(limited(both, measure="blocks_used", of={"demand": "chat"}, max=4)) == 60


def test_a_soft_limit_is_exceeded_where_that_pays(shop: Instance, cost: Cost, solve: Solve) -> None:
    # The second pod saves $12 for $8; a dollar over the budget of $8 costs 40 cents: 8 x 0.4.
    soft = limited(shop, measure="spend_once", per="period", max=8, penalty=0.4)
    assert cost(soft) == pytest.approx(16 + 3.2)
    assert solve(soft).costs["penalty"] == pytest.approx(3.2)
    # At a dollar it is better to buy the second one an hour later: 16 + 10 unmet.
    assert cost(limited(shop, measure="spend_once", max=8, penalty=2)) == 26
    # A floor that is missed: three pods asked for, the third is not worth $8 at $1 an hour.
    assert cost(limited(shop, measure="blocks", min=3, penalty=1)) == 18


def test_a_penalty_is_discounted_at_the_middle_of_the_period(shop: Instance, cost: Cost) -> None:
    years = shop.replace(
        {
            "periods": [{"name": "first", "hours": 17520}, {"name": "second", "hours": 17520}],
            "discount_rate": 1,
            "demands.chat.amount": 0,
        }
    )
    # One pod is asked for in the second period, at $4: (1/2)^3 of it. Over the horizon likewise.
    assert cost(limited(years, measure="blocks", min=[0, 1], penalty=4)) == 0.5
    floor = {"measure": "blocks", "per": "horizon", "min": 1}
    assert cost(limited(years, **floor, penalty=4)) == 0.5


def test_limits_that_cannot_be_kept_are_named(shop: Instance, solve: Solve) -> None:
    tight = limited(shop, measure="spend_once", per="horizon", max=15).replace(
        {"demands.chat.min_share": 0.9}
    )
    with pytest.raises(InfeasibleError) as error:
        solve(tight)
    told = str(error.value)
    assert "limits.cap.max" in told
    assert "demands.chat.min_share" in told


def test_a_floor_that_nothing_can_reach_is_infeasible(shop: Instance, solve: Solve) -> None:
    none = limited(shop, measure="served", of={"demand": "chat"}, min=21)
    with pytest.raises(InfeasibleError, match=r"limits\.cap\.min asks for 21 of served in first"):
        solve(none)
    # A share of nothing with something that is there today.
    stuck = shop.replace({"facilities.north.installed": {"pod": 1}, "blocks.pod.cost_once": 8})
    odd = limited(stuck, measure="blocks", of={"facility": "north"}, min=1, max=0, penalty=1)
    assert solve(odd).status == "optimal"


@pytest.fixture
def leases(shop: Instance) -> Instance:
    """Pods cannot be bought; lots of one pod at $4 an hour, or at $3 down and $3 an hour: $16."""
    pod = [{"blocks": "pod", "at": "north", "count": 1}]
    common = {"adds": pod, "max": 2, "end_share": 0}
    hourly = {"name": "hourly", "kind": "cloud", "cost_per_period": 4, **common}
    down = {"name": "down", "kind": "colo", "cost_once": 3, "cost_per_period": 3, **common}
    plain = shop.plain()
    plain["blocks"]["pod"].pop("cost_once")
    plain["blocks"]["pod"].pop("end_share")
    return Instance.parse({**plain, "options": [hourly, down]})


def test_limits_tell_options_and_their_kinds_apart(leases: Instance, cost: Cost) -> None:
    assert cost(leases) == 16
    # Without the first option, or its kind, two lots of the other: 2 x (3 + 2 x 3).
    assert cost(limited(leases, measure="blocks", of={"option": "hourly"}, max=0)) == 18
    assert cost(limited(leases, measure="power", of={"kind": "cloud"}, max=0)) == 18
    assert cost(limited(leases, measure="spend", of={"kind": ["cloud"]}, max=4)) == 17
    # $3 an hour for lots buy one in each: 3 + 3, 10 unmet, and 3 + 2 x 3.
    hourly = {"name": "none", "measure": "blocks", "of": {"option": "hourly"}, "max": 0}
    once = {"name": "once", "measure": "spend_once", "of": {"option": "down"}, "max": 3}
    assert cost(leases.replace({"limits": [hourly, once]})) == 25


def test_leased_blocks_are_installed(leases: Instance, cost: Cost) -> None:
    # Of a vendor's accelerators the leased ones count.
    of = {"vendor": "nvidia"}
    assert cost(limited(leases, measure="accelerators", of=of, max=10)) == 8 + 20
    # All that is spent: two lots are 8 an hour.
    assert cost(limited(leases, measure="spend", max=8)) == 16
    # With $7 a lot at 3 + 3 and 10 unmet, then that lot at 3 beside one at 4.
    assert cost(limited(leases, measure="spend", max=7)) == 23
