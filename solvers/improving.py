"""Improving the best plan: parts of it are solved anew, with all others as it has them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gridblock.solvers.aside import two_at_a_time
from gridblock.solvers.diving import HALF, NEAR
from gridblock.solvers.regions import Regions
from gridblock.solvers.search import SHARE
from gridblock.solvers.slices import admitting, without_slack_rows
from gridblock.solvers.sweeping import NO_FIRST_PLAN, ROUTE_WORTH, Sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gridblock.solvers.aside import Aside
    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.outcome import Option, Outcome
    from gridblock.solvers.relaxing import Relaxation
    from gridblock.solvers.session import Session
    from gridblock.solvers.slices import Slice

WORTH: Final = 1e-2
"""The share of the cost that a decision may add, fully taken, to be worth deciding."""
FEW: Final = 25_000
"""So many columns are always worth deciding."""
SMALL_REGIONS: Final = (7_000, 14_000)
LARGE_REGIONS: Final = (28_000, 40_000, 40_000)
"""How large regions are, time after time, where a plan was just found, and later on.

Measured on two generated instances of 250,000 columns, in seconds and millions saved, one process:
with up to 10,000 and then 20,000 columns 52 s and 162, 80 s and 215; with 7,000, 14,000 and 28,000
50 s and 166, 45 s and 209, and 176 and 226 in the end, after 90 s.
"""
VAST_REGIONS: Final = (28_000, 45_000, 60_000)
"""How large they are where the matrix is too large for the relaxation of the whole.

Of a generated instance of 2,286,000 columns the gap goes from 4.7 % to 2.2 % in 62 s and to 1.5 %
in 216; with 7,000, 14,000, 28,000 and 40,000 to 2.7 and 2.0 %.
"""
BY_SUPPLY: Final = (14_000,)
"""How large regions are of facilities that might exchange orders.

They follow the small ones: on three generated instances of 240,000 columns 4 to 5 s win 39, 10 and
8 million, where those of 28,000 columns that share work win 14 to 20 in 14 to 25 s.
"""
VAST_BY_SUPPLY: Final = (45_000,)
"""The same, where the matrix is so large.

Of a generated instance of 2,286,000 columns, two processes, regions that share work win 2,430
million in the first 122 s and 1.3 million a second after that; these then win 2.7 in 53 s.
"""
DISPATCHED: Final = 1e-9
"""The share of the cost that a way may add, to be looked at where work is dispatched anew.

From a plan of a generated instance of 2,286,000 columns, 1.4 % above the bound, that wins 108
million in 12 s of one process; 124 in 45 s with 1e-7, and 131 in 156 s with all ways.
"""
FROM_A_PLAN: Final[Mapping[str, Option]] = {**NO_FIRST_PLAN, "mip_max_nodes": 10}
"""The work on a region, of which a plan is known.

The three sizes then take 70 and 60 s, not 90 and 92, and win 173 and 230.
"""
ENOUGH: Final = 0.1
"""The share of the gap asked for that deciding all regions has to win, to be done once more."""


class Found(NamedTuple):
    """What deciding a part anew has found.

    Attributes:
        part: the part.
        outcomes: how each solve of it ended.
        values: a point of it, if one was looked for and found.
    """

    part: Slice
    outcomes: tuple[Outcome, ...]
    values: Floats | None


class Improving(Sweep):
    """A search in neighbourhoods of the best plan, and in the end of the whole."""

    @property
    def on_a_region(self) -> Mapping[str, Option]:
        """The work on a region."""
        return FROM_A_PLAN

    def _agree(self, point: Floats, kernel: Flags) -> None:
        """Fix the whole numbers in which the plan agrees with a point, and solve the rest.

        Relaxation induced neighbourhood search (Danna, Rothberg and Le Pape, 2005).
        """
        matrix = self.whole.matrix
        if self.best is None or self.done():
            return
        agreed = matrix.integer & (np.abs(self.best - point) < HALF)
        self._anew((kernel | (self.best > matrix.lower)) & ~agreed, self.best)

    def _improve(self) -> None:
        """Solve windows of two periods anew, with all others as they are, while that helps."""
        periods = range(self.shape.count)
        windows = list(pairwise(periods)) if len(periods) > 1 else [(0, 0)]
        waiting = list(windows)
        while waiting and not self.done() and self.best is not None:
            window = waiting.pop(0)
            before = self.objective
            self._anew(np.isin(self.shape.labels, window), self.best)
            if before - self.objective > 0.05 * self.settings.gap * abs(self.objective):
                waiting += [
                    other
                    for other in windows
                    if other not in waiting and other != window and {*other} & {*window}
                ]

    def _anew(self, free: Flags, best: Floats) -> None:
        """Solve some columns anew, with all others as the best plan has them."""
        part = admitting(self.whole.sliced(free, best), best)
        found = self._part(part, start=best, target=self.target())
        if found.values is not None:
            self.keep(part.into(part.matrix.rounded(found.values), best))

    def _by_regions(
        self, aside: Aside, kernel: Flags, sizes: Iterable[int], near: Floats | None = None
    ) -> None:
        """Decide region after region anew, over all periods and two at a time, while that helps.

        They begin at other facilities each time.

        Args:
            aside: a second process, if there is one.
            kernel: shape (columns,), what is worth deciding.
            sizes: the most columns that are about the facilities of a region, time after time.
            near: shape (columns,), a point near which the plan is: regions are then of facilities
                that might exchange orders, by that, and not of those that share work.
        """
        plan = self.best
        if plan is None:
            return
        cost = self.whole.matrix.objective
        for turn, most in enumerate(sizes):
            before = cost(plan)
            regions = Regions(self.whole, self.shape, kernel | (plan > self.whole.matrix.lower))
            order = np.flatnonzero(regions.sizes)[:: -1 if turn % 2 else 1]
            ties = None if near is None else regions.exchanged(plan, near)
            if ties is not None:
                order = order[np.argsort(-ties.sum(axis=1)[order], kind="stable")]
            groups = regions.grouped(order.tolist(), most, ties)
            gap = SHARE * self.settings.gap / max(1, len(groups))
            while groups:
                plan, groups = self._once(aside, regions, groups, gap, plan)
                if self.done():
                    return
            if before - cost(plan) <= ENOUGH * self.settings.gap * abs(before):
                return

    def _dispatch(self, aside: Aside, kernel: Flags) -> None:
        """Decide anew what serves what, period by period, with all whole numbers as they are.

        Facilities of other regions may then take work over that a region could not give away.
        """
        matrix, shape, plan = self.whole.matrix, self.shape, self.best
        if plan is None:
            return
        near = kernel
        if self.duals is not None:
            near = kernel & (self.whole.worth(self.duals) <= DISPATCHED * abs(self.bound))
        free = ((plan > matrix.lower) | shape.unmet | near) & ~matrix.integer
        for pair in two_at_a_time(range(shape.count)):
            if self.done():
                return
            # What is paired with the last one of an odd number is None, in which there is nothing.
            parts = [free & (shape.labels == at) for at in pair]
            plan, _ = self._two_anew(aside, parts, 0.0, plan)

    def _once(
        self, aside: Aside, regions: Regions, groups: Sequence[list[int]], gap: float, plan: Floats
    ) -> tuple[Floats, list[list[int]]]:
        """Decide each of some regions anew, two at a time, until the gap is proven.

        Returns:
            The plan, and the regions that have won something beside which there was no room.
        """
        left: list[list[int]] = []
        for pair in two_at_a_time(groups):
            if self.done():
                break
            some = [group or [] for group in pair]
            plan, thrown = self._two_anew(aside, [*map(regions.columns, some)], gap, plan)
            if thrown is not None:
                left.append(some[thrown])
        return plan, left

    def _two_anew(
        self, aside: Aside, free: Sequence[Flags], gap: float, plan: Floats
    ) -> tuple[Floats, int | None]:
        """Solve some columns anew and, if there is a second process, others at the same time.

        Each with all else as a plan has it. Where both together do not fit, the better one is
        taken.

        Returns:
            The plan, and which of both has won something that was thrown away, None for neither.
        """
        one, other = free[0], free[1] & ~free[0]
        parts = (admitting(self.whole.sliced(some, plan), plan) for some in (one, other))
        mine, others = map(without_slack_rows, parts)
        waiting = aside.begin(partial(self._between, others, plan, gap))
        found = self._between(mine, plan, gap, self.session), waiting()
        points = [self._taken(each, plan) for each in found]
        cost = self.whole.matrix.cost
        saved = [
            float(cost[at] @ (plan - point)[at]) for at, point in zip(free, points, strict=True)
        ]
        both = np.where(other, points[1], points[0])
        if min(saved) > 0 and self.keep(both):
            return both, None
        for at in sorted((0, 1), key=lambda at: -saved[at]):
            if saved[at] > 0 and self.keep(points[at]):
                return points[at], 1 - at if saved[1 - at] > 0 else None
        return plan, None

    def _taken(self, found: Found, plan: Floats) -> Floats:
        """Take note of what deciding a part anew has told, and give the plan with it."""
        for outcome in found.outcomes:
            self.note(outcome)
        if found.values is None:
            return plan
        return found.part.into(found.part.matrix.rounded(found.values), plan)

    def _between(self, part: Slice, plan: Floats, gap: float, session: Session) -> Found:
        """Decide a part anew, each whole number between a plan and the relaxation.

        Where the relaxation mixes choices these are made first, too, with all else relaxed: what it
        takes to make half of one is no guide to what the whole takes.
        """
        known, matrix = part.within(plan), part.matrix
        session.load(matrix)
        relaxed = self.solve(relaxation=True, algorithm="simplex", session=session)
        outcomes = [relaxed]
        point, duals, cost = relaxed.values, relaxed.row_duals, relaxed.objective
        least = matrix.objective(known) - gap * abs(cost or 0.0)
        if point is None or duals is None or cost is None or cost >= least:
            return Found(part, (relaxed,), None)
        if not matrix.integer.any():
            return Found(part, (relaxed,), point)

        def near(point: Floats) -> Floats | None:
            lower, upper = self._next_to(part, point, duals, known)
            session.change(lower=lower, upper=upper)
            outcomes.append(self.solve(self.on_a_region, gap=gap, start=known, session=session))
            return outcomes[-1].values

        points = [near(point)]
        choices = matrix.integer & self.shape.choices[part.columns]
        apart = choices & (np.abs(point - np.rint(point)) > NEAR)
        if apart.any() and matrix.objective(known) - cost > SHARE * self.settings.gap * abs(cost):
            session.load(replace(matrix, integer=choices))
            outcomes.append(self.solve(self.on_a_region, gap=gap, start=known, session=session))
            chosen = outcomes[-1].values
            session.load(matrix)
            points.append(None if chosen is None else near(chosen))
        found = [one for one in points if one is not None]
        return Found(part, tuple(outcomes), min(found, key=matrix.objective, default=None))

    def _prove(self, relaxed: Relaxation) -> None:
        """Take note of what a relaxation proves, and of its duals if nothing else proves more."""
        self.notes += relaxed.outcome.notes
        if self.duals is None or relaxed.bound > self.whole.bound(self.duals):
            self.duals = relaxed.duals
        self.proved(relaxed.bound)

    def _worth(self, relaxed: Relaxation) -> Floats:
        """Give what each decision adds to the cost, fully taken; less than 0 where it is used."""
        matrix = self.whole.matrix
        worth, width = self.whole.worth(relaxed.duals), self.whole.width
        used = relaxed.values - matrix.lower > 1e-7 * np.maximum(1.0, width)
        worth[used | self.shape.unmet] = -1.0
        return worth

    def _kernel(self, worth: Floats, bound: float) -> Flags:
        """Give the columns worth deciding: those that the relaxation uses, or nearly so."""
        few = np.where(self.shape.routes, ROUTE_WORTH, WORTH) * abs(bound)
        kernel: Flags = worth <= np.maximum(few, np.sort(worth)[min(FEW, len(worth)) - 1])
        return kernel
