"""The audit of one plan for several scenarios finds what does not go together."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb
from gridblock.model.audit_together import COSTS, LIKELY, SAME, WEIGHED, audit_together
from gridblock.model.findings import Report
from gridblock.plan import Plan

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def solved() -> gb.Stochastic:
    """Substations that come too late in one scenario, and are paid half in each year there."""
    known = gb.read(GALLERY / "order-before-you-know.yaml")
    slow = {"demands.chat.amount": [0, 100], "options.substation.lead": 2}
    given = known.replace(
        {
            "options.substation.pay": [0.5, 0.5],
            "discount_rate": 0.1,
            "scenarios.0.set": slow,
            "scenarios.0.probability": 0.1,
            "scenarios.1.set": {"demands.chat.amount": [0, 900]},
            "scenarios.1.probability": 0.8,
        }
    )
    return gb.stochastic(given, gap=1e-9, cvar_weight=0.3, cvar_level=0.85, compare=False)


def audited(plans: dict[str, Plan], stated: dict[str, Any]) -> Report:
    return audit_together({n: (p.instance, p.data) for n, p in plans.items()}, stated)


def test_what_was_solved_is_in_order(solved: gb.Stochastic) -> None:
    report = solved.audit()
    assert report.ok
    # Two orders in each of three scenarios; expected cost, objective, the worst, and the bound.
    assert [report.checked[rule] for rule in (SAME, COSTS, WEIGHED, LIKELY)] == [6, 3, 4, 1]
    assert solved.plans["growth"].data.decisions.ordered == {}


def order_more(stated: dict[str, Any]) -> None:
    stated["orders"][0]["count"] += 1


def forget_an_order(stated: dict[str, Any]) -> None:
    stated["orders"].pop()


def cost_less(stated: dict[str, Any]) -> None:
    stated["scenarios"][1]["cost"] -= 1


def expect_less(stated: dict[str, Any]) -> None:
    stated["expected"] -= 1


def weigh_less(stated: dict[str, Any]) -> None:
    stated["objective"] -= 1


def fear_less(stated: dict[str, Any]) -> None:
    stated["cvar"]["value"] -= 1


def bound_above(stated: dict[str, Any]) -> None:
    stated["bound"] *= 1.1


def be_surer(stated: dict[str, Any]) -> None:
    stated["scenarios"][0]["probability"] += 0.1


def know_sooner(stated: dict[str, Any]) -> None:
    stated["resolves"] = stated["periods"][0]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (order_more, SAME),
        (forget_an_order, SAME),
        (know_sooner, SAME),
        (cost_less, COSTS),
        (expect_less, WEIGHED),
        (weigh_less, WEIGHED),
        (fear_less, WEIGHED),
        (bound_above, WEIGHED),
        (be_surer, LIKELY),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_what_was_changed_is_found(solved: gb.Stochastic, change: Change, rule: str) -> None:
    stated = deepcopy(solved.as_json())
    change(stated)
    assert rule in {finding.rule for finding in audited(solved.plans, stated).findings}


def test_the_plan_of_another_scenario_is_found(solved: gb.Stochastic) -> None:
    mixed = {**solved.plans, "boom": solved.plans["as it stands"]}
    found = {
        finding.where.partition(":")[0] for finding in audited(mixed, solved.as_json()).findings
    }
    assert "boom" in found


def test_each_plan_is_audited_by_itself(solved: gb.Stochastic) -> None:
    other = Plan(solved.instance, solved.plans["boom"].data)
    broken = audited({**solved.plans, "boom": other}, solved.as_json()).findings
    assert any(finding.where.startswith("boom: ") for finding in broken)
