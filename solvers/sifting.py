"""Sifting: a relaxation begins without most columns, and those are added that would save much."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridblock.solvers.change import Flags
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Outcome
    from gridblock.solvers.session import Session


def sifted(
    session: Session,
    solve: Callable[[], Outcome],
    matrix: Matrix,
    waiting: Flags,
    least: float,
) -> Outcome:
    """Relax a matrix without some columns, add those that would save much, and go on from there.

    Bixby, Gregory, Lustig, Marsten and Shanno (1992).

    Args:
        session: the solver's process; it holds the matrix afterwards, with the columns that still
            wait at their lower bounds.
        solve: relaxes what the session holds.
        matrix: what is relaxed.
        waiting: shape (columns,), what it begins without.
        least: what a column has to save from one of its bounds to the other, by its reduced cost.

    Returns:
        How the last relaxation ended: of the whole matrix, where nothing waits.
    """
    whole = Whole(matrix)
    session.load(replace(matrix, upper=np.where(waiting, matrix.lower, matrix.upper)))
    while True:
        relaxed = solve()
        if not waiting.any():
            return relaxed
        added = waiting
        if relaxed.row_duals is not None:
            added = waiting & (whole.priced(relaxed.row_duals) * whole.width < -least)
        if not added.any():
            return relaxed
        waiting = waiting & ~added
        upper = np.where(waiting, matrix.lower, matrix.upper)
        session.change(lower=matrix.lower, upper=upper)
