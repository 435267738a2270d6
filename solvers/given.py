"""A point to start from: how HiGHS is given it, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

import highspy
import numpy as np
from highspy import cb

from gridblock.solvers.change import Change
from gridblock.solvers.keeping import whole_numbers_kept
from gridblock.solvers.listener import Listener
from gridblock.solvers.outcome import Verdict

if TYPE_CHECKING:
    from gridblock.solvers.change import Floats
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Outcome, Progress, Settings

ASKED: Any = cb.HighsCallbackType.kCallbackMipUserSolution
STRICT: Final = 5e-7
"""By how much a point may break what HiGHS holds, to be a point for HiGHS: half its tolerance."""
NODES: Final = 500
"""The work on completing a start, HiGHS's own default."""


class Given:
    """A point to start a search from.

    It is given when HiGHS asks for points, which it then takes back from the reduced model first.
    As a start HiGHS 1.16.0 would count the point of the reduced model that presolve moves it to,
    cut off whatever is no better than that, and return the start itself. (Of 16 regions of a
    generated instance, solved from a plan, 13 won nothing so, and 9 of these did when HiGHS had
    asked: 54 million, not 31.) One that is off by more than HiGHS allows there is a start.

    Attributes:
        notes: what there is to tell.
    """

    def __init__(self, highs: Any, matrix: Matrix, start: Floats) -> None:
        """Give a point to a HiGHS object that holds a matrix, or keep it until that asks."""
        self._highs, self._matrix, self._start = highs, matrix, start
        self._waits = self._by_itself = holds(matrix, start)
        taken = highspy.HighsStatus.kOk
        if self._by_itself:
            status = highs.startCallback(ASKED)
        else:
            every = np.arange(len(start) + 1, dtype=np.int32)
            status = highs.setSolution(len(every), every, np.append(start, 1.0))
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


class Solver(Protocol):
    """What holds a matrix and solves it."""

    @property
    def matrix(self) -> Matrix:
        """The matrix held, changes included."""

    def change(self, change: Change) -> None:
        """Change the matrix in place."""

    def run(self, settings: Settings, listener: Listener | None = None) -> Outcome:
        """Solve the matrix held."""


class _Beside(Listener):
    """Passes on what a solve of a part of a matrix tells, but not what it proves of the part."""

    def __init__(self, listener: Listener) -> None:
        super().__init__(logs=listener.logs)
        self._listener, self.faults = listener, listener.faults

    def stopped(self) -> bool:
        return self._listener.stopped()

    def improved(self, values: Floats) -> None:
        self._listener.improved(values)

    def moved(self, progress: Progress) -> None:
        self._listener.moved(replace(progress, bound=None))

    def logged(self, text: str) -> None:
        self._listener.logged(text)


def completed(
    solver: Solver, start: Floats, settings: Settings, listener: Listener
) -> Floats | None:
    """Complete a start: its whole numbers as they are, as far as they are known, and the rest best.

    HiGHS would do so by itself, and tell what it proves of that as though it were proven of the
    whole: a plan was called optimal beside which there was a better one.

    Args:
        solver: what holds the matrix.
        start: shape (columns,).
        settings: how to solve.
        listener: told of progress, points and log, and asked whether to stop.

    Returns:
        A point; None if there is none so, or none was found in time.
    """
    matrix = solver.matrix
    nodes = settings.options.get("mip_max_start_nodes", NODES)
    options = {**settings.options, "mip_max_nodes": nodes}
    solver.change(whole_numbers_kept(matrix, start))
    try:
        asked = replace(settings, start=None, cutoff=None, target=None, options=options)
        found = solver.run(asked, _Beside(listener)).values
    finally:
        solver.change(Change(lower=matrix.lower, upper=matrix.upper))
    return None if found is None else np.clip(matrix.rounded(found), matrix.lower, matrix.upper)


def holds(matrix: Matrix, start: Floats) -> bool:
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
