"""``gridblock export``: a file that other solvers read as the same model."""

import errno
import logging
from pathlib import Path
from typing import Any

import highspy
import pytest


def optimum(path: Path) -> float:
    highs = highspy.Highs()
    highs.silent()
    assert highs.readModel(str(path)) == highspy.HighsStatus.kOk
    highs.run()
    return float(highs.getInfo().objective_function_value)


@pytest.mark.parametrize("name", ["first.mps", "first.lp"])
def test_another_solver_finds_the_same_optimum(gridblock: Any, tmp_path: Path, name: str) -> None:
    ran = gridblock("export", "first", "-o", name)
    assert ran.exit_code == 0
    assert ran.stdout == ""
    assert optimum(tmp_path / name) == pytest.approx(138_562_608)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["tiers.mps", "tiers.lp"])
def test_that_tiers_are_not_kept_is_told_and_written(
    gridblock: Any, tmp_path: Path, name: str
) -> None:
    # See tier-waits.yaml: by tiers (512 x 5 + 256 x 1) x 1000, and by price alone, as another
    # solver finds, (512 x 2 + 256 x 1) x 1000.
    ran = gridblock("export", "tier-waits", "-o", name)
    assert ran.exit_code == 0
    assert "Tiers are not kept here: all demands count alike." in ran.stderr
    assert optimum(tmp_path / name) == pytest.approx(1_280_000)
    first = (tmp_path / name).read_text().splitlines()[0]
    assert first[1:] == " Tiers are not kept here: all demands count alike."
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert "Tiers" not in gridblock("export", "first", "-o", "first.lp").stderr


def test_rules_keep_their_names(gridblock: Any, tmp_path: Path) -> None:
    gridblock("export", "power-binds", "-o", "m.lp")
    assert "power" in (tmp_path / "m.lp").read_text()


@pytest.mark.parametrize("output", ["m.txt", "no/folder/m.lp", "."])
def test_a_file_that_cannot_be_written_is_bad_usage(gridblock: Any, output: str) -> None:
    assert gridblock("export", "first", "-o", output).exit_code == 2


def test_the_file_must_be_named(gridblock: Any) -> None:
    assert gridblock("export", "first").exit_code == 2


def test_a_run_is_written_as_a_workbook(gridblock: Any, tmp_path: Path) -> None:
    gridblock("solve", "first", "-o", "run")
    for arguments in (("run",), ("run/plan.json",), ("run", "-o", "mine.xlsx")):
        assert gridblock("export", *arguments).exit_code == 0
    made = [(tmp_path / name).read_bytes() for name in ("run/plan.xlsx", "mine.xlsx")]
    assert made[0] == made[1]


def test_a_workbook_is_written_of_runs_alone(gridblock: Any) -> None:
    ran = gridblock("export", "first", "-o", "x.xlsx")
    assert ran.exit_code == 3
    assert "is no run" in ran.stderr
    gridblock("solve", "first", "-o", "run")
    assert gridblock("export", "run", "-o", "x.xlsx", "--set", "name=x").exit_code == 2


def test_a_model_that_is_not_written_in_the_end_is_called_as_it_was_asked_for(
    gridblock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(path: Path, _: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "replace", forbid)
    ran = gridblock("export", "first", "-o", "x.mps")
    assert ran.exit_code == 1
    assert ran.stderr.splitlines()[-1] == "error: x.mps: permission denied"
    assert not any(tmp_path.iterdir())


def test_nothing_is_said_of_the_name_of_a_file(gridblock: Any) -> None:
    # What Pyomo warns of goes to standard output, which is the answer alone.
    said: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("pyomo").addHandler(handler)
    try:
        assert gridblock("export", "first", "-o", "first.lp").exit_code == 0
    finally:
        logging.getLogger("pyomo").removeHandler(handler)
    assert said == []
