"""Methods of solving a matrix: tree search of the whole, search along its structure, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gridblock.solvers.fast import solve_fast
from gridblock.solvers.outcome import Method
from gridblock.solvers.staged import solve_staged

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Outcome, Progress, Settings
    from gridblock.solvers.session import Session
    from gridblock.solvers.shape import Shape

LARGE: Final = 15_000
"""A matrix with more columns is searched along its structure first.

Measured on generated instances: of 40,000 columns, 0.5 % are proven in 18 s so, and not in 240 s in
stages.
"""


def solve_by_method(
    session: Session,
    matrix: Matrix,
    shape: Shape,
    settings: Settings,
    on_progress: Callable[[Progress], None] | None = None,
    on_log: Callable[[str], None] | None = None,
) -> Outcome:
    """Solve a matrix by the method asked for; ``auto`` chooses by size.

    ``exact`` is the tree search of HiGHS on the whole matrix. ``fast`` ends when its search finds
    nothing better, and says how far from the best its plan can be. ``auto`` solves small matrices
    in stages; of large ones it takes the plan of ``fast`` and lets the tree search go on from it.

    Args:
        session: the solver's process; it holds the matrix afterwards.
        matrix: what is to be solved.
        shape: what its columns decide.
        settings: method, gap, time limit, threads, seed and options.
        on_progress: called with each line of progress.
        on_log: called with each piece of HiGHS's log.

    Raises:
        ModelError, OptionError, SolverError: as ``Session.run``.
    """
    told = session, matrix, shape, settings, on_progress, on_log
    if settings.method == Method.FAST:
        return solve_fast(*told)
    if settings.method == Method.EXACT:
        session.load(matrix)
        return session.run(settings, on_progress, on_log)
    if len(matrix.cost) > LARGE and matrix.integer.any():
        return solve_fast(*told, finish=True)
    lots = shape.lots.tolist()
    return solve_staged(session, matrix, shape.periods, lots, settings, on_progress, on_log)
