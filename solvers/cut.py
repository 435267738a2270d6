"""How a cutting plane is derived, told so that anyone can derive it again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cut:
    """A cut by mixed-integer rounding of a sum of rows: see ``mixed_rounding``.

    Attributes:
        rows: which rows are added up.
        weights: times how much; a row with a weight below 0 counts with its lower side.
        divisor: the column, a whole number, by whose coefficient the sum is divided.
        complemented: the columns that are measured from their upper bounds.
    """

    rows: tuple[int, ...]
    weights: tuple[float, ...]
    divisor: int
    complemented: frozenset[int]
