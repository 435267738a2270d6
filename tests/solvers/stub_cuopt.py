"""A stand-in for ``cuopt.linear_programming`` with its documented interface; HiGHS solves."""

from __future__ import annotations

import os
from typing import Any

import highspy
import numpy as np


class DataModel:
    """Takes what cuOpt's does, and nothing else."""

    def set_csr_constraint_matrix(self, values: Any, indices: Any, offsets: Any) -> None:
        self.values, self.indices, self.offsets = values, indices, offsets
        assert (values.dtype, indices.dtype, offsets.dtype) == (np.float64, np.int32, np.int32)

    def set_constraint_lower_bounds(self, lower: Any) -> None:
        self.row_lower = lower

    def set_constraint_upper_bounds(self, upper: Any) -> None:
        self.row_upper = upper

    def set_objective_coefficients(self, cost: Any) -> None:
        self.cost = cost

    def set_objective_offset(self, offset: float) -> None:
        self.offset = offset

    def set_variable_lower_bounds(self, lower: Any) -> None:
        self.lower = lower

    def set_variable_upper_bounds(self, upper: Any) -> None:
        self.upper = upper

    def set_variable_types(self, types: Any) -> None:
        assert types.dtype == np.dtype("<U1")
        assert set(types) == {"C"}


class SolverSettings:
    """Takes what cuOpt's does."""

    def set_optimality_tolerance(self, tolerance: float) -> None:
        assert 0 < tolerance < 1e-3

    def set_parameter(self, name: str, _: object) -> None:
        assert name in {"time_limit", "log_to_console"}


class Solution:
    """Answers as cuOpt's does: the point is off by a little, as that of a first-order method."""

    def __init__(self, highs: Any) -> None:
        self.highs = highs

    def get_termination_reason(self) -> str:
        return os.environ.get("STUB_CUOPT_ENDS", "Optimal")

    def get_error_message(self) -> str:
        return "the stub was told so"

    def get_primal_solution(self) -> Any:
        return np.array(self.highs.getSolution().col_value) * (1 + 1e-5)

    def get_dual_solution(self) -> Any:
        sign = float(os.environ.get("STUB_CUOPT_SIGN", "1"))
        return sign * np.array(self.highs.getSolution().row_dual) * (1 + 1e-6)


def Solve(data: DataModel, settings: SolverSettings) -> Solution:  # noqa: N802
    """Solve a linear program."""
    assert isinstance(settings, SolverSettings)
    highs = highspy._core._Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    columns, rows = len(data.cost), len(data.row_lower)
    matrix = (data.offsets, data.indices, data.values)
    sides = (data.lower, data.upper, data.row_lower, data.row_upper)
    sizes = (columns, rows, len(data.values), 2, 1, data.offset)
    highs.passModel(*sizes, data.cost, *sides, *matrix, np.zeros(columns, dtype=np.int32))
    highs.run()
    return Solution(highs)
