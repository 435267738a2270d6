"""A search for large models: the relaxation, rounded along the model's own structure, and improved.

The relaxation gives the bound. Choices that bind several periods (lots, sites, berths) are made in
a dive, or all at once where it would take long; then period after period is solved in whole
numbers, with earlier periods as decided and later ones at their prices. The plan is then improved
region after region, over all periods at once, each whole number between the plan and the
relaxation of that region. Work is limited by nodes, not by the clock, so that the same seed gives
the same plan.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.aside import Aside
from gridblock.solvers.change import Change
from gridblock.solvers.diving import HALF
from gridblock.solvers.improving import (
    BY_SUPPLY,
    ENOUGH,
    LARGE_REGIONS,
    SMALL_REGIONS,
)
from gridblock.solvers.mixed_rounding import with_cuts
from gridblock.solvers.outcome import Outcome, Progress, Verdict
from gridblock.solvers.rooted import Root, Rooted
from gridblock.solvers.search import StoppedError, unless_stopped
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Settings
    from gridblock.solvers.relaxing import Relaxation
    from gridblock.solvers.session import Session
    from gridblock.solvers.shape import Shape

FOR_TWO: Final = 10_000
"""With more columns a second process is worth its start."""
BY_REGIONS: Final = 1.5e-3
"""By what share regions apart raise the bound of what is merged: after edits of a price of rung L
in 13 s by 0.15 % where it was relaxed by interior point, and by 0.18 % by a first-order method."""
WITHIN_REACH: Final = 5e-3
"""By what share they do so together with interior point, which proves up to 0.34 % more."""


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
    rows, known = with_cuts(matrix, settings.cuts)
    duals = settings.duals
    if duals is not None:
        kept = [cut in known for cut in settings.cuts]
        duals = np.append(duals[: matrix.shape[0]], duals[matrix.shape[0] :][kept])
    asked = replace(settings, duals=duals, cuts=tuple(known))
    whole = Whole(matrix.changed(Change(rows=rows)))
    search = Fast(session, whole, shape, asked, on_progress, on_log, cuts=asked.cuts)
    outcome = search.run(finish=finish)
    session.load(matrix)
    return outcome


class Fast(Rooted):
    """The phases of a search."""

    def run(self, *, finish: bool = False) -> Outcome:
        """Relax, dive, round, improve; then, if that is asked for, let a tree search finish."""
        failed = None
        with Aside(
            self.session, apart=self.settings.threads > 1 and len(self.whole.matrix.cost) > FOR_TWO
        ) as aside:
            try:
                failed = self._phases(aside, finish=finish)
            except StoppedError as stopped:
                self.stop = stopped.stop
        self._cost_by_themselves()
        return failed or self.ended()

    def _cost_by_themselves(self) -> None:
        """Prove what columns cost without any row: 0 of a tier that is free; weights prove less."""
        least = self.whole.bound(np.zeros(self.whole.matrix.shape[0]))
        if least > self.bound:
            self.proved(min(least, self.objective))

    def _phases(self, aside: Aside, *, finish: bool) -> Outcome | None:
        """Go through the phases until the gap is proven; give the outcome of a failed relaxation.

        Of a large matrix a sketch of the relaxation is known soon: choices are made there.
        """
        if self.vast and (settled := self._at_once(aside)) is not None:
            self._improve_vast(aside, *settled)
            return None
        if self.large and self.settings.duals is None:
            return self._from_sketch(aside, finish=finish)
        relaxed = aside.begin(self._merged if self.large else self._relaxed)
        self._start()
        if self._known_bound() or self._again():
            return None
        found = relaxed()
        if self.large:
            self._prove_merged(aside, found)
            found = self._relaxed(self.session)
        if isinstance(found, Outcome):
            return self._without_relaxation(found)
        self._from_plan_or_root(aside, self._root(found), finish=finish)
        if finish and not self.done():
            self._finish()
        return None

    def _from_plan_or_root(self, aside: Aside, root: Root, *, finish: bool) -> None:
        """Go on from the plan of a like matrix: a large one in regions; others are planned anew."""
        known = self.settings.duals is not None
        if known and self.large and self.best is not None:
            self._by_regions(aside, root.kernel, SMALL_REGIONS)
            self._stop_if_done()
            self._from_settled(aside, root)
            return
        if known:
            self._agree(root.relaxed.values, root.kernel)
            self._stop_if_done()
        self._from_root(aside, root, finish=finish)

    def _from_sketch(self, aside: Aside, *, finish: bool) -> Outcome | None:
        """Make all choices where what is merged finds them worth while, round the rest, improve.

        A second process looks for a first plan, then relaxes the whole, meanwhile.
        """
        begun, relaxed = aside.begin(self._begun), aside.begin(self._relaxed)
        if not aside.apart:
            begun()
        kernel, near = self._sketched()
        begun()
        if near is not None:
            alone = Aside(self.session, apart=False)
            self._by_regions(alone, kernel, SMALL_REGIONS)
            self._by_regions(alone, kernel, BY_SUPPLY, near)
            self._stop_if_done()
        found = relaxed()
        if isinstance(found, Outcome):
            return self._without_relaxation(found)
        root = self._root(found)
        if near is None:
            self._from_root(aside, root, finish=finish)
        else:
            self._from_settled(aside, root._replace(kernel=root.kernel | kernel))
        if finish and not self.done():
            self._finish()
        return None

    def _sketched(self) -> tuple[Flags, Floats | None]:
        """Make all choices near what is merged, and round the rest.

        Returns:
            As ``_settle``.
        """
        sketch = self._merged(self.session)
        if isinstance(sketch, Outcome):
            unless_stopped(sketch)
            return np.zeros(len(self.whole.matrix.cost), dtype=np.bool_), None
        self._prove(sketch)
        unless_stopped(sketch.outcome)
        self._stop_if_done()
        return self._settle(sketch)

    def _from_settled(self, aside: Aside, root: Root) -> None:
        """Improve the plan of a large matrix in regions; then tighten, and go on.

        To tighten takes longer than to relax, so it is done while the search goes on.
        """
        self._solved_apart(aside)
        self._by_regions(aside, root.kernel, LARGE_REGIONS[:1])
        tightened = aside.begin(partial(self._tightened, root))
        self._by_regions(Aside(self.session, apart=False), root.kernel, LARGE_REGIONS[1:2])
        self._stop_if_done()
        tight = self._with_cuts(root, tightened())
        gained = tight.relaxed.bound - root.relaxed.bound
        if gained > ENOUGH * self.settings.gap * abs(root.relaxed.bound):
            self._solved_apart(aside)
        self._agree(tight.relaxed.values, tight.kernel)
        self._stop_if_done()
        self._by_regions(aside, tight.kernel, LARGE_REGIONS[1:])
        self._improve()

    def _from_root(self, aside: Aside, root: Root, *, finish: bool) -> None:
        """Tighten, dive and improve.

        What is not large is left to the tree search, if that follows, as soon as it can.
        """
        tightened = aside.begin(partial(self._tightened, root))
        if not self.large:
            root = self._with_cuts(root, tightened())
        dived = root.dive.run(*root.dive.begin(root.kernel))
        if dived is not None:
            self._rounded(*dived)
            self._stop_if_done()
        self._by_regions(aside, root.kernel, SMALL_REGIONS)
        self._stop_if_done()
        self._agree(root.relaxed.values, root.kernel)
        self._stop_if_done()
        if self.large or not finish:
            if dived is not None:
                self._agree(dived[0], root.kernel)
            self._by_regions(aside, root.kernel, LARGE_REGIONS)
            self._improve()
        if self.large and not self.done():
            self._with_cuts(root, tightened())

    def _again(self) -> bool:
        """Improve a plan of a like matrix where its duals price this one; say if that will do.

        A large one is improved in regions of what they find worth deciding: that takes seconds
        where work was added at one place, and cannot be enough where prices have changed.
        They price a smaller one if the relaxation of what they find worth deciding costs little
        more than they prove. The plan then keeps the whole numbers in which it agrees with that.
        """
        known = self._as_known()
        if known is None:
            return False
        worth = self._worth(known)
        kernel = self._kernel(worth, known.bound)
        if self.large:
            self._by_regions(Aside(self.session, apart=False), kernel, SMALL_REGIONS)
            return self.done()
        part, held = self._dive(worth).begin(kernel)
        lost = np.inf if held is None else held.objective - known.bound
        if held is None or lost > HALF * self.settings.gap * abs(known.bound):
            return False
        self._agree(part.into(held.values, self.whole.matrix.lower), kernel)
        return self.done()

    def _prove_merged(self, aside: Aside, found: Relaxation | Outcome) -> None:
        """Prove what is merged and, where that leaves little to be proven, more by regions apart.

        That takes a part of the time that the relaxation of the whole takes, and proves more. Where
        too little is proven, what is merged is relaxed by interior point.

        Raises:
            StoppedError: the gap is proven, or the search has to end.
        """
        for closer in (False, True):
            merged = self._merged_closer(self.session) if closer else found
            if isinstance(merged, Outcome):
                unless_stopped(merged)
                return
            self._prove(merged)
            unless_stopped(merged.outcome)
            short = self.aim() - self.whole.bound(merged.duals)
            if short > WITHIN_REACH * abs(self.bound):
                return
            if short <= BY_REGIONS * abs(self.bound):
                self._solved_apart(aside)

    def _without_relaxation(self, relaxed: Outcome) -> Outcome | None:
        """Give what a relaxation without a point means for the whole; None where nothing is."""
        self.stop = relaxed.stop
        if relaxed.verdict is Verdict.INFEASIBLE and self.best is None:
            return replace(relaxed, values=None, objective=None, row_duals=None)
        return None
