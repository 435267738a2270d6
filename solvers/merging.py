r"""A smaller matrix whose duals nearly are those of a large one: what is alike is counted together.

Demands that use the same blocks, from regions that reach the same facilities, differ in what they
pay for traffic, and in little else. Their rows are summed, and the columns that play the same part
in them share one number, each in proportion to its upper bound. With :math:`S` that sums rows and
:math:`P` that shares columns out, what is left of :math:`\min c^\top x` is

.. math:: \min (P^\top c)^\top X \quad \text{with} \quad S A P X \text{ within the summed sides},

and :math:`S^\top Y` are duals of the large matrix. Columns that only say on which way traffic goes
are left out, at the price of the cheapest way. The optimum may lie on either side of the large
one's; the bound that the duals prove holds all the same.

The colours of a refinement would merge what is exactly alike (Grohe, Kersting, Mladenov and Selman,
2014); costs and sides are ignored here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.matrix import Matrix
from gridblock.solvers.roles import Roles
from gridblock.solvers.shape import SELDOM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Whole

    Numbers = NDArray[np.int64]

LEFT_OUT: Final = ("whole_blocks_for_what_is_met",)
"""Families of rows that only whole numbers give a meaning."""
NOTHING: Final = 1e-12
"""A coefficient that is smaller is left of some that cancel."""


@dataclass(frozen=True, eq=False)
class Merged:
    """A merged matrix, and what each row and column of the large one has become.

    Attributes:
        matrix: the merged one, without whole numbers.
        rows: shape (rows,), the row that each is part of, -1 for none.
        columns: shape (columns,), the column that each is part of, -1 for none.
        shares: shape (columns,), of it.
        ways: shape (rows,), duals of the rows that are left out: the prices of the cheapest ways.
        lower: shape (columns,), of the large matrix.
    """

    matrix: Matrix
    rows: Numbers
    columns: Numbers
    shares: Floats
    ways: Floats
    lower: Floats

    @cached_property
    def leaders(self) -> Numbers:
        """The first column of the large matrix that each is made of; shape (its columns,)."""
        kept = np.flatnonzero(self.columns >= 0)
        first = np.unique(self.columns[kept], return_index=True)[1]
        leaders: Numbers = kept[first]
        return leaders

    def duals(self, merged: Floats) -> Floats:
        """Give duals of the large matrix's rows from those of the merged one."""
        return np.where(self.rows >= 0, merged[self.rows], self.ways)

    def point(self, values: Floats) -> Floats:
        """Give the point of the merged matrix that a point of the large one is."""
        return _sums(values, self.columns, len(self.matrix.cost))

    def values(self, merged: Floats) -> Floats:
        """Share a point of the merged matrix out; it keeps the rows no more than nearly."""
        shared = merged[self.columns] * self.shares
        return np.where(self.columns >= 0, shared, self.lower)


def merge(whole: Whole, shape: Shape, kept: Flags | None = None) -> Merged:
    """Merge what is alike in a matrix.

    Args:
        whole: the matrix.
        shape: what its columns decide, and its rows say.
        kept: shape (rows,), what asks for ways that stay, with the links that those between
            facilities share; default none.
    """
    matrix, roles = whole.matrix, Roles(whole, shape)
    none = np.zeros(matrix.shape[0], dtype=np.bool_)
    ways, priced, priced_ways = roles.ways(none if kept is None else kept)
    cost = whole.priced(ways)
    group, number = roles.rows_alike(), np.arange(matrix.shape[1])
    roles.columns_alike(number, group, cost)
    roles.kept_together(group, number)
    width = np.where(np.isfinite(matrix.upper), matrix.upper, 1.0)
    total = np.bincount(number, weights=width, minlength=len(width))[number]
    alone = np.bincount(number, minlength=len(width))[number] == 1
    shares = np.where(alone, 1.0, width / np.where(total > 0, total, 1.0))
    seldom = roles.rule(*SELDOM) & ~whole.with_any(roles.reserved & ~priced_ways)
    rows = _numbered(~(priced | seldom | roles.rule(*LEFT_OUT)), group)
    columns = _numbered(~priced_ways & (shares > 0), number)
    smaller = _summed(whole, cost, rows, columns, shares)
    return Merged(smaller, rows, columns, shares, ways, matrix.lower)


def repriced(whole: Whole, shape: Shape, duals: Floats) -> Floats:
    """Raise or lower the price of each amount to be met to what its cheapest part costs.

    With all other duals as they are, no other price proves a better bound.
    """
    roles = Roles(whole, shape)
    parts = (roles.served | roles.unmet) & (roles.met_of >= 0)
    columns = np.flatnonzero(parts)
    rows = roles.met_of[columns]
    better = whole.sided(duals)
    costs = whole.priced(better)[columns] + better[rows]
    least = np.full(whole.matrix.shape[0], np.inf)
    np.minimum.at(least, rows, costs)
    better[rows] = least[rows]
    return better


def _numbered(kept: Flags, leader: Numbers) -> Numbers:
    """Number those that lead others of some that are kept, from 0; -1 for what is not kept."""
    number: Numbers = np.full(len(leader), -1, dtype=np.int64)
    number[kept] = np.unique(leader[kept], return_inverse=True)[1]
    return number


def _summed(whole: Whole, cost: Floats, rows: Numbers, columns: Numbers, shares: Floats) -> Matrix:
    """Sum rows and share columns out."""
    matrix = whole.matrix
    row, column = rows[whole.row_of], columns[matrix.index]
    entries = (row >= 0) & (column >= 0)
    wide = int(columns.max(initial=-1)) + 1
    keys, inverse = np.unique(row[entries] * wide + column[entries], return_inverse=True)
    terms = (matrix.value * shares[matrix.index])[entries]
    value = _sums(terms, inverse, len(keys))
    some = np.abs(value) > NOTHING
    at, index = np.divmod(keys[some], max(1, wide))
    tall = int(rows.max(initial=-1)) + 1
    return Matrix(
        cost=_sums(cost * shares, columns, wide),
        offset=0.0,
        lower=_sums(matrix.lower, columns, wide),
        upper=_sums(matrix.upper, columns, wide),
        integer=np.zeros(wide, dtype=np.bool_),
        row_lower=_sums(matrix.row_lower, rows, tall),
        row_upper=_sums(matrix.row_upper, rows, tall),
        start=np.concatenate([[0], np.cumsum(np.bincount(at, minlength=tall))]),
        index=index,
        value=value[some],
    )


def _sums(terms: Floats, into: Numbers, count: int) -> Floats:
    kept, sums = into >= 0, np.zeros(count)
    np.add.at(sums, into[kept], terms[kept])
    return sums
