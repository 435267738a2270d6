"""Replanning on the command line: a saved run as the plan in force."""

from pathlib import Path
from typing import Any

import pytest


def test_a_run_is_the_plan_in_force_of_the_next(gridblock: Any, tmp_path: Path) -> None:
    assert gridblock("solve", "site-waits-for-its-permit", "-o", "old").exit_code == 0
    keep = ("--set", "current.plan=old", "--set", "current.keep_to=2027Q1")
    same = gridblock("solve", "site-waits-for-its-permit", *keep, "-o", "same")
    assert same.exit_code == 0
    assert "The plan in force stays as it is." in same.stdout
    # With a permit a quarter later the building would be ready too late: it is not ordered.
    slips = (*keep, "--set", "options.permit.lead=6")
    late = gridblock("solve", "site-waits-for-its-permit", *slips, "-o", "late")
    assert late.exit_code == 0
    assert "Changes to the plan in force" in late.stdout
    assert max(map(len, late.stdout.splitlines())) <= 80
    changes = (tmp_path / "late" / "tables" / "changes.csv").read_text(encoding="utf-8")
    assert "building" in changes
    assert "permit" not in changes
    assert gridblock("audit", "late").exit_code == 0
    told = gridblock("check", "site-waits-for-its-permit", *slips)
    assert "its orders up to 2027Q1 stand: 0 blocks and 1 lot" in " ".join(told.stdout.split())


@pytest.mark.parametrize("name", ["gone", "../old", "/etc"])
def test_a_plan_in_force_that_cannot_be_read_is_refused(gridblock: Any, name: str) -> None:
    ran = gridblock("solve", "first", "--set", f"current.plan={name}")
    assert ran.exit_code == 3
    assert "current.plan: " in ran.stderr
