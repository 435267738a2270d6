"""From an instance to an audited plan: build, compile, solve, read back, account, audit."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.audit import AuditError, audit
from gridblock.model.build import INTACT, build
from gridblock.model.certificate import Certificate
from gridblock.model.decide import decisions
from gridblock.model.plan import (
    Decisions,
    PlanData,
    bound_but_for_rounding,
    relative_gap,
    rounding,
)
from gridblock.model.pools import EXACT
from gridblock.model.recall import recalled_values
from gridblock.solvers.change import Floats
from gridblock.solvers.clock import Clock
from gridblock.solvers.compile import Compiled, compile_model
from gridblock.solvers.conflict import conflicting_rules, conflicting_tiers
from gridblock.solvers.growing import Growing, Report
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.methods import solve_by_method
from gridblock.solvers.outcome import Outcome, Progress, Settings, SolverError, Stop, Verdict
from gridblock.solvers.prover import Prover
from gridblock.solvers.relaxing import FOR_SIMPLEX
from gridblock.solvers.session import Session
from gridblock.solvers.shape import shape_of
from gridblock.solvers.tiers import Tiered, solve_by_tier
from gridblock.solvers.versions import made_with
from gridblock.solvers.vertex import TIGHTER, vertex

Log = Callable[[str], None]
"""Takes a piece of the solver's log."""
ONCE_MORE: Final = 0.1
"""The share of the time limit that may be spent beyond it on a plan that breaks a rule."""


class BooksError(SolverError):
    """A plan costs more than the solver says, which its tolerances may cause."""


@dataclass(frozen=True)
class Found:
    """A plan with the course of the solve.

    Attributes:
        plan: the plan; its status says whether there is one.
        progress: how best and bound moved.
        certificate: what proves a bound of it, where that was asked for.
    """

    plan: PlanData
    progress: tuple[Progress, ...]
    certificate: Certificate | None = None


def find_plan(
    instance: Instance,
    settings: Settings,
    session: Session,
    *,
    model: pyo.ConcreteModel | None = None,
    start: Decisions | None = None,
    weights: Certificate | None = None,
    read_seconds: float = 0.0,
    certify: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    on_log: Callable[[str], None] | None = None,
) -> Found:
    """Plan an instance.

    Args:
        instance: what is given.
        settings: gap, time limit, threads, seed and options.
        session: the solver's process.
        model: the model that ``build`` made of this instance, with rules added; default it is
            built.
        start: decisions to start from, of a plan of this instance or of one like it.
        weights: what has proven that plan's bound, which may prove one of this instance.
        read_seconds: what reading the instance took, for the record.
        certify: whether to give what proves the bound, unless the model has rules added.
        on_progress: called with each line of progress.
        on_log: called with each piece of the solver's log.

    Returns:
        A plan that has passed the audit, or one without decisions whose status says why.

    Raises:
        AuditError: what the solver found breaks a rule, twice.
        ModelError, OptionError, SolverError: the solver cannot take the model or has failed.
    """
    clock = Clock({"read": read_seconds})
    with clock.stage("build"):
        built = build(instance, INTACT, EXACT) if model is None else model
    with clock.stage("hand_over"):
        growing = Growing(built, compile_model(built), session, settings)
        if start is not None:
            settings = replace(settings, start=growing.compiled.at(recalled_values(built, start)))
    prover = Prover(instance, growing, session, settings, weights)
    with clock.stage("solve"):

        def at_once(matrix: Matrix, asked: Settings, report: Report) -> Outcome:
            shape = shape_of(growing.compiled, instance)
            asked = prover.reminded(matrix, asked)
            outcome = solve_by_method(session, matrix, shape, asked, report, on_log)
            prover.note(matrix, outcome)
            return vertex(session, outcome, asked)

        tiered = solve_by_tier(instance, built, growing, settings, at_once, on_progress)
    seen = _Solved(instance, growing, settings, clock, tiered, own=model is None)
    plan, outcome = seen.plan_and_outcome(on_progress or _unheard, on_log)
    certificate = None
    if certify and model is None:
        with clock.stage("certify"):
            certificate = prover.certificate(replace(tiered, outcome=outcome))
        plan = replace(plan, seconds=dict(clock.seconds))
    if plan.status == "infeasible":
        conflict = conflicting_rules(instance, session, settings)
        plan = replace(plan, conflict=conflict or conflicting_tiers(instance, plan.stages))
    return Found(plan, outcome.progress, certificate)


def _unheard(_: Progress) -> None:
    """Do nothing with a line of progress."""


@dataclass(frozen=True)
class _Solved:
    """What a solve was about, to make a plan of its outcome."""

    instance: Instance
    growing: Growing
    settings: Settings
    clock: Clock
    tiered: Tiered
    own: bool

    def plan_and_outcome(self, report: Report, on_log: Log | None) -> tuple[PlanData, Outcome]:
        """Give an audited plan with its outcome; what breaks a rule is solved once more, closer.

        Raises:
            AuditError, BooksError: that has not helped.
        """
        outcome = self.tiered.outcome
        try:
            return self.plan(outcome), outcome
        except (AuditError, BooksError) as error:
            broken = error
        if outcome.values is not None and len(outcome.values) > FOR_SIMPLEX:
            outcome = self._made_exact(outcome, outcome.values)
            with suppress(AuditError, BooksError):
                return self.plan(outcome), outcome
        outcome = self._solved_closer(outcome, report, on_log)
        if outcome.verdict is Verdict.UNKNOWN and outcome.stop is not Stop.INTERRUPTED:
            raise broken
        noted = (*outcome.notes, "solved again with tighter tolerances")
        return self.plan(replace(outcome, notes=noted)), outcome

    def _made_exact(self, outcome: Outcome, values: Floats) -> Outcome:
        """Solve for all but the whole numbers, which ``vertex`` does not where that takes long."""
        matrix = self.tiered.whole()
        with self.clock.stage("solve"):
            exact = self.growing.completed(matrix, values)
        if exact is None:
            return outcome
        noted = (*outcome.notes, "whole numbers were made exact")
        return replace(outcome, values=exact, objective=matrix.objective(exact), notes=noted)

    def _solved_closer(self, outcome: Outcome, report: Report, on_log: Log | None) -> Outcome:
        """Solve the whole model from a point, with tighter tolerances and without presolve."""
        session = self.growing.session

        def closely(matrix: Matrix, asked: Settings, report: Report) -> Outcome:
            session.load(matrix)
            return vertex(session, session.run(asked, report, on_log), asked)

        options = {**TIGHTER, **self.settings.options}
        again = replace(self.settings, presolve="off", start=outcome.values, options=options)
        if again.time_limit is not None:
            left = again.time_limit - self.clock.seconds["solve"]
            again = replace(again, time_limit=max(left, ONCE_MORE * again.time_limit))
        with self.clock.stage("solve"):
            return self.growing.solve(self.tiered.whole, again, report, closely)

    def plan(self, outcome: Outcome) -> PlanData:
        """Make a plan of an outcome and audit it."""
        plan = self._without_decisions(outcome)
        if outcome.values is not None:
            with self.clock.stage("read_back"):
                self.growing.compiled.load(outcome.values)
                plan = self._with_decisions(plan, outcome)
        with self.clock.stage("audit"):
            audit(self.instance, plan).raise_if_broken()
        return replace(plan, seconds=dict(self.clock.seconds))

    def _without_decisions(self, outcome: Outcome) -> PlanData:
        return PlanData(
            instance=self.instance.name,
            instance_hash=self.instance.hash,
            status=_status(outcome),
            stop=str(outcome.stop),
            gap_asked=self.settings.gap,
            bound=outcome.bound if outcome.values is None else None,
            stages=self.tiered.stages,
            solver=found_by(self.settings, outcome),
        )

    def _with_decisions(self, plan: PlanData, outcome: Outcome) -> PlanData:
        """Add decisions and what they cost; the books, not the solver, say what that is."""
        decided = self.growing.routed(decisions(self.growing.model))
        books = account(self.instance, decided)
        objective = float(books.objective)
        costs = {category: float(amount) for category, amount in books.costs.items()}
        bound = self._bound(outcome, objective, costs)
        gap = None if bound is None else relative_gap(objective, bound)
        status = plan.status
        if status != "interrupted":
            stages = ((stage.value, stage.bound, 2) for stage in self.tiered.stages)
            ends = [(objective, bound, 1), *stages]
            status = "optimal" if all(self._close(*end, costs) for end in ends) else "feasible"
        return replace(
            plan,
            status=status,
            decisions=decided,
            objective=objective,
            bound=bound,
            gap=gap,
            costs=costs,
        )

    def _close(
        self, value: float, bound: float | None, times: int, costs: Mapping[str, float]
    ) -> bool:
        """Say whether a value is within the gap of its bound, up to so many times rounding."""
        allowed = self.settings.gap * abs(value) + times * rounding(value, costs.values())
        return bound is not None and value - bound <= allowed

    def _bound(
        self, outcome: Outcome, objective: float, costs: Mapping[str, float]
    ) -> float | None:
        """Give the solver's bound, if the model it holds for costs what the plan costs."""
        found = outcome.objective
        if found is None or outcome.bound is None:
            return None
        if not self.own and not self._costs_as_built():
            return None
        slack = rounding(max(objective, found, key=abs), costs.values())
        # Of what is counted together the books may find a cheaper share than the solver.
        may_be_less = self.own or self.growing.model.pools.reductions
        if objective > found + slack or (not may_be_less and objective < found - slack):
            if self.own:
                message = f"the plan costs {objective:.12g} and the solver says {found:.12g}"
                raise BooksError(message)
            return None
        if outcome.bound > objective + slack:
            return None
        bound, gap = min(outcome.bound, objective), self.settings.gap
        return bound_but_for_rounding(objective, bound, costs.values(), gap)

    def _costs_as_built(self) -> bool:
        """Say whether a model to which rules may have been added still costs what was built."""
        given = self.growing.model.pools.reductions
        built = build(self.instance, INTACT, given)
        return _costs(self.growing.compiled) == _costs(compile_model(built))


def found_by(settings: Settings, outcome: Outcome) -> dict[str, object]:
    """Say for the record what has found a plan: versions, threads, seed, nodes, notes."""
    return {
        **made_with(),
        "threads": settings.threads,
        "seed": settings.seed,
        "nodes": outcome.nodes,
        "notes": list(outcome.notes),
    }


def _costs(compiled: Compiled) -> dict[str, float]:
    """Give the cost of each column by name, and what is paid in any case."""
    of_columns = zip(compiled.column_number, compiled.matrix.cost.tolist(), strict=True)
    costs = {name: cost for name, cost in of_columns if cost}
    return {**costs, "": compiled.matrix.offset}


def _status(outcome: Outcome) -> str:
    if outcome.stop is Stop.INTERRUPTED:
        return "interrupted"
    if outcome.values is None and outcome.verdict is Verdict.INFEASIBLE:
        return "infeasible"
    return "no_plan" if outcome.values is None else "feasible"
