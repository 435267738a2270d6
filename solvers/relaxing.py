"""The relaxation of a matrix: its point, its duals, and a bound that holds whatever they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.boxing import boxed
from gridblock.solvers.lp_solvers import NEAR, LpSolver
from gridblock.solvers.merging import merge, repriced
from gridblock.solvers.outcome import ModelError, Outcome, SolverError, Stop, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.outcome import Option, Settings
    from gridblock.solvers.session import Session
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Whole

FOR_SIMPLEX: Final = 100_000
"""A matrix with at most so many columns is relaxed by the simplex method, others by interior point.

Measured on generated instances: 41,000 columns 1.3 s against 2.9 s, 269,000 columns 249 s against
103 s.
"""

FIRST_ORDER: Final[Mapping[str, Option]] = {"run_crossover": "off"}
"""How a relaxation is solved by a first-order method, which ends where its tolerances are met."""
INTERIOR: Final[Mapping[str, Option]] = {
    "run_crossover": "off",
    "dual_feasibility_tolerance": 1e-2,
}
"""How a relaxation is solved by interior point.

Duals prove what they prove, whatever they are. Presolve taken back may leave a few reduced costs
with a wrong sign at a point that is optimal: HiGHS then calls it unknown, and all would be solved
again without presolve. Of a generated instance of 238,000 columns 4 were off, by 0.3 %: 58 s for
145, and the bound is the same.
"""
NEARLY: Final[Mapping[str, Option]] = {"kkt_tolerance": 1e-3, "pdlp_iteration_limit": 50_000}
"""How closely a merged matrix is relaxed.

Measured on generated instances, in seconds of one core. Of 252,000 columns the bound is 0.4 % below
the relaxation's with a tolerance of 1e-2 after 2 s, and 0.15 % with 1e-3 after 3 s; the whole takes
45 s. Of 2,359,000 columns the merged one takes 110 s, while the interior point did 7 iterations
of the whole in 500 s; with 6e-2 it ends after 14 s with a bound that is 3 % lower.
"""
CLOSER: Final[Mapping[str, Option]] = {"kkt_tolerance": 6e-4, "pdlp_iteration_limit": 200_000}
"""How closely that of a matrix is relaxed of which nothing else is.

Measured on a generated instance of 2,341,000 columns: the bound is 80,234 million with 1e-3, after
66 s, and 81,371 million with 6e-4, after 245 s beside another run; 3e-4 was not reached in 300 s.
"""


@dataclass(frozen=True, eq=False)
class Relaxation:
    """What the relaxation has shown.

    Attributes:
        outcome: how the solver ended.
        values: shape (columns,), an optimal point.
        duals: shape (rows,), of the rows.
        bound: a lower bound that they prove.
    """

    outcome: Outcome
    values: Floats
    duals: Floats
    bound: float


def relax(
    session: Session,
    whole: Whole,
    settings: Settings,
    on_log: Callable[[str], None] | None = None,
    without: Flags | None = None,
) -> Relaxation | Outcome:
    """Solve the relaxation of a matrix; without a point and duals, say how that ended.

    Args:
        session: the solver's process.
        whole: what is relaxed.
        settings: time limit, threads, seed, options; what solves it is chosen by size unless
            something is asked for.
        on_log: called with each piece of the solver's log.
        without: shape (rows,), rows to be left out; the point may break them, the bound holds.
    """
    matrix = whole.matrix
    kept = np.ones(len(matrix.row_lower), dtype=np.bool_)
    if without is not None:
        every = np.ones(len(matrix.cost), dtype=np.bool_)
        kept = ~without & whole.with_any(every)
        matrix = whole.sliced(every, matrix.lower, rows=kept).matrix
    asked = replace(settings, relaxation=True, start=None, fresh=True)
    if settings.lp_solver != LpSolver.AUTOMATIC:
        asked = replace(asked, algorithm=settings.lp_solver, near=settings.lp_solver in NEAR)
    elif settings.algorithm == "choose":
        large = len(matrix.cost) > FOR_SIMPLEX
        asked = replace(asked, algorithm="ipx" if large else "simplex")
    if asked.algorithm != "simplex":
        way = FIRST_ORDER if asked.near else INTERIOR
        asked = replace(asked, options={**way, **settings.options})
    scaled, columns, rows = boxed(matrix)
    try:
        session.load(scaled)
    except ModelError:
        columns, rows = np.ones(len(matrix.cost)), np.ones(len(matrix.row_lower))
        session.load(matrix)
    outcome = session.run(asked, on_log=on_log)
    if outcome.stop is Stop.CRASHED and settings.lp_solver != LpSolver.AUTOMATIC:
        return _otherwise(session, whole, settings, outcome, on_log, without)
    # Without any row there is nothing to price, of which the solver says nothing.
    priced = outcome.row_duals if len(rows) else rows
    if outcome.verdict is not Verdict.OPTIMAL or priced is None:
        return outcome
    values = np.clip(np.asarray(outcome.values) * columns, matrix.lower, matrix.upper)
    duals = np.zeros(len(kept))
    duals[kept] = priced * rows
    return Relaxation(outcome, values, duals, whole.bound(duals))


def relax_merged(
    session: Session,
    whole: Whole,
    shape: Shape,
    settings: Settings,
    on_log: Callable[[str], None] | None = None,
    how: Mapping[str, Option] = NEARLY,
    algorithm: str = "hipdlp",
) -> Relaxation | Outcome:
    """Nearly solve the relaxation of a matrix in which what is alike is counted together.

    Args:
        session: the solver's process.
        whole: what is relaxed.
        shape: what its columns decide.
        settings: time limit, threads, seed, options.
        on_log: called with each piece of the solver's log.
        how: how closely.
        algorithm: what solves it.

    Returns:
        A point that only nearly keeps the rows, and duals whose bound holds; or how it ended.
    """
    matrix, merged = whole.matrix, merge(whole, shape)
    scaled, columns, rows = boxed(merged.matrix)
    session.load(scaled)
    asked = replace(settings, relaxation=True, start=None, fresh=True, near=True)
    asked = replace(asked, algorithm=algorithm, options={**how, **settings.options})
    try:
        outcome = session.run(asked, on_log=on_log)
    except SolverError:
        return Outcome(Stop.CRASHED, Verdict.UNKNOWN)
    if outcome.values is None or outcome.row_duals is None:
        return outcome
    values = np.clip(merged.values(outcome.values * columns), matrix.lower, matrix.upper)
    duals = repriced(whole, shape, merged.duals(outcome.row_duals * rows))
    return Relaxation(outcome, values, duals, whole.bound(duals))


def _otherwise(
    session: Session,
    whole: Whole,
    settings: Settings,
    failed: Outcome,
    on_log: Callable[[str], None] | None,
    without: Flags | None,
) -> Relaxation | Outcome:
    """Solve by what is chosen by size where what was asked for has failed, and say so."""
    automatic = replace(settings, lp_solver=LpSolver.AUTOMATIC)
    found = relax(session, whole, automatic, on_log, without)
    note = f"{settings.lp_solver} failed on the relaxation, which was solved in another way"
    if isinstance(found, Outcome):
        return replace(found, notes=(*failed.notes, note, *found.notes))
    notes = (*failed.notes, note, *found.outcome.notes)
    return replace(found, outcome=replace(found.outcome, notes=notes))
