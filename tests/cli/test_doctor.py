"""What is installed: told with remedies, and found out where it plans wrongly."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gridblock import doctor, machine
from gridblock.solvers import versions
from gridblock.solvers.outcome import SolverError
from gridblock.solvers.session import Session


def states(answer: Any) -> dict[str, str]:
    return {check["name"]: check["state"] for check in json.loads(answer.stdout)["checks"]}


def test_all_is_well_here(gridblock: Any) -> None:
    ran = gridblock("doctor", "--format", "json")
    assert ran.exit_code == 0, ran.stdout
    told = {check["name"]: check for check in json.loads(ran.stdout)["checks"]}
    # 2 x + 3 z with x + z >= 4.5: x costs less, so 2 x 4.5 = 9; HiGHS 1.14.0 says 15.
    assert told["whole number and share"]["found"] == "9"
    # 2 x + 4 z is even, and never 1.
    assert told["no whole number fits"]["found"] == "infeasible"
    # 28 pods in 10 MW: see first.yaml.
    assert told["example first"]["found"] == "138,562,608"
    assert told["highspy"]["state"] == "ok"
    assert int(told["cores"]["found"]) >= 1


def test_each_form_fits_and_names_what_is_needed(
    gridblock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "of_solver", list)
    shown = gridblock("doctor").stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "highspy" in shown
    assert "| highspy |" in gridblock("doctor", "--format", "md").stdout
    assert gridblock("doctor", "--format", "csv").stdout.startswith("group,name,found,state,")


def test_a_wrong_answer_is_a_mismatch(gridblock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # What HiGHS 1.14.0 answers to 2 x + 3 z; the real one gives it in a process of its own.
    monkeypatch.setattr(doctor, "_fixed_charge", lambda: "15")
    ran = gridblock("doctor")
    assert ran.exit_code == 8
    assert "do not plan with this installation" in ran.stdout


@pytest.mark.parametrize(
    ("version", "found"), [("1.14.0", "1.14.0"), ("1.15", "1.15"), (None, "not installed")]
)
def test_a_library_that_is_too_old_or_missing_is_to_be_mended(
    gridblock: Any, monkeypatch: pytest.MonkeyPatch, version: str | None, found: str
) -> None:
    here = doctor.installed
    monkeypatch.setattr(doctor, "installed", lambda of: version if of == "highspy" else here(of))
    monkeypatch.setattr(doctor, "of_solver", list)
    ran = gridblock("doctor", "--format", "json")
    assert ran.exit_code == 1
    (told,) = (check for check in json.loads(ran.stdout)["checks"] if check["name"] == "highspy")
    assert (told["found"], told["state"]) == (found, "fault")
    assert told["remedy"].startswith("pip install --upgrade 'highspy>=1.15")


def test_a_release_is_compared_by_its_numbers() -> None:
    assert doctor._parts("1.9") < doctor._parts("1.10.0") == doctor._parts("1.10")
    assert doctor._parts("2.0.0rc1") == doctor._parts("2.0")


def test_a_solver_that_fails_is_told(gridblock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        message = "HiGHS failed: the worker did not start"
        raise SolverError(message)

    monkeypatch.setattr(doctor, "_solved", failing)
    ran = gridblock("doctor", "--format", "json")
    assert ran.exit_code == 1
    assert states(ran)["whole number and share"] == "fault"


@pytest.mark.parametrize("name", ["numpy", "pandas", "jinja2"])
def test_it_works_where_a_library_cannot_be_loaded(tmp_path: Path, name: str) -> None:
    code = f"import sys; sys.modules[{name!r}] = None; import gridblock.cli; gridblock.cli.main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, "doctor", "--quiet"],
        check=False, capture_output=True, cwd=tmp_path, text=True,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (1, "")
    assert name in ran.stdout
    assert "cannot be loaded" in ran.stdout


def test_little_memory_and_no_room_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "memory", lambda: 1e9)
    monkeypatch.setattr(doctor.tempfile, "gettempdir", lambda: str(tmp_path / "gone"))
    told = {check.name: check for check in doctor.of_machine()}
    assert told["free memory"].state == "note"
    assert told["temporary folder"].state == "fault"
    assert told["temporary folder"].remedy


def test_a_limit_of_a_container_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = machine.memory()
    if free is None:
        pytest.skip("the free memory is not known here")
    (tmp_path / "memory.max").write_text("300000000\n")
    (tmp_path / "memory.current").write_text("100000000\n")
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    assert machine.memory() == 200_000_000
    (tmp_path / "memory.max").write_text("max\n")
    assert (machine.memory() or 0) > 200_000_000


def test_a_solver_that_is_known_to_be_wrong_is_refused(
    gridblock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "version", lambda _: "1.14.0")
    ran = gridblock("solve", "first", "--no-save")
    assert ran.exit_code == 1
    assert "highspy 1.14.0 finds wrong optima" in ran.stderr
    assert "pip install --upgrade 'highspy>=1.15.1'" in ran.stderr
    monkeypatch.setenv(versions.UNSOUND, "1")
    assert gridblock("solve", "first", "--no-save").exit_code == 0


def test_a_solver_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "installed", lambda _: None)
    with pytest.raises(SolverError, match="highspy is not installed"):
        Session()
