"""Near a point: bounds that are left at a price for each unit, or loosened by one block."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gridblock.solvers.diving import NEAR, Bounds

if TYPE_CHECKING:
    from gridblock.solvers.change import Floats
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Slice


class Near(NamedTuple):
    """Bounds that may be left.

    Attributes:
        lower: shape (columns,), -inf where there is none.
        upper: shape (columns,), inf where there is none.
        price: of each unit below or above.
    """

    lower: Floats
    upper: Floats
    price: float


def near_at_a_price(part: Slice, near: Near) -> Matrix:
    r"""Add to a part how far its columns are beyond bounds, :math:`s` and :math:`u`, at a price.

    .. math:: x + s \ge \ell, \quad x - u \le h, \quad s, u \ge 0

    Returns:
        The matrix of the part, with these columns and rows after its own.
    """
    matrix = part.matrix
    lower, upper = near.lower[part.columns], near.upper[part.columns]
    below = np.flatnonzero(lower > matrix.lower)
    above = np.flatnonzero(upper < matrix.upper)
    count, wide = len(below) + len(above), len(matrix.cost)
    index = np.column_stack([np.concatenate([below, above]), wide + np.arange(count)])
    value = np.ones((count, 2))
    value[len(below) :, 1] = -1.0
    return replace(
        matrix,
        cost=np.append(matrix.cost, np.full(count, near.price)),
        lower=np.append(matrix.lower, np.zeros(count)),
        upper=np.append(matrix.upper, np.full(count, np.inf)),
        integer=np.append(matrix.integer, np.zeros(count, dtype=np.bool_)),
        row_lower=np.concatenate([matrix.row_lower, lower[below], np.full(len(above), -np.inf)]),
        row_upper=np.concatenate([matrix.row_upper, np.full(len(below), np.inf), upper[above]]),
        start=np.append(matrix.start, matrix.start[-1] + 2 * np.arange(1, count + 1)),
        index=np.append(matrix.index, index.ravel()),
        value=np.append(matrix.value, value.ravel()),
    )


def one_more(part: Slice, shape: Shape, point: Floats, bounds: Bounds) -> Bounds:
    """Loosen bounds by one block at facilities where not all blocks are whole at a point.

    What has to stand there may fit in shares, and not whole beside what is.

    Args:
        part: what is decided.
        shape: what the columns of the whole decide.
        point: shape (columns of the part,).
        bounds: of these columns.
    """
    matrix, site = part.matrix, shape.sites[part.columns, 0]
    ordinary = ~(shape.choices | shape.routes)[part.columns]
    blocks = matrix.integer & ordinary & (site >= 0)
    apart = blocks & (np.abs(point - np.rint(point)) > NEAR)
    loose, (lower, upper) = blocks & np.isin(site, site[apart]), bounds
    return (
        np.where(loose, np.maximum(lower - 1, matrix.lower), lower),
        np.where(loose, np.minimum(upper + 1, matrix.upper), upper),
    )
