"""A dive: choices are fixed in the relaxation one after the other until all are whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gridblock.solvers.outcome import Outcome

if TYPE_CHECKING:
    from gridblock.solvers.change import Flags, Floats, Ints
    from gridblock.solvers.session import Session
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Slice, Whole

Relax = Callable[[str], Outcome]
"""Solves the relaxation that the session holds by a method for linear programs."""

FEW_FOR_SIMPLEX: Final = 50_000
"""With at most so many columns a dive begins by the simplex method, else by interior point.

Measured on a generated instance with 110,000 columns: 36 s against 17 s, basis included.
"""
ROUNDS: Final = 100
TRIED: Final = 4
"""So many choices are tried where the surest is dear."""
SURE: Final = 0.9
"""A choice with so much of 1 is taken."""
LITTLE: Final = 0.25
NEAR: Final = 1e-6
"""A value that is off a whole one by no more is whole."""


class Held(NamedTuple):
    """An optimal point of a relaxation within bounds."""

    values: Floats
    duals: Floats
    objective: float


@dataclass(frozen=True, eq=False)
class Dive:
    """A dive in a part of a matrix.

    Attributes:
        session: the solver's process.
        whole: the matrix.
        shape: what its columns decide.
        relax: solves what the session holds.
        dear: the share of the cost that a choice may add before others are tried, too.
    """

    session: Session
    whole: Whole
    shape: Shape
    relax: Relax
    dear: float

    def run(self, kernel: Flags) -> tuple[Floats, Floats] | None:
        """Fix choices until all are whole; None where that leads nowhere.

        Args:
            kernel: the columns that may be used; all others stay at their lower bounds.

        Returns:
            A point with whole choices, shape (columns,), and duals of the rows, shape (rows,).
        """
        matrix = self.whole.matrix
        part = self.whole.sliced(kernel, matrix.lower)
        self.session.load(part.matrix)
        lower, upper = part.matrix.lower, part.matrix.upper
        few = len(part.columns) <= FEW_FOR_SIMPLEX
        held = self._at(lower, upper, "simplex" if few else "ipx")
        for _ in range(ROUNDS):
            if held is None:
                return None
            open_ = self._open(held, part)
            if not open_.any():
                break
            lower, upper, held = self._deeper(held, open_, part, lower, upper)
        if held is None:
            return None
        duals = np.zeros(matrix.shape[0])
        duals[self.whole.with_any(kernel)] = held.duals
        return part.into(held.values, matrix.lower), duals

    def _open(self, held: Held, part: Slice) -> Flags:
        """Say which choices are not whole, of those that are made first."""
        apart = np.abs(held.values - np.rint(held.values)) > NEAR
        open_: Flags = self.shape.choices[part.columns] & apart
        weight = self.shape.weight[part.columns]
        first: Flags = open_ & (weight == weight[open_].min(initial=np.iinfo(np.int32).max))
        return first

    def _deeper(
        self, held: Held, open_: Flags, part: Slice, lower: Floats, upper: Floats
    ) -> tuple[Floats, Floats, Held | None]:
        """Fix what is sure, else the surest; where that is dear, the cheapest of a few.

        What is cheap to rule out is no guide: the relaxation then mixes others.
        """
        best: tuple[Floats, Floats, Held | None] = lower, upper, None
        cheap = held.objective + self.dear * abs(held.objective)
        ways = self._ways(held.values, open_, part.columns)
        for fixed, to in ways:
            low, high = np.where(fixed, to, lower), np.where(fixed, to, upper)
            tried = self._at(low, high)
            if tried is not None and (best[2] is None or tried.objective < best[2].objective):
                best = low, high, tried
            if best[2] is not None and best[2].objective <= cheap:
                break
        if best[2] is not None:
            return best
        fixed, to = ways[0]
        up = fixed & (to > held.values)
        most = np.where(up, np.maximum(lower, np.floor(held.values)), upper)
        least = np.where(fixed & ~up, np.minimum(upper, np.ceil(held.values)), lower)
        return least, most, self._at(least, most)

    def _ways(self, values: Floats, open_: Flags, columns: Ints) -> list[tuple[Flags, Floats]]:
        """Give which choices to fix and where: all that are sure, or one of the surest.

        They go up, but lots of which little is used go down.
        """
        fraction = values - np.floor(values)
        sure: Flags = open_ & (fraction >= SURE)
        if sure.any():
            return [(sure, np.ceil(values))]
        ways = []
        for at in np.argsort(np.where(open_, -fraction, 1.0), kind="stable")[:TRIED].tolist():
            if open_[at]:
                one = np.zeros(len(values), dtype=np.bool_)
                one[at] = True
                down = self.shape.lots[columns[at]] and fraction[at] < LITTLE
                ways.append((one, np.floor(values) if down else np.ceil(values)))
        return ways

    def _at(self, lower: Floats, upper: Floats, method: str = "simplex") -> Held | None:
        """Solve the relaxation that the session holds within bounds; None where there is none."""
        self.session.change(lower=lower, upper=upper)
        outcome = self.relax(method)
        if outcome.values is None or outcome.row_duals is None or outcome.objective is None:
            return None
        return Held(outcome.values, outcome.row_duals, outcome.objective)
