"""Rules of reserve, each without it, with it, and why the optimum moves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gridblock.instances.instance import Instance
from gridblock.model import surviving
from gridblock.model.build import build
from gridblock.plan import Plan
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session

Cost = Callable[[Instance], float]
Solve = Callable[..., Plan]


def survives(instance: Instance, share: float, demand: str = "chat") -> Instance:
    """Let a demand survive the loss of any one facility."""
    return instance.replace({f"demands.{demand}.survive": {"facility": share}})


def test_what_is_met_survives_the_loss_of_any_facility(two_sites: Instance, cost: Cost) -> None:
    # Six pods serve all 60 units.
    assert cost(two_sites) == 0
    # With one site lost the other serves 30: so much may be met if all of it is to survive.
    assert cost(survives(two_sites, 1)) == 30
    # Half of 60 survives on either; 0.8 of 37.5 is 30.
    assert cost(survives(two_sites, 0.5)) == 0
    assert cost(survives(two_sites, 0.8)) == pytest.approx(22.5)


def test_reserve_stands_idle_and_draws_as_idle(two_sites: Instance, cost: Cost) -> None:
    # Three of six pods work, the others are retired: 3 x 0.8 x 0.1 MW x $50.
    busy = two_sites.replace(
        {
            "demands.chat.amount": 30,
            "blocks.pod.load_factor": 0.8,
            "blocks.pod.idle_factor": 0.2,
            "facilities.north.energy_per_mwh": 50,
            "facilities.south.energy_per_mwh": 50,
        }
    )
    assert cost(busy) == 12
    # In reserve they stay, and draw 3 x 0.2 x 0.1 MW.
    assert cost(survives(busy, 1)) == 15


def test_reserve_is_bought_where_it_pays(empty_hall: Instance, solve: Solve) -> None:
    # Six pods at $1 serve 60 units.
    sites = empty_hall.replace({"facilities.south": {}, "facilities.west": {}})
    assert solve(sites).objective == pytest.approx(6)
    # Three sites lose a third at most: 3 pods at each leave 60. At two sites it would take 12.
    plan = solve(survives(sites, 1))
    assert plan.objective == pytest.approx(9)
    assert plan.audit().ok
    # A pod for the last 5 units is worth buying at $1, but not two of them for $2.5 of unmet.
    dear = sites.replace({"demands.chat.amount": 62.5, "blocks.pod.cost_once": 2})
    assert solve(dear).objective == pytest.approx(14)
    assert solve(survives(dear, 1)).objective == pytest.approx(20.5)


def test_the_plan_shows_no_reserve_that_no_loss_needs(two_sites: Instance, solve: Solve) -> None:
    # Twenty units need twenty more elsewhere, wherever they are served; 40 more could be kept.
    plan = solve(survives(two_sites.replace({"demands.chat.amount": 20}), 1))
    assert plan.data.decisions is not None
    kept = sum(plan.data.decisions.reserved.values())
    used = sum(plan.data.decisions.assigned.values())
    assert used == pytest.approx(2)
    assert kept <= 2 + 1e-9
    free = solve(two_sites)
    assert free.data.decisions is not None
    assert not free.data.decisions.reserved


def test_whole_blocks_are_kept_whole(two_sites: Instance, cost: Cost, solve: Solve) -> None:
    # 5 units in a pod of their own, and chat's own 55 in the five that are left, shared: nothing
    # unmet without a promise.
    run = {
        "name": "train", "amount": 5, "yields": {"h100": 1}, "unmet_cost": 100,
        "whole_blocks": True,
    }  # fmt: skip
    both = two_sites.replace({"demands.chat.amount": 50})
    both = both.replace({"demands": [both.plain()["demands"][0], run]})
    assert cost(both) == 0
    # A whole pod is kept for it at the other site: chat has four.
    plan = solve(survives(both, 1, "train"))
    assert plan.objective == pytest.approx(10)
    assert plan.data.decisions is not None
    assert list(plan.data.decisions.reserved.values()) == [1]


def test_reserve_stands_on_blocks_of_later_tiers(two_demands: Instance, cost: Cost) -> None:
    # Three pods at each of two sites: 60 units, 25 each for chat and batch.
    sites = {"north": {"installed": {"pod": 3}}, "south": {"installed": {"pod": 3}}}
    both = two_demands.replace({"facilities": sites, "demands.chat.unmet_cost": 4})
    assert cost(both) == 0
    # All 25 of chat are to survive, so that 25 are ready at each site: batch gets 10.
    safe = survives(both, 1)
    assert cost(safe) == 15
    # Batch of a later tier gives its blocks up when a site is lost.
    assert cost(safe.replace({"demands.batch.tier": 2})) == 0
    # It does not if it has a promise of its own: with 10 of batch 20 are ready for it, too, and
    # 60 are all there are. Chat comes first, 2 x 25, and then 2 x 5.
    later = survives(safe, 1, "batch").replace({"demands.batch.tier": 2})
    assert cost(later) == 20
    # An earlier tier does not lend its blocks: 35 are left, 17.5 for chat and its reserve.
    assert cost(safe.replace({"demands.chat.tier": 2})) == pytest.approx(7.5 * 4)


def test_regions_are_served_again_within_their_reach(two_sites: Instance, cost: Cost) -> None:
    # The east reaches both sites, the west only the south: 20 units each.
    links = [
        {"name": "en", "between": ["east", "north"], "ms": 5},
        {"name": "es", "between": ["east", "south"], "ms": 5},
        {"name": "ws", "between": ["west", "south"], "ms": 5},
        {"name": "wn", "between": ["west", "north"], "ms": 50},
    ]
    wide = two_sites.replace(
        {
            "network": {"regions": {"east": {}, "west": {}}, "links": links},
            "demands.chat.from": {"east": 0.5, "west": 0.5},
            "demands.chat.amount": 40,
            "demands.chat.max_ms": 60,
        }
    )
    assert cost(wide) == 0
    # Either site can serve 30 of 40, and so much survives.
    assert cost(survives(wide, 1)) == 10
    # Within 10 ms nothing serves the west once the south is lost: it stays unmet.
    near = wide.replace({"demands.chat.max_ms": 10})
    assert cost(near) == 0
    assert cost(survives(near, 1)) == 20
    # A third site near the west serves it again.
    more = {"installed": {"pod": 1}}
    link = {"name": "wx", "between": ["west", "west-2"], "ms": 5}
    third = near.replace({"facilities.west-2": more, "network.links": [*links, link]})
    assert cost(survives(third, 1)) == 10


def test_the_reserve_is_of_the_accelerator_used(two_sites: Instance, cost: Cost) -> None:
    # Two pods of H100 in the north, three of TPU in the south.
    kinds = two_sites.replace(
        {
            "accelerators.tpu": {},
            "blocks.rack": {"accelerator": "tpu", "accelerators": 10},
            "facilities.north": {"installed": {"pod": 2}},
            "facilities.south": {"installed": {"rack": 3}},
            "demands.chat.yields.tpu": 1,
            "demands.chat.amount": 20,
        }
    )
    assert cost(survives(kinds, 1)) == 0
    # On one accelerator there is none of it at the other site.
    assert cost(kinds.replace({"demands.chat.one_accelerator": True})) == 0
    picky = survives(kinds, 1).replace({"demands.chat.one_accelerator": True})
    assert cost(picky) == 20
    # One rack in the north: ten units of it.
    one = picky.replace({"facilities.north": {"installed": {"pod": 2, "rack": 1}}})
    assert cost(one) == 10


def test_few_facilities_lose_their_largest_part(
    empty_hall: Instance, cost: Cost, session: Session
) -> None:
    # Three pods at each of three sites: 60 units are left, whichever is lost.
    sites = survives(empty_hall.replace({"facilities.south": {}, "facilities.west": {}}), 1)
    assert cost(sites) == 9
    # One site serves all, and as much again is kept at others.
    one = sites.replace({"demands.chat.max_facilities": 1})
    assert cost(one) == 12
    # A relaxation would use a third of each site, if it were not for the rule.
    assert relaxed(one, session) == pytest.approx(12)
    assert relaxed(one, session, "largest_part_can_be_lost") == pytest.approx(9)
    # Two sites serve half each and keep half at the third one.
    two = sites.replace({"demands.chat.max_facilities": 2})
    assert cost(two) == 9
    assert relaxed(two, session) == pytest.approx(9)


def relaxed(instance: Instance, session: Session, *without: str) -> float | None:
    """Give the optimum of the relaxation, without some rules."""
    model = build(instance)
    for name in without:
        model.component(name).deactivate()
    matrix = compile_model(model).matrix
    session.load(replace(matrix, integer=np.zeros_like(matrix.integer)))
    return session.run(Settings()).objective


def test_a_run_survives_in_each_of_its_periods(two_sites: Instance, cost: Cost) -> None:
    # Thirty units in each of two hours at one site; a pod arrives in the south in the second.
    gang = two_sites.replace(
        {
            "periods": [{"name": "first", "hours": 1}, {"name": "second", "hours": 1}],
            "facilities.south": {"installed": {"pod": 2}, "on_order": {"pod": {"second": 1}}},
            "demands.chat.amount": 30,
            "demands.chat.whole_blocks": True,
            "demands.chat.run": {"periods": 1, "start": ["first", "second"], "delay_cost": 7},
        }
    )
    assert cost(gang) == 0
    # It waits for its reserve; the site where it stands in reserve is no second one that it uses.
    assert cost(survives(gang, 1)) == 7
    assert cost(survives(gang, 0.5)) == 0
    # In both hours there is none for all of it: 2 x 30 unmet.
    long = survives(gang, 1).replace({"demands.chat.run.periods": 2})
    assert cost(long) == 60


def test_reserve_has_power(two_sites: Instance, cost: Cost) -> None:
    # The south runs on half its power in the second hour: one of three pods.
    dip = two_sites.replace(
        {
            "periods": [{"name": "first", "hours": 1}, {"name": "second", "hours": 1}],
            "facilities.south": {"installed": {"pod": 3}, "limits": {"power_mw": [0.3, 0.15]}},
            "demands.chat.amount": 20,
        }
    )
    assert cost(dip) == 0
    # What is switched off is no reserve: in the second hour 10 survive.
    assert cost(survives(dip, 1)) == 10


def test_floors_that_no_loss_leaves_are_named(two_sites: Instance, solve: Solve) -> None:
    floor = survives(two_sites, 1).replace({"demands.chat.min_share": 0.6})
    plan = solve(floor, raise_without_plan=False)
    assert plan.status == "infeasible"
    (sentence,) = plan.data.conflict
    assert "1 of it to survive the loss of a facility at most 0.5 can be met" in sentence


@pytest.fixture
def six_cities(two_sites: Instance) -> Instance:
    """Six cities of 10 units, each with a pod of its own nearby, and every third with another."""
    cities = [f"city-{i}" for i in range(6)]
    links: list[dict[str, Any]] = [
        {"name": f"own-{i}", "between": [city, f"site-{i}"], "ms": 5}
        for i, city in enumerate(cities)
    ]
    links += [
        {"name": f"next-{i}", "between": [city, f"site-{(i + 1) % 6}"], "ms": 8}
        for i, city in enumerate(cities)
    ]
    sites = {f"site-{i}": {"installed": {"pod": 1 + (i % 3 == 0)}} for i in range(6)}
    return two_sites.replace(
        {
            "facilities": sites,
            "network": {"regions": {city: {} for city in cities}, "links": links},
            "demands.chat.from": dict(zip(cities, [0.1, 0.2, 0.2, 0.1, 0.2, 0.2], strict=True)),
            "demands.chat.max_ms": 10,
            "demands.chat.survive": {"facility": 1},
        }
    )


def test_many_circles_and_flows_are_one_rule(
    six_cities: Instance, solve: Solve, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Six cities in a ring, each between two sites, make 31 unions of what they reach.
    surviving.circles.cache_clear()
    by_unions = solve(six_cities)
    monkeypatch.setattr(surviving, "MOST_CIRCLES", 5)
    surviving.circles.cache_clear()
    by_flows = solve(six_cities)
    surviving.circles.cache_clear()
    assert by_unions.objective == pytest.approx(by_flows.objective, abs=1e-6)
    assert by_flows.audit().ok
    assert by_unions.audit().ok
