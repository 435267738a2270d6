"""Parts of a matrix: some columns free, all others fixed; what duals say of the whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gridblock.solvers.certified import certified_bound, usable
from gridblock.solvers.matrix import Matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridblock.solvers.change import Flags, Floats, Ints


@dataclass(frozen=True, eq=False)
class Slice:
    """A part of a matrix.

    Attributes:
        matrix: of the free columns and the rows that they stand in.
        columns: which columns of the whole they are.
    """

    matrix: Matrix
    columns: Ints

    def within(self, point: Floats) -> Floats:
        """Give what a point of the whole has of this part, put within its bounds."""
        return np.clip(point[self.columns], self.matrix.lower, self.matrix.upper)

    def into(self, values: Floats, whole: Floats) -> Floats:
        """Return a point of the whole with a point of this part put in."""
        point = whole.copy()
        point[self.columns] = values
        return point


@dataclass(frozen=True, eq=False)
class Whole:
    """A matrix, with what is looked up of it again and again.

    Attributes:
        matrix: the matrix.
    """

    matrix: Matrix

    @cached_property
    def row_of(self) -> Ints:
        """The row of each coefficient; shape (nonzeros,)."""
        rows = np.arange(len(self.matrix.row_lower), dtype=np.int32)
        return np.repeat(rows, np.diff(self.matrix.start))

    @cached_property
    def _by_column(self) -> tuple[Ints, Ints]:
        """The rows of the coefficients column by column, and where each column's begin."""
        order = np.argsort(self.matrix.index, kind="stable")
        counts = np.bincount(self.matrix.index, minlength=len(self.matrix.cost))
        return self.row_of[order], np.concatenate([[0], np.cumsum(counts)])

    def with_any(self, columns: Flags) -> Flags:
        """Say of each row whether any of some columns stands in it."""
        found: Flags = np.zeros(self.matrix.shape[0], dtype=np.bool_)
        rows, start = self._by_column
        found[rows[_spans(start, np.flatnonzero(columns))]] = True
        return found

    def entries_of(self, rows: Flags) -> Ints:
        """Give the coefficients that stand in some rows."""
        return _spans(self.matrix.start, np.flatnonzero(rows))

    def rows(self, of_model: Flags) -> Flags:
        """Say which rows are some of the model's: of those that were added later, none is."""
        every: Flags = np.zeros(self.matrix.shape[0], dtype=np.bool_)
        every[: len(of_model)] = of_model
        return every

    def activity(self, point: Floats) -> Floats:
        """Give what each row adds up to at a point; shape (rows,)."""
        terms = self.matrix.value * point[self.matrix.index]
        added: Floats = np.bincount(self.row_of, terms, self.matrix.shape[0]).astype(np.float64)
        return added

    def priced(self, duals: Floats) -> Floats:
        """Give the cost of each column less what its coefficients are worth, ``c - A'y``."""
        worth = self.matrix.value * duals[self.row_of]
        reduced: Floats = self.matrix.cost - np.bincount(
            self.matrix.index, weights=worth, minlength=len(self.matrix.cost)
        )
        return reduced

    @cached_property
    def width(self) -> Floats:
        """From bound to bound of each column, 1 where there is none; shape (columns,)."""
        lower, upper = self.matrix.lower, self.matrix.upper
        width: Floats = np.where(np.isfinite(upper), upper - lower, 1.0)
        return width

    def worth(self, duals: Floats) -> Floats:
        """Give what each column adds to the cost, or saves, from one of its bounds to the other."""
        worth: Floats = np.abs(self.priced(duals)) * self.width
        return worth

    def sliced(
        self,
        free: Flags,
        at: Floats,
        *,
        rows: Flags | None = None,
        cost: Floats | None = None,
        lower: Floats | None = None,
        upper: Floats | None = None,
    ) -> Slice:
        """Free some columns, with all others fixed at a point.

        Args:
            free: of each column, whether it is free.
            at: shape (columns,), a point.
            rows: of each row, whether it is kept; default all in which a free column stands.
            cost: shape (columns,), what to pay instead.
            lower: shape (columns,), bounds of the free columns instead.
            upper: shape (columns,), likewise.
        """
        matrix = self.matrix
        kept = self.with_any(free)
        if rows is not None:
            kept &= rows
        count = int(np.count_nonzero(kept))
        entries = self.entries_of(kept)
        row = (np.cumsum(kept) - 1)[self.row_of[entries]]
        inside = free[matrix.index[entries]]
        fixed, row_of_fixed = entries[~inside], row[~inside]
        worth = matrix.value[fixed] * at[matrix.index[fixed]]
        shift = np.bincount(row_of_fixed, weights=worth, minlength=count)
        entries = entries[inside]
        counts = np.bincount(row[inside], minlength=count)
        columns = np.flatnonzero(free).astype(np.int32)
        number = np.full(len(free), -1, dtype=np.int32)
        number[columns] = np.arange(len(columns), dtype=np.int32)
        price = matrix.cost if cost is None else cost
        low = (matrix.lower if lower is None else lower)[columns]
        high = (matrix.upper if upper is None else upper)[columns]
        part = Matrix(
            cost=price[columns],
            offset=matrix.offset + float(price @ np.where(free, 0.0, at)),
            lower=low,
            upper=np.maximum(low, high),
            integer=matrix.integer[columns],
            row_lower=matrix.row_lower[kept] - shift,
            row_upper=matrix.row_upper[kept] - shift,
            start=np.concatenate([[0], np.cumsum(counts)]),
            index=number[matrix.index[entries]],
            value=matrix.value[entries],
        )
        return Slice(part, columns)

    def keeps(self, point: Floats, known: Floats | None = None) -> bool:
        """Say whether a point is one of the whole.

        Args:
            point: shape (columns,).
            known: shape (columns,), one that is: only rows are looked at in which they differ.
        """
        if known is None or not np.isfinite(point).all():
            return self.matrix.violation(point).tolerable
        return self.with_rows(self.with_any(point != known)).violation(point).tolerable

    def with_rows(self, kept: Flags) -> Matrix:
        """Give the matrix with some of its rows only."""
        entries, matrix = self.entries_of(kept), self.matrix
        return replace(
            matrix,
            row_lower=matrix.row_lower[kept],
            row_upper=matrix.row_upper[kept],
            start=np.concatenate([[0], np.cumsum(np.diff(matrix.start)[kept])]),
            index=matrix.index[entries],
            value=matrix.value[entries],
        )

    def bound(self, duals: Floats) -> float:
        """Give a lower bound of the objective that holds for any duals of the rows."""
        return certified_bound(self.matrix, duals)

    def sided(self, duals: Floats) -> Floats:
        """Return duals without those that ask for a side that a row does not have."""
        return usable(self.matrix, duals)

    def tightened(self, duals: Floats, best: float) -> Matrix:
        """Give the matrix without what no point cheaper than the best one known can have.

        A column away from the end that its reduced cost favours costs that much for each unit; it
        may cost no more than lies between the bound and the best.
        """
        matrix, duals = self.matrix, self.sided(duals)
        reduced = self.priced(duals)
        slack = max(0.0, best - self.bound(duals)) * (1 + 1e-6) + 1e-6 * abs(best) * 1e-3
        size = np.abs(reduced)
        with np.errstate(divide="ignore", over="ignore"):
            reach = np.where(size > 0, slack / size, np.inf)
        reach = np.where(matrix.integer, np.floor(reach + 1e-6), reach * (1 + 1e-9))
        upper = np.where(reduced > 0, np.minimum(matrix.upper, matrix.lower + reach), matrix.upper)
        lower = np.where(reduced < 0, np.maximum(matrix.lower, matrix.upper - reach), matrix.lower)
        return replace(matrix, lower=lower, upper=upper)


def without_slack_rows(part: Slice) -> Slice:
    """Leave out of a part the rows that no point within the bounds of its columns breaks.

    Of a region, with all else fixed, that is most rows of links, which are long.
    """
    matrix, whole = part.matrix, Whole(part.matrix)
    count, row = matrix.shape[0], whole.row_of
    low, high = matrix.lower[matrix.index], matrix.upper[matrix.index]
    positive = matrix.value > 0
    least = np.bincount(row, matrix.value * np.where(positive, low, high), count)
    most = np.bincount(row, matrix.value * np.where(positive, high, low), count)
    kept = (least < matrix.row_lower) | (most > matrix.row_upper)
    return replace(part, matrix=whole.with_rows(kept))


def admitting(part: Slice, at: Floats) -> Slice:
    """Widen rows of a part until a point of the whole, put within bounds, breaks none of them.

    A long row may be off by more in the whole, where its largest term is larger, than what the
    solver allows in a part of a few of its columns: the part would have no point at all. Nor has
    one, on occasion, in which the point is a ten-millionth beyond the bounds of some columns.

    Args:
        part: the part, with all else fixed at the point.
        at: shape (columns of the whole,), the point.
    """
    matrix = part.matrix
    activity = Whole(matrix).activity(part.within(at))
    row_lower = np.minimum(matrix.row_lower, activity)
    row_upper = np.maximum(matrix.row_upper, activity)
    return replace(part, matrix=replace(matrix, row_lower=row_lower, row_upper=row_upper))


def _spans(start: Ints, some: NDArray[np.intp]) -> Ints:
    """Give the positions from ``start[i]`` to ``start[i + 1]`` for each of some."""
    first, counts = start[some], start[some + 1] - start[some]
    ends = np.cumsum(counts)
    spans: Ints = np.repeat(first - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)
    return spans
