"""Improving the best plan: parts of it are solved anew, with all others as it has them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.diving import HALF
from gridblock.solvers.outcome import Progress, Verdict
from gridblock.solvers.sweeping import ROUTE_WORTH, Sweep

if TYPE_CHECKING:
    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.relaxing import Relaxation

WORTH: Final = 1e-2
"""The share of the cost that a decision may add, fully taken, to be worth deciding."""
FEW: Final = 25_000
"""So many columns are always worth deciding."""


class Improving(Sweep):
    """A search in neighbourhoods of the best plan, and in the end of the whole."""

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

    def _prove(self, relaxed: Relaxation) -> None:
        """Take note of what a relaxation proves, and of its duals if nothing else proves more."""
        self.notes += relaxed.outcome.notes
        if relaxed.bound > self.bound:
            self.duals = relaxed.duals
        self.proved(relaxed.bound)

    def _worth(self, relaxed: Relaxation) -> Floats:
        """Give what each decision adds to the cost, fully taken; less than 0 where it is used."""
        matrix = self.whole.matrix
        worth, width = self.whole.worth(relaxed.duals), self.whole.width
        used = relaxed.values - matrix.lower > 1e-7 * np.maximum(1.0, width)
        worth[used | self.shape.unmet] = -1.0
        return worth

    def _kernel(self, worth: Floats, bound: float) -> Flags:
        """Give the columns worth deciding: those that the relaxation uses, or nearly so."""
        few = np.where(self.shape.routes, ROUTE_WORTH, WORTH) * abs(bound)
        kernel: Flags = worth <= np.maximum(few, np.sort(worth)[min(FEW, len(worth)) - 1])
        return kernel
