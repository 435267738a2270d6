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
from gridblock.solvers.shape import SELDOM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Whole

    Numbers = NDArray[np.int64]

TRAFFIC: Final = "traffic_reaches_the_facility", "gbps"
"""Rows that ask for a way of traffic, and the columns that are one."""
RESERVED: Final = "interconnect_reserved_between_facilities_used", "reserved_tunnel"
"""Rows that ask for a way between facilities, and the columns that are one."""
SUPPLY: Final = "assigned"
"""What a workload gets of each block type at a facility."""
WITHIN: Final = "served_within_what_is_assigned"
POWERED: Final = "assigned_within_powered"
SERVED: Final = "served"
MET: Final = "met_and_unmet_make_the_amount"
UNMET: Final = "unmet"
OPEN: Final = "served_only_where_open"
LEFT_OUT: Final = ("whole_blocks_for_what_is_met",)
"""Families of rows that only whole numbers give a meaning."""
IN_USE: Final = 1e-2
"""So many blocks are in use where a point of the relaxation has more."""
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


def merge(whole: Whole, shape: Shape, *, reserved: bool = False) -> Merged:
    """Merge what is alike in a matrix.

    Args:
        whole: the matrix.
        shape: what its columns decide, and its rows say.
        reserved: whether ways that are reserved between facilities stay, with what they share.
    """
    matrix, roles = whole.matrix, _Roles(whole, shape)
    ways, priced, priced_ways = roles.ways(reserved=reserved)
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
    roles = _Roles(whole, shape)
    parts = (roles.served | roles.unmet) & (roles.met_of >= 0)
    columns = np.flatnonzero(parts)
    rows = roles.met_of[columns]
    better = whole.sided(duals)
    costs = whole.priced(better)[columns] + better[rows]
    least = np.full(whole.matrix.shape[0], np.inf)
    np.minimum.at(least, rows, costs)
    better[rows] = least[rows]
    return better


def very_many(shape: Shape, matrix: Matrix) -> Flags:
    """Say which columns are most of a matrix: what is supplied and served, and what is bought."""
    bought = shape.orders & (matrix.cost > 0)
    many: Flags = shape.decisions.any_of([SUPPLY, SERVED]) | bought
    return many


def suppliers(whole: Whole, shape: Shape, point: Floats) -> Flags:
    """Say which columns may supply work with blocks of which a point has some in use there.

    Demands that are counted together share what they are supplied with; apart, each takes what
    suits it, from among the same blocks.
    """
    roles = _Roles(whole, shape)
    powered, _ = roles.home(POWERED, roles.supply)
    some = np.flatnonzero(powered >= 0)
    used = np.bincount(powered[some], point[some], whole.matrix.shape[0]) > IN_USE
    found: Flags = powered >= 0
    found[some] = used[powered[some]]
    return found


def less_idle_ways(whole: Whole, shape: Shape, some: Flags) -> Flags:
    """Return some columns without the ways that none of the others asks for."""
    roles, row, index = _Roles(whole, shape), whole.row_of, whole.matrix.index
    asked = np.zeros(whole.matrix.shape[0], dtype=np.bool_)
    ways = roles.traffic | roles.reserved
    asked[row[(some & ~ways)[index]]] = True
    idle = ways.copy()
    entries = ways[index] & (asked & roles.rule(TRAFFIC[0], RESERVED[0]))[row]
    idle[index[entries]] = False
    left: Flags = some & ~idle
    return left


class _Roles:
    """Which columns and rows play a part in what is merged.

    Attributes:
        served, supply, unmet: shape (columns,), whether a column is that.
        traffic, reserved: shape (columns,), whether it says on which way.
        within_of: shape (columns,), the row that bounds what is served by what is supplied, or -1.
        met_of: shape (columns,), the row of the amount that a column is a part of, or -1.
    """

    def __init__(self, whole: Whole, shape: Shape) -> None:
        """Look the parts up."""
        self.whole, self.shape = whole, shape
        ordinary = ~shape.of_runs
        self.served = shape.decisions.any_of([SERVED]) & ordinary
        self.supply = shape.decisions.any_of([SUPPLY]) & ordinary
        self.unmet = shape.decisions.any_of([UNMET]) & ordinary
        self.traffic = shape.decisions.any_of([TRAFFIC[1]])
        self.reserved = shape.decisions.any_of([RESERVED[1]])
        self.within_of, self.within_by = self.home(WITHIN, self.served | self.supply)
        self.met_of, by = self.home(MET, self.served | self.unmet)
        self.met_of[by != 1.0] = -1

    def rule(self, *families: str) -> Flags:
        """Say which rows are of some families; rows that were added later are of none."""
        return self.whole.rows(self.shape.rules.any_of(families))

    def home(self, family: str, columns: Flags) -> tuple[Numbers, Floats]:
        """Give the row of a family that each of some columns stands in, and its coefficient."""
        whole = self.whole
        row: Numbers = np.full(whole.matrix.shape[1], -1, dtype=np.int64)
        value = np.zeros(len(row))
        entries = self.rule(family)[whole.row_of] & columns[whole.matrix.index]
        at = whole.matrix.index[entries]
        row[at], value[at] = whole.row_of[entries], whole.matrix.value[entries]
        return row, value

    def ways(self, *, reserved: bool) -> tuple[Floats, Flags, Flags]:
        """Give duals that price ways at the cheapest, the rows of those, and the columns."""
        whole, matrix = self.whole, self.whole.matrix
        some = self.traffic if reserved else self.traffic | self.reserved
        priced = self.rule(TRAFFIC[0]) if reserved else self.rule(TRAFFIC[0], RESERVED[0])
        entries = priced[whole.row_of] & some[matrix.index]
        row, value = whole.row_of[entries], matrix.value[entries]
        duals, least = np.zeros(matrix.shape[0]), np.full(matrix.shape[0], np.inf)
        np.minimum.at(least, row, matrix.cost[matrix.index[entries]] / np.abs(value))
        duals[row] = least[row] * np.sign(value)
        return duals, priced, some

    def rows_alike(self) -> Numbers:
        """Give the first row of those like each: supplied alike, then served alike."""
        whole = self.whole
        group: Numbers = np.arange(whole.matrix.shape[0])
        noise = np.random.default_rng(0).integers(1, 2**62, size=len(group), dtype=np.int64) | 1
        powered, _ = self.home(POWERED, self.supply)
        supply = np.flatnonzero(self.supply & (powered >= 0) & (self.within_of >= 0))
        digits = self.within_by[supply].view(np.int64)
        digits = (digits ^ (digits >> 29)) * noise[powered[supply]]
        _join(group, self.within_of[supply], digits)
        served = np.flatnonzero(self.served & (self.within_of >= 0) & (self.met_of >= 0))
        _join(group, self.met_of[served], noise[group[self.within_of[served]]])
        return group

    def columns_alike(self, number: Numbers, group: Numbers, cost: Floats) -> None:
        """Give columns that play the same part the number of the first of them."""
        powered, _ = self.home(POWERED, self.supply)
        width = self.whole.matrix.shape[0] + 1

        def same(columns: Flags, row: Numbers, other: Numbers) -> None:
            at = np.flatnonzero(columns & (row >= 0) & (other >= 0))
            _lead(number, at, group[row[at]] * width + other[at])

        same(self.supply, self.within_of, powered)
        same(self.served, self.met_of, np.where(self.within_of >= 0, group[self.within_of], -1))
        priced = np.unique(np.round(cost[self.unmet], 6), return_inverse=True)[1]
        prices: Numbers = np.full(len(cost), -1, dtype=np.int64)
        prices[self.unmet] = priced
        same(self.unmet, self.met_of, prices)

    def kept_together(self, group: Numbers, number: Numbers) -> None:
        """Join rows that say of columns which have been merged where they may be served."""
        row, _ = self.home(OPEN, self.served)
        at = np.flatnonzero((row >= 0) & (self.met_of >= 0))
        _lead(group, row[at], number[at])


def _join(group: Numbers, rows: Numbers, digits: Numbers) -> None:
    """Let rows whose parts have the same digits, in any order, have one leader."""
    sums = np.zeros(len(group), dtype=np.int64)
    with np.errstate(over="ignore"):
        np.add.at(sums, rows, digits)
    some = np.unique(rows)
    _lead(group, some, sums[some])


def _lead(leader: Numbers, some: Numbers, keys: Numbers) -> None:
    """Let those of some that have the same key have the first of them as leader."""
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    leader[some] = some[first][inverse]


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
