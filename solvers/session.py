"""HiGHS in a child process that may hang, crash or be killed without loss of the best point."""

from __future__ import annotations

import json
import math
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np

from gridblock.solvers.matrix import Change
from gridblock.solvers.outcome import (
    ModelError,
    OptionError,
    Outcome,
    Progress,
    Settings,
    SolverError,
    Stop,
    Verdict,
    judged,
    restored,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gridblock.solvers.matrix import Floats, Matrix, Rows

Event = dict[str, Any]
COMMAND = (sys.executable, "-P", "-m", "gridblock.solvers.worker")
DEFAULTS = Settings()
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 2.0
SECONDS_BETWEEN_LOOKS = 0.1
REFUSALS: dict[str, type[Exception]] = {"ModelError": ModelError, "OptionError": OptionError}
DOUBTFUL = {Verdict.INFEASIBLE, Verdict.INFEASIBLE_OR_UNBOUNDED}
UNBOUNDED = {Verdict.UNBOUNDED, Verdict.INFEASIBLE_OR_UNBOUNDED}
FROM_OUTSIDE = {"SIGKILL", "SIGTERM"}


class Session:
    """One worker that keeps its matrix from solve to solve; a context manager.

    Nothing a solve does can take this process down: the worker is watched by the clock, started
    again once after a crash, and leaves every improving point in a file. Ctrl-C and `stop` end a
    solve with what it holds; the outcome says ``interrupted`` and the caller decides.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        log: Path | None = None,
        memory_gb: float | None = None,
        grace: float = 5.0,
        command: Sequence[str] = COMMAND,
    ) -> None:
        """Make the private folder; the worker starts with the first matrix.

        Args:
            folder: where the private folder is made, None for the system's temporary folder.
            log: file that HiGHS's log is added to, None for nowhere.
            memory_gb: limit of the worker's address space, where the system has one.
            grace: seconds after the time limit at which the worker is killed.
            command: how to start the worker.
        """
        self._folder = Path(tempfile.mkdtemp(prefix="gridblock-", dir=folder))
        self._command = [*command, str(self._folder)]
        self._command += [] if log is None else ["--log", str(log)]
        self._command += [] if memory_gb is None else ["--memory-gb", str(memory_gb)]
        self._command += ["--sweep"] if folder is None else []
        self._log, self._errors, self._grace = log, self._folder / "errors", grace
        self._matrix: Matrix | None = None
        self._number = self._stops = 0
        self._children: list[_Child] = []
        self._close = weakref.finalize(self, _dispose, self._children, self._folder)

    def __enter__(self) -> Self:
        """Return the session."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the worker and remove the private folder."""
        self.close()

    def close(self) -> None:
        """End the worker and remove the private folder; may be called twice."""
        self._close()

    def stop(self) -> None:
        """End the solve that runs, or else the next; a second call kills it at once.

        May be called from another thread or from a signal handler.
        """
        self._stops += 1

    @property
    def matrix(self) -> Matrix:
        """The matrix that is solved, changes included."""
        if self._matrix is None:
            message = "no matrix has been loaded"
            raise ModelError(message)
        return self._matrix

    def load(self, matrix: Matrix) -> None:
        """Hand a matrix to the worker.

        Raises:
            ModelError: if it is not valid, or HiGHS does not take it whole.
            SolverError: if the worker fails.
        """
        matrix.validate()
        self._matrix = None
        self._hand_over("load", matrix)
        self._matrix = matrix

    def change(
        self,
        *,
        cost: Floats | None = None,
        offset: float | None = None,
        lower: Floats | None = None,
        upper: Floats | None = None,
        row_lower: Floats | None = None,
        row_upper: Floats | None = None,
        rows: Rows | None = None,
    ) -> None:
        """Change the matrix: whole vectors, and rows to add after those that exist.

        Args:
            cost: shape (columns,).
            offset: constant part of the objective.
            lower: shape (columns,).
            upper: shape (columns,).
            row_lower: shape (rows,), of the rows that exist.
            row_upper: shape (rows,), of the rows that exist.
            rows: rows to add.

        Raises:
            ModelError: if the changed matrix is not valid; the old one is then kept.
            SolverError: if the worker fails; likewise.
        """
        change = Change(cost, offset, lower, upper, row_lower, row_upper, rows)
        matrix = self.matrix.changed(change)
        matrix.validate()
        self._hand_over("change", change)
        self._matrix = matrix

    def run(
        self,
        settings: Settings = DEFAULTS,
        on_progress: Callable[[Progress], None] | None = None,
        on_log: Callable[[str], None] | None = None,
    ) -> Outcome:
        """Solve the matrix; values that are returned hold within the tolerance.

        A crash is tried once more with presolve off and another seed. Infeasible is a verdict only
        after a second solve agrees. Values that violate the matrix are repaired or refused.

        Args:
            settings: how to solve.
            on_progress: called with each line of progress.
            on_log: called with each piece of HiGHS's log.

        Raises:
            ModelError: if no matrix has been loaded.
            OptionError: if HiGHS does not know or take an option.
            SolverError: if its answer violates the matrix and cannot be repaired.
        """
        matrix = self.matrix
        if settings.relaxation:
            matrix = replace(matrix, integer=np.zeros_like(matrix.integer))
        watch = _Watch(settings, on_progress, on_log)
        outcome = self._attempt("run", settings, watch, settings.start)
        try:
            outcome = self._settled(outcome, matrix, watch)
        except KeyboardInterrupt:
            outcome = _unclaimed(outcome, matrix, Stop.INTERRUPTED)
        return watch.finished(judged(outcome, matrix, settings.gap))

    def polish(self, values: Floats, settings: Settings = DEFAULTS) -> Outcome:
        """Fix the integers at their rounded values and solve the linear program that is left.

        Args:
            values: shape (columns,), of which only the integers matter.
            settings: how to solve.

        Returns:
            A ``feasible`` outcome whose integers and bounds are exact, without a bound; or
            ``infeasible`` without values if these integers cannot be completed.

        Raises:
            ModelError: if no matrix has been loaded, or the point lacks an integer.
            OptionError: if HiGHS does not know or take an option.
            SolverError: if the answer violates the matrix.
        """
        matrix, watch = self.matrix, _Watch(settings)
        matrix.fixed(values)
        self._stops = 0
        outcome = self._attempt("polish", settings, watch, values)
        if not _holds(outcome, matrix) and outcome.stop in {Stop.FINISHED, Stop.CRASHED}:
            outcome = self._attempt("polish", _otherwise(settings), watch, values)
        if outcome.values is not None and not _holds(outcome, matrix):
            self._fail(f"polishing ended in {matrix.violation(outcome.values)}")
        return watch.finished(outcome)

    def _settled(self, outcome: Outcome, matrix: Matrix, watch: _Watch) -> Outcome:
        """Retry after a crash, ask twice about infeasibility, repair values that do not hold."""
        if outcome.stop is Stop.CRASHED and watch.left() > 1.0:
            watch.notes.append("retried with presolve off and another seed")
            outcome = self._again(outcome, watch, watch.left())
        if outcome.verdict in DOUBTFUL and outcome.stop is Stop.FINISHED:
            outcome = self._second_opinion(outcome, watch)
        if outcome.verdict in DOUBTFUL and outcome.stop is not Stop.FINISHED:
            outcome = replace(outcome, verdict=Verdict.UNKNOWN)
        if outcome.values is None or _holds(outcome, matrix):
            return outcome
        return self._repaired(outcome, matrix, watch)

    def _again(self, first: Outcome, watch: _Watch, seconds: float) -> Outcome:
        """Solve once more in another way, from the point held, which is kept if none is found."""
        settings = replace(
            _otherwise(watch.settings), time_limit=None if math.isinf(seconds) else seconds
        )
        start = settings.start if first.values is None else first.values
        second = self._attempt("run", settings, watch, start)
        if first.values is None or second.values is not None:
            return second
        return replace(
            second, verdict=Verdict.FEASIBLE, values=first.values, objective=first.objective
        )

    def _second_opinion(self, first: Outcome, watch: _Watch) -> Outcome:
        """Let a second solve agree that the model is infeasible, or not."""
        seconds = min(watch.left(), max(30.0, 10.0 * watch.seconds))
        second = self._again(first, watch, max(1.0, seconds))
        if second.verdict not in DOUBTFUL:
            watch.notes.append(f"called {first.verdict} at first, not so by a second solve")
        elif first.verdict is Verdict.INFEASIBLE:
            return replace(second, verdict=first.verdict)
        return second

    def _repaired(self, outcome: Outcome, matrix: Matrix, watch: _Watch) -> Outcome:
        """Return values that hold: polished, from a second solve, or none at all."""
        fault = matrix.violation(np.asarray(outcome.values))
        watch.notes.append(f"the solver's point was off by {fault.amount:g} in a {fault.kind}")
        seconds = max(10.0, watch.left())
        limit = None if math.isinf(seconds) else seconds
        if matrix.integer.any() and fault.kind != "value":
            settings = replace(watch.settings, start=None, time_limit=limit)
            polished = self._attempt("polish", settings, watch, outcome.values)
            if _holds(polished, matrix):
                watch.notes.append("it was polished")
                return replace(outcome, values=polished.values, objective=polished.objective)
        if outcome.stop is not Stop.FINISHED:
            return _unclaimed(outcome, matrix, outcome.stop)
        second = self._again(replace(outcome, values=None), watch, seconds)
        if not _holds(second, matrix) and second.stop is not Stop.INTERRUPTED:
            self._fail(f"its point violates the matrix: {fault}")
        return second

    def _attempt(
        self, verb: str, settings: Settings, watch: _Watch, point: Floats | None
    ) -> Outcome:
        """Let the worker run or polish once and return what it, or its incumbent, gives."""
        watch.start()
        interrupted = sent = False
        limit = math.inf if settings.time_limit is None else settings.time_limit + self._grace
        try:
            child = self._ready()
            self._send(child, verb, settings, watch.on_log is not None, point)
            sent = True
            event = self._next(child, limit, watch, allowed=0)
        except SolverError as error:
            event = {"event": "refused", "kind": "SolverError", "text": str(error)}
        except KeyboardInterrupt:
            interrupted = True
            event = self._wound_up(watch) if sent else {"event": "late"}
        try:
            outcome = self._reported(event, watch)
        except KeyboardInterrupt:
            interrupted = True
            outcome = self._reported(event, watch)
        self._stops = 0 if interrupted else self._stops
        for path in self._folder.glob(f"*-{self._number}.np*"):
            path.unlink(missing_ok=True)
        return replace(outcome, stop=Stop.INTERRUPTED) if interrupted else outcome

    def _wound_up(self, watch: _Watch) -> Event:
        """Ask the worker to stop and give it a moment, less if asked again."""
        child = self._children[0]
        child.send({"do": "stop"})
        try:
            return self._next(child, SECONDS_TO_STOP, watch, allowed=self._stops)
        except KeyboardInterrupt:
            return {"event": "late"}

    def _reported(self, event: Event, watch: _Watch) -> Outcome:
        """Turn the last event of a solve into an outcome."""
        if event["event"] == "done":
            with np.load(event["path"], allow_pickle=False) as held:
                outcome = restored(event["outcome"], dict(held))
            if outcome.stop is Stop.MEMORY:
                self._discard()
                watch.notes.append("the solver ran out of memory")
            return outcome if outcome.values is not None else self._with_incumbent(outcome, watch)
        if event["event"] == "refused":
            self._raise_refusal(event)
            stop, note = Stop.CRASHED, event["text"]
        else:
            patience = 0.0 if event["event"] == "late" else 1.0
            stop, note = self._cause(event["event"], self._discard(patience))
        watch.notes.append(f"{note}, after {watch.seconds:.1f} s")
        return self._with_incumbent(Outcome(stop, Verdict.UNKNOWN), watch)

    def _with_incumbent(self, outcome: Outcome, watch: _Watch) -> Outcome:
        """Return an outcome without values with what the worker left behind, if anything."""
        if outcome.bound is None:
            outcome = replace(outcome, bound=watch.bound)
        path = self._folder / f"incumbent-{self._number}.npy"
        if outcome.verdict in UNBOUNDED or not path.exists():
            return outcome
        if outcome.verdict is Verdict.INFEASIBLE:
            watch.notes.append("called infeasible although a point had been found")
        values = np.load(path, allow_pickle=False)
        cost = self.matrix.objective(values)
        return replace(outcome, verdict=Verdict.FEASIBLE, values=values, objective=cost)

    def _cause(self, last: str, status: str) -> tuple[Stop, str]:
        """Say why a worker is gone, from its last event and how it exited."""
        if last == "late":
            return Stop.KILLED, "the solver did not stop when it should and was killed"
        if last == "memory" or "bad_alloc" in self._tail():
            return Stop.MEMORY, "the solver ran out of memory"
        if status in FROM_OUTSIDE:
            return Stop.KILLED, f"the solver was killed by {status}, often for lack of memory"
        return Stop.CRASHED, f"the solver ended with {status}"

    def _hand_over(self, verb: str, payload: Matrix | Change) -> None:
        """Send a matrix or a change and wait until it has arrived."""
        child = self._ready()
        self._number += 1
        path = self._folder / f"{verb}-{self._number}.npz"
        try:
            payload.save(path)
            child.send({"do": verb, "number": self._number, "path": str(path)})
            event = self._next(child, math.inf, _Watch(DEFAULTS), allowed=math.inf)
        except BaseException:
            self._discard()
            raise
        finally:
            path.unlink(missing_ok=True)
        if event["event"] == "done":
            return
        status = self._discard(1.0 if event["event"] == "gone" else 0.0)
        if event["event"] == "refused":
            self._raise_refusal(event)
        self._fail(event.get("text", self._cause(event["event"], status)[1]))

    def _ready(self) -> _Child:
        """Return the worker, starting it with the matrix held if there is none."""
        if self._children:
            return self._children[0]
        self._number += 1
        child = _Child(self._command, self._errors)
        self._children.append(child)
        event = self._next(child, SECONDS_TO_START, _Watch(DEFAULTS), allowed=math.inf)
        if event["event"] != "ready":
            self._fail(f"the worker did not start ({self._discard(1.0)})")
        if self._matrix is not None:
            self._hand_over("load", self._matrix)
        return child

    def _send(
        self, child: _Child, verb: str, settings: Settings, log: bool, point: Floats | None
    ) -> None:
        """Send a command to run or polish."""
        self._number += 1
        path = self._folder / f"point-{self._number}.npy"
        if point is not None:
            np.save(path, np.asarray(point, dtype=float))
        held = {each.name: getattr(settings, each.name) for each in fields(settings)}
        del held["start"]
        held["options"] = dict(settings.options)
        place = None if point is None else str(path)
        child.send(
            {"do": verb, "number": self._number, "log": log, "settings": held, "path": place}
        )

    def _next(self, child: _Child, seconds: float, watch: _Watch, allowed: float) -> Event:
        """Wait for the event that ends a command, passing on those before it.

        Raises:
            KeyboardInterrupt: on Ctrl-C, or when `stop` has been called more than `allowed` times.
        """
        deadline = time.monotonic() + seconds
        while True:
            if self._stops > allowed:
                raise KeyboardInterrupt
            left = deadline - time.monotonic()
            try:
                event = child.events.get(timeout=max(0.0, min(left, SECONDS_BETWEEN_LOOKS)))
            except queue.Empty:
                if left <= 0:
                    return {"event": "late"}
                continue
            if event.get("number", self._number) not in {0, self._number}:
                continue
            if event["event"] not in {"progress", "incumbent", "log"}:
                return event
            try:
                watch.take(event)
            except Exception:
                self._discard()
                raise

    def _discard(self, patience: float = 0.0) -> str:
        """Kill the worker, if there is one, and return how it ended."""
        return self._children.pop().end(patience) if self._children else "nothing"

    def _raise_refusal(self, event: Event) -> None:
        """Raise what the worker refused as its own fault or the model's, not as a crash."""
        if event["kind"] in REFUSALS:
            raise REFUSALS[event["kind"]](event["text"])

    def _fail(self, what: str) -> NoReturn:
        """Raise what went wrong, where the log is, and the worker's last words."""
        place = f"; its log is {self._log}" if self._log else ""
        tail = self._tail().strip()
        message = f"HiGHS failed: {what}{place}" + (f"\n{tail}" if tail else "")
        raise SolverError(message)

    def _tail(self) -> str:
        """Return the end of what the worker wrote to its standard error."""
        with suppress(OSError), self._errors.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1000))
            return file.read().decode(errors="replace")
        return ""


class _Child:
    """The parent's end of the pipes to one worker."""

    def __init__(self, command: Sequence[str], errors: Path) -> None:
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONFAULTHANDLER": "1"}
        with errors.open("ab") as file:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                start_new_session=True,
                env=environment,
            )
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def send(self, command: Event) -> None:
        """Write a command; that a worker has died is told by its last event."""
        assert self.process.stdin
        with suppress(OSError):
            self.process.stdin.write(json.dumps(command).encode() + b"\n")
            self.process.stdin.flush()

    def end(self, patience: float = 0.0, *, politely: bool = False) -> str:
        """Wait for `patience` seconds, kill what is left, and return how the worker ended.

        Politely means to close its pipe first, on which a worker ends by itself.
        """
        assert self.process.stdin
        with suppress(OSError):
            if politely:
                self.process.stdin.close()
        try:
            status = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = 0
        with suppress(OSError):
            self.process.stdin.close()
        self.reader.join()
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines, suppress(ValueError):
            for line in lines:
                self.events.put(json.loads(line))
        self.events.put({"event": "gone"})


@dataclass
class _Watch:
    """What is seen of one solve, retries included."""

    settings: Settings
    on_progress: Callable[[Progress], None] | None = None
    on_log: Callable[[str], None] | None = None
    began: float = field(default_factory=time.monotonic)
    shift: float = 0.0
    bound: float | None = None
    progress: list[Progress] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def left(self) -> float:
        """Seconds of the time limit that are left, infinite where there is no limit."""
        limit = self.settings.time_limit
        return math.inf if limit is None else max(0.0, limit - self.seconds)

    def start(self) -> None:
        self.shift, self.bound = self.seconds, None

    def take(self, event: Event) -> None:
        if event["event"] == "progress":
            seconds, best, bound, nodes = event["progress"]
            line = Progress(self.shift + seconds, best, bound, nodes)
            self.bound = bound
            self.progress.append(line)
            if self.on_progress:
                self.on_progress(line)
        elif event["event"] == "log" and self.on_log:
            self.on_log(event["text"])

    def finished(self, outcome: Outcome) -> Outcome:
        return replace(
            outcome,
            seconds=self.seconds,
            progress=tuple(self.progress),
            notes=(*self.notes, *outcome.notes),
        )


def _dispose(children: list[_Child], folder: Path) -> None:
    while children:
        children.pop().end(1.0, politely=True)
    shutil.rmtree(folder, ignore_errors=True)


def _holds(outcome: Outcome, matrix: Matrix) -> bool:
    """Whether the outcome holds values and they are within the tolerance of the matrix."""
    return outcome.values is not None and matrix.violation(outcome.values).tolerable


def _otherwise(settings: Settings) -> Settings:
    """Return settings that take another way through the solver."""
    presolve = "on" if settings.presolve == "off" else "off"
    return replace(settings, presolve=presolve, seed=settings.seed + 1, fresh=True)


def _unclaimed(outcome: Outcome, matrix: Matrix, stop: Stop) -> Outcome:
    """Return the outcome with nothing claimed that has not been checked."""
    if _holds(outcome, matrix):
        return replace(outcome, stop=stop)
    return replace(outcome, stop=stop, verdict=Verdict.UNKNOWN, values=None, objective=None)
