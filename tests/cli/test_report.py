"""``gridblock report``: a file beside the plan, compared with doing nothing, never over another."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb
from gridblock.instances.baseline import current_fleet_only

Run = Callable[..., Any]


@pytest.fixture
def saved(gridblock: Run) -> Path:
    assert gridblock("solve", "first", "-o", "run", "--quiet").exit_code == 0
    return Path("run")


def test_it_is_written_beside_the_plan_and_says_where(gridblock: Run, saved: Path) -> None:
    ran = gridblock("report", saved)
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "wrote run/report.html" in ran.stderr
    text = (saved / "report.html").read_text(encoding="utf-8")
    assert "Against doing nothing" in text
    assert "current fleet only" in text


def test_nothing_is_overwritten(gridblock: Run, saved: Path) -> None:
    (saved / "report.html").write_text("mine", encoding="utf-8")
    ran = gridblock("report", saved)
    assert ran.exit_code == 2
    assert "nothing is overwritten" in ran.stderr
    assert (saved / "report.html").read_text(encoding="utf-8") == "mine"
    assert gridblock("report", saved, "-o", "other.html", "--no-baseline").exit_code == 0
    assert Path("other.html").is_file()


def test_doing_nothing_is_solved_once(gridblock: Run, saved: Path) -> None:
    assert gridblock("report", saved).exit_code == 0
    kept = gb.read_plan(saved / "baseline")
    assert kept.instance.hash == current_fleet_only(gb.read_plan(saved).instance).hash
    before = (saved / "baseline" / "plan.json").read_bytes()
    assert gridblock("report", saved, "-o", "again.html").exit_code == 0
    assert (saved / "baseline" / "plan.json").read_bytes() == before


def test_another_run_can_be_compared_with(gridblock: Run, saved: Path) -> None:
    change = "facilities.memphis.limits.power_mw=5"
    assert gridblock("solve", "first", "--set", change, "-o", "half", "-q").exit_code == 0
    assert gridblock("report", saved, "--baseline", "half").exit_code == 0
    assert "Against half" in (saved / "report.html").read_text(encoding="utf-8")
    assert not (saved / "baseline").exists()


def test_plans_of_other_periods_are_not_compared(gridblock: Run, saved: Path) -> None:
    assert gridblock("solve", "lead-makes-a-gap", "-o", "other", "-q").exit_code == 0
    ran = gridblock("report", saved, "--baseline", "other")
    assert ran.exit_code == 2
    assert "other periods" in ran.stderr
    assert not (saved / "report.html").exists()


def test_a_solve_can_write_it_at_once(gridblock: Run) -> None:
    ran = gridblock("solve", "first", "-o", "run", "--report", "--format", "json")
    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["run"] == "run"
    assert Path("run/report.html").is_file()
    assert gridblock("solve", "first", "--no-save", "--report").exit_code == 2


def test_a_run_that_is_infeasible_has_a_report(gridblock: Run) -> None:
    given = ("--set", "demands.assistant.min_share=1", "--set", "facilities.memphis.grid_mw=1")
    assert gridblock("solve", "first", *given, "-o", "run", "--report", "-q").exit_code == 4
    text = Path("run/report.html").read_text(encoding="utf-8")
    assert "Infeasible: no plan can exist" in text


def test_what_is_no_run_is_refused(gridblock: Run) -> None:
    assert gridblock("report", "nowhere").exit_code == 3
    assert not Path("report.html").exists()


def test_the_library_writes_it_too(gridblock: Run, saved: Path) -> None:
    plan = gb.read_plan(saved)
    plan.report("here.html", baseline=plan.baseline())
    assert "Against doing nothing" in Path("here.html").read_text(encoding="utf-8")
    with pytest.raises(FileExistsError):
        plan.report("here.html")
    assert plan.plot.utilization().data
    assert plan.stats.cost().sum() == pytest.approx(plan.objective)
    with pytest.raises(ValueError, match="no period"):
        plan.plot.map("2030Q1")


def test_what_has_been_explained_is_told(gridblock: Run, saved: Path) -> None:
    said = {
        "demand": "research",
        "periods": ["1"],
        "blocker": "critical power in memphis <b>",
        "evidence": ["with more of it all is served"],
        "next_step": "5.6 MW more",
    }
    found = {"instance_hash": gb.read_plan(saved).data.instance_hash, "blockers": [said]}
    (saved / "explain.json").write_text(json.dumps(found), encoding="utf-8")
    assert gridblock("report", saved, "--no-baseline").exit_code == 0
    text = (saved / "report.html").read_text(encoding="utf-8")
    for part in ("Critical power in memphis &lt;b&gt;.", *said["evidence"], said["next_step"]):
        assert part in text
    (saved / "explain.json").write_text(json.dumps({**found, "instance_hash": "0"}), "utf-8")
    ran = gridblock("report", saved, "-o", "other.html", "--no-baseline")
    assert ran.exit_code == 0
    assert "explains another instance" in ran.stderr
    (saved / "explain.json").write_text('{"instance_hash": 1}', encoding="utf-8")
    assert gridblock("report", saved, "-o", "third.html", "--no-baseline").exit_code == 0
    (saved / "explain.json").write_text("[]", encoding="utf-8")
    assert gridblock("report", saved, "-o", "fourth.html", "--no-baseline").exit_code == 3
