"""A run without a plan, and the folder of a run where an instance is due."""

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
    begun = gridblock("solve", "first", "--from", "run", "--no-save")
    assert begun.exit_code == 0
    assert why in begun.stderr


@pytest.mark.parametrize("command", ["solve", "check", "pareto"])
def test_the_folder_of_a_run_is_no_instance(gridblock: Any, tmp_path: Path, command: str) -> None:
    gridblock("solve", "first", "--time-limit", "0", "-o", "run")
    ran = gridblock(command, "run")
    assert ran.exit_code == 3
    assert f"its instance is {Path('run') / 'instance.json'}" in ran.stderr


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
