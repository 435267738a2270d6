"""A search for large models: the relaxation, rounded along the model's own structure, and improved.

The relaxation gives the bound. Choices that bind several periods (lots, sites, berths) are fixed in
a dive; then period after period is solved in whole numbers, with earlier periods as decided and
later ones at their prices. The plan is then improved in windows of periods. Work is limited by
nodes, not by the clock, so that the same seed gives the same plan.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.diving import NEAR, Dive
from gridblock.solvers.outcome import Outcome, Progress, Stop, Verdict, relative_gap
from gridblock.solvers.relaxing import relax
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Option, Settings
    from gridblock.solvers.relaxing import Relaxation
    from gridblock.solvers.session import Session
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Slice

HALF: Final = 0.5
SMALL: Final[Mapping[str, Option]] = {"mip_max_nodes": 60}
"""The work on one part."""
FEW: Final = 5_000
"""So many columns are always worth deciding."""
SHARE: Final = 0.25
"""The share of the gap asked for to which a part is solved."""


def solve_fast(
    session: Session,
    matrix: Matrix,
    shape: Shape,
    settings: Settings,
    on_progress: Callable[[Progress], None] | None = None,
    on_log: Callable[[str], None] | None = None,
    *,
    finish: bool = False,
) -> Outcome:
    """Search a plan along the model's structure, with a bound from the relaxation.

    Args:
        session: the solver's process; it holds the matrix afterwards.
        matrix: what is to be solved.
        shape: what its columns decide.
        settings: gap, time limit, threads, seed and options.
        on_progress: called with each line of progress.
        on_log: called with each piece of HiGHS's log.
        finish: whether a tree search of the whole goes on from the plan until the gap is proven.

    Returns:
        The best point found, with a bound that holds for the whole matrix.

    Raises:
        ModelError, OptionError, SolverError: as ``Session.run``.
    """
    search = Search(session, Whole(matrix), shape, settings, on_progress, on_log)
    outcome = search.run(finish=finish)
    session.load(matrix)
    return outcome


class StoppedError(Exception):
    """The search has to end: it was interrupted, or its time is up."""

    def __init__(self, stop: Stop) -> None:
        """Remember why."""
        super().__init__(stop)
        self.stop = stop


@dataclass
class Search:
    """The state of a search.

    Attributes:
        relaxed: the relaxation of the whole, once it is solved.
        best: the best point known.
        objective: its cost.
        bound: proven for the whole matrix.
    """

    session: Session
    whole: Whole
    shape: Shape
    settings: Settings
    on_progress: Callable[[Progress], None] | None = None
    on_log: Callable[[str], None] | None = None
    relaxed: Relaxation | None = None
    best: Floats | None = None
    objective: float = np.inf
    bound: float = -np.inf
    nodes: int = 0
    stop: Stop = Stop.FINISHED
    lines: list[Progress] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def run(self, *, finish: bool = False) -> Outcome:
        """Relax, dive, round, improve; then, if that is asked for, let a tree search finish."""
        try:
            self._start()
            relaxed = relax(self.session, self.whole, self._asked(), self.on_log)
            if isinstance(relaxed, Outcome):
                return self._without_relaxation(relaxed)
            self.relaxed = relaxed
            self._proved(relaxed.bound)
            kernel = self._kernel(relaxed)
            dived = self._dive().run(kernel)
            if dived is not None:
                self._keep(self._sweep(*dived, self._near(dived[0])))
            self._agree(relaxed, kernel)
            self._improve()
            if finish and not self._done():
                self._finish(relaxed)
        except StoppedError as stopped:
            self.stop = stopped.stop
        return self._ended()

    def _start(self) -> None:
        """Take the start that was given, or what stands today, for a plan within seconds."""
        given = self.settings.start
        if given is not None and np.isfinite(given).all():
            self._keep(given)
        if self.best is None:
            matrix, shape = self.whole.matrix, self.shape
            rest = shape.choices | shape.orders
            upper = np.where(rest, matrix.lower, matrix.upper)
            at = matrix.lower.copy()
            self._keep(self._sweep(at, None, (matrix.lower, upper), gap=10 * self.settings.gap))

    def _dive(self) -> Dive:
        def at_once(method: str) -> Outcome:
            return self._solve(relaxation=True, method=method)

        return Dive(self.session, self.whole, self.shape, at_once, self.settings.gap)

    def _kernel(self, relaxed: Relaxation) -> Flags:
        """Give the columns worth deciding: those that the relaxation uses, or nearly so."""
        matrix = self.whole.matrix
        reduced = np.abs(self.whole.priced(relaxed.duals))
        width = np.where(np.isfinite(matrix.upper), matrix.upper - matrix.lower, 1.0)
        used = relaxed.values - matrix.lower > 1e-7 * np.maximum(1.0, width)
        kept: Flags = used | ~self.shape.routes
        if kept.sum() >= FEW:
            return kept
        dear = np.where(kept, -1.0, reduced * width)
        kernel: Flags = dear <= np.partition(dear, min(FEW, len(dear)) - 1)[min(FEW, len(dear)) - 1]
        return kernel

    def _near(self, point: Floats) -> tuple[Floats, Floats]:
        """Give bounds that keep the fleet near a point: it may always be larger, or be retired."""
        matrix, shape = self.whole.matrix, self.shape
        lower, upper = matrix.lower.copy(), matrix.upper.copy()
        fleet = shape.fleet & matrix.integer
        lower[fleet] = np.maximum(lower, np.floor(point + NEAR))[fleet]
        upper[shape.orders] = np.minimum(upper, np.ceil(point - NEAR))[shape.orders]
        lower[shape.choices] = upper[shape.choices] = np.rint(point[shape.choices])
        return lower, upper

    def _sweep(
        self,
        point: Floats,
        duals: Floats | None,
        bounds: tuple[Floats, Floats],
        gap: float | None = None,
    ) -> Floats | None:
        """Decide period after period: earlier ones stay as decided, later ones have their prices.

        Args:
            point: shape (columns,), where later periods are.
            duals: shape (rows,), prices of the rows that bind later periods, too; None for none.
            bounds: of the columns, each of shape (columns,).
            gap: to which each period is solved.
        """
        labels, choices = self.shape.labels, self.shape.choices
        lower, upper = bounds
        matrix = self.whole.matrix
        at = np.where(choices, np.rint(point), point)
        at = np.clip(at, lower, upper)
        for period in range(self.shape.count):
            free = (labels == period) & ~choices
            if not free.any():
                continue
            later = self.whole.with_any((labels > period) & ~choices)
            if duals is not None:
                later &= matrix.row_lower == matrix.row_upper
            cost = None
            if duals is not None:
                cost = self.whole.priced(np.where(later, duals, 0.0))
            part = self.whole.sliced(free, at, rows=~later, cost=cost, lower=lower, upper=upper)
            found = self._part(self._measured(part, at), self.settings.gap if gap is None else gap)
            if found.values is None:
                return None
            at = part.into(part.matrix.rounded(found.values), at)
        return at

    def _measured(self, part: Slice, at: Floats) -> Slice:
        """Shift the cost of a part so that its gap is a share of the whole cost."""
        if np.isinf(self.bound):
            return part
        offset = self.bound - float(part.matrix.cost @ at[part.columns])
        return replace(part, matrix=replace(part.matrix, offset=offset))

    def _part(self, part: Slice, gap: float | None = None, start: Floats | None = None) -> Outcome:
        self.session.load(part.matrix)
        given = None if start is None else start[part.columns]
        return self._solve(SMALL, gap=gap, start=given)

    def _agree(self, relaxed: Relaxation, kernel: Flags) -> None:
        """Fix the whole numbers in which plan and relaxation agree, and solve the rest.

        Relaxation induced neighbourhood search (Danna, Rothberg and Le Pape, 2005).
        """
        matrix = self.whole.matrix
        while self.best is not None and not self._done():
            before = self.objective
            agreed = matrix.integer & (np.abs(self.best - relaxed.values) < HALF)
            free = (kernel | (self.best > matrix.lower)) & ~agreed
            part = self.whole.sliced(free, self.best)
            found = self._part(part, start=self.best)
            if found.values is not None:
                self._keep(part.into(part.matrix.rounded(found.values), self.best))
            if before - self.objective < self.settings.gap * abs(self.objective):
                break

    def _improve(self) -> None:
        """Solve windows of two periods anew, with all others as they are, while that helps."""
        count = self.shape.count
        windows = list(pairwise(range(count))) if count > 1 else [(0, 0)]
        waiting = list(windows)
        while waiting and not self._done() and self.best is not None:
            window = waiting.pop(0)
            before = self.objective
            self._window(window)
            if before - self.objective > 0.05 * self.settings.gap * abs(self.objective):
                waiting += [
                    other
                    for other in windows
                    if other not in waiting and other != window and {*other} & {*window}
                ]

    def _window(self, window: tuple[int, ...]) -> None:
        best = self.best
        free = np.isin(self.shape.labels, window)
        part = self.whole.sliced(free, best)  # type: ignore[arg-type]
        found = self._part(part, start=best)
        if found.values is not None:
            self._keep(part.into(part.matrix.rounded(found.values), best))  # type: ignore[arg-type]

    def _finish(self, relaxed: Relaxation) -> None:
        """Search the whole, less what no cheaper plan can have, from the best plan known."""
        tight = self.whole.matrix
        if self.best is not None:
            tight = self.whole.tightened(relaxed.duals, self.objective)
        self.session.load(tight)

        def moved(line: Progress) -> None:
            if line.bound is not None:
                self.bound = max(self.bound, min(line.bound, self.objective))
            self._report(line.nodes)

        outcome = self.session.run(replace(self._asked(), start=self.best), moved, self.on_log)
        self.nodes += outcome.nodes
        self.notes += outcome.notes
        if outcome.values is not None:
            self._keep(tight.rounded(outcome.values))
        if outcome.verdict is Verdict.INFEASIBLE and self.best is not None:
            self._proved(self.objective)
        elif outcome.bound is not None:
            self._proved(min(outcome.bound, self.objective))
        self.stop = outcome.stop

    def _solve(
        self,
        options: Mapping[str, Option] | None = None,
        *,
        relaxation: bool = False,
        method: str = "choose",
        gap: float | None = None,
        start: Floats | None = None,
    ) -> Outcome:
        """Solve what the session holds.

        Raises:
            StoppedError: the search has to end.
        """
        asked = replace(
            self._asked(),
            gap=SHARE * self.settings.gap if gap is None else gap,
            relaxation=relaxation,
            method=self.settings.method if self.settings.method != "choose" else method,
            start=start,
            options={**(options or {}), **self.settings.options},
        )
        outcome = self.session.run(asked, lambda line: self._report(line.nodes), self.on_log)
        self.nodes += outcome.nodes
        self.notes += outcome.notes
        if outcome.stop not in {Stop.FINISHED, Stop.LIMIT}:
            raise StoppedError(outcome.stop)
        return outcome

    def _asked(self) -> Settings:
        left = None
        if self.settings.time_limit is not None:
            left = self.settings.time_limit - (time.monotonic() - self.began)
            if left <= 0:
                raise StoppedError(Stop.TIME_LIMIT)
        return replace(self.settings, time_limit=left, start=None)

    def _keep(self, point: Floats | None) -> None:
        """Keep a point of the whole, if it is one and the best."""
        if point is None or not self.whole.matrix.violation(point).tolerable:
            return
        cost = self.whole.matrix.objective(point)
        if cost < self.objective:
            self.best, self.objective = point, cost
            self._report(0)

    def _proved(self, bound: float) -> None:
        self.bound = max(self.bound, bound)
        self._report(0)

    def _report(self, nodes: int) -> None:
        best = None if self.best is None else self.objective
        bound = None if np.isinf(self.bound) else self.bound
        line = Progress(time.monotonic() - self.began, best, bound, self.nodes + nodes)
        self.lines.append(line)
        if self.on_progress is not None:
            self.on_progress(line)

    def _done(self) -> bool:
        if self.best is None or np.isinf(self.bound):
            return False
        gap = relative_gap(self.objective, min(self.bound, self.objective))
        return gap is not None and gap <= self.settings.gap

    def _without_relaxation(self, relaxed: Outcome) -> Outcome:
        """Say what a relaxation without a point means: none of the whole, or no time for it."""
        self.stop = relaxed.stop
        if relaxed.verdict is Verdict.INFEASIBLE and self.best is None:
            return replace(relaxed, values=None, objective=None, row_duals=None)
        return self._ended()

    def _ended(self) -> Outcome:
        done = self._done()
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
            progress=tuple(self.lines),
            notes=tuple(dict.fromkeys(self.notes)),
        )
