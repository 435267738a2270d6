"""A search for large models: the relaxation, rounded along the model's own structure, and improved.

The relaxation gives the bound. Choices that bind several periods (lots, sites, berths) are fixed in
a dive; then period after period is solved in whole numbers, with earlier periods as decided and
later ones at their prices. The plan is then improved in windows of periods. Work is limited by
nodes, not by the clock, so that the same seed gives the same plan.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.diving import NEAR, Dive
from gridblock.solvers.mending import mended
from gridblock.solvers.outcome import Outcome, Progress, Verdict
from gridblock.solvers.relaxing import relax
from gridblock.solvers.search import Search, StoppedError
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Option, Settings
    from gridblock.solvers.relaxing import Relaxation
    from gridblock.solvers.session import Session
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Slice

DEAR: Final = 0.5
"""The share of the gap asked for that a choice may cost before others are tried, too."""
HALF: Final = 0.5
SMALL: Final[Mapping[str, Option]] = {"mip_max_nodes": 60}
"""The work on one part."""
FEW: Final = 5_000
"""So many columns are always worth deciding."""


def solve_fast(
    session: Session,
    matrix: Matrix,
    shape: Shape,
    settings: Settings,
    on_progress: Callable[[Progress], None] | None = None,
    on_log: Callable[[str], None] | None = None,
    *,
    finish: bool = False,
) -> Outcome:
    """Search a plan along the model's structure, with a bound from the relaxation.

    Args:
        session: the solver's process; it holds the matrix afterwards.
        matrix: what is to be solved.
        shape: what its columns decide.
        settings: gap, time limit, threads, seed and options.
        on_progress: called with each line of progress.
        on_log: called with each piece of HiGHS's log.
        finish: whether a tree search of the whole goes on from the plan until the gap is proven.

    Returns:
        The best point found, with a bound that holds for the whole matrix.

    Raises:
        ModelError, OptionError, SolverError: as ``Session.run``.
    """
    search = Fast(session, Whole(matrix), shape, settings, on_progress, on_log)
    outcome = search.run(finish=finish)
    session.load(matrix)
    return outcome


class Fast(Search):
    """The phases of a search."""

    def run(self, *, finish: bool = False) -> Outcome:
        """Relax, dive, round, improve; then, if that is asked for, let a tree search finish."""
        try:
            self._start()
            if self._known_bound():
                return self.ended()
            relaxed = relax(self.session, self.whole, self.asked(), self.on_log)
            if isinstance(relaxed, Outcome):
                return self._without_relaxation(relaxed)
            self.duals = relaxed.duals
            self.notes += relaxed.outcome.notes
            self.proved(relaxed.bound)
            kernel = self._kernel(relaxed)
            dived = None if self.done() else self._dive().run(kernel)
            if dived is not None:
                self.keep(self._sweep(*dived, self._near(dived[0])))
            self._agree(relaxed, kernel)
            self._improve()
            if finish and not self.done():
                self._finish(relaxed)
        except StoppedError as stopped:
            self.stop = stopped.stop
        return self.ended()

    def _start(self) -> None:
        """Take the start that was given, or what stands today, for a plan within seconds."""
        if self.settings.start is not None:
            self._mend(self.settings.start)
        if self.best is None:
            matrix, shape = self.whole.matrix, self.shape
            rest = shape.choices | shape.orders
            upper = np.where(rest, matrix.lower, matrix.upper)
            at = matrix.lower.copy()
            self.keep(self._sweep(at, None, (matrix.lower, upper), gap=10 * self.settings.gap))

    def _mend(self, given: Floats) -> None:
        """Take a plan of a like matrix, with those periods anew in which it breaks a row."""
        matrix = self.whole.matrix
        point = np.where(np.isnan(given), matrix.lower, given)
        for bounds in (self._near(point), (matrix.lower, matrix.upper)):
            decide = partial(self._period, duals=self.settings.duals, bounds=bounds, gap=None)
            self.keep(mended(self.whole, self.shape, point, decide))
            if self.best is not None:
                return

    def _known_bound(self) -> bool:
        """Prove what duals of a like matrix prove of this one; say whether the gap is reached."""
        self.duals = self.settings.duals
        if self.duals is None:
            return False
        self.proved(self.whole.bound(self.duals))
        return self.done()

    def _dive(self) -> Dive:
        def at_once(method: str) -> Outcome:
            return self.solve(relaxation=True, method=method)

        return Dive(self.session, self.whole, self.shape, at_once, DEAR * self.settings.gap)

    def _kernel(self, relaxed: Relaxation) -> Flags:
        """Give the columns worth deciding: those that the relaxation uses, or nearly so."""
        matrix = self.whole.matrix
        reduced = np.abs(self.whole.priced(relaxed.duals))
        width = np.where(np.isfinite(matrix.upper), matrix.upper - matrix.lower, 1.0)
        used = relaxed.values - matrix.lower > 1e-7 * np.maximum(1.0, width)
        kept: Flags = used | ~self.shape.routes
        if kept.sum() >= FEW:
            return kept
        dear = np.where(kept, -1.0, reduced * width)
        kernel: Flags = dear <= np.partition(dear, min(FEW, len(dear)) - 1)[min(FEW, len(dear)) - 1]
        return kernel

    def _near(self, point: Floats) -> tuple[Floats, Floats]:
        """Give bounds that keep the fleet near a point: it may always be larger, or be retired."""
        matrix, shape = self.whole.matrix, self.shape
        lower, upper = matrix.lower.copy(), matrix.upper.copy()
        fleet = shape.fleet & matrix.integer
        lower[fleet] = np.maximum(lower, np.floor(point + NEAR))[fleet]
        upper[shape.orders] = np.minimum(upper, np.ceil(point - NEAR))[shape.orders]
        lower[shape.choices] = upper[shape.choices] = np.rint(point[shape.choices])
        return lower, upper

    def _sweep(
        self,
        point: Floats,
        duals: Floats | None,
        bounds: tuple[Floats, Floats],
        gap: float | None = None,
    ) -> Floats | None:
        """Decide period after period: earlier ones stay as decided, later ones have their prices.

        Args:
            point: shape (columns,), where later periods are.
            duals: shape (rows,), prices of the rows that bind later periods, too; None for none.
            bounds: of the columns, each of shape (columns,).
            gap: to which each period is solved.
        """
        labels, choices = self.shape.labels, self.shape.choices
        at = np.clip(np.where(choices, np.rint(point), point), *bounds)
        for period in range(self.shape.count):
            free = (labels == period) & ~choices
            if not free.any():
                continue
            binding = self.whole.with_any((labels > period) & ~choices)
            found = self._period(free, at, binding, duals, bounds, gap)
            if found is None:
                return None
            at = found
        return at

    def _period(
        self,
        free: Flags,
        at: Floats,
        later: Flags,
        duals: Floats | None,
        bounds: tuple[Floats, Floats],
        gap: float | None,
    ) -> Floats | None:
        """Decide one period; where what it leaves to later ones does not fit, without that.

        Later periods keep their share of what is limited over several, as long as that fits; what
        is carried over to them has its price.
        """
        matrix = self.whole.matrix
        carried = later & (matrix.row_lower == matrix.row_upper)
        for dropped in (later,) if duals is None else (carried, later):
            cost = None if duals is None else self.whole.priced(np.where(dropped, duals, 0.0))
            part = self.whole.sliced(
                free, at, rows=~dropped, cost=cost, lower=bounds[0], upper=bounds[1]
            )
            found = self._part(self._measured(part, at), self.settings.gap if gap is None else gap)
            if found.values is not None:
                return part.into(part.matrix.rounded(found.values), at)
        return None

    def _measured(self, part: Slice, at: Floats) -> Slice:
        """Shift the cost of a part so that its gap is a share of the whole cost."""
        if np.isinf(self.bound):
            return part
        offset = self.bound - float(part.matrix.cost @ at[part.columns])
        return replace(part, matrix=replace(part.matrix, offset=offset))

    def _part(self, part: Slice, gap: float | None = None, start: Floats | None = None) -> Outcome:
        self.session.load(part.matrix)
        given = None if start is None else start[part.columns]
        return self.solve(SMALL, gap=gap, start=given)

    def _agree(self, relaxed: Relaxation, kernel: Flags) -> None:
        """Fix the whole numbers in which plan and relaxation agree, and solve the rest.

        Relaxation induced neighbourhood search (Danna, Rothberg and Le Pape, 2005).
        """
        matrix = self.whole.matrix
        while self.best is not None and not self.done():
            before = self.objective
            agreed = matrix.integer & (np.abs(self.best - relaxed.values) < HALF)
            free = (kernel | (self.best > matrix.lower)) & ~agreed
            part = self.whole.sliced(free, self.best)
            found = self._part(part, start=self.best)
            if found.values is not None:
                self.keep(part.into(part.matrix.rounded(found.values), self.best))
            if before - self.objective <= self.settings.gap * abs(self.objective):
                break

    def _improve(self) -> None:
        """Solve windows of two periods anew, with all others as they are, while that helps."""
        count = self.shape.count
        windows = list(pairwise(range(count))) if count > 1 else [(0, 0)]
        waiting = list(windows)
        while waiting and not self.done() and self.best is not None:
            window = waiting.pop(0)
            before = self.objective
            self._window(window)
            if before - self.objective > 0.05 * self.settings.gap * abs(self.objective):
                waiting += [
                    other
                    for other in windows
                    if other not in waiting and other != window and {*other} & {*window}
                ]

    def _window(self, window: tuple[int, ...]) -> None:
        best = self.best
        free = np.isin(self.shape.labels, window)
        part = self.whole.sliced(free, best)  # type: ignore[arg-type]
        found = self._part(part, start=best)
        if found.values is not None:
            self.keep(part.into(part.matrix.rounded(found.values), best))  # type: ignore[arg-type]

    def _finish(self, relaxed: Relaxation) -> None:
        """Search the whole, less what no cheaper plan can have, from the best plan known."""
        tight = self.whole.matrix
        if self.best is not None:
            tight = self.whole.tightened(relaxed.duals, self.objective)
        self.session.load(tight)

        def moved(line: Progress) -> None:
            if line.bound is not None:
                self.bound = max(self.bound, min(line.bound, self.objective))
            self.report(line.nodes)

        outcome = self.session.run(replace(self.asked(), start=self.best), moved, self.on_log)
        self.nodes += outcome.nodes
        self.notes += outcome.notes
        if outcome.values is not None:
            self.keep(tight.rounded(outcome.values))
        if outcome.verdict is Verdict.INFEASIBLE and self.best is not None:
            self.proved(self.objective)
        elif outcome.bound is not None:
            self.proved(min(outcome.bound, self.objective))
        self.stop = outcome.stop

    def _without_relaxation(self, relaxed: Outcome) -> Outcome:
        """Say what a relaxation without a point means: none of the whole, or no time for it."""
        self.stop = relaxed.stop
        if relaxed.verdict is Verdict.INFEASIBLE and self.best is None:
            return replace(relaxed, values=None, objective=None, row_duals=None)
        return self.ended()
