"""Whole numbers of a point that is known in part, kept while the rest is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.change import Change

if TYPE_CHECKING:
    from gridblock.solvers.change import Floats
    from gridblock.solvers.matrix import Matrix

WHOLE: Final = 1e-6
"""By how much a number may be off a whole one, to be one."""
COMPLETING: Final = {"mip_max_nodes": 50}
"""The work on whole numbers that such a point does not know."""


def whole_numbers_kept(matrix: Matrix, point: Floats) -> Change:
    """Fix whole numbers as a point has them, as far as it knows any that may be.

    Args:
        matrix: what is changed.
        point: shape (columns,); NaN, and what is not whole or beyond its bounds, is not known.
    """
    finite = np.isfinite(point)
    whole = np.rint(np.where(finite, point, 0.0))
    known = matrix.integer & finite & (np.abs(np.where(finite, point, 0.0) - whole) <= WHOLE)
    known &= (whole >= matrix.lower) & (whole <= matrix.upper)
    return Change(
        lower=np.where(known, whole, matrix.lower), upper=np.where(known, whole, matrix.upper)
    )
