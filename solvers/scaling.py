"""Powers of two by which a matrix is multiplied for the solver, whose tolerances are absolute."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from gridblock.solvers.change import Floats, Ints

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
