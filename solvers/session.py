"""HiGHS in a child process that may hang, crash or be killed without loss of the best point."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Self

import numpy as np

from gridblock.solvers.change import Change
from gridblock.solvers.channel import COMMAND, Channel
from gridblock.solvers.doubt import DOUBTED, holds_the_start
from gridblock.solvers.outcome import (
    ModelError,
    Outcome,
    Progress,
    Settings,
    Stop,
    Verdict,
    another_way,
    judged,
)
from gridblock.solvers.versions import refuse_unsound
from gridblock.solvers.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gridblock.solvers.change import Floats, Rows
    from gridblock.solvers.matrix import Matrix

DEFAULTS = Settings()
DOUBTFUL = {Verdict.INFEASIBLE, Verdict.INFEASIBLE_OR_UNBOUNDED}


class Session:
    """One worker that keeps its matrix from solve to solve; a context manager.

    Nothing a solve does can take this process down: the worker is watched by the clock, started
    again once after a crash, and leaves every improving point in a file. Ctrl-C and `stop` end a
    solve with what it holds; the outcome says ``interrupted`` and the caller decides.

    Attributes:
        stops: how often it was asked to stop, in all.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        log: Path | None = None,
        memory_gb: float | None = None,
        grace: float = 5.0,
        command: Sequence[str] = COMMAND,
        any_version: bool = False,
    ) -> None:
        """Make the private folder; the worker starts with the first matrix.

        Args:
            folder: where the private folder is made, None for the system's temporary folder.
            log: file that HiGHS's log is added to, None for nowhere.
            memory_gb: limit of the worker's address space, where the system has one.
            grace: seconds after the time limit at which the worker is killed.
            command: how to start the worker.
            any_version: whether a HiGHS known to be wrong may solve, which is refused otherwise.
        """
        if not any_version:
            refuse_unsound()
        self._channel = Channel(folder, log, memory_gb, grace, command)
        self.stops = 0

    def __enter__(self) -> Self:
        """Return the session."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """End the worker and remove the private folder; may be called twice."""
        self._channel.close()

    def stop(self) -> None:
        """End the solve that runs, or else the next; a second call kills it at once.

        May be called from another thread or from a signal handler.
        """
        self._channel.stops += 1
        self.stops += 1

    def stopped(self) -> bool:
        """Say whether `stop` was called while nothing was solved; the next solve does not end."""
        asked, self._channel.stops = self._channel.stops > 0, 0
        return asked

    def keep(self, values: Floats) -> None:
        """Keep the best point of a whole whose parts are solved here, for a run that is killed."""
        self._channel.keep(values, "whole")

    @property
    def matrix(self) -> Matrix:
        """The matrix that is solved, changes included."""
        if self._channel.matrix is None:
            message = "no matrix has been loaded"
            raise ModelError(message)
        return self._channel.matrix

    def load(self, matrix: Matrix) -> None:
        """Hand a matrix to the worker.

        Raises:
            ModelError: if it is not valid, or HiGHS does not take it whole.
            SolverError: if the worker fails.
        """
        matrix.validate()
        self._channel.matrix = None
        self._channel.hand_over("load", matrix)
        self._channel.matrix = matrix

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
        self._channel.hand_over("change", change)
        self._channel.matrix = matrix

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
        watch = Watch(settings, on_progress, on_log)
        outcome = self._channel.attempt("run", settings, watch, settings.start)
        try:
            outcome = self._settled(outcome, matrix, watch)
        except KeyboardInterrupt:
            outcome = _unclaimed(outcome, matrix, Stop.INTERRUPTED)
        resolution = 0.0 if outcome.values is None else matrix.resolution(outcome.values)
        return watch.finished(judged(outcome, settings.gap, resolution))

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
        matrix, watch = self.matrix, Watch(settings)
        matrix.fixed(values)
        self._channel.stops = 0
        outcome = self._channel.attempt("polish", settings, watch, values)
        if not _holds(outcome, matrix) and outcome.stop in {Stop.FINISHED, Stop.CRASHED}:
            outcome = self._channel.attempt("polish", another_way(settings), watch, values)
        if outcome.values is not None and not _holds(outcome, matrix):
            self._channel.fail(f"polishing ended in {matrix.violation(outcome.values)}")
        return watch.finished(outcome)

    def _settled(self, outcome: Outcome, matrix: Matrix, watch: Watch) -> Outcome:
        """Retry after a crash, ask twice about infeasibility, repair values that do not hold."""
        if outcome.stop is Stop.CRASHED and watch.left() > 1.0:
            watch.notes.append("retried with presolve off and another seed")
            outcome = self._again(outcome, watch, watch.left())
        doubted = DOUBTED in outcome.notes
        outcome = replace(outcome, notes=tuple(n for n in outcome.notes if n != DOUBTED))
        trial = watch.settings.cutoff is not None
        if not trial and holds_the_start(outcome, matrix, watch.settings, doubted=doubted):
            watch.notes.append("the start came back as the optimum, which it is not; solved again")
            outcome = self._again(outcome, watch, watch.left())
        if outcome.verdict in DOUBTFUL and outcome.stop is Stop.FINISHED and not trial:
            outcome = self._second_opinion(outcome, watch)
        if outcome.verdict in DOUBTFUL and outcome.stop is not Stop.FINISHED:
            outcome = replace(outcome, verdict=Verdict.UNKNOWN)
        fine = outcome.values is None or _holds(outcome, matrix) or watch.settings.near
        return outcome if fine else self._repaired(outcome, matrix, watch)

    def _again(self, first: Outcome, watch: Watch, seconds: float) -> Outcome:
        """Solve once more in another way, from the point held, which is kept if none is found."""
        settings = replace(
            another_way(watch.settings), time_limit=None if math.isinf(seconds) else seconds
        )
        start = settings.start if first.values is None else first.values
        second = self._channel.attempt("run", settings, watch, start)
        if first.values is None or second.values is not None:
            return second
        return replace(
            second, verdict=Verdict.FEASIBLE, values=first.values, objective=first.objective
        )

    def _second_opinion(self, first: Outcome, watch: Watch) -> Outcome:
        """Let a second solve agree that the model is infeasible, or not."""
        seconds = min(watch.left(), max(30.0, 10.0 * watch.seconds))
        second = self._again(first, watch, max(1.0, seconds))
        if second.verdict not in DOUBTFUL:
            found = "not so by" if second.values is not None else "not confirmed by"
            watch.notes.append(f"called {first.verdict} at first, {found} a second solve")
        elif first.verdict is Verdict.INFEASIBLE:
            return replace(second, verdict=first.verdict)
        return second

    def _repaired(self, outcome: Outcome, matrix: Matrix, watch: Watch) -> Outcome:
        """Return values that hold: polished, from a second solve, or none at all."""
        fault = matrix.violation(np.asarray(outcome.values))
        watch.notes.append(f"the solver's point was off by {fault.amount:g} in a {fault.kind}")
        seconds = max(10.0, watch.left())
        limit = None if math.isinf(seconds) else seconds
        if matrix.integer.any() and fault.kind != "value":
            settings = replace(watch.settings, start=None, time_limit=limit)
            polished = self._channel.attempt("polish", settings, watch, outcome.values)
            if _holds(polished, matrix):
                watch.notes.append("it was polished")
                return replace(outcome, values=polished.values, objective=polished.objective)
        if outcome.stop is not Stop.FINISHED:
            return _unclaimed(outcome, matrix, outcome.stop)
        second = self._again(replace(outcome, values=None), watch, seconds)
        if not _holds(second, matrix) and second.stop is not Stop.INTERRUPTED:
            self._channel.fail(f"its point violates the matrix: {fault}")
        return second


def opened(session: Session | None) -> AbstractContextManager[Session]:
    """Give a session that is held already, which stays open, or a new one, which ends."""
    return Session() if session is None else nullcontext(session)


def _holds(outcome: Outcome, matrix: Matrix) -> bool:
    """Whether the outcome holds values and they are within the tolerance of the matrix."""
    return outcome.values is not None and matrix.violation(outcome.values).tolerable


def _unclaimed(outcome: Outcome, matrix: Matrix, stop: Stop) -> Outcome:
    """Return the outcome with nothing claimed that has not been checked."""
    if _holds(outcome, matrix):
        return replace(outcome, stop=stop)
    return replace(outcome, stop=stop, verdict=Verdict.UNKNOWN, values=None, objective=None)
