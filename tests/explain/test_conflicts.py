"""Infeasible instances built to have a known conflict: it is named, irreducible, and measured."""

from pathlib import Path
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.instances.relaxing import Relaxing
from gridblock.model.contradiction import Conflict
from gridblock.plan import Plan, solve
from gridblock.reports.plain_text import markdown
from gridblock.solvers.session import Session
from gridblock.why import WhyNot, explain
from rivals.worlds import world

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
FLOOR: dict[str, Any] = {"demands.chat.min_share": 0.75}


def why_not(instance: Instance, session: Session) -> WhyNot:
    """Explain why no plan of an instance can exist."""
    plan = solve(instance, session=session, raise_without_plan=False)
    assert plan.status == "infeasible"
    why = explain(plan, time_limit=None, session=session)
    assert isinstance(why, WhyNot)
    assert why.status == "explained"
    return why


def families(conflict: Conflict) -> set[str]:
    """Name the families of the rules that conflict."""
    return {party.rule.family for party in conflict.parties}


def test_a_floor_conflicts_with_power_and_both_are_measured(
    hall: Instance, session: Session
) -> None:
    # Three pods serve 30 of 60 units and three quarters are 45: five pods, 0.5 MW.
    given = hall.replace({**FLOOR, "facilities.north.limits.power_mw": 0.3})
    why = why_not(given, session)
    (conflict,) = why.conflicts
    assert families(conflict) == {"power_mw", "min_share"}
    assert conflict.irreducible
    least = {party.rule.family: party.least for party in conflict.parties}
    assert least["power_mw"] == pytest.approx(0.2, abs=1e-3)
    assert least["min_share"] == pytest.approx(0.25, abs=1e-3)
    assert all(party.alone for party in conflict.parties)
    assert why.data.fixed


def test_the_period_of_a_conflict_is_named(hall: Instance, session: Session) -> None:
    # The floor can be kept in the first hour, and not in the second.
    given = hall.replace({**FLOOR, "facilities.north.limits.power_mw": [1, 0.3]})
    (conflict,) = why_not(given, session).conflicts
    (power,) = (p.rule for p in conflict.parties if p.rule.family == "power_mw")
    assert power.periods == ("second",)


def test_a_budget_conflicts_with_a_floor(hall: Instance, session: Session) -> None:
    # Five pods at $1 keep the floor; $4 buy four.
    budget = {"name": "capex", "measure": "spend_once", "per": "horizon", "max": 4}
    why = why_not(hall.replace({**FLOOR, "limits": [budget]}), session)
    (conflict,) = why.conflicts
    assert families(conflict) == {"limits", "min_share"}
    least = {party.rule.family: party.least for party in conflict.parties}
    assert least["limits"] == pytest.approx(1, abs=1e-3)
    # Four pods serve 40 of 60 units.
    assert least["min_share"] == pytest.approx(0.75 - 2 / 3, abs=1e-3)


def test_a_conflict_of_three_rules_is_irreducible(hall: Instance, session: Session) -> None:
    # Pods from the north or the south would do: power there and there conflicts with the floor.
    site = {"limits": {"power_mw": 0.2}}
    given = hall.replace({**FLOOR, "facilities": {"north": site, "south": site}})
    (conflict,) = why_not(given, session).conflicts
    rules = {(p.rule.family, *p.rule.items) for p in conflict.parties}
    assert rules == {("power_mw", "north"), ("power_mw", "south"), ("min_share", "chat")}
    assert all(party.alone for party in conflict.parties)


def test_signed_lots_that_do_not_fit_conflict(hall: Instance, session: Session) -> None:
    option = {
        "name": "lease",
        "adds": [{"blocks": "pod", "at": "north", "count": 4}],
        "max": 1,
        "signed": {"first": 1},
    }
    given = hall.replace({"options": [option], "facilities.north.limits.power_mw": 0.3})
    (conflict,) = why_not(given, session).conflicts
    assert families(conflict) == {"power_mw", "signed"}


def test_what_only_whole_blocks_cause_is_found(hall: Instance, session: Session) -> None:
    # Four pods and a half fit by power: the linear relaxation keeps the floor of 45 units.
    given = hall.replace({**FLOOR, "facilities.north.limits.power_mw": 0.45})
    (conflict,) = why_not(given, session).conflicts
    assert families(conflict) == {"power_mw", "min_share"}


def test_two_conflicts_are_both_found(hall: Instance, session: Session) -> None:
    # Both demands have a floor, each in a facility of its own that is too small for it.
    site = {"limits": {"power_mw": 0.3}}
    chat = {**hall.plain()["demands"][0], "min_share": 0.75, "where": {"facilities": ["north"]}}
    batch = {**chat, "name": "batch", "where": {"facilities": ["south"]}}
    given = hall.replace({"facilities": {"north": site, "south": site}, "demands": [chat, batch]})
    why = why_not(given, session)
    assert len(why.conflicts) == 2
    assert all(conflict.irreducible for conflict in why.conflicts)
    assert why.data.fixed


def test_a_floor_over_the_plan_is_told_to_ask_for_less(hall: Instance, session: Session) -> None:
    # Ten pods of 0.1 MW are asked for where three have power: seven fewer, or 0.7 MW more.
    fewest = {"name": "presence", "measure": "blocks", "min": 10}
    given = hall.replace({"facilities.north.limits.power_mw": 0.3, "limits": [fewest]})
    why = why_not(given, session)
    text = markdown(why.document)
    assert "7 blocks less" in " ".join(text.split())
    assert "Ask for less by that limit" in text
    assert "higher limit" not in text


def test_a_rule_that_leaves_another_conflict_is_not_said_to_be_enough(session: Session) -> None:
    # 2,048 units are eight blocks: five have power, and none is for sale.
    floors = {f"demands.{i}.min_share": 1 for i in (0, 1)}
    given = read(GALLERY / "hard-floor.yaml").replace(floors)
    text = markdown(why_not(given, session).document)
    assert "leaves another conflict" in text
    assert "Relax one rule of each conflict that is enough by itself, and then a plan" in text


def check_conflicts(given: Instance, plan: Plan, session: Session) -> None:
    """Relax one rule of each conflict: a plan exists, by a solve of the test's own."""
    why = explain(plan, time_limit=None, session=session)
    assert isinstance(why, WhyNot)
    assert why.data.fixed
    relaxed = Relaxing(given).relaxed([conflict.parties[-1].rule for conflict in why.conflicts])
    again = solve(relaxed, session=session, raise_without_plan=False)
    assert again.status == "optimal"


@pytest.mark.slow
def test_random_conflicts_are_irreducible(session: Session) -> None:
    found = 0
    for seed in range(150):
        given = Instance.parse(world(seed))
        plan = solve(given, session=session, raise_without_plan=False)
        if plan.status == "infeasible" and not plan.data.stages:
            check_conflicts(given, plan, session)
            found += 1
    assert found >= 8
