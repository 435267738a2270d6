"""One plan for several scenarios: against sums on paper, and against every way to order."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyomo.environ as pyo
import pytest

import gridblock as gb
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.outlook import futures_of
from gridblock.model import common_orders
from gridblock.model.common_orders import Order
from gridblock.model.extensive import EXPECTED, Risk
from gridblock.model.plan import Ordering, Standing
from gridblock.model.pools import EXACT, WRITTEN
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session
from gridblock.solvers.stochastic.found import Hedge, Strategy
from gridblock.solvers.stochastic.measures import (
    conditional_value_at_risk,
    expected,
    value_at_risk,
    weighed,
)
from gridblock.solvers.stochastic.orders import OrdersProgram
from gridblock.solvers.stochastic.solver import Solver
from rivals.every import every
from two_stage_worlds import MOST, by_trying, uncertain, ways

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
SEEDS = (2, 30, 37, 60)
MORE = (83, 201)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """One solver process for all tests."""
    with Session() as session:
        yield session


@pytest.fixture
def known() -> Instance:
    """Substations and pods are ordered before it is known whether anybody wants them."""
    return gb.read(GALLERY / "order-before-you-know.yaml")


def solve(instance: Instance, session: Session, **how: Any) -> gb.Stochastic:
    return gb.stochastic(instance, gap=1e-9, session=session, **how)


# Costs of 10 with probability 0.5, 20 with 0.3 and 100 with 0.2.
COSTS = {"a": 10.0, "b": 20.0, "c": 100.0}
CHANCES = {"a": 0.5, "b": 0.3, "c": 0.2}


def test_measures_of_three_costs() -> None:
    # 5 + 6 + 20.
    assert expected(COSTS, CHANCES) == pytest.approx(31)
    # With 0.5 it is 10 at most, with 0.8 20, with 1 100.
    levels = {0.0: 10, 0.5: 10, 0.51: 20, 0.8: 20, 0.81: 100, 0.99: 100}
    assert {level: value_at_risk(COSTS, CHANCES, level) for level in levels} == levels
    # The worst 0.4 are all of c and two thirds of b: (0.2 x 100 + 0.2 x 20) / 0.4 = 60.
    assert conditional_value_at_risk(COSTS, CHANCES, 0.6) == pytest.approx(60)
    assert conditional_value_at_risk(COSTS, CHANCES, 0.0) == pytest.approx(31)
    assert conditional_value_at_risk(COSTS, CHANCES, 0.9) == pytest.approx(100)
    # 0.75 x 31 + 0.25 x 60.
    assert weighed(COSTS, CHANCES, Risk(0.25, 0.6)) == pytest.approx(38.25)
    assert weighed(COSTS, CHANCES, EXPECTED) == pytest.approx(31)


def test_what_is_ordered_before_anything_is_known(known: Instance, session: Session) -> None:
    found = solve(known, session)
    # The sums stand in the file: no substation, five pods.
    assert found.status == "optimal"
    assert found.objective == pytest.approx(50_000)
    assert found.bound == pytest.approx(50_000)
    assert found.data.orders == {Order("y1", "pod", "abilene"): 5}
    hedge = found.data.hedge
    assert hedge.costs == pytest.approx({"as it stands": 5e3, "growth": 55e3, "boom": 155e3})
    vss, evpi = hedge.value_of_solution, hedge.value_of_information
    assert (vss.value, vss.least, vss.most) == pytest.approx((10_000,) * 3)
    assert (evpi.value, evpi.least, evpi.most) == pytest.approx((13_500,) * 3)
    assert hedge.without_regret == {Order("y1", "pod", "abilene"): 5}
    mean = hedge.mean
    assert mean.decided == {Order("y1", "pod", "abilene"): 10, Order("y1", "substation"): 1}
    assert mean.costs == pytest.approx({"as it stands": 40e3, "growth": 40e3, "boom": 140e3})
    # What boom alone orders costs 110,000 in any case; with 5,000, 40,000 and 110,000 if known.
    boom = hedge.own[2]
    assert [hedge.regret(boom, name) for name in hedge.costs] == pytest.approx([105e3, 70e3, 0])


def test_each_scenario_has_a_plan_of_its_own_that_passes_the_audit(
    known: Instance, session: Session
) -> None:
    found = solve(known, session, cvar_weight=0.5, cvar_level=0.8)
    assert [*found.plans] == ["as it stands", "growth", "boom"]
    for plan in found.plans.values():
        assert plan.audit().ok
        assert plan.data.decisions.ordered == {Ordering("substation", "y1"): 1}
        assert plan.data.decisions.bought == {Standing("pod", "abilene", "y2"): 10}


def test_the_worst_fifth_may_count_half(known: Instance, session: Session) -> None:
    found = solve(known, session, cvar_weight=0.5, cvar_level=0.8)
    assert found.objective == pytest.approx(100_000)
    assert found.expected == pytest.approx(60_000)
    assert found.data.hedge.at_risk == pytest.approx(140_000)
    # With the worst fifth alone three substations are best, and cost the same in any case.
    worst = solve(known, session, cvar_weight=1, cvar_level=0.8)
    assert worst.data.hedge.costs == pytest.approx(dict.fromkeys(worst.plans, 110_000))
    # Alone, each scenario is planned well though its cost is of no weight here.
    cheap = known.replace({"scenarios.1.set": {"demands.chat.amount": [0, 900]}})
    many = solve(cheap, session, cvar_weight=1, cvar_level=0.8, compare=False)
    assert many.plans["as it stands"].objective == pytest.approx(110_000)


@pytest.mark.slow
def test_processes_beside_this_one_find_the_same(known: Instance, session: Session) -> None:
    # Boom finds the window for substations closed in y1, so that none is ordered.
    shut = {"demands.chat.amount": [0, 200], "options.substation.order": {"earliest": "y2"}}
    given = known.replace({"scenarios.1.set": shut})
    here, there = solve(given, session), solve(given, session, jobs=2)
    assert there.as_json() == here.as_json()
    assert {name: plan.costs for name, plan in there.plans.items()} == {
        name: plan.costs for name, plan in here.plans.items()
    }


def test_without_comparison_the_plan_is_the_same(known: Instance, session: Session) -> None:
    found = solve(known, session, compare=False)
    assert found.objective == pytest.approx(50_000)
    assert found.data.hedge.own == ()
    assert found.data.hedge.value_of_information is None


def test_all_orders_may_have_to_be_placed_before(session: Session) -> None:
    # With five pods in y2 ordered before it is known whether the permit comes: 90,000, 170,000 and
    # 146,000 (see the file, and 5 pods more at 1,000 for nobody): 45,000 + 34,000 + 43,800.
    given = gb.read(GALLERY / "permit-late-or-demand-high.yaml")
    found = solve(given, session, resolves="end")
    assert found.objective == pytest.approx(122_800)
    # What nobody can place goes again at once, at its resale share.
    late = found.plans["permit-late"].data.decisions
    assert late.retired == {Standing("pod", "abilene", "y2"): 5}
    again = given.replace({"blocks.pod.resale_share": 0.4})
    assert solve(again, session, resolves="end").objective == pytest.approx(122_800 - 0.2 * 2_000)
    # After y1 the second half is ordered knowing: 90,000, 165,000, 146,000.
    assert solve(given, session).objective == pytest.approx(121_800)
    assert solve(given, session, resolves="y2").objective == pytest.approx(121_800)


def test_scenarios_that_may_come_together(session: Session) -> None:
    # 0.56 x 90,000 + 0.14 x 165,000 + 0.24 x 146,000 + 0.06 x 237,000.
    given = gb.read(GALLERY / "permit-late-or-demand-high.yaml")
    found = solve(given, session, together=True)
    assert found.objective == pytest.approx(122_760)
    assert len(found.plans) == 4


def test_what_one_scenario_forbids_is_ordered_in_none(known: Instance, session: Session) -> None:
    # Boom finds the window for substations closed in y1; alone, the mean and growth would take one.
    shut = {"demands.chat.amount": [0, 200], "options.substation.order": {"earliest": "y2"}}
    found = solve(known.replace({"scenarios.1.set": shut}), session)
    assert found.objective == pytest.approx(50_000)
    assert found.data.hedge.barred == {Order("y1", "substation"): ("boom",)}
    assert found.data.hedge.own[1].barred == ("boom",)
    assert found.data.hedge.own[1].costs["boom"] is None
    assert found.data.hedge.mean.barred == ("boom",)
    assert found.data.hedge.value_of_solution is None


def test_what_comes_too_late_in_one_scenario_is_still_ordered(
    known: Instance, session: Session
) -> None:
    # In growth substations come after the horizon, half paid in y1 and half in y2. With one, as it
    # stands costs 40,000 and growth 30,000 + 10 pods at 1,000, of which 5 find no place, + 50,000.
    slow = {"demands.chat.amount": [0, 100], "options.substation.lead": 2}
    given = known.replace(
        {
            "options.substation.pay": [0.5, 0.5],
            "scenarios.0.set": slow,
            "scenarios.1.set": {"demands.chat.amount": [0, 900]},
        }
    )
    chances = {"scenarios.0.probability": 0.1, "scenarios.1.probability": 0.8}
    found = solve(given.replace(chances), session)
    # All three pay: boom gains 3 x 15,000 in four of five cases. 110,000 as it stands; 90,000 +
    # 20,000 + 50,000 in growth; 110,000 + 700,000 in boom: 11,000 + 16,000 + 648,000.
    assert found.data.orders == {Order("y1", "substation"): 3, Order("y1", "pod", "abilene"): 20}
    assert found.data.hedge.costs == pytest.approx(
        {"as it stands": 110e3, "growth": 160e3, "boom": 810e3}
    )
    assert found.objective == pytest.approx(675_000)
    assert found.plans["growth"].data.decisions.ordered == {}
    assert found.plans["growth"].objective == pytest.approx(70_000)


def test_leads_differ_by_scenario_and_orders_do_not(known: Instance, session: Session) -> None:
    # With three years, and a year more for pods in growth, five pods serve from y2 or from y3 on.
    years = {
        "periods": [{"name": f"y{i}", "hours": 1000} for i in (1, 2, 3)],
        "demands.chat.amount": [0, 50, 50],
        "options": [],
        "scenarios.0.set": {"blocks.pod.lead": 2},
        "scenarios.1.set": {"demands.chat.amount": [0, 20, 20]},
    }
    found = solve(known.replace(years), session)
    late = found.plans["growth"].data.decisions
    assert found.data.orders == {Order("y1", "pod", "abilene"): 5}
    assert late.bought == {Standing("pod", "abilene", "y3"): 5}
    # 5,000; 55,000 with a year unmet; 5,000, of which 3 pods are not needed.
    assert found.objective == pytest.approx(0.5 * 5e3 + 0.3 * 55e3 + 0.2 * 5e3)


def test_a_scenario_without_any_plan(known: Instance, session: Session) -> None:
    hard = {"demands.chat.min_share": 1, "demands.chat.amount": [0, 900]}
    found = solve(known.replace({"scenarios.1.set": hard}), session)
    assert found.status == "infeasible"
    assert found.data.hedge.impossible == ("boom",)
    assert found.plans == {}
    assert found.objective is None


def test_scenarios_that_no_orders_suit_all(known: Instance, session: Session) -> None:
    # Boom must have all three substations; growth may spend no more than one costs.
    limit = {"name": "cap", "measure": "spend_once", "per": "horizon", "max": 1e9}
    given = known.replace(
        {
            "limits": [limit],
            "scenarios.0.set": {"limits.cap.max": 50_000},
            "scenarios.1.set": {"demands.chat.amount": [0, 200], "demands.chat.min_share": 1},
        }
    )
    found = solve(given, session)
    assert found.status == "infeasible"
    assert found.data.hedge.impossible == ()
    assert found.data.hedge.own[2].barred == ("growth",)


def test_tiers_are_kept_in_every_scenario(session: Session) -> None:
    # Five pods of 10; agents of tier 2 pay three times as much, and get what chat leaves: in each
    # scenario chat has its 40 or 20 first. 40 x 3 - 10 x 3, or 0 unmet of 40 + 20.
    demand = {"amount": 40, "yields": {"h100": 1}}
    given = Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "now", "hours": 1}],
            "accelerators": {"h100": {}},
            "blocks": {"pod": {"accelerator": "h100", "accelerators": 10}},
            "facilities": {"north": {"installed": {"pod": 5}}},
            "demands": [
                {"name": "chat", **demand, "unmet_cost": 1},
                {"name": "agents", **demand, "unmet_cost": 3, "tier": 2},
            ],
            "scenarios": [
                {"name": "quiet", "probability": 0.5, "set": {"demands.chat.amount": 20}}
            ],
        }
    )
    found = solve(given, session)
    assert found.data.hedge.costs == pytest.approx({"as it stands": 90, "quiet": 30}, abs=1e-4)
    assert found.objective == pytest.approx(60, abs=1e-4)
    (stage,) = found.data.hedge.stages
    assert (stage.tier, stage.value, stage.unmet) == pytest.approx((1, 0, 0))
    for plan in found.plans.values():
        assert plan.audit().ok
        assert [each.tier for each in plan.data.stages] == [1]
    # In one tier agents are served first, as their price is higher: 30 and 10.
    flat = given.replace({"demands.agents.tier": 1})
    assert solve(flat, session).objective == pytest.approx(20)
    with pytest.raises(InstanceError, match="one tier, or give the worst no weight"):
        solve(given, session, cvar_weight=0.1)
    with pytest.raises(InstanceError, match="one tier, or solve all scenarios at once"):
        solve(given, session, decompose=True)


def test_by_tiers_only_its_own_plan_shows_what_a_scenario_costs(session: Session) -> None:
    # One lot fits, of pods for `first` or of tpus for `second`: $1,000. 100 units of `second` that
    # stay unmet for 1,000 h cost $1,000,000, those of `first` $100,000, and `first` is of tier 1.
    # It asks for nothing as it stands, where tpus leave $1,000, and for 100 in a rush, where its
    # tier has the pods for it, at $1,001,000. Tpus in a rush cost $101,000, as nobody may plan.
    unit = {"uses": {"racks": 1}, "accelerators": 100}
    lot = {"lead": 1, "cost_per_period": 1000}
    given = Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": name, "hours": 1000} for name in ("y1", "y2")],
            "accelerators": {"h100": {}, "tpu": {}},
            "blocks": {kind: {"accelerator": kind, **unit} for kind in ("h100", "tpu")},
            "facilities": {"north": {"limits": {"racks": 1}}},
            "demands": [
                {"name": "first", "amount": 0, "yields": {"h100": 1}, "unmet_cost": 1},
                {"name": "second", "amount": [0, 100], "yields": {"tpu": 1}, "unmet_cost": 10}
                | {"tier": 2},
            ],
            "options": [
                {"name": kind, "adds": [{"blocks": kind, "at": "north", "count": 1}], **lot}
                for kind in ("h100", "tpu")
            ],
            "scenarios": [
                {"name": "rush", "probability": 0.5, "set": {"demands.first.amount": [0, 100]}}
            ],
        }
    )
    hedge = solve(given, session).data.hedge
    assert hedge.future is not None
    alone = {"as it stands": 1_000, "rush": 1_001_000}
    assert hedge.future.costs == hedge.future.least == pytest.approx(alone)
    # Whoever does not know orders pods for tier 1: $1,001,000 either way, of which (1,001,000 -
    # 1,000) / 2 are lost by not knowing.
    worth = hedge.value_of_information
    assert worth is not None
    ends = worth.value, worth.least, worth.most
    assert ends == pytest.approx((500_000, 500_000, 500_000))
    by_name = {strategy.name: strategy for strategy in hedge.own}
    assert hedge.regret(by_name["as it stands"], "rush") == pytest.approx(-900_000)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"resolves": "y9"}, "'y9' is not a period"),
        ({"resolves": "y1"}, "nothing can be ordered before y1"),
        ({"cvar_weight": 1.5}, "from 0 to 1"),
        ({"cvar_level": 1}, "to below 1"),
        ({"samples": 0}, "1 sample or more"),
        ({"cvar_weight": 0.1, "decompose": True}, "by expected cost alone"),
    ],
)
def test_what_is_asked_for_wrongly_is_refused(
    known: Instance, session: Session, how: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        solve(known, session, **how)


def test_an_interrupted_search_keeps_the_best_orders_so_far(known: Instance) -> None:
    with Session() as session:

        def stop(what: str) -> None:
            if what == "all scenarios at once":
                session.stop()

        found = solve(known, session, on_step=stop)
        assert found.status == "interrupted"
        # Nothing beats what is ordered as the instance stands, which was tried before.
        assert found.objective == pytest.approx(50_000)
        assert 36_499 < found.bound < 50_001
        with pytest.raises(KeyboardInterrupt):
            solve(known, session, on_step=lambda _: session.stop())


def test_worths_are_known_within_the_gaps() -> None:
    # The plan costs 100, at least 90; the other 130, and no less than 120 with its orders:
    # planning for all saves 30, at least 120 - 100, at most 130 - 90. Knowing would save 100 - 70;
    # of what it costs 60 is proven, so that it saves at most 100 - 60, and at least 90 - 70.
    chances = {"s": 1.0}
    plan = Strategy("plan", {}, {"s": 100.0}, {"s": None})
    hedge = Hedge(
        chances,
        EXPECTED,
        "feasible",
        "time_limit",
        plan,
        bound=90.0,
        mean=Strategy("mean", {}, {"s": 130.0}, {"s": 120.0}),
        future=Strategy("future", {}, {"s": 70.0}, {"s": 60.0}),
    )
    vss, evpi = hedge.value_of_solution, hedge.value_of_information
    assert (vss.value, vss.least, vss.most) == (30, 20, 40)
    assert (evpi.value, evpi.least, evpi.most) == (30, 20, 40)


@pytest.mark.parametrize(
    "name",
    [
        *("hall-tree", "lease-ramps-and-ends", "link-lost", "permit-slips"),
        *("reserve-for-a-lost-site", "retire-for-power", "run-in-one-place", "tier-waits"),
    ],
)
def test_two_scenarios_that_are_the_same_cost_what_one_does(name: str, session: Session) -> None:
    given = gb.read(GALLERY / f"{name}.yaml")
    same = {"name": "same", "probability": 0.5, "set": {}}
    found = solve(given.replace({"scenarios": [same]}), session, compare=False)
    with (GALLERY / "optima.csv").open(encoding="utf-8", newline="") as opened:
        optima = {row["instance"]: float(row["optimum"]) for row in csv.DictReader(opened)}
    assert found.status == "optimal"
    assert found.objective == pytest.approx(optima[name], rel=1e-6)
    assert found.audit().ok


def against_every_way(seed: int, session: Session) -> bool:
    """Compare with trying every way to order; say whether that could be done."""
    instance = uncertain(seed)
    if instance is None:
        return False
    futures = futures_of(instance)
    program = OrdersProgram(instance, futures, 1, Settings(gap=1e-9))
    domains = Solver(program, Settings(gap=1e-9), session).domains()
    most = {key: int(domain.high or 0) for key, domain in domains.items()}
    if program.tiered or not 1 < ways(most) <= MOST:
        return False
    least = by_trying(instance, futures, most, session)
    for compare in (True, False):
        found = solve(instance, session, compare=compare)
        if least is None:
            assert found.status == "infeasible"
        else:
            assert found.objective == pytest.approx(least, rel=1e-5, abs=1e-5)
        assert all(plan.audit().ok for plan in found.plans.values())
    return True


@pytest.mark.parametrize("seed", SEEDS)
def test_every_way_to_order_costs_as_much_or_more(seed: int, session: Session) -> None:
    assert against_every_way(seed, session)


@pytest.mark.slow
def test_every_way_to_order_costs_as_much_or_more_in_many_worlds(session: Session) -> None:
    assert all(against_every_way(seed, session) for seed in MORE)


@pytest.mark.slow
def test_reductions_do_not_move_what_is_best_whatever_comes(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    smaller = compared = 0
    for seed in range(1, 100):
        data = every(seed)
        zoned = any("zones" in site for site in data["facilities"].values())
        if not zoned and seed % 4:
            continue
        data.pop("current", None)
        for demand in data["demands"]:
            demand.pop("tier", None)
        change = {"set": {"demands.*.amount": "*0.5"}, "probability": 0.4}
        data["scenarios"] = [{"name": "less", **change}]
        instance = Instance.parse(data)
        if len(instance.horizon.names) < 2 or any(d.survive for d in instance.demands):
            continue
        twin = {**data["demands"][-1], "name": "too"}
        instance = Instance.parse({**data, "demands": [*data["demands"], twin]})
        found, sizes = [], []
        for reductions in (EXACT, WRITTEN):
            monkeypatch.setattr(common_orders, "EXACT", reductions)
            block = pyo.ConcreteModel()
            common_orders.add_scenario(block, instance, 1)
            sizes.append(sum(1 for _ in block.component_data_objects(pyo.Var)))
            weight = 0.5 * (seed % 2)
            try:
                found.append(solve(instance, session, cvar_weight=weight, compare=False).objective)
            except gb.InfeasibleError:
                found.append(None)
        smaller += sizes[0] < sizes[1]
        compared += found[0] is not None
        assert found[0] == (None if found[1] is None else pytest.approx(found[1], rel=1e-6)), seed
        if compared == 6:
            break
    assert compared == 6
    assert smaller
