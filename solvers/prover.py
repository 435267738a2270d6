"""What a solve leaves for others to check: duals that a search has shown, or made in the end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.model.certificate import Certificate, Proves
from gridblock.solvers.certified import refuted
from gridblock.solvers.certify import Weighed, certificate_of, cuts_in, elastic
from gridblock.solvers.change import Change
from gridblock.solvers.mixed_rounding import with_cuts
from gridblock.solvers.outcome import ModelError, Outcome, SolverError, Stop
from gridblock.solvers.relaxing import Relaxation, relax
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from gridblock.instances.instance import Instance
    from gridblock.solvers.growing import Growing
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Settings
    from gridblock.solvers.session import Session
    from gridblock.solvers.tiers import Tiered

SHORTEST: Final = 2.0
"""Seconds that a relaxation may take even where the time is up."""


@dataclass
class Prover:
    """Keeps what a search shows of a model.

    Attributes:
        instance: what is planned.
        growing: its model.
        session: the solver's process.
        settings: time limit, threads, seed and options.
        known: weights of rows that have proven the bound of a like instance.
        seen: the latest matrix with duals.
    """

    instance: Instance
    growing: Growing
    session: Session
    settings: Settings
    known: Certificate | None = None
    seen: Weighed | None = None
    began: float = field(default_factory=time.monotonic)

    def reminded(self, matrix: Matrix, settings: Settings) -> Settings:
        """Give settings with the weights that are known, for the rows of a matrix."""
        if self.known is None or self.known.proves is not Proves.BOUND:
            return settings
        compiled, weights = self.growing.compiled, self.known.duals
        duals = np.zeros(matrix.shape[0])
        duals[: len(compiled.rows)] = [weights.get(name, 0.0) for name in compiled.row_number]
        cuts = cuts_in(compiled, self.known)
        return replace(settings, duals=np.append(duals, [*cuts.values()]), cuts=tuple(cuts))

    def note(self, matrix: Matrix, outcome: Outcome) -> None:
        """Keep the duals that a search has ended with, if any."""
        if outcome.row_duals is not None:
            self.seen = self._weighed(matrix, outcome)

    def certificate(self, tiered: Tiered) -> Certificate | None:
        """Give what proves a bound of a plan, or that there is none; None without either.

        Where the search has shown no duals, the relaxation is solved for them, in the time left.
        """
        outcome = tiered.outcome
        try:
            if outcome.values is None:
                found = self._refutation(tiered) if outcome.stop is Stop.FINISHED else None
                proves = Proves.INFEASIBLE
            else:
                found, proves = self.seen or self._relaxation(tiered), Proves.BOUND
        except (ModelError, SolverError):
            return None
        if found is None:
            return None
        return certificate_of(self.instance, proves, found, tiered.stages)

    def _relaxation(self, tiered: Tiered) -> Weighed | None:
        if tiered.outcome.stop is Stop.INTERRUPTED:
            return None
        matrix = tiered.whole()
        relaxed = relax(self.session, Whole(matrix), self._asked())
        if not isinstance(relaxed, Relaxation):
            return None
        return self._weighed(matrix, replace(relaxed.outcome, row_duals=relaxed.duals))

    def _refutation(self, tiered: Tiered) -> Weighed | None:
        """Find rows that no point can keep together: duals of missing them by the least."""
        matrix = tiered.whole()
        relaxed = relax(self.session, Whole(elastic(matrix)), self._asked())
        if not isinstance(relaxed, Relaxation) or not refuted(matrix, relaxed.duals):
            return None
        return self._weighed(matrix, replace(relaxed.outcome, row_duals=relaxed.duals))

    def _asked(self) -> Settings:
        limit = self.settings.time_limit
        if limit is not None:
            limit = max(SHORTEST, limit - (time.monotonic() - self.began))
        return replace(self.settings, time_limit=limit, gap=0.0)

    def _weighed(self, matrix: Matrix, outcome: Outcome) -> Weighed:
        model = self.growing.model
        lost = () if self.growing.is_whole else tuple(model.link_lost)
        rows, cuts = with_cuts(matrix, outcome.cuts)
        matrix = matrix.changed(Change(rows=rows))
        duals = np.asarray(outcome.row_duals)
        return Weighed(self.growing.compiled, matrix, lost, duals, tuple(cuts))
