"""Powers of two by which a matrix is multiplied for the solver, whose tolerances are absolute."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from gridblock.solvers.change import Flags, Floats, Ints
    from gridblock.solvers.matrix import Matrix

LARGEST_COST_EXPONENT: Final = 20
TINY: Final = 2.0**-10
"""A row whose largest coefficient is smaller is scaled up."""


def cost_exponent(cost: Floats) -> int:
    """Give the exponent of the factor of all costs.

    The largest cost should be neither tiny nor huge: costs stay as they are if it lies in
    [1, 2**20], else it is brought to that range's upper end. A power of two changes no digit.

    Args:
        cost: shape (columns,).
    """
    largest = float(np.max(np.abs(cost), initial=0.0))
    if largest == 0.0 or 1.0 <= largest <= 2.0**LARGEST_COST_EXPONENT:
        return 0
    return LARGEST_COST_EXPONENT - math.frexp(largest)[1]


def row_scale(start: Ints, value: Floats) -> Floats:
    """Give the factor of each row, shape (rows,).

    It is 1 but for rows of tiny coefficients, which the solver would drop, or take to hold within
    its tolerance whatever they say.

    Args:
        start: shape (rows + 1,), where each row begins in value.
        value: shape (nonzeros,), the coefficients.
    """
    largest = largest_of_rows(start, value)
    tiny = (largest > 0.0) & (largest < TINY)
    return np.where(tiny, 2.0 ** -np.frexp(np.where(tiny, largest, 1.0))[1], 1.0)


def largest_of_rows(start: Ints, value: Floats) -> Floats:
    """Give the largest magnitude in each row, shape (rows,); 0 for a row without coefficients."""
    largest = np.zeros(len(start) - 1)
    filled = np.diff(start) > 0
    if filled.any():
        largest[filled] = np.maximum.reduceat(np.abs(value), start[:-1][filled])
    return largest


def boxed(matrix: Matrix, kept: Flags | None = None) -> tuple[Matrix, Floats, Floats]:
    """Measure columns in shares of their upper bound, and rows by their largest coefficient.

    An interior point starts in the middle of the box, so the box should be one. Factors are powers
    of two, which change no digit.

    Args:
        matrix: what is measured.
        kept: shape (columns,), columns that stay as they are.

    Returns:
        The matrix, by what its point is multiplied, shape (columns,), and its duals, shape (rows,).
    """
    wide = np.isfinite(matrix.upper) & (matrix.upper > 0)
    if kept is not None:
        wide &= ~kept
    columns: Floats = np.where(
        wide, 2.0 ** np.round(np.log2(np.where(wide, matrix.upper, 1.0))), 1.0
    )
    value = matrix.value * columns[matrix.index]
    largest = largest_of_rows(matrix.start, value)
    rows: Floats = np.exp2(-np.round(np.log2(np.where(largest > 0, largest, 1.0))))
    measured = replace(
        matrix,
        cost=matrix.cost * columns,
        lower=matrix.lower / columns,
        upper=matrix.upper / columns,
        row_lower=matrix.row_lower * rows,
        row_upper=matrix.row_upper * rows,
        value=value * np.repeat(rows, np.diff(matrix.start)),
    )
    return measured, columns, rows
