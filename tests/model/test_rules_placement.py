"""Placement: whole blocks, where, and how far a demand may spread."""

from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.build import build
from gridblock.plan import InfeasibleError, Plan

Cost = Callable[[Instance], float]
Solve = Callable[..., Plan]


@pytest.fixture
def three_sites(two_sites: Instance) -> Instance:
    """North, south and west hold three pods each; tags tell them apart. Chat wants 90: $0."""
    tags = {"north": ["us", "wet"], "south": ["us"], "west": ["eu", "wet"]}
    sites = {name: {"installed": {"pod": 3}, "tags": tags[name]} for name in tags}
    return two_sites.replace({"facilities": sites, "demands.chat.amount": 90})


@pytest.fixture
def two_chips(one_hall: Instance) -> Instance:
    """Three pods of H100 and two racks of Trainium 2, 10 each, serve chat's 50 units: $0."""
    return one_hall.replace(
        {
            "accelerators.trn2": {},
            "blocks.rack": {"accelerator": "trn2", "accelerators": 10},
            "facilities.north.installed": {"pod": 3, "rack": 2},
            "demands.chat.amount": 50,
            "demands.chat.yields.trn2": 1,
        }
    )


@pytest.fixture
def two_regions(two_sites: Instance) -> Instance:
    """Half of chat comes from the east and half from the west; both reach both sites: $0."""
    return two_sites.replace(
        {
            "network.regions": {"east": {}, "west": {}},
            "demands.chat.from": {"east": 0.5, "west": 0.5},
        }
    )


def test_blocks_assigned_are_shared_but_not_twice(two_demands: Instance, cost: Cost) -> None:
    # 25 + 25 fill five pods of 10; 30 + 30 leave 10.
    assert cost(two_demands) == 0
    more = {"demands.chat.amount": 30, "demands.batch.amount": 30}
    assert cost(two_demands.replace(more)) == 10


def test_whole_blocks_are_not_shared(two_demands: Instance, cost: Cost) -> None:
    whole = {"demands.chat.whole_blocks": True}
    # Chat takes three whole pods for its 25; two are left for batch: 20 of 25.
    assert cost(two_demands.replace(whole)) == 5
    # Both want three whole pods of five.
    assert cost(two_demands.replace({**whole, "demands.batch.whole_blocks": True})) == 5


def test_the_rest_of_a_whole_block_carries_nothing(two_demands: Instance, cost: Cost) -> None:
    # Chat's third pod serves it 1 unit, or batch 10: at equal prices batch gets it.
    tight = {
        "demands.chat.amount": 21,
        "demands.batch.amount": 30,
        "demands.chat.whole_blocks": True,
    }
    assert cost(two_demands.replace(tight)) == 1


@pytest.mark.parametrize(
    ("where", "unmet"),
    [
        ({}, 0),
        ({"facilities": ["north"]}, 60),
        ({"not_facilities": ["north"]}, 30),
        ({"tags": ["us"]}, 30),
        # All of the tags: north alone is both.
        ({"tags": ["us", "wet"]}, 60),
        # Tags first, then narrowed: of north and west only west is named.
        ({"tags": ["wet"], "facilities": ["south", "west"]}, 60),
        ({"tags": ["us"], "not_facilities": ["north", "south"]}, 90),
    ],
)
def test_where_names_the_sites_that_may_serve(
    three_sites: Instance, cost: Cost, where: dict[str, Any], unmet: float
) -> None:
    # Each site serves 30 of the 90.
    assert cost(three_sites.replace({"demands.chat.where": where})) == unmet


def test_where_of_a_block_names_the_sites_it_may_stand_at(empty_hall: Instance, cost: Cost) -> None:
    # Six pods anywhere at $1; in the south two fit, so 40 stay unmet.
    both = empty_hall.replace({"facilities.south": {"limits": {"power_mw": 0.2}}})
    assert cost(both) == 6
    assert cost(both.replace({"blocks.pod.where": {"facilities": ["south"]}})) == 42


def test_max_facilities_gathers_a_demand(three_sites: Instance, cost: Cost) -> None:
    # Each site holds 30 of the 90.
    most = [cost(three_sites.replace({"demands.chat.max_facilities": n})) for n in (1, 2, 3)]
    assert most == [60, 30, 0]


def test_all_of_a_promise_is_served_at_its_one_site(three_sites: Instance, cost: Cost) -> None:
    promise = {"demands.chat.min_share": 1, "demands.chat.max_facilities": 1}
    priced = {"demands.chat.cost_per_unit_hour": {"north": 3, "south": 2, "west": 2}}
    # Two pods less in the south, and none of it is served there: 30 at $2 in the west.
    small = {"facilities.south.installed.pod": 1, "demands.chat.amount": 30, **priced}
    assert cost(three_sites.replace({**promise, **small})) == 60
    # West takes batch's 10 units as well, which only it may serve: chat goes north, 30 at $3.
    batch = {"name": "batch", "amount": 10, "yields": {"h100": 1}, "unmet_cost": 50}
    both = three_sites.replace({**promise, **small})
    demands = [*both.plain()["demands"], {**batch, "where": {"facilities": ["west"]}}]
    assert cost(both.replace({"demands": demands})) == 90


def test_no_site_for_all_of_a_promise_is_no_plan(three_sites: Instance, solve: Solve) -> None:
    promise = {"demands.chat.min_share": 1, "demands.chat.max_facilities": 1}
    fits = {"demands.chat.amount": 30}
    assert solve(three_sites.replace({**promise, **fits})).status == "optimal"
    # No site holds 31, though three together would.
    more = {"demands.chat.amount": 31}
    with pytest.raises(InfeasibleError):
        solve(three_sites.replace({**promise, **more}))


def test_max_facilities_counts_sites_over_all_regions(two_regions: Instance, cost: Cost) -> None:
    assert cost(two_regions) == 0
    # Not the north for the east and the south for the west: one site, 30 of 60.
    assert cost(two_regions.replace({"demands.chat.max_facilities": 1})) == 30


def test_max_facilities_holds_in_each_period_anew(two_hours: Instance, cost: Cost) -> None:
    cheap_in_turns = {"north": [0, 0.5], "south": [0.5, 0]}
    turns = two_hours.replace(
        {
            "facilities": {"north": {"installed": {"pod": 3}}, "south": {"installed": {"pod": 3}}},
            "demands.chat.amount": 30,
            "demands.chat.cost_per_unit_hour": cheap_in_turns,
            "demands.chat.max_facilities": 1,
        }
    )
    # The north in the first hour, the south in the second.
    assert cost(turns) == 0


def test_max_share_per_facility_spreads_a_demand(two_sites: Instance, cost: Cost) -> None:
    assert cost(two_sites.replace({"demands.chat.max_share_per_facility": 0.5})) == 0
    # A quarter of 60 at each of two sites: 30 unmet. The share is of the amount, not of the met.
    assert cost(two_sites.replace({"demands.chat.max_share_per_facility": 0.25})) == 30


def test_max_share_per_facility_counts_all_regions(two_regions: Instance, cost: Cost) -> None:
    # 15 at each site, from both regions together.
    assert cost(two_regions.replace({"demands.chat.max_share_per_facility": 0.25})) == 30


def test_one_accelerator_keeps_kinds_apart(two_chips: Instance, cost: Cost) -> None:
    assert cost(two_chips) == 0
    # H100 alone serve 30 of 50.
    assert cost(two_chips.replace({"demands.chat.one_accelerator": True})) == 20


def test_one_accelerator_may_come_in_several_block_types(two_chips: Instance, cost: Cost) -> None:
    same = {"blocks.rack.accelerator": "h100", "demands.chat.one_accelerator": True}
    assert cost(two_chips.replace(same)) == 0


def test_one_accelerator_holds_over_all_sites(two_chips: Instance, cost: Cost) -> None:
    apart = {
        "facilities.north.installed": {"pod": 3},
        "facilities.south": {"installed": {"rack": 2}},
        "demands.chat.one_accelerator": True,
    }
    assert cost(two_chips.replace(apart)) == 20


def test_together_in_a_zone_fills_one_hall(two_zones: Instance, cost: Cost) -> None:
    assert cost(two_zones) == 0
    assert cost(two_zones.replace({"demands.chat.together": "facility"})) == 0
    # One hall holds 30 of 60.
    assert cost(two_zones.replace({"demands.chat.together": "zone"})) == 30


def test_together_in_a_zone_binds_its_part_in_each_facility(
    two_zones: Instance, cost: Cost
) -> None:
    # One hall in the north and the one site in the south: 30 + 20 of 60.
    south = {"facilities.south": {"installed": {"pod": 2}}, "demands.chat.together": "zone"}
    assert cost(two_zones.replace(south)) == 10


def test_together_in_a_zone_means_an_innermost_one(two_zones: Instance, cost: Cost) -> None:
    rows = {"row-1": {"installed": {"pod": 1}}, "row-2": {"installed": {"pod": 2}}}
    nested = {"facilities": {"north": {"zones": {"a": {"zones": rows}}}}}
    # The rows of hall a hold 30 together, the larger one 20.
    assert cost(two_zones.replace(nested)) == 30
    assert cost(two_zones.replace({**nested, "demands.chat.together": "zone"})) == 40


@pytest.fixture
def spare(one_hall: Instance) -> Instance:
    """Chat wants 10 units for an hour: one of two pods, of 100 kW at work, 0 idle: $0."""
    return one_hall.replace(
        {
            "facilities.north": {"installed": {"pod": 2}},
            "blocks.pod.idle_factor": 0,
            "demands.chat.amount": 10,
        }
    )


@pytest.fixture(params=["one place", "two halls", "two sites"])
def cut(spare: Instance, request: pytest.FixtureRequest) -> Instance:
    """The same two pods, in one place or in two."""
    one = {"installed": {"pod": 1}}
    places = {
        "one place": {"north": {"installed": {"pod": 2}}},
        "two halls": {"north": {"zones": {"hall": {"count": 2, **one}}}},
        "two sites": {"north": one, "south": one},
    }
    return spare.replace({"facilities": places[request.param]})


def test_blocks_are_assigned_beyond_use_where_drawing_pays(cut: Instance, cost: Cost) -> None:
    # Each pod draws 0.1 MWh at -$50, however the site is cut: 2 x $5.
    for name in cut.facilities:
        cut = cut.replace({f"facilities.{name}.energy_per_mwh": -50})
    assert cost(cut) == -10
    # Whole ones, too.
    assert cost(cut.replace({"demands.chat.whole_blocks": True})) == -10


@pytest.mark.parametrize(
    ("measure", "least"), [("blocks_used", 2), ("accelerators_used", 20), ("energy", 0.2)]
)
def test_blocks_are_assigned_beyond_use_where_a_floor_asks_for_it(
    cut: Instance, cost: Cost, measure: str, least: float
) -> None:
    # Both pods are in use, and nothing is unmet.
    floor = {"name": "floor", "measure": measure, "min": least}
    assert cost(cut.replace({"limits": [floor]})) == 0


def test_blocks_are_bought_to_be_in_use(spare: Instance, cost: Cost) -> None:
    # Two more pods at $30 each keep a floor of four, short of which each costs $100.
    floor = {"name": "floor", "measure": "blocks_used", "min": 4, "penalty": 100}
    market = spare.replace({"limits": [floor], "blocks.pod.cost_once": 30})
    assert cost(market) == 60
    assert cost(market.replace({"limits.floor.penalty": 20})) == 40


def test_where_nothing_rewards_more_blocks_are_assigned_as_of_use(spare: Instance) -> None:
    def most(**limit: Any) -> float:
        limits = {"limits": [{"name": "l", **limit}]} if limit else {}
        (assigned,) = build(spare.replace(limits)).assigned.values()
        return assigned.ub

    assert most() == 1
    assert most(measure="blocks_used", min=2) == 2
    assert most(measure="blocks_used", max=2) == 1
    # Of other work, or at another site, more is no help, nor on both sides of a share.
    chat, block = {"demand": "chat"}, {"block": "pod"}
    assert most(measure="blocks_used", of=chat, min=2) == 2
    assert most(measure="blocks_used", of=block, max_share=0.5) == 1
    assert most(measure="blocks", min=2) == 1
    assert most(measure="energy", of={"facility": "north"}, min=0.2) == 2


def test_a_run_beyond_its_use_has_blocks_while_it_lasts(spare: Instance, cost: Cost) -> None:
    # Two pods at work in the hour of the run draw 0.2 of the 0.5 MWh, short of which one costs $10.
    hours = {"periods": [{"name": t, "hours": 1} for t in ("first", "second")]}
    run = {"run": {"periods": 1, "start": ["first", "second"]}, "whole_blocks": True}
    floor = {"name": "floor", "measure": "energy", "per": "horizon", "min": 0.5, "penalty": 10}
    gang = {**spare.plain()["demands"][0], **run}
    assert cost(spare.replace({**hours, "demands": [gang], "limits": [floor]})) == 3
