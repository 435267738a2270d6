"""HiGHS in this process, with every return code, option and shape checked.

A solve here can take the whole process down and its "infeasible" is one proof only; `session`
runs it in a child process and asks twice.
"""

from __future__ import annotations

import difflib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
from highspy import cb

from gridblock.solvers.outcome import (
    ModelError,
    Option,
    OptionError,
    Outcome,
    Progress,
    Settings,
    SolverError,
    Stop,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gridblock.solvers.matrix import Change, Floats, Matrix

OURS = {
    "log_file": "log",
    "log_to_console": "log",
    "mip_rel_gap": "gap",
    "output_flag": "log",
    "presolve": "presolve",
    "random_seed": "seed",
    "solve_relaxation": "relaxation",
    "solver": "method",
    "threads": "threads",
    "time_limit": "time_limit",
}
SECONDS_BETWEEN_PROGRESS = 0.5
MOST_FAULTS = 3
ROWWISE, MINIMISE = 2, 1
CORE: Any = highspy._core._Highs
Status: Any = highspy.HighsModelStatus
Event: Any = cb.HighsCallbackType
ENDS = {
    Status.kOptimal: (Stop.FINISHED, Verdict.OPTIMAL),
    Status.kInfeasible: (Stop.FINISHED, Verdict.INFEASIBLE),
    Status.kUnbounded: (Stop.FINISHED, Verdict.UNBOUNDED),
    Status.kUnboundedOrInfeasible: (Stop.FINISHED, Verdict.INFEASIBLE_OR_UNBOUNDED),
    Status.kTimeLimit: (Stop.TIME_LIMIT, Verdict.UNKNOWN),
    Status.kInterrupt: (Stop.INTERRUPTED, Verdict.UNKNOWN),
    Status.kHighsInterrupt: (Stop.INTERRUPTED, Verdict.UNKNOWN),
    Status.kIterationLimit: (Stop.LIMIT, Verdict.UNKNOWN),
    Status.kSolutionLimit: (Stop.LIMIT, Verdict.UNKNOWN),
    Status.kObjectiveBound: (Stop.LIMIT, Verdict.UNKNOWN),
    Status.kObjectiveTarget: (Stop.LIMIT, Verdict.UNKNOWN),
    Status.kMemoryLimit: (Stop.MEMORY, Verdict.UNKNOWN),
}
COUNTED = ("simplex", "ipm", "crossover", "pdlp")
POINTLESS = {Verdict.INFEASIBLE, Verdict.UNBOUNDED, Verdict.INFEASIBLE_OR_UNBOUNDED}


class Listener:
    """What a solve tells while it runs; the methods may be overridden.

    They are called from within the solver and must be quick. What they raise is kept in `faults`
    and does not reach the solver, which would lose everything it holds. `logs` says whether the
    solver's own log is wanted.
    """

    def __init__(self, *, logs: bool = False) -> None:
        """Start without faults."""
        self.faults: list[str] = []
        self.logs = logs

    def stopped(self) -> bool:
        """Return True to end the solve, keeping what it holds."""
        return False

    def improved(self, values: Floats) -> None:
        """Take a new best point, shape (columns,)."""

    def moved(self, progress: Progress) -> None:
        """Take a line of progress, about two a second."""

    def logged(self, text: str) -> None:
        """Take a piece of the solver's own log."""


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
            matrix.row_lower,
            matrix.row_upper,
            matrix.start,
            matrix.index,
            matrix.value,
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
            lower, upper = matrix.row_lower[: len(rows)], matrix.row_upper[: len(rows)]
            status = self._highs.changeRowsBounds(len(rows), rows, lower, upper)
            self._check(status, "changeRowsBounds")
        if change.rows is not None:
            new = change.rows
            parts = (new.lower, new.upper, len(new.value), new.start, new.index, new.value)
            self._check(self._highs.addRows(len(new.lower), *parts), "addRows")
        self._compare(matrix)
        self._matrix = matrix

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
        self._listener = listener or Listener()
        self._began, self._told = time.monotonic(), 0.0
        notes: list[str] = []
        self._set_options(settings)
        search = bool(matrix.integer.any()) and not settings.relaxation
        if search or settings.fresh:
            self._check(self._highs.clearSolver(), "clearSolver")
        if search and settings.start is not None:
            notes += self._set_start(settings.start)
        status = self._highs.run() if matrix.cost.size else highspy.HighsStatus.kOk
        outcome = self._outcome(status, search)
        notes += [f"a callback failed: {fault}" for fault in self._listener.faults]
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

    def _set_start(self, start: Floats) -> list[str]:
        """Give a point to start from, in part where it holds NaN; return notes if refused."""
        known = np.append(np.flatnonzero(np.isfinite(start)), len(start)).astype(np.int32)
        values = np.append(start, 1.0)[known]
        status = self._highs.setSolution(len(known), known, values)
        return [] if status == highspy.HighsStatus.kOk else ["the start was refused by the solver"]

    def _outcome(self, status: Any, search: bool) -> Outcome:
        """Read what HiGHS ended with."""
        if not self.matrix.cost.size:
            return _without_columns(self.matrix)
        model_status = self._highs.getModelStatus()
        if model_status not in ENDS:
            message = f"HiGHS ended with {model_status.name} ({status.name})"
            raise SolverError(message)
        stop, verdict = ENDS[model_status]
        values = None if verdict in POINTLESS else self._values(verdict)
        if verdict is Verdict.OPTIMAL and values is None:
            message = "HiGHS calls the model optimal and has no point"
            raise SolverError(message)
        if verdict is Verdict.UNKNOWN and values is not None:
            verdict = Verdict.FEASIBLE
        objective = None if values is None else self.matrix.objective(values)
        info = self._highs.getInfo()
        bound = objective if verdict is Verdict.OPTIMAL else None
        if search and stop is not Stop.MEMORY:
            bound = self._unscaled(info.mip_dual_bound)
        duals = {} if search or verdict is not Verdict.OPTIMAL else self._duals()
        counts = [getattr(info, f"{name}_iteration_count") for name in COUNTED]
        return Outcome(
            stop,
            verdict,
            values,
            objective,
            bound,
            nodes=max(0, int(info.mip_node_count)) if search else 0,
            iterations=sum(max(0, int(count)) for count in counts),
            **duals,
        )

    def _values(self, verdict: Verdict) -> Floats | None:
        """Return the point held if HiGHS calls it feasible, or the model optimal."""
        feasible = self._highs.getInfo().primal_solution_status == highspy.kSolutionStatusFeasible
        solution = self._highs.getSolution()
        if not solution.value_valid or not (feasible or verdict is Verdict.OPTIMAL):
            return None
        return np.array(solution.col_value, dtype=float)[:-1]

    def _duals(self) -> dict[str, Any]:
        solution = self._highs.getSolution()
        if not solution.dual_valid:
            return {}
        factor = 2.0**-self._exponent
        return {
            "row_duals": factor * np.array(solution.row_dual, dtype=float),
            "reduced_costs": factor * np.array(solution.col_dual, dtype=float)[:-1],
        }

    def _unscaled(self, value: float) -> float | None:
        """Return a value of the objective in the matrix's own unit, None for an infinite one."""
        return float(value) * 2.0**-self._exponent if abs(value) < highspy.kHighsInf else None

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

    def _set_options(self, settings: Settings) -> None:
        self._check(self._highs.resetOptions(), "resetOptions")
        if self._threads not in {0, settings.threads}:
            _reset_scheduler()
        self._threads = settings.threads
        ours: dict[str, Option] = {
            "output_flag": self._listener.logs,
            "log_to_console": False,
            "mip_abs_gap": 0.0,
            "mip_rel_gap": settings.gap,
            "threads": settings.threads,
            "random_seed": settings.seed,
            "presolve": settings.presolve,
            "solver": settings.method,
            "solve_relaxation": settings.relaxation,
        }
        if settings.time_limit is not None:
            ours["time_limit"] = float(settings.time_limit)
        for name, value in ours.items():
            self._set_option(name, value)
        for name, value in settings.options.items():
            if name in OURS:
                message = f"solver option {name}: set {OURS[name]} instead"
                raise OptionError(message)
            self._set_option(name, value)

    def _set_option(self, name: str, value: Option) -> None:
        status, kind = self._highs.getOptionType(name)
        if status != highspy.HighsStatus.kOk:
            near = difflib.get_close_matches(name, list(option_names()), n=3)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            message = f"HiGHS knows no option {name}{hint}"
            raise OptionError(message)
        refused = f"HiGHS refuses {value!r} for the option {name}"
        try:
            coerced = COERCIONS[int(kind)](value)
        except ValueError as error:
            raise OptionError(refused) from error
        if self._highs.setOptionValue(name, coerced) != highspy.HighsStatus.kOk:
            raise OptionError(refused)

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
            self._listener.logged(text)
        elif event == Event.kCallbackMipImprovingSolution:
            self._listener.improved(np.array(data.mip_solution, dtype=float)[:-1])
            self._tell(data, search=True)
        else:
            answer.user_interrupt = self._listener.stopped()
            if time.monotonic() - self._began - self._told >= SECONDS_BETWEEN_PROGRESS:
                self._tell(data, search=event == Event.kCallbackMipInterrupt)

    def _tell(self, data: Any, *, search: bool) -> None:
        self._told = time.monotonic() - self._began
        best = self._unscaled(data.mip_primal_bound) if search else None
        bound = self._unscaled(data.mip_dual_bound) if search else None
        nodes = max(0, int(data.mip_node_count)) if search else 0
        self._listener.moved(Progress(self._told, best, bound, nodes))


def option_names() -> Iterator[str]:
    """Return the names of all options of HiGHS."""
    return (name for name in dir(highspy.HighsOptions) if not name.startswith("_"))


def _without_columns(matrix: Matrix) -> Outcome:
    """Answer for a matrix without columns, where each row says 0 lies within its bounds."""
    if np.any(matrix.row_lower > 0) or np.any(matrix.row_upper < 0):
        return Outcome(Stop.FINISHED, Verdict.INFEASIBLE)
    return Outcome(Stop.FINISHED, Verdict.OPTIMAL, np.zeros(0), matrix.offset, matrix.offset)


def _reset_scheduler() -> None:
    """End the worker threads, whose number is one for the whole process."""
    reset = getattr(CORE, "resetThreadScheduler", None) or CORE.resetGlobalScheduler
    reset(True)


def _flag(value: Option) -> bool:
    words = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise ValueError(value)
    return words[str(value).lower()]


def _whole(value: Option) -> int:
    if isinstance(value, bool) or float(value) != int(float(value)):
        raise ValueError(value)
    return int(float(value))


def _text(value: Option) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


COERCIONS: dict[int, Callable[[Option], Option]] = {
    int(highspy.HighsOptionType.kBool): _flag,
    int(highspy.HighsOptionType.kInt): _whole,
    int(highspy.HighsOptionType.kDouble): float,
    int(highspy.HighsOptionType.kString): _text,
}
