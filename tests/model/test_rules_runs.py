"""Runs: all or nothing, from a start that the plan chooses, at the same facilities throughout."""

from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.plan import Assignment, RunStart
from gridblock.plan import InfeasibleError, Plan

Solve = Callable[..., Plan]
Cost = Callable[[Instance], float]

GANG: dict[str, Any] = {
    "name": "gang",
    "amount": 40,
    "yields": {"h100": 1},
    "whole_blocks": True,
    "unmet_cost": 1,
    "run": {"periods": 2, "start": ["u", "w"]},
}


@pytest.fixture
def growing(one_hall: Instance) -> Instance:
    """Four hours; three pods of 10 stand and two more come in w. A gang of 40 takes two hours: $0.

    It starts in w or not at all: it would be unmet in u and v.
    """
    return one_hall.replace(
        {
            "periods": [{"name": name, "hours": 1} for name in "uvwx"],
            "facilities": {"north": {"installed": {"pod": 3}, "on_order": {"pod": {"w": 2}}}},
            "demands": [GANG],
        }
    )


@pytest.fixture
def two_halls(growing: Instance) -> Instance:
    """Three pods in the north and two in the south; the gang of 40 may use both: $0."""
    sites = {"north": {"installed": {"pod": 3}}, "south": {"installed": {"pod": 2}}}
    return growing.replace({"facilities": sites, "demands.gang.max_facilities": 2})


@pytest.fixture
def two_chips(growing: Instance) -> Instance:
    """Three pods of H100 and two racks of Trainium 2, 10 each: either 30 or 20 units."""
    return growing.replace(
        {
            "accelerators.trn2": {},
            "blocks.rack": {"accelerator": "trn2", "accelerators": 10},
            "facilities.north": {"installed": {"pod": 3, "rack": 2}},
            "demands.gang.yields.trn2": 1,
        }
    )


def test_a_run_is_served_wholly_or_not_at_all(growing: Instance, cost: Cost) -> None:
    # Without the rule three pods serve 30 of 40 in u and v, all in w and x: 10 + 10.
    plain = {key: value for key, value in GANG.items() if key != "run"}
    assert cost(growing.replace({"demands": [plain]})) == 20
    # With it the gang waits for five pods, and loses nothing.
    assert cost(growing) == 0
    # If it has to start in v, there is no time at which 40 are served twice: 2 x 40 stay unmet.
    assert cost(growing.replace({"demands.gang.run.start": ["u", "v"]})) == 80


def test_an_unmet_run_is_priced_at_its_earliest_window(growing: Instance, solve: Solve) -> None:
    # It could start in v or w, when 1 or 2 a unit are due in v, 4 in w: 40 x (1 + 4), not 40 x 8.
    late = {"demands.gang.run.start": ["v", "w"], "demands.gang.amount": 60}
    plan = solve(growing.replace({**late, "demands.gang.unmet_cost": [2, 1, 4, 8]}))
    assert plan.objective == 60 * (1 + 4)
    assert plan.unmet is not None
    assert plan.unmet["gang"]["unmet"] == [0, 60, 60, 0]


def test_a_run_that_starts_asks_for_its_own_periods_only(growing: Instance, solve: Solve) -> None:
    plan = solve(growing)
    assert plan.data.decisions is not None
    assert plan.data.decisions.starts == {RunStart("gang", "w"): 1}
    assert plan.unmet is not None
    assert plan.unmet["gang"]["amount"] == [0, 0, 40, 40]
    assert plan.unmet["gang"]["share"] == 0


def test_waiting_has_a_price(growing: Instance, cost: Cost) -> None:
    # w is two periods after u: 2 x 30 are less than the 80 of leaving it unmet, 2 x 50 are not.
    assert cost(growing.replace({"demands.gang.run.delay_cost": 30})) == 60
    assert cost(growing.replace({"demands.gang.run.delay_cost": 50})) == 80
    # Two pods more cost $55: now it starts in u, though waiting was free.
    bought = {"blocks.pod.cost_once": 25, "blocks.pod.end_share": 0}
    assert cost(growing.replace({**bought, "demands.gang.run.delay_cost": 30})) == 25


def test_waiting_is_paid_at_the_start(growing: Instance, cost: Cost) -> None:
    # Periods of a year at 100 %: two years of waiting at 30 are paid after two years, at a quarter.
    years = {"periods": [{"name": name, "hours": 8760} for name in "uvwx"], "discount_rate": 1}
    assert cost(growing.replace({**years, "demands.gang.run.delay_cost": 30})) == 2 * 30 / 4


def test_a_run_is_over_by_the_end_of_the_horizon(growing: Instance, cost: Cost) -> None:
    # Three periods from w on would end after x; from v on they begin before the pods come.
    assert cost(growing.replace({"demands.gang.run": {"periods": 3, "start": ["u", "x"]}})) == 120


def test_a_run_gives_way_to_work_that_is_worth_more(growing: Instance, cost: Cost) -> None:
    # Chat wants 20 of the 30, then 50 units. At $3 the gang is left out: 80. At $1 it is chat that
    # misses 10 units in w and x.
    chat = {"name": "chat", "amount": 20, "yields": {"h100": 1}, "unmet_cost": 3}
    both = growing.replace({"demands": [GANG, chat]})
    assert cost(both) == 60
    assert cost(both.replace({"demands.chat.unmet_cost": 5})) == 80
    assert cost(both.replace({"demands.chat.unmet_cost": 1})) == 20


def test_a_run_stands_at_one_facility_unless_it_may_use_more(
    two_halls: Instance, cost: Cost
) -> None:
    # 40 need pods of both: with one facility, the default of a run, nothing is served.
    assert cost(two_halls) == 0
    assert cost(two_halls.replace({"demands.gang.max_facilities": 1})) == 80
    # Other demands may use all facilities by default.
    plain = {key: GANG[key] for key in GANG if key != "run"}
    assert cost(two_halls.replace({"demands": [plain]})) == 0


def test_a_run_keeps_its_facilities(growing: Instance, cost: Cost) -> None:
    # 30 fit in the north until w and in the south from w on: others move there, a run may not.
    sites = {
        "north": {"installed": {"pod": 3}, "limits": {"power_mw": [0.3, 0.3, 0, 0]}},
        "south": {"on_order": {"pod": {"w": 3}}},
    }
    run = {"periods": 3, "start": ["u", "v"]}
    moving = growing.replace({"facilities": sites, "demands.gang.amount": 30})
    moving = moving.replace({"demands.gang.run": run})
    assert cost(moving) == 90
    plain = {**{key: GANG[key] for key in GANG if key != "run"}, "amount": 30, "max_facilities": 1}
    assert cost(moving.replace({"demands": [plain]})) == 0


def test_whole_blocks_stand_at_each_facility_of_a_run(two_halls: Instance, solve: Solve) -> None:
    # 40 in u ask for both sites, 10 in v for one: a block stays at the other and draws its share.
    rising = {"demands.gang.amount": [40, 10, 0, 0]}
    priced = {"facilities.south.energy_per_mwh": 10, "facilities.north.energy_per_mwh": 10}
    drawing = {"blocks.pod.idle_factor": 0, **rising, **priced}
    run = {"periods": 2, "start": ["u", "u"]}
    plan = solve(two_halls.replace({**drawing, "demands.gang.run": run}))
    # 0.1 MWh at $10 for each pod and hour: four pods in u, two in v.
    assert plan.objective == pytest.approx(6)
    assert plan.data.decisions is not None
    assert {key.place for key in plan.data.decisions.assigned if key.period == "v"} == {
        "north",
        "south",
    }
    # With shared blocks the one in v may be anywhere.
    shared = {**drawing, "demands.gang.run": run, "demands.gang.whole_blocks": False}
    assert solve(two_halls.replace(shared)).objective == pytest.approx(5)


def test_a_run_keeps_its_accelerator(two_chips: Instance, cost: Cost) -> None:
    # 30 fit on the pods; 40 would need both kinds.
    assert cost(two_chips.replace({"demands.gang.amount": 30})) == 0
    assert cost(two_chips) == 80
    plain = {key: GANG[key] for key in GANG if key != "run"}
    both = {"demands": [{**plain, "yields": {"h100": 1, "trn2": 1}}]}
    assert cost(two_chips.replace(both)) == 0
    # Pods leave in w and racks come: an ordinary demand changes over, a run may not.
    change = {
        "facilities.north": {
            "installed": {"pod": 2},
            "on_order": {"rack": {"w": 2}},
            "limits": {"power_mw": [0.2, 0.2, 0, 0]},
        },
        "demands.gang.amount": 20,
        "demands.gang.run": {"periods": 3, "start": ["u", "v"]},
    }
    assert cost(two_chips.replace(change)) == 60


def test_each_region_of_a_run_is_served(growing: Instance, solve: Solve) -> None:
    regions = {
        "network.regions": {"east": {}, "west": {}},
        "demands.gang.from": {"east": 0.25, "west": 0.75},
    }
    plan = solve(growing.replace(regions))
    assert plan.objective == 0
    assert plan.data.decisions is not None
    assert {key.region: n for key, n in plan.data.decisions.served.items()} == {
        "east": 10,
        "west": 30,
    }
    # West reaches no site: then east is not served either.
    links = {"network.links": [{"between": ["east", "north"], "ms": 1}]}
    assert solve(growing.replace({**regions, **links})).objective == 80


def test_a_run_with_a_floor_starts(growing: Instance, solve: Solve) -> None:
    dear = {"demands.gang.run.delay_cost": 1000}
    assert solve(growing.replace(dear)).objective == 80
    assert solve(growing.replace({**dear, "demands.gang.min_share": 0.1})).objective == 2000
    never = {"demands.gang.min_share": 1, "demands.gang.amount": 60}
    with pytest.raises(InfeasibleError, match=r"demands\.gang\.min_share asks for a run"):
        solve(growing.replace(never))


def test_a_run_draws_power_only_while_it_lasts(growing: Instance, solve: Solve) -> None:
    # Energy brings $10 a MWh; the gang draws 0.1 MW on each of 5 pods for 2 h, one more than it has
    # work for, since that pays. In u and v three stand, and idle at 0.
    paid = {"facilities.north.energy_per_mwh": -10, "blocks.pod.idle_factor": 0}
    plan = solve(growing.replace(paid))
    assert plan.objective == pytest.approx(-0.1 * 10 * 5 * 2)
    assert plan.data.decisions is not None
    assert plan.data.decisions.assigned == {
        Assignment("gang", "pod", "north", period): 5 for period in "wx"
    }
