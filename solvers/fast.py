"""A search for large models: the relaxation, rounded along the model's own structure, and improved.

The relaxation gives the bound. Choices that bind several periods (lots, sites, berths) are fixed in
a dive; then period after period is solved in whole numbers, with earlier periods as decided and
later ones at their prices. The plan is then improved in windows of periods. Work is limited by
nodes, not by the clock, so that the same seed gives the same plan.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gridblock.solvers.aside import Aside
from gridblock.solvers.change import Change
from gridblock.solvers.diving import HALF, Dive
from gridblock.solvers.mixed_rounding import with_cuts
from gridblock.solvers.outcome import Outcome, Progress, Stop, Verdict
from gridblock.solvers.relaxing import FOR_SIMPLEX, Relaxation, relax
from gridblock.solvers.search import StoppedError, unless_stopped
from gridblock.solvers.slices import Whole
from gridblock.solvers.tightening import tighten
from gridblock.solvers.vast import Vast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Option, Settings
    from gridblock.solvers.session import Session
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.tightening import Tightened

DEAR: Final = 0.5
"""The share of the gap asked for that a choice may cost before others are tried, too."""
TRIAL: Final[Mapping[str, Option]] = {"simplex_iteration_limit": 30_000}
"""The work on one trial of a dive."""


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


class Root(NamedTuple):
    """Where the search for whole numbers begins.

    Attributes:
        relaxed: the relaxation of the whole.
        kernel: shape (columns,), what is worth deciding.
        dive: fixes choices in it.
    """

    relaxed: Relaxation
    kernel: Flags
    dive: Dive


class Fast(Vast):
    """The phases of a search."""

    def run(self, *, finish: bool = False) -> Outcome:
        """Relax, dive, round, improve; then, if that is asked for, let a tree search finish."""
        failed = None
        with Aside(self.session, apart=self.large and self.settings.threads > 1) as aside:
            try:
                failed = self._phases(aside, finish=finish)
            except StoppedError as stopped:
                self.stop = stopped.stop
        return failed or self.ended()

    @property
    def large(self) -> bool:
        """Whether the relaxation of the whole takes long."""
        return len(self.whole.matrix.cost) > FOR_SIMPLEX

    def _phases(self, aside: Aside, *, finish: bool) -> Outcome | None:
        """Go through the phases until the gap is proven; give the outcome of a failed relaxation.

        Of a large matrix a sketch of the relaxation is known long before it, and dived into.
        """
        if self.vast and self._at_once(aside):
            return None
        again = self.settings.duals is not None
        sketched = aside.begin(self._merged) if self.large and not again else None
        relaxed = aside.begin(self._relaxed)
        self._start()
        if self._known_bound() or self._again():
            return None
        dived = None if sketched is None else self._from_sketch(sketched())
        found = relaxed()
        if isinstance(found, Outcome):
            return self._without_relaxation(found)
        root = self._root(found)
        if again:
            self._agree(root.relaxed.values, root.kernel)
            self._stop_if_done()
        self._from_root(aside, root, dived, finish=finish)
        if finish and not self.done():
            self._finish()
        return None

    def _from_root(
        self, aside: Aside, root: Root, dived: tuple[Floats, Floats] | None, *, finish: bool
    ) -> None:
        """Tighten, dive if that is still to be done, and improve.

        A large matrix is tightened while the search goes on, since that takes as long as to relax
        it. One that is not large is left to the tree search, if that follows, as soon as it can.
        """
        sketched = dived is not None
        tightened = aside.begin(partial(self._tightened, self.whole, root))
        if not self.large:
            root = self._with_cuts(root, tightened())
        if dived is None:
            dived = self._dived(root)
        self._agree(root.relaxed.values, root.kernel)
        self._stop_if_done()
        if self.large or not finish:
            self._chosen_so(dived, root)
        if self.large and not self.done():
            root = self._with_cuts(root, tightened())
            another = root.dive.run(*root.dive.begin(root.kernel)) if sketched else None
            if another is not None:
                self._chosen_so(another, root)

    def _dived(self, root: Root) -> tuple[Floats, Floats] | None:
        """Fix choices, and round near them; give the point and duals that the dive ends with."""
        dived = root.dive.run(*root.dive.begin(root.kernel))
        if dived is not None:
            self._rounded(*dived)
        self._stop_if_done()
        return dived

    def _chosen_so(self, dived: tuple[Floats, Floats] | None, root: Root) -> None:
        """Solve what the plan and a dive have chosen differently, and improve."""
        if dived is not None:
            self._agree(dived[0], root.kernel)
        self._improve()

    def _from_sketch(self, merged: Relaxation | Outcome) -> tuple[Floats, Floats] | None:
        """Dive where what is merged finds it worth while: that is known long before the rest."""
        if isinstance(merged, Outcome):
            unless_stopped(merged)
            return None
        root = self._root(merged)
        unless_stopped(merged.outcome)
        return self._dived(root)

    def _stop_if_done(self) -> None:
        if self.done():
            raise StoppedError(Stop.FINISHED)

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

    def _relaxed(self, session: Session) -> Relaxation | Outcome:
        """Relax the whole; of a large matrix rows that are seldom reached are left out."""
        return relax(session, self.whole, self.asked(), self._log_of(session), self._seldom())

    def _seldom(self) -> Flags | None:
        """Say which rows the relaxation leaves out, cuts not among them; None for none."""
        return self.whole.rows(self.shape.seldom) if self.large else None

    def _root(self, relaxed: Relaxation) -> Root:
        """Take note of what a relaxation proves, and find what is worth deciding.

        Raises:
            StoppedError: the gap is proven.
        """
        self._prove(relaxed)
        self._stop_if_done()
        worth = self._worth(relaxed)
        return Root(relaxed, self._kernel(worth, relaxed.bound), self._dive(worth))

    def _tightened(self, whole: Whole, root: Root, session: Session) -> Tightened | None:
        """Find cuts, and relax the whole with them."""
        contests, seldom = self.shape.contests, self._seldom()
        return tighten(session, whole, contests, root.kernel, root.relaxed, self.asked, seldom)

    def _with_cuts(self, root: Root, tightened: Tightened | None) -> Root:
        """Go on with the matrix tightened, and with what is worth deciding then, too.

        Raises:
            StoppedError: the gap is proven.
        """
        if tightened is None:
            return root
        self.whole, self.cuts = tightened.whole, (*self.cuts, *tightened.cuts)
        if self.duals is not None:
            self.duals = np.append(self.duals, np.zeros(len(tightened.cuts)))
        if isinstance(tightened.relaxed, Outcome):
            return root._replace(dive=self._dive(root.dive.worth))
        found = self._root(tightened.relaxed)
        return found._replace(kernel=found.kernel | root.kernel)

    def _dive(self, worth: Floats) -> Dive:
        def at_once(algorithm: str, cutoff: float) -> Outcome:
            return self.solve(TRIAL, relaxation=True, algorithm=algorithm, cutoff=cutoff)

        dear = DEAR * self.settings.gap
        return Dive(self.session, self.whole, self.shape, at_once, dear, worth)

    def _without_relaxation(self, relaxed: Outcome) -> Outcome:
        """Say what a relaxation without a point means: none of the whole, or no time for it."""
        self.stop = relaxed.stop
        if relaxed.verdict is Verdict.INFEASIBLE and self.best is None:
            return replace(relaxed, values=None, objective=None, row_duals=None)
        return self.ended()
