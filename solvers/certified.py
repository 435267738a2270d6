r"""A lower bound that holds whatever the solver did: every rounding is counted against it.

For any duals :math:`y` of the rows, no point of a matrix costs less than

.. math:: \sum_i y_i \, (\ell_i \text{ or } u_i) + \sum_j \min(d_j l_j, d_j u_j),
    \qquad d = c - A^\top y

(Neumaier and Shcherbina, 2004). Each number of the matrix is one of the instance as written, or
follows from some; it is taken to be off by a share of at most ``WRITTEN``, a cost of the sum of its
parts. Sums in floating point are off by no more than (number of terms) x 2^-53 x (sum of their
magnitudes), which is subtracted (Higham, 2002, section 4.2); the last sum is exact but for one
rounding.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from gridblock.solvers.change import Floats
    from gridblock.solvers.matrix import Matrix

ROUNDING: Final = 2.0**-53
"""What one operation may be off by, as a share of its result."""
WRITTEN: Final = 2.0**-42
"""What a number of a matrix may be off what the instance as written gives, as a share.

In all shipped and generated instances 2^-49 was the most; a test compares each number with the
rational one.
"""
ENDS: Final = 2 * WRITTEN
"""The share by which bounds are moved outwards: what they are off, and rounding in that."""
SPARE: Final = 1.0 + 2.0**-20
"""What covers roundings in the error terms themselves; sums have fewer than 2^30 terms."""
SMALLEST, LARGEST = 1e-200, 1e200
"""Magnitudes of duals that count; others could leave the range of floating point."""


def certified_bound(matrix: Matrix, duals: Floats, sizes: Floats | None = None) -> float:
    """Give a lower bound of the cost of any point of a matrix, whole numbers or not.

    Args:
        matrix: of numbers off by at most ``WRITTEN``.
        duals: shape (rows,), any numbers; good ones give a good bound.
        sizes: shape (columns,), of what costs are off by a share: where a cost is the difference
            of larger ones, the sum of those. Default the costs themselves.

    Returns:
        The bound; -inf where a column without a bound would be needed at its end.
    """
    y = usable(matrix, duals)
    reduced, off = _reduced(matrix, y, np.abs(matrix.cost) if sizes is None else sizes)
    lower = matrix.lower - ENDS * np.abs(matrix.lower)
    upper = matrix.upper + ENDS * np.abs(matrix.upper)
    # A column without cost at its missing end gives 0 x inf, which is nothing.
    with np.errstate(invalid="ignore"):
        low, high = _down(reduced - off), _up(reduced + off)
        products = np.stack([low * lower, low * upper, high * lower, high * upper])
    boxes = np.where(np.isnan(products), 0.0, products).min(axis=0)
    sides = np.where(y > 0, matrix.row_lower, matrix.row_upper)
    sides = np.where(y == 0, 0.0, sides)
    sides = sides - np.sign(y) * ENDS * np.abs(sides)
    terms = np.concatenate([_down(y * sides), _down(boxes)])
    if np.isneginf(terms).any():
        return -math.inf
    offset = matrix.offset - ENDS * abs(matrix.offset)
    return math.nextafter(math.fsum([*terms.tolist(), offset]), -math.inf)


def refuted(matrix: Matrix, ray: Floats) -> bool:
    """Say whether a combination of the rows shows that a matrix has no point (Farkas, 1902).

    Args:
        matrix: of numbers off by at most ``WRITTEN``.
        ray: shape (rows,), the weights of the rows, any numbers.
    """
    free = replace(matrix, cost=np.zeros_like(matrix.cost), offset=0.0)
    return certified_bound(free, ray) > 0


def usable(matrix: Matrix, duals: Floats) -> Floats:
    """Return duals with 0 for those that ask for a side that a row does not have, or are none."""
    size = np.abs(duals)
    missing = np.where(duals > 0, matrix.row_lower, matrix.row_upper)
    good = np.isfinite(missing) & (size > SMALLEST) & (size < LARGEST)
    return np.where(good, duals, 0.0)


def _reduced(matrix: Matrix, y: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Give ``c - A'y``, and by how much each of it may be off."""
    columns = len(matrix.cost)
    worth = matrix.value * np.repeat(y, np.diff(matrix.start))
    summed = np.bincount(matrix.index, weights=worth, minlength=columns)
    size = np.bincount(matrix.index, weights=np.abs(worth), minlength=columns)
    terms = np.bincount(matrix.index, minlength=columns)
    share = (WRITTEN + ROUNDING * (terms + 3)) * SPARE
    return matrix.cost - summed, share * (sizes + size)


def _down(values: Floats) -> Floats:
    down: Floats = np.nextafter(values, -np.inf)
    return down


def _up(values: Floats) -> Floats:
    up: Floats = np.nextafter(values, np.inf)
    return up
