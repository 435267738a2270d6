"""What is said of blockers: in the instance's words, with figures, in 80 columns."""

import io

import pytest
from rich.console import Console

from explain.conftest import Explain, hall_data
from explain.test_known_blockers import ALL, THREE
from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import Relaxation
from gridblock.model.account import account
from gridblock.model.explanation import Blocker, Explanation
from gridblock.plan import solve
from gridblock.reports.evidence import Evidence
from gridblock.reports.terminal import show
from gridblock.solvers.session import Session

SAID = {
    "power_mw": "critical power in north",
    "grid_mw": "grid power in north",
    "racks": "racks in north",
    "water": "water in north",
    "limits": "the limit capex on spend once over the horizon",
    "supply": "supply of h100",
    "gbps": "capacity of east-north",
    "feeds": "power feeds in north",
    "max": "lots of lease",
    "max_ms": "the round trip of 100\N{NO-BREAK SPACE}ms from east",
    "where": "where: not north",
    "block_where": "where pod may stand",
}


def shown(document: object) -> str:
    """Give what a terminal of 80 columns shows."""
    console = Console(file=io.StringIO(), width=80)
    show(document, console)  # type: ignore[arg-type]
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


@pytest.mark.parametrize("family", SAID)
def test_a_blocker_is_named_in_the_instance_s_words(
    family: str, hall: Instance, explained: Explain
) -> None:
    why = explained(hall.replace({**THREE, **ALL}[family]))
    assert {reason.blocker for reason in why.reasons.values()} == {SAID[family]}
    assert set(why.reasons) == {("chat", "first"), ("chat", "second")}
    text = shown(why.document)
    assert max(map(len, text.splitlines())) <= 80
    assert SAID[family].replace("\N{NO-BREAK SPACE}", " ") in " ".join(text.split())


def test_evidence_says_how_full_it_is_and_what_a_re_solve_shows(
    hall: Instance, explained: Explain
) -> None:
    why = explained(hall.replace(THREE["power_mw"]))
    said = " ".join(why.reasons["chat", "first"].evidence).replace("\N{NO-BREAK SPACE}", " ")
    assert "In the plan north is 100 % full in first: 0.3 of 0.3 MW." in said
    assert "With unlimited critical power in north, 100 % of it is served" in said
    assert "0.3 MW more of north are worth USD 57" in said


def test_the_price_at_which_serving_pays_is_said(hall: Instance, explained: Explain) -> None:
    why = explained(hall.replace({"blocks.pod.cost_once": 1000}))
    reason = why.reasons["chat", "first"]
    assert "it is cheaper not to serve it" in reason.blocker
    said = " ".join(reason.evidence).replace("\N{NO-BREAK SPACE}", " ")
    assert "pays from USD 50" in said
    assert "demands.chat.unmet_cost" in reason.next_step


def test_blockers_that_go_together_say_what_each_does_alone(
    hall: Instance, explained: Explain
) -> None:
    why = explained(hall.replace({**THREE["power_mw"], **THREE["racks"]}))
    reason = why.reasons["chat", "first"]
    assert reason.blocker.endswith("which must go together")
    said = " ".join(reason.evidence).replace("\N{NO-BREAK SPACE}", " ")
    assert "Each alone serves of it: critical power 0 %; racks 0 %." in said


def test_periods_are_named_from_and_until(hall: Instance, explained: Explain) -> None:
    why = explained(hall.replace({"facilities.north.limits.power_mw": [1, 0.3]}))
    assert why.reasons["chat", "second"].blocker == "critical power in north in second"
    table = why.table()
    assert list(table["period"]) == ["second"]
    assert list(table["rules"]) == ["power_mw: north"]


def test_evidence_is_of_places_and_chips_that_the_demand_could_use(session: Session) -> None:
    # South is full with 3 pods in 0.3 MW, north not quite with 3 in 0.35; chat may use north only.
    data = hall_data()
    data["facilities"] = {
        "south": {"limits": {"power_mw": 0.3}},
        "north": {"limits": {"power_mw": 0.35}},
    }
    data["accelerators"] = {"tpu": {"supply": 30}, "h100": {"supply": 40}}
    data["blocks"] = {
        name: {"accelerator": chip, "accelerators": 10, "uses": {"power_kw": 100}, "cost_once": 0}
        for name, chip in (("pod", "h100"), ("rack", "tpu"))
    }
    chat = data["demands"][0] | {"where": {"facilities": ["north"]}}
    mail = chat | {"name": "mail", "yields": {"tpu": 1}, "where": {"facilities": ["south"]}}
    instance = Instance.parse(data | {"demands": [chat, mail]})
    plan = solve(instance, gap=1e-9, session=session)
    books = account(instance, plan.data.decisions)
    nothing = Explanation(instance.name, instance.hash, plan.objective, "explained", 0.0)
    evidence = Evidence(instance, nothing, plan.data.decisions, books)
    said = {
        family: evidence.of(
            Blocker("chat", ("first",), (Relaxation(family, items),), unmet=30, after=0)
        )[0].replace("\N{NO-BREAK SPACE}", " ")
        for family, items in (("power_mw", ("south", "north")), ("supply", ("tpu", "h100")))
    }
    assert said["power_mw"] == "In the plan north is 85.7 % full in first: 0.3 of 0.35 MW."
    assert said["supply"] == "In the plan h100 is 75 % full in first: 30 of 40 accelerators."
