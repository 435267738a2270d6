"""Matrices too large for the relaxation of the whole: what a merged one shows has to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.improving import Improving
from gridblock.solvers.lp_solvers import LpSolver
from gridblock.solvers.merging import less_idle_ways
from gridblock.solvers.outcome import Outcome
from gridblock.solvers.relaxing import relax_merged
from gridblock.solvers.search import unless_stopped
from gridblock.solvers.settling import berths_and_lots, what_follows

if TYPE_CHECKING:
    from gridblock.solvers.aside import Aside
    from gridblock.solvers.change import Floats
    from gridblock.solvers.relaxing import Relaxation
    from gridblock.solvers.session import Session

LOTS_FROM: Final = (0.5, 0.9, np.inf)
"""The share of a lot from which it is ordered at first, then where that does not fit."""
FOR_INTERIOR: Final = 1_000_000
"""A matrix with more columns is relaxed merged, and its choices are made at once."""


class Vast(Improving):
    """A search without the relaxation of the whole, and without a dive."""

    @property
    def vast(self) -> bool:
        """Whether the whole is too large to be relaxed, and nobody has asked for it."""
        left_to_us = self.settings.lp_solver == LpSolver.AUTOMATIC
        known = self.settings.start is not None or self.settings.duals is not None
        return len(self.whole.matrix.cost) > FOR_INTERIOR and left_to_us and not known

    def _at_once(self, aside: Aside) -> bool:
        """Relax what is merged, make all choices, round and improve; say whether there is a bound.

        A sweep leaves what is not worth deciding at its lower bound.
        """
        merged = aside.begin(self._merged)
        self._start()
        relaxed = merged()
        if isinstance(relaxed, Outcome):
            unless_stopped(relaxed)
            return False
        self._prove(relaxed)
        unless_stopped(relaxed.outcome)
        kernel = self._kernel(self._worth(relaxed), relaxed.bound)
        settled = None if self.done() else self._settled(relaxed)
        if settled is not None:
            self.idle = self.shape.routes & ~less_idle_ways(self.whole, self.shape, kernel)
            self._rounded(*settled)
            self.idle = None
        if not self.done():
            self._improve()
        return True

    def _merged(self, session: Session) -> Relaxation | Outcome:
        log = self._log_of(session)
        return relax_merged(session, self.whole, self.shape, self.asked(), log)

    def _settled(self, relaxed: Relaxation) -> tuple[Floats, Floats] | None:
        """Make all choices at once near the relaxation; give a point that has them, and prices."""
        whole, shape, duals = self.whole, self.shape, relaxed.duals
        for share in LOTS_FROM:
            part = berths_and_lots(whole, shape, relaxed.values, duals, share)
            found = self._part(part)
            if found.values is not None:
                break
        else:
            return None
        decided = part.into(part.matrix.rounded(found.values), whole.matrix.lower)
        at = np.where(shape.group >= 0, decided, relaxed.values)
        part = what_follows(whole, shape, at, duals)
        found = self._part(part)
        if found.values is None:
            return None
        return part.into(part.matrix.rounded(found.values), at), duals
