"""``gridblock audit``: a saved plan checked again."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the first example."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    command = [sys.executable, "-I", "-m", "gridblock", "solve", "first", "-o", str(folder), "-q"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def run(solved: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(solved, tmp_path / "run"))


def edit(run: Path, **changes: Any) -> None:
    plan = json.loads((run / "plan.json").read_text())
    (run / "plan.json").write_text(json.dumps(plan | changes))


def test_a_run_keeps_every_rule(gridblock: Any, run: Path) -> None:
    for path in ("run", "run/plan.json"):
        ran = gridblock("audit", path)
        assert ran.exit_code == 0
        assert "keeps every rule" in ran.stdout


def test_the_bound_is_proven_again_without_the_solver(gridblock: Any, run: Path) -> None:
    # Eight blocks more serve all; the relaxation of the first example is whole already.
    ran = gridblock("audit", "run")
    assert "Proven: no plan costs less than USD 138.6 m" in " ".join(ran.stdout.split())
    answer = json.loads(gridblock("audit", "run", "--format", "json").stdout)
    assert answer["bound"] == pytest.approx(answer["proof"]["bound"], rel=1e-9)
    assert answer["proof"]["gap"] < 1e-9
    assert answer["checked"]["nothing_proven_contradicts_the_plan"] == 1


def test_by_tiers_it_is_proven_of_plans_that_keep_them(gridblock: Any) -> None:
    # See tier-waits.yaml: (512 x 5 + 256 x 1) x 1000, and 1,280,000 by price alone.
    assert gridblock("solve", "tier-waits", "-o", "run").exit_code == 0
    told = " ".join(gridblock("audit", "run").stdout.split())
    nobody = "no plan that gives earlier tiers as much costs less than USD 2,816,000"
    assert f"Proven: {nobody}" in told


def test_without_a_certificate_the_bound_rests_on_the_solver(gridblock: Any, run: Path) -> None:
    (run / "certificate.json").unlink()
    ran = gridblock("audit", "run")
    assert ran.exit_code == 0
    assert "rests on the solver's word: the run holds no certificate.json" in " ".join(
        ran.stdout.split()
    )
    assert "Proven" in gridblock("audit", "run", "--certify").stdout


def test_a_certificate_that_proves_nothing_or_cannot_be_read(gridblock: Any, run: Path) -> None:
    (run / "certificate.json").write_text("{}")
    ran = gridblock("audit", "run")
    assert ran.exit_code == 3
    assert "certificate.json: is not a certificate" in ran.stderr


def test_json_counts_the_rows_of_each_rule(gridblock: Any, run: Path) -> None:
    answer = json.loads(gridblock("audit", "run", "--format", "json").stdout)
    assert answer["ok"] is True
    assert answer["findings"] == []
    assert answer["rows"] == sum(answer["checked"].values())
    assert answer["checked"]["limits_of_places_hold"] > 0


def test_a_broken_rule_is_a_mismatch(gridblock: Any, run: Path) -> None:
    plan = json.loads((run / "plan.json").read_text())
    plan["decisions"]["bought"][0]["blocks"] += 1
    edit(run, decisions=plan["decisions"])
    ran = gridblock("audit", "run")
    assert ran.exit_code == 8
    assert "limits of places hold" in ran.stdout
    assert "plan is as it was saved" in ran.stdout


def test_a_figure_that_no_rule_tells_is_sealed(gridblock: Any, run: Path) -> None:
    edit(run, solver={"seed": 2})
    ran = gridblock("audit", "run")
    assert ran.exit_code == 8
    assert "was changed after it was saved" in ran.stdout


def test_a_plan_of_another_instance_is_a_mismatch(gridblock: Any, run: Path) -> None:
    ran = gridblock("audit", "run", "--instance", "power-binds")
    assert ran.exit_code == 8
    assert gridblock("audit", "run", "--instance", "first").exit_code == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"format_version": 1}',
        b'{"format_version": 1, "status": "optimal", "objective": 1e400}',
        b'{"format_version": 1, "status": "optimal", "objective": NaN}',
        b'{"format_version": 1, "status": "optimal", "objective": 1' + b"0" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
def test_what_is_no_plan_cannot_be_read(gridblock: Any, run: Path, content: bytes) -> None:
    (run / "plan.json").write_bytes(content)
    ran = gridblock("audit", "run")
    assert ran.exit_code == 3
    assert ran.stderr.splitlines()[-2].startswith("run/plan.json:")
    assert "Traceback" not in ran.stderr


def test_a_field_of_another_kind_is_never_believed(gridblock: Any, run: Path) -> None:
    plan = json.loads((run / "plan.json").read_text())
    for name in plan:
        for value in (7.5, "x", [1], {"a": [None]}, True):
            edit(run, **(plan | {name: value}))
            ran = gridblock("audit", "run")
            assert ran.exit_code in {3, 8}, (name, value, ran.stderr)


def test_a_run_that_is_not_there(gridblock: Any, run: Path) -> None:
    ran = gridblock("audit", "ran")
    assert ran.exit_code == 3
    assert "ran: no such file; the last run is run" in ran.stderr
    shutil.copytree(run, run.with_name("earlier"))
    shutil.copytree(run, run.with_name("a-later"))
    os.utime(run.with_name("earlier") / "plan.json", (1e9, 1e9))
    os.utime(run / "plan.json", (1.1e9, 1.1e9))
    os.utime(run.with_name("a-later") / "plan.json", (1.2e9, 1.2e9))
    assert "the last run is a-later" in gridblock("audit", "ran").stderr


def test_a_plan_alone_needs_its_instance(gridblock: Any, run: Path) -> None:
    (run / "instance.json").unlink()
    ran = gridblock("audit", "run")
    assert ran.exit_code == 3
    assert "--instance FILE" in ran.stderr
    assert gridblock("audit", "run", "--instance", "first").exit_code == 0


@pytest.mark.parametrize(
    ("blocked", "told"),
    [
        (["pyomo", "highspy"], "to build the model pyomo is needed"),
        (["highspy"], "Proven: no plan costs less"),
    ],
)
def test_neither_pyomo_nor_the_solver_is_needed(run: Path, blocked: list[str], told: str) -> None:
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({blocked!r}))\n"
        f"sys.argv = ['gridblock', 'audit', {str(run)!r}]\n"
        "from gridblock.cli import main\n"
        "main()\n"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "keeps every rule" in ran.stdout
    assert told in " ".join(ran.stdout.split())
