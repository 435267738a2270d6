"""A mixed-integer program, written row by row and handed to HiGHS as it stands."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import highspy
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

Number = Fraction | int
TOLERANCE = 1e-9


class Sum:
    """A constant and multiples of variables."""

    __slots__ = ("constant", "terms")

    def __init__(self, constant: Number = 0, terms: dict[int, Number] | None = None) -> None:
        """Start from a constant, or from terms."""
        self.constant, self.terms = constant, terms or {}

    def __add__(self, other: Sum | Number) -> Sum:
        """Add another sum or a number."""
        if not isinstance(other, Sum):
            return Sum(self.constant + other, self.terms)
        terms = dict(self.terms)
        for name, value in other.terms.items():
            terms[name] = terms.get(name, 0) + value
        return Sum(self.constant + other.constant, terms)

    __radd__ = __add__

    def __mul__(self, factor: Number) -> Sum:
        """Take a multiple of it."""
        if not factor:
            return Sum()
        terms = {name: factor * value for name, value in self.terms.items()}
        return Sum(factor * self.constant, terms)

    __rmul__ = __mul__

    def __neg__(self) -> Sum:
        """Turn its sign."""
        return -1 * self

    def __sub__(self, other: Sum | Number) -> Sum:
        """Take another sum or a number from it."""
        return self + (-1 * other)

    def __rsub__(self, other: Number) -> Sum:
        """Take it from a number."""
        return other + (-1 * self)


def total(sums: Iterable[Sum | Number]) -> Sum:
    """Add sums and numbers up."""
    terms: dict[int, Number] = {}
    constant: Number = 0
    for each in sums:
        if isinstance(each, Sum):
            constant += each.constant
            for name, value in each.terms.items():
                terms[name] = terms.get(name, 0) + value
        else:
            constant += each
    return Sum(constant, terms)


class Mip:
    """Variables from 0 on, some of them whole, and rows that keep a sum at or below 0."""

    def __init__(self) -> None:
        """Start without any."""
        self.most: list[float] = []
        self.whole: list[bool] = []
        self.rows: list[tuple[Sum, bool]] = []

    def var(self, most: Number | float = highspy.kHighsInf, *, whole: bool = False) -> Sum:
        """Add a variable from 0 to a most."""
        self.most.append(float(most))
        self.whole.append(whole)
        return Sum(0, {len(self.most) - 1: 1})

    def binary(self) -> Sum:
        """Add a variable that is 0 or 1."""
        return self.var(1, whole=True)

    def keep(self, left: Sum | Number, right: Sum | Number) -> None:
        """Keep a left side at or below a right side."""
        self.rows.append((Sum() + left - right, False))

    def equate(self, left: Sum | Number, right: Sum | Number) -> None:
        """Keep two sides equal."""
        self.rows.append((Sum() + left - right, True))

    def least(self, cost: Sum) -> tuple[float, list[float]] | None:
        """Give the least of a sum and the values of the variables; None where rows conflict.

        Whole numbers are then rounded and fixed, so that the value is that of a plan.
        """
        found = self._solve(cost, self.most, [0.0] * len(self.most), self.whole)
        if found is None:
            return None
        fixed = [round(x) if w else None for x, w in zip(found[1], self.whole, strict=True)]
        upper = [m if f is None else float(f) for m, f in zip(self.most, fixed, strict=True)]
        lower = [0.0 if f is None else float(f) for f in fixed]
        value = self._solve(cost, upper, lower, [False] * len(fixed))
        if value is None:
            message = "a plan does not hold once its whole numbers are rounded"
            raise ArithmeticError(message)
        return value

    def _solve(
        self, cost: Sum, upper: list[float], lower: list[float], whole: list[bool]
    ) -> tuple[float, list[float]] | None:
        if any(_contradicts(row, equal=equal) for row, equal in self.rows):
            return None
        model = highspy.HighsLp()
        model.num_col_ = len(upper)
        costs = np.zeros(len(upper))
        for name, value in cost.terms.items():
            costs[name] = float(value)
        size = float(max(1.0, *np.abs(costs))) if len(costs) else 1.0
        model.col_cost_ = costs / size
        model.col_lower_, model.col_upper_ = np.array(lower), np.array(upper)
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger if w else kinds.kContinuous for w in whole]
        starts, index, values, most, least = [0], [], [], [], []
        for row, equal in self.rows:
            terms = {name: float(value) for name, value in row.terms.items() if value}
            scale = max((abs(value) for value in terms.values()), default=1.0)
            index += terms
            values += [value / scale for value in terms.values()]
            starts.append(len(index))
            right = float(-row.constant) / scale
            most.append(right)
            least.append(right if equal else -highspy.kHighsInf)
        model.num_row_ = len(self.rows)
        model.row_lower_, model.row_upper_ = np.array(least), np.array(most)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.array(starts)
        model.a_matrix_.index_ = np.array(index, int)
        model.a_matrix_.value_ = np.array(values, float)
        return _answer(model, size, float(cost.constant), mip=any(whole))


def _contradicts(row: Sum, *, equal: bool) -> bool:
    """Say whether a row without variables does not hold: HiGHS never looks where there are none."""
    return not any(row.terms.values()) and (
        row.constant > TOLERANCE or (equal and row.constant < -TOLERANCE)
    )


def _answer(
    model: highspy.HighsLp, size: float, constant: float, *, mip: bool
) -> tuple[float, list[float]] | None:
    solver = highspy.Highs()
    solver.silent()
    options = {
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,
        "primal_feasibility_tolerance": TOLERANCE,
        "dual_feasibility_tolerance": TOLERANCE,
        "mip_feasibility_tolerance": TOLERANCE,
    }
    if not mip:
        model.integrality_ = []
    for name, value in options.items():
        assert solver.setOptionValue(name, value) == highspy.HighsStatus.kOk
    assert solver.passModel(model) != highspy.HighsStatus.kError
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        # HiGHS 1.16.0 says so in error of world 817, in which SCIP finds a point.
        assert solver.clearSolver() != highspy.HighsStatus.kError
        assert solver.setOptionValue("presolve", "off") == highspy.HighsStatus.kOk
        solver.run()
        status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    assert status in {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty}
    return (
        size * solver.getInfo().objective_function_value + constant,
        list(solver.getSolution().col_value),
    )
