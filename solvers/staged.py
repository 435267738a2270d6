"""A search in stages: choices first, period by period, then whole numbers near the relaxed ones.

Whole blocks come in hundreds, and rounding them costs little; what a model chooses (a site, a chip,
a hall) is a binary and costs much, and so does a lot of an option, which stands for many blocks at
once. So all other whole numbers are relaxed while choices are searched, which also gives a valid
bound, and are then sought within 1 of their relaxed values. Every stage ends by work done, not by
the clock, so that the same seed gives the same plan.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridblock.solvers.change import Flags, Floats
from gridblock.solvers.keeping import COMPLETING, whole_numbers_kept
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import (
    Option,
    Outcome,
    Progress,
    Settings,
    Stop,
    Verdict,
    relative_gap,
)
from gridblock.solvers.session import Session

FEW_INTEGERS: Final = 400
"""A model with at most so many whole numbers is solved at once."""
FIRST: Final = {"mip_max_improving_sols": 2}
SMALL: Final = {"mip_max_nodes": 50}
NEAR: Final = {"mip_max_nodes": 500}
SWEEPS: Final = 4
ROUNDS: Final = 3


def solve_staged(
    session: Session,
    matrix: Matrix,
    labels: Sequence[str | None],
    lots: Sequence[bool],
    settings: Settings,
    on_progress: Callable[[Progress], None] | None = None,
    on_log: Callable[[str], None] | None = None,
) -> Outcome:
    """Solve a matrix in stages, or at once where it is small.

    Args:
        session: the solver's process; it holds the matrix afterwards.
        matrix: what is to be solved.
        labels: the neighbourhood of each column, its period; None for none.
        lots: of each column, whether it is a choice although it may be above 1.
        settings: gap, time limit, threads, seed and options.
        on_progress: called with each line of progress.
        on_log: called with each piece of HiGHS's log.

    Returns:
        The best point found for the whole matrix, with a bound that holds for it.

    Raises:
        ModelError, OptionError, SolverError: as ``Session.run``.
    """
    if int(matrix.integer.sum()) <= FEW_INTEGERS:
        session.load(matrix)
        return session.run(settings, on_progress, on_log)
    named = np.array([label or "" for label in labels])
    search = _Search(session, matrix, named, np.array(lots, dtype=np.bool_), settings)
    search.on_progress, search.on_log = on_progress, on_log
    outcome = search.run()
    if session.matrix is not matrix:
        session.load(matrix)
    return outcome


@dataclass
class _Search:
    """The state of a search: the best plan, the best bound, the choices they rest on."""

    session: Session
    matrix: Matrix
    labels: NDArray[np.str_]
    lots: Flags
    settings: Settings
    on_progress: Callable[[Progress], None] | None = None
    on_log: Callable[[str], None] | None = None
    plan: Outcome | None = None
    bound: float = -np.inf
    nodes: int = 0
    halted: Outcome | None = None
    """What a solve gave that was interrupted: none is begun after it."""
    progress: list[Progress] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Tell choices from counts."""
        width = self.matrix.upper - self.matrix.lower
        self.choices: Flags = self.matrix.integer & ((width <= 1) | self.lots)

    def run(self) -> Outcome:
        """Search choices, then whole numbers, until the gap or a limit."""
        self._begin()
        if self.halted:
            return self._ended(self.halted)
        relaxed = replace(self.matrix, integer=self.choices)
        self.session.load(relaxed)
        point = self._solve(FIRST if self.choices.any() else {}, start=self.settings.start)
        if point.stop not in {Stop.FINISHED, Stop.LIMIT} or point.verdict is Verdict.INFEASIBLE:
            return self._ended(point)
        for _ in range(ROUNDS):
            if point.values is None:
                break
            point = self._sweep(point)
            if self.halted is None:
                self._round(point)
            if self._done() or self.plan is None or self.halted:
                break
            self.session.load(relaxed)
            point = self._solve({}, start=point.values, gap=self._gap_left(point))
            if not self._stopped(point):
                self._round(point)
            if self.halted or self._done() or self._stopped(point) or self._gap_left(point) == 0:
                break
            self.session.load(relaxed)
        if self.halted or self._done() or self._stopped(point):
            return self._ended(self.halted or point)
        return self._whole()

    def _begin(self) -> None:
        """Keep the start as the first plan: as it is, or with its whole numbers where it is not."""
        start = self.settings.start
        if start is None:
            return
        if self.matrix.violation(start).tolerable:
            cost = self.matrix.objective(start)
            self._keep(Outcome(Stop.LIMIT, Verdict.FEASIBLE, start, cost))
            return
        self.session.load(self.matrix.changed(whole_numbers_kept(self.matrix, start)))
        found = self._solve(COMPLETING, bounds=False)
        if found.values is not None:
            self._keep(found)

    def _sweep(self, point: Outcome) -> Outcome:
        """Improve the choices of one period after the other, the others kept, while that helps."""
        periods = [str(label) for label in dict.fromkeys(self.labels[self.choices]) if label]
        waiting = list(periods) if len(periods) > 1 else []
        for _ in range(SWEEPS * len(periods)):
            if not waiting:
                break
            period = waiting.pop(0)
            better = self._neighbour(point, self.choices & (self.labels != period))
            if self._stopped(better):
                break
            if self._gain(point, better) > 0:
                if self._gain(point, better) > self.settings.gap / 4:
                    waiting += [other for other in periods if other not in {*waiting, period}]
                point = better
        self.session.change(lower=self.matrix.lower, upper=self.matrix.upper)
        return point

    def _gain(self, point: Outcome, better: Outcome) -> float:
        """Give by how much a point is better than another, as a share."""
        if better.objective is None or point.objective is None:
            return 0.0
        return (point.objective - better.objective) / max(1e-9, abs(point.objective))

    def _neighbour(self, point: Outcome, kept: Flags) -> Outcome:
        """Solve with some choices kept as they are."""
        lower, upper = self.matrix.lower.copy(), self.matrix.upper.copy()
        lower[kept] = upper[kept] = np.round(point.values[kept])  # type: ignore[index]
        self.session.change(lower=lower, upper=upper)
        return self._solve(SMALL, start=point.values, gap=self.settings.gap / 4, bounds=False)

    def _round(self, point: Outcome) -> None:
        """Look for whole numbers within 1 of their relaxed values, choices kept."""
        if point.values is None:
            return
        counts = self.matrix.integer & ~self.choices
        for slack in (0.0, 1.0):
            lower, upper = self.matrix.lower.copy(), self.matrix.upper.copy()
            kept = np.round(point.values)
            lower[self.choices] = upper[self.choices] = kept[self.choices]
            down, up = np.floor(point.values + 1e-6) - slack, np.ceil(point.values - 1e-6) + slack
            lower[counts] = np.maximum(lower, down)[counts]
            upper[counts] = np.minimum(upper, up)[counts]
            self.session.load(replace(self.matrix, lower=lower, upper=upper))
            found = self._solve(NEAR, gap=self.settings.gap / 4, bounds=False)
            if found.values is not None:
                self._keep(found)
                return
            if self._stopped(found):
                return

    def _whole(self) -> Outcome:
        """Solve the whole model, from the best plan that is held."""
        self.session.load(self.matrix)
        start = None if self.plan is None else self.plan.values
        last = self._solve({}, start=start)
        if last.values is not None:
            self._keep(last)
        return self._ended(last)

    def _solve(
        self,
        options: Mapping[str, Option],
        start: Floats | None = None,
        gap: float | None = None,
        *,
        bounds: bool = True,
    ) -> Outcome:
        """Solve what the session holds; its bound counts unless it holds a part."""
        left = None
        if self.settings.time_limit is not None:
            left = max(0.0, self.settings.time_limit - (time.monotonic() - self.began))
        settings = replace(
            self.settings,
            gap=self.settings.gap if gap is None else max(gap, 0.0),
            time_limit=left,
            start=start,
            options={**options, **self.settings.options},
        )

        def report(line: Progress) -> None:
            if bounds and line.bound is not None:
                self.bound = max(self.bound, line.bound)
            self._report(line.nodes)

        outcome = self.session.run(settings, report, self.on_log)
        if outcome.stop is Stop.INTERRUPTED:
            self.halted = outcome
        self.nodes += outcome.nodes
        self.notes += outcome.notes
        if bounds and outcome.bound is not None:
            self.bound = max(self.bound, outcome.bound)
        return outcome

    def _keep(self, found: Outcome) -> None:
        if self.plan is None or found.objective < self.plan.objective:  # type: ignore[operator]
            self.plan = found
            self._report(0)

    def _report(self, nodes: int) -> None:
        best = None if self.plan is None else self.plan.objective
        bound = None if np.isinf(self.bound) else self.bound
        line = Progress(time.monotonic() - self.began, best, bound, self.nodes + nodes)
        self.progress.append(line)
        if self.on_progress is not None:
            self.on_progress(line)

    def _gap(self) -> float:
        if self.plan is None or np.isinf(self.bound):
            return np.inf
        gap = relative_gap(self.plan.objective, min(self.bound, self.plan.objective))  # type: ignore[type-var]
        return np.inf if gap is None else gap

    def _done(self) -> bool:
        return self._gap() <= self.settings.gap

    def _gap_left(self, point: Outcome) -> float:
        """Give the gap of the relaxed model at which the plan that is held is within its own."""
        if self.plan is None or self.plan.objective is None or point.objective is None:
            return self.settings.gap
        wanted = self.plan.objective - self.settings.gap * abs(self.plan.objective)
        return max(0.0, (point.objective - wanted) / max(1e-9, abs(point.objective)))

    def _stopped(self, outcome: Outcome) -> bool:
        return outcome.stop not in {Stop.FINISHED, Stop.LIMIT}

    def _ended(self, last: Outcome) -> Outcome:
        """Give the best plan with the best bound, and why the search stopped."""
        bound = None if np.isinf(self.bound) else self.bound
        common = {
            "bound": bound,
            "nodes": self.nodes,
            "seconds": time.monotonic() - self.began,
            "progress": tuple(self.progress),
            "notes": tuple(dict.fromkeys(self.notes)),
        }
        if self.plan is None:
            return replace(last, values=None, objective=None, **common)  # type: ignore[arg-type]
        done = self._done()
        return replace(
            self.plan,
            verdict=Verdict.OPTIMAL if done else Verdict.FEASIBLE,
            stop=Stop.FINISHED if done else last.stop,
            **common,  # type: ignore[arg-type]
        )
