"""Matrices too large for the relaxation of the whole: what a merged one shows has to do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.improving import LARGE_REGIONS, SMALL_REGIONS, Improving
from gridblock.solvers.lp_solvers import LpSolver
from gridblock.solvers.merging import less_idle_ways
from gridblock.solvers.outcome import Outcome
from gridblock.solvers.relaxing import FOR_SIMPLEX, relax, relax_merged, sharpened
from gridblock.solvers.search import SHARE, unless_stopped
from gridblock.solvers.settling import (
    first_choices,
    held,
    least_fleet,
    likely,
    what_follows,
)
from gridblock.solvers.shape import CHOICES
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from gridblock.solvers.aside import Aside
    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.relaxing import Relaxation
    from gridblock.solvers.session import Session
    from gridblock.solvers.slices import Slice

LOTS_FROM: Final = (0.9, np.inf)
"""The share of a lot from which it is ordered at first, then where that does not fit."""
FOR_INTERIOR: Final = 1_000_000
"""A matrix with more columns is relaxed merged, and its choices are made at once."""


class Vast(Improving):
    """A search without the relaxation of the whole, and without a dive."""

    @property
    def vast(self) -> bool:
        """Whether the whole is too large to be relaxed, and nobody has asked for it."""
        left_to_us = self.settings.lp_solver == LpSolver.AUTOMATIC
        return len(self.whole.matrix.cost) > FOR_INTERIOR and left_to_us

    @property
    def large(self) -> bool:
        """Whether the relaxation of the whole takes long."""
        return len(self.whole.matrix.cost) > FOR_SIMPLEX

    def _at_once(self, aside: Aside) -> bool:
        """Relax what is merged, make all choices, round and improve; say whether there is a bound.

        A sweep leaves what is not worth deciding at its lower bound. A plan that was given is
        improved as it is.
        """
        merged = aside.begin(self._merged)
        given = self._start()
        if self._known_bound():
            return True
        relaxed = merged()
        if isinstance(relaxed, Outcome):
            unless_stopped(relaxed)
            return False
        self._prove(relaxed)
        unless_stopped(relaxed.outcome)
        if not self.done():
            kernel = self._worth_using(relaxed) if given else self._settle(relaxed)
            self._by_regions(aside, kernel, SMALL_REGIONS + LARGE_REGIONS)
        return True

    def _known_bound(self) -> bool:
        """Prove what duals of a like matrix prove of this one; say whether the gap is reached."""
        self.duals = self.settings.duals
        if self.duals is None:
            return False
        self.proved(self.whole.bound(self.duals))
        return self.done()

    def _worth_using(self, *known: Relaxation) -> Flags:
        """Give what relaxations find worth deciding, and of ways those that this asks for."""
        kernel = np.zeros(len(self.whole.matrix.cost), dtype=np.bool_)
        for relaxed in known:
            kernel |= self._kernel(self._worth(relaxed), known[0].bound)
        kernel = less_idle_ways(self.whole, self.shape, kernel)
        worth: Flags = ~self.shape.routes | kernel
        return worth

    def _merged(self, session: Session) -> Relaxation | Outcome:
        log = self._log_of(session)
        return relax_merged(session, self.whole, self.shape, self.asked(), log)

    def _seldom(self) -> Flags | None:
        """Say which rows the relaxation leaves out, cuts not among them; None for none."""
        return self.whole.rows(self.shape.seldom) if self.large else None

    def _settle(self, relaxed: Relaxation) -> Flags:
        """Make all choices at once near a relaxation, then relax and round the rest.

        Returns:
            What is worth deciding, shape (columns,).
        """
        settled = self._settled(relaxed)
        if settled is None:
            return self._worth_using(relaxed)
        first, chosen, least = settled
        rest = self._rest(first, least)
        known = relaxed if rest is None else rest
        kernel = self._worth_using(relaxed, known)
        self.idle = ~kernel
        self._rounded(np.where(self.shape.choices, chosen, known.values), known.duals, least)
        self.idle = None
        return kernel

    def _rest(self, first: Floats, least: Floats) -> Relaxation | None:
        """Relax the rest with the first choices made, and no less than the fleet that all need."""
        whole, shape = self.whole, self.shape
        lower, upper = held(whole, shape.decisions.any_of(CHOICES), first)
        lower = np.where(shape.fleet & whole.matrix.integer, np.maximum(lower, least), lower)
        within = replace(whole.matrix, lower=lower, upper=np.maximum(lower, upper))
        asked = self.asked()
        if self.vast:
            found = relax_merged(self.session, Whole(within), shape, asked, self.on_log)
        else:
            found = relax(self.session, Whole(within), asked, self.on_log, self._seldom())
        if isinstance(found, Outcome):
            unless_stopped(found)
            return None
        unless_stopped(found.outcome)
        if self.vast:
            return sharpened(self.session, Whole(within), shape, found, self.asked(), self.on_log)
        return found

    def _settled(self, relaxed: Relaxation) -> tuple[Floats, Floats, Floats] | None:
        """Give points with the first choices, with all, and with the fleet that these need."""
        whole, shape = self.whole, self.shape
        free = likely(shape, relaxed)
        first = self._first(relaxed, free)
        if first is None:
            return None
        more = likely(shape, relaxed, first)
        if np.count_nonzero(more) > np.count_nonzero(free):
            again = self._first(relaxed, more)
            first, free = (first, free) if again is None else (again, more)
        chosen = self._decided(what_follows(whole, shape, relaxed, free, first))
        if chosen is None:
            return None
        least = self._decided(least_fleet(whole, shape, free, chosen))
        return None if least is None else (first, chosen, least)

    def _first(self, relaxed: Relaxation, free: Flags) -> Floats | None:
        """Give a point with the first choices, of which some are free."""
        for share in LOTS_FROM:
            part = first_choices(self.whole, self.shape, relaxed, free, share)
            found = self._decided(part)
            if found is not None:
                return found
        return None

    def _decided(self, part: Slice) -> Floats | None:
        """Solve a part, next to its relaxation if it can be; give its point, all else at least."""
        values = self._next_to_relaxation(part, SHARE * self.settings.gap)
        if values is None:
            values = self._part(part).values
        if values is None:
            return None
        return part.into(part.matrix.rounded(values), self.whole.matrix.lower)
