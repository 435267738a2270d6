"""The worst that may happen to a plan: a search over shocks, each answered by the best recourse.

The orders that stand are kept, everything else is decided again under the shock. What a shock costs
lies between two figures: from below by the proven bound of its recourse, from above by the recourse
found, and by the plan as it stands. A shock whose upper figure is below what enough others cost at
least is not solved: it cannot be among the worst.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final

from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.shocks import DELAY, Shock, changes_of
from gridblock.model.account import account
from gridblock.model.plan import Decisions, PlanData
from gridblock.model.plan_json import from_plain
from gridblock.solvers.many.cases import FAILED, Base, Case, Solved
from gridblock.solvers.many.engine import Answer, answers
from gridblock.solvers.many.journal import Journal
from gridblock.solvers.many.plans import Plans
from gridblock.solvers.many.pool import Where
from gridblock.solvers.many.row import Row
from gridblock.solvers.outcome import Settings
from gridblock.solvers.struck import SOLVED, Bar, Names, Struck
from gridblock.solvers.without_recourse import Losses, base_of, cost_as_it_stands

MOST: Final = 100_000
"""Combinations of shocks of one search."""
CONTRADICTED: Final = {
    "status": "failed",
    "message": "the solver finds no plan, although the plan as it stands keeps every rule",
}
"""The row of a recourse that is called infeasible and is not."""


@dataclass(frozen=True)
class Budget:
    """How far a search goes.

    Attributes:
        shocks: how many come together.
        exact: whether every combination counts; otherwise the worst are added one by one.
        top: so many of the worst are told apart.
        worst_start: whether an outage begins only when most is lost.
    """

    shocks: int = 1
    exact: bool = False
    top: int = 10
    worst_start: bool = True


@dataclass
class Search:
    """A search over shocks.

    Attributes:
        instance: what is given, with the plan in force whose orders stand.
        plan: the plan that is tried.
        shocks: what may come.
        settings: how each recourse is solved.
        where: where.
        journal: what is known already.
        plans: those of the recourses that are known, as far as they bound others.
        budget: how far it goes.
        keep: whether ``on_solved`` is to have plans.
        on_round: called with how many combinations the next round has.
        on_answer: called with how many of them are answered, and the row of the last one.
        on_solved: called with each case that was solved, and its answer.
    """

    instance: Instance
    plan: PlanData
    shocks: Sequence[Shock]
    settings: Settings
    where: Where
    journal: Journal | None = None
    plans: Plans | None = None
    budget: Budget = field(default_factory=Budget)
    keep: bool = False
    on_round: Callable[[int], None] = lambda _: None
    on_answer: Callable[[int, Row], None] = lambda _, __: None
    on_solved: Callable[[Case, Solved], None] = lambda _, __: None

    def __post_init__(self) -> None:
        """Account for the plan under what is given."""
        assert self.plan.decisions is not None
        self.cost, self.bound = base_of(self.instance, self.plan)
        self._base = Base.of(self.instance)
        self._recourses: dict[Names, Decisions] = {(): self.plan.decisions}
        self._losses = Losses(self.instance, self.plan.decisions)
        self._known: dict[Names, Struck] = {}

    def run(self) -> tuple[tuple[Struck, ...], ...]:
        """Search, and give what each round has found, the worst first.

        Raises:
            InstanceError: there are too many combinations.
            ClusterError, OptionError, KeyboardInterrupt: as ``engine.answers``.
        """
        singles = [(shock,) for shock in self._begun()]
        rounds = [self._round(singles)]
        for size in range(2, min(self.budget.shocks, len(singles)) + 1):
            if rounds[-1][0].status == "infeasible":
                # Nothing is worse than that no plan is left.
                break
            rounds.append(self._round(self._joined(size, rounds[-1], singles)))
        return tuple(rounds)

    def _begun(self) -> list[Shock]:
        """Keep of each outage the one that begins when most is lost, unless all count."""
        if not self.budget.worst_start:
            return list(self.shocks)
        chosen: dict[str, tuple[float, Shock]] = {}
        for shock in self.shocks:
            of = shock.name if shock.lost is None else f"out {shock.of}"
            worth = 0.0 if shock.lost is None else self._losses.of(shock.lost)
            if of not in chosen or worth > chosen[of][0]:
                chosen[of] = (worth, shock)
        return [shock for _, shock in chosen.values()]

    def _joined(
        self, size: int, before: Sequence[Struck], singles: Sequence[tuple[Shock, ...]]
    ) -> list[tuple[Shock, ...]]:
        """Give the combinations of a size: all, or the worst of the round before with one more."""
        if self.budget.exact:
            if math.comb(len(singles), size) > MOST:
                message = (
                    f"{math.comb(len(singles), size):,} combinations of {size} of "
                    f"{len(singles):,} shocks are too many; narrow them, or search greedily"
                )
                raise InstanceError([Fault((), message)])
            return list(combinations([shock for (shock,) in singles], size))
        by_name = {shock.name: shock for (shock,) in singles}
        worst = [by_name[name] for name in before[0].shocks]
        return [(*worst, shock) for (shock,) in singles if shock not in worst]

    def _round(self, combos: Sequence[tuple[Shock, ...]]) -> tuple[Struck, ...]:
        """Find the worst of some combinations."""
        self.on_round(len(combos))
        in_order = {_called(c): c for c in sorted(combos, key=self._expected, reverse=True)}
        number = {name: i for i, name in enumerate(in_order)}
        found = {name: Struck(_names(combo), None) for name, combo in in_order.items()}
        plans: dict[Names, dict[str, Any] | None] = {}
        bar = self._bar(len(found))
        done = 0

        def told(row: Row) -> None:
            nonlocal done
            done += 1
            self.on_answer(done, row)

        def skip(case: Case) -> bool:
            at_most = self._as_it_stands(in_order[case.name], case)
            found[case.name] = struck = found[case.name]._replace(at_most=at_most)
            enough = bar.stops(number[case.name], struck)
            if enough:
                told({"status": struck.status, "objective": at_most})
            return enough

        onward = any(len(combo) < self.budget.shocks for combo in combos)
        kept = self.plans if onward else None
        cases = [self._case(combo) for combo in in_order.values()]
        for answer in self._answers(cases, kept, skip):
            case, row = answer.case, answer.row
            at_most = found[case.name].at_most
            if answer.known:
                at_most = self._as_it_stands(in_order[case.name], case)
            if row["status"] == "infeasible" and at_most is not None:
                row = dict(CONTRADICTED)
            found[case.name] = struck = Struck(found[case.name].shocks, row, at_most)
            bar.raise_by(number[case.name], struck)
            plans[struck.shocks] = answer.plan
            told(row)
        return self._settled(found.values(), plans)

    def _bar(self, count: int) -> Bar:
        return Bar(count, self.budget.top, self.cost, self.bound)

    def _answers(
        self, cases: Sequence[Case], plans: Plans | None, skip: Callable[[Case], bool]
    ) -> Iterator[Answer]:
        """Answer cases, each with its plan where that is kept since it bounds others."""

        def stale(case: Case, row: Row) -> bool:
            lost = plans is not None and row["status"] in SOLVED and plans.of(case) is None
            return lost or row["status"] in FAILED

        def solved(case: Case, answer: Solved) -> None:
            self.on_solved(case, answer)
            if plans is not None and answer.plan is not None:
                plans.add(case, answer.plan)

        for answer in answers(
            cases, self.where, self.journal, stale=stale, on_solved=solved, skip=skip
        ):
            kept = plans.of(answer.case) if plans is not None and answer.known else answer.plan
            yield answer._replace(plan=kept)

    def _settled(
        self, found: Collection[Struck], plans: Mapping[Names, dict[str, Any] | None]
    ) -> tuple[Struck, ...]:
        """Give what is found where each is solved after those before it, the worst first.

        What several processes are at, at a time or when they are broken off, differs from one time
        to the next. So what would not have been solved one after the other is left out again; it
        is not among the worst.
        """
        bar = self._bar(len(found))
        settled = []
        for number, each in enumerate(found):
            struck = each.unsolved if bar.stops(number, each) else each
            bar.raise_by(number, struck)
            settled.append(struck)
            plan = plans.get(struck.shocks) if len(struck.shocks) < self.budget.shocks else None
            decided = None if struck.row is None or plan is None else from_plain(plan).decisions
            if decided is not None:
                self._recourses[struck.shocks] = decided
        self._known |= {each.shocks: each for each in settled}
        return tuple(sorted(settled, key=self.rank))

    def rank(self, struck: Struck) -> tuple[float, float, float]:
        """Give a key that puts the worst first: what has no plan, what is solved, then the rest."""
        row = struck.row or {}
        if struck.row is None or row.get("objective") is None:
            none = row.get("status") == "infeasible"
            return (0.0 if none else 2.0, -struck.most(self.bound), -struck.least(self.cost))
        return (1.0, -float(row["objective"]), -struck.least(self.cost))

    def _case(self, combo: Sequence[Shock]) -> Case:
        # What a plan costs under one shock more bounds what the best one does.
        keep = self.keep or len(combo) < self.budget.shocks
        changes = changes_of(self.instance, combo)
        return Case(_called(combo), self._base, changes, self.settings, keep, full=True)

    def _expected(self, combo: Sequence[Shock]) -> float:
        """Guess what some shocks cost, to begin with the worst; what is late comes first."""
        if len(combo) > 1:
            known = [self._known.get((shock.name,)) for shock in combo]
            costs = [each.most(self.bound) for each in known if each is not None]
            return sum(costs) if len(costs) == len(combo) else math.inf
        (shock,) = combo
        if shock.lost is not None:
            return self._losses.of(shock.lost)
        if shock.kind == DELAY:
            return math.inf
        try:
            given = Instance.parse(self._case(combo).data())
        except InstanceError:
            return math.inf
        return float(account(given, self._recourses[()]).objective) - self.cost

    def _as_it_stands(self, combo: Sequence[Shock], case: Case) -> float | None:
        """Give what it costs under some shocks not to react to one of them, or to any."""
        try:
            given = Instance.parse(case.data())
        except InstanceError:
            return None
        costs = []
        for known in {(), *(_names([s for s in combo if s is not other]) for other in combo)}:
            decided = self._recourses.get(known)
            if decided is not None:
                lost = [s.lost for s in combo if s.lost is not None and s.name not in known]
                costs.append(cost_as_it_stands(given, decided, lost))
        known_costs = [cost for cost in costs if cost is not None]
        return min(known_costs, default=None)


def _called(combo: Sequence[Shock]) -> str:
    """Name a combination, so that no other one has the same name."""
    return " + ".join(_names(combo))


def _names(combo: Sequence[Shock]) -> Names:
    return tuple(shock.name for shock in combo)
