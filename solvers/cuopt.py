"""The relaxation on a GPU: NVIDIA cuOpt, by its documented Python interface."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from gridblock.solvers.certified import certified_bound
from gridblock.solvers.outcome import Outcome, SolverError, Stop, Verdict

if TYPE_CHECKING:
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Settings

ENDS = {
    "Optimal": (Stop.FINISHED, Verdict.OPTIMAL),
    "PrimalInfeasible": (Stop.FINISHED, Verdict.INFEASIBLE),
    "DualInfeasible": (Stop.FINISHED, Verdict.INFEASIBLE_OR_UNBOUNDED),
    "IterationLimit": (Stop.LIMIT, Verdict.UNKNOWN),
    "TimeLimit": (Stop.TIME_LIMIT, Verdict.UNKNOWN),
}
TOLERANCE = 1e-6


def solve_relaxation(matrix: Matrix, settings: Settings) -> Outcome:
    """Solve the relaxation of a matrix; the point is near the rows, within a tolerance.

    Raises:
        SolverError: cuOpt fails.
    """
    began = time.monotonic()
    linear = importlib.import_module("cuopt.linear_programming")
    asked = linear.SolverSettings()
    asked.set_optimality_tolerance(TOLERANCE)
    asked.set_parameter("log_to_console", False)
    if settings.time_limit is not None:
        asked.set_parameter("time_limit", settings.time_limit)
    solution = linear.Solve(_data(linear, matrix), asked)
    reason = str(solution.get_termination_reason())
    if reason not in ENDS:
        message = f"cuOpt ended with {reason}: {solution.get_error_message()}"
        raise SolverError(message)
    stop, verdict = ENDS[reason]
    seconds = time.monotonic() - began
    if verdict is not Verdict.OPTIMAL:
        return Outcome(stop, verdict, seconds=seconds)
    values = np.asarray(solution.get_primal_solution(), dtype=float)
    duals = np.asarray(solution.get_dual_solution(), dtype=float)
    # Signs of duals are a matter of convention; any are valid, so take those that prove more.
    duals = max(duals, -duals, key=lambda y: certified_bound(matrix, y))
    cost = matrix.objective(values)
    return Outcome(stop, verdict, values, cost, cost, seconds=seconds, row_duals=duals)


def _data(linear: Any, matrix: Matrix) -> Any:
    data = linear.DataModel()
    data.set_csr_constraint_matrix(matrix.value, matrix.index, matrix.start)
    data.set_constraint_lower_bounds(matrix.row_lower)
    data.set_constraint_upper_bounds(matrix.row_upper)
    data.set_objective_coefficients(matrix.cost)
    data.set_objective_offset(matrix.offset)
    data.set_variable_lower_bounds(matrix.lower)
    data.set_variable_upper_bounds(matrix.upper)
    data.set_variable_types(np.full(len(matrix.cost), "C"))
    return data
