"""What HiGHS ended with, read once and in words of our own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from gridblock.solvers.outcome import Outcome, SolverError, Stop, Verdict

if TYPE_CHECKING:
    from gridblock.solvers.change import Floats
    from gridblock.solvers.matrix import Matrix

Status: Any = highspy.HighsModelStatus
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


def read_outcome(highs: Any, matrix: Matrix, exponent: int, *, search: bool) -> Outcome:
    """Read what a run of HiGHS has ended with, in the units of the matrix.

    Args:
        highs: the HiGHS object, whose last column carries the objective's constant.
        matrix: what it holds.
        exponent: the power of two by which its costs are scaled.
        search: True for a tree search, False for a linear program.

    Raises:
        SolverError: if HiGHS ended with an error or contradicts itself.
    """
    if not matrix.cost.size:
        return _without_columns(matrix)
    model_status = highs.getModelStatus()
    if model_status not in ENDS:
        message = f"HiGHS ended with {model_status.name}"
        raise SolverError(message)
    stop, verdict = ENDS[model_status]
    values = None if verdict in POINTLESS else _values(highs, verdict)
    if verdict is Verdict.OPTIMAL and values is None:
        message = "HiGHS calls the model optimal and has no point"
        raise SolverError(message)
    if verdict is Verdict.UNKNOWN and values is not None:
        verdict = Verdict.FEASIBLE
    objective = None if values is None else matrix.objective(values)
    info = highs.getInfo()
    bound = objective if verdict is Verdict.OPTIMAL else None
    if search and stop is not Stop.MEMORY:
        bound = unscaled(info.mip_dual_bound, exponent)
    duals = {} if search or verdict is not Verdict.OPTIMAL else _duals(highs, matrix, exponent)
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


def _values(highs: Any, verdict: Verdict) -> Floats | None:
    """Return the point held if HiGHS calls it feasible, or the model optimal."""
    feasible = highs.getInfo().primal_solution_status == highspy.kSolutionStatusFeasible
    solution = highs.getSolution()
    if not solution.value_valid or not (feasible or verdict is Verdict.OPTIMAL):
        return None
    return np.array(solution.col_value, dtype=float)[:-1]


def _duals(highs: Any, matrix: Matrix, exponent: int) -> dict[str, Any]:
    solution = highs.getSolution()
    if not solution.dual_valid:
        return {}
    factor = 2.0**-exponent
    return {
        "row_duals": factor * matrix.row_scale * np.array(solution.row_dual, dtype=float),
        "reduced_costs": factor * np.array(solution.col_dual, dtype=float)[:-1],
    }


def ranges(highs: Any, matrix: Matrix) -> dict[str, Any]:
    """Return the ranges of rows' bounds in which the duals hold, where HiGHS can tell."""
    status, found = highs.getRanging()
    if status != highspy.HighsStatus.kOk or not found.valid:
        return {}
    return {
        "row_from": np.array(found.row_bound_dn.value_, dtype=float) / matrix.row_scale,
        "row_to": np.array(found.row_bound_up.value_, dtype=float) / matrix.row_scale,
    }


def unscaled(value: float, exponent: int) -> float | None:
    """Return a value of the objective in the matrix's own unit, None for an infinite one."""
    return float(value) * 2.0**-exponent if abs(value) < highspy.kHighsInf else None


def _without_columns(matrix: Matrix) -> Outcome:
    """Answer for a matrix without columns, where each row says 0 lies within its bounds."""
    if np.any(matrix.row_lower > 0) or np.any(matrix.row_upper < 0):
        return Outcome(Stop.FINISHED, Verdict.INFEASIBLE)
    return Outcome(Stop.FINISHED, Verdict.OPTIMAL, np.zeros(0), matrix.offset, matrix.offset)
