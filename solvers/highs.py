"""HiGHS in this process, with every return code, option and shape checked.

A solve here can take the whole process down and its "infeasible" is one proof only; `session`
runs it in a child process and asks twice.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
from highspy import cb

from gridblock.solvers.answer import ranges, read_outcome, unscaled
from gridblock.solvers.cuopt import solve_relaxation
from gridblock.solvers.doubt import DOUBTED, REJECTED
from gridblock.solvers.given import ASKED, Given, completed, holds
from gridblock.solvers.listener import Listener
from gridblock.solvers.lp_solvers import LpSolver
from gridblock.solvers.options import set_options
from gridblock.solvers.outcome import ModelError, Outcome, Progress, Settings, Stop, Verdict

if TYPE_CHECKING:
    from gridblock.solvers.change import Change, Floats, Rows
    from gridblock.solvers.matrix import Matrix

SECONDS_BETWEEN_PROGRESS = 0.5
MOST_FAULTS = 3
ROWWISE, MINIMISE = 2, 1
CORE: Any = highspy._core._Highs
Event: Any = cb.HighsCallbackType


class Engine:
    """One HiGHS object that keeps its matrix from solve to solve."""

    def __init__(self) -> None:
        """Make an empty, silent solver."""
        self._highs: Any = CORE()
        self._check(self._highs.setOptionValue("output_flag", False), "output_flag")
        self._check(self._highs.setCallback(self._called, None), "setCallback")
        for event in (
            Event.kCallbackLogging,
            Event.kCallbackMipInterrupt,
            Event.kCallbackMipImprovingSolution,
            Event.kCallbackSimplexInterrupt,
            Event.kCallbackIpmInterrupt,
        ):
            self._check(self._highs.startCallback(event), "startCallback")
        self._matrix: Matrix | None = None
        self._exponent = 0
        self._threads = 0
        self._listener = Listener()
        self._given: Given | None = None
        self._began = self._told = 0.0

    @property
    def version(self) -> str:
        """The version of HiGHS."""
        return str(self._highs.version())

    @property
    def matrix(self) -> Matrix:
        """The matrix held, changes included."""
        if self._matrix is None:
            message = "no matrix has been loaded"
            raise ModelError(message)
        return self._matrix

    def load(self, matrix: Matrix) -> None:
        """Hand a matrix over and compare what arrived.

        One more column, fixed at 1, carries the objective's constant, so that the solver measures
        its gap on the whole objective.

        Raises:
            ModelError: if the matrix is not valid or HiGHS does not take it whole.
        """
        matrix.validate()
        self._matrix = None
        rows, columns, nonzeros = matrix.shape
        self._check(self._highs.clearModel(), "clearModel")
        self._exponent = matrix.cost_exponent()
        one = np.ones(1)
        status = self._highs.passModel(
            columns + 1,
            rows,
            nonzeros,
            ROWWISE,
            MINIMISE,
            0.0,
            self._scaled_costs(matrix),
            np.concatenate((matrix.lower, one)),
            np.concatenate((matrix.upper, one)),
            matrix.row_lower * matrix.row_scale,
            matrix.row_upper * matrix.row_scale,
            matrix.start,
            matrix.index,
            matrix.scaled_values(),
            np.append(matrix.integer, False).astype(np.int32),
        )
        self._check(status, "passModel")
        self._compare(matrix)
        self._matrix = matrix

    def change(self, change: Change) -> None:
        """Change the matrix in place, keeping the basis where that is possible.

        Raises:
            ModelError: if the changed matrix is not valid or HiGHS does not take it; the engine
                then holds no matrix.
        """
        before, matrix = self.matrix, self.matrix.changed(change)
        matrix.validate()
        self._matrix = None
        if change.cost is not None or change.offset is not None:
            self._exponent = matrix.cost_exponent()
            self._pass_costs(matrix)
        if change.lower is not None or change.upper is not None:
            self._pass_bounds(matrix)
        rows = np.arange(len(before.row_lower), dtype=np.int32)
        if change.row_lower is not None or change.row_upper is not None:
            sides = (
                side[: len(rows)] * matrix.row_scale[: len(rows)]
                for side in (matrix.row_lower, matrix.row_upper)
            )
            status = self._highs.changeRowsBounds(len(rows), rows, *sides)
            self._check(status, "changeRowsBounds")
        if change.rows is not None:
            self._add(change.rows, matrix)
        self._compare(matrix)
        self._matrix = matrix

    def _add(self, rows: Rows, matrix: Matrix) -> None:
        """Add the rows that a matrix ends with."""
        count, nonzeros = len(rows.lower), len(rows.value)
        scale = matrix.row_scale[-count:] if count else rows.lower
        values = matrix.scaled_values()[-nonzeros:] if nonzeros else rows.value
        parts = (rows.lower * scale, rows.upper * scale, nonzeros, rows.start, rows.index, values)
        self._check(self._highs.addRows(count, *parts), "addRows")

    def run(self, settings: Settings, listener: Listener | None = None) -> Outcome:
        """Solve the matrix held.

        Args:
            settings: how to solve.
            listener: told of progress, points and log, and asked whether to stop.

        Returns:
            The outcome as HiGHS gives it; nothing is checked twice.

        Raises:
            OptionError: if an option is unknown or refused.
            SolverError: if HiGHS ends with an error.
        """
        matrix = self.matrix
        if settings.algorithm == LpSolver.CUOPT and matrix.cost.size:
            return solve_relaxation(matrix, settings)
        listener, began, limit = listener or Listener(), time.monotonic(), settings.time_limit
        search = bool(matrix.integer.any()) and not settings.relaxation
        start = settings.start if search else None
        if start is not None and not holds(matrix, start):
            start = completed(self, start, settings, listener)
        self._listener, self._began, self._told = listener, began, time.monotonic() - began
        self._late = self._doubted = False
        self._deadline = began + (math.inf if limit is None else limit)
        if limit is not None:
            # HiGHS's clock goes on from solve to solve, and some parts compare with all of it.
            left = max(0.0, limit - self._told)
            settings = replace(settings, time_limit=left + self._highs.getRunTime())
        self._reset(settings.threads)
        set_options(self._highs, settings, logs=self._listener.logs or start is not None)
        ends = {"objective_bound": settings.cutoff, "objective_target": settings.target}
        for option, cost in ends.items():
            if cost is not None:
                self._check(self._highs.setOptionValue(option, cost * 2.0**self._exponent), option)
        if search or settings.fresh:
            self._check(self._highs.clearSolver(), "clearSolver")
        self._given = None if start is None else Given(self._highs, matrix, start)
        notes = [] if self._given is None else [*self._given.notes]
        if matrix.cost.size:
            self._highs.run()
        outcome = read_outcome(self._highs, matrix, self._exponent, search=search)
        if self._given is not None:
            outcome = self._given.ended(outcome)
        if settings.ranging and outcome.row_duals is not None:
            outcome = replace(outcome, **ranges(self._highs, matrix))
        if self._late and outcome.stop is Stop.INTERRUPTED:
            outcome = replace(outcome, stop=Stop.TIME_LIMIT)
        notes += [f"a callback failed: {fault}" for fault in listener.faults]
        notes += [DOUBTED] if self._doubted and start is not None else []
        return replace(outcome, notes=tuple(notes), seconds=time.monotonic() - self._began)

    def polish(
        self, values: Floats, settings: Settings, listener: Listener | None = None
    ) -> Outcome:
        """Fix the integers at their rounded values and solve the linear program that is left.

        Args:
            values: shape (columns,), of which only the integers matter.
            settings: how to solve.
            listener: as in `run`.

        Returns:
            A point with exact integers and exact bounds; `infeasible` if the integers
            cannot be completed.

        Raises:
            OptionError: if an option is unknown or refused.
            SolverError: if HiGHS ends with an error.
        """
        matrix = self.matrix
        fixed = matrix.fixed(values)
        self._pass_bounds(fixed)
        try:
            outcome = self.run(replace(settings, relaxation=True, fresh=True), listener)
        finally:
            self._pass_bounds(matrix)
        if outcome.values is None:
            return outcome
        exact = np.clip(outcome.values, fixed.lower, fixed.upper)
        cost = matrix.objective(exact)
        return replace(outcome, verdict=Verdict.FEASIBLE, values=exact, objective=cost, bound=None)

    def _scaled_costs(self, matrix: Matrix) -> Floats:
        return np.append(matrix.cost, matrix.offset) * 2.0**self._exponent

    def _pass_costs(self, matrix: Matrix) -> None:
        costs = self._scaled_costs(matrix)
        columns = np.arange(len(costs), dtype=np.int32)
        self._check(self._highs.changeColsCost(len(costs), columns, costs), "changeColsCost")

    def _pass_bounds(self, matrix: Matrix) -> None:
        columns = np.arange(len(matrix.cost), dtype=np.int32)
        status = self._highs.changeColsBounds(len(columns), columns, matrix.lower, matrix.upper)
        self._check(status, "changeColsBounds")

    def _compare(self, matrix: Matrix) -> None:
        rows, columns, nonzeros = matrix.shape
        sent = (rows, columns + 1, nonzeros)
        held = (self._highs.getNumRow(), self._highs.getNumCol(), self._highs.getNumNz())
        if sent != held:
            message = f"HiGHS holds {held} rows, columns and coefficients of {sent} handed over"
            raise ModelError(message)

    def _reset(self, threads: int) -> None:
        """Bring every option back to its default; the number of threads may change."""
        self._check(self._highs.resetOptions(), "resetOptions")
        if self._threads not in {0, threads}:
            _reset_scheduler()
        self._threads = threads

    def _check(self, status: Any, what: str) -> None:
        """Refuse anything but kOk: here a warning means that something was not taken as given."""
        if status != highspy.HighsStatus.kOk:
            message = f"HiGHS answers {status.name} to {what}"
            raise ModelError(message)

    def _called(self, event: int, text: str, data: Any, answer: Any, _: Any) -> None:
        """Serve a callback; nothing may be raised, or HiGHS loses what it holds."""
        try:
            self._serve(Event(event), text, data, answer)
        except Exception as error:
            if len(self._listener.faults) < MOST_FAULTS:
                self._listener.faults.append(f"{type(error).__name__}: {error}")

    def _serve(self, event: Any, text: str, data: Any, answer: Any) -> None:
        if event == Event.kCallbackLogging:
            self._doubted = self._doubted or REJECTED in text
            if self._listener.logs:
                self._listener.logged(text)
        elif event == ASKED:
            if self._given is not None:
                self._given.asked(answer)
        elif event == Event.kCallbackMipImprovingSolution:
            self._listener.improved(np.array(data.mip_solution, dtype=float)[:-1])
            self._tell(data, search=True)
        else:
            stopped = self._listener.stopped()
            self._late = not stopped and time.monotonic() > self._deadline
            answer.user_interrupt = stopped or self._late
            if time.monotonic() - self._began - self._told >= SECONDS_BETWEEN_PROGRESS:
                self._tell(data, search=event == Event.kCallbackMipInterrupt)

    def _tell(self, data: Any, *, search: bool) -> None:
        self._told = time.monotonic() - self._began
        best = unscaled(data.mip_primal_bound, self._exponent) if search else None
        bound = unscaled(data.mip_dual_bound, self._exponent) if search else None
        nodes = max(0, int(data.mip_node_count)) if search else 0
        self._listener.moved(Progress(self._told, best, bound, nodes))


def _reset_scheduler() -> None:
    """End the worker threads, whose number is one for the whole process."""
    reset = getattr(CORE, "resetThreadScheduler", None) or CORE.resetGlobalScheduler
    reset(True)
