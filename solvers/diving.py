"""A dive: choices are fixed in the relaxation one after the other until all are whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import numpy as np

from gridblock.solvers.change import Floats
from gridblock.solvers.outcome import Outcome, Verdict

if TYPE_CHECKING:
    from gridblock.solvers.change import Flags, Ints
    from gridblock.solvers.session import Session
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Slice, Whole

Relax = Callable[[str, float], Outcome]
"""Solves the relaxation that the session holds by a method, unless it costs more than a cutoff."""

Bounds = tuple[Floats, Floats]
"""Lower and upper bounds of columns, infinite where nothing changes."""

FEW_FOR_SIMPLEX: Final = 50_000
"""With at most so many columns a dive begins by the simplex method, else by interior point.

Measured on a generated instance with 110,000 columns: 36 s against 17 s, basis included.
"""
ROUNDS: Final = 100
TRIED: Final = 4
"""So many choices are tried where the surest is dear."""
OTHERS: Final = 10
"""So many other choices for the same run are tried where the surest is dear."""
CHEAP: Final = 0.04
"""A choice that adds so much of what is dear is taken at once."""
SURE: Final = 0.9
"""A choice with so much of 1 is taken."""
LITTLE: Final = 0.25
HALF: Final = 0.5
NEAR: Final = 1e-6
"""A value that is off a whole one by no more is whole."""


class Held(NamedTuple):
    """An optimal point of a relaxation within bounds."""

    values: Floats
    duals: Floats
    objective: float

    @classmethod
    def of(cls, outcome: Outcome) -> Self | None:
        """Take it from how a solve ended; None where that has no optimal point."""
        values, duals, cost = outcome.values, outcome.row_duals, outcome.objective
        optimal = outcome.verdict is Verdict.OPTIMAL
        if not optimal or values is None or duals is None or cost is None:
            return None
        return cls(values, duals, cost)


@dataclass(frozen=True, eq=False)
class Dive:
    """A dive in a part of a matrix.

    Attributes:
        session: the solver's process.
        whole: the matrix.
        shape: what its columns decide.
        relax: solves what the session holds.
        dear: what a choice may cost; where all for a run cost more, choices for others are tried,
            too.
        worth: shape (columns,), what the relaxation says that each decision adds, fully taken.
    """

    session: Session
    whole: Whole
    shape: Shape
    relax: Relax
    dear: float
    worth: Floats

    def begin(self, kernel: Flags) -> tuple[Slice, Held | None]:
        """Relax the part of some columns; all others stay at their lower bounds."""
        part = self.whole.sliced(kernel, self.whole.matrix.lower)
        self.session.load(part.matrix)
        few = len(part.columns) <= FEW_FOR_SIMPLEX
        held = self.at(part.matrix.lower, part.matrix.upper, "simplex" if few else "ipx")
        return part, held

    def run(self, part: Slice, held: Held | None) -> tuple[Floats, Floats] | None:
        """Fix choices until all are whole; None where that leads nowhere.

        Args:
            part: what the session holds, as ``begin`` gives it.
            held: its relaxation.

        Returns:
            A point with whole choices, shape (columns,), and duals of the rows, shape (rows,).
        """
        matrix, held = self.whole.matrix, self.fixed(part, held)
        if held is None:
            return None
        duals = np.zeros(matrix.shape[0])
        free = np.zeros(matrix.shape[1], dtype=np.bool_)
        free[part.columns] = True
        duals[self.whole.with_any(free)] = held.duals
        return part.into(held.values, matrix.lower), duals

    def fixed(self, part: Slice, held: Held | None) -> Held | None:
        """Fix choices as ``run`` does; give the point of the part, and duals of its rows."""
        lower, upper = part.matrix.lower, part.matrix.upper
        for _ in range(ROUNDS):
            if held is None:
                return None
            open_ = self._open(held, part)
            if not open_.any():
                break
            lower, upper, held = self._deeper(held, open_, part, lower, upper)
        return held

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
        dear, cheap = self.dear, held.objective + CHEAP * self.dear
        for number, ways in enumerate(self._ways(held.values, open_, part.columns, upper)):
            for least, most in ways:
                low, high = np.maximum(lower, least), np.minimum(upper, most)
                tried = self.at(low, high, cutoff=np.inf if best[2] is None else best[2].objective)
                if tried is not None and (best[2] is None or tried.objective < best[2].objective):
                    best = low, high, tried
                if best[2] is not None and best[2].objective <= cheap:
                    return best
            if number > 0 and best[2] is not None and best[2].objective <= held.objective + dear:
                break
        return best

    def _ways(
        self, values: Floats, open_: Flags, columns: Ints, upper: Floats
    ) -> Iterator[Iterable[Bounds]]:
        """Give bounds of ways to go on: what is sure, or the surest; what else instead; others."""
        fraction = values - np.floor(values)
        sure: Flags = open_ & (fraction >= SURE)
        yield [_up(sure, values)] if np.count_nonzero(sure) > 1 else []
        order = np.argsort(np.where(open_, -fraction, 1.0), kind="stable")[:TRIED]
        first, *others = order[open_[order]].tolist()
        yield chain(self._both(first, values, columns), self._instead(first, columns, upper))
        for other in others:
            yield self._both(other, values, columns)

    def _instead(self, at: int, columns: Ints, upper: Floats) -> Iterator[Bounds]:
        """Give other choices for the same run, those first that the relaxation finds cheapest."""
        group = self.shape.group[columns]
        if group[at] < 0 or self.shape.lots[columns[at]]:
            return
        same = np.flatnonzero((group == group[at]) & (upper > HALF))
        same = same[np.argsort(self.worth[columns[same]], kind="stable")]
        for other in same[same != at][:OTHERS].tolist():
            yield _up(np.arange(len(columns)) == other, np.ones(len(columns)))

    def _both(self, at: int, values: Floats, columns: Ints) -> Iterator[Bounds]:
        """Give one choice up; of lots, also down, and that first where little of one is used."""
        up = _up(np.arange(len(values)) == at, values)
        if not self.shape.lots[columns[at]]:
            yield up
            return
        same = self.shape.group[columns] == self.shape.group[columns[at]]
        down = np.full(len(values), -np.inf), np.where(same, np.floor(values + NEAR), np.inf)
        little = values[at] - np.floor(values[at]) < LITTLE
        yield from (down, up) if little else (up, down)

    def at(
        self, lower: Floats, upper: Floats, algorithm: str = "simplex", cutoff: float = np.inf
    ) -> Held | None:
        """Solve the relaxation that the session holds within bounds; None where it has no point.

        Nor where the point costs more than the cutoff.
        """
        self.session.change(lower=lower, upper=upper)
        return Held.of(self.relax(algorithm, cutoff))


def _up(some: Flags, values: Floats) -> Bounds:
    """Give bounds that round some values up."""
    return np.where(some, np.ceil(values), -np.inf), np.full(len(values), np.inf)
