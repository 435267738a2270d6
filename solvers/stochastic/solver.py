"""Solving a two-stage program: all scenarios at once, or one of them with what is decided given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from gridblock.model.extensive import (
    EXPECTED,
    Domain,
    Extensive,
    Risk,
    domains_of,
    extensive,
)
from gridblock.model.extensive import Stage as Scenario
from gridblock.model.findings import AuditError
from gridblock.model.plan import Stage
from gridblock.solvers.change import Change
from gridblock.solvers.compile import Compiled, compile_model
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Outcome, Progress, Settings, Stop, Verdict
from gridblock.solvers.session import Session
from gridblock.solvers.solve import BooksError
from gridblock.solvers.staged import solve_staged
from gridblock.solvers.stochastic.program import Program, Reading
from gridblock.solvers.tiers import solve_parts_by_tier
from gridblock.solvers.vertex import TIGHTER, vertex

Decided = Mapping[Any, float]

NOTHING: Final = 1e-9
"""Less than this of what is decided is nothing."""
WITHIN: Final = 1e-6
"""How far what is decided may lie beyond its bounds by a solver's tolerance, as a share."""
IMPOSSIBLE: Final = Outcome(Stop.FINISHED, Verdict.INFEASIBLE)


@dataclass(frozen=True)
class Answer:
    """How one or all scenarios were solved.

    Attributes:
        outcome: why the solve ended, with its proven bound.
        readings: of each scenario, by name; none without a solution.
        stages: what stages by tier have found, before the last.
        barred: what some of the scenarios let nobody decide, with the names of those that do so.
        first: what may be decided, if it is one scenario alone.
        unmoved: what else may be decided without any effect in it.
    """

    outcome: Outcome
    readings: Mapping[str, Reading] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    barred: Mapping[Any, tuple[str, ...]] = field(default_factory=dict)
    first: frozenset[Any] = frozenset()
    unmoved: frozenset[Any] = frozenset()

    @property
    def found(self) -> bool:
        """Whether there is a solution."""
        return bool(self.readings)

    @property
    def impossible(self) -> bool:
        """Whether it is known that there is none."""
        return not self.found and self.outcome.verdict is Verdict.INFEASIBLE


@dataclass(frozen=True)
class Held:
    """An extensive form with its matrix."""

    form: Extensive
    compiled: Compiled


class Solver:
    """Solves scenarios of one program; each form is built once."""

    def __init__(
        self,
        program: Program,
        settings: Settings,
        session: Session,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Remember what is solved, and how."""
        self.program, self.settings, self.session = program, settings, session
        self._told = on_progress or (lambda _: None)
        self._alone: dict[str, Held] = {}

    def together(
        self, risk: Risk = EXPECTED, readings: Mapping[str, Reading] | None = None
    ) -> Answer:
        """Solve all scenarios at once, with what is decided in common.

        Args:
            risk: what is minimised.
            readings: of a solution to start from, by scenario.
        """
        held = self._built(self.program.probability, risk)
        matrix, likely = held.compiled.matrix, self.program.probability
        answer = self._solved(held, matrix, likely, readings or {})
        return replace(answer, barred=held.form.barred)

    def alone(
        self, name: str, decided: Decided | None = None, reading: Reading | None = None
    ) -> Answer:
        """Solve one scenario, knowing that it comes.

        Args:
            name: of the scenario, or of the mean.
            decided: what has been decided before; what it does not name is 0. Default is free.
            reading: of a solution to start from.
        """
        held = self._of(name)
        stage, start = held.form.stages[name], {} if reading is None else {name: reading}
        if decided is None:
            return _knowing(self._solved(held, held.compiled.matrix, {name: 1.0}, start), stage)
        fixed = _fixed(held, name, decided)
        if fixed is None:
            return _knowing(Answer(IMPOSSIBLE), stage)
        matrix, paid = fixed
        answer = _knowing(self._solved(held, matrix, {name: 1.0}, start), stage)
        return _with_paid(answer, name, paid, decided) if answer.found else answer

    def _of(self, name: str) -> Held:
        """Give one scenario alone, built once."""
        if name not in self._alone:
            self._alone[name] = self._built({name: 1.0}, EXPECTED)
        return self._alone[name]

    def domains(self) -> dict[Any, Domain]:
        """Give what all scenarios let be decided, building those that have not been built."""
        names = self.program.probability
        return domains_of({name: self._of(name).form.stages[name] for name in names})

    def _built(self, probability: Mapping[str, float], risk: Risk) -> Held:
        form = extensive(self.program.create, probability, risk)
        compiled = compile_model(form.model)
        compiled.validate()
        return Held(form, compiled)

    def _solved(
        self,
        held: Held,
        matrix: Matrix,
        probability: Mapping[str, float],
        readings: Mapping[str, Reading],
    ) -> Answer:
        """Solve a matrix and read it back; once more and closer where it does not add up."""
        start = {
            variable: value
            for name, reading in readings.items()
            for variable, value in self.program.recall(held.form, name, reading).items()
        }
        point = held.compiled.point(start) if start else None
        outcome, stages, of_parts = self._search(held, matrix, probability, point)
        if outcome.values is None:
            return Answer(outcome, stages=stages)
        try:
            return self._read(held, probability, outcome, stages, of_parts)
        except (AuditError, BooksError):
            self.session.load(matrix)
            options = {**TIGHTER, **self.settings.options}
            closer = replace(self.settings, presolve="off", start=outcome.values, options=options)
            again = vertex(self.session, self.session.run(closer, self._told), closer)
            return self._read(held, probability, again, stages, of_parts)

    def _search(
        self,
        held: Held,
        matrix: Matrix,
        probability: Mapping[str, float],
        point: np.ndarray | None,
    ) -> tuple[Outcome, tuple[Stage, ...], tuple[tuple[Stage, ...], ...]]:
        """Solve a matrix at once, or tier by tier."""
        labels = self.program.labels(held.compiled)
        choices = self.program.choices(held.compiled)

        def at_once(matrix: Matrix, asked: Settings, report: Callable[[Progress], None]) -> Outcome:
            found = solve_staged(self.session, matrix, labels, choices, asked, report)
            return vertex(self.session, found, asked)

        settings = replace(self.settings, start=point)
        parts = self.program.parts(held.form, probability)
        if not parts:
            return at_once(matrix, settings, self._told), (), ()
        compiled = replace(held.compiled, matrix=matrix)
        tiered = solve_parts_by_tier(parts, compiled, settings, at_once, self._told)
        return tiered.outcome, tiered.stages, tiered.of_parts

    def _read(
        self,
        held: Held,
        probability: Mapping[str, float],
        outcome: Outcome,
        stages: tuple[Stage, ...],
        of_parts: tuple[tuple[Stage, ...], ...],
    ) -> Answer:
        if outcome.values is None:
            return Answer(outcome, stages=stages)
        held.compiled.load(outcome.values)
        found = of_parts or ((),) * len(probability)
        readings = {
            name: self.program.read(held.form, name, outcome, of_name)
            for name, of_name in zip(probability, found, strict=True)
        }
        return Answer(outcome, readings, stages)


def _knowing(answer: Answer, stage: Scenario) -> Answer:
    """Add what a scenario lets be decided."""
    return replace(answer, first=frozenset(stage.first), unmoved=frozenset(stage.unmoved))


def _fixed(held: Held, name: str, decided: Decided) -> tuple[Matrix, float] | None:
    """Give the matrix in which what is decided is given, and what is paid for the rest of it.

    Returns:
        None where the scenario does not let that be decided.
    """
    stage, columns = held.form.stages[name], held.compiled.column_number
    known = {*held.form.keys, *stage.unmoved}
    if any(abs(value) > NOTHING and key not in known for key, value in decided.items()):
        return None
    matrix = held.compiled.matrix
    lower, upper = matrix.lower.copy(), matrix.upper.copy()
    for i, key in enumerate(held.form.keys):
        at = columns[held.form.model.decided[i].name]
        value = decided.get(key, 0.0)
        slack = WITHIN * max(1.0, abs(value))
        if not lower[at] - slack <= value <= upper[at] + slack:
            return None
        lower[at] = upper[at] = min(max(value, lower[at]), upper[at])
    paid = sum(price * decided.get(key, 0.0) for key, price in stage.unmoved.items())
    return matrix.changed(Change(lower=lower, upper=upper)), paid


def _with_paid(answer: Answer, name: str, paid: float, decided: Decided) -> Answer:
    """Add what is paid for what has no effect in a scenario."""
    reading = answer.readings[name]
    outcome = answer.outcome
    bound = None if outcome.bound is None else outcome.bound + paid
    return replace(
        answer,
        outcome=replace(outcome, bound=bound),
        readings={name: replace(reading, cost=reading.cost + paid, decided=decided)},
    )
