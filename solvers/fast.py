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
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gridblock.solvers.diving import HALF, Dive
from gridblock.solvers.mending import mended, without_broken_choices
from gridblock.solvers.outcome import Outcome, Progress, Stop, Verdict
from gridblock.solvers.relaxing import FOR_SIMPLEX, Relaxation, relax
from gridblock.solvers.search import SHARE, StoppedError
from gridblock.solvers.slices import Whole
from gridblock.solvers.sweeping import Sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.diving import Held
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Option, Settings
    from gridblock.solvers.session import Session
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Slice

DEAR: Final = 0.5
"""The share of the gap asked for that a choice may cost before others are tried, too."""
WORTH: Final = 1e-2
"""The share of the cost that a decision may add, fully taken, to be worth deciding."""
ROUTE_WORTH: Final = 6e-7
"""The same of one of very many decisions."""
TRIAL: Final[Mapping[str, Option]] = {"simplex_iteration_limit": 30_000}
"""The work on one trial of a dive."""
FEW: Final = 25_000
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


class Root(NamedTuple):
    """Where the search for whole numbers begins.

    Attributes:
        relaxed: the relaxation of the whole.
        kernel: shape (columns,), what is worth deciding.
        dive: fixes choices in it.
        part: that part; the session holds it.
        held: its relaxation; None where it has none.
    """

    relaxed: Relaxation
    kernel: Flags
    dive: Dive
    part: Slice
    held: Held | None


class Fast(Sweep):
    """The phases of a search."""

    def run(self, *, finish: bool = False) -> Outcome:
        """Relax, dive, round, improve; then, if that is asked for, let a tree search finish."""
        try:
            self._start()
            if self._known_bound() or self._again():
                return self.ended()
            root = self._root()
            if isinstance(root, Outcome):
                return self._without_relaxation(root)
            if self.settings.duals is not None:
                self._agree(root.relaxed.values, root.kernel)
                if self.done():
                    return self.ended()
            dived = root.dive.run(root.part, root.held)
            if dived is not None:
                self._rounded(*dived)
            self._agree(root.relaxed.values, root.kernel)
            if dived is not None:
                self._agree(dived[0], root.kernel)
            self._improve()
            if finish and not self.done():
                self._finish(root.relaxed)
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
        fewer = without_broken_choices(self.whole, self.shape, point)
        for at in (point, fewer):
            decide = partial(
                self._period, duals=self.settings.duals, bounds=self._near(at), gap=None
            )
            self.keep(mended(self.whole, self.shape, at, decide))
            if self.best is not None:
                return

    def _known_bound(self) -> bool:
        """Prove what duals of a like matrix prove of this one; say whether the gap is reached."""
        self.duals = self.settings.duals
        if self.duals is None:
            return False
        self.proved(self.whole.bound(self.duals))
        return self.done()

    def _again(self) -> bool:
        """Improve a plan of a like matrix where its duals price this one; say if that will do.

        They do if the relaxation of what they find worth deciding costs little more than they
        prove. The plan then keeps the whole numbers in which it agrees with that.
        """
        if self.best is None or self.duals is None or np.isinf(self.bound):
            return False
        known = Relaxation(self.ended(), self.best, self.duals, self.bound)
        worth = self._worth(known)
        kernel = self._kernel(worth, known.bound)
        part, held = self._dive(worth).begin(kernel)
        lost = np.inf if held is None else held.objective - known.bound
        if held is None or lost > HALF * self.settings.gap * abs(known.bound):
            return False
        self._agree(part.into(held.values, self.whole.matrix.lower), kernel)
        return self.done()

    def _root(self) -> Root | Outcome:
        """Relax the whole, and the part of it that is worth deciding.

        Of a large matrix, rows that are seldom reached are left out, unless the bound is then low.
        """
        large = len(self.whole.matrix.cost) > FOR_SIMPLEX
        root = self._root_without(self.shape.seldom if large else None)
        if not large or isinstance(root, Outcome):
            return root
        lost = np.inf if root.held is None else root.held.objective - root.relaxed.bound
        if lost <= SHARE * self.settings.gap * abs(root.relaxed.bound):
            return root
        return self._root_without(None)

    def _root_without(self, rows: Flags | None) -> Root | Outcome:
        relaxed = relax(self.session, self.whole, self.asked(), self.on_log, rows)
        if isinstance(relaxed, Outcome):
            return relaxed
        self.duals = relaxed.duals
        self.notes += relaxed.outcome.notes
        self.proved(relaxed.bound)
        if self.done():
            raise StoppedError(Stop.FINISHED)
        worth = self._worth(relaxed)
        kernel = self._kernel(worth, relaxed.bound)
        dive = self._dive(worth)
        return Root(relaxed, kernel, dive, *dive.begin(kernel))

    def _dive(self, worth: Floats) -> Dive:
        def at_once(method: str, cutoff: float) -> Outcome:
            return self.solve(TRIAL, relaxation=True, method=method, cutoff=cutoff)

        dear = DEAR * self.settings.gap
        return Dive(self.session, self.whole, self.shape, at_once, dear, worth)

    def _worth(self, relaxed: Relaxation) -> Floats:
        """Give what each decision adds to the cost, fully taken; less than 0 where it is used."""
        matrix = self.whole.matrix
        width = np.where(np.isfinite(matrix.upper), matrix.upper - matrix.lower, 1.0)
        worth = np.abs(self.whole.priced(relaxed.duals)) * width
        used = relaxed.values - matrix.lower > 1e-7 * np.maximum(1.0, width)
        worth[used | self.shape.unmet] = -1.0
        return worth

    def _kernel(self, worth: Floats, bound: float) -> Flags:
        """Give the columns worth deciding: those that the relaxation uses, or nearly so."""
        few = np.where(self.shape.routes, ROUTE_WORTH, WORTH) * abs(bound)
        kernel: Flags = worth <= np.maximum(few, np.sort(worth)[min(FEW, len(worth)) - 1])
        return kernel

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
        count = self.shape.count
        windows = list(pairwise(range(count))) if count > 1 else [(0, 0)]
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
        part = self.whole.sliced(free, best)
        found = self._part(part, start=best, target=self.target())
        if found.values is not None:
            self.keep(part.into(part.matrix.rounded(found.values), best))

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
