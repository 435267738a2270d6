"""Many cases: once each, resumed, spread over processes and a cluster, whatever ends in between."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.solvers.many import cases as solving
from gridblock.solvers.many import pool
from gridblock.solvers.many.cases import Base, Case
from gridblock.solvers.many.engine import answers
from gridblock.solvers.many.journal import BusyError, Journal
from gridblock.solvers.many.journal import read as read_journal
from gridblock.solvers.many.pool import ClusterError, LostError, Where, spread
from gridblock.solvers.many.row import is_row
from gridblock.solvers.outcome import OptionError, Settings
from gridblock.solvers.versions import made_with
from pieces import square_or_end

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
POWER = "facilities.memphis.limits.power_mw"
POD_HOURS = 8760


@pytest.fixture(scope="module")
def first() -> Instance:
    return read(GALLERY / "first.yaml")


@pytest.fixture(scope="module")
def base(first: Instance) -> Base:
    return Base.of(first)


def powers(base: Base, *megawatts: float) -> list[Case]:
    return [Case(f"{mw:g} MW", base, ({POWER: mw},)) for mw in megawatts]


def cost_of_first(pods: int) -> float:
    """The optimum of first.yaml where its power holds so many pods: its comment with 28 of them."""
    served = 256 * pods
    assistant = max(0, 6000 - served)
    research = min(3000, 9000 - served)
    unmet = (3 * assistant + 2 * max(0, research)) * POD_HOURS
    return pods * (9.0e6 - 5.4e6 + 202_356) + unmet


def rows_of(found: Any) -> dict[str, dict[str, Any]]:
    """Rows by name, but for the time that they took; no case twice."""
    rows: dict[str, dict[str, Any]] = {}
    for answer in found:
        assert answer.case.name not in rows
        rows[answer.case.name] = {k: v for k, v in answer.row.items() if k != "seconds"}
    return rows


def test_each_case_has_its_own_optimum(base: Base) -> None:
    # A pod of 350 kW always pays (see first.yaml), so that 1 MW holds 2, 7 MW 20, 10 MW 28.
    rows = rows_of(answers(powers(base, 1, 7, 10)))
    found = {name: row["objective"] for name, row in rows.items()}
    assert found == pytest.approx(
        {"1 MW": cost_of_first(2), "7 MW": cost_of_first(20), "10 MW": 138_562_608}
    )
    # Of 9,000 the 28 pods leave 1,832 of research.
    assert rows["10 MW"]["unmet"] == {"assistant": 0, "research": pytest.approx(1832 / 3000)}
    assert rows["10 MW"]["unmet_by_period"] == [pytest.approx(1832 / 9000)]
    # Spending: 28 x 3,600,000 for hardware less what is left of it, 28 x 202,356 for energy.
    assert rows["10 MW"]["spending"] == pytest.approx(28 * 3_802_356)


def test_what_the_journal_knows_is_not_solved_again(
    base: Base, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Journal(tmp_path / "log") as journal:
        before = rows_of(answers(powers(base, 1, 2), journal=journal))
    solved = []
    plainly = solving.find_plan

    def counted(*arguments: Any, **more: Any) -> Any:
        solved.append(arguments)
        return plainly(*arguments, **more)

    monkeypatch.setattr(solving, "find_plan", counted)
    # One of the three is new; another name, or 2.0 for 2, makes no other case.
    again = [*powers(base, 1, 3), Case("two", base, ({POWER: 2.0},)), *powers(base, 2)]
    with Journal(tmp_path / "log") as journal:
        found = list(answers(again, journal=journal))
    assert len(solved) == 1
    assert {a.case.name: a.known for a in found} == {
        "1 MW": True, "3 MW": False, "two": True, "2 MW": True,
    }  # fmt: skip
    assert rows_of(found)["two"] == before["2 MW"]


def test_what_an_answer_rests_on_is_in_its_key(base: Base, first: Instance) -> None:
    case = Case("a", base, ({POWER: 2},))
    others = [
        Case("a", base, ({POWER: 3},)),
        Case("a", base, ({POWER: 2}, {"discount_rate": 0.1})),
        Case("a", Base.of(first.replace({"discount_rate": 0.2})), ({POWER: 2},)),
        replace(case, settings=Settings(gap=0.5)),
        replace(case, settings=Settings(seed=1)),
        replace(case, settings=Settings(options={"mip_max_nodes": 1})),
    ]
    assert len({case.key, *(other.key for other in others)}) == 1 + len(others)
    same = [
        Case("b", base, ({POWER: 2.0},)),
        Case("a", base, ({POWER: "*0.2"},)),
        Case("a", base, ({POWER: 1}, {POWER: "*2"})),
        replace(case, keep=True),
    ]
    assert {case.key} == {other.key for other in same}


def test_cases_without_a_plan_are_rows(base: Base) -> None:
    given = [
        Case("floor", base, ({"demands.*.min_share": 1},)),
        Case("below 0", base, ({POWER: -1},)),
        Case("no time", base, (), Settings(time_limit=0)),
        *powers(base, 10),
    ]
    rows = rows_of(answers(given))
    assert {name: row["status"] for name, row in rows.items()} == {
        "floor": "infeasible",
        "below 0": "invalid",
        "no time": "no_plan",
        "10 MW": "optimal",
    }
    assert "must be at least 0" in rows["below 0"]["message"]
    assert rows["floor"]["message"]


def test_a_path_that_leads_nowhere_is_told_before_anything_is_solved(base: Base) -> None:
    given = [*powers(base, 1), Case("a", base, ({"demands.chat.amount": 1},))]
    with pytest.raises(InstanceError, match="there is no 'chat'"):
        next(answers(given))


def test_an_option_that_highs_does_not_know_ends_it(base: Base) -> None:
    with pytest.raises(OptionError):
        list(answers([Case("a", base, (), Settings(options={"no_such": 1}))]))


def test_another_version_is_refused(base: Base) -> None:
    versions = {**made_with(), "highspy": "1.14.0"}
    with pytest.raises(solving.VersionsError, match=r"highspy 1\.14\.0"):
        solving.solve_case(Case("a", base), versions)


def test_a_torn_line_is_dropped_and_written_anew(base: Base, tmp_path: Path) -> None:
    path = tmp_path / "log"
    with Journal(path) as journal:
        whole = rows_of(answers(powers(base, 1, 2), journal=journal))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1][:-20])
    assert len(read_journal(path)) == 1
    with Journal(path) as journal:
        found = list(answers(powers(base, 1, 2), journal=journal))
    assert [answer.known for answer in found] == [True, False]
    assert rows_of(found) == whole
    assert len(read_journal(path)) == 2


DAMAGED: dict[str, Any] = {
    "a number": 5,
    "a text": "x",
    "nothing": None,
    "a list": ["key"],
    "no status": {"key": "k"},
    "a status that is no text": {"key": "k", "status": 1},
    "no key": {"status": "infeasible"},
    "a message that is no text": {"key": "k", "status": "failed", "message": 5},
    "a cost alone": {"key": "k", "status": "optimal", "objective": 1.0},
}


@pytest.mark.parametrize("line", DAMAGED.values(), ids=DAMAGED)
def test_a_line_that_is_not_ours_counts_for_nothing(tmp_path: Path, line: Any) -> None:
    kept = {"key": "k", "status": "infeasible"}
    (tmp_path / "log").write_text(f"{json.dumps(kept)}\n{json.dumps(line)}\n")
    with Journal(tmp_path / "log") as journal:
        assert journal.rows == read_journal(tmp_path / "log") == {"k": {"status": "infeasible"}}


@pytest.mark.parametrize("full", [False, True])
def test_a_row_with_any_part_of_another_kind_is_none(base: Base, full: bool) -> None:
    row = solving.solve_case(Case("a", base, full=full), made_with()).row
    assert is_row(row)
    others = {str: 5, list: 5, dict: [5], int: "x", float: "x"}
    known = [name for name in row if name not in {"stop", "seconds"}]
    # 11 parts are checked of each row, and 4 more of a full one.
    assert len(known) == (15 if full else 11)
    for name in known:
        assert not is_row({**row, name: others[type(row[name])]}), name
    assert not is_row({**row, "unmet": {"chat": "all"}})
    assert not is_row({**row, "objective": float("nan")})


def test_a_journal_has_one_writer(tmp_path: Path) -> None:
    with Journal(tmp_path / "log"), pytest.raises(BusyError, match="another process"):
        Journal(tmp_path / "log")
    Journal(tmp_path / "log").close()


def test_failed_cases_are_tried_again(base: Base, tmp_path: Path) -> None:
    (case,) = powers(base, 1)
    with Journal(tmp_path / "log") as journal:
        journal.add(case.key, solving.failed("its process was killed"))
        (answer,) = answers([case], journal=journal)
    assert answer.row["status"] == "optimal"
    assert read_journal(tmp_path / "log")[case.key]["status"] == "optimal"


@pytest.mark.slow
def test_a_process_that_dies_takes_nothing_else_along() -> None:
    found = dict(spread(square_or_end, range(30), Where(jobs=2)))
    lost = found.pop(13)
    assert isinstance(lost, LostError)
    assert found == {i: i * i for i in range(30) if i != 13}


@pytest.mark.slow
def test_two_processes_answer_as_one_does(base: Base) -> None:
    given = powers(base, *(k / 4 for k in range(1, 25)))
    assert rows_of(answers(given, Where(jobs=2))) == rows_of(answers(given))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Any]:
    """Start a Dask scheduler and two workers as processes; give its address and the workers."""
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    running: list[subprocess.Popen[bytes]] = []

    def start(kind: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--no-dashboard"]
        command += ["--host", "127.0.0.1", "--scheduler-file", str(file), *arguments]
        running.append(subprocess.Popen(command, **quiet))  # type: ignore[call-overload]

    start("scheduler", "--port", "0")
    deadline = time.monotonic() + 60
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    for _ in range(2):
        start("worker", "--nthreads", "1", "--no-nanny")
    yield json.loads(file.read_text())["address"], running[1:]
    for each in reversed(running):
        each.kill()
        each.wait()


@pytest.mark.slow
def test_a_worker_of_a_cluster_dies_and_no_case_is_lost_or_doubled(
    base: Base, cluster: Any, tmp_path: Path
) -> None:
    address, workers = cluster
    given = powers(base, *(k / 8 for k in range(1, 101)))
    found = []
    with Journal(tmp_path / "log") as journal:
        for answer in answers(given, Where(scheduler=address), journal):
            found.append(answer)
            if len(found) == 30:
                workers[0].kill()
    assert len(found) == 100
    assert len((tmp_path / "log").read_bytes().splitlines()) == 100
    assert rows_of(found) == rows_of(answers(given))


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(pool, "SECONDS_TO_CONNECT", 1)
    with pytest.raises(ClusterError, match=r"tcp://127\.0\.0\.1:1"):
        list(spread(square_or_end, [1], Where(scheduler="tcp://127.0.0.1:1")))
