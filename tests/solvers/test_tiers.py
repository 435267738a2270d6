"""Tiers: what a lower tier gets, later ones do not take away; the sequence ends well anywhere."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pyomo.environ as pyo
import pytest

from gridblock.instances.instance import Instance
from gridblock.model.build import build
from gridblock.model.plan import Stage
from gridblock.model.recall import recalled_values
from gridblock.plan import InfeasibleError, Plan, solve
from gridblock.solvers.compile import compile_model
from gridblock.solvers.growing import Growing
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Outcome, Settings, Stop, Verdict
from gridblock.solvers.parts import Part, stage_of, with_caps
from gridblock.solvers.session import Session
from gridblock.solvers.tiers import solve_by_tier


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """One solver process for all tests."""
    with Session() as session:
        yield session


@pytest.fixture
def at_cost(session: Session) -> Callable[[Instance], Plan]:
    """Plan to the optimum."""
    return lambda instance: solve(instance, gap=1e-9, session=session)


@pytest.fixture
def two_tiers() -> Instance:
    """Five pods of 10 for an hour; chat wants 40 at $1, agents 40 at $3 and are of tier 2."""
    demand = {"amount": 40, "yields": {"h100": 1}}
    return Instance.parse(
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
        }
    )


def test_a_later_tier_gets_what_is_left(
    two_tiers: Instance, at_cost: Callable[[Instance], Plan]
) -> None:
    # By price alone agents get 40 and chat 10 of 50: 30 x $1.
    alone = two_tiers.replace({"demands.agents.tier": 1})
    assert at_cost(alone).objective == pytest.approx(30)
    assert at_cost(alone).data.stages == ()
    # In tiers chat gets 40 first: 30 x $3 stay unmet, less 3e-6 by the cap of 1e-6.
    plan = at_cost(two_tiers)
    assert plan.objective == pytest.approx(90, abs=1e-5)
    assert plan.data.stages == (Stage(1, 0.0, 0.0, 0.0, 0.0),)
    # The other way round agents are served first, as by price.
    other = two_tiers.replace({"demands.chat.tier": 3})
    assert at_cost(other).objective == pytest.approx(30, abs=1e-5)


def test_a_tier_is_planned_at_least_cost_and_not_at_any_cost(
    two_tiers: Instance, at_cost: Callable[[Instance], Plan]
) -> None:
    # A pod costs $12 and serves 10 units: too dear for chat at $1, worth it for agents at $3.
    # Chat keeps its 40 unmet, agents buy 4 pods; chat may not take them.
    shop = two_tiers.replace(
        {"facilities.north.installed": {}, "blocks.pod.cost_once": 12, "blocks.pod.end_share": 0}
    )
    plan = at_cost(shop)
    assert plan.data.stages[0].unmet == pytest.approx(40)
    assert plan.objective == pytest.approx(40 + 48)


def test_a_floor_of_a_later_tier_that_cannot_be_kept_is_named(
    two_tiers: Instance, at_cost: Callable[[Instance], Plan]
) -> None:
    # Chat's 40 leave 10 of 40 to agents: a quarter.
    assert at_cost(two_tiers.replace({"demands.agents.min_share": 0.2})).status == "optimal"
    with pytest.raises(InfeasibleError, match=r"agents\.min_share asks for 0\.5.*tiers up to 1"):
        at_cost(two_tiers.replace({"demands.agents.min_share": 0.5}))


def test_rules_of_ones_own_hold_in_every_stage(two_tiers: Instance, session: Session) -> None:
    model = build(two_tiers)
    # Chat may have two pods, so agents get three: 20 x $1 + 10 x $3.
    model.mine = pyo.Constraint(expr=model.assigned["chat", "pod", "north", "now"] <= 2)
    plan = solve(two_tiers, gap=1e-9, session=session, model=model)
    assert plan.data.stages[0].unmet == pytest.approx(20)
    assert plan.objective == pytest.approx(50, abs=1e-4)


@pytest.mark.parametrize("stop", [Stop.INTERRUPTED, Stop.TIME_LIMIT])
@pytest.mark.parametrize("floor", [0.0, 0.2])
def test_the_last_full_stage_is_kept_when_a_later_one_ends_without_a_plan(
    two_tiers: Instance, session: Session, stop: Stop, floor: float
) -> None:
    instance = two_tiers.replace({"demands.agents.min_share": floor})
    model = build(instance)
    compiled = compile_model(model)
    calls = []

    def once(matrix: Matrix, settings: Settings, _: object) -> Outcome:
        calls.append(matrix)
        if len(calls) > 1:
            return Outcome(stop, Verdict.UNKNOWN)
        session.load(matrix)
        return session.run(settings)

    tiered = solve_by_tier(instance, model, compiled, Settings(gap=0), once)
    assert [stage.tier for stage in tiered.stages] == [1]
    assert tiered.outcome.stop is stop
    if floor:
        # A plan in which agents get nothing breaks their floor.
        assert tiered.outcome.values is None
    else:
        assert tiered.outcome.objective == pytest.approx(120)
        assert tiered.outcome.bound is None


@pytest.mark.parametrize("ends", [1, 2])
def test_a_plan_to_start_from_is_not_lost_when_a_stage_ends_without_one(
    two_tiers: Instance, session: Session, ends: int
) -> None:
    # The first stage alone leaves agents unmet, for 120; the plan to start from serves them.
    best = solve(two_tiers, gap=0, session=session)
    decided = best.data.decisions
    assert decided is not None
    model = build(two_tiers)
    compiled = compile_model(model)
    growing = Growing(model, compiled, session, Settings(gap=0))
    calls = []

    def once(matrix: Matrix, settings: Settings, _: object) -> Outcome:
        calls.append(settings.start)
        if len(calls) == ends:
            return Outcome(Stop.TIME_LIMIT, Verdict.UNKNOWN)
        session.load(matrix)
        return session.run(replace(settings, start=None))

    start = compiled.at(recalled_values(model, decided))
    tiered = solve_by_tier(two_tiers, model, growing, Settings(gap=0, start=start), once)
    assert tiered.outcome.objective == pytest.approx(best.objective)
    assert tiered.outcome.verdict is Verdict.FEASIBLE
    assert tiered.outcome.bound is None
    if ends == 2:
        # The last stage begins with it, and not with the plan of the first.
        assert compiled.matrix.objective(calls[-1]) == pytest.approx(best.objective)


def test_nothing_is_left_when_the_first_stage_finds_nothing(two_tiers: Instance) -> None:
    model = build(two_tiers)
    tiered = solve_by_tier(
        two_tiers,
        model,
        compile_model(model),
        Settings(),
        lambda *_: Outcome(Stop.INTERRUPTED, Verdict.UNKNOWN),
    )
    assert tiered.stages == ()
    assert tiered.outcome.values is None
    assert tiered.outcome.stop is Stop.INTERRUPTED


def test_a_plan_is_not_optimal_after_a_stage_that_is_not(
    two_tiers: Instance, session: Session
) -> None:
    model = build(two_tiers)

    def doubtful(matrix: Matrix, settings: Settings, _: object) -> Outcome:
        session.load(matrix)
        outcome = session.run(settings)
        if settings.start is not None:
            return outcome
        assert outcome.objective is not None
        values = np.asarray(outcome.values)
        return Outcome(Stop.TIME_LIMIT, Verdict.FEASIBLE, values, outcome.objective, -50.0)

    tiered = solve_by_tier(two_tiers, model, compile_model(model), Settings(gap=0), doubtful)
    assert tiered.outcome.verdict is Verdict.FEASIBLE
    assert tiered.outcome.stop is Stop.TIME_LIMIT
    assert tiered.stages[0].bound == -50.0


def test_the_time_limit_is_shared(two_tiers: Instance) -> None:
    model = build(two_tiers)
    limits = []

    def slow(matrix: Matrix, settings: Settings, _: object) -> Outcome:
        limits.append(settings.time_limit)
        values = np.zeros(len(matrix.cost))
        return Outcome(Stop.TIME_LIMIT, Verdict.FEASIBLE, values, 0.0, None)

    solve_by_tier(two_tiers, model, compile_model(model), Settings(time_limit=1e-9), slow)
    # Nothing is left for the second stage, so that it is not begun.
    assert limits == [1e-9]


@pytest.mark.parametrize("price", [1e-3, 0.1, 1, 30, 1e3, 1e6])
def test_a_cap_of_all_but_nothing_can_be_kept(
    price: float, session: Session, at_cost: Callable[[Instance], Plan]
) -> None:
    # Chat takes half a block of 2 and keeps as much elsewhere; batch takes two halves, which may be
    # what is kept: two blocks at a hundredth of the price of an unmet unit.
    hours = 100
    chat = {"name": "chat", "amount": 1, "yields": {"tpu": 1}, "unmet_cost": price}
    instance = Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "now", "hours": hours}],
            "accelerators": {"tpu": {}},
            "blocks": {"pod": {"accelerator": "tpu", "accelerators": 2, "cost_per_period": price}},
            "facilities": {"north": {"installed": {"pod": 2}}, "south": {"installed": {"pod": 1}}},
            "network": {"regions": {"east": {}, "west": {}}},
            "demands": [
                {**chat, "survive": {"facility": 1}, "from": {"east": 0.4, "west": 0.6}},
                {**chat, "name": "batch", "yields": {"tpu": 0.5}, "tier": 2},
            ],
        }
    )
    # With a row in thousandths, whose limit was 2e-6, presolve called the second stage infeasible.
    plan = at_cost(instance)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(2 * price, rel=1e-5, abs=2e-6)


def test_what_is_served_beyond_an_amount_by_a_rounding_is_no_cap_below_nothing(
    two_tiers: Instance, session: Session
) -> None:
    built = build(two_tiers)
    compiled = compile_model(built)
    session.load(with_caps(two_tiers, built, compiled, (Stage(1, 0.0, 0.0, 0.0, 0.0),)))
    outcome = session.run()
    assert outcome.values is not None
    compiled.load(outcome.values)
    for served in built.served.values():
        served.set_value(served.value * (1 + 1e-9), skip_validation=True)
    # Chat is served 40.00000004 of 40 units.
    assert stage_of(Part(two_tiers, built), 1).unmet == 0


def test_a_demand_left_out_keeps_no_reserve(
    two_tiers: Instance, at_cost: Callable[[Instance], Plan]
) -> None:
    # Agents come later and survive the loss of a site: chat gets all 40 first, and a pod is left
    # at each site for agents, one of which is kept.
    sites = {"north": {"installed": {"pod": 3}}, "south": {"installed": {"pod": 3}}}
    safe = two_tiers.replace({"facilities": sites, "demands.agents.survive": {"facility": 1}})
    plan = at_cost(safe)
    (first,) = plan.data.stages
    assert first.unmet == 0
    assert plan.objective == pytest.approx(30 * 3, abs=1e-4)


def test_a_cap_that_is_loose_by_the_solvers_own_tolerance_cuts_no_plan_off(
    at_cost: Callable[[Instance], Plan],
) -> None:
    # Chat may be served by half at one site. Its cap leaves a millionth, which is the tolerance of
    # HiGHS by default: with that 1.16.0 cuts the best plan off, and calls one for $122,014 optimal.
    demands = [
        {"name": "train", "amount": 4.1, "yields": {"x": 0.5}, "unmet_cost": 2.3, "tier": 1,
         "whole_blocks": True, "max_facilities": 1, "where": {"facilities": ["b"]}},
        {"name": "batch", "amount": 0.89, "yields": {"x": 0.5}, "unmet_cost": 2.5, "tier": 3,
         "max_facilities": 1, "where": {"facilities": ["a"]}},
        {"name": "chat", "amount": 1.1, "yields": {"x": 1}, "unmet_cost": 3.1, "tier": 2,
         "whole_blocks": True, "max_facilities": 1, "max_share_per_facility": 0.5,
         "cost_per_unit_hour": 0.4},
    ]  # fmt: skip
    use = {"power_kw": 332}
    two_sites = Instance.parse(
        {
            "gridblock": 1,
            "accelerators": {"x": {}},
            "blocks": {
                "pair": {"accelerator": "x", "accelerators": 2, "uses": use},
                "one": {
                    "accelerator": "x", "accelerators": 1, "uses": use,
                    "cost_once": 6900, "supply": 1,
                },
            },
            "facilities": {
                "a": {
                    "on_order": {"pair": {"1": 1}},
                    "feeds": {"ups": {"mw": 0.533699}}, "fed_by": ["ups"],
                },
                "b": {"energy_per_mwh": 0.39},
            },
            "demands": demands,
            "limits": [{"name": "half", "measure": "energy", "max_share": 0.5, "penalty": 2.1}],
        }
    )  # fmt: skip
    # Nothing for train: 4.1 x 2.3 x 8760 h. Half of chat on one, for batch takes the pair: 0.55 x
    # (3.1 + 0.4) x 8760, the price of one and its 2,908.32 MWh at 0.39. Half of twice that energy
    # is beyond the limit, at 2.1.
    best = 82606.8 + 16863 + 6900 + 1134.2448 + 6107.472
    assert at_cost(two_sites).objective == pytest.approx(best)
