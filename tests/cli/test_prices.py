"""``gridblock prices`` as a planner types it."""

import json
from pathlib import Path
from typing import Any

import pytest


def test_the_price_sheet_of_a_run(
    gridblock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert gridblock("solve", "wan-link-binds", "-o", "run").exit_code == 0
    ran = gridblock("prices", "run")
    assert ran.exit_code == 0
    assert "link direct" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
    assert "pricing step 1 of 6" in ran.stderr
    found = json.loads(gridblock("prices", "run", "--anew", "0", "--format", "json").stdout)
    assert found["steps"][0]["found"] is None
    assert found["steps"][0]["relaxed"] == pytest.approx(600_300)
    assert [step["status"] for step in found["steps"]] == [None] * 3


def test_what_the_time_limit_leaves_open_is_said(gridblock: Any, hard: Path) -> None:
    assert gridblock("solve", hard, "--time-limit", "1", "-o", "run").exit_code == 5
    # A proof of this instance never ends: the plan of one more unit is held, and not proven.
    ran = gridblock("prices", "run", "--anew", "1", "--gap", "0", "--time-limit", "1")
    assert ran.exit_code == 5
    assert "1 step ended at the time limit" in ran.stderr
    ran = gridblock(
        "prices", "run", "--anew", "1", "--gap", "0", "--time-limit", "1", "--format", "json"
    )
    assert ran.exit_code == 5
    assert [step["status"] for step in json.loads(ran.stdout)["steps"]][:2] == ["feasible", None]
