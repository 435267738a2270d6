"""``gridblock stochastic`` as a planner types it, and what is saved of it."""

import json
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb
from gridblock.instances.faults import InstanceError

KNOWN = "order-before-you-know"


def words(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def test_what_to_order_is_told_and_saved(gridblock: Any, tmp_path: Path) -> None:
    ran = gridblock("stochastic", KNOWN, "-o", "hedge")
    assert ran.exit_code == 0
    told = words(ran.stdout)
    for said in (
        "Expected cost USD 50,000; 1 order before y2, the same whatever comes.",
        "In y1 order 5 pod for abilene: in service y2.",
        "Planning for the mean instead would cost USD 10,000 more.",
        "To know beforehand what comes would save USD 13,500.",
        "boom 20 % 155,000 110,000 45,000 75 %",
        "for the mean 35,000 0 30,000 23,500 35,000",
        "y1 5 pod for abilene 5",
    ):
        assert said in told
    assert max(map(len, ran.stdout.splitlines())) <= 80
    assert "saved hedge" in ran.stderr
    assert gridblock("audit", "hedge").exit_code == 0
    assert gridblock("audit", "hedge/scenarios/003-boom").exit_code == 0
    assert gridblock("report", "hedge", "-q").exit_code == 0
    assert "What is regretted" in (tmp_path / "hedge" / "report.html").read_text()
    assert "exists already" in gridblock("report", "hedge").stderr
    assert gridblock("stochastic", KNOWN, "--no-save", "--report").exit_code == 2
    again = gridblock("stochastic", KNOWN, "-o", "hedge")
    assert again.exit_code == 2
    assert "exists already" in again.stderr
    assert "solving" not in again.stderr


def test_what_is_saved_reads_back_as_it_was(gridblock: Any, tmp_path: Path) -> None:
    ran = gridblock("stochastic", KNOWN, "-o", "hedge", "--format", "json", "-q")
    printed = json.loads(ran.stdout)
    assert printed.pop("run") == "hedge"
    found = gb.read_stochastic("hedge")
    assert {**found.as_json(), "seconds": found.seconds} == printed
    assert found.objective == pytest.approx(50_000)
    assert found.plans["boom"].audit().ok
    assert found.data.hedge.value_of_solution.value == pytest.approx(10_000)
    copy = found.save("copy")
    for name in ("stochastic.json", "orders.csv", "scenarios.csv", "regret.csv", "instance.json"):
        assert (copy / name).read_bytes() == (tmp_path / "hedge" / name).read_bytes()


CHANGES = (
    ("instance.json", "abilene", "houston"),
    ("scenarios/003-boom/instance.json", "200", "300"),
    ("stochastic.json", '"strategies"', '"strategy"'),
    ("stochastic.json", "{", ""),
)


def test_a_run_that_was_changed_is_refused(gridblock: Any, tmp_path: Path) -> None:
    gridblock("stochastic", KNOWN, "-o", "hedge", "--only-plan")
    assert gb.read_stochastic("hedge").objective == pytest.approx(50_000)
    for file, old, new in CHANGES:
        path = tmp_path / "hedge" / file
        text = path.read_text()
        path.write_text(text.replace(old, new))
        with pytest.raises(InstanceError):
            gb.read_stochastic("hedge")
        path.write_text(text)
    with pytest.raises(InstanceError, match="no such file"):
        gb.read_stochastic("elsewhere")


@pytest.mark.parametrize("form", ["json", "csv", "md"])
def test_it_is_written_in_every_form(gridblock: Any, form: str) -> None:
    ran = gridblock("stochastic", KNOWN, "--no-save", "--format", form)
    assert ran.exit_code == 0
    if form == "json":
        answer = json.loads(ran.stdout)
        assert answer["orders"] == answer["orders_without_regret"]
        assert answer["value_of_stochastic_solution"]["value"] == pytest.approx(10_000)
        assert answer["run"] is None
    if form == "csv":
        assert ran.stdout.splitlines()[0].startswith("scenario,probability,cost,cost_if_known")
        assert len(ran.stdout.splitlines()) == 4
    if form == "md":
        assert "| boom |" in ran.stdout


def test_the_worst_outcomes_may_count(gridblock: Any) -> None:
    how = ("--cvar-weight", "50%", "--cvar-level", "80%", "--no-save")
    told = words(gridblock("stochastic", KNOWN, *how).stdout)
    assert "In y1 order 1 lot of substation: in service y2." in told
    assert "The worst 20 % cost USD 140,000 on average" in told
    assert "weighed so, USD 100,000" in told


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("first",), 3, "scenarios: are not given; give each one, such as probability: 0.2"),
        ((KNOWN, "--resolves", "y3"), 2, "'y3' is not a period"),
        ((KNOWN, "--resolves", "y1"), 2, "nothing can be ordered before y1"),
        ((KNOWN, "--cvar-level", "100%"), 2, "nothing is left to be among the worst"),
        ((KNOWN, "--samples", "0"), 2, "1 future or more can be drawn"),
        ((KNOWN, "--only-plan", "--time-limit", "0"), 6, "before a plan was found"),
        (
            (KNOWN, "--set", "demands.chat.min_share=1", "--set", "options.0.max=2"),
            *(4, "no plan can exist if boom comes"),
        ),
    ],
)
def test_without_a_plan_it_says_why(
    gridblock: Any, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ran = gridblock("stochastic", *arguments, "--no-save")
    assert ran.exit_code == code
    assert said in words(ran.stdout + ran.stderr.replace("│", " "))


def test_many_scenarios_fit_the_page(gridblock: Any) -> None:
    many = [
        {"name": f"a demand of {n} units, give or take", "probability": 0.1, "set": {}}
        for n in range(6)
    ]
    for i, each in enumerate(many):
        each["set"] = {"demands.chat.amount": [0, 20 * i]}
    ran = gridblock("stochastic", KNOWN, "--no-save", "--set", f"scenarios={json.dumps(many)}")
    assert ran.exit_code == 0
    assert max(map(len, ran.stdout.splitlines())) <= 80
    few = json.dumps(many[:3])
    ran = gridblock("stochastic", KNOWN, "--no-save", "--set", f"scenarios={few}")
    assert "Column 2 is a demand of 0 units, give or take" in words(ran.stdout)
    assert max(map(len, ran.stdout.splitlines())) <= 80
