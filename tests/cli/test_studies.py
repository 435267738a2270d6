"""``gridblock sweep`` and ``monte-carlo`` as a planner types them: ends, resumed, in shards."""

import csv
import io
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gridblock as gb
from gridblock import study_folder
from gridblock.commands.many import code as code_of
from gridblock.solvers.many import cases as solving
from gridblock.solvers.outcome import SolverError

POWER = "facilities.memphis.limits.power_mw"
PRICE = "facilities.memphis.energy_per_mwh"
HERE = ("-j", "1")

Ran = Any


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    file = tmp_path / "grid.yaml"
    file.write_text(f"cartesian: {{{POWER}: [1, 7, 10]}}\n")
    return file


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    file = tmp_path / "prices.yaml"
    file.write_text(f"fields: {{{PRICE}: {{uniform: {{low: 40, high: 80}}}}}}\n")
    return file


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_sweep_is_told_and_saved(gridblock: Any, tmp_path: Path, grid: Path) -> None:
    ran = gridblock("sweep", "first", grid, *HERE, "-o", "out", "--report")
    assert ran.exit_code == 0
    # See first.yaml: 1 MW holds 2 pods, 7 MW 20, 10 MW 28. Of the assistant 6,000 - 512 stay unmet
    # with 2 and 880 with 20, and all of research.
    told = " ".join(ran.stdout.split())
    assert "from USD 139 m (limits.power_mw 10) to USD 204 m (limits.power_mw 1)." in told
    assert max(map(len, ran.stdout.splitlines())) <= 80
    assert "saved out" in ran.stderr
    rows = rows_of((tmp_path / "out" / "table.csv").read_text())
    assert [float(row["objective"]) for row in rows] == pytest.approx(
        [
            2 * 3_802_356 + (3 * 5488 + 2 * 3000) * 8760,
            20 * 3_802_356 + (3 * 880 + 2 * 3000) * 8760,
            138_562_608,
        ]
    )
    assert [row[POWER] for row in rows] == ["1", "7", "10"]
    assert "<!DOCTYPE html>" in (tmp_path / "out" / "report.html").read_text()
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["statuses"] == {"optimal": 3}


def test_every_form_of_the_answer(gridblock: Any, grid: Path) -> None:
    ran = gridblock("sweep", "first", grid, *HERE, "--no-save", "--format", "csv")
    assert [row["status"] for row in rows_of(ran.stdout)] == ["optimal"] * 3
    ran = gridblock("sweep", "first", grid, *HERE, "--no-save", "--format", "json")
    assert json.loads(ran.stdout)["cases"] == 3
    ran = gridblock("sweep", "first", grid, *HERE, "--no-save", "--format", "md")
    assert ran.stdout.startswith("# first")


def test_cost_is_linear_in_a_uniform_price(gridblock: Any, tmp_path: Path, prices: Path) -> None:
    ran = gridblock("monte-carlo", "first", prices, "-n", 25, *HERE, "-o", "out", "-q")
    assert ran.exit_code == 0
    study = gb.read_study(tmp_path / "out")
    # 28 pods pay at any of the prices (see first.yaml) and take 28 x 0.35 x 1.2 x 8,760 =
    # 103,017.6 MWh: cost is 138,562,608 at a price of 55, and 103,017.6 more for each dollar.
    drawn = study.table[PRICE].to_numpy(dtype=float)
    expected = 138_562_608 + 103_017.6 * (drawn - 55)
    assert study.table["objective"].to_numpy() == pytest.approx(expected, rel=1e-9)
    # So its quantiles are those of the price.
    quantile = study.quantiles().set_index("measure").loc["objective"]
    for name, share in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
        price = np.quantile(drawn, share)
        assert quantile[name] == pytest.approx(138_562_608 + 103_017.6 * (price - 55), rel=1e-9)
    # Known are 40 to 80 with a mean of 60: of 25 draws the mean is within 4 x 11.5 / 5.
    assert drawn.mean() == pytest.approx(60, abs=9.3)
    (driver,) = study.drivers().to_dict("records")
    assert driver["rank"] == pytest.approx(1)
    shortfall = study.shortfall().set_index("demand")
    assert list(shortfall["share"]) == [0, 1]
    assert list(shortfall.index) == ["assistant", "research"]


def test_differences_under_the_same_draws_are_paired(
    gridblock: Any, tmp_path: Path, prices: Path
) -> None:
    arguments = ("monte-carlo", "first", prices, "-n", 6, "--seed", 4, *HERE)
    assert gridblock(*arguments, "-o", "given", "-q").exit_code == 0
    # Pods that keep 54 % of their price cost 540,000 more each, 28 x 540,000 = 15,120,000 in all,
    # and still pay.
    more = ("--set", "blocks.h100-pod.end_share=0.54", "--against", "given", "--no-save")
    ran = gridblock(*arguments, *more, "--format", "json")
    found = json.loads(ran.stdout)["against"]
    assert found["mean"] == pytest.approx(15_120_000)
    assert found["low"] == pytest.approx(found["high"], abs=1)
    ran = gridblock(*arguments, *more)
    assert "it costs USD 15.1 m more than the other" in " ".join(ran.stdout.split())
    other = ("monte-carlo", "first", prices, "-n", 6, "--seed", 5, *HERE)
    ran = gridblock(*other, "--against", "given", "--no-save")
    assert ran.exit_code == 2
    assert "other draws" in ran.stderr
    assert "starting" not in ran.stderr
    # A euro is no dollar: the same figures in another currency are not "as much".
    ran = gridblock(*arguments, "--set", "currency=EUR", *more[2:])
    assert ran.exit_code == 2
    assert "in USD, and this one is in EUR" in " ".join(ran.stderr.replace("│", "").split())
    assert "starting" not in ran.stderr
    same = gb.read_study(tmp_path / "given")
    euros = replace(same, data=replace(same.data, instance=same.instance.replace(currency="EUR")))
    with pytest.raises(ValueError, match=r"different currencies \(EUR, USD\) are not"):
        euros.minus(same)


def test_where_no_case_has_a_plan_in_both_there_is_nothing_to_compare(
    gridblock: Any, prices: Path
) -> None:
    # 7 MW leave 880 of the assistant unmet, so that all of it as a floor leaves no case a plan.
    arguments = ("monte-carlo", "first", prices, "-n", 2, *HERE, "--set", f"{POWER}=7")
    assert gridblock(*arguments, "-o", "given").exit_code == 0
    floored = (*arguments, "--set", "demands.assistant.min_share=1", "--no-save")
    ran = gridblock(*floored, "--against", "given", "--format", "json")
    assert ran.exit_code == 4
    assert "nothing to compare: no case has a plan in both studies" in ran.stderr
    assert json.loads(ran.stdout)["statuses"] == {"infeasible": 2}


def test_more_draws_go_on_from_fewer(
    gridblock: Any, tmp_path: Path, prices: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("monte-carlo", "first", prices, *HERE, "-q", "-o", "out")
    assert gridblock(*arguments, "-n", 3).exit_code == 0
    ran = gridblock(*arguments, "-n", 5)
    assert ran.exit_code == 2
    assert "--resume goes on with it" in " ".join(ran.stderr.replace("│", "").split())
    solved: list[Any] = []
    plainly = solving.find_plan
    monkeypatch.setattr(solving, "find_plan", lambda *a, **k: solved.append(a) or plainly(*a, **k))
    assert gridblock(*arguments, "-n", 5, "--resume").exit_code == 0
    assert len(solved) == 2
    assert len(rows_of((tmp_path / "out" / "table.csv").read_text())) == 5
    ran = gridblock(*arguments, "-n", 5, "--resume", "--seed", 1)
    assert ran.exit_code == 3
    assert "another study" in ran.stderr


def test_what_a_kill_leaves_at_the_very_first_is_gone_on_with(
    gridblock: Any, tmp_path: Path, grid: Path
) -> None:
    # The journal is opened before study.json is written, beside it first.
    (tmp_path / "out").mkdir()
    for name in ("results.jsonl", ".gridblock-0123456789abcdef.tmp"):
        (tmp_path / "out" / name).touch()
    arguments = ("sweep", "first", grid, *HERE, "-o", "out", "-q")
    assert gridblock(*arguments).exit_code == 2
    assert gridblock(*arguments, "--resume").exit_code == 0
    # 3 powers are 3 cases.
    assert len(rows_of((tmp_path / "out" / "table.csv").read_text())) == 3
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "instance.json").write_text("mine\n")
    assert gridblock(*arguments[:-2], "notes", "--resume").exit_code == 2
    assert (tmp_path / "notes" / "instance.json").read_text() == "mine\n"


def test_damaged_answers_are_solved_again(gridblock: Any, tmp_path: Path, grid: Path) -> None:
    arguments = ("sweep", "first", grid, *HERE, "-o", "out", "-q")
    assert gridblock(*arguments).exit_code == 0
    table = (tmp_path / "out" / "table.csv").read_text()
    results = tmp_path / "out" / "results.jsonl"
    lines = results.read_text().splitlines()
    # The first of 3 answers has lost its status, and three lines are none.
    first = json.dumps({"key": json.loads(lines[0])["key"]})
    results.write_text("\n".join((first, "5", '"x"', "null", *lines[1:])) + "\n")
    assert gridblock("report", "out").exit_code == 0
    assert gridblock(*arguments, "--resume").exit_code == 0
    assert (tmp_path / "out" / "table.csv").read_text() == table
    assert answered(tmp_path / "out") == 3 + 3 + 1


def test_shards_are_merged_when_all_are_there(gridblock: Any, tmp_path: Path, grid: Path) -> None:
    arguments = ("sweep", "first", grid, *HERE, "-o", "out")
    ran = gridblock(*arguments, "--shard", "2/2")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "shard 2 of 2 is done; 2 cases of others to come" in ran.stderr
    ran = gridblock(*arguments, "--merge", "--format", "csv")
    assert ran.exit_code == 5
    assert [row["status"] for row in rows_of(ran.stdout)] == ["not solved", "optimal", "not solved"]
    assert "2 cases missing, the first is 1" in ran.stderr
    assert gridblock(*arguments, "--shard", "1/2").exit_code == 0
    ran = gridblock(*arguments, "--merge", "--format", "csv")
    assert ran.exit_code == 0
    whole = gridblock("sweep", "first", grid, *HERE, "--no-save", "--format", "csv")
    assert ran.stdout == whole.stdout == (tmp_path / "out" / "table.csv").read_text()
    assert len(list((tmp_path / "out").glob("results-*.jsonl"))) == 2


def test_a_shard_ends_as_its_own_cases_do(
    gridblock: Any, tmp_path: Path, grid: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 7 MW leave 880 of the assistant unmet, and 10 MW nothing of it: with all of it as a floor the
    # second shard, which has the middle one of three cases, has no plan, and the first one has one.
    floored = ("sweep", "first", grid, *HERE, "--set", "demands.assistant.min_share=1")
    ran = gridblock(*floored, "-o", "out", "--shard", "2/2")
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert "shard 2 of 2 is done; 2 cases of others to come" in ran.stderr
    assert gridblock(*floored, "-o", "other", "--shard", "1/2").exit_code == 0
    # A shard beyond the last case has none of its own.
    assert gridblock(*floored, "-o", "out", "--shard", "4/4").exit_code == 0

    def fail(*_: Any, **__: Any) -> Any:
        message = "the solver failed"
        raise SolverError(message)

    monkeypatch.setattr(solving, "find_plan", fail)
    assert gridblock(*floored, "-o", "broken", "--shard", "1/2").exit_code == 1


def test_each_case_is_saved_as_a_run_on_demand(gridblock: Any, tmp_path: Path, grid: Path) -> None:
    arguments = ("sweep", "first", grid, *HERE, "-q", "-o", "out")
    assert gridblock(*arguments).exit_code == 0
    assert gridblock(*arguments, "--resume", "--save-runs").exit_code == 0
    runs = sorted((tmp_path / "out" / "runs").iterdir())
    assert [run.name[:2] for run in runs] == ["1-", "2-", "3-"]
    plan = gb.read_plan(runs[2])
    assert plan.objective == pytest.approx(138_562_608)
    assert plan.audit().ok
    assert gridblock("audit", runs[0]).exit_code == 0


def test_the_report_of_a_study_is_written_later(
    gridblock: Any, tmp_path: Path, prices: Path
) -> None:
    arguments = ("monte-carlo", "first", prices, "-n", 3, *HERE, "-q", "-o", "out")
    assert gridblock(*arguments).exit_code == 0
    assert gridblock("report", "out").exit_code == 0
    assert 'data-chart="spread"' in (tmp_path / "out" / "report.html").read_text()
    assert gridblock("report", "out").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--set", "demands.0.min_share=1", "--set", "demands.1.min_share=1"), 4, "have no plan"),
        (("--shard", "3/2", "-o", "x"), 2, "3/10"),
        (("--shard", "1/2"), 2, "needs --output"),
        (("--resume", "--no-save"), 2, "needs --output"),
        (("--solver-option", "no_such=1"), 2, "no_such"),
    ],
)
def test_how_it_ends(
    gridblock: Any, grid: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    keep = () if "-o" in arguments or "--no-save" in arguments or code == 2 else ("--no-save",)
    ran = gridblock("sweep", "first", grid, *HERE, *arguments, *keep)
    assert ran.exit_code == code
    assert said in " ".join((ran.stdout + ran.stderr).split())


@pytest.mark.parametrize(
    ("statuses", "ending"),
    [
        ({"optimal": 3}, 0),
        ({"optimal": 2, "infeasible": 1, "invalid": 1}, 0),
        ({"infeasible": 3, "invalid": 1}, 4),
        ({"invalid": 3}, 3),
        ({"optimal": 2, "feasible": 1}, 5),
        ({"optimal": 2, "no_plan": 1}, 5),
        ({"optimal": 2, "not solved": 1}, 5),
        ({"infeasible": 2, "no_plan": 1}, 6),
        ({"optimal": 2, "failed": 1, "no_plan": 1}, 1),
        ({"optimal": 2, "failed": 1, "broken": 1}, 8),
    ],
)
def test_the_exit_code_of_many_cases(statuses: dict[str, int], ending: int) -> None:
    assert code_of(statuses) == ending


def test_a_sweep_of_nothing_valid_is_a_bad_instance(gridblock: Any, tmp_path: Path) -> None:
    (tmp_path / "grid.yaml").write_text(f"cartesian: {{{POWER}: [-1, -2]}}\n")
    ran = gridblock("sweep", "first", "grid.yaml", *HERE, "--no-save")
    assert ran.exit_code == 3
    assert "2 cases are no valid instances" in " ".join(ran.stdout.split())


def test_a_bad_grid_is_told_with_its_place(gridblock: Any, tmp_path: Path) -> None:
    (tmp_path / "grid.yaml").write_text("cartesian:\n  demands.asistant.amount: [1]\n")
    ran = gridblock("sweep", "first", "grid.yaml", "--no-save")
    assert ran.exit_code == 3
    assert "grid.yaml:2:28: " in ran.stderr
    assert "did you mean 'assistant'?" in ran.stderr


def test_an_empty_grid_is_not_taken_for_an_instance(gridblock: Any, tmp_path: Path) -> None:
    tmp_path.joinpath("grid.yaml").write_text("# nothing yet\n")
    ran = gridblock("sweep", "first", "grid.yaml")
    assert ran.exit_code == 3
    assert "grid.yaml:1:1: is empty; it must hold fields, each `name: value`\n" in ran.stderr


def test_a_study_that_was_changed_is_refused(gridblock: Any, tmp_path: Path, grid: Path) -> None:
    assert gridblock("sweep", "first", grid, *HERE, "-q", "-o", "out").exit_code == 0
    file = tmp_path / "out" / "instance.json"
    file.write_text(file.read_text().replace("6000", "6001"))
    ran = gridblock("report", "out")
    assert ran.exit_code == 3
    assert "changed since" in ran.stderr


def test_studies_in_python(tmp_path: Path) -> None:
    first = gb.read(Path(gb.__file__).parents[1] / "instances" / "gallery" / "first.yaml")
    told = []
    study = gb.sweep(first, {"cartesian": {POWER: [1, 10]}}, jobs=1, on_answer=told.append)
    assert [(each.done, each.of) for each in told] == [(1, 2), (2, 2)]
    assert study.complete
    assert study.table["objective"].to_list() == pytest.approx([204_389_352, 138_562_608])
    study.save(tmp_path / "out")
    again = gb.read_study(tmp_path / "out")
    assert again.table.equals(study.table)
    with pytest.raises(FileExistsError):
        study.save(tmp_path / "out")
    study.report(tmp_path / "report.html")
    draws = gb.monte_carlo(
        first, {"fields": {PRICE: {"uniform": {"low": 40, "high": 80}}}}, n=2, jobs=1,
    )  # fmt: skip
    assert list(draws.convergence()["cases"]) == [2]


# What follows ends processes in the middle.


def grid_of(folder: Path, count: int) -> Path:
    file = folder / "many.yaml"
    file.write_text(f"cartesian: {{{POWER}: {{from: 0.25, to: {count / 4}, step: 0.25}}}}\n")
    return file


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def answered(folder: Path) -> int:
    files = list(folder.glob("results*.jsonl"))
    return sum(len(file.read_bytes().splitlines()) for file in files)


@pytest.mark.slow
def test_a_kill_in_the_middle_loses_and_doubles_nothing(
    gridblock: Any, process: Any, tmp_path: Path
) -> None:
    many = grid_of(tmp_path, 40)
    killed = process("sweep", "first", many, "-j", "2", "-o", "killed", "-q")
    until(lambda: answered(tmp_path / "killed") >= 10)
    killed.kill()
    killed.wait()
    before = answered(tmp_path / "killed")
    assert before < 40
    ran = gridblock("sweep", "first", many, *HERE, "-o", "killed", "--resume", "-q")
    assert ran.exit_code == 0
    lines = (tmp_path / "killed" / "results.jsonl").read_bytes().splitlines()
    keys = [json.loads(line)["key"] for line in lines]
    assert len(keys) == len(set(keys)) == 40
    assert gridblock("sweep", "first", many, *HERE, "-o", "whole", "-q").exit_code == 0
    for name in ("table.csv", "summary.json"):
        both = [(tmp_path / folder / name).read_bytes() for folder in ("killed", "whole")]
        assert both[0] == both[1]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="process groups are those of POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_keeps_what_is_done(process: Any, tmp_path: Path, jobs: str) -> None:
    many = grid_of(tmp_path, 40)
    started = process("sweep", "first", many, "-j", jobs, "-o", "out", start_new_session=True)
    until(lambda: answered(tmp_path / "out") >= 5)
    os.killpg(started.pid, signal.SIGINT)
    out, said = started.communicate(timeout=60)
    assert (started.returncode, out) == (130, "")
    done = answered(tmp_path / "out")
    assert "of 40 cases are done; go on with the same command, --resume and -o out" in said
    assert "Traceback" not in said
    assert "Warning" not in said
    assert 5 <= done < 40
    assert len(study_folder.known(tmp_path / "out")) == done
