"""Matrices too large for the relaxation of the whole: what a merged one shows has to do."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from gridblock.solvers.choosing import Choosing
from gridblock.solvers.diving import NEAR
from gridblock.solvers.improving import VAST_REGIONS
from gridblock.solvers.outcome import Outcome, Stop
from gridblock.solvers.relaxing import (
    CLOSER,
    FOR_SIMPLEX,
    INTERIOR,
    NEARLY,
    Relaxation,
    relax_merged,
)
from gridblock.solvers.roles import less_idle_ways, suppliers
from gridblock.solvers.search import StoppedError, unless_stopped
from gridblock.solvers.settling import held
from gridblock.solvers.shape import CHOICES
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridblock.solvers.aside import Aside
    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.choosing import Settled
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Option
    from gridblock.solvers.session import Session

AT_FIRST: Final = 1e-8
"""The share of the cost that a way may add, to be in the relaxation of a period from the beginning.

Of the 1,870,000 columns that a sweep of a generated instance decides half are then left.
"""


class Vast(Choosing):
    """A search without the relaxation of the whole."""

    @property
    def large(self) -> bool:
        """Whether the relaxation of the whole takes long."""
        return len(self.whole.matrix.cost) > FOR_SIMPLEX

    def _at_once(self, aside: Aside) -> tuple[Flags, Floats | None] | None:
        """Relax what is merged, make all choices, and round the rest.

        A sweep leaves what is not worth deciding at its lower bound. A plan that was given is left
        as it is. A second process looks for a better bound.

        Returns:
            As ``_settle``; None where nothing is known of what is worth deciding.

        Raises:
            StoppedError: the gap is proven, or the search has to end.
        """
        given = self._given(aside)
        idle = aside.begin(self._stand_idle)
        if not aside.apart:
            idle()
        closer = aside.begin(partial(self._merged, how=CLOSER))
        relaxed = self._merged(self.session)
        idle()
        if isinstance(relaxed, Outcome):
            unless_stopped(relaxed)
            return None
        self._prove(relaxed)
        unless_stopped(relaxed.outcome)
        if self.done():
            raise StoppedError(Stop.FINISHED)
        settled = (self._worth_using(relaxed), None) if given else self._settle(relaxed)
        found = closer()
        if isinstance(found, Relaxation):
            self._prove(found)
        return settled

    def _given(self, aside: Aside) -> bool:
        """Mend the plan of a like matrix, improve it in regions by its duals; say if there is one.

        Raises:
            StoppedError: the gap is proven.
        """
        start = self.settings.start
        self._known_bound()
        if start is None:
            return False
        self.unlikely = None if self.duals is None else self._unlikely(start, self.duals)
        self._mend(start)
        self.unlikely = None
        known = self._as_known()
        if known is not None and not self.done():
            kernel = self._kernel(self._worth(known), known.bound)
            self._by_regions(aside, kernel, VAST_REGIONS[:1])
        if self.done():
            raise StoppedError(Stop.FINISHED)
        return self.best is not None

    def _as_known(self) -> Relaxation | None:
        """Give the best plan as a relaxation with known duals; None where these prove nothing."""
        if self.best is None or self.duals is None or np.isinf(self.bound):
            return None
        return Relaxation(self.ended(), self.best, self.duals, self.bound)

    def _stand_idle(self, session: Session) -> None:
        """Begin with a plan that orders and serves nothing, in seconds, where there is no other."""
        if self.best is not None:
            return
        shape, matrix = self.shape, self.whole.matrix
        other = self._beside(session)
        other.idle = shape.choices | shape.orders | shape.routes
        self.keep(other._sweep(matrix.lower, None, (matrix.lower, matrix.upper), gap=1.0))

    def _begun(self, session: Session) -> None:
        """Look for a first plan with a session."""
        other = self._beside(session)
        other._start()
        self.keep(other.best)

    def _beside(self, session: Session) -> Self:
        """Give a search of its own with a session, which tells nothing."""
        return replace(
            self, session=session, on_progress=None, on_log=None, lines=[], notes=[], nodes=0
        )

    def _known_bound(self) -> bool:
        """Prove what duals of a like matrix prove of this one; say whether the gap is reached."""
        self.duals = self.settings.duals
        if self.duals is None:
            return False
        self.proved(self.whole.bound(self.duals))
        return self.done()

    def _worth_using(self, relaxed: Relaxation, after: Relaxation | None = None) -> Flags:
        """Give what relaxations find worth deciding, and of ways those that this asks for.

        Args:
            relaxed: the relaxation.
            after: with choices made; all that its blocks may supply is worth deciding, too.
        """
        kernel = self._kernel(self._worth(relaxed), relaxed.bound)
        if after is not None:
            kernel |= self._kernel(self._worth(after), relaxed.bound)
            kernel |= suppliers(self.whole, self.shape, after.values)
        kernel = less_idle_ways(self.whole, self.shape, kernel)
        worth: Flags = ~self.shape.routes | kernel
        return worth

    def _merged(self, session: Session, how: Mapping[str, Option] = NEARLY) -> Relaxation | Outcome:
        log = self._log_of(session)
        return relax_merged(session, self.whole, self.shape, self.asked(), log, how)

    def _merged_closer(self, session: Session) -> Relaxation | Outcome:
        """Relax what is merged by interior point, which proves more than the first-order method."""
        asked, log = self.asked(), self._log_of(session)
        return relax_merged(session, self.whole, self.shape, asked, log, INTERIOR, algorithm="ipx")

    def _seldom(self) -> Flags | None:
        """Say which rows the relaxation leaves out, cuts not among them; None for none."""
        return self.whole.rows(self.shape.seldom) if self.large else None

    def _settle(self, relaxed: Relaxation) -> tuple[Flags, Floats | None]:
        """Make all choices near a relaxation, and round the rest near that with them made.

        Returns:
            What is worth deciding, and the point that a plan was found near; each of shape
            (columns,), None without a plan.
        """
        settled = self._settled(relaxed)
        if settled is None:
            return self._worth_using(relaxed), None
        near = settled.made.near or self._rest(relaxed, settled)
        kernel = self._worth_using(relaxed, near)
        point = np.where(self.shape.choices, settled.chosen, near.values)
        self.idle, self.unlikely = ~kernel, self._unlikely(point, near.duals)
        plan = self._rounded(point, near.duals, settled.least)
        self.idle = self.unlikely = None
        return kernel, None if plan is None else point

    def _unlikely(self, point: Floats, duals: Floats) -> Flags | None:
        """Say which ways are neither taken at a point nor nearly so; None where all count.

        Args:
            point: shape (columns,).
            duals: shape (rows,), prices of the rows there.
        """
        if not self.vast:
            return None
        dear = self.whole.worth(duals) > AT_FIRST * abs(self.bound)
        unused = point <= self.whole.matrix.lower + NEAR
        unlikely: Flags = self.shape.routes & unused & dear
        return unlikely

    def _rest(self, relaxed: Relaxation, settled: Settled) -> Relaxation:
        """Relax the rest with the first choices made, and no less than the fleet that all need.

        The relaxation without choices stays where that leads nowhere.
        """
        within = Whole(self._within(settled))
        found = relax_merged(self.session, within, self.shape, self.asked(), self.on_log)
        unless_stopped(found if isinstance(found, Outcome) else found.outcome)
        return relaxed if isinstance(found, Outcome) else found

    def _within(self, settled: Settled) -> Matrix:
        """Give the matrix with the first choices, and no less than the fleet that all need."""
        matrix, shape = self.whole.matrix, self.shape
        lower, upper = held(self.whole, shape.decisions.any_of(CHOICES), settled.made.first)
        fleet = shape.fleet & matrix.integer
        lower = np.where(fleet, np.maximum(lower, settled.least), lower)
        return replace(matrix, lower=lower, upper=np.maximum(lower, upper))
