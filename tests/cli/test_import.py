"""``gridblock import`` and ``gridblock bench`` as a planner types them."""

import json
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb

MKNAP = "1\n 3 2 15\n10 6 5\n5 4 3\n1 2 2\n8 4\n"
GAP = "2 3\n1 5 4\n3 2 6\n2 3 4\n3 2 2\n5 4\n"


@pytest.fixture
def bench(gridblock: Any, tmp_path: Path) -> Path:
    """A folder with two imported problems and a table of their optima."""
    folder = tmp_path / "bench"
    folder.mkdir()
    (tmp_path / "pack.txt").write_text(MKNAP)
    (tmp_path / "jobs.txt").write_text(GAP)
    ran = gridblock("import", "mknap", "pack.txt", "-o", "bench/pack.yaml")
    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout == ""
    assert "published = 21 - 1 x ours" in ran.stderr
    ran = gridblock("import", "gap", "jobs.txt", "-o", "bench/jobs.json")
    assert ran.exit_code == 0, ran.stderr
    assert "published" not in ran.stderr
    rows = ("instance,optimum,scale,offset,source", "jobs,9,,,hand", "pack_1,15,-1,21,hand")
    (folder / "optima.csv").write_text("\n".join(rows))
    return folder


def test_an_import_is_an_instance_that_nothing_is_said_against(bench: Path, gridblock: Any) -> None:
    assert gb.read(bench / "pack.yaml").source == "pack.txt: multi-resource knapsack"
    assert "warning" not in gridblock("check", bench / "pack.yaml").stderr


def test_the_kinds_are_listed(gridblock: Any) -> None:
    said = gridblock("import", "--help").stdout
    assert all(kind in said for kind in ("orlib-cflp", "orlib-sscflp", "gap", "mknap"))
    ran = gridblock("import", "mnkap", "x", "-o", "y.yaml")
    assert ran.exit_code == 2
    assert "did you mean 'mknap'?" in " ".join(ran.stderr.replace("│", "").split())


def test_bad_usage_of_import(gridblock: Any, tmp_path: Path) -> None:
    (tmp_path / "jobs.txt").write_text(GAP)
    assert gridblock("import", "gap", "jobs.txt").exit_code == 2
    assert gridblock("import", "gap", "jobs.txt", "-o", "x.csv").exit_code == 2
    assert gridblock("import", "gap", "jobs.txt", "-o", "x.yaml", "--sense", "up").exit_code == 2
    ran = gridblock("import", "mknap", "jobs.txt", "-o", "x.yaml", "--sense", "max")
    assert ran.exit_code == 2
    ran = gridblock("import", "mknap", "jobs.txt", "-o", "x.yaml")
    assert ran.exit_code == 3
    assert "jobs.txt:" in ran.stderr
    assert not (tmp_path / "x.yaml").exists()


def test_known_optima_are_met(bench: Path, gridblock: Any) -> None:
    ran = gridblock("bench", bench)
    assert ran.exit_code == 0, ran.stderr
    assert "2 instances: 2 the same as published." in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
    ran = gridblock("bench", bench / "jobs.json", "--expected", bench / "optima.csv", "-q")
    assert ran.stdout.count(" same") == 2
    assert ran.stderr == ""


def test_a_mismatch_has_an_exit_code_of_its_own(bench: Path, gridblock: Any) -> None:
    table = bench / "optima.csv"
    table.write_text(table.read_text().replace("9", "8"))
    ran = gridblock("bench", bench, "--format", "json")
    assert ran.exit_code == 8
    assert "jobs: 9.0 where 8.0 is published" in ran.stderr
    rows = json.loads(ran.stdout)["instances"]
    assert [(row["instance"], row["verdict"]) for row in rows] == [
        ("jobs", "different"),
        ("pack_1", "same"),
    ]
    for form in ("csv", "md"):
        ran = gridblock("bench", bench, "--format", form)
        assert "jobs" in ran.stdout


def test_the_shipped_optima_are_the_usual_ones(gridblock: Any) -> None:
    ran = gridblock("bench", "first", "racks-bind", "-q")
    assert ran.exit_code == 0
    assert "138,562,608" in ran.stdout


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("instance,optimun\n", "optima.csv:1: has no column 'optimum'; did you mean 'optimun'?"),
        ("instance,optimum\njobs,x\n", "optima.csv:2: optimum must be a number, not 'x'"),
        ("instance,optimum\njobs,9\njobs,9\n", "optima.csv:3: names 'jobs' a second time"),
        ("instance,optimum,scale\njobs,9,inf\n", "optima.csv:2: scale must be a number"),
    ],
)
def test_a_faulty_table_of_optima_is_refused(
    bench: Path, gridblock: Any, table: str, said: str
) -> None:
    (bench / "optima.csv").write_text(table)
    ran = gridblock("bench", bench)
    assert ran.exit_code == 3
    assert said in ran.stderr


def test_what_is_not_proven_in_time_is_open(hard: Path, gridblock: Any) -> None:
    ran = gridblock("solve", hard, "--time-limit", "1", "--no-save", "-q", "--format", "json")
    answer = json.loads(ran.stdout)
    between = (answer["objective"] + answer["bound"]) / 2
    table = hard.parent / "optima.csv"
    table.write_text(f"instance,optimum\nhard,{between}\n")
    ran = gridblock("bench", hard, "--expected", table, "--time-limit", "1")
    assert ran.exit_code == 5
    assert "1 instance: 1 not proven yet." in ran.stdout
    # What lies beyond the bound is no optimum, proof or not.
    table.write_text(f"instance,optimum\nhard,{answer['bound'] * 0.9}\n")
    ran = gridblock("bench", hard, "--expected", table, "--time-limit", "1")
    assert ran.exit_code == 8
    assert "1 different from what is published" in ran.stdout


def test_a_figure_that_is_known_to_a_gap_is_met_within_it(bench: Path, gridblock: Any) -> None:
    table = bench / "optima.csv"
    table.write_text("instance,optimum,gap\njobs,9.05,0.01\n")
    assert gridblock("bench", bench).exit_code == 0
    table.write_text("instance,optimum,gap\njobs,9.05,0.001\n")
    assert gridblock("bench", bench).exit_code == 8


def test_an_instance_may_be_known_by_its_file(bench: Path, gridblock: Any) -> None:
    (bench / "optima.csv").write_text("instance,optimum,scale,offset\njobs,9,,\npack,15,-1,21\n")
    assert "2 the same as published" in gridblock("bench", bench).stdout
    (bench / "again.json").write_text((bench / "jobs.json").read_text())
    ran = gridblock("bench", bench)
    assert ran.exit_code == 3
    assert "jobs.json: name: is 'jobs' a second time" in ran.stderr


def test_what_the_table_does_not_know_is_left_out(bench: Path, gridblock: Any) -> None:
    (bench / "optima.csv").write_text("instance,optimum\njobs,9\n")
    ran = gridblock("bench", bench)
    assert ran.exit_code == 0
    assert "pack_1 is not in" in ran.stderr
    (bench / "optima.csv").write_text("instance,optimum\nother,9\n")
    assert gridblock("bench", bench).exit_code == 2
    assert gridblock("bench", bench / "jobs.json").exit_code == 2
