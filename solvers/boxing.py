"""A matrix measured so that its columns lie in a box, for methods that begin in its middle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gridblock.solvers.scaling import largest_of_rows

if TYPE_CHECKING:
    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.matrix import Matrix


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
