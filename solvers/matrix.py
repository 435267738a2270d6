"""The model as numbers: one sparse matrix that checks itself and any point."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gridblock.solvers import scaling
from gridblock.solvers.change import coerce
from gridblock.solvers.outcome import CrossedBoundsError, ModelError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gridblock.solvers.change import Change, Flags, Floats, Ints

SMALLEST, LARGEST = 1e-9, 1e15
INFINITE = 1e20
TOLERANCE = 1e-6


class Violation(NamedTuple):
    """How far a point is from a rule: `kind` is bound, row, integrality or value."""

    kind: str
    at: int
    amount: float
    allowed: float

    @property
    def tolerable(self) -> bool:
        """Whether the amount is within what is allowed."""
        return self.amount <= self.allowed


@dataclass(frozen=True, eq=False)
class Matrix:
    """Minimise ``cost x + offset`` with bounds on columns and rows, some columns integer.

    Attributes:
        cost: shape (columns,).
        offset: constant part of the objective.
        lower: shape (columns,), -inf where there is none.
        upper: shape (columns,), inf where there is none.
        integer: shape (columns,), True where only whole numbers will do.
        row_lower: shape (rows,).
        row_upper: shape (rows,).
        start: shape (rows + 1,), where each row begins in index and value.
        index: shape (nonzeros,), the column of each coefficient.
        value: shape (nonzeros,), the coefficient.
    """

    cost: Floats
    offset: float
    lower: Floats
    upper: Floats
    integer: Flags
    row_lower: Floats
    row_upper: Floats
    start: Ints
    index: Ints
    value: Floats

    def __post_init__(self) -> None:
        """Give every array its type."""
        coerce(self, start=np.int32, index=np.int32, integer=np.bool_)
        coerce(self, cost=float, lower=float, upper=float)
        coerce(self, row_lower=float, row_upper=float, value=float)
        object.__setattr__(self, "offset", float(self.offset))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, columns, nonzeros."""
        return len(self.row_lower), len(self.cost), len(self.value)

    def validate(
        self,
        column_name: Callable[[int], str] = "column {}".format,
        row_name: Callable[[int], str] = "row {}".format,
    ) -> None:
        """Refuse what HiGHS would misread, drop in silence or crash on.

        Args:
            column_name: gives the name of a column for the message.
            row_name: gives the name of a row for the message.

        Raises:
            CrossedBoundsError: if a lower bound lies above its upper bound.
            ModelError: on any other fault, naming the first row or column that has it.
        """
        self._validate_shape()
        if not math.isfinite(self.offset):
            message = f"the objective's constant is {self.offset}"
            raise ModelError(message)
        _refuse(~(np.abs(self.cost) < INFINITE), self.cost, "cost", column_name)
        _validate_bounds(self.lower, self.upper, column_name)
        _validate_bounds(self.row_lower, self.row_upper, row_name)
        self._validate_coefficients(column_name, row_name)

    def violation(self, values: Floats) -> Violation:
        """Return the worst violation of bounds, rows and integrality at a point.

        A row may be off by 1e-6 times the largest of 1 and its terms at the point, with 1 in the
        unit in which the solver has the row; a bound by 1e-6 times the largest of 1 and the value,
        an integer by 1e-6.

        Args:
            values: shape (columns,).
        """
        if values.shape != self.cost.shape:
            return Violation("value", len(values), math.inf, 0.0)
        if not np.isfinite(values).all():
            return Violation("value", int(np.argmin(np.isfinite(values))), math.inf, 0.0)
        activity, largest = self._activity(values)
        apart = np.where(self.integer, np.abs(values - np.rint(values)), 0.0)
        beyond = _beyond(activity, self.row_lower, self.row_upper)
        candidates = (
            _worst("bound", _beyond(values, self.lower, self.upper), np.abs(values)),
            _worst("row", beyond, largest, self.row_scale),
            _worst("integrality", apart, np.zeros_like(apart)),
        )
        return max(candidates, key=lambda worst: worst.amount / worst.allowed)

    def objective(self, values: Floats) -> float:
        """Return the cost of a point, offset included."""
        parts = self.cost * values
        return math.fsum(parts[parts != 0].tolist()) + self.offset

    def resolution(self, values: Floats) -> float:
        """Return the difference of cost at a point that the solver's arithmetic cannot see."""
        size = float(np.abs(self.cost * values).sum()) + abs(self.offset)
        return TOLERANCE * 2.0 ** -self.cost_exponent() + 1e-9 * size

    def rounded(self, values: Floats) -> Floats:
        """Return a copy of a point with its integers whole and within their bounds."""
        whole = np.clip(np.rint(values), np.ceil(self.lower), np.floor(self.upper))
        return np.where(self.integer, whole, values)

    def fixed(self, values: Floats) -> Matrix:
        """Return the matrix with every integer column fixed at the rounded value of a point.

        Raises:
            ModelError: if the point has another shape or no number for an integer column.
        """
        if values.shape != self.cost.shape or not np.isfinite(values[self.integer]).all():
            message = f"a point of shape {values.shape} does not say what the integers are"
            raise ModelError(message)
        whole = self.rounded(values)
        return replace(
            self,
            lower=np.where(self.integer, whole, self.lower),
            upper=np.where(self.integer, whole, self.upper),
        )

    def changed(self, change: Change) -> Matrix:
        """Return the matrix with a change made; the result is not validated."""
        vectors = {
            name: getattr(change, name)
            for name in ("cost", "offset", "lower", "upper", "row_lower", "row_upper")
            if getattr(change, name) is not None
        }
        matrix, rows = replace(self, **vectors), change.rows
        if rows is None:
            return matrix
        return replace(
            matrix,
            row_lower=np.concatenate((matrix.row_lower, rows.lower)),
            row_upper=np.concatenate((matrix.row_upper, rows.upper)),
            start=np.concatenate((matrix.start, matrix.start[-1] + rows.start[1:])),
            index=np.concatenate((matrix.index, rows.index)),
            value=np.concatenate((matrix.value, rows.value)),
        )

    def cost_exponent(self) -> int:
        """Return the power of two by which costs are scaled for the solver."""
        return scaling.cost_exponent(self.cost)

    @cached_property
    def row_scale(self) -> Floats:
        """The power of two by which each row is multiplied for the solver; shape (rows,)."""
        return scaling.row_scale(self.start, self.value)

    def scaled_values(self) -> Floats:
        """Return the coefficients as the solver has them; shape (nonzeros,)."""
        scale = self.row_scale
        if (scale == 1.0).all():
            return self.value
        return self.value * np.repeat(scale, np.diff(self.start))

    def ranges(self) -> dict[str, tuple[float, float]]:
        """Return the smallest and largest magnitude of coefficients, costs and right-hand sides."""
        sides = np.concatenate((self.row_lower, self.row_upper))
        parts = {"coefficients": self.value, "costs": self.cost, "sides": sides}
        return {name: _magnitudes(array) for name, array in parts.items()}

    def save(self, path: Path) -> None:
        """Write the matrix to an .npz file."""
        with path.open("wb") as file:
            np.savez(file, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Matrix:
        """Read a matrix that `save` wrote; no pickled object is ever read."""
        with np.load(path, allow_pickle=False) as held:
            return cls(**{field.name: held[field.name] for field in fields(cls)})

    def _validate_shape(self) -> None:
        """Refuse arrays whose sizes do not fit together."""
        rows, columns, nonzeros = self.shape
        wanted = {
            "lower": columns,
            "upper": columns,
            "integer": columns,
            "row_upper": rows,
            "start": rows + 1,
            "index": nonzeros,
        }
        wrong = [name for name, size in wanted.items() if getattr(self, name).shape != (size,)]
        if not wrong and (self.start[0] != 0 or self.start[-1] != nonzeros):
            wrong.append("start")
        if not wrong and np.any(np.diff(self.start) < 0):
            wrong.append("start")
        if wrong:
            message = f"matrix of {rows} rows and {columns} columns: {wrong[0]} does not fit"
            raise ModelError(message)

    def _validate_coefficients(
        self, column_name: Callable[[int], str], row_name: Callable[[int], str]
    ) -> None:
        """Refuse columns out of range, coefficients that HiGHS drops, entries given twice."""
        columns = len(self.cost)

        def place(at: int) -> str:
            row = int(np.searchsorted(self.start, at, side="right")) - 1
            return f"{row_name(row)}: {column_name(int(self.index[at]))}"

        outside = (self.index < 0) | (self.index >= columns)
        _refuse(outside, self.index, "column number", lambda at: f"entry {at}")
        size = np.abs(self.scaled_values())
        good = (size > SMALLEST) & (size < LARGEST)
        _refuse(~good, self.value, f"coefficient (not in {SMALLEST:g} to {LARGEST:g})", place)
        row = np.repeat(np.arange(len(self.row_lower), dtype=np.int64), np.diff(self.start))
        key = row * columns + self.index
        order = np.sort(key)
        twice = order[1:][order[1:] == order[:-1]]
        if twice.size:
            row_at, column_at = divmod(int(twice[0]), columns)
            message = f"{row_name(row_at)}: {column_name(column_at)} stands in it twice"
            raise ModelError(message)

    def _activity(self, values: Floats) -> tuple[Floats, Floats]:
        """Return each row's value at a point and the largest magnitude among its terms."""
        terms = self.value * values[self.index]
        activity, largest = np.zeros((2, len(self.row_lower)))
        filled = np.diff(self.start) > 0
        if filled.any():
            begin = self.start[:-1][filled]
            activity[filled] = np.add.reduceat(terms, begin)
            largest[filled] = np.maximum.reduceat(np.abs(terms), begin)
        return activity, largest


def _refuse(bad: Flags, numbers: Any, what: str, name: Callable[[int], str]) -> None:
    if bad.any():
        at = int(np.argmax(bad))
        message = f"{name(at)}: {what} {numbers[at]}"
        raise ModelError(message)


def _validate_bounds(lower: Floats, upper: Floats, name: Callable[[int], str]) -> None:
    """Refuse NaN, finite bounds that the solver takes for infinite, and crossed bounds."""
    _refuse(~((lower < INFINITE) & (lower > -INFINITE) | (lower == -np.inf)), lower, "lower", name)
    _refuse(~((upper < INFINITE) & (upper > -INFINITE) | (upper == np.inf)), upper, "upper", name)
    crossed = lower > upper
    if crossed.any():
        at = int(np.argmax(crossed))
        message = f"{name(at)}: at least {lower[at]:g} and at most {upper[at]:g}"
        raise CrossedBoundsError(message)


def _beyond(at: Floats, lower: Floats, upper: Floats) -> Floats:
    return np.maximum(np.maximum(lower - at, at - upper), 0.0)


def _worst(kind: str, amount: Floats, size: Floats, scale: Floats | float = 1.0) -> Violation:
    if not amount.size:
        return Violation(kind, 0, 0.0, TOLERANCE)
    allowed = TOLERANCE * np.maximum(1.0 / scale, size)
    at = int(np.argmax(amount / allowed))
    return Violation(kind, at, float(amount[at]), float(allowed[at]))


def _magnitudes(array: Floats) -> tuple[float, float]:
    size = np.abs(array[np.isfinite(array) & (array != 0.0)])
    return (float(size.min()), float(size.max())) if size.size else (0.0, 0.0)
