"""Options: lots, when they are in effect, what they add, open and cost."""

from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.plan import Ordering
from gridblock.plan import Plan

Cost = Callable[[Instance], float]
Solve = Callable[[Instance], Plan]
HOURS = [{"name": f"h{i}", "hours": 1} for i in range(1, 5)]


def with_options(instance: Instance, *options: dict[str, Any]) -> Instance:
    """Give an instance these options, and no purchases."""
    return instance.replace({"options": list(options)})


@pytest.fixture
def no_pods(two_hours: Instance) -> Instance:
    """Chat wants 30 units in each of four hours and nothing stands: $120."""
    return two_hours.replace(
        {"periods": HOURS, "facilities": {"north": {}}, "demands.chat.amount": 30}
    )


LEASE: dict[str, Any] = {
    "name": "lease",
    "adds": [{"blocks": "pod", "at": "north", "count": 2}],
    "cost_once": 5,
}
OPENS: dict[str, Any] = {
    "name": "site",
    "adds": [{"opens": "south"}, {"blocks": "pod", "at": "south", "count": 3}],
    "cost_once": 5,
}


def test_a_lease_is_taken_if_it_saves_more_than_it_costs(no_pods: Instance, cost: Cost) -> None:
    assert cost(no_pods) == 120
    # Two pods serve 20 of 30 units in four hours, $80, for $5.
    assert cost(with_options(no_pods, LEASE)) == 45
    assert cost(with_options(no_pods, {**LEASE, "cost_once": 81})) == 120


def test_lots_are_taken_up_to_the_maximum(no_pods: Instance, cost: Cost) -> None:
    # A second lot serves the 10 units that are left: $40 for $5. A third would serve nothing.
    assert cost(with_options(no_pods, {**LEASE, "max": 2})) == 10
    assert cost(with_options(no_pods, {**LEASE, "max": 3})) == 10


def test_fewest_lots_once_any_is_taken(no_pods: Instance, cost: Cost) -> None:
    dear = {**LEASE, "max": 3, "cost_once": 50}
    # One lot for $50 saves $80; a second saves $40 only.
    assert cost(with_options(no_pods, dear)) == 90
    # Two for $100 save $120; three for $150 do not pay.
    assert cost(with_options(no_pods, {**dear, "min_if_taken": 2})) == 100
    assert cost(with_options(no_pods, {**dear, "min_if_taken": 3})) == 120


def test_lead_and_window_say_when_service_begins(no_pods: Instance, solve: Solve) -> None:
    late = {**LEASE, "lead": 1, "order": {"earliest": "h2", "latest": "h3"}}
    plan = solve(with_options(no_pods, late))
    # Ordered in h2, in service in h3 and h4: $40 saved for $5.
    assert plan.data.decisions is not None
    assert plan.data.decisions.ordered == {Ordering("lease", "h2"): 1}
    assert plan.objective == pytest.approx(85)
    # With a lead of two hours it serves h4 alone; with three it never enters service.
    assert solve(with_options(no_pods, {**late, "lead": 2})).objective == pytest.approx(105)
    assert solve(with_options(no_pods, {**late, "lead": 3})).objective == pytest.approx(120)


def test_ramp_rounds_blocks_down(no_pods: Instance, cost: Cost) -> None:
    # 3 pods: half of them, rounded down, is 1 in the first hour and 2 in the second (0.9).
    ramped = {**LEASE, "adds": [{"blocks": "pod", "at": "north", "count": 3}]}
    assert cost(with_options(no_pods, ramped)) == 5
    # 1, 2, 3, 3 pods: 20 + 10 unmet.
    assert cost(with_options(no_pods, {**ramped, "ramp": [0.5, 0.9, 1.0]})) == 35


def test_term_ends_a_lease(no_pods: Instance, cost: Cost) -> None:
    # One hour of two pods saves $20; a lot costs $5, and there is one.
    assert cost(with_options(no_pods, {**LEASE, "term": 1})) == 105
    # Four lots, one after the other or together: each pays.
    assert cost(with_options(no_pods, {**LEASE, "term": 1, "max": 4})) == 60


def test_costs_a_period_follow_the_ramp(no_pods: Instance, cost: Cost) -> None:
    # $4 x (0.5 + 1 + 1 + 1) = $14, and 1 pod in h1, 2 later: 20 + 3 x 10 unmet.
    lease = {**LEASE, "cost_once": 0, "cost_per_period": 4, "ramp": [0.5, 1]}
    assert cost(with_options(no_pods, lease)) == 64


def test_payments_fall_due_from_the_order(no_pods: Instance, solve: Solve) -> None:
    # The price is $5 at the order in h1 and $9 in h2, when it would enter service.
    priced = {**LEASE, "lead": 1, "cost_once": [5, 9, 9, 9], "order": {"latest": "h1"}}
    assert solve(with_options(no_pods, priced)).objective == pytest.approx(30 + 30 + 9)
    paid = solve(with_options(no_pods, {**priced, "pay": [0.4, 0.6]}))
    assert paid.objective == pytest.approx(30 + 30 + 5)
    # What falls due after the horizon is not charged.
    late = {**priced, "lead": 3, "pay": [0, 0, 0, 0, 1]}
    assert solve(with_options(no_pods, late)).objective == pytest.approx(100)


def test_end_share_credits_lots_in_effect_at_the_end(no_pods: Instance, cost: Cost) -> None:
    credited = {**LEASE, "cost_once": [81, 81, 81, 60], "end_share": 0.5}
    # $81 less half of the last hour's $60: $51 for $80 saved.
    assert cost(with_options(no_pods, credited)) == 91
    # Out of effect in h4 nothing is left to credit, and two hours do not pay.
    assert cost(with_options(no_pods, {**credited, "term": 2})) == 120


def test_limits_grow_with_lots_and_ramp(empty_hall: Instance, cost: Cost) -> None:
    # Six pods of 100 kW serve all for $6. In 0.25 MW two stand: $2 and 40 unmet.
    tight = empty_hall.replace({"facilities.north.limits": {"power_mw": 0.25}})
    assert cost(tight) == 42
    grid = {"name": "grid", "adds": [{"limit": "power_mw", "at": "north", "amount": 0.18}]}
    # 0.25 + 0.18 MW: four pods; two lots, 0.61 MW: six.
    assert cost(with_options(tight, {**grid, "cost_once": 1})) == 4 + 20 + 1
    assert cost(with_options(tight, {**grid, "cost_once": 1, "max": 2})) == 6 + 2
    # Half of 0.18 MW in the only hour: 0.34 MW, three pods.
    assert cost(with_options(tight, {**grid, "ramp": [0.5, 1]})) == 3 + 30


def test_grid_power_grows_too(empty_hall: Instance, cost: Cost) -> None:
    tight = empty_hall.replace({"facilities.north.grid_mw": 0.24, "facilities.north.pue": 1.2})
    assert cost(tight) == 42
    grid = {"name": "grid", "adds": [{"limit": "grid_mw", "at": "north", "amount": 0.12}]}
    # 0.36 MW / 1.2 are three pods.
    assert cost(with_options(tight, grid)) == 33


def test_links_grow(two_hours: Instance, cost: Cost) -> None:
    link = {"name": "line", "between": ["city", "north"], "ms": 1, "gbps": 2}
    network = {"regions": {"city": {}}, "links": [link]}
    wan = two_hours.replace(
        {"network": network, "demands.chat.from": {"city": 1}, "demands.chat.gbps_per_unit": 0.1}
    )
    # 2 Gbps carry 20 of 60 units in each hour; 1 Gbps more carries 10 more, ordered at once or not.
    assert cost(wan) == 80
    more = {"name": "wave", "adds": [{"link": "line", "gbps": 1}]}
    assert cost(with_options(wan, more)) == 60
    assert cost(with_options(wan, {**more, "max": 9})) == 20
    assert cost(with_options(wan, {**more, "lead": 1})) == 70


def test_a_place_is_closed_until_an_option_opens_it(no_pods: Instance, cost: Cost) -> None:
    south = no_pods.replace({"facilities.south": {"cost_per_period": 3}})
    # Without the option the site is open and costs $3 an hour, served or not.
    assert cost(south) == 132
    # With it $5 and $12 open it for three pods; closed it costs nothing.
    assert cost(with_options(south, OPENS)) == 17
    assert cost(with_options(south, {**OPENS, "cost_once": 200})) == 120


def test_what_stands_needs_an_open_place(empty_hall: Instance, cost: Cost) -> None:
    # Pods could be bought for the south alone, where nothing limits them.
    south = empty_hall.replace(
        {"facilities": {"south": {}}, "blocks.pod.where": {"facilities": ["south"]}}
    )
    assert cost(south) == 6
    opens = {"name": "site", "adds": [{"opens": "south"}], "cost_once": 50}
    assert cost(with_options(south, opens)) == 56
    assert cost(with_options(south, {**opens, "cost_once": 55})) == 60


def test_copies_of_a_zone_open_lot_by_lot(empty_hall: Instance, cost: Cost) -> None:
    halls = {"hall": {"count": 3, "limits": {"power_mw": 0.2}}}
    site = empty_hall.replace({"facilities": {"north": {"zones": halls}}})
    assert cost(site) == 6
    # Each hall holds two pods: $2 and $20 saved, for $3 a hall.
    opens = {"name": "halls", "adds": [{"opens": "north/hall"}], "cost_once": 3, "max": 3}
    assert cost(with_options(site, opens)) == 6 + 9
    assert cost(with_options(site, {**opens, "max": 2})) == 4 + 20 + 6
    assert cost(with_options(site, {**opens, "cost_once": 19})) == 60


def test_what_is_required_must_be_in_effect_at_the_order(no_pods: Instance, cost: Cost) -> None:
    permit = {"name": "permit", "cost_once": 1, "lead": 1}
    lease = {**LEASE, "requires": ["permit"]}
    # The permit ordered in h1 is in effect in h2: three hours of $20 saved for $6.
    assert cost(with_options(no_pods, permit, lease)) == 66
    assert cost(with_options(no_pods, {**permit, "lead": 4}, lease)) == 120


def test_options_that_exclude_each_other_are_never_both_taken(
    no_pods: Instance, cost: Cost
) -> None:
    small = {**LEASE, "name": "small", "adds": [{"blocks": "pod", "at": "north", "count": 1}]}
    # Together they serve everything for $10; alone the larger one saves $80 for $5.
    assert cost(with_options(no_pods, LEASE, small)) == 10
    assert cost(with_options(no_pods, {**LEASE, "excludes": ["small"]}, small)) == 45


def test_signed_lots_are_in_effect_and_sunk(no_pods: Instance, cost: Cost) -> None:
    quarters = no_pods.replace(
        {
            "periods": {"first": "2027Q1", "count": 1},
            "demands.chat": {
                "name": "chat",
                "amount": 30,
                "yields": {"h100": 1},
                "unmet_cost": 1 / 2160,
            },
        }
    )
    # 2027Q1 has 2,160 hours: 30 unmet cost $30.
    assert cost(quarters) == 30
    signed = {**LEASE, "signed": {"2026Q4": 1}, "cost_per_period": 2}
    # The lot of 2026Q4 serves 20 and costs $2 a quarter; its $5 are sunk. max is 1: no more.
    assert cost(with_options(quarters, signed)) == 12
    # A lot that enters service in 2027Q1 is paid then; with half of it at the order, half is sunk.
    assert cost(with_options(quarters, {**signed, "signed": {"2027Q1": 1}})) == 17
    paid = {**signed, "signed": {"2027Q1": 1}, "lead": 1, "pay": [0.5, 0.5]}
    assert cost(with_options(quarters, paid)) == 14.5
    # A term of one quarter ended with 2026Q4.
    assert cost(with_options(quarters, {**signed, "term": 1})) == 30
    # The ramp counts from 2026Q3: 0.5 x 2 pods in its second quarter.
    ramped = {**signed, "signed": {"2026Q3": 1}, "ramp": [0, 0, 1]}
    assert cost(with_options(quarters, ramped)) == 12


def test_leased_blocks_take_room_and_draw_power(no_pods: Instance, cost: Cost) -> None:
    tight = no_pods.replace({"facilities.north": {"limits": {"power_mw": 0.1}}})
    # Two pods of 100 kW do not fit in 0.1 MW, and a lease is taken whole.
    assert cost(with_options(tight, LEASE)) == 120
    small = {**LEASE, "adds": [{"blocks": "pod", "at": "north", "count": 1}]}
    assert cost(with_options(tight, small)) == 85
    # 0.1 MW for an hour at $100 a MWh: $10 an hour and pod, which eats what it saves.
    priced = no_pods.replace({"facilities.north.energy_per_mwh": 100})
    assert cost(with_options(priced, small)) == 120
    assert cost(with_options(priced.replace({"facilities.north.energy_per_mwh": 50}), small)) == 105


def test_leased_blocks_choose_their_hall(no_pods: Instance, cost: Cost) -> None:
    halls = {"a": {"limits": {"power_mw": 0.1}}, "b": {"limits": {"power_mw": 0.1}}}
    split = no_pods.replace({"facilities": {"north": {"zones": halls}}})
    # One pod in each hall.
    assert cost(with_options(split, LEASE)) == 45
    in_a = {**LEASE, "adds": [{"blocks": "pod", "at": "north/a", "count": 2}]}
    assert cost(with_options(split, in_a)) == 120
