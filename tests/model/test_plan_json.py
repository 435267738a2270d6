"""plan.json holds a plan without loss, sealed, and bad ones are refused with their place."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.instances.seal import digest
from gridblock.model.plan import (
    STATUSES,
    ArcFlow,
    Assignment,
    Decisions,
    PlanData,
    Service,
    Stage,
    Standing,
    TunnelFlow,
    ZoneService,
)
from gridblock.model.plan_json import from_plain, to_plain
from gridblock.plan import Plan

Solve = Callable[[Instance], Plan]
GALLERY = Path(__file__).parents[2] / "instances" / "gallery"

NAMES = st.text(max_size=5)
AMOUNTS = st.floats(0, 1e15) | st.integers(0, 10**9)
COSTS = st.floats(-1e15, 1e15)
STANDINGS = st.dictionaries(st.builds(Standing, NAMES, NAMES, NAMES), st.integers(0, 10**9))
TUNNELS = st.builds(
    TunnelFlow, NAMES, NAMES, st.none() | st.floats(0, 1e3), st.lists(NAMES).map(tuple), NAMES
)
DECISIONS = st.builds(
    Decisions,
    bought=STANDINGS,
    retired=STANDINGS,
    switched_off=STANDINGS,
    assigned=st.dictionaries(st.builds(Assignment, NAMES, NAMES, NAMES, NAMES), AMOUNTS),
    served=st.dictionaries(st.builds(Service, NAMES, NAMES, NAMES, NAMES), AMOUNTS),
    served_in=st.dictionaries(st.builds(ZoneService, NAMES, NAMES, NAMES), AMOUNTS),
    tunnel_gbps=st.dictionaries(TUNNELS, AMOUNTS),
    arc_gbps=st.dictionaries(st.builds(ArcFlow, NAMES, NAMES, NAMES, NAMES), AMOUNTS),
)
PLANS = st.builds(
    PlanData,
    instance=NAMES,
    instance_hash=NAMES,
    status=st.sampled_from(STATUSES),
    stop=NAMES,
    decisions=st.none() | DECISIONS,
    objective=st.none() | COSTS,
    bound=st.none() | COSTS,
    gap=st.none() | COSTS,
    gap_asked=st.floats(0, 1),
    costs=st.dictionaries(NAMES, COSTS),
    seconds=st.dictionaries(NAMES, COSTS),
    solver=st.dictionaries(NAMES, NAMES),
    conflict=st.lists(NAMES).map(tuple),
    stages=st.lists(
        st.builds(Stage, st.integers(1, 9), COSTS, st.none() | COSTS, st.none() | COSTS, COSTS)
    ).map(tuple),
)


@given(PLANS)
def test_every_plan_reads_back(plan: PlanData) -> None:
    assert from_plain(json.loads(json.dumps(to_plain(plan)))) == plan


@pytest.mark.parametrize("name", ["any-route", "dip-switches-off", "shared-link", "uplink-binds"])
def test_plans_of_the_gallery_read_back(name: str, solve: Solve) -> None:
    plan = solve(read(GALLERY / f"{name}.yaml")).data
    assert from_plain(json.loads(json.dumps(to_plain(plan)))) == plan


@pytest.fixture
def plain() -> dict[str, Any]:
    """A plan with a purchase, as plain data."""
    bought = {Standing("pod", "north", "now"): 2}
    return to_plain(PlanData("deal", "0" * 64, "optimal", "finished", Decisions(bought=bought)))


def test_the_digest_seals_all_but_the_seconds(plain: dict[str, Any]) -> None:
    assert plain["digest"] == digest(plain)
    assert digest({**plain, "seconds": {"solve": 1.5}}) == plain["digest"]
    assert digest({**plain, "objective": 1.0}) != plain["digest"]
    more = replace(from_plain(plain), decisions=Decisions())
    assert to_plain(more)["digest"] != plain["digest"]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ((), [], "must be a mapping"),
        (("format_version",), 2, "format_version: must be 1"),
        (("status",), "good", "status: must be one of optimal"),
        (("instance",), None, "instance: must be a text"),
        (("objective",), "12", "objective: must be a number"),
        (("objective",), True, "objective: must be a number"),
        (("costs",), [], "costs: must be a mapping"),
        (("costs",), {"energy": None}, "costs.energy: must be a number"),
        (("solver",), 3, "solver: must be a mapping"),
        (("stages",), {}, "stages: must be a list"),
        (("stages",), [{}], r"stages\[0\]: must have the fields tier, value"),
        (("stages",), [[]], r"stages\[0\]: must be a mapping"),
        (
            ("stages",),
            [{"tier": 1.5, "value": 0, "bound": None, "gap": None, "unmet": 0}],
            r"stages\[0\].tier: must be a whole number",
        ),
        (
            ("stages",),
            [{"tier": 1, "value": None, "bound": None, "gap": None, "unmet": 0}],
            r"stages\[0\].value: must be a number",
        ),
        (("decisions",), [], "decisions: must be a mapping"),
        (("decisions", "sold"), [], "decisions.sold: is not a table of decisions"),
        (("decisions", "bought"), {}, "decisions.bought: must be a list"),
        (("decisions", "bought", 0), {}, r"decisions.bought\[0\]: must have the fields block"),
        (("decisions", "bought", 0, "more"), 1, r"bought\[0\]: must have the fields"),
        (("decisions", "bought", 0, "block"), 7, r"decisions.bought\[0\].block: must be a text"),
        (("decisions", "bought", 0, "blocks"), "7", r"bought\[0\].blocks: must be a number"),
    ],
)
def test_a_bad_plan_is_refused_with_the_place(
    plain: dict[str, Any], path: tuple[Any, ...], value: object, told: str
) -> None:
    holder: Any = plain
    for key in path[:-1]:
        holder = holder[key]
    if path:
        holder[path[-1]] = value
    with pytest.raises(InstanceError, match=f"plan.json: .*{told}"):
        from_plain(plain if path else value, "plan.json")


def test_a_row_may_not_come_twice(plain: dict[str, Any]) -> None:
    plain["decisions"]["bought"] *= 2
    with pytest.raises(InstanceError, match=r"bought\[1\]: says again what an earlier row says"):
        from_plain(plain)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400], ids=["nan", "inf", "vast"])
def test_numbers_that_are_none_are_refused(plain: dict[str, Any], value: float) -> None:
    for name in ("objective", "bound", "gap_asked"):
        with pytest.raises(InstanceError, match=name):
            from_plain({**plain, name: value})
    plain["decisions"]["bought"][0]["blocks"] = value
    with pytest.raises(InstanceError, match="bought"):
        from_plain(plain)


def test_conflict_that_is_no_list_is_refused(plain: dict[str, Any]) -> None:
    for value in (3, "word", {"a": 1}):
        with pytest.raises(InstanceError, match="conflict"):
            from_plain({**plain, "conflict": value})
