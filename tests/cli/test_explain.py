"""``gridblock explain`` as a planner types it."""

import json
from pathlib import Path
from typing import Any


def test_an_example_is_planned_and_explained(gridblock: Any) -> None:
    ran = gridblock("explain", "latency-decides")
    assert ran.exit_code == 0
    assert "the round trip of 30 ms from virginia" in " ".join(ran.stdout.split())
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_a_run_is_explained_and_saved_once(gridblock: Any, tmp_path: Path) -> None:
    assert gridblock("solve", "first", "-o", "run").exit_code == 0
    assert gridblock("explain", "run").exit_code == 0
    saved = json.loads((tmp_path / "run" / "explain.json").read_text())
    (blocker,) = saved["blockers"]
    assert blocker["blocker"] == "critical power in memphis"
    assert blocker["relaxed"][0]["items"] == ["memphis"]
    again = gridblock("explain", "run")
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert gridblock("explain", "run", "--force", "--quiet").exit_code == 0


def test_the_report_shows_what_was_explained(gridblock: Any, tmp_path: Path) -> None:
    assert gridblock("solve", "first", "-o", "run").exit_code == 0
    assert gridblock("explain", "run", "--quiet").exit_code == 0
    assert gridblock("report", "run", "--no-baseline").exit_code == 0
    assert "critical power in memphis" in (tmp_path / "run" / "report.html").read_text()


def test_every_format_says_the_same(gridblock: Any) -> None:
    said = json.loads(gridblock("explain", "first", "--format", "json").stdout)
    assert said["format_version"] == 1
    assert said["demands"]["research"]["smallest"] == ["power_mw", "unmet_cost"]
    rows = gridblock("explain", "first", "--format", "csv").stdout.splitlines()
    assert rows[0].startswith("demand,period,unmet,served_then,blocker")
    assert "critical power in memphis" in rows[1]
    assert "## Blockers" in gridblock("explain", "first", "--format", "md").stdout


def test_nothing_unmet_is_said_so(gridblock: Any) -> None:
    ran = gridblock("explain", "racks-bind", "--quiet")
    assert ran.exit_code == 0
    assert "Nothing stays unmet" in ran.stdout


def test_no_time_explains_nothing_and_says_so(gridblock: Any) -> None:
    ran = gridblock("explain", "first", "--time-limit", "0", "--quiet")
    assert ran.exit_code == 5
    assert "Stopped at the time limit" in ran.stdout


def test_a_run_is_not_changed(gridblock: Any) -> None:
    assert gridblock("solve", "first", "-o", "run").exit_code == 0
    ran = gridblock("explain", "run", "--set", "discount_rate=0.5")
    assert ran.exit_code == 2
