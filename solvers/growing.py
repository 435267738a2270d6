"""A model that grows between solves: losses of links are added only where a plan breaks them.

Without them the model is a relaxation, so its bound holds. Each solve is followed by one linear
program that re-routes its plan after every loss at once; losses after which a promise is missed
join the model, and it is solved again from the plan mended.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pyomo.environ as pyo

from gridblock.model.constraints.link_loss import lose
from gridblock.model.decide import decisions
from gridblock.model.link_losses import Losses, State
from gridblock.model.plan import Decisions
from gridblock.model.rerouting import build_losses, keep_most, rerouted, touched
from gridblock.solvers.change import Floats
from gridblock.solvers.compile import Compiled, compile_model
from gridblock.solvers.keeping import COMPLETING, whole_numbers_kept
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Outcome, Progress, Settings, Stop, Verdict, relative_gap
from gridblock.solvers.session import Session

Report = Callable[[Progress], None]
Solve = Callable[[Matrix, Settings, Report], Outcome]

SHORT: Final = 1e-8
"""A share that is missed by no more stems from a solver's tolerances."""
ROUNDING: Final = 1e-6
"""A relative difference of two objectives that stems from a solver's tolerances."""
RELAXED: Final = 20
"""Rounds of the relaxation before whole numbers are looked for."""


@dataclass
class Growing:
    """A model with the losses added so far.

    Attributes:
        model: what ``build`` made of the instance, with all losses or with none.
        compiled: the model compiled, as it is now.
        session: the solver's process.
        settings: threads, seed and options of the programs that re-route.
    """

    model: pyo.ConcreteModel
    compiled: Compiled
    session: Session
    settings: Settings
    losses: Losses = field(init=False)
    is_whole: bool = field(init=False)

    def __post_init__(self) -> None:
        """See whether the model has all losses already."""
        self.is_whole = self.model.component("link_lost") is not None
        self.losses = self.model.losses if self.is_whole else Losses(self.model.facts)
        self.is_whole = self.is_whole or not self.losses.kept
        if not self.is_whole:
            self.model.losses, self.model.link_lost = self.losses, pyo.Block(pyo.Any)

    def solve(
        self, stage: Callable[[], Matrix], settings: Settings, report: Report, solve: Solve
    ) -> Outcome:
        """Solve until no loss breaks a promise, or until the time is up.

        Args:
            stage: gives the matrix to be solved, of the model as it is now.
            settings: gap, time limit for all rounds together, and so on.
            report: called with each line of progress; a best value is one that keeps all promises.
            solve: solves a matrix.

        Returns:
            A point of ``compiled`` as it is now that keeps all promises, or none.
        """
        if self.is_whole:
            return solve(stage(), settings, report)
        return _Rounds(self, stage, settings, report, solve).run()

    def grow(self, values: Floats) -> bool:
        """Add the losses that a point breaks; say whether there were any."""
        self.compiled.load(values)
        broken = [s for s in self.broken(decisions(self.model)) if s not in self.model.link_lost]
        for state in broken:
            lose(self.model, *state)
        if broken:
            self.compiled = compile_model(self.model)
        return bool(broken)

    def broken(self, decided: Decisions) -> list[State]:
        """Give the losses after which some promise is missed."""
        states = touched(self.losses, decided)
        if not states:
            return []
        model = build_losses(self.losses, decided, states)
        self._run(model)
        return [state for state in states if model.short[state].value > SHORT]

    def routed(self, decided: Decisions) -> Decisions:
        """Re-route what was decided after each loss that touches it, keeping as much as can be."""
        states = touched(self.losses, decided)
        if not states:
            return replace(decided, rerouted={}, rerouted_gbps={}, rerouted_arc_gbps={})
        model = build_losses(self.losses, decided, states)
        self._run(model)
        if any(block.carried for block in model.link_lost.values()):
            keep_most(model)
            self._run(model)
        return rerouted(model, decided)

    def completed(self, matrix: Matrix, values: Floats) -> Floats | None:
        """Give a point with the whole numbers of one that lacks some others; None without any."""
        if np.isfinite(values[matrix.integer]).all():
            self.session.load(matrix)
            return self.session.polish(values, replace(self.settings, time_limit=None)).values
        self.session.load(matrix.changed(whole_numbers_kept(matrix, values)))
        options = {**self.settings.options, **COMPLETING}
        return self.session.run(replace(self.settings, start=None, options=options)).values

    def _run(self, model: pyo.ConcreteModel) -> None:
        """Solve a program that re-routes; each has a point."""
        compiled = compile_model(model)
        self.session.load(compiled.matrix)
        outcome = self.session.run(replace(self.settings, time_limit=None, start=None, gap=0.0))
        if outcome.values is not None:
            compiled.load(outcome.values)


@dataclass
class _Rounds:
    """One stage: solves and what they have shown."""

    growing: Growing
    stage: Callable[[], Matrix]
    settings: Settings
    report: Report
    solve: Solve
    best: Outcome | None = None
    of: Compiled | None = None
    bound: float = -np.inf
    nodes: int = 0
    longest: float = 0.0
    lines: list[Progress] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def run(self) -> Outcome:
        """Solve round after round."""
        before = self.growing.compiled
        if self.stage().integer.any():
            self._relax()
        start = self.settings.start
        if start is not None:
            start = self.growing.compiled.taken_over(start, before)
        while True:
            last = self._once(start)
            if last.values is None:
                break
            of = self.growing.compiled
            if not self._grow(last.values):
                self._keep(last)
                break
            self._mend(last.values, of)
            if last.stop is not Stop.FINISHED or self._left() == 0 or self._is_close():
                break
            start = None if self.best is None else self.best.values
        return self._ended(last)

    def _left(self) -> float | None:
        if self.settings.time_limit is None:
            return None
        return max(0.0, self.settings.time_limit - (time.monotonic() - self.began))

    def _relax(self) -> None:
        """Find broken losses by the relaxation, which costs little beside whole numbers."""
        for _ in range(RELAXED):
            self.growing.session.load(self.stage())
            asked = replace(self.settings, relaxation=True, start=None, time_limit=self._left())
            relaxed = self.growing.session.run(asked)
            if relaxed.verdict is not Verdict.OPTIMAL or not self._grow(relaxed.values):  # type: ignore[arg-type]
                return

    def _grow(self, values: Floats) -> bool:
        """Add the losses that a point breaks, and note how long that takes."""
        began = time.monotonic()
        grown = self.growing.grow(values)
        self.longest = max(self.longest, time.monotonic() - began)
        return grown

    def _once(self, start: Floats | None) -> Outcome:
        """Solve the model as it is now, in the time left but for what mending may take."""
        passed, nodes = time.monotonic() - self.began, self.nodes

        def told(line: Progress) -> None:
            if line.bound is not None:
                self.bound = max(self.bound, line.bound)
            self._tell(passed + line.seconds, nodes + line.nodes)

        left = self._left()
        # A plan that breaks promises is mended after the search, which takes its time.
        limit = None if left is None else max(left / 2, left - 2 * self.longest)
        asked = replace(self.settings, time_limit=limit, start=start)
        outcome = self.solve(self.stage(), asked, told)
        if outcome.bound is not None:
            self.bound = max(self.bound, outcome.bound)
        self.nodes += outcome.nodes
        return outcome

    def _tell(self, seconds: float, nodes: int) -> None:
        best = None if self.best is None else self.best.objective
        self.lines.append(Progress(seconds, best, self._proven(), nodes))
        self.report(self.lines[-1])

    def _mend(self, values: Floats, of: Compiled) -> None:
        """Keep the whole numbers of a point, and serve as much as keeps all promises."""
        while True:
            self.growing.session.load(self.stage())
            asked = replace(self.settings, time_limit=None, start=None)
            point = self.growing.compiled.taken_over(values, of)
            mended = self.growing.session.polish(point, asked)
            if mended.values is None:
                return
            values, of = mended.values, self.growing.compiled
            if not self._grow(values):
                self._keep(mended)
                return

    def _keep(self, found: Outcome) -> None:
        """Keep a point that keeps all promises, if it is the best."""
        if self.best is None or found.objective < self.best.objective:  # type: ignore[operator]
            self.best = found
            self.of = self.growing.compiled

    def _proven(self) -> float | None:
        return None if np.isinf(self.bound) else self.bound

    def _is_close(self, rounding: float = 1e-9) -> bool:
        """Say whether the best point is within the gap asked for, but for rounding."""
        if self.best is None or self.best.objective is None or np.isinf(self.bound):
            return False
        gap = relative_gap(self.best.objective, min(self.bound, self.best.objective))
        return gap is not None and gap <= self.settings.gap + rounding

    def _ended(self, last: Outcome) -> Outcome:
        """Give the best point that keeps all promises, and why the rounds stopped."""
        best = self.best
        if best is not None and self.of is not self.growing.compiled:
            self.best = None
            self._mend(best.values, self.of)  # type: ignore[arg-type]
            best = self.best
        if best is None:
            verdict = last.verdict if last.values is None else Verdict.UNKNOWN
            return replace(last, values=None, objective=None, bound=self._proven(), verdict=verdict)
        self._tell(time.monotonic() - self.began, self.nodes)
        close = self._is_close(ROUNDING)
        return replace(
            best,
            verdict=Verdict.OPTIMAL if close else Verdict.FEASIBLE,
            stop=Stop.FINISHED if close else last.stop,
            bound=None if self._proven() is None else min(self.bound, best.objective),  # type: ignore[type-var]
            nodes=self.nodes,
            seconds=time.monotonic() - self.began,
            progress=tuple(self.lines),
            notes=last.notes,
        )
