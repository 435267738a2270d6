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
