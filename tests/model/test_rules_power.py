"""Power: critical, from the grid, and what energy and carbon cost."""

from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.plan import Standing
from gridblock.plan import Plan

Cost = Callable[[Instance], float]
Solve = Callable[[Instance], Plan]


@pytest.fixture
def three_sizes(one_hall: Instance) -> Instance:
    """Blocks of 600, 500 and 400 kW are worth $9, $6 and $5 in a hall of 1.5 MW: $0."""
    sizes = {"large": (600, 9), "middle": (500, 6), "small": (400, 5)}
    demands = [
        {"name": name, "amount": worth, "yields": {name: 1}, "unmet_cost": 1}
        for name, (_, worth) in sizes.items()
    ]
    blocks = {
        name: {"accelerator": name, "accelerators": worth, "uses": {"power_kw": kw}}
        for name, (kw, worth) in sizes.items()
    }
    north = {"limits": {"power_mw": 1.5}, "installed": dict.fromkeys(sizes, 1)}
    return one_hall.replace(
        {
            "accelerators": {name: {} for name in sizes},
            "blocks": blocks,
            "facilities": {"north": north},
            "demands": demands,
        }
    )


@pytest.fixture
def idle_hour(two_hours: Instance) -> Instance:
    """Five pods stand; chat wants 20 units, then 50. A MWh costs $10, so a pod at full draw $1."""
    return two_hours.replace(
        {"demands.chat.amount": [20, 50], "facilities.north.energy_per_mwh": 10}
    )


@pytest.fixture
def dip(one_hall: Instance) -> Instance:
    """Five pods, chat wants 50 units in three hours, power and cooling do not bind: $0."""
    hours = [{"name": name, "hours": 1} for name in ("before", "dip", "after")]
    return one_hall.replace({"periods": hours, "demands.chat.amount": 50})


def test_power_limit_leaves_the_least_valuable_mix_out(three_sizes: Instance, cost: Cost) -> None:
    # 600 + 500 + 400 kW fit in 1500 kW.
    assert cost(three_sizes) == 0
    # In 1000 kW the best of {600+400: 14}, {500+400: 11} and {600: 9} is 14 of 20.
    assert cost(three_sizes.replace({"facilities.north.limits.power_mw": 1.0})) == 6


def test_power_binds_rated_draw_whatever_the_load(one_hall: Instance, cost: Cost) -> None:
    tight = {"facilities.north.limits.power_mw": 0.3, "blocks.pod.load_factor": 0.5}
    # Three pods of 100 kW, though they draw 50 on average: 30 unmet.
    assert cost(one_hall.replace(tight)) == 30


def test_grid_power_carries_pue(empty_hall: Instance, cost: Cost) -> None:
    assert cost(empty_hall) == 6
    # 0.66 MW / 1.1 hold six pods of 100 kW exactly, 0.66 / 1.2 five: 10 unmet + $5.
    grid = {"facilities.north.grid_mw": 0.66, "facilities.north.pue": 1.1}
    assert cost(empty_hall.replace(grid)) == 6
    assert cost(empty_hall.replace({**grid, "facilities.north.pue": 1.2})) == 15
    # Critical power does not carry it.
    critical = {"facilities.north.limits": {"power_mw": 0.6}, "facilities.north.pue": 1.5}
    assert cost(empty_hall.replace(critical)) == 6


def test_grid_power_is_shared_by_all_zones(two_zones: Instance, cost: Cost) -> None:
    # Six pods in two halls; 0.4 MW let four stand.
    assert cost(two_zones.replace({"facilities.north.grid_mw": 0.4})) == 20
    zone = {"facilities.north.zones.a.limits": {"power_mw": 0.1}}
    # One in hall a and three in hall b.
    assert cost(two_zones.replace(zone)) == 20


def test_energy_is_rated_power_times_pue_times_hours(one_hall: Instance, cost: Cost) -> None:
    north = {"facilities.north.energy_per_mwh": 10, "facilities.north.pue": 1.2}
    # 10 unmet + 0.5 MW x 1.2 x 1 h x $10; everything twice in two hours.
    assert cost(one_hall.replace(north)) == 16
    assert cost(one_hall.replace({**north, "periods.now.hours": 2})) == 32


def test_energy_can_cost_more_than_it_serves(one_hall: Instance, cost: Cost) -> None:
    # A pod's 0.1 MWh cost $11 and save $10: all are retired.
    assert cost(one_hall.replace({"facilities.north.energy_per_mwh": 110})) == 60


def test_load_and_idle_factors(idle_hour: Instance, cost: Cost) -> None:
    # By default idle pods draw as much as busy ones: 5 + 5.
    assert cost(idle_hour) == 10
    assert cost(idle_hour.replace({"blocks.pod.load_factor": 0.8})) == 8
    # 2 x 0.8 + 3 x 0.3, then 5 x 0.8.
    factors = {"blocks.pod.load_factor": 0.8, "blocks.pod.idle_factor": 0.3}
    assert cost(idle_hour.replace(factors)) == 6.5


@pytest.mark.parametrize(("whole", "busy"), [(False, 2.5), (True, 3)])
def test_shared_blocks_are_busy_in_part(
    idle_hour: Instance, cost: Cost, whole: bool, busy: float
) -> None:
    part = idle_hour.replace(
        {
            "blocks.pod.load_factor": 0.8,
            "blocks.pod.idle_factor": 0.3,
            "demands.chat.amount": [25, 50],
            "demands.chat.whole_blocks": whole,
        }
    )
    # 25 units keep 2.5 pods busy, or three whole ones.
    assert cost(part) == busy * 0.8 + (5 - busy) * 0.3 + 4


def test_an_idle_block_that_is_never_needed_is_retired(idle_hour: Instance, cost: Cost) -> None:
    # 20 units twice: two pods for $1 in both hours.
    assert cost(idle_hour.replace({"demands.chat.amount": 20})) == 4


def test_carbon_is_priced_by_the_tonne(one_hall: Instance, cost: Cost) -> None:
    carbon = one_hall.replace(
        {"facilities.north.carbon_kg_per_mwh": 500, "facilities.north.pue": 1.2}
    )
    # Free; at $20 a tonne 0.6 MWh x 0.5 t x $20.
    assert cost(carbon) == 10
    assert cost(carbon.replace({"carbon_price_per_t": 20})) == 16


def test_energy_and_carbon_move_work(two_sites: Instance, cost: Cost, solve: Solve) -> None:
    prices = {"north": (10, 0), "south": (0, 400)}
    sites = {
        f"facilities.{site}.{field}": value
        for site, values in prices.items()
        for field, value in zip(("energy_per_mwh", "carbon_kg_per_mwh"), values, strict=True)
    }
    thirty = two_sites.replace({**sites, "demands.chat.amount": 30})
    # Three pods in the south for nothing; with carbon at $40 a tonne $1.6 a pod there, $1 in the
    # north.
    assert cost(thirty) == 0
    assert cost(thirty.replace({"carbon_price_per_t": 40})) == 3
    # Both costs have their own line.
    both = solve(thirty.replace({"carbon_price_per_t": 40, "demands.chat.amount": 60}))
    assert both.costs["energy"] == pytest.approx(3)
    assert both.costs["carbon"] == pytest.approx(4.8)


def test_negative_energy_prices_earn(one_hall: Instance, cost: Cost) -> None:
    # 0.5 MWh x -$10, and pods at work draw the most: 10 unmet - $5.
    free = {"facilities.north.energy_per_mwh": -10}
    assert cost(one_hall.replace(free)) == 5
    # Nothing is wanted, so they idle at 0.3 of it: none is assigned to nothing in order to draw.
    idle = {**free, "demands.chat.amount": 0, "blocks.pod.idle_factor": 0.3}
    assert cost(one_hall.replace(idle)) == -1.5


@pytest.mark.parametrize(
    "limit",
    [
        {"facilities.north.limits": {"power_mw": [0.5, 0.2, 0.5]}},
        {"facilities.north.grid_mw": [0.6, 0.24, 0.6], "facilities.north.pue": 1.2},
        {
            "blocks.pod.uses.air_cooling_kw": 100,
            "facilities.north.limits": {"air_cooling_mw": [1, 0.2, 1]},
        },
    ],
)
def test_a_dip_switches_blocks_off_and_sells_none(
    dip: Instance, cost: Cost, solve: Solve, limit: dict[str, Any]
) -> None:
    # Three pods are off in the dip: 30 unmet.
    assert cost(dip) == 0
    dipping = dip.replace(limit)
    assert cost(dipping) == 30
    decisions = solve(dipping).data.decisions
    assert decisions is not None
    assert decisions.retired == {}
    assert decisions.switched_off == {Standing("pod", "north", "dip"): 3}


def test_what_is_off_draws_nothing(dip: Instance, cost: Cost) -> None:
    dipping = {
        "facilities.north.limits": {"power_mw": [0.5, 0.2, 0.5]},
        "facilities.north.energy_per_mwh": 10,
    }
    # 5 + 2 + 5 pods x $1, and 30 unmet.
    assert cost(dip.replace(dipping)) == 42


def test_what_need_not_run_is_off_where_it_may_be(dip: Instance, cost: Cost) -> None:
    # Chat wants 10 in the dip: one pod runs; without a falling limit five must: 5 + 5 + 5.
    quiet = {"demands.chat.amount": [50, 10, 50], "facilities.north.energy_per_mwh": 10}
    assert cost(dip.replace(quiet)) == 15
    falling = {**quiet, "facilities.north.limits": {"power_mw": [0.5, 0.4, 0.5]}}
    assert cost(dip.replace(falling)) == 11


def test_a_limit_that_rises_makes_blocks_go(dip: Instance, cost: Cost) -> None:
    # Two of five fit from the start, and nothing can be bought: 30 unmet in three hours.
    rises = {"facilities.north.limits": {"power_mw": [0.2, 0.2, 0.5]}}
    assert cost(dip.replace(rises)) == 90


def test_only_where_a_limit_falls_may_blocks_be_off(two_hours: Instance, cost: Cost) -> None:
    halls = {"a": {"installed": {"pod": 3}}, "b": {"installed": {"pod": 3}}}
    energy = {
        "facilities.north": {"zones": halls, "energy_per_mwh": 10},
        "demands.chat.amount": [0, 60],
    }
    # Six pods draw in the idle hour and in the busy one.
    assert cost(two_hours.replace(energy)) == 12
    # Hall a loses power it does not need, so its three may be off; those of hall b may not.
    falls = {**energy, "facilities.north.zones.a.limits": {"power_mw": [1, 0.9]}}
    assert cost(two_hours.replace(falls)) == 9
    # What falls at the site falls for both.
    site = {**energy, "facilities.north.limits": {"power_mw": [1, 0.9]}}
    assert cost(two_hours.replace(site)) == 6


def test_blocks_that_are_off_still_take_racks(dip: Instance, cost: Cost) -> None:
    cool = {"accelerator": "h100", "accelerators": 10, "uses": {"racks": 1}, "cost_once": 1}
    full = dip.replace(
        {
            "blocks.pod.uses.racks": 1,
            "blocks.cool": {**cool, "end_share": 0, "supply": [0, 9, 0]},
            "facilities.north": {
                "limits": {"power_mw": [0.5, 0.2, 0.5], "racks": 8},
                "installed": {"pod": 5},
            },
            "demands.chat.amount": [50, 50, 80],
        }
    )
    # Three pods are off in the dip, three cool blocks help out, and all eight work afterwards: $3.
    assert cost(full) == 3
    # In five racks the cool ones must replace the three pods: 30 unmet afterwards.
    assert cost(full.replace({"facilities.north.limits.racks": 5})) == 33
