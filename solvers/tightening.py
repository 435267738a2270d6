"""The relaxation of a matrix with cuts: what whole numbers imply and the relaxation breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from gridblock.solvers.change import Change, Rows
from gridblock.solvers.cutting import broken_cuts
from gridblock.solvers.diving import FEW_FOR_SIMPLEX
from gridblock.solvers.mixed_rounding import with_cuts
from gridblock.solvers.outcome import Outcome, Verdict
from gridblock.solvers.relaxing import relax
from gridblock.solvers.search import SHARE, unless_stopped
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.contests import Contests
    from gridblock.solvers.cut import Cut
    from gridblock.solvers.outcome import Settings
    from gridblock.solvers.relaxing import Relaxation
    from gridblock.solvers.session import Session

ROUNDS: Final = 12
LITTLE: Final = 0.01
"""Cuts that raise a relaxation by no more of the gap asked for are the last."""


class Tightened(NamedTuple):
    """A matrix with cuts.

    Attributes:
        whole: the matrix; it ends with the rows of the cuts.
        cuts: how they are derived.
        relaxed: its relaxation, or how that ended.
    """

    whole: Whole
    cuts: tuple[Cut, ...]
    relaxed: Relaxation | Outcome


def tighten(
    session: Session,
    whole: Whole,
    contests: Contests,
    kernel: Flags,
    relaxed: Relaxation,
    asked: Callable[[], Settings],
    seldom: Flags | None = None,
) -> Tightened | None:
    """Add cuts that a part of the relaxation breaks, and relax the whole with them.

    Args:
        session: the solver's process; it holds other matrices afterwards.
        whole: the matrix.
        contests: where cuts are looked for.
        kernel: shape (columns,), the part in which they are.
        relaxed: the relaxation of the whole.
        asked: gives the settings of a solve in the time that is left.
        seldom: shape (rows of the model,), rows that it has left out.

    Returns:
        The matrix with cuts; None where there are none and nothing was missed.

    Raises:
        StoppedError: the search has to end.
    """
    search = _Cutting(session, whole, contests, kernel, asked)
    lost = search.run() - relaxed.bound
    missed = seldom is not None and lost > SHARE * asked().gap * abs(relaxed.bound)
    if not search.cuts and not missed:
        return None
    without = None
    if seldom is not None and not missed:
        without = search.whole.rows(seldom)
    again = relax(session, search.whole, asked(), without=without)
    if isinstance(again, Outcome):
        unless_stopped(again)
    return Tightened(search.whole, tuple(search.cuts), again)


class _Held(NamedTuple):
    """An optimal point of the relaxation of a part."""

    values: Floats
    objective: float


class _Cutting:
    """Rounds of cuts.

    Attributes:
        whole: the matrix with the cuts found so far.
        cuts: these.
    """

    def __init__(
        self,
        session: Session,
        whole: Whole,
        contests: Contests,
        kernel: Flags,
        asked: Callable[[], Settings],
    ) -> None:
        """Begin without cuts."""
        self.session, self.whole, self.contests = session, whole, contests
        self.kernel, self.asked = kernel, asked
        self.cuts: list[Cut] = []

    def run(self) -> float:
        """Cut until that raises the relaxation of a part no more; give its cost without cuts."""
        part = self.whole.sliced(self.kernel, self.whole.matrix.lower)
        self.session.load(part.matrix)
        few = len(part.columns) <= FEW_FOR_SIMPLEX
        held = first = self._solved("simplex" if few else "ipx")
        for _ in range(ROUNDS):
            if held is None:
                break
            cost = held.objective
            held = self._cut(part.into(held.values, self.whole.matrix.lower))
            if held is None or held.objective - cost <= LITTLE * self.asked().gap * abs(cost):
                break
        return -np.inf if first is None else first.objective

    def _cut(self, point: Floats) -> _Held | None:
        """Add the cuts that a point breaks; give the relaxation of the part with them."""
        matrix, seen = self.whole.matrix, set(self.cuts)
        broken = dict.fromkeys(broken_cuts(matrix, self.contests, point))
        rows, cuts = with_cuts(matrix, [cut for cut in broken if cut not in seen])
        if not cuts:
            return None
        self.whole = Whole(matrix.changed(Change(rows=rows)))
        self.cuts += cuts
        new = np.arange(self.whole.matrix.shape[0]) >= matrix.shape[0]
        added = self.whole.sliced(self.kernel, matrix.lower, rows=new).matrix
        self.session.change(
            rows=Rows(added.row_lower, added.row_upper, added.start, added.index, added.value)
        )
        return self._solved("simplex")

    def _solved(self, algorithm: str) -> _Held | None:
        asked = replace(self.asked(), relaxation=True, start=None, algorithm=algorithm)
        outcome = self.session.run(asked)
        unless_stopped(outcome)
        if outcome.verdict is not Verdict.OPTIMAL or outcome.values is None:
            return None
        return _Held(outcome.values, float(outcome.objective or 0.0))
