"""A run without a plan, and the folder of a run where an instance is due."""

import json
from pathlib import Path
from typing import Any

import pytest


def test_a_run_without_a_plan_says_so_everywhere(
    gridblock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert gridblock("solve", "first", "--time-limit", "0", "-o", "run").exit_code == 6
    why = "has no plan: none was found before a limit"
    audited = gridblock("audit", "run")
    assert audited.exit_code == 0
    assert why in audited.stdout
    assert "keeps every rule" not in audited.stdout
    priced = gridblock("prices", "run")
    assert priced.exit_code == 6
    assert f"run {why}; there is nothing to price" in priced.stderr
    told = gridblock("prices", "run", "--format", "json")
    assert told.exit_code == 6
    assert json.loads(told.stdout).items() >= {"marginals": None, "steps": None}.items()
    begun = gridblock("solve", "first", "--from", "run", "--no-save")
    assert begun.exit_code == 0
    assert why in begun.stderr


@pytest.mark.parametrize("command", ["solve", "check", "pareto"])
def test_the_folder_of_a_run_is_no_instance(gridblock: Any, tmp_path: Path, command: str) -> None:
    gridblock("solve", "first", "--time-limit", "0", "-o", "run")
    ran = gridblock(command, "run")
    assert ran.exit_code == 3
    assert f"its instance is {Path('run') / 'instance.json'}" in ran.stderr


@pytest.mark.parametrize("command", ["explain", "prices", "report", "diff first", "compare run"])
def test_a_plan_without_its_instance_may_be_given_that(
    gridblock: Any, tmp_path: Path, command: str
) -> None:
    gridblock("solve", "first", "-q", "-o", "run")
    tmp_path.joinpath("alone.json").write_text((tmp_path / "run" / "plan.json").read_text())
    ran = gridblock(*command.split(), "alone.json")
    assert ran.exit_code == 3
    told = "alone.json: has no instance.json beside it; `gridblock convert` writes what it plans"
    assert f"{told} there\n1 fault" in ran.stderr
    assert gridblock("convert", "first", "instance.json").exit_code == 0
    assert gridblock(*command.split(), "alone.json").exit_code == 0


def test_a_plan_is_no_instance(gridblock: Any, tmp_path: Path) -> None:
    gridblock("solve", "first", "-q", "-o", "run")
    plan = Path("run") / "plan.json"
    ran = gridblock("solve", plan)
    assert ran.exit_code == 3
    assert f"{plan}: is a plan, not an instance; give what it plans\n1 fault" in ran.stderr


@pytest.mark.parametrize(
    "command", ["explain", "prices", "report", "export", "diff first", "compare run"]
)
def test_a_run_whose_instance_was_changed_since_is_refused(
    gridblock: Any, tmp_path: Path, command: str
) -> None:
    gridblock("solve", "first", "-q", "-o", "run")
    file = tmp_path / "run" / "instance.json"
    file.write_text(file.read_text().replace("6000", "7000"))
    ran = gridblock(*command.split(), "run")
    assert ran.exit_code == 3
    assert "is of another instance than the one beside it" in ran.stderr
    file.unlink()
    ran = gridblock(*command.split(), "run")
    assert ran.exit_code == 3
    assert "has no instance.json beside it" in ran.stderr
