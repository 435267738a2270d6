"""Demands by tier: a sequence of solves, each of which keeps what the ones before it have found.

All stages solve one matrix: what belongs to later tiers is held at 0 and costs nothing, and each
stage starts from the plan before it. The solver's own lexicographic mode would ignore a start.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.plan import Stage
from gridblock.solvers.change import Floats
from gridblock.solvers.compile import Compiled
from gridblock.solvers.growing import Growing, Report, Solve
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Outcome, Progress, Settings, Stop, Verdict, relative_gap
from gridblock.solvers.parts import (
    CLOSE,
    Part,
    demands_of,
    priced_unmet,
    stage_of,
    with_caps_of_parts,
)

WORK = ("assigned", "reserved", "served")
"""The decisions of a demand, by name of their variables; a demand left out has none of them."""
FLOORS = ("met_at_least_min_share", "run_with_a_floor_starts")
"""Hard rules that ask for work on a demand; a demand left out does not have them."""
OF_WORK = ("served", "blocks_used", "accelerators_used")
"""Measures of which a hard ``min`` may need later tiers; it is asked in the last stage alone."""
CLOSELY = {"mip_feasibility_tolerance": CLOSE, "primal_feasibility_tolerance": CLOSE}
"""Caps are kept to a billionth of a unit, so that they do not show in what later tiers get."""
NOT_PROVEN = 1e-6
"""How far a stage may be off its bound by rounding, as a share of its value, or of 1."""


@dataclass(frozen=True)
class Tiered:
    """The end of all stages.

    Attributes:
        outcome: that of the last stage, or where the search ended before it, of a plan in which
            later tiers get nothing; without values where hard floors forbid that.
        stages: what each stage before the last found.
        whole: gives the matrix of the whole model, as it is then, with the caps of those stages.
        of_parts: what they found in each part, which has no bound of its own.
    """

    outcome: Outcome
    stages: tuple[Stage, ...]
    whole: Callable[[], Matrix]
    of_parts: tuple[tuple[Stage, ...], ...] = ()


def solve_by_tier(
    instance: Instance,
    model: pyo.ConcreteModel,
    compiled: Compiled | Growing,
    settings: Settings,
    solve: Solve,
    on_progress: Report | None = None,
) -> Tiered:
    """Solve a model tier by tier, or at once where all demands have the same tier.

    Stage k plans the demands of tiers up to k at least cost. What stays unmet of the tiers before
    it, at its price, may be no more than found then + max(1e-6 x |found|, 1e-6).

    Args:
        instance: what is given.
        model: what ``build`` made of it.
        compiled: the model compiled, or one that grows.
        settings: gap, time limit for all stages together, and so on.
        solve: solves a matrix with settings, telling its progress.
        on_progress: called with each line of progress.
    """
    return solve_parts_by_tier((Part(instance, model),), compiled, settings, solve, on_progress)


def solve_parts_by_tier(
    parts: Sequence[Part],
    compiled: Compiled | Growing,
    settings: Settings,
    solve: Solve,
    on_progress: Report | None = None,
) -> Tiered:
    """Solve several parts at once, tier by tier; each keeps what its own earlier tiers were given.

    Args:
        parts: what is planned.
        compiled: the model that holds all parts, compiled.
        settings: gap, time limit for all stages together, and so on.
        solve: solves a matrix with settings, telling its progress.
        on_progress: called with each line of progress.
    """
    growing = compiled if isinstance(compiled, Growing) else None
    held = compiled.compiled if isinstance(compiled, Growing) else compiled
    return _Stages(parts, held, growing, settings, solve, on_progress).run()


@dataclass
class _Stages:
    """The state of a sequence of solves."""

    parts: Sequence[Part]
    compiled: Compiled
    growing: Growing | None
    settings: Settings
    solve: Solve
    on_progress: Report | None
    found: list[Stage] = field(default_factory=list)
    of_parts: list[tuple[Stage, ...]] = field(default_factory=list)
    values: Floats | None = None
    given: Floats | None = None
    """The plan to start from, which may be better for the later tiers than what is found."""
    stop: Stop = Stop.FINISHED
    progress: list[Progress] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def run(self) -> Tiered:
        """Solve stage after stage."""
        tiers = sorted({d.tier for part in self.parts for d in part.instance.demands}) or [1]
        if len(tiers) > 1:
            self.given = self._given()
        for tier in tiers[:-1]:
            outcome = self._solve(partial(self._up_to, tier))
            if outcome.values is None or outcome.stop is Stop.INTERRUPTED:
                return self._ended(outcome)
            self._keep(tier, outcome)
        return self._ended(self._solve(self._whole), last=True)

    def _solve(self, stage: Callable[[], Matrix]) -> Outcome:
        """Solve a stage in the time that is left, from the plan of the one before."""
        left = self.settings.time_limit
        passed = time.monotonic() - self.began
        if left is not None and self.found:
            left -= passed
            if left <= 0:
                return Outcome(Stop.TIME_LIMIT, Verdict.UNKNOWN)
        start = self.settings.start if self.values is None else self.values
        if self.values is not None and self.given is not None:
            start = self._better(stage(), start)
        options = {**(CLOSELY if self.found else {}), **self.settings.options}

        def report(line: Progress) -> None:
            self.progress.append(replace(line, seconds=passed + line.seconds))
            if self.on_progress is not None:
                self.on_progress(self.progress[-1])

        asked = replace(self.settings, time_limit=left, start=start, options=options)
        if self.growing is None:
            return self.solve(stage(), asked, report)
        outcome = self.growing.solve(stage, asked, report, self.solve)
        self._take_over()
        return outcome

    def _given(self) -> Floats | None:
        """Give the plan to start from, completed where it leaves something open; None without."""
        start, whole = self.settings.start, self._whole()
        if start is None or self.growing is None or whole.violation(start).tolerable:
            return start
        return self.growing.completed(whole, start)

    def _better(self, matrix: Matrix, found: Floats | None) -> Floats | None:
        """Give the cheaper one of what was found and the plan to start from, if that may be."""
        known = (found, self.given)
        may = [one for one in known if one is not None and matrix.violation(one).tolerable]
        return min(may, key=matrix.objective, default=found)

    def _take_over(self) -> None:
        """Go on with a model that has grown."""
        if self.growing is not None and self.growing.compiled is not self.compiled:
            before, self.compiled = self.compiled, self.growing.compiled
            if self.values is not None:
                self.values = self.compiled.taken_over(self.values, before)
            if self.given is not None:
                self.given = self.compiled.taken_over(self.given, before)

    def _up_to(self, tier: int) -> Matrix:
        """Give the matrix in which demands of later tiers get nothing and cost nothing."""
        matrix, columns = self._whole(), self.compiled.column_number
        upper, cost, offset = matrix.upper.copy(), matrix.cost.copy(), matrix.offset
        lower, most = matrix.row_lower.copy(), matrix.row_upper.copy()
        for part in self.parts:
            later = demands_of(part, lambda of: of > tier)
            for name in WORK:
                for key, variable in part.model.component(name).items():
                    if key[0] in later:
                        upper[columns[variable.name]] = 0.0
            number, prices, constant = priced_unmet(part, self.compiled, later)
            price = part.weight * np.array(prices)
            left = cost[number] - price
            cost[number] = np.where(np.abs(left) <= 1e-12 * np.abs(price), 0.0, left)
            offset -= part.weight * constant
            for row in self._floors(part, later):
                lower[row], most[row] = -np.inf, np.inf
        return replace(
            matrix, upper=upper, cost=cost, offset=offset, row_lower=lower, row_upper=most
        )

    def _floors(self, part: Part, demands: Collection[str]) -> list[int]:
        """Give the rows that ask for work on demands of later tiers."""
        rows = self.compiled.row_number
        floors = filter(None, map(part.model.component, FLOORS))
        kept = (
            row.name
            for floor in floors
            for key, row in floor.items()
            if (key if isinstance(key, str) else key[0]) in demands
        )
        asked = {limit.name for limit in part.instance.limits if limit.measure in OF_WORK}
        limits = (
            row.name
            for (limit, bound, _), row in part.model.limit_over_the_plan_kept.items()
            if bound == "min" and limit in asked
        )
        return [rows[name] for name in (*kept, *limits) if name in rows]

    def _whole(self) -> Matrix:
        """Give the matrix of the whole model, as it is now, with the caps found so far."""
        self._take_over()
        stages = zip(*self.of_parts, strict=True) if self.of_parts else ((),) * len(self.parts)
        return with_caps_of_parts(self.compiled, [*zip(self.parts, stages, strict=True)])

    def _keep(self, tier: int, outcome: Outcome) -> None:
        """Note what a stage has found, by the books."""
        self.values = outcome.values
        self.compiled.load(outcome.values)  # type: ignore[arg-type]
        stages = tuple(stage_of(part, tier) for part in self.parts)
        unmet = sum(p.weight * s.unmet for p, s in zip(self.parts, stages, strict=True))
        value = outcome.objective
        bound = None if outcome.bound is None else min(outcome.bound, value)  # type: ignore[type-var]
        gap = relative_gap(value, bound)
        self.of_parts.append(stages)
        self.found.append(Stage(tier, value, bound, gap, unmet))  # type: ignore[arg-type]
        if self.stop is Stop.FINISHED and not self._proven(self.found[-1]):
            self.stop = outcome.stop

    def _proven(self, stage: Stage) -> bool:
        if stage.bound is None:
            return False
        size = abs(stage.value)
        return abs(stage.value - stage.bound) <= self.settings.gap * size + NOT_PROVEN * max(
            1, size
        )

    def _ended(self, outcome: Outcome, *, last: bool = False) -> Tiered:
        """Give the plan of the last stage, or else the latest one that the whole model allows."""
        whole = self._whole()
        if not last or (outcome.values is None and outcome.verdict is not Verdict.INFEASIBLE):
            held = self.values if outcome.values is None else outcome.values
            outcome = replace(outcome, values=None, objective=None, bound=None)
            if held is not None and np.isnan(held).any() and self.growing is not None:
                held = self.growing.completed(whole, held)
            held = self._better(whole, held)
            if held is not None and whole.violation(held).tolerable:
                outcome = replace(
                    outcome,
                    values=held,
                    objective=whole.objective(held),
                    verdict=Verdict.FEASIBLE,
                )
        if outcome.verdict is Verdict.OPTIMAL and not all(map(self._proven, self.found)):
            outcome = replace(outcome, verdict=Verdict.FEASIBLE, stop=self.stop)
        if self.found:
            outcome = replace(outcome, progress=tuple(self.progress))
        of_parts = tuple(zip(*self.of_parts, strict=True))
        return Tiered(outcome, tuple(self.found), self._whole, of_parts)
