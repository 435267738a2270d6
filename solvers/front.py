"""Cost against unmet work: the best plans for less and less of it, each proven to the gap.

For a sequence of caps on what stays unmet the least cost is sought, from the tightest cap on, each
solve from the plan of the one before, which the next cap allows (the epsilon-constraint method:
Haimes, Lasdon, Wismer, On a bicriterion formulation, 1971). Prices of unmet work play no part.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.audit import audit
from gridblock.model.build import build
from gridblock.model.decide import decisions
from gridblock.model.facts import Facts
from gridblock.model.lacking import Weight, lacking, lacking_in
from gridblock.model.plan import PlanData
from gridblock.solvers.change import Change, Floats, Rows
from gridblock.solvers.compile import compile_model
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Outcome, Progress, Settings, Stop, Verdict
from gridblock.solvers.points import Front, Point, undominated
from gridblock.solvers.session import Session
from gridblock.solvers.shape import lots_in, periods_of
from gridblock.solvers.solve import found_by
from gridblock.solvers.staged import solve_staged
from gridblock.solvers.vertex import vertex

MEASURES: Final = ("share", "price")
UNMET: Final = "unmet"
"""The category of cost that plays no part."""


def front(
    instance: Instance,
    settings: Settings,
    session: Session,
    *,
    points: int = 9,
    measure: str = "share",
    on_progress: Callable[[Progress], None] | None = None,
    on_point: Callable[[int, int], None] | None = None,
) -> Front:
    """Find the front of cost against unmet work.

    Tiers are not kept: all demands count alike, by what ``measure`` says.

    Args:
        instance: what is given.
        settings: how to solve for each point; the gap is that of its cost.
        session: the solver's process.
        points: how many caps, the two ends included; at least 2.
        measure: ``share`` counts unit-hours, ``price`` what they cost, a net present value.
        on_progress: called with each line of progress.
        on_point: called before each solve with its number and how many there are.

    Returns:
        The front, with one more cap: what the best plan at the prices given leaves unmet. Empty if
        there is no plan.

    Raises:
        AuditError, ModelError, OptionError, SolverError: as ``find_plan``.
    """
    return _Search(instance, settings, session, points, measure, on_progress, on_point).run()


def weights(instance: Instance, measure: str) -> Weight:
    """Give what one unit counts that stays unmet for a period: its hours, or their price."""
    facts = Facts(instance)
    if measure == "share":
        return lambda _, t: facts.hours[t]
    prices = {d.name: instance.over_periods(d.unmet_cost) for d in instance.demands}
    return lambda d, t: facts.discount_at_middle[t] * facts.hours[t] * prices[d][t]


class _EndedError(Exception):
    """A solve ended without a plan."""


@dataclass
class _Search:
    """The state of a search."""

    instance: Instance
    settings: Settings
    session: Session
    count: int
    measure: str
    on_progress: Callable[[Progress], None] | None
    on_point: Callable[[int, int], None] | None
    solved: int = 0
    found: dict[float, Point] = field(default_factory=dict)
    """The cheapest plan by the cap that it keeps to."""
    proven: dict[float, float] = field(default_factory=dict)
    """What plans that keep to a cap cost at least."""
    given: float | None = None
    """What the best plan at the prices given leaves unmet."""
    stop: Stop = Stop.FINISHED
    infeasible: bool = False

    def __post_init__(self) -> None:
        """Build the model, and take the price of unmet work out of its cost."""
        self.solves = self.count + 3
        self.stops = self.session.stops
        self.model = build(self.instance)
        self.compiled = compile_model(self.model)
        self.labels = periods_of(self.compiled, self.instance)
        self.lots = lots_in(self.compiled)
        self.weight = weights(self.instance, self.measure)
        self.amount = self._vector(lacking(self.model, self.weight))
        paid = (of for (category, _), of in self.model.cost.items() if category != UNMET)
        spent = self._vector(sum(paid))
        self.spent = replace(self.compiled.matrix, cost=spent.values, offset=spent.constant)

    def run(self) -> Front:
        """Solve for the ends, then for the caps between them."""
        with suppress(_EndedError):
            self._points()
        points = undominated([self._told(cap) for cap in self.found])
        return Front(self.measure, points, self.stop, self.infeasible)

    def _points(self) -> None:
        best = self._solve(self.compiled.matrix, self.settings.start)
        self.given = given = self._unmet(best)
        fullest = self._solve(self._of_unmet(), best.values)
        cheapest = self._solve(self.spent, best.values, math.inf)
        least, most = map(self._unmet, (fullest, cheapest))
        start = fullest.values
        between = (least, *np.linspace(least, most, self.count)[1:-1], given)
        caps = sorted({float(cap) for cap in between if least <= cap < most})
        self.solves = self.solved + len(caps)
        for cap in caps:
            known = (start, best.values) if cap >= given else (start,)
            start = min(known, key=self.spent.objective)  # type: ignore[arg-type]
            start = self._solve(self._capped(cap), start, cap).values

    def _told(self, cap: float) -> Point:
        """Give the plan of a cap, with what is proven of that cap or of a wider one."""
        point = self.found[cap]
        bounds = [bound for other, bound in self.proven.items() if other >= cap]
        least = min(max(bounds), point.cost) if bounds else None
        return replace(point, least=least, given=cap == self.given)

    def _of_unmet(self) -> Matrix:
        """Give the matrix whose cost is what stays unmet."""
        unit = self.amount.largest
        cost, offset = self.amount.values / unit, self.amount.constant / unit
        return replace(self.compiled.matrix, cost=cost, offset=offset)

    def _capped(self, cap: float) -> Matrix:
        """Give the matrix of the cost with a row that caps what stays unmet."""
        index = np.flatnonzero(self.amount.values).astype(np.int32)
        unit = self.amount.largest
        rows = Rows(
            lower=np.array([-np.inf]),
            upper=np.array([(cap - self.amount.constant) / unit]),
            start=np.array([0, len(index)]),
            index=index,
            value=self.amount.values[index] / unit,
        )
        return self.spent.changed(Change(rows=rows))

    def _solve(self, matrix: Matrix, start: Floats | None, cap: float | None = None) -> Outcome:
        """Solve a matrix to its end, and keep the plan.

        Args:
            matrix: what is solved.
            start: where it starts from.
            cap: what may stay unmet at most; None where it is not the cheapest plan that is sought.

        Raises:
            _EndedError: without a plan, or interrupted; the best plan so far is kept.
        """
        self.solved += 1
        if self.on_point is not None:
            self.on_point(self.solved, self.solves)
        settings = replace(self.settings, start=start)
        outcome = solve_staged(
            self.session, matrix, self.labels, self.lots, settings, self.on_progress
        )
        if outcome.stop is not Stop.FINISHED:
            self.stop = outcome.stop
        if outcome.values is None:
            # The first solve has every rule and no cap: what it cannot keep, no plan can.
            self.infeasible = self.solved == 1 and outcome.verdict is Verdict.INFEASIBLE
            raise _EndedError
        exact = vertex(self.session, outcome, replace(settings, start=None))
        self._keep(exact, cap)
        # While a plan is made exact a stop has no solve to end: it ends the search.
        if outcome.stop is Stop.INTERRUPTED or self.session.stops > self.stops:
            self.stop = Stop.INTERRUPTED
            raise _EndedError
        return exact

    def _keep(self, outcome: Outcome, cap: float | None) -> None:
        """Keep what is proven of a cap, and the cheaper of the plans that are found for it."""
        if cap is not None and outcome.bound is not None:
            self.proven[cap] = outcome.bound
        own = self._unmet(outcome) if cap is None or cap == math.inf else cap
        point = self._point(outcome)
        self.found[own] = min(self.found.get(own, point), point, key=lambda each: each.cost)

    def _unmet(self, outcome: Outcome) -> float:
        return float(np.dot(self.amount.values, outcome.values) + self.amount.constant)  # type: ignore[arg-type]

    def _point(self, outcome: Outcome) -> Point:
        """Read a plan back, by the books, and audit it."""
        self.compiled.load(outcome.values)  # type: ignore[arg-type]
        decided = decisions(self.model)
        books = account(self.instance, decided)
        plan = PlanData(
            instance=self.instance.name,
            instance_hash=self.instance.hash,
            status="feasible",
            stop=str(outcome.stop),
            gap_asked=self.settings.gap,
            decisions=decided,
            objective=float(books.objective),
            costs={category: float(amount) for category, amount in books.costs.items()},
            solver=found_by(self.settings, outcome),
        )
        audit(self.instance, plan).raise_if_broken()
        cost = float(sum(amount for name, amount in books.costs.items() if name != UNMET))
        unmet, asked = (lacking_in(of, self.weight) for of in (books.unmet, books.amount))
        return Point(plan, cost, None, float(unmet), float(unmet / asked) if asked else 0.0)

    def _vector(self, expression: Any) -> "_Vector":
        """Give an expression as coefficients by column."""
        columns, coefficients, constant = self.compiled.linear(expression)
        values = np.zeros(len(self.compiled.columns))
        values[columns] = coefficients
        return _Vector(values, float(constant))


@dataclass(frozen=True)
class _Vector:
    """A linear expression.

    Attributes:
        values: shape (columns,).
        constant: what is added.
    """

    values: Floats
    constant: float

    @property
    def largest(self) -> float:
        """The largest coefficient, 1 where there is none."""
        return float(np.abs(self.values).max(initial=0.0)) or 1.0
