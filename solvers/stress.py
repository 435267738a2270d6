"""The worst that may happen to a plan: a search over shocks, each answered by the best recourse.

The orders that stand are kept, everything else is decided again under the shock. What a shock costs
lies between two figures: from below by the proven bound of its recourse, from above by the recourse
found, and by the plan as it stands. A shock whose upper figure is below what enough others cost at
least is not solved: it cannot be among the worst.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Final, NamedTuple

from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.shocks import DELAY, Shock, changes_of
from gridblock.model.account import account
from gridblock.model.plan import Decisions, PlanData
from gridblock.model.plan_json import from_plain
from gridblock.solvers.many.cases import Base, Case, Solved
from gridblock.solvers.many.engine import answers
from gridblock.solvers.many.journal import Journal
from gridblock.solvers.many.pool import Where
from gridblock.solvers.many.row import Row
from gridblock.solvers.outcome import Settings
from gridblock.solvers.without_recourse import Losses, base_of, cost_as_it_stands

MOST: Final = 100_000
"""Combinations of shocks of one search."""
SOLVED: Final = ("optimal", "feasible")
CONTRADICTED: Final = {
    "status": "failed",
    "message": "the solver finds no plan, although the plan as it stands keeps every rule",
}
"""The row of a recourse that is called infeasible and is not."""
Names = tuple[str, ...]


class Struck(NamedTuple):
    """What some shocks do to a plan.

    Attributes:
        shocks: their names.
        row: the answer of the best recourse, see ``solve_case``; None where
            it need not be solved.
        at_most: what the plan as it stands costs under them; None where that is not known, or it
            cannot stand.
    """

    shocks: Names
    row: Mapping[str, Any] | None
    at_most: float | None = None

    @property
    def status(self) -> str:
        """The status of the recourse, or ``bounded`` where it was not solved."""
        return "bounded" if self.row is None else str(self.row["status"])

    def least(self, cost: float) -> float:
        """Give what they add at least to what the plan costs: infinitely much where none can be."""
        if self.row is None:
            return -math.inf
        if self.row["status"] == "infeasible":
            return math.inf
        bound = self.row.get("bound")
        return -math.inf if bound is None else float(bound) - cost

    def most(self, bound: float | None) -> float:
        """Give what they add at most to the bound of what the plan has to cost."""
        row = self.row or {}
        costs = [self.at_most, row.get("objective") if row.get("status") in SOLVED else None]
        known = [cost for cost in costs if cost is not None]
        return math.inf if bound is None or not known else min(known) - bound


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
        found: dict[Names, Struck] = {}
        cases = {}
        for combo in sorted(combos, key=self._expected, reverse=True):
            case = self._case(combo)
            cases[case.name] = combo
            found[_names(combo)] = Struck(_names(combo), None)
        done = 0

        def told(row: Row) -> None:
            nonlocal done
            done += 1
            self.on_answer(done, row)

        def skip(case: Case) -> bool:
            combo = cases[case.name]
            at_most = self._as_it_stands(combo, case)
            found[_names(combo)] = struck = Struck(_names(combo), None, at_most)
            enough = struck.most(self.bound) <= self._threshold(found.values())
            if enough:
                told({"status": struck.status, "objective": at_most})
            return enough

        def solved(case: Case, answer: Solved) -> None:
            self.on_solved(case, answer)
            if answer.plan is not None and self.budget.shocks > 1:
                # What this plan costs under one shock more bounds what the best one does.
                made = from_plain(answer.plan).decisions
                if made is not None:
                    self._recourses[_names(cases[case.name])] = made

        coming = answers(
            [self._case(combo) for combo in cases.values()],
            self.where,
            self.journal,
            on_solved=solved,
            skip=skip,
        )
        for answer in coming:
            combo = cases[answer.case.name]
            row, at_most = answer.row, found[_names(combo)].at_most
            if row["status"] == "infeasible":
                at_most = self._as_it_stands(combo, answer.case)
                row = row if at_most is None else dict(CONTRADICTED)
            found[_names(combo)] = Struck(_names(combo), row, at_most)
            told(row)
        self._known |= found
        return tuple(sorted(found.values(), key=self.rank))

    def rank(self, struck: Struck) -> tuple[float, float, float]:
        """Give a key that puts the worst first: what has no plan, what is solved, then the rest."""
        row = struck.row or {}
        if struck.row is None or row.get("objective") is None:
            none = row.get("status") == "infeasible"
            return (0.0 if none else 2.0, -struck.most(self.bound), -struck.least(self.cost))
        return (1.0, -float(row["objective"]), -struck.least(self.cost))

    def _threshold(self, found: Any) -> float:
        """Give what enough others cost at least, and something at that."""
        least = sorted((each.least(self.cost) for each in found), reverse=True)
        top = self.budget.top
        return max(0.0, least[top - 1]) if len(least) >= top else 0.0

    def _case(self, combo: Sequence[Shock]) -> Case:
        keep = self.keep or self.budget.shocks > 1
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
