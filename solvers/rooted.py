"""A search that knows a relaxation: its bound, what is worth deciding, dives into it, and cuts."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gridblock.solvers.apart import apart
from gridblock.solvers.aside import two_at_a_time
from gridblock.solvers.improving import VAST_BY_SUPPLY, VAST_REGIONS
from gridblock.solvers.outcome import Outcome, Progress, Stop, Verdict
from gridblock.solvers.relaxing import Relaxation, relax
from gridblock.solvers.search import SHARE, StoppedError
from gridblock.solvers.sweeping import NO_FIRST_PLAN
from gridblock.solvers.tightening import tighten
from gridblock.solvers.vast import Vast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridblock.solvers.aside import Aside
    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.diving import Dive
    from gridblock.solvers.outcome import Option
    from gridblock.solvers.session import Session
    from gridblock.solvers.slices import Slice
    from gridblock.solvers.tightening import Tightened

APART: Final = 25_000
"""How large regions are that are solved apart.

Measured on a generated instance of 248,000 columns: the bound rises by 0.097 % in 23 s, with 40,000
columns by 0.099 % in 34 s, with 60,000 by 0.102 % in 47 s.
"""
BY_DISPATCH: Final = 2e-3
"""By what share it lowers the cost to decide anew what serves what: 0.13 to 0.2 % were seen."""
SPARE: Final = 0.02
"""The share of the time limit that is kept back for it."""
AT_THE_ROOT: Final[Mapping[str, Option]] = {
    **NO_FIRST_PLAN,
    "mip_max_nodes": 1,
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_rins": False,
}
"""The work on one of them: what is wanted is its bound, most of which cuts prove."""


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


class Rooted(Vast):
    """A search from the relaxation of the whole, or a sketch of it."""

    def _stop_if_done(self) -> None:
        if self.done():
            raise StoppedError(Stop.FINISHED)

    def _relaxed(self, session: Session) -> Relaxation | Outcome:
        """Relax the whole; of a large matrix rows that are seldom reached are left out."""
        return relax(session, self.whole, self.asked(), self._log_of(session), self._seldom())

    def _root(self, relaxed: Relaxation) -> Root:
        """Take note of what a relaxation proves, and find what is worth deciding.

        Raises:
            StoppedError: the gap is proven.
        """
        self._prove(relaxed)
        self._stop_if_done()
        worth = self._worth(relaxed)
        return Root(relaxed, self._kernel(worth, relaxed.bound), self._dive(worth))

    def _tightened(self, root: Root, session: Session) -> Tightened | None:
        """Find cuts, and relax the whole with them."""
        contests, seldom = self.shape.contests, self._seldom()
        known = root.kernel, root.relaxed
        return tighten(session, self.whole, contests, *known, self.asked, seldom)

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

    def _solved_apart(self, aside: Aside) -> None:
        """Prove what regions cost at least in whole numbers, with what ties them priced.

        Columns are left out that no cheaper plan than the best one has.

        Raises:
            StoppedError: the gap is proven.
        """
        self._stop_if_done()
        if self.best is None or self.duals is None:
            return
        tight = self.whole.tightened(self.duals, self.objective)
        known, parts = apart(tight, self.shape, self.duals, APART)
        gap = SHARE * self.settings.gap / max(1, len(parts))
        for mine, other in two_at_a_time(parts):
            waiting = None if other is None else aside.begin(partial(self._least, other, gap))
            known += self._least(mine, gap, self.session)
            known += 0.0 if waiting is None else waiting()
        self.proved(min(known, self.objective))
        self._stop_if_done()

    def _least(self, part: Slice, gap: float, session: Session) -> float:
        """Give what a part costs at least; -inf where that is not known."""
        at = np.zeros(len(self.whole.matrix.cost)) if self.best is None else self.best
        measured = self._measured(part, at)
        session.load(measured.matrix)
        outcome = self.solve(AT_THE_ROOT, gap=gap, cutoff=None, session=session)
        bound = -np.inf if outcome.bound is None else outcome.bound
        return bound - measured.matrix.offset

    def _improve_vast(self, aside: Aside, kernel: Flags, near: Floats | None) -> None:
        """Improve the plan of so large a matrix in regions, then what is proven.

        What serves what is decided anew in the end, in time that is kept back for it, or where that
        may prove the gap: after it regions win a third of what they win otherwise.
        """
        self.spare = SPARE * (self.settings.time_limit or 0.0)
        try:
            self._by_regions(aside, kernel, VAST_REGIONS[:1])
            if near is not None:
                self._by_regions(aside, kernel, VAST_BY_SUPPLY, near)
            for sizes in (VAST_REGIONS[1:2], VAST_REGIONS[2:]):
                if self.aim() - self.bound <= BY_DISPATCH * abs(self.bound):
                    self._dispatch(aside, kernel)
                self._stop_if_done()
                self._by_regions(aside, kernel, sizes)
            self._solved_apart(aside)
            self._by_regions(aside, kernel, VAST_REGIONS[1:])
        except StoppedError as stopped:
            self.spare = 0.0
            if stopped.stop is Stop.TIME_LIMIT:
                self._dispatch(aside, kernel)
            raise
        self.spare = 0.0
        self._dispatch(aside, kernel)

    def _finish(self) -> None:
        """Search the whole, less what no cheaper plan can have, from the best plan known."""
        tight = self.whole.matrix
        if self.best is not None and self.duals is not None:
            tight = self.whole.tightened(self.duals, self.objective)
        self.session.load(tight)

        def moved(line: Progress) -> None:
            if line.bound is not None:
                self.bound = max(self.bound, min(line.bound, self.objective))
            self.report(line.nodes)

        asked = replace(self.asked(), start=self.best, threads=self.settings.threads)
        outcome = self.session.run(asked, moved, self.on_log)
        self.nodes += outcome.nodes
        self.notes += outcome.notes
        if outcome.values is not None:
            self.keep(tight.rounded(outcome.values))
        if outcome.verdict is Verdict.INFEASIBLE and self.best is not None:
            self.proved(self.objective)
        elif outcome.bound is not None:
            self.proved(min(outcome.bound, self.objective))
        self.stop = outcome.stop
