"""One plan for several scenarios, beside knowing what comes and planning for the mean."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Final

from gridblock.model.extensive import EXPECTED, Domain, Risk
from gridblock.solvers.growing import ROUNDING
from gridblock.solvers.outcome import Outcome, Progress, Settings, Stop, Verdict
from gridblock.solvers.session import Session
from gridblock.solvers.stochastic.cylinders import Cylinders
from gridblock.solvers.stochastic.found import Decided, Hedge, Strategy
from gridblock.solvers.stochastic.program import Program
from gridblock.solvers.stochastic.solver import Answer, Solver
from gridblock.solvers.stochastic.tried import Tried, of_one, strategy_of

HERE: Final = "plan"
"""What the plan for all scenarios is called among strategies."""

Step = Callable[[str], None]
Apart = Callable[[Mapping[Any, Domain]], Cylinders]
Elsewhere = Callable[[Sequence[tuple[str, Decided | None]]], Iterator[tuple[int, Answer]]]


def hedge(
    program: Program,
    settings: Settings,
    session: Session,
    *,
    risk: Risk = EXPECTED,
    compare: bool = True,
    apart: Apart | None = None,
    elsewhere: Elsewhere | None = None,
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
        elsewhere: what solves scenarios alone, given their names and what has been decided before,
            and gives numbers and answers as they end; default they are solved here.
        on_progress: called with each line of progress.
        on_step: called with what is solved next.

    Raises:
        KeyboardInterrupt: it was interrupted before there was a plan.
        ModelError, OptionError, SolverError: as ``Session.run``.
    """
    solver = Solver(program, settings, session, on_progress)
    step = on_step or (lambda _: None)
    return _Search(program, settings, solver, risk, step, apart, elsewhere).run(compare)


@dataclass
class _Search:
    """The state of a search."""

    program: Program
    settings: Settings
    solver: Solver
    risk: Risk
    step: Step
    apart: Apart | None = None
    elsewhere: Elsewhere | None = None
    alone: dict[str, Answer] = field(default_factory=dict)
    tried: list[Tried] = field(default_factory=list)

    def run(self, compare: bool) -> Hedge:
        """Compare, then solve all scenarios at once."""
        likely, mean = self.program.probability, self.program.mean
        if not compare:
            return self._together(Hedge(likely, self.risk, "", ""))
        names = [*likely, *([] if mean is None else [mean])]
        self.alone = dict(zip(names, self._many([(name, None) for name in names]), strict=True))
        impossible = tuple(name for name in likely if self.alone[name].impossible)
        start = Hedge(likely, self.risk, "infeasible", "finished")
        if impossible:
            return replace(start, impossible=impossible)
        found = {name: self.alone[name] for name in names if self.alone[name].found}
        decided = {name: answer.readings[name].decided for name, answer in found.items()}
        strategies = self._through(decided)
        own = tuple(strategies[name] for name in likely if name in strategies)
        made = None if mean is None else strategies.get(mean) or self._without_plan(mean)
        return self._together(replace(start, own=own, mean=made, future=self._future()))

    def _without_plan(self, name: str) -> Strategy:
        """Give what is not carried through, since it has no plan itself."""
        nothing = dict.fromkeys(self.program.probability)
        barred = (name,) if self.alone[name].impossible else ()
        return Strategy(name, {}, nothing, nothing, barred)

    def _many(self, asked: Sequence[tuple[str, Decided | None]]) -> list[Answer]:
        """Solve scenarios alone.

        Raises:
            KeyboardInterrupt: it was interrupted.
        """
        if self.elsewhere is None:
            return [self._solve(i, len(asked), *each) for i, each in enumerate(asked, 1)]
        answers: dict[int, Answer] = {}
        self.step(f"scenarios alone, {len(asked)} of them")
        for number, answer in self.elsewhere(asked):
            answers[number] = answer
            self.step(f"scenarios alone, {len(answers)} of {len(asked)} done")
            if self.solver.session.stopped() or answer.outcome.stop is Stop.INTERRUPTED:
                raise KeyboardInterrupt
        return [answers[number] for number in range(len(asked))]

    def _solve(self, number: int, count: int, name: str, decided: Decided | None) -> Answer:
        """Solve a scenario alone, here.

        Raises:
            KeyboardInterrupt: it was interrupted.
        """
        self.step(f"{name} alone, {number} of {count}" if count > 1 else f"{name} alone")
        answer = self.solver.alone(name, decided)
        if answer.outcome.stop is Stop.INTERRUPTED:
            raise KeyboardInterrupt
        return answer

    def _through(self, decided: Mapping[str, Decided]) -> dict[str, Strategy]:
        """Carry things decided through in every scenario, each once.

        Args:
            decided: what is decided, by what that is called; in the scenario called so it has been.
        """
        likely, different = self.program.probability, dict[str, Decided]()
        for called, each in decided.items():
            if each not in different.values():
                different[called] = each
        asked = [
            (called, name)
            for called in different
            for name in likely
            if called != name or called not in self.alone
        ]
        solved = self._many([(name, different[called]) for called, name in asked])
        answers = dict(zip(asked, solved, strict=True))
        for called, each in different.items():
            of_each = {
                name: answers[called, name] if (called, name) in answers else self.alone[name]
                for name in likely
            }
            self.tried.append(Tried(strategy_of(called, each, of_each), of_each))
        return {
            called: replace(tried.strategy, name=called)
            for called, each in decided.items()
            for tried in self.tried
            if tried.strategy.decided == each
        }

    def _future(self) -> Strategy:
        """Give the least cost that is known of each scenario alone: any plan of it may show it.

        By tiers only its own plan does. One with what is decided for another scenario may give
        earlier tiers less, and cost less for that.
        """
        costs: dict[str, float | None] = {}
        likely = self.program.probability
        for name, answer in ((name, self.alone[name]) for name in likely):
            known = [answer.readings[name].cost] if answer.found else []
            others = () if self.program.tiered else self.tried
            tried = (strategy.costs[name] for strategy, _ in others)
            costs[name] = min([*known, *(cost for cost in tried if cost is not None)], default=None)
        least = {name: self.alone[name].outcome.bound for name in likely}
        return Strategy("future", {}, costs, least)

    def _together(self, known: Hedge) -> Hedge:
        """Solve all scenarios at once, unless that can bring nothing more."""
        best = None if self.program.tiered else self._best(known)
        bound = None if self.program.tiered else self._bound(known)
        if best is not None:
            held = self._held(known, best, bound, Stop.FINISHED)
            if held.status == "optimal":
                return replace(held, barred=self._barred())
        if self.apart is not None:
            return self._apart(known, self.apart, bound)
        self.step("all scenarios at once")
        answer = self.solver.together(self.risk, None if best is None else best.readings)
        proven = answer.outcome.bound
        bound = max((b for b in (bound, proven) if b is not None), default=None)
        if answer.found:
            found = self._carried(answer)
            if best is None or self._worth(known, found) < self._worth(known, best):
                best = found
        barred = answer.barred
        if best is None:
            status, stop = _status(answer.outcome), str(answer.outcome.stop)
            return replace(known, status=status, stop=stop, bound=bound, barred=barred)
        held = self._held(known, best, bound, answer.outcome.stop)
        return replace(held, stages=answer.stages, barred=barred)

    def _apart(self, known: Hedge, apart: Apart, bound: float | None) -> Hedge:
        """Solve all scenarios apart, and carry through what is decided there."""
        self.step("all scenarios apart")
        found = apart(self.solver.domains())
        self._through({f"{HERE} {i}": each for i, each in enumerate(found.candidates, 1)})
        best = self._best(known)
        bound = max((b for b in (bound, found.outer) if b is not None), default=None)
        told = [None if each is None else f"{each:,.6g}" for each in (found.outer, found.inner)]
        ends = f"at least {told[0]} and at most {told[1]}, by its own account"
        notes = (f"mpi-sppy, {found.stop}: {ends}, after {found.iterations} iterations",)
        known = replace(known, notes=notes, barred=self._barred())
        if best is None:
            status = "interrupted" if found.stop is Stop.INTERRUPTED else "no_plan"
            return replace(known, status=status, stop=str(found.stop), bound=bound)
        return self._held(known, best, bound, found.stop)

    def _barred(self) -> dict[Any, tuple[str, ...]]:
        """Give what some scenario lets nobody decide, by those that were solved alone."""
        likely = self.program.probability
        known = {name: a for name, a in self.alone.items() if name in likely}
        barred = {}
        for key in dict.fromkeys(key for a in known.values() for key in sorted(a.first, key=str)):
            names = (n for n, a in known.items() if key not in a.first and key not in a.unmoved)
            if missing := tuple(names):
                barred[key] = missing
        return barred

    def _worth(self, known: Hedge, tried: Tried) -> float:
        costs = tried.strategy.known
        return inf if costs is None else known.of(costs)

    def _best(self, known: Hedge) -> Tried | None:
        """Give the best of what was carried through; None where none of it can be everywhere."""
        able = [tried for tried in self.tried if tried.strategy.known is not None]
        return min(able, key=lambda tried: self._worth(known, tried), default=None)

    def _bound(self, known: Hedge) -> float | None:
        """Give what it costs at least if it is known what comes: it is never worse to know."""
        if known.future is None:
            return None
        least = {name: each for name, each in known.future.least.items() if each is not None}
        return known.of(least) if len(least) == len(known.probability) else None

    def _carried(self, answer: Answer) -> Tried:
        """Give what was decided for all scenarios, with the plan of each.

        Where not only the expected cost counts, a scenario that is not among the worst may have
        been planned badly, since its cost was of no weight; so each is planned once more.
        """
        decided = next(iter(answer.readings.values())).decided
        answers = {name: of_one(answer, name) for name in answer.readings}
        if self.risk.weight:
            for name in answer.readings:
                self.step(f"the plan of {name}")
                better = self.solver.alone(name, decided, answer.readings[name])
                if better.found and better.readings[name].cost <= answer.readings[name].cost:
                    answers[name] = better
        return Tried(strategy_of(HERE, decided, answers), answers)

    def _held(self, known: Hedge, tried: Tried, bound: float | None, stop: Stop) -> Hedge:
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
