"""One plan for several scenarios, beside knowing what comes and planning for the mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Final, NamedTuple

from gridblock.model.extensive import EXPECTED, Domain, Risk
from gridblock.solvers.outcome import Outcome, Progress, Settings, Stop, Verdict
from gridblock.solvers.session import Session
from gridblock.solvers.stochastic.cylinders import Cylinders
from gridblock.solvers.stochastic.found import Decided, Hedge, Strategy
from gridblock.solvers.stochastic.program import Program
from gridblock.solvers.stochastic.solver import Answer, Solver

HERE: Final = "plan"
"""What the plan for all scenarios is called among strategies."""
ROUNDING: Final = 1e-6
"""A relative difference of two objectives that stems from a solver's tolerances."""

Step = Callable[[str], None]
Apart = Callable[[Mapping[Any, Domain]], Cylinders]


class _Tried(NamedTuple):
    """Something decided, with how each scenario was solved with it."""

    strategy: Strategy
    answers: Mapping[str, Answer]


def hedge(
    program: Program,
    settings: Settings,
    session: Session,
    *,
    risk: Risk = EXPECTED,
    compare: bool = True,
    apart: Apart | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_step: Step | None = None,
) -> Hedge:
    """Find what to decide before it is known what comes.

    With ``compare`` each scenario is planned alone first, and what is decided there, and for the
    mean, is carried through in all scenarios. The best of these is a plan for all of them, and the
    costs of knowing what comes are a bound; where both meet, all scenarios at once need not be
    solved.

    Args:
        program: the scenarios.
        settings: how to solve each of the models; the gap is that of what is minimised.
        session: the solver's process.
        risk: what is minimised.
        compare: whether to compare.
        apart: what solves scenarios apart where they are too many to be solved at once, given what
            may be decided.
        on_progress: called with each line of progress.
        on_step: called with what is solved next.

    Raises:
        KeyboardInterrupt: it was interrupted before there was a plan.
        ModelError, OptionError, SolverError: as ``Session.run``.
    """
    solver = Solver(program, settings, session, on_progress)
    step = on_step or (lambda _: None)
    return _Search(program, settings, solver, risk, step, apart).run(compare)


@dataclass
class _Search:
    """The state of a search."""

    program: Program
    settings: Settings
    solver: Solver
    risk: Risk
    step: Step
    apart: Apart | None = None
    alone: dict[str, Answer] = field(default_factory=dict)
    tried: list[_Tried] = field(default_factory=list)

    def run(self, compare: bool) -> Hedge:
        """Compare, then solve all scenarios at once."""
        if not compare:
            return self._together(Hedge(self.program.probability, self.risk, "", ""))
        for name in self.program.probability:
            self.alone[name] = self._solve(name, None, f"{name} alone")
        impossible = tuple(name for name, a in self.alone.items() if a.impossible)
        start = Hedge(self.program.probability, self.risk, "infeasible", "finished")
        if impossible:
            return replace(start, impossible=impossible)
        own = tuple(
            self._through(name, a.readings[name].decided)
            for name, a in self.alone.items()
            if a.found
        )
        mean = self._mean()
        return self._together(replace(start, own=own, mean=mean, future=self._future()))

    def _mean(self) -> Strategy | None:
        name = self.program.mean
        if name is None:
            return None
        answer = self._solve(name, None, "the mean")
        if not answer.found:
            nothing = dict.fromkeys(self.program.probability)
            return Strategy(name, {}, nothing, nothing, (name,) if answer.impossible else ())
        return self._through(name, answer.readings[name].decided)

    def _solve(self, name: str, decided: Decided | None, what: str) -> Answer:
        """Solve a scenario alone.

        Raises:
            KeyboardInterrupt: it was interrupted.
        """
        self.step(what)
        answer = self.solver.alone(name, decided)
        if answer.outcome.stop is Stop.INTERRUPTED:
            raise KeyboardInterrupt
        return answer

    def _through(self, called: str, decided: Decided) -> Strategy:
        """Carry something decided through in every scenario; what was tried is not tried again."""
        for strategy, _ in self.tried:
            if strategy.decided == decided:
                return replace(strategy, name=called)
        answers = {
            name: self.alone[name]
            if name == called and name in self.alone
            else self._solve(name, decided, f"orders for {called}, if {name} comes")
            for name in self.program.probability
        }
        found = _strategy(called, decided, answers)
        self.tried.append(_Tried(found, answers))
        return found

    def _future(self) -> Strategy:
        """Give the least cost that is known of each scenario alone: any plan of it may show it."""
        costs: dict[str, float | None] = {}
        for name, answer in self.alone.items():
            known = [answer.readings[name].cost] if answer.found else []
            tried = (strategy.costs[name] for strategy, _ in self.tried)
            costs[name] = min([*known, *(cost for cost in tried if cost is not None)], default=None)
        least = {name: answer.outcome.bound for name, answer in self.alone.items()}
        return Strategy("future", {}, costs, least)

    def _together(self, known: Hedge) -> Hedge:
        """Solve all scenarios at once, unless that can bring nothing more."""
        best = None if self.program.tiered else self._best(known)
        bound = None if self.program.tiered else self._bound(known)
        if best is not None:
            held = self._held(known, best, bound, Stop.FINISHED)
            if held.status == "optimal":
                return replace(held, barred=self.solver.barred())
        if self.apart is not None:
            return self._apart(known, self.apart, bound)
        self.step("all scenarios at once")
        answer = self.solver.together(self.risk, None if best is None else _values(best.answers))
        proven = answer.outcome.bound
        bound = max((b for b in (bound, proven) if b is not None), default=None)
        if answer.found:
            found = self._carried(answer)
            if best is None or self._worth(known, found) < self._worth(known, best):
                best = found
        barred = self.solver.barred()
        if best is None:
            status, stop = _status(answer.outcome), str(answer.outcome.stop)
            return replace(known, status=status, stop=stop, bound=bound, barred=barred)
        held = self._held(known, best, bound, answer.outcome.stop)
        return replace(held, stages=answer.stages, barred=barred)

    def _apart(self, known: Hedge, apart: Apart, bound: float | None) -> Hedge:
        """Solve all scenarios apart, and carry through what is decided there."""
        self.step("all scenarios apart")
        found = apart(self.solver.domains())
        for decided in found.candidates:
            self._through(HERE, decided)
        best = self._best(known)
        bound = max((b for b in (bound, found.outer) if b is not None), default=None)
        notes = (
            f"mpi-sppy: {found.iterations} iterations, at least {found.outer}, at most "
            f"{found.inner}, {found.stop}",
        )
        known = replace(known, notes=notes, barred=self.solver.barred())
        if best is None:
            status = "interrupted" if found.stop is Stop.INTERRUPTED else "no_plan"
            return replace(known, status=status, stop=str(found.stop), bound=bound)
        return self._held(known, best, bound, found.stop)

    def _worth(self, known: Hedge, tried: _Tried) -> float:
        costs = tried.strategy.known
        return inf if costs is None else known.of(costs)

    def _best(self, known: Hedge) -> _Tried | None:
        """Give the best of what was carried through; None where none of it can be everywhere."""
        able = [tried for tried in self.tried if tried.strategy.known is not None]
        return min(able, key=lambda tried: self._worth(known, tried), default=None)

    def _bound(self, known: Hedge) -> float | None:
        """Give what it costs at least if it is known what comes: it is never worse to know."""
        if known.future is None:
            return None
        least = {name: each for name, each in known.future.least.items() if each is not None}
        return known.of(least) if len(least) == len(known.probability) else None

    def _carried(self, answer: Answer) -> _Tried:
        """Give what was decided for all scenarios, with the plan of each.

        Where not only the expected cost counts, a scenario that is not among the worst may have
        been planned badly, since its cost was of no weight; so each is planned once more.
        """
        decided = next(iter(answer.readings.values())).decided
        answers = {name: _of_one(answer, name) for name in answer.readings}
        if self.risk.weight:
            for name in answer.readings:
                self.step(f"the plan of {name}")
                better = self.solver.alone(name, decided, answer.values)
                if better.found and better.readings[name].cost <= answer.readings[name].cost:
                    answers[name] = better
        return _Tried(_strategy(HERE, decided, answers), answers)

    def _held(self, known: Hedge, tried: _Tried, bound: float | None, stop: Stop) -> Hedge:
        plans = {name: a.readings[name].plan for name, a in tried.answers.items()}
        strategy = replace(tried.strategy, name=HERE)
        held = replace(known, plan=strategy, plans=plans, stop=str(stop), status="feasible")
        objective = held.objective or 0.0
        bound = None if bound is None else min(bound, objective)
        allowed = self.settings.gap * abs(objective) + ROUNDING * max(1.0, abs(objective))
        if stop is Stop.INTERRUPTED:
            status = "interrupted"
        elif bound is not None and objective - bound <= allowed:
            status = "optimal"
        else:
            status = "feasible"
        return replace(held, status=status, bound=bound)


def _status(outcome: Outcome) -> str:
    """Say why there is no plan."""
    if outcome.stop is Stop.INTERRUPTED:
        return "interrupted"
    return "infeasible" if outcome.verdict is Verdict.INFEASIBLE else "no_plan"


def _strategy(called: str, decided: Decided, answers: Mapping[str, Answer]) -> Strategy:
    return Strategy(
        called,
        decided,
        {name: a.readings[name].cost if a.found else None for name, a in answers.items()},
        {name: a.outcome.bound for name, a in answers.items()},
        tuple(name for name, answer in answers.items() if answer.impossible),
    )


def _of_one(answer: Answer, name: str) -> Answer:
    """Give one scenario of all that were solved at once: it has no bound of its own."""
    outcome = replace(answer.outcome, bound=None)
    return Answer(outcome, {name: answer.readings[name]})


def _values(answers: Mapping[str, Answer]) -> dict[str, float]:
    """Give the values of the variables of all scenarios."""
    return {name: value for answer in answers.values() for name, value in answer.values.items()}
