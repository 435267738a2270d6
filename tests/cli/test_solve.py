"""``gridblock solve``: the answer, exit codes, what is on which stream."""

import errno
import json
import re
from pathlib import Path
from typing import Any

import pytest

from gridblock.saved import read_plan

KEYS = {
    *("format_version", "instance", "status", "objective", "bound", "gap", "costs", "unmet"),
    *("seconds", "run"),
}
CATEGORIES = {
    *("hardware", "options", "standing", "energy", "carbon", "network", "serving", "usage"),
    *("moves", "unmet", "penalty", "resale", "end_credit"),
}


def test_an_example_is_planned_by_its_name_and_saved(gridblock: Any, tmp_path: Path) -> None:
    ran = gridblock("solve", "first")
    assert ran.exit_code == 0
    assert "138.6" in ran.stdout
    assert "saved runs/first-" in ran.stderr
    (run,) = (tmp_path / "runs").iterdir()
    assert re.fullmatch(r"first-\d{8}T\d{6}Z-[0-9a-f]{8}", run.name)
    assert {"certificate.json", "instance.json", "plan.json", "tables", "progress.csv", "log"} == {
        path.name for path in run.iterdir()
    }
    plan = read_plan(run)
    assert plan.objective == pytest.approx(138_562_608)
    assert plan.audit().ok


def test_the_answer_fits_in_80_columns_and_holds_no_control_characters(gridblock: Any) -> None:
    answer = gridblock("solve", "hall-tree", "--no-save").stdout
    assert max(map(len, answer.splitlines())) <= 80
    assert answer.replace("\n", "").isprintable()


def test_json_is_one_document_with_all_that_is_promised(gridblock: Any) -> None:
    answer = json.loads(gridblock("solve", "first", "--format", "json").stdout)
    assert answer.keys() >= KEYS
    assert answer["format_version"] == 1
    assert answer["status"] == "optimal"
    assert answer["costs"].keys() == CATEGORIES
    assert sum(answer["costs"].values()) == pytest.approx(answer["objective"])
    stages = {"read", "build", "hand_over", "solve", "read_back", "audit", "certify"}
    assert answer["seconds"].keys() == stages
    assert answer["unmet"]["research"] == {
        "amount": [3000.0],
        "served": [1168.0],
        "unmet": [1832.0],
        "share": pytest.approx(1832 / 3000),
    }
    assert Path(answer["run"], "plan.json").is_file()


def without_time_and_run(text: str) -> str:
    return re.sub(r'"seconds": \{[^}]*\}|"run": .*', "", text)


def test_json_is_the_same_each_time_apart_from_time_and_run(gridblock: Any) -> None:
    first, second = (
        gridblock("solve", "liquid-or-air", "--format", "json").stdout for _ in range(2)
    )
    assert first != second
    assert without_time_and_run(first) == without_time_and_run(second)


@pytest.mark.parametrize("form", ["table", "csv", "md"])
def test_other_answers_are_the_same_bytes_each_time(gridblock: Any, form: str) -> None:
    first, second = (
        gridblock("solve", "liquid-or-air", "--no-save", "--format", form) for _ in range(2)
    )
    assert first.stdout == second.stdout
    assert first.stdout.strip()


def test_quiet_says_nothing_but_the_answer(gridblock: Any) -> None:
    ran = gridblock("solve", "first", "--quiet")
    assert ran.stderr == ""
    assert ran.stdout


def test_nothing_is_saved_where_nothing_is_wanted(gridblock: Any, tmp_path: Path) -> None:
    ran = gridblock("solve", "first", "--no-save", "--format", "json")
    assert json.loads(ran.stdout)["run"] is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_ones_own_is_written_once(gridblock: Any, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    ran = gridblock("solve", "first", "-o", "mine", "--format", "json")
    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["run"] == "mine"
    assert (tmp_path / "mine" / "plan.json").is_file()
    again = gridblock("solve", "first", "-o", "mine")
    assert again.exit_code == 2
    assert "nothing is overwritten" in again.stderr
    assert not list(tmp_path.glob("*.part"))


def test_set_changes_a_field(gridblock: Any) -> None:
    # The 28 pods of the site serve 7,168 units: 6,000 of the assistant and 1,168 more.
    ran = gridblock("solve", "first", "--set", "demands.research.amount=1168", "--format", "json")
    assert json.loads(ran.stdout)["unmet_share"] == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("facilities.memphis.pue=x", "facilities.memphis.pue: must be a number, not the text 'x'"),
        ("facilities.memphi.pue=1", "there is no 'memphi' on the path"),
        ("demands.chat.amount=1", "there is no 'chat'"),
        ("facilities.memphis.pue=[1", "facilities.memphis.pue=[1: "),
        ("facilities.memphis.pue=.nan", "is not a finite number"),
        ("facilities.memphis.pue=*1.1", "pue=*1.1: says how to change a number, and --set takes"),
        ("facilities.memphis.grid_mw=+3", "grid_mw=+3: says how to change a number"),
        ("facilities.memphis.grid_mw=+3 MW", "write that, or let a scenario change it"),
    ],
)
def test_a_change_that_cannot_be_is_a_bad_instance(gridblock: Any, change: str, said: str) -> None:
    ran = gridblock("solve", "first", "--set", change)
    assert ran.exit_code == 3
    assert "--set: " in ran.stderr
    assert said in ran.stderr
    assert ran.stdout == ""


@pytest.mark.parametrize(
    "flags",
    [
        ("--gap", "5"),
        ("--gap", "nan"),
        ("--gap", "few"),
        ("--time-limit", "-1"),
        ("--time-limit", "soon"),
        ("--threads", "0"),
        ("--seed", "-1"),
        ("--seed", "1.5"),
        ("--set", "pue"),
        ("--set", "=1"),
        ("--format", "xml"),
        ("--solver-option", "presolve"),
        ("--solver-option", "no_such_option=1"),
        ("--max-unmet", "200%"),
        ("-o", "here", "--no-save"),
        ("--no-such-flag",),
    ],
)
def test_bad_usage_is_refused(gridblock: Any, tmp_path: Path, flags: tuple[str, ...]) -> None:
    ran = gridblock("solve", "first", *flags)
    assert ran.exit_code == 2
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr
    assert not list(tmp_path.glob("runs/*"))


def test_a_proof_that_no_plan_exists_names_the_rules(gridblock: Any) -> None:
    floors = ("archive", "agents")
    flags = [f"--set=demands.{name}.min_share=1" for name in floors]
    ran = gridblock("solve", "hard-floor", *flags, "--format", "json")
    assert ran.exit_code == 4
    answer = json.loads(ran.stdout)
    assert answer["status"] == "infeasible"
    assert {answer[key] for key in ("objective", "gap", "unmet_share")} == {None}
    assert answer["costs"] is None
    assert answer["unmet"] is None
    assert any("min_share" in line for line in answer["conflict"])
    assert Path(answer["run"], "plan.json").is_file()
    table = gridblock("solve", "hard-floor", *flags)
    assert table.exit_code == 4
    assert "min_share" in table.stdout


def test_a_limit_with_a_plan_states_the_gap(gridblock: Any, hard: Path) -> None:
    ran = gridblock("solve", hard, "--gap", "0", "--time-limit", "3", "--format", "json")
    assert ran.exit_code == 5
    answer = json.loads(ran.stdout)
    assert answer["status"] == "feasible"
    assert 0 < answer["gap"] < 1
    progress = Path(answer["run"], "progress.csv").read_text().splitlines()
    assert progress[0] == "seconds,best,bound,gap,nodes"
    assert float(progress[-1].split(",")[1]) == answer["objective"]


def test_a_limit_without_a_plan(gridblock: Any, hard: Path) -> None:
    ran = gridblock("solve", hard, "--time-limit", "0", "--format", "json")
    assert ran.exit_code == 6
    assert json.loads(ran.stdout)["status"] == "no_plan"
    assert gridblock("solve", hard, "--time-limit", "0").exit_code == 6


def test_too_much_unmet(gridblock: Any) -> None:
    # 1,832 of 9,000 units are unmet: 20.4 %.
    assert gridblock("solve", "first", "--no-save", "--max-unmet", "20%").exit_code == 7
    assert gridblock("solve", "first", "--no-save", "--max-unmet", "0.21").exit_code == 0


def test_the_gap_comes_before_unmet_demand(gridblock: Any, hard: Path) -> None:
    flags = ("--gap", "0", "--time-limit", "3", "--max-unmet", "0", "--no-save")
    assert gridblock("solve", hard, *flags).exit_code == 5


def test_solver_log_and_log_file(gridblock: Any, tmp_path: Path) -> None:
    ran = gridblock("solve", "first", "--solver-log", "--log-file", "all.log", "-v")
    assert "HiGHS" in ran.stderr
    assert "HiGHS" not in ran.stdout
    assert "solving" in (tmp_path / "all.log").read_text()
    (log,) = tmp_path.glob("runs/*/log")
    assert "HiGHS" in log.read_text()


@pytest.mark.parametrize("log", [".", "no/folder/all.log"])
def test_a_log_that_cannot_be_opened_is_bad_usage(gridblock: Any, log: str) -> None:
    ran = gridblock("solve", "first", "--no-save", "--log-file", log)
    assert ran.exit_code == 2
    assert f"Invalid value for '--log-file': {log}: " in ran.stderr


def test_a_plan_that_cannot_be_saved_is_shown(
    gridblock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr("gridblock.runs.write_text", full)
    ran = gridblock("solve", "first", "-o", "run", "--format", "json")
    assert ran.exit_code == 1
    assert json.loads(ran.stdout)["status"] == "optimal"
    assert json.loads(ran.stdout)["run"] is None
    part = tmp_path / "run.part"
    last = f"error: {part / 'instance.json'}: no space left on device"
    assert ran.stderr.splitlines()[-1] == last


def test_an_internal_error_is_one_line_and_a_log(
    gridblock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        message = "the roof is down"
        raise RuntimeError(message)

    monkeypatch.setattr("gridblock.plan.solve", fail)
    ran = gridblock("solve", "first")
    assert ran.exit_code == 1
    assert ran.stdout == ""
    last = ran.stderr.splitlines()[-1]
    assert last.startswith("error: internal error: RuntimeError: the roof is down (log: ")
    assert "Traceback" not in ran.stderr
    log = Path(last.partition("(log: ")[2].rstrip(")"))
    assert log.parent.suffix == ".part"
    assert "the roof is down" in log.read_text()
    assert "Traceback" in gridblock("solve", "first", "-vv").stderr


def test_a_solve_starts_from_a_run(gridblock: Any) -> None:
    assert gridblock("solve", "take-or-pay", "-o", "run").exit_code == 0
    ran = gridblock("solve", "take-or-pay", "--from", "run", "--set", "demands.0.unmet_cost=3")
    assert ran.exit_code == 0
    missing = gridblock("solve", "take-or-pay", "--from", "nowhere")
    assert missing.exit_code == 3
    assert "nowhere" in missing.stderr


def test_warnings_of_a_changed_instance_are_those_of_check_with_the_same_changes(
    gridblock: Any,
) -> None:
    ran = gridblock("solve", "first", "--set", "demands.1.unmet_cost=0", "--no-save")
    assert "see gridblock check first with the same --set" in ran.stderr
