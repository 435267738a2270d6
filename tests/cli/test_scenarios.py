"""``--scenario`` as a planner types it."""

import json
from pathlib import Path
from typing import Any

import pytest

from gridblock.commands import sources

DEAL = "permit-late-or-demand-high"


@pytest.mark.parametrize(
    ("flags", "name", "cost"),
    [
        # The optima are worked out in the instance.
        (("--scenario", "permit-late"), "+permit-late", 165_000),
        (("--scenario", "demand-high"), "+demand-high", 146_000),
        (("--scenario", "permit-late,demand-high"), "+permit-late+demand-high", 237_000),
        (
            ("--scenario", "demand-high", "--scenario", "permit-late"),
            "+demand-high+permit-late",
            237_000,
        ),
        # What is set comes last: batch asks for nothing, so 46 x $2 in y1, 5 + 5 pods.
        (
            ("--set", "demands.batch.amount=0", "--scenario", "demand-high"),
            "+demand-high",
            92_000 + 10_000,
        ),
    ],
)
def test_scenarios_come_true(
    gridblock: Any, flags: tuple[str, ...], name: str, cost: float
) -> None:
    ran = gridblock("solve", DEAL, *flags, "--no-save", "--format", "json")
    assert ran.exit_code == 0
    answer = json.loads(ran.stdout)
    assert answer["instance"] == DEAL + name
    assert answer["objective"] == pytest.approx(cost, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("permit-lat", "there is no scenario 'permit-lat'; did you mean 'permit-late'?"),
        ("permit-late,permit-late", "names the scenario 'permit-late' a second time"),
    ],
)
def test_a_scenario_that_cannot_be_is_a_bad_instance(gridblock: Any, name: str, said: str) -> None:
    ran = gridblock("solve", DEAL, "--scenario", name)
    assert ran.exit_code == 3
    assert f"--scenario: {said}" in ran.stderr
    assert ran.stdout == ""


def test_check_lists_scenarios_with_what_they_change(gridblock: Any) -> None:
    shown = gridblock("check", DEAL).stdout
    assert "2 scenarios" in shown
    assert "as it stands 50 %" in shown
    assert "permit-late" in shown
    assert max(map(len, shown.splitlines())) <= 80
    understood = json.loads(gridblock("check", DEAL, "--format", "json").stdout)["understood"]
    assert understood["scenarios"]["demand-high"] == {
        "probability": 0.3,
        "set": {"demands.*.amount": "*1.2"},
    }
    late = gridblock("check", DEAL, "--scenario", "permit-late", "--format", "json").stdout
    assert json.loads(late)["understood"]["scenarios"] == {}


def test_commands_that_take_an_instance_take_scenarios(gridblock: Any) -> None:
    late = ("--scenario", "permit-late")
    assert gridblock("convert", DEAL, "late.json", *late).exit_code == 0
    assert gridblock("convert", "late.json", "late.yaml").exit_code == 0
    assert gridblock("export", DEAL, "-o", "late.lp", *late).exit_code == 0
    again = gridblock("solve", "late.yaml", "--no-save", "--format", "json").stdout
    assert json.loads(again)["objective"] == pytest.approx(165_000)
    assert f"{DEAL}+permit-late" in gridblock("explain", DEAL, *late, "--no-save").stdout
    assert f"{DEAL}+permit-late" in gridblock("pareto", DEAL, *late, "--no-save").stdout


def test_a_run_is_explained_as_it_is(gridblock: Any) -> None:
    gridblock("solve", DEAL, "-o", "run", "-q")
    assert gridblock("explain", "run", "--scenario", "permit-late").exit_code == 2
    assert gridblock("export", "run", "-o", "x.xlsx", "--scenario", "permit-late").exit_code == 2


def test_a_plan_of_a_scenario_is_audited_against_the_instance_with_it(gridblock: Any) -> None:
    gridblock("solve", DEAL, "--scenario", "permit-late", "-o", "run", "-q")
    late = ("audit", "run", "--scenario", "permit-late")
    assert gridblock(*late, "--instance", DEAL).exit_code == 0
    assert gridblock("audit", "run", "--instance", DEAL).exit_code == 8
    assert gridblock(*late).exit_code == 2


def test_check_writes_probabilities_as_they_are_given(gridblock: Any) -> None:
    odd = ("--set", "scenarios.permit-late.probability=0.125")
    shown = gridblock("check", DEAL, *odd).stdout
    assert "12.5 %" in shown
    assert "as it stands 57.5 %" in shown


def test_a_scenario_is_data_only(gridblock: Any) -> None:
    gridblock("convert", DEAL, "plain.json", "--set", "scenarios=[]")
    gridblock("export", DEAL, "-o", "with.lp")
    gridblock("export", "plain.json", "-o", "without.lp")
    assert Path("with.lp").read_text() == Path("without.lp").read_text()


def test_names_of_scenarios_complete() -> None:
    assert sources.scenarios(DEAL) == ["permit-late", "demand-high"]
    assert sources.scenarios("nothing") == []
