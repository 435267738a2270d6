"""``gridblock pareto`` as a planner types it."""

import json
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb


def test_a_front_is_told_and_saved(
    gridblock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = gridblock("pareto", "take-or-pay", "--points", "3", "-o", "front")
    assert ran.exit_code == 0
    # Full service costs 56,000; at the prices given a sixth stays unmet.
    assert "From 0 % unmet for USD 56,000 to 100 % for USD 0." in ran.stdout.replace("\xa0", " ")
    assert "at the prices given" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
    assert "saved front" in ran.stderr
    assert json.loads((tmp_path / "front" / "front.json").read_text())["points"][0]["unmet"] == 0
    assert gridblock("audit", "front/point-1").exit_code == 0
    again = gridblock("pareto", "take-or-pay", "--points", "3", "-o", "front")
    assert again.exit_code == 2
    assert "exists already" in again.stderr
    assert "solving" not in again.stderr


@pytest.mark.parametrize("form", ["json", "csv", "md"])
def test_a_front_is_written_in_every_form(gridblock: Any, form: str) -> None:
    ran = gridblock("pareto", "take-or-pay", "--points", "2", "--no-save", "--format", form)
    assert ran.exit_code == 0
    if form == "json":
        assert [p["given"] for p in json.loads(ran.stdout)["points"]] == [False, True, False]
    if form == "csv":
        assert ran.stdout.splitlines()[0].startswith("point,share_unmet,unmet,cost")


def test_one_point_is_no_front(gridblock: Any) -> None:
    assert gridblock("pareto", "take-or-pay", "--points", "1").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--set", "demands.0.min_share=1", "--set", "demands.1.min_share=1"), 4, "No plan can"),
        (("--time-limit", "0"), 6, "that does not mean that none exists"),
    ],
)
def test_without_a_plan_it_says_why(
    gridblock: Any, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ran = gridblock("pareto", "first", "--no-save", *arguments)
    assert ran.exit_code == code
    assert said in " ".join(ran.stdout.split())
    ran = gridblock("pareto", "first", "--no-save", *arguments, "--format", "json")
    assert ran.exit_code == code
    assert json.loads(ran.stdout)["points"] == []
    assert json.loads(ran.stdout)["infeasible"] is (code == 4)


def test_a_folder_to_save_into_is_not_silently_ignored(gridblock: Any) -> None:
    ran = gridblock("pareto", "take-or-pay", "-o", "front", "--no-save")
    assert ran.exit_code == 2
    assert "exclude each other" in ran.stderr


def test_a_front_is_drawn_and_read_back(gridblock: Any, tmp_path: Path) -> None:
    ran = gridblock("pareto", "first", "--points", 3, "-o", "out", "--report")
    assert ran.exit_code == 0
    assert 'data-chart="front"' in (tmp_path / "out" / "report.html").read_text()
    (tmp_path / "out" / "report.html").unlink()
    assert gridblock("report", "out").exit_code == 0
    again = gb.read_front(tmp_path / "out")
    rows = again.table().to_csv(index=False)
    saved = (tmp_path / "out" / "front.csv").read_text()
    assert [line.split(",")[0] for line in rows.splitlines()] == [
        line.split(",")[0] for line in saved.splitlines()
    ]
    assert all(plan.audit().ok for plan in again.plans)
    assert gridblock("pareto", "first", "--report", "--no-save").exit_code == 2
