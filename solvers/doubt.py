"""When what HiGHS calls optimal is not to be believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.outcome import Verdict

if TYPE_CHECKING:
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Outcome, Settings

REJECTED: Final = "untransformed violations"
"""In HiGHS's log: a point of the reduced model is none of the whole."""
DOUBTED: Final = "the solver found better points of its reduced model that it could not take back"
"""A note of a solve: if the start comes back as the optimum, that is not to be believed."""


def holds_the_start(
    outcome: Outcome, matrix: Matrix, settings: Settings, *, doubted: bool = False
) -> bool:
    """Whether HiGHS calls a start optimal that its own bound, or its log, shows not to be.

    Presolve may move a start to a better point of the reduced model; HiGHS 1.16.0 then proves the
    better one optimal and returns the start. Or presolve is wrong, so that better points of the
    reduced model are none of the whole, and the start is what is left (tiny instance 99073).
    """
    if outcome.verdict is not Verdict.OPTIMAL or outcome.values is None:
        return False
    if settings.start is None or outcome.bound is None or outcome.objective is None:
        return False
    whole = matrix.integer
    if doubted and np.allclose(settings.start[whole], outcome.values[whole], atol=1e-6):
        return True
    slack = settings.gap * abs(outcome.objective) + matrix.resolution(outcome.values)
    return outcome.objective - outcome.bound > 1e-6 * abs(outcome.objective) + slack
