"""From a point that holds within tolerances to one whose whole numbers are exact."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.model.plan import bound_but_for_rounding, rounding
from gridblock.solvers.outcome import Outcome, Stop
from gridblock.solvers.relaxing import FOR_SIMPLEX

if TYPE_CHECKING:
    from gridblock.solvers.change import Floats
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Settings
    from gridblock.solvers.session import Session

TIGHTER: Final = {"mip_feasibility_tolerance": 1e-8, "primal_feasibility_tolerance": 1e-9}


def vertex(session: Session, outcome: Outcome, settings: Settings) -> Outcome:
    """Fix the whole numbers and solve the linear program that is left: its rows hold closely.

    Where whole numbers that were off by the solver's tolerance cost so much that the gap is no
    longer proven, the model is solved again with a closer one. A bound that is off by rounding
    alone is no further off than the gap asked for.
    """
    exact = _exact(session, outcome, settings)
    if exact.values is None or exact.objective is None or exact.bound is None:
        return exact
    costs = (_largest(session.matrix, exact.values),)
    bound = bound_but_for_rounding(exact.objective, exact.bound, costs, settings.gap)
    return replace(exact, bound=bound)


def _exact(session: Session, outcome: Outcome, settings: Settings) -> Outcome:
    """Give an outcome whose whole numbers are exact, at a cost that is within the gap."""
    kept = _as_it_is(session.matrix, outcome)
    if kept is not None:
        return kept
    exact = _polished(session, outcome, settings)
    if exact.objective is None or outcome.objective is None or outcome.values is None:
        return exact
    slack = rounding(outcome.objective, (_largest(session.matrix, outcome.values),))
    proven = exact.gap is not None and exact.gap <= settings.gap
    if exact.objective <= outcome.objective + slack or proven or outcome.stop is not Stop.FINISHED:
        return exact
    closer = replace(settings, start=exact.values, options={**TIGHTER, **settings.options})
    again = session.run(closer)
    if again.values is None:
        return exact
    notes = (*exact.notes, *again.notes, "solved again, since whole numbers made exact cost more")
    return replace(_polished(session, again, closer), notes=notes)


def _as_it_is(matrix: Matrix, outcome: Outcome) -> Outcome | None:
    """Give an outcome with its whole numbers exact and no more, where the matrix is large.

    The linear program that is left then takes seconds, after the time that the search may take, and
    wins next to nothing: 0.006 % in 10 s, of 250,000 columns. None where the rows do not hold so.
    """
    if outcome.values is None or len(matrix.cost) <= FOR_SIMPLEX:
        return None
    values = matrix.rounded(outcome.values)
    if not matrix.violation(values).tolerable:
        return None
    return replace(outcome, values=values, objective=matrix.objective(values))


def _largest(matrix: Matrix, values: Floats) -> float:
    """Give the largest cost of a column at a point."""
    return float(np.abs(matrix.cost * values).max(initial=0.0))


def _polished(session: Session, outcome: Outcome, settings: Settings) -> Outcome:
    """Give an outcome with its whole numbers exact, or as it is if they cannot be completed."""
    if outcome.values is None or not session.matrix.integer.any():
        return outcome
    polished = session.polish(outcome.values, replace(settings, time_limit=None, start=None))
    if polished.values is None or polished.objective is None:
        return outcome
    return replace(outcome, values=polished.values, objective=polished.objective)
