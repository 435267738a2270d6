"""A search that knows a relaxation: its bound, what is worth deciding, dives into it, and cuts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gridblock.solvers.change import Floats
from gridblock.solvers.diving import Dive
from gridblock.solvers.outcome import Outcome, Stop
from gridblock.solvers.relaxing import FOR_SIMPLEX, Relaxation, relax
from gridblock.solvers.search import StoppedError
from gridblock.solvers.tightening import tighten
from gridblock.solvers.vast import Vast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridblock.solvers.change import Flags
    from gridblock.solvers.outcome import Option
    from gridblock.solvers.session import Session
    from gridblock.solvers.slices import Whole
    from gridblock.solvers.tightening import Tightened

DEAR: Final = 0.5
"""The share of the gap asked for that a choice may cost before others are tried, too."""
TRIAL: Final[Mapping[str, Option]] = {"simplex_iteration_limit": 30_000}
"""The work on one trial of a dive."""


Dived = tuple[Floats, Floats]
"""A point with whole choices, and duals of the rows."""


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

    @property
    def large(self) -> bool:
        """Whether the relaxation of the whole takes long."""
        return len(self.whole.matrix.cost) > FOR_SIMPLEX

    def _stop_if_done(self) -> None:
        if self.done():
            raise StoppedError(Stop.FINISHED)

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

    def _dive(self, worth: Floats, session: Session | None = None) -> Dive:
        def at_once(algorithm: str, cutoff: float) -> Outcome:
            return self.solve(
                TRIAL, relaxation=True, algorithm=algorithm, cutoff=cutoff, session=session
            )

        dear = DEAR * self.settings.gap
        at = self.session if session is None else session
        return Dive(at, self.whole, self.shape, at_once, dear, worth)
