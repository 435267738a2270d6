"""Making choices: in a dive into what is merged or, where that is too large, at its prices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gridblock.solvers.boxing import boxed
from gridblock.solvers.diving import NEAR, Dive, Held
from gridblock.solvers.improving import Improving
from gridblock.solvers.lp_solvers import LpSolver
from gridblock.solvers.merging import Merged, merge, repriced
from gridblock.solvers.roles import Roles
from gridblock.solvers.search import SHARE
from gridblock.solvers.settling import first_choices, held, least_fleet, likely, what_follows
from gridblock.solvers.slices import Slice, Whole
from gridblock.solvers.sweeping import NO_FIRST_PLAN, SMALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.diving import Bounds
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Option, Outcome
    from gridblock.solvers.relaxing import Relaxation
    from gridblock.solvers.shape import Shape

LOTS_FROM: Final = (0.9, np.inf)
"""The share of a lot from which it is ordered at first, then where that does not fit."""
FOR_INTERIOR: Final = 1_000_000
"""A matrix with more columns is relaxed merged, and its choices are made at once."""
FOR_A_DIVE: Final = 200_000
"""A merged matrix with more columns is not dived into.

Its relaxation by the simplex method takes 10 to 18 s of one core for 115,000 columns.
"""
LOOSELY: Final = 5.0
"""The share of the gap that the sweep of so large a matrix may cost.

On a generated instance of 233,000 columns a sweep ends at 17,695 million after 13 s with half the
gap, and at 17,965 after 5 s with five times the gap; small regions then end at 17,592 and 17,639.
"""
AT_THE_ROOT: Final[Mapping[str, Option]] = {"mip_max_nodes": 1}
"""The work on a region of so large a matrix.

Of a generated instance of 2,286,000 columns twelve regions of 45,000 take 36 s, not 48 as with ten
nodes, and win the same.
"""
DEAR: Final = 0.5
"""The share of the gap asked for that a choice may cost before others are tried, too."""
AT_ONCE: Final[Mapping[str, Option]] = {**SMALL, **NO_FIRST_PLAN}
"""The work on choices that are made at once.

Not next to their relaxation: it mixes berths, none of which is left whole for some runs once the
others have theirs. On a generated instance of 2,286,000 columns one run of 49 had no berth then,
and choices cost 1,320 million of 81,000; now it is 279, in 45 s and not in two rounds of 25 s.
"""
TOO_DEAR: Final = 1e-4
"""What adds more than that share of the cost to choices, fully taken, is left out at first.

On a generated instance of 2,286,000 columns a model of 285,000, of which 2,400 are choices and 65
are no whole numbers once relaxed, costs 26 million more in whole numbers, of 81,000. HiGHS finds
that in 90 s, in a sub-problem after an analytic centre. Of what adds 5 or 15 million at most it
finds plans in 12 s that cost 3 and 4 million more, with 8, as here, 12; with 1 there is none.
"""
TRIAL: Final[Mapping[str, Option]] = {"simplex_iteration_limit": 30_000}
"""The work on one trial of a dive."""


class WithChoices(NamedTuple):
    """A merged matrix in which choices are whole.

    A choice is never merged with others: it is a column of its own.

    Attributes:
        merged: the matrix, and what has become of the large one.
        part: the matrix measured for the solver, with the leading column of each.
        size: what each of its columns is measured in, shape (its columns,).
        weight: by what each of its rows is multiplied, shape (its rows,).
    """

    merged: Merged
    part: Slice
    size: Floats
    weight: Floats

    def only(self, free: Flags) -> Slice:
        """Give it with some choices alone; all others are left at their lower bounds.

        Args:
            free: shape (columns of the large matrix,).
        """
        matrix, leaders = self.part.matrix, self.part.columns
        upper = np.where(matrix.integer & ~free[leaders], matrix.lower, matrix.upper)
        return replace(self.part, matrix=replace(matrix, upper=upper))

    def point(self, held: Held) -> Floats:
        """Give the point of the large matrix that one of it is, with whole choices."""
        point = self.merged.values(held.values * self.size)
        integer, leaders = self.part.matrix.integer, self.part.columns
        point[leaders[integer]] = np.rint(held.values[integer])
        return point

    def duals(self, held: Held) -> Floats:
        """Give duals of the large matrix's rows."""
        return self.merged.duals(held.duals * self.weight)


class Made(NamedTuple):
    """Choices that have been made.

    Attributes:
        first: shape (columns,), a point with the first of them.
        free: shape (columns,), what was free.
        near: what is merged, relaxed with them; None where that has not been done.
    """

    first: Floats
    free: Flags
    near: Relaxation | None = None


class Settled(NamedTuple):
    """All choices, and what follows from them.

    Attributes:
        made: the first of them.
        chosen: shape (columns,), a point with all.
        least: shape (columns,), a point with the fleet that these need.
    """

    made: Made
    chosen: Floats
    least: Floats


def with_choices(whole: Whole, shape: Shape, point: Floats) -> WithChoices:
    """Merge what is alike; what binds several periods is whole, and all else need not be.

    What a run reserves takes from the traffic of other work, so the ways of that stay where links
    are too narrow for both.

    Args:
        whole: the matrix.
        shape: what its columns decide.
        point: shape (columns,), with the traffic of the relaxation.
    """
    merged = merge(whole, shape, Roles(whole, shape).crowded(point))
    integer = shape.choices[merged.leaders]
    matrix, size, weight = boxed(replace(merged.matrix, integer=integer), integer)
    part = Slice(matrix, merged.leaders.astype(np.int32))
    return WithChoices(merged, part, size, weight)


class Choosing(Improving):
    """A search that makes choices next to a relaxation."""

    @property
    def vast(self) -> bool:
        """Whether the whole is too large to be relaxed, and nobody has asked for it."""
        left_to_us = self.settings.lp_solver == LpSolver.AUTOMATIC
        return len(self.whole.matrix.cost) > FOR_INTERIOR and left_to_us

    @property
    def loosely(self) -> float:
        """The share of the gap that a sweep may cost: much where it takes minutes."""
        return LOOSELY if self.vast else super().loosely

    @property
    def on_a_region(self) -> Mapping[str, Option]:
        """The work on a region: only the root where there are very many."""
        return {**super().on_a_region, **AT_THE_ROOT} if self.vast else super().on_a_region

    def _settled(self, relaxed: Relaxation) -> Settled | None:
        """Make all choices, and find the fleet that they need; None where that leads nowhere."""
        whole, shape = self.whole, self.shape
        for make in (self._priced,) if self.vast else (self._dived, self._priced):
            made = make(relaxed)
            if made is None:
                continue
            chosen = self._decided(what_follows(whole, shape, relaxed, made.free, made.first))
            if chosen is None:
                continue
            least = self._decided(least_fleet(whole, shape, made.free, chosen))
            if least is not None:
                return Settled(made, chosen, least)
        return None

    def _dived(self, relaxed: Relaxation) -> Made | None:
        """Make choices in a dive into what is merged.

        Runs that it leaves out, while the relaxation does not, are tried at every berth.
        """
        choosing = with_choices(self.whole, self.shape, relaxed.values)
        dive = self._dive(self._worth(relaxed))
        if len(choosing.part.columns) > FOR_A_DIVE:
            return None
        found, cost, free = None, np.inf, likely(self.shape, relaxed)
        self.session.load(choosing.part.matrix)
        while True:
            part = choosing.only(free)
            held = dive.fixed(part, self._held(part))
            if held is None or held.objective >= cost:
                return found
            point, cost = choosing.point(held), held.objective
            duals = repriced(self.whole, self.shape, choosing.duals(held))
            near = replace(relaxed, values=point, duals=duals)
            found = Made(point, free, near)
            more = likely(self.shape, relaxed, point)
            if not (more & ~free).any():
                return found
            free = free | more

    def _held(self, part: Slice) -> Held | None:
        """Relax what the session holds within the bounds of a part; None where it has no point."""
        matrix = part.matrix
        self.session.change(lower=matrix.lower, upper=matrix.upper)
        return Held.of(self.solve(relaxation=True, algorithm="simplex"))

    def _priced(self, relaxed: Relaxation) -> Made | None:
        """Make choices at the prices of a relaxation, all at once."""
        free = likely(self.shape, relaxed)
        first = self._first(relaxed, free)
        if first is None:
            return None
        more = likely(self.shape, relaxed, first)
        if np.count_nonzero(more) > np.count_nonzero(free):
            again = self._first(relaxed, more)
            return Made(first, free) if again is None else Made(again, more)
        return Made(first, free)

    def _first(self, relaxed: Relaxation, free: Flags) -> Floats | None:
        """Give a point with the first choices, of which some are free."""
        for share in LOTS_FROM:
            part = first_choices(self.whole, self.shape, relaxed, free, share)
            self.session.load(part.matrix)
            for lower, upper in self._not_too_dear(part.matrix):
                self.session.change(lower=lower, upper=upper)
                values = self.solve(AT_ONCE, gap=SHARE * self.settings.gap).values
                if values is not None:
                    return part.into(part.matrix.rounded(values), self.whole.matrix.lower)
        return None

    def _not_too_dear(self, matrix: Matrix) -> Iterator[Bounds]:
        """Give bounds of what is loaded, to look for choices in: dear ones held, then all."""
        relaxed, whole = self.solve(relaxation=True, algorithm="simplex"), Whole(matrix)
        if relaxed.values is not None and relaxed.row_duals is not None:
            low = relaxed.values <= matrix.lower + NEAR
            ends = low | (relaxed.values >= matrix.upper - NEAR)
            dear = whole.worth(relaxed.row_duals) > TOO_DEAR * abs(self.bound)
            yield held(whole, dear & ends, np.where(low, matrix.lower, matrix.upper))
        yield matrix.lower, matrix.upper

    def _decided(self, part: Slice) -> Floats | None:
        """Solve a part, next to its relaxation if it can be; give its point, all else at least."""
        values = self._next_to_relaxation(part, SHARE * self.settings.gap)
        if values is None:
            values = self._part(part).values
        if values is None:
            return None
        return part.into(part.matrix.rounded(values), self.whole.matrix.lower)

    def _dive(self, worth: Floats) -> Dive:
        def at_once(algorithm: str, cutoff: float) -> Outcome:
            return self.solve(TRIAL, relaxation=True, algorithm=algorithm, cutoff=cutoff)

        dear = DEAR * self.settings.gap * abs(self.bound)
        return Dive(self.session, self.whole, self.shape, at_once, dear, worth)
