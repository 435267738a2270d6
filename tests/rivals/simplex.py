"""A small linear programming solver without rounding: two phases, Bland's rule, integers."""

from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

Terms = Mapping[Hashable, Fraction | int]


class Optimum(NamedTuple):
    """The least cost, and where it is taken; what is not named there is 0."""

    value: Fraction
    at: dict[Hashable, Fraction]


class UnboundedError(Exception):
    """The cost falls without end."""


class _Row:
    """The equation ``own * basic + sum(of[j] * nonbasic[j]) = of[-1]`` in integers, own > 0."""

    __slots__ = ("basic", "of", "own")

    def __init__(self, of: list[int], own: int, basic: int) -> None:
        self.of, self.own, self.basic = of, own, basic

    def eliminate(self, pivot: "_Row", column: int, entered: int) -> None:
        """Replace the variable of a column by the equation in which it has just become basic."""
        mine = self.of[column]
        if not mine:
            return
        self.of[column] = 0
        self.of = [x * entered - y * mine for x, y in zip(self.of, pivot.of, strict=True)]
        self.own *= entered
        common = gcd(self.own, *self.of)
        if common > 1:
            self.of = [x // common for x in self.of]
            self.own //= common


class _Tableau:
    """Rows in terms of the nonbasic variables; a cost is a row whose basic variable is minus it."""

    def __init__(self, rows: list[_Row], costs: list[_Row], nonbasic: list[int]) -> None:
        self.rows, self.costs, self.nonbasic = rows, costs, nonbasic

    def pivot(self, row: _Row, column: int) -> None:
        """Let the variable of a column become basic in place of that of a row."""
        entered = row.of[column]
        sign = -1 if entered < 0 else 1
        entered *= sign
        row.of = [sign * x for x in row.of]
        row.of[column] = sign * row.own
        for other in (*self.rows, *self.costs):
            if other is not row:
                other.eliminate(row, column, entered)
        row.own = entered
        row.basic, self.nonbasic[column] = self.nonbasic[column], row.basic

    def descend(self, cost: _Row) -> None:
        """Pivot until no nonbasic variable lowers the cost, the first one first (Bland's rule)."""
        while True:
            falling = [(self.nonbasic[j], j) for j, x in enumerate(cost.of[:-1]) if x < 0]
            if not falling:
                return
            _, column = min(falling)
            blocking = [row for row in self.rows if row.of[column] > 0]
            if not blocking:
                raise UnboundedError
            self.pivot(
                min(blocking, key=lambda row: (Fraction(row.of[-1], row.of[column]), row.basic)),
                column,
            )

    def without(self, variable: int) -> None:
        """Take out a variable that is 0."""
        row = next((row for row in self.rows if row.basic == variable), None)
        if row is not None:
            column = next((j for j, x in enumerate(row.of[:-1]) if x), None)
            if column is None:
                self.rows.remove(row)
                return
            self.pivot(row, column)
        column = self.nonbasic.index(variable)
        del self.nonbasic[column]
        for other in (*self.rows, *self.costs):
            del other.of[column]


def minimise(cost: Terms, rows: Iterable[tuple[Terms, Fraction | int]]) -> Optimum | None:
    """Find the least cost of variables that are at least 0.

    Args:
        cost: cost of one of each variable.
        rows: pairs of terms and the most that they may sum to.

    Returns:
        The optimum, or None where no values keep all rows.

    Raises:
        UnboundedError: the cost falls without end.
    """
    rows = list(rows)
    names = list(dict.fromkeys([*cost, *(name for terms, _ in rows for name in terms)]))
    size = len(names)
    # Variable number `size` measures by how much the worst row is missed; the slacks follow.
    number = {name: i for i, name in enumerate(names)}
    whole = [_whole({number[n]: x for n, x in terms.items()}, size, most) for terms, most in rows]
    tableau = _Tableau(
        [_Row(of, 1, size + 1 + i) for i, of in enumerate(whole)],
        [
            _cost({number[n]: x for n, x in cost.items()}, size),
            _Row([0] * size + [1, 0], 1, -1),
        ],
        list(range(size + 1)),
    )
    true_cost, missed = tableau.costs
    worst = min(tableau.rows, key=lambda row: row.of[-1], default=None)
    if worst is not None and worst.of[-1] < 0:
        tableau.pivot(worst, size)
        tableau.descend(missed)
        if missed.of[-1]:
            return None
    tableau.without(size)
    tableau.costs.remove(missed)
    tableau.descend(true_cost)
    values = {row.basic: Fraction(row.of[-1], row.own) for row in tableau.rows}
    at = {names[i]: value for i, value in values.items() if i < size}
    return Optimum(Fraction(-true_cost.of[-1], true_cost.own), at)


def _whole(terms: Mapping[int, Fraction | int], size: int, most: Fraction | int) -> list[int]:
    scale = lcm(most.denominator, *(x.denominator for x in terms.values()))
    of = [0] * size + [-1, most.numerator * (scale // most.denominator)]
    for i, x in terms.items():
        of[i] = x.numerator * (scale // x.denominator)
    return of


def _cost(terms: Mapping[int, Fraction | int], size: int) -> _Row:
    scale = lcm(*(x.denominator for x in terms.values()))
    of = [0] * (size + 2)
    for i, x in terms.items():
        of[i] = x.numerator * (scale // x.denominator)
    return _Row(of, scale, -1)
