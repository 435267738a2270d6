"""Commands to a worker process and what becomes of them; the worker is started as needed."""

from __future__ import annotations

import math
import os
import queue
import shutil
import sys
import tempfile
import time
import weakref
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from gridblock.solvers.child import Child
from gridblock.solvers.outcome import (
    ModelError,
    OptionError,
    Outcome,
    Settings,
    SolverError,
    Stop,
    Verdict,
    restored,
)
from gridblock.solvers.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridblock.solvers.change import Change, Floats
    from gridblock.solvers.child import Event
    from gridblock.solvers.matrix import Matrix

COMMAND = (sys.executable, "-P", "-m", "gridblock.solvers.worker")
DEFAULTS = Settings()
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 2.0
SECONDS_BETWEEN_LOOKS = 0.1
POINTS_KEPT = 4
WHOLE = 1e-5
REFUSALS: dict[str, type[Exception]] = {"ModelError": ModelError, "OptionError": OptionError}
UNBOUNDED = {Verdict.UNBOUNDED, Verdict.INFEASIBLE_OR_UNBOUNDED}
FROM_OUTSIDE = {"SIGKILL", "SIGTERM"}


class Channel:
    """The line to a worker; it carries one attempt at a time and judges nothing.

    Attributes:
        matrix: what a worker that has to be started again is given.
        stops: how often the running attempt, or the next, has been asked to stop.
        children: the worker, or nothing.
        close: ends the worker and removes the private folder; may be called twice.
    """

    def __init__(
        self,
        folder: Path | None,
        log: Path | None,
        memory_gb: float | None,
        grace: float,
        command: Sequence[str],
    ) -> None:
        """Make the private folder; the arguments are those of a session."""
        self._folder = Path(tempfile.mkdtemp(prefix="gridblock-", dir=folder))
        self._command = [*command, str(self._folder)]
        self._command += [] if log is None else ["--log", str(log)]
        self._command += [] if memory_gb is None else ["--memory-gb", str(memory_gb)]
        self._command += ["--sweep"] if folder is None else []
        self._keeps = folder is not None
        self._log, self._errors, self._grace = log, self._folder / "errors", grace
        self.matrix: Matrix | None = None
        self.stops = self._number = 0
        self.children: list[Child] = []
        self.close = weakref.finalize(self, _dispose, self.children, self._folder)

    def attempt(self, verb: str, settings: Settings, watch: Watch, point: Floats | None) -> Outcome:
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
        self.stops = 0 if interrupted else self.stops
        if self._keeps and (verb == "polish" or not settings.relaxation):
            self._keep_whole(outcome.values)
        for path in self._folder.glob(f"*-{self._number}.np*"):
            path.unlink(missing_ok=True)
        return replace(outcome, stop=Stop.INTERRUPTED) if interrupted else outcome

    def _keep_whole(self, values: Floats | None) -> None:
        """Keep a point with whole numbers, the last few of them."""
        if values is None or self.matrix is None or len(values) != len(self.matrix.integer):
            return
        whole = values[self.matrix.integer]
        if np.abs(whole - np.round(whole)).max(initial=0.0) <= WHOLE:
            self.keep(values, str(self._number % POINTS_KEPT))

    def keep(self, values: Floats, name: str) -> None:
        """Keep a point on disk by a name, for a run that is killed; not where no folder was named.

        Raises:
            OSError: it cannot be written.
        """
        if self._keeps:
            beside = self._folder / "kept.part"
            with beside.open("wb") as file:
                np.save(file, values)
            beside.replace(self._folder / f"kept-{name}.npy")

    def _wound_up(self, watch: Watch) -> Event:
        """Ask the worker to stop and give it a moment, less if asked again."""
        child = self.children[0]
        child.send({"do": "stop"})
        try:
            return self._next(child, SECONDS_TO_STOP, watch, allowed=self.stops)
        except KeyboardInterrupt:
            return {"event": "late"}

    def _reported(self, event: Event, watch: Watch) -> Outcome:
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

    def _with_incumbent(self, outcome: Outcome, watch: Watch) -> Outcome:
        """Return an outcome without values with what the worker left behind, if anything."""
        if outcome.bound is None:
            outcome = replace(outcome, bound=watch.bound)
        path = self._folder / f"incumbent-{self._number}.npy"
        if outcome.verdict in UNBOUNDED or self.matrix is None or not path.exists():
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

    def hand_over(self, verb: str, payload: Matrix | Change) -> None:
        """Send a matrix or a change and wait until it has arrived."""
        child = self._ready()
        self._number += 1
        path = self._folder / f"{verb}-{self._number}.npz"
        try:
            payload.save(path)
            child.send({"do": verb, "number": self._number, "path": str(path)})
            event = self._next(child, math.inf, Watch(DEFAULTS), allowed=math.inf)
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
        self.fail(event.get("text", self._cause(event["event"], status)[1]))

    def _ready(self) -> Child:
        """Return the worker, starting it with the matrix held if there is none."""
        if self.children:
            return self.children[0]
        self._number += 1
        child = Child(self._command, self._errors)
        self.children.append(child)
        event = self._next(child, SECONDS_TO_START, Watch(DEFAULTS), allowed=math.inf)
        if event["event"] != "ready":
            self.fail(f"the worker did not start ({self._discard(1.0)})")
        if self.matrix is not None:
            self.hand_over("load", self.matrix)
        return child

    def _send(
        self, child: Child, verb: str, settings: Settings, log: bool, point: Floats | None
    ) -> None:
        """Send a command to run or polish."""
        self._number += 1
        path = self._folder / f"point-{self._number}.npy"
        if point is not None:
            np.save(path, np.asarray(point, dtype=float))
        held = {each.name: getattr(settings, each.name) for each in fields(settings)}
        del held["start"], held["duals"], held["cuts"]
        held["options"] = dict(settings.options)
        place = None if point is None else str(path)
        child.send(
            {"do": verb, "number": self._number, "log": log, "settings": held, "path": place}
        )

    def _next(self, child: Child, seconds: float, watch: Watch, allowed: float) -> Event:
        """Wait for the event that ends a command, passing on those before it.

        Raises:
            KeyboardInterrupt: on Ctrl-C, or when `stop` has been called more than `allowed` times.
        """
        deadline = time.monotonic() + seconds
        while True:
            if self.stops > allowed:
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
        return self.children.pop().end(patience) if self.children else "nothing"

    def _raise_refusal(self, event: Event) -> None:
        """Raise what the worker refused as its own fault or the model's, not as a crash."""
        if event["kind"] in REFUSALS:
            raise REFUSALS[event["kind"]](event["text"])

    def fail(self, what: str) -> NoReturn:
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


def _dispose(children: list[Child], folder: Path) -> None:
    while children:
        children.pop().end(1.0, politely=True)
    shutil.rmtree(folder, ignore_errors=True)
