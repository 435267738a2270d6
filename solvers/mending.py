"""A plan of one matrix mended for another that is nearly the same, period by period."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from gridblock.solvers.matrix import TOLERANCE

if TYPE_CHECKING:
    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Whole

Decide = Callable[["Flags", "Floats", "Flags"], "Floats | None"]
"""Decides some columns anew with all others at a point, but for rows that later periods share."""


def mended(whole: Whole, shape: Shape, given: Floats, decide: Decide) -> Floats | None:
    """Give a point with the choices of another and only those periods anew that break a row.

    Args:
        whole: the matrix that the point is for.
        shape: what its columns decide.
        given: shape (columns,), NaN where unknown.
        decide: decides the columns of a period.

    Returns:
        A point that keeps every row, or None where periods alone cannot mend it.
    """
    matrix, labels, choices = whole.matrix, shape.labels, shape.choices
    known = np.where(np.isnan(given), matrix.lower, given)
    at = matrix.rounded(np.clip(known, matrix.lower, matrix.upper))
    for period in range(shape.count):
        free = (labels == period) & ~choices
        if not free.any() or not (broken(whole, at) & whole.with_any(free)).any():
            continue
        found = decide(free, at, whole.with_any((labels > period) & ~choices))
        if found is None:
            return None
        at = found
    return at if matrix.violation(at).tolerable else None


def without_broken_choices(whole: Whole, shape: Shape, given: Floats) -> Floats:
    """Give a point without those choices that stand in a row which the point breaks.

    A run whose amount was changed has no berth then and does not start; lots stay ordered.
    """
    at, lower = given.copy(), whole.matrix.lower
    choices = shape.choices & ~shape.lots
    while True:
        in_broken = np.zeros(len(at), dtype=np.bool_)
        in_broken[whole.matrix.index[broken(whole, at)[whole.row_of]]] = True
        taken = choices & in_broken & (at > lower)
        if not taken.any():
            return at
        at[taken] = lower[taken]


def broken(whole: Whole, at: Floats) -> Flags:
    """Say of each row whether a point breaks it by more than the tolerance of a matrix."""
    matrix = whole.matrix
    terms = matrix.value * at[matrix.index]
    rows = matrix.shape[0]
    activity = np.bincount(whole.row_of, weights=terms, minlength=rows)
    slack = TOLERANCE * np.maximum(1.0, np.bincount(whole.row_of, np.abs(terms), rows))
    off: Flags = (activity < matrix.row_lower - slack) | (activity > matrix.row_upper + slack)
    return off
