"""One plan for several scenarios in words, tables, charts and on a page."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.instances.outlook import AS_IT_STANDS, futures_of
from gridblock.model.common_orders import Order
from gridblock.model.extensive import EXPECTED, Risk
from gridblock.model.plan import Stage
from gridblock.reports.charts import hedge as charts
from gridblock.reports.html.hedge import page
from gridblock.reports.sections import Document
from gridblock.reports.stochastic import document
from gridblock.reports.stochastic_json import as_json, restored
from gridblock.reports.stochastic_tables import COLUMNS, table
from gridblock.solvers.stochastic.found import Hedge, Strategy
from gridblock.solvers.stochastic.plan import StochasticPlan

EVIL = "<script>alert(1)</script>"
PODS, LOTS = Order("y1", "pod", "a"), Order("y1", "hall")


@pytest.fixture
def plan() -> StochasticPlan:
    """Five pods, or one lot for high demand; one scenario is called as nobody should."""
    instance = Instance.parse(
        {
            "gridblock": 1,
            "name": "halls",
            "periods": [{"name": "y1", "hours": 1}, {"name": "y2", "hours": 1}],
            "accelerators": {"h100": {}},
            "blocks": {
                "pod": {"accelerator": "h100", "accelerators": 1, "cost_once": 1, "lead": 1}
            },
            "facilities": {"a": {"limits": {"racks": 5}}},
            "options": [{"name": "hall", "adds": [{"limit": "racks", "at": "a", "amount": 5}]}],
            "demands": [{"name": "d", "amount": 1, "yields": {"h100": 1}, "unmet_cost": 1}],
            "scenarios": [
                {"name": EVIL, "probability": 0.25, "set": {"blocks.pod.lead": 2}},
                {"name": "high", "probability": 0.25, "set": {"demands.d.amount": 9}},
            ],
        }
    )
    names = (AS_IT_STANDS, EVIL, "high")
    nothing = dict.fromkeys(names)

    def strategy(name: str, decided: Any, *costs: float | None) -> Strategy:
        barred = tuple(n for n, cost in zip(names, costs, strict=True) if cost is None)
        return Strategy(name, decided, dict(zip(names, costs, strict=True)), nothing, barred)

    hedge = Hedge(
        probability={AS_IT_STANDS: 0.5, EVIL: 0.25, "high": 0.25},
        risk=EXPECTED,
        status="optimal",
        stop="finished",
        plan=strategy("plan", {PODS: 5}, 100.0, 200.0, 400.0),
        bound=200.0,
        future=strategy("future", {}, 100.0, 180.0, 300.0),
        own=(
            strategy(AS_IT_STANDS, {PODS: 5}, 100.0, 200.0, 400.0),
            strategy(EVIL, {PODS: 2}, 150.0, 180.0, 500.0),
            strategy("high", {PODS: 5, LOTS: 1}, 160.0, None, 300.0),
        ),
        mean=strategy("mean", {PODS: 5, LOTS: 1}, 160.0, None, 300.0),
        barred={LOTS: (EVIL,)},
    )
    return StochasticPlan(instance, futures_of(instance), 1, hedge, (), ("blocks.pod.lead",), 1e-3)


def words(told: Document) -> str:
    return " ".join((*told.sentences, *told.points)).replace("\xa0", " ")


def test_sentences_say_what_to_do_and_what_it_is_worth(plan: StochasticPlan) -> None:
    said = words(document(plan))
    # 0.5 x 100 + 0.25 x 200 + 0.25 x 400, of which a quarter is lost by not knowing: 20 and 100.
    assert "Expected cost USD 200; 1 order before y2, the same whatever comes." in said
    assert "Optimal. No plan for all scenarios costs less." in said
    assert "The worst 10 % cost USD 400 on average." in said
    assert "What would be ordered for the mean cannot be carried out if" in said
    assert "To know beforehand what comes would save USD 30." in said
    assert "In y1 order 5 pod for a: in service y2, after the horizon if" in said
    assert "Not ordered before y2, since it cannot be if" in said


def test_other_ends_are_told_as_they_are(plan: StochasticPlan) -> None:
    def said(**changes: Any) -> str:
        return words(document(replace(plan, hedge=replace(plan.hedge, **changes))))

    none = {"plan": None, "bound": None}
    assert "no plan can exist if high comes" in said(**none, impossible=("high",))
    assert "although each has a plan" in said(**none, status="infeasible")
    told = said(**none, status="infeasible", own=(), mean=None)
    assert "Infeasible: no orders before y2 suit all scenarios." in told
    assert "before a plan was found" in said(**none, status="no_plan", stop="time_limit")
    assert "(gap 25 %)" in said(status="feasible", stop="time_limit", bound=150.0)
    by_tiers = said(stages=(Stage(1, 100.0, 100.0, 0.0, 0.0),))
    assert "No plan for all scenarios that gives earlier tiers as much costs less." in by_tiers
    assert "is not proven" in said(status="feasible", stop="time_limit", bound=None)
    weighed = said(risk=Risk(0.5, 0.75))
    assert "which counts 50 %, and the expected cost the rest: weighed so, USD 300." in weighed
    mean = replace(plan.hedge.plan, name="mean")
    assert "Planning for the mean instead would cost as much." in said(mean=mean)
    alone = replace(mean, costs=dict.fromkeys(mean.costs), barred=("mean",))
    assert "The mean of all scenarios has no plan." in said(mean=alone)
    last = replace(plan, resolves=2)
    assert "To order at any time:" in words(document(last))


def test_tables_have_what_the_sentences_say(plan: StochasticPlan) -> None:
    scenarios, regrets, common, kept = document(plan).sections
    assert scenarios.rows[2] == ("high", "25 %", "400", "300", "100", "")
    assert scenarios.totals == (("expected", "", "200", "170", "30", ""),)
    assert [row[0] for row in regrets.rows][:3] == ["this plan", "for the mean", AS_IT_STANDS]
    assert regrets.rows[0][1:] == ("0", "20", "100", "30", "100")
    assert regrets.rows[1][1:] == ("60", "none", "0", "none", "none")
    assert regrets.note.startswith("None: what is ordered for one cannot be carried out")
    assert common.rows == (("y1", "2 pod for a", "5"),)
    assert kept.note == "As they stand, since they have no mean: blocks.pod.lead."


def test_frames_are_tidy(plan: StochasticPlan) -> None:
    assert table("scenarios", plan)["regret"].tolist() == [0, 20, 100]
    regret = table("regret", plan)
    assert len(regret) == 5 * 3
    assert regret["possible"].tolist().count(False) == 2
    orders = table("orders", plan)
    assert orders[orders["of"] == "high"]["kind"].tolist() == ["blocks", "lots"]
    with pytest.raises(ValueError, match=f"there is no table 'x': {', '.join(COLUMNS)}"):
        table("x", plan)


def test_plain_data_gives_the_plan_back(plan: StochasticPlan) -> None:
    data = json.loads(json.dumps(as_json(plan)))
    again = restored(data, plan.instance, plan.futures, {})
    assert again == replace(plan, hedge=replace(plan.hedge, future=again.hedge.future))
    assert again.hedge.future.costs == plan.hedge.future.costs
    assert as_json(again) == as_json(plan)
    assert data["orders"][0]["in_service"] == {AS_IT_STANDS: "y2", EVIL: None, "high": "y2"}


def test_charts_draw_regret_costs_and_orders(plan: StochasticPlan) -> None:
    drawn = charts.all_of(plan)
    assert [*drawn] == ["orders", "costs", "regret"]
    (heat,) = drawn["regret"].figure.data
    assert [list(row) for row in heat.z] == [
        [0, 20, 100],
        [60, None, 0],
        [0, 20, 100],
        [50, 0, 200],
        [60, None, 0],
    ]
    assert heat.text[1][1] == "no plan"
    assert "up to USD 200, if high comes" in drawn["regret"].says.replace("\xa0", " ")
    dots = {trace.name: list(trace.x) for trace in drawn["costs"].figure.data}
    assert dots == {
        "this plan": [100, 200, 400],
        "for the mean": [160, 300],
        "if known": [100, 180, 300],
    }
    (counts,) = drawn["orders"].figure.data
    assert [list(row) for row in counts.text] == [
        ["5", "5", "5", "2", "5"],
        ["0", "1", "0", "0", "1"],
    ]
    assert "1 of 2 are in the best plan of every scenario" in drawn["orders"].says
    alone = replace(plan, hedge=replace(plan.hedge, own=(), mean=None, future=None))
    assert [*charts.all_of(alone)] == ["orders", "costs"]
    nothing = replace(alone, hedge=replace(alone.hedge, plan=None))
    assert charts.all_of(nothing) == {}


def test_the_page_loads_nothing_and_takes_names_for_text(plan: StochasticPlan) -> None:
    html = page(plan)
    assert EVIL not in html
    assert not re.search(r"<(?:link|script|img)[^>]+(?:src|href)=[\"']?http", html)
    assert re.search(r"default-src (?:'|&#39;)none", html)
    figures = re.search(r'<script type="application/json" id="figures">(.*?)</script>', html)
    assert figures is not None
    assert set(json.loads(figures[1])) == {"orders", "costs", "regret"}
    assert "What is regretted, if another one comes" in html
    nothing = replace(plan, hedge=replace(plan.hedge, plan=None, own=(), mean=None, future=None))
    assert "What is regretted" not in page(nothing)
