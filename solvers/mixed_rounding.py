r"""Cutting planes that anyone can derive again: mixed-integer rounding of sums of rows.

Rows are added up with weights to :math:`\sum_j a_j x_j \le b`. With each :math:`x` measured from
its lower bound, or from its upper bound where that is asked for, whole numbers keep

.. math::
    \sum_{j \text{ whole}} \Big(\lfloor a_j / \delta \rfloor
    + \frac{(\{a_j / \delta\} - \phi)^+}{1 - \phi} \Big) x_j
    + \sum_{j \text{ not}} \frac{\min(0, a_j / \delta)}{1 - \phi} x_j
    \le \lfloor b / \delta \rfloor, \qquad \phi = \{b / \delta\}

for any :math:`\delta > 0` (Nemhauser and Wolsey, 1990), where :math:`\{\cdot\}` is the fraction.
All is worked out in rational numbers, and what the numbers of a matrix may be off the instance as
written is given away first, so that a cut derived from a matrix holds for the instance.
"""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gridblock.solvers.certified import ENDS, WRITTEN
from gridblock.solvers.change import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridblock.solvers.change import Floats, Ints
    from gridblock.solvers.cut import Cut
    from gridblock.solvers.matrix import Matrix

CANCELLED: Final = Fraction(1, 2**40)
"""A sum that is no larger than so much of what was added up has cancelled but for rounding."""
SMALL: Final = Fraction(1, 10**7)
"""Coefficients that are no larger than so much of the largest are left out of a cut."""
EDGE: Final = Fraction(1, 10**4)
"""A fraction so near to 0 or 1 gives no cut worth having."""


class Derived(NamedTuple):
    """A row, ``values x <= upper``.

    Attributes:
        columns: where its coefficients stand.
        values: the coefficients, each off by at most one rounding.
        upper: its side, likewise.
    """

    columns: Ints
    values: Floats
    upper: float


class _Sum(NamedTuple):
    """Rows added up: coefficients by column, and a side that allows for all that may be off."""

    coefficients: dict[int, Fraction]
    side: Fraction


class _Ends(NamedTuple):
    """The bounds of a column, moved outwards by what they may be off unless it is whole."""

    lower: Fraction
    upper: Fraction
    whole: bool


def derived(matrix: Matrix, cut: Cut) -> Derived | None:
    """Derive a cut from a matrix; None where that gives no row."""
    summed = _summed(matrix, cut)
    if summed is None or not matrix.integer[cut.divisor]:
        return None
    divisor = abs(summed.coefficients.get(cut.divisor, Fraction(0)))
    if not divisor:
        return None
    side, ends = summed.side, {at: _ends(matrix, at) for at in summed.coefficients}
    turned = {}
    for at, coefficient in summed.coefficients.items():
        up = at in cut.complemented
        side -= coefficient * (ends[at].upper if up else ends[at].lower)
        turned[at] = -coefficient if up else coefficient
    quotient = side / divisor
    whole = math.floor(quotient)
    part = quotient - whole
    if not EDGE < part < 1 - EDGE:
        return None
    rounded = {at: _rounded(a / divisor, part, whole=ends[at].whole) for at, a in turned.items()}
    upper = Fraction(whole)
    values = {}
    for at, value in rounded.items():
        up = at in cut.complemented
        values[at] = -value if up else value
        upper += values[at] * (ends[at].upper if up else ends[at].lower)
    return _written(values, upper, divisor * (1 - part), ends)


def with_cuts(matrix: Matrix, cuts: Sequence[Cut]) -> tuple[Rows, list[Cut]]:
    """Derive cuts from a matrix; give their rows, and those cuts of which there is one."""
    pairs = [(row, cut) for cut in cuts if (row := derived(matrix, cut)) is not None]
    sizes = [len(row.columns) for row, _ in pairs]
    rows = Rows(
        lower=np.full(len(pairs), -np.inf),
        upper=np.array([row.upper for row, _ in pairs]),
        start=np.concatenate([[0], np.cumsum(sizes)]),
        index=np.concatenate([np.zeros(0), *(row.columns for row, _ in pairs)]),
        value=np.concatenate([np.zeros(0), *(row.values for row, _ in pairs)]),
    )
    return rows, [cut for _, cut in pairs]


def _summed(matrix: Matrix, cut: Cut) -> _Sum | None:
    """Add up the rows; what their numbers may be off, and what cancels, goes to the side."""
    written, side = Fraction(WRITTEN), Fraction(0)
    total: dict[int, Fraction] = defaultdict(Fraction)
    size: dict[int, Fraction] = defaultdict(Fraction)
    for row, weight in zip(cut.rows, cut.weights, strict=True):
        end = matrix.row_upper[row] if weight > 0 else matrix.row_lower[row]
        if not math.isfinite(end) or not math.isfinite(weight):
            return None
        part = Fraction(weight) * Fraction(float(end))
        side += part + written * abs(part)
        for at in range(matrix.start[row], matrix.start[row + 1]):
            term = Fraction(weight) * Fraction(float(matrix.value[at]))
            total[int(matrix.index[at])] += term
            size[int(matrix.index[at])] += abs(term)
    kept = {}
    for at, coefficient in total.items():
        reach = max(abs(float(matrix.lower[at])), abs(float(matrix.upper[at])))
        if not math.isfinite(reach):
            return None
        gone = abs(coefficient) <= CANCELLED * size[at]
        off = written * size[at] + (abs(coefficient) if gone else 0)
        side += off * Fraction(reach)
        if not gone:
            kept[at] = coefficient
    return _Sum(kept, side)


def _ends(matrix: Matrix, at: int) -> _Ends:
    lower, upper = Fraction(float(matrix.lower[at])), Fraction(float(matrix.upper[at]))
    if matrix.integer[at] and lower.denominator == upper.denominator == 1:
        return _Ends(lower, upper, whole=True)
    share = Fraction(ENDS)
    return _Ends(lower - share * abs(lower), upper + share * abs(upper), whole=False)


def _rounded(coefficient: Fraction, part: Fraction, *, whole: bool) -> Fraction:
    """Round a coefficient: the function of the formula."""
    if not whole:
        return min(Fraction(0), coefficient) / (1 - part)
    floor = math.floor(coefficient)
    return floor + max(Fraction(0), coefficient - floor - part) / (1 - part)


def _written(
    values: dict[int, Fraction], upper: Fraction, unit: Fraction, ends: dict[int, _Ends]
) -> Derived | None:
    """Write a row in a unit, without what is small beside its largest coefficient."""
    least = SMALL * max(map(abs, values.values()), default=Fraction(0))
    kept = {at: value for at, value in values.items() if value and abs(value) > least}
    for at, value in values.items():
        if at not in kept:
            upper -= min(value * ends[at].lower, value * ends[at].upper)
    if not kept:
        return None
    columns = np.array(sorted(kept), dtype=np.int32)
    coefficients = np.array([float(kept[at] * unit) for at in columns.tolist()])
    return Derived(columns, coefficients, float(upper * unit))
