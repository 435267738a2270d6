"""A session keeps the best point whatever happens to the worker, and claims nothing too much."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gridblock.solvers.change import Rows
from gridblock.solvers.outcome import (
    ModelError,
    OptionError,
    Settings,
    SolverError,
    Stop,
    Verdict,
)
from gridblock.solvers.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Progress

    Knapsack = Callable[..., Matrix]

STUB = Path(__file__).with_name("stub_worker.py")
SCRIPT = Path(__file__).with_name("interrupted.py")
LINUX = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads /proc")


def misbehaving(how: str, **options: Any) -> Session:
    return Session(command=[sys.executable, "-P", str(STUB), how], **options)


def test_a_solve_and_its_polish(session: Session, two_halls: Matrix) -> None:
    session.load(two_halls)
    outcome = session.run()
    assert (outcome.stop, outcome.verdict) == (Stop.FINISHED, Verdict.OPTIMAL)
    assert outcome.objective == pytest.approx(25.0)
    assert outcome.gap == 0.0
    assert outcome.notes == ()
    polished = session.polish(np.array([0.0, 4.7]))
    np.testing.assert_array_equal(polished.values, [5.0, 5.0])
    assert polished.objective == 27.0
    assert polished.bound is None


def test_integers_that_cannot_be_completed_are_called_infeasible(
    session: Session, two_halls: Matrix
) -> None:
    session.load(two_halls)
    outcome = session.polish(np.array([6.0, 3.0]))
    assert (outcome.stop, outcome.verdict, outcome.values) == (
        Stop.FINISHED,
        Verdict.INFEASIBLE,
        None,
    )


def test_a_relaxation_has_duals(session: Session, two_halls: Matrix) -> None:
    session.load(replace(two_halls, row_lower=np.array([9.5])))
    outcome = session.run(Settings(relaxation=True))
    assert outcome.objective == pytest.approx(6 + 3 * 3.5 + 7)
    assert outcome.row_duals == pytest.approx([3.0])


def test_infeasible_and_unbounded_are_told_apart(session: Session, two_halls: Matrix) -> None:
    session.load(replace(two_halls, row_lower=np.array([15.0])))
    assert session.run().verdict is Verdict.INFEASIBLE
    session.load(replace(two_halls, cost=np.array([-1.0, 3.0]), upper=np.array([np.inf, 8.0])))
    assert session.run().verdict in {Verdict.UNBOUNDED, Verdict.INFEASIBLE_OR_UNBOUNDED}
    session.load(two_halls)
    assert session.run().verdict is Verdict.OPTIMAL


def test_changes_follow_each_other(session: Session, two_halls: Matrix) -> None:
    session.load(two_halls)
    assert session.run().objective == pytest.approx(25.0)
    # Hall a may hold 3 only, so b holds 7: 3 + 21 + 7.
    session.change(upper=np.array([3.0, 8.0]))
    assert session.run().objective == pytest.approx(31.0)
    # Prices turn: b holds 8 and a 2: 2 x 9 + 8, and nothing for standing still.
    session.change(cost=np.array([9.0, 1.0]), offset=0.0)
    assert session.run().objective == pytest.approx(26.0)
    # At most 7 in b.
    session.change(rows=Rows([-np.inf], [7.5], [0, 1], [1], [1.0]))
    assert session.run().objective == pytest.approx(34.0)
    # Only 9 to serve; the new row is there to stay.
    session.change(row_lower=np.array([9.0, -np.inf]))
    assert session.run().objective == pytest.approx(25.0)
    assert session.matrix.shape == (2, 2, 3)


def test_a_change_that_is_refused_leaves_the_matrix(session: Session, two_halls: Matrix) -> None:
    session.load(two_halls)
    with pytest.raises(ModelError, match="cost nan"):
        session.change(cost=np.array([np.nan, 1.0]))
    assert session.run().objective == pytest.approx(25.0)


def test_a_change_survives_the_worker(session: Session, two_halls: Matrix) -> None:
    session.load(two_halls)
    session.change(upper=np.array([3.0, 8.0]))
    os.kill(session._channel.children[0].process.pid, signal.SIGKILL)
    assert session.run().stop is Stop.KILLED
    assert session.run().objective == pytest.approx(31.0)


def test_faults_of_the_caller_are_raised(session: Session, two_halls: Matrix) -> None:
    with pytest.raises(ModelError, match="no matrix"):
        session.run()
    with pytest.raises(ModelError, match="row 0: column 0: coefficient"):
        session.load(replace(two_halls, value=np.array([np.nan, 1.0])))
    session.load(two_halls)
    with pytest.raises(OptionError, match="did you mean mip_rel_gap"):
        session.run(Settings(options={"mip_rel_gapp": 1}))
    assert session.run().objective == pytest.approx(25.0)


@pytest.mark.parametrize("how", ["segfault", "abort", "exit", "raise"])
def test_a_crash_is_tried_again(how: str, two_halls: Matrix) -> None:
    with misbehaving(how) as session:
        session.load(two_halls)
        outcome = session.run()
    assert (outcome.stop, outcome.verdict) == (Stop.FINISHED, Verdict.OPTIMAL)
    assert outcome.objective == pytest.approx(25.0)
    assert "retried with presolve off and another seed" in outcome.notes


def test_a_crash_that_comes_back_leaves_the_best_point(two_halls: Matrix) -> None:
    with misbehaving("segfault-always") as session:
        session.load(two_halls)
        outcome = session.run()
    assert (outcome.stop, outcome.verdict) == (Stop.CRASHED, Verdict.FEASIBLE)
    assert outcome.objective == 27.0
    assert "SIGSEGV" in outcome.notes[0]


@pytest.mark.parametrize(("how", "stop"), [("kill", Stop.KILLED), ("memory", Stop.MEMORY)])
def test_an_end_from_outside_is_not_tried_again(how: str, stop: Stop, two_halls: Matrix) -> None:
    with misbehaving(f"{how}-always") as session:
        session.load(two_halls)
        outcome = session.run()
        assert (outcome.stop, outcome.verdict) == (stop, Verdict.FEASIBLE)
        assert outcome.objective == 27.0
        assert "memory" in outcome.notes[0]


def test_a_worker_that_ignores_the_time_limit_is_killed(two_halls: Matrix) -> None:
    with misbehaving("sleep", grace=0.3) as session:
        session.load(two_halls)
        outcome = session.run(Settings(time_limit=0.5))
    assert (outcome.stop, outcome.verdict) == (Stop.KILLED, Verdict.FEASIBLE)
    assert 0.8 <= outcome.seconds < 3.0


def test_a_worker_that_babbles_is_treated_as_crashed(two_halls: Matrix) -> None:
    with misbehaving("babble") as session:
        session.load(two_halls)
        assert session.run().objective == pytest.approx(25.0)


@pytest.mark.parametrize("how", ["infeasible", "either"])
def test_infeasible_needs_a_second_proof(how: str, two_halls: Matrix) -> None:
    with misbehaving(how) as session:
        session.load(two_halls)
        outcome = session.run()
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.objective == pytest.approx(25.0)
    assert "not so by a second solve" in outcome.notes[0]


def test_polish_asks_twice_too(two_halls: Matrix) -> None:
    with misbehaving("polish_infeasible") as session:
        session.load(two_halls)
        assert session.polish(np.array([6.0, 4.0])).objective == 25.0


@pytest.mark.parametrize(
    "how", ["row_off", "rounding_off", "integer_off", "wrong_integer", "nan", "short", "long"]
)
def test_a_point_that_does_not_hold_is_replaced(how: str, two_halls: Matrix) -> None:
    with misbehaving(how) as session:
        session.load(two_halls)
        outcome = session.run()
    assert outcome.values is not None
    assert two_halls.violation(outcome.values).tolerable
    assert outcome.objective == pytest.approx(25.0)
    assert outcome.verdict is Verdict.OPTIMAL
    assert "was off" in outcome.notes[0]


@pytest.mark.parametrize("how", ["wrong_integer-always", "nan-always"])
def test_a_point_that_cannot_be_repaired_is_refused(how: str, two_halls: Matrix) -> None:
    with misbehaving(how) as session:
        session.load(two_halls)
        with pytest.raises(SolverError, match="violates the matrix"):
            session.run()


@pytest.mark.parametrize("how", ["bound_above", "bound_nan", "no_bound"])
def test_a_bound_that_cannot_be_true_is_dropped(how: str, two_halls: Matrix) -> None:
    with misbehaving(how) as session:
        session.load(two_halls)
        outcome = session.run()
    assert outcome.bound is None
    assert outcome.verdict is Verdict.FEASIBLE
    assert outcome.notes


def test_a_worker_that_cannot_start_says_why(two_halls: Matrix) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no solver here')"]
    with Session(command=command) as session, pytest.raises(SolverError, match="no solver here"):
        session.load(two_halls)


def test_kill_9_of_the_worker_leaves_the_best_point(session: Session, knapsack: Knapsack) -> None:
    matrix = knapsack(60, 40)
    session.load(matrix)

    def kill(progress: Progress) -> None:
        if progress.best is not None and progress.best < -1500:
            os.kill(session._channel.children[0].process.pid, signal.SIGKILL)

    outcome = session.run(Settings(gap=0.0, time_limit=20), on_progress=kill)
    assert (outcome.stop, outcome.verdict) == (Stop.KILLED, Verdict.FEASIBLE)
    assert outcome.values is not None
    assert matrix.violation(outcome.values).tolerable
    assert outcome.objective is not None
    assert outcome.objective < -1500


def test_stop_from_another_thread_keeps_point_and_bound(
    session: Session, knapsack: Knapsack
) -> None:
    session.load(knapsack(60, 40))
    threading.Timer(0.5, session.stop).start()
    outcome = session.run(Settings(gap=0.0, time_limit=20))
    assert (outcome.stop, outcome.verdict) == (Stop.INTERRUPTED, Verdict.FEASIBLE)
    assert outcome.bound is not None
    assert outcome.seconds < 3.0
    assert outcome.values is not None
    assert session.polish(outcome.values).verdict is Verdict.FEASIBLE


def test_stop_before_a_solve_ends_it_at_once_and_only_it(
    session: Session, knapsack: Knapsack
) -> None:
    session.load(knapsack(60, 40))
    session.stop()
    assert session.run(Settings(gap=0.0, time_limit=20)).stop is Stop.INTERRUPTED
    assert session.run(Settings(gap=0.5)).stop is Stop.FINISHED


@pytest.mark.parametrize(("stops", "seconds"), [(1, 2.0), (2, 0.5)])
def test_a_worker_that_does_not_stop_is_killed(
    stops: int, seconds: float, two_halls: Matrix
) -> None:
    with misbehaving("sleep") as session:
        session.load(two_halls)
        for nth in range(stops):
            threading.Timer(0.2 + 0.3 * nth, session.stop).start()
        outcome = session.run()
    assert (outcome.stop, outcome.verdict) == (Stop.INTERRUPTED, Verdict.FEASIBLE)
    assert outcome.objective == 27.0
    assert seconds <= outcome.seconds < seconds + 1.5


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_ctrl_c_keeps_the_best_point(name: str) -> None:
    with subprocess.Popen(
        [sys.executable, str(SCRIPT)], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as script:
        assert script.stdout
        assert script.stdout.readline() == "solving\n"
        sent = time.monotonic()
        os.killpg(script.pid, getattr(signal, name))
        told = json.loads(script.stdout.readline())
    assert time.monotonic() - sent < 3.5
    assert (told["stop"], told["verdict"]) == ("interrupted", "feasible")
    assert told["bound"] <= told["objective"] <= -1500
    assert told["holds"]
    assert script.returncode == 0


@LINUX
def test_the_worker_ends_with_its_parent_and_removes_the_folder() -> None:
    with subprocess.Popen(
        [sys.executable, str(SCRIPT)], stdout=subprocess.PIPE, text=True
    ) as script:
        assert script.stdout
        script.stdout.readline()
        children = Path(f"/proc/{script.pid}/task/{script.pid}/children").read_text().split()
        arguments = Path(f"/proc/{children[0]}/cmdline").read_text().split("\0")
        folder = Path(next(each for each in arguments if "gridblock-" in each))
        assert folder.exists()
        script.kill()
    deadline = time.monotonic() + 5.0
    while (
        Path(f"/proc/{children[0]}").exists() or folder.exists()
    ) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    assert not Path(f"/proc/{children[0]}").exists()


@LINUX
def test_two_hundred_solves_leak_nothing(knapsack: Knapsack, tmp_path: Path) -> None:
    matrix = knapsack(6, 3)
    descriptors, threads = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
    with Session(tmp_path) as session:
        for _ in range(200):
            session.load(matrix)
            session.polish(np.zeros(6))
        folder = next(tmp_path.iterdir())
        # Beside the log of errors, the last four points: what a run that is killed goes on from.
        kept = {f"kept-{i}.npy" for i in range(4)}
        assert {path.name for path in folder.iterdir()} <= {"errors", *kept}
        child = session._channel.children[0].process.pid
        assert len(list(Path(f"/proc/{child}/fd").iterdir())) < 12
    assert not list(tmp_path.iterdir())
    assert not Path(f"/proc/{child}").exists()
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
    assert threading.active_count() == threads


def test_a_session_that_is_forgotten_is_closed(two_halls: Matrix, tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.load(two_halls)
    process = session._channel.children[0].process
    del session
    assert process.returncode is not None
    assert not list(tmp_path.iterdir())


def test_the_log_goes_where_it_is_wanted(
    two_halls: Matrix, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    heard: list[str] = []
    with Session(log=tmp_path / "highs.log") as session:
        session.load(two_halls)
        session.run(on_log=heard.append)
        session.run()
    assert "Solving report" in "".join(heard)
    assert (tmp_path / "highs.log").read_text().count("Solving report") == 2
    assert capfd.readouterr() == ("", "")


def test_a_log_that_cannot_be_written_costs_a_note(two_halls: Matrix) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full")
    with Session(log=full) as session:
        session.load(two_halls)
        outcome = session.run()
    assert outcome.verdict is Verdict.OPTIMAL
    assert "No space left" in outcome.notes[0]


@LINUX
def test_a_memory_limit_ends_in_memory(knapsack: Knapsack) -> None:
    with Session(memory_gb=0.2) as session:
        session.load(knapsack(600, 200))
        outcome = session.run(Settings(gap=0.0, time_limit=200.0))
    assert outcome.stop is Stop.MEMORY
    # Whether a point was found before depends on the moment at which memory ran out.
    known = Verdict.UNKNOWN if outcome.values is None else Verdict.FEASIBLE
    assert outcome.verdict is known
    assert "memory" in outcome.notes[0]


def test_an_exception_of_the_caller_is_passed_on(session: Session, knapsack: Knapsack) -> None:
    session.load(knapsack(30, 20))

    def fail(_: Progress) -> None:
        message = "the caller's own"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="the caller's own"):
        session.run(on_progress=fail)
    assert session.run(Settings(gap=0.5)).verdict is Verdict.OPTIMAL


def test_the_parent_side_loads_neither_pyomo_nor_highs() -> None:
    code = (
        "import sys, gridblock.solvers.session as s;"
        "assert not {'pyomo', 'pandas', 'highspy'} & set(sys.modules);"
        "import gridblock.solvers.worker;"
        "assert not {'pyomo', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True)
