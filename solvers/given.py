"""A point to start from: how HiGHS is given it, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import highspy
import numpy as np
from highspy import cb

from gridblock.solvers.outcome import Verdict

if TYPE_CHECKING:
    from gridblock.solvers.change import Floats
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Outcome

ASKED: Any = cb.HighsCallbackType.kCallbackMipUserSolution
STRICT: Final = 5e-7
"""By how much a point may break what HiGHS holds, to be a point for HiGHS: half its tolerance."""


class Given:
    """A point to start a search from.

    One of the matrix is given when HiGHS asks for points, which it then takes back from the reduced
    model first. As a start HiGHS 1.16.0 would count the point of the reduced model that presolve
    moves it to, cut off whatever is no better than that, and return the start itself. (Of 16
    regions of a generated instance, solved from a plan, 13 won nothing so, and 9 of these did when
    HiGHS had asked: 54 million, not 31.) Any other point is a start, in part where it holds NaN
    or what is beyond its bounds, for which HiGHS would refuse all of it; HiGHS completes it.

    Attributes:
        notes: what there is to tell.
    """

    def __init__(self, highs: Any, matrix: Matrix, start: Floats) -> None:
        """Give a point to a HiGHS object that holds a matrix, or keep it until that asks."""
        self._highs, self._matrix, self._start = highs, matrix, start
        self._waits = self._by_itself = _strictly_holds(matrix, start)
        taken = highspy.HighsStatus.kOk
        if self._by_itself:
            status = highs.startCallback(ASKED)
        else:
            within = (start >= matrix.lower - STRICT) & (start <= matrix.upper + STRICT)
            known = np.append(np.flatnonzero(within), len(start)).astype(np.int32)
            status = highs.setSolution(len(known), known, np.append(start, 1.0)[known])
        self.notes = [] if status == taken else ["the start was refused by the solver"]

    def asked(self, answer: Any) -> None:
        """Give the point, once."""
        if self._waits:
            self._waits = False
            answer.setSolution(np.append(self._start, 1.0))

    def ended(self, outcome: Outcome) -> Outcome:
        """Ask for no more, and put the point in where a search ended before it had taken one."""
        if not self._by_itself:
            return outcome
        self._highs.stopCallback(ASKED)
        if outcome.verdict is not Verdict.UNKNOWN:
            return outcome
        cost = self._matrix.objective(self._start)
        return replace(outcome, verdict=Verdict.FEASIBLE, values=self._start, objective=cost)


def _strictly_holds(matrix: Matrix, start: Floats) -> bool:
    """Say whether HiGHS, which knows no relative tolerance, takes a point for one of the matrix."""
    if not np.isfinite(start).all():
        return False
    terms = matrix.scaled_values() * start[matrix.index]
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.start))
    activity = np.bincount(rows, terms, matrix.shape[0])
    sides = matrix.row_lower * matrix.row_scale, matrix.row_upper * matrix.row_scale
    apart = np.abs(start - np.rint(start))[matrix.integer]
    beyond = (
        sides[0] - activity,
        activity - sides[1],
        matrix.lower - start,
        start - matrix.upper,
        apart,
    )
    return all(float(one.max(initial=0.0)) <= STRICT for one in beyond)
