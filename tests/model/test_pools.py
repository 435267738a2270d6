"""Reductions make a model smaller, and do not move its optimum."""

from collections.abc import Iterator
from typing import Any

import pytest

import gridblock as gb
from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.audit import audit
from gridblock.model.build import INTACT, build
from gridblock.model.decide import decisions
from gridblock.model.plan import PlanData
from gridblock.model.pools import EXACT, WRITTEN, Reduction
from gridblock.model.recall import recalled
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Settings, Verdict
from gridblock.solvers.session import Session
from rivals.every import every

WORLDS = 40


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as held:
        yield held


def optimum(session: Session, instance: Instance, reductions: frozenset[Reduction]) -> float | None:
    compiled = compile_model(build(instance, INTACT, reductions))
    session.load(compiled.matrix)
    outcome = session.run(Settings(gap=0.0))
    return None if outcome.verdict is Verdict.INFEASIBLE else outcome.objective


def halls(**fields: Any) -> Instance:
    """Give a site with two halls of 3 pods each, and three demands, two of which are alike."""
    like = {"yields": {"h100": 1}, "unmet_cost": 2, "amount": 20}
    return Instance.parse(
        {
            "gridblock": 1,
            "name": "halls",
            "periods": [{"name": "t", "hours": 1}],
            "accelerators": {"h100": {}},
            "blocks": {"pod": {"accelerator": "h100", "accelerators": 8}},
            "facilities": {
                "north": {"zones": {"a": {"installed": {"pod": 3}}, "b": {"installed": {"pod": 3}}}}
            },
            "demands": [
                {"name": "chat", **like},
                {"name": "mail", **like, "unmet_cost": 3},
                {"name": "tune", **like, "whole_blocks": True, "unmet_cost": 5},
            ],
            **fields,
        }
    )


def twinned(data: dict[str, Any]) -> dict[str, Any]:
    """Give an instance with another demand like its last, at another price."""
    last = data["demands"][-1]
    price = last["unmet_cost"]
    other = price * 1.5 if isinstance(price, int | float) else price
    return {**data, "demands": [*data["demands"], {**last, "name": "too", "unmet_cost": other}]}


def assigned(instance: Instance, reductions: frozenset[Reduction]) -> set[tuple[str, ...]]:
    return {key[:3] for key in build(instance, INTACT, reductions).assigned}


def test_zones_share_a_variable() -> None:
    assert ("chat", "pod", "north/a") in assigned(halls(), WRITTEN)
    assert assigned(halls(), frozenset({Reduction.ZONES})) == {
        (demand, "pod", "north") for demand in ("chat", "mail", "tune")
    }


def test_demands_with_the_same_yields_share_a_variable_but_not_whole_blocks() -> None:
    # chat and mail use blocks alike; tune takes whole ones.
    both = frozenset({Reduction.ZONES, Reduction.DEMANDS})
    assert assigned(halls(), both) == {("chat", "pod", "north"), ("tune", "pod", "north")}


def test_the_plan_says_whose_blocks_they_are_and_where(session: Session) -> None:
    # 48 units stand; tune is dearest: 3 whole pods of 8 for its 20; mail 20, chat the 4 left.
    instance = halls()
    plan = gb.solve(instance, session=session)
    table = plan.table("allocation")
    by_demand = table.groupby("demand")["blocks"].sum()
    assert by_demand["tune"] == 3
    assert by_demand["mail"] == pytest.approx(20 / 8)
    assert by_demand["chat"] == pytest.approx(4 / 8)
    assert set(table["place"]) == {"north/a", "north/b"}
    plan.audit()


@pytest.mark.parametrize(
    "change",
    [
        {"demands.chat.together": "zone"},
        {"facilities.north.zones.a.uplink_gbps": 5},
        {"facilities.north.energy_per_mwh": -5},
        {"demands.chat.survive": {"facility": 0.5}},
    ],
    ids=["together", "uplink", "paid to draw", "survive"],
)
def test_zones_are_told_apart_where_a_rule_does(change: dict[str, Any]) -> None:
    instance = halls().replace(change)
    assert ("chat", "pod", "north/a") in assigned(instance, EXACT)


def test_whole_blocks_are_told_apart_by_zone_beside_shares_that_stay_in_one(
    session: Session,
) -> None:
    # A pod of 8 in each of three halls. Three demands of 4.8 each take six tenths of one, each in a
    # hall of its choice, which leaves 1.2 pods, and a whole one only if two share a hall: of the
    # second of these 1.6 is unmet at $2. With two of them nothing is.
    shares = [
        {"name": name, "yields": {"h100": 1}, "unmet_cost": 2, "amount": 4.8, "together": "zone"}
        for name in ("one", "two", "three")
    ]
    tune = {"name": "tune", "yields": {"h100": 1}, "unmet_cost": 5, "amount": 8}
    zones = {zone: {"installed": {"pod": 1}} for zone in "abc"}
    given = halls(
        facilities={"north": {"zones": zones}}, demands=[*shares, {**tune, "whole_blocks": True}]
    )
    assert ("tune", "pod", "north/a") in assigned(given, EXACT)
    assert optimum(session, given, WRITTEN) == pytest.approx(3.2)
    assert gb.solve(given, session=session).objective == pytest.approx(3.2)
    fewer = halls(facilities={"north": {"zones": zones}}, demands=given.plain()["demands"][1:])
    assert gb.solve(fewer, session=session).objective == pytest.approx(0.0)
    # Beside whole blocks in one zone, and for what may be split, the zone does not matter.
    whole = [{**each, "whole_blocks": True} for each in given.plain()["demands"]]
    other = halls(facilities={"north": {"zones": zones}}, demands=whole)
    assert ("tune", "pod", "north") in assigned(other, EXACT)
    split = halls(facilities={"north": {"zones": zones}}, demands=[*shares, tune])
    assert ("tune", "pod", "north") in assigned(split, EXACT)
    assert gb.solve(split, session=session).objective == pytest.approx(0.0)


def test_a_plan_is_recalled_into_the_variables_that_stand_for_its_decisions(
    session: Session,
) -> None:
    instance = halls()
    decided = gb.solve(instance, session=session).data.decisions
    model = build(instance, INTACT, EXACT)
    values = recalled(model, decided)
    # chat and mail together: 4 / 8 + 20 / 8.
    assert values["assigned[chat,pod,north,t]"] == pytest.approx(3)


@pytest.mark.parametrize("reduction", [*Reduction, None])
def test_no_reduction_moves_the_optimum(reduction: Reduction | None, session: Session) -> None:
    chosen = EXACT if reduction is None else frozenset({reduction})
    smaller = 0
    for seed in range(WORLDS):
        instance = Instance.parse(twinned(every(seed)))
        whole, less = optimum(session, instance, WRITTEN), optimum(session, instance, chosen)
        assert (whole is None) == (less is None), seed
        if whole is not None and less is not None:
            assert less == pytest.approx(whole, rel=1e-6, abs=1e-6), seed
        sizes = [len(build(instance, INTACT, each).assigned) for each in (WRITTEN, chosen)]
        smaller += sizes[1] < sizes[0]
    assert smaller or reduction in {Reduction.ROUNDING, Reduction.TUNNELS}


def test_rounding_closes_the_gap_of_whole_blocks() -> None:
    # 20 units in pods of 8 take 3, not 2.5: at 1 a pod-hour of energy and 2 for a unit unmet the
    # relaxation buys 2.5 without the row and 3 with it.
    instance = halls(
        demands=[
            {
                "name": "tune",
                "amount": 20,
                "yields": {"h100": 1},
                "unmet_cost": 2,
                "whole_blocks": True,
            }
        ]
    ).replace(
        {
            "blocks.pod": {
                "accelerator": "h100",
                "accelerators": 8,
                "uses": {"power_kw": 1000},
                "idle_factor": 0,
            },
            "facilities.north.energy_per_mwh": 1,
        }
    )
    with Session() as session:
        bounds = []
        for reductions in (WRITTEN, frozenset({Reduction.ROUNDING})):
            session.load(compile_model(build(instance, INTACT, reductions)).matrix)
            bounds.append(session.run(Settings(relaxation=True)).objective)
    assert bounds == [pytest.approx(2.5), pytest.approx(3.0)]


def test_decisions_of_a_reduced_model_pass_the_audit(session: Session) -> None:
    checked = 0
    for seed in range(WORLDS):
        instance = Instance.parse(every(seed))
        model = build(instance, INTACT, EXACT)
        compiled = compile_model(model)
        session.load(compiled.matrix)
        outcome = session.run(Settings(gap=0.0))
        if outcome.values is None or any(d.survive for d in instance.demands):
            continue
        compiled.load(session.polish(outcome.values).values)
        decided = decisions(model)
        books = account(instance, decided)
        plan = PlanData(
            instance=instance.name,
            instance_hash=instance.hash,
            status="feasible",
            stop="finished",
            gap_asked=0.0,
            bound=None,
            stages=(),
            solver={},
            decisions=decided,
            objective=float(books.objective),
            costs={category: float(amount) for category, amount in books.costs.items()},
        )
        audit(instance, plan).raise_if_broken()
        checked += 1
    assert checked > WORLDS // 3
