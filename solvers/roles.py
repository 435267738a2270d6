"""Which columns and rows of a matrix play which part in the work that is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gridblock.solvers.change import Flags, Floats, Ints
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
LINKS: Final = "each_way_within_capacity"
"""Rows that bound what a link carries each way."""
POWERED: Final = "assigned_within_powered"
SERVED: Final = "served"
MET: Final = "met_and_unmet_make_the_amount"
UNMET: Final = "unmet"
OPEN: Final = "served_only_where_open"
IN_USE: Final = 1e-2
"""So many blocks are in use where a point of the relaxation has more."""


class Roles:
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

    def ways(self, kept: Flags) -> tuple[Floats, Flags, Flags]:
        """Give duals that price ways at the cheapest, the rows of those, and the columns.

        Args:
            kept: shape (rows,), what asks for ways that are not priced.
        """
        matrix = self.whole.matrix
        asking = self.rule(TRAFFIC[0], RESERVED[0])
        row, column, value = self._of_ways(asking & ~kept)
        duals, least = np.zeros(matrix.shape[0]), np.full(matrix.shape[0], np.inf)
        np.minimum.at(least, row, matrix.cost[column] / np.abs(value))
        duals[row] = least[row] * np.sign(value)
        priced = self.traffic | self.reserved
        priced[self._of_ways(asking & kept)[1]] = False
        return duals, asking & ~kept, priced

    def crowded(self, point: Floats) -> Flags:
        """Say which rows ask for ways between facilities, or for traffic that may be in their way.

        That is on links that cannot carry what is reserved beside the traffic of a point, if all
        goes on the cheapest ways; shape (rows,).
        """
        whole, matrix = self.whole, self.whole.matrix
        index, asks = matrix.index, self.rule(TRAFFIC[0])
        row, column, value = self._of_ways(asks)
        order = np.lexsort((matrix.cost[column] / np.abs(value), row))
        row, first = np.unique(row[order], return_index=True)
        cheapest = order[first]
        flow = np.zeros(len(point))
        rest = whole.activity(np.where(self.traffic, 0.0, point))
        flow[column[cheapest]] = -rest[row] / value[cheapest]
        entries, most = self.reserved[index], np.zeros(matrix.shape[0])
        np.maximum.at(most, whole.row_of[entries], (matrix.value * matrix.upper[index])[entries])
        narrow = self.rule(LINKS) & (most > 0) & (whole.activity(flow) + most > matrix.row_upper)
        on = np.zeros(len(point), dtype=np.bool_)
        on[index[whole.entries_of(narrow)]] = True
        found: Flags = self.rule(RESERVED[0]) | (asks & whole.with_any(on & self.traffic))
        return found

    def _of_ways(self, rows: Flags) -> tuple[Ints, Ints, Floats]:
        """Give rows, columns and coefficients of the ways that some rows ask for."""
        whole, matrix = self.whole, self.whole.matrix
        entries = rows[whole.row_of] & (self.traffic | self.reserved)[matrix.index]
        return whole.row_of[entries], matrix.index[entries], matrix.value[entries]

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


def suppliers(whole: Whole, shape: Shape, point: Floats) -> Flags:
    """Say which columns may supply work with blocks of which a point has some in use there.

    Demands that are counted together share what they are supplied with; apart, each takes what
    suits it, from among the same blocks.
    """
    roles = Roles(whole, shape)
    powered, _ = roles.home(POWERED, roles.supply)
    some = np.flatnonzero(powered >= 0)
    used = np.bincount(powered[some], point[some], whole.matrix.shape[0]) > IN_USE
    found: Flags = powered >= 0
    found[some] = used[powered[some]]
    return found


def less_idle_ways(whole: Whole, shape: Shape, some: Flags) -> Flags:
    """Return some columns without the ways that none of the others asks for."""
    roles, row, index = Roles(whole, shape), whole.row_of, whole.matrix.index
    asked = np.zeros(whole.matrix.shape[0], dtype=np.bool_)
    ways = roles.traffic | roles.reserved
    asked[row[(some & ~ways)[index]]] = True
    idle = ways.copy()
    entries = ways[index] & (asked & roles.rule(TRAFFIC[0], RESERVED[0]))[row]
    idle[index[entries]] = False
    left: Flags = some & ~idle
    return left


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
