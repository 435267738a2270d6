"""``gridblock diff`` and ``gridblock compare``."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb


@pytest.fixture
def runs(gridblock: Any) -> tuple[str, str]:
    gridblock("solve", "first", "-o", "one")
    gridblock("solve", "first", "--set", "facilities.memphis.limits.power_mw=8", "-o", "other")
    return "one", "other"


def test_two_files_of_any_format(gridblock: Any, tmp_path: Path) -> None:
    gridblock("convert", "first", "tables")
    gridblock("convert", "first", "book.xlsx", "--set", "demands.research.unmet_cost=4")
    ran = gridblock("diff", "tables", "book.xlsx")
    assert ran.exit_code == 0
    assert ran.stdout.startswith("tables → book.xlsx")
    assert "research.unmet_cost  2       4      +100 %" in ran.stdout
    assert "The inputs are the same." in gridblock("diff", "first", "tables").stdout
    assert "same" in gridblock("diff", "tables", "book.xlsx", "--tolerance", "60%").stdout


def test_two_runs(gridblock: Any, runs: tuple[str, str]) -> None:
    ran = gridblock("diff", *runs)
    assert ran.exit_code == 0
    # 28 pods of 350 kW stand in 10 MW, 22 in 8 MW.
    assert "h100-pod  memphis       28     22      -6" in ran.stdout
    assert "The second plan costs" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
    assert "Nothing differs." in gridblock("diff", "one", "one/plan.json").stdout


def test_a_diff_in_every_form(gridblock: Any, runs: tuple[str, str]) -> None:
    said = json.loads(gridblock("diff", *runs, "--format", "json").stdout)
    assert said["inputs"] == [
        {
            "path": "facilities.memphis.limits.power_mw",
            "change": "changed",
            "before": 10,
            "after": 8,
        }
    ]
    installed = {"block": "h100-pod", "facility": "memphis", "period": "1"}
    assert said["plans"]["installed"] == [{**installed, "before": 28, "after": 22, "change": -6}]
    rows = list(csv.reader(gridblock("diff", *runs, "--format", "csv").stdout.splitlines()))
    assert rows[0] == ["table", "key", "period", "change", "before", "after"]
    assert ["installed", "h100-pod / memphis", "1", "changed", "28.0", "22.0"] in rows
    assert (
        "| h100-pod | memphis | 28 | 22 | -6 |" in gridblock("diff", *runs, "--format", "md").stdout
    )


def test_tables_beside_the_plan_in_force_are_an_instance(
    gridblock: Any, runs: tuple[str, str], tmp_path: Path
) -> None:
    gridblock("convert", "first", "tables")
    (tmp_path / "tables" / "plan.json").write_text((tmp_path / "one" / "plan.json").read_text())
    with (tmp_path / "tables" / "instance.csv").open("a") as table:
        table.write("current.plan,plan.json\ncurrent.move_cost,5\n")
    ran = gridblock("diff", "first", "tables")
    assert "current" in ran.stdout
    gridblock("convert", "tables", "x.yaml")
    assert "bought:" in (tmp_path / "x.yaml").read_text()


def test_what_cannot_be_read(gridblock: Any, runs: tuple[str, str], tmp_path: Path) -> None:
    assert gridblock("diff", "one", "nothing").exit_code == 3
    plan = tmp_path / "one" / "plan.json"
    (tmp_path / "other" / "plan.json").write_text(plan.read_text())
    ran = gridblock("diff", "one", "other")
    assert ran.exit_code == 3
    assert "is of another instance" in ran.stderr
    assert gridblock("compare", "one", "other").exit_code == 3


def test_runs_side_by_side(gridblock: Any, runs: tuple[str, str]) -> None:
    ran = gridblock("compare", *runs, "one")
    assert ran.exit_code == 0
    assert "nvidia  28  22  28     -6      0" in ran.stdout
    said = json.loads(gridblock("compare", *runs, "--format", "json").stdout)
    assert said["runs"] == ["one", "other"]
    line = next(line for line in said["lines"] if line["name"] == "nvidia")
    assert line["differences"] == [0, -6]
    rows = list(csv.reader(gridblock("compare", *runs, "--format", "csv").stdout.splitlines()))
    assert ["blocks", "nvidia", "blocks", "other", "22.0", "-6.0"] in rows
    assert "| nvidia | 28 | 22 | -6 |" in gridblock("compare", *runs, "--format", "md").stdout


def test_only_runs_are_put_side_by_side(gridblock: Any, runs: tuple[str, str]) -> None:
    assert gridblock("compare", "one").exit_code == 2
    ran = gridblock("compare", "one", "first")
    assert ran.exit_code == 3
    assert "is no run" in ran.stderr
    gridblock("solve", "first", "--set", "currency=EUR", "-o", "euros")
    ran = gridblock("compare", "one", "euros")
    assert ran.exit_code == 2
    assert "different currencies" in ran.stderr


def test_the_library_compares_too(runs: tuple[str, str], tmp_path: Path) -> None:
    one, other = (gb.read_plan(tmp_path / run) for run in runs)
    assert gb.diff(one, tmp_path / "one").is_same
    assert list(gb.diff(one, other).table("installed").change) == [-6.0]
    found = gb.compare([one, str(tmp_path / "other")])
    assert found.differences.loc[("blocks", "nvidia", "blocks")].iloc[1] == -6.0
    with pytest.raises(gb.InstanceError, match="is no run"):
        gb.compare([one, "first"])
