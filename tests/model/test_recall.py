"""A plan's decisions go back into the model that they came from."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.model.build import build
from gridblock.model.recall import recalled
from gridblock.plan import Plan
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Settings
from gridblock.solvers.prices import Prices
from gridblock.solvers.session import Session
from rivals.worlds import world

Solve = Callable[..., Plan]
GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
LARGE = {"colossus", "frontier"}
SMALL = sorted({path.stem for path in GALLERY.glob("*.yaml")} - LARGE)


def check(plan: Plan, session: Session) -> None:
    """Fix what is recalled and complete the rest: it costs what the plan costs."""
    prices = Prices(plan.instance, plan.data, Settings(gap=0), session)
    cost = prices.compiled.matrix.objective(prices.values)
    assert cost == pytest.approx(plan.objective, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", SMALL)
def test_plans_of_the_gallery(name: str, solve: Solve) -> None:
    plan = solve(read(GALLERY / f"{name}.yaml"), raise_without_plan=False)
    if plan.data.decisions is not None:
        with Session() as session:
            check(plan, session)


def test_plans_of_random_worlds(solve: Solve) -> None:
    checked = 0
    with Session() as session:
        for seed in range(40):
            plan = solve(Instance.parse(world(seed)), raise_without_plan=False)
            if plan.data.decisions is not None:
                check(plan, session)
                checked += 1
    assert checked > 25


def test_every_whole_decision_is_recalled(solve: Solve) -> None:
    # What is left out only says what others imply: what is used, open, taken, in use.
    plan = solve(read(GALLERY / "site-waits-for-its-permit.yaml"))
    model = build(plan.instance)
    known = recalled(model, plan.data.decisions)  # type: ignore[arg-type]
    compiled = compile_model(model)
    whole = {column.name for column in compiled.columns if column.is_integer()}
    assert {name.partition("[")[0] for name in whole - {*known}} <= {
        *("uses_facility", "uses_accelerator", "uses_zone", "taken", "any_lease_in_use"),
        *("run_uses_facility", "berth", "run_uses_accelerator", "spans_zone"),
    }


def test_what_is_reserved_between_facilities_is_recalled(solve: Solve) -> None:
    # 80 accelerators take both sites, of 60 each, and 4 Gbps each way: 3 on one link, 1 on another.
    between = {"between": ["north", "south"], "ms": 1}
    links = [{**between, "name": "narrow", "gbps": 3}, {**between, "name": "wide", "gbps": 9}]
    gang = {
        "name": "gang",
        "amount": 80,
        "yields": {"h100": 1},
        "unmet_cost": 1,
        "run": {"periods": 1, "start": ["now", "now"]},
        "whole_blocks": True,
        "max_facilities": 2,
        "interconnect": {"gbps": 4},
    }
    instance = read(
        {
            "gridblock": 1,
            "name": "gang",
            "periods": [{"name": "now", "hours": 1}],
            "accelerators": {"h100": {}},
            "blocks": {"pod": {"accelerator": "h100", "accelerators": 10}},
            "facilities": {site: {"installed": {"pod": 6}} for site in ("north", "south")},
            "network": {"links": links},
            "demands": [gang],
        }
    )
    decided = solve(instance).data.decisions
    assert decided is not None
    assert sum(decided.interconnect_gbps.values()) == pytest.approx(8)
    known = recalled(build(instance), decided)
    reserved = {name: gbps for name, gbps in known.items() if name.startswith("reserved_tunnel[")}
    assert sum(reserved.values()) == pytest.approx(8)
    for flow, gbps in decided.interconnect_gbps.items():
        there = f"reserved_tunnel[gang,{flow.from_facility},{flow.to_facility},"
        assert gbps in [at for name, at in reserved.items() if name.startswith(there)]


def test_a_plan_starts_another_solve(solve: Solve) -> None:
    instance = read(GALLERY / "site-waits-for-its-permit.yaml")
    plan = solve(instance)
    assert plan.objective is not None
    again = solve(instance, start=plan)
    # The first point that is told is the plan itself, which is the best.
    assert again.progress[0].best == pytest.approx(plan.objective)
    assert again.objective == pytest.approx(plan.objective)


@pytest.mark.parametrize("name", ["first", "wan-link-binds", "tier-waits", "link-lost"])
def test_what_another_instance_does_not_know_is_passed_over(name: str, solve: Solve) -> None:
    instance = read(GALLERY / f"{name}.yaml")
    best = solve(instance).objective
    for other in ("site-waits-for-its-permit", "any-route", "permit-slips"):
        start = solve(read(GALLERY / f"{other}.yaml"))
        assert solve(instance, start=start).objective == pytest.approx(best)


def test_lots_that_would_come_after_the_horizon_by_now_are_passed_over(solve: Solve) -> None:
    # One leased block serves 1 unit, at $10. With a lead of 3 there is no period to order it in.
    instance = read(
        {
            "gridblock": 1,
            "periods": [{"name": "now", "hours": 1}],
            "accelerators": {"h100": {}},
            "blocks": {"pod": {"accelerator": "h100", "accelerators": 1}},
            "facilities": {"north": {}},
            "options": [
                {
                    "name": "lease",
                    "adds": [{"blocks": "pod", "at": "north", "count": 1}],
                    "term": 1,
                }
            ],
            "demands": [{"name": "chat", "amount": 1, "yields": {"h100": 1}, "unmet_cost": 10}],
        }
    )
    start = solve(instance)
    assert start.objective == 0
    plan = solve(instance.replace({"options.lease.lead": 3}), start=start)
    assert (plan.status, plan.objective) == ("optimal", 10)


def test_traffic_over_links_that_no_longer_join_is_passed_over(solve: Solve) -> None:
    # The direct link leads from Denver now, which is too far: 30 of 100 Gbps arrive by Omaha. 700
    # units unmet x $2 x 1000 h, and 30 x $30 of transport.
    instance = read(GALLERY / "wan-link-binds.yaml")
    moved = instance.replace({"network.links.direct.between": ["denver", "plains"]})
    plan = solve(moved, start=solve(instance))
    assert plan.objective == pytest.approx(1_400_900)
