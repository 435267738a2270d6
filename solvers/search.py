"""The state of a search over parts of a matrix: the best plan, the bound, and what was told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.keeping import COMPLETING, whole_numbers_kept
from gridblock.solvers.outcome import (
    UNPROVEN,
    Outcome,
    Progress,
    Stop,
    Verdict,
    relative_gap,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.cut import Cut
    from gridblock.solvers.outcome import Option, Settings
    from gridblock.solvers.session import Session
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Whole

SHARE: Final = 0.25
"""The share of the gap asked for to which a part is solved."""


class StoppedError(Exception):
    """The search has to end: it was interrupted, or its time is up."""

    def __init__(self, stop: Stop) -> None:
        """Remember why."""
        super().__init__(stop)
        self.stop = stop


def unless_stopped(outcome: Outcome) -> None:
    """End the search where a solve ended because somebody, or the clock, has said so.

    Raises:
        StoppedError: that is so.
    """
    if outcome.stop in {Stop.INTERRUPTED, Stop.TIME_LIMIT}:
        raise StoppedError(outcome.stop)


@dataclass
class Search:
    """The state of a search.

    Attributes:
        best: the best point known.
        objective: its cost.
        bound: proven for the whole matrix.
        duals: shape (rows,), those that the relaxation proves it with, None before.
        cuts: how the rows that the whole ends with are derived.
        idle: shape (columns,), what a sweep leaves at its lower bound, None for nothing.
        unlikely: shape (columns,), what a relaxation in it begins without, None for nothing.
        spare: seconds of the time limit that are kept back.
        telling: held while the best plan, or the bound, is changed and told.
    """

    session: Session
    whole: Whole
    shape: Shape
    settings: Settings
    on_progress: Callable[[Progress], None] | None = None
    on_log: Callable[[str], None] | None = None
    best: Floats | None = None
    objective: float = np.inf
    bound: float = -np.inf
    duals: Floats | None = None
    cuts: tuple[Cut, ...] = ()
    idle: Flags | None = None
    unlikely: Flags | None = None
    spare: float = 0.0
    nodes: int = 0
    stop: Stop = Stop.FINISHED
    lines: list[Progress] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    telling: AbstractContextManager[bool] = field(default_factory=RLock)

    def solve(
        self,
        options: Mapping[str, Option] | None = None,
        *,
        relaxation: bool = False,
        algorithm: str = "choose",
        gap: float | None = None,
        start: Floats | None = None,
        cutoff: float | None = np.inf,
        target: float | None = None,
        session: Session | None = None,
    ) -> Outcome:
        """Solve what a session holds: the search's own unless one is given, and then without note.

        Another session may be solving while this one does: whoever asks it takes note in the end.
        Of a part nothing is asked twice, that it has no point or none better than the start, unless
        the cutoff is None: nothing is proven of the whole by it, and a second solve, without
        presolve, takes most of the time.

        Raises:
            StoppedError: the search has to end.
        """
        asked = replace(
            self.asked(),
            gap=SHARE * self.settings.gap if gap is None else gap,
            relaxation=relaxation,
            algorithm=self.settings.algorithm if self.settings.algorithm != "choose" else algorithm,
            start=start,
            cutoff=cutoff,
            target=target,
            options={**(options or {}), **self.settings.options},
        )
        if session is None or session is self.session:
            outcome = self.session.run(asked, lambda line: self.report(line.nodes), self.on_log)
        else:
            outcome = session.run(asked)
        if session is None:
            self.note(outcome)
        if outcome.stop not in {Stop.FINISHED, Stop.LIMIT}:
            raise StoppedError(outcome.stop)
        return outcome

    def note(self, outcome: Outcome) -> None:
        """Take note of what the solve of a part took and told.

        How close it is proven says nothing of the whole.
        """
        self.nodes += outcome.nodes
        self.notes += [told for told in outcome.notes if told != UNPROVEN]

    def _log_of(self, session: Session) -> Callable[[str], None] | None:
        """Give what hears the log of a session: that of a second process is not told."""
        return self.on_log if session is self.session else None

    def asked(self) -> Settings:
        """Give the settings of a solve in the time that is left.

        One thread: others wait for work by looking for it without end. Where a second process is at
        work on the other core, a part that takes 11 s takes 19.

        Raises:
            StoppedError: there is none.
        """
        left = None
        if self.settings.time_limit is not None:
            left = self.settings.time_limit - self.spare - (time.monotonic() - self.began)
            if left <= 0:
                raise StoppedError(Stop.TIME_LIMIT)
        return replace(self.settings, time_limit=left, start=None, threads=1)

    def completed(self, point: Floats) -> Floats | None:
        """Complete a point with its whole numbers as they are; None if there is none so."""
        matrix = self.whole.matrix
        self.session.load(matrix.changed(whole_numbers_kept(matrix, point)))
        return self.solve(COMPLETING).values

    def keep(self, point: Floats | None) -> bool:
        """Keep a point of the whole, if it is one and the best; say whether it is one."""
        if point is None or not self.whole.keeps(point, self.best):
            return False
        cost = self.whole.matrix.objective(point)
        with self.telling:
            if cost < self.objective:
                self.best, self.objective = point, cost
                self.session.keep(point)
                self.report(0)
        return True

    def proved(self, bound: float) -> None:
        """Take note of a bound that holds for the whole."""
        with self.telling:
            self.bound = max(self.bound, bound)
            self.report(0)

    def report(self, nodes: int) -> None:
        """Tell how it goes."""
        best = None if self.best is None else self.objective
        bound = None if np.isinf(self.bound) else self.bound
        with self.telling:
            line = Progress(time.monotonic() - self.began, best, bound, self.nodes + nodes)
            self.lines.append(line)
            if self.on_progress is not None:
                self.on_progress(line)

    def done(self) -> bool:
        """Say whether the gap asked for is proven."""
        if self.best is None or np.isinf(self.bound):
            return False
        gap = relative_gap(self.objective, min(self.bound, self.objective))
        return gap is not None and gap <= self.settings.gap

    def target(self) -> float | None:
        """Give the cost at which the gap asked for is proven; None without a bound."""
        gap = self.settings.gap
        if np.isinf(self.bound) or gap >= 1.0:
            return None
        return self.bound / (1.0 - gap if self.bound > 0 else 1.0 + gap)

    def aim(self) -> float:
        """Give the bound at which the gap asked for is proven; inf without a plan."""
        return self.objective - self.settings.gap * abs(self.objective)

    def ended(self) -> Outcome:
        """Give the best plan with the bound, and why the search stopped."""
        done = self.done()
        found = self.best is not None
        verdict = Verdict.OPTIMAL if done else Verdict.FEASIBLE if found else Verdict.UNKNOWN
        return Outcome(
            stop=Stop.FINISHED if done else self.stop,
            verdict=verdict,
            values=self.best,
            objective=self.objective if found else None,
            bound=None if np.isinf(self.bound) else self.bound,
            nodes=self.nodes,
            seconds=time.monotonic() - self.began,
            row_duals=self.duals,
            cuts=self.cuts,
            progress=tuple(self.lines),
            notes=tuple(dict.fromkeys(self.notes)),
        )
