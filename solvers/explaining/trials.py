"""Re-solves of an instance with some rules relaxed, each of them once, within a time."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import Relaxation, Relaxing
from gridblock.model.account import Account, account
from gridblock.model.build import build
from gridblock.model.explanation import Trial, Work
from gridblock.model.findings import AuditError
from gridblock.model.plan import spending
from gridblock.model.quantities import hours_of
from gridblock.solvers.compile import Compiled, compile_model
from gridblock.solvers.outcome import Outcome, Progress, Settings, SolverError
from gridblock.solvers.session import Session
from gridblock.solvers.solve import find_plan
from gridblock.solvers.staged import FEW_INTEGERS

if TYPE_CHECKING:
    from gridblock.model.plan import Decisions, PlanData

DUST: Final = 1e-9
PARTS: Final = 10
"""One re-solve takes at most this part of the time that is left."""
SHORTEST: Final = 5.0
TIMES_THE_PRICE: Final = 10.0


class EndedError(Exception):
    """The time is up, or the user has asked to stop; the message is the status."""


class Trials:
    """Re-solves, kept by what was relaxed.

    Attributes:
        relaxing: the rules of the instance.
        small: whether the model is so small that every re-solve is of the whole of it.
        whole: the re-solves of the whole model.
        linear: those of its linear relaxation.
        plans: the plans found by re-solves of the whole model.
    """

    def __init__(
        self,
        instance: Instance,
        settings: Settings,
        session: Session,
        on_step: Callable[[str], None] | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        """Begin the clock; the settings' time limit is that of all re-solves together."""
        self.instance = instance
        self.relaxing = Relaxing(instance)
        self.session = session
        self.settings = settings
        self.on_step, self.on_progress = on_step, on_progress
        self.began = time.monotonic()
        self.whole: dict[frozenset[Relaxation], Trial] = {}
        self.linear: dict[frozenset[Relaxation], Trial] = {}
        self.plans: dict[frozenset[Relaxation], PlanData] = {}
        self.small = is_small(instance)

    @property
    def seconds(self) -> float:
        """Time since the beginning."""
        return time.monotonic() - self.began

    def left(self) -> float | None:
        """Give the seconds left; None without a limit.

        Raises:
            EndedError: none are left.
        """
        if self.settings.time_limit is None:
            return None
        left = self.settings.time_limit - self.seconds
        if left <= 0:
            message = "stopped"
            raise EndedError(message)
        return left

    def quick(self, relaxations: Iterable[Relaxation]) -> Trial:
        """Re-solve what tells enough to choose by: the linear relaxation of a large model."""
        chosen = frozenset(relaxations)
        if self.small or chosen in self.whole:
            return self.solve(chosen)
        return self.relax(chosen)

    def solve(self, relaxations: Iterable[Relaxation], text: str = "") -> Trial:
        """Re-solve the whole model.

        Raises:
            EndedError: the time is up, or the user has asked to stop.
        """
        chosen = frozenset(relaxations)
        if chosen not in self.whole:
            left = self.left()
            if self.on_step is not None:
                self.on_step(text or ", ".join(sorted({each.family for each in chosen})))
            began = time.monotonic()
            trial = self._solved(chosen, left)
            self.whole[chosen] = replace(trial, seconds=time.monotonic() - began)
        return self.whole[chosen]

    def has_tried(self, families: Iterable[str]) -> bool:
        """Say whether families have been relaxed, and no others."""
        asked = set(families)
        return any({each.family for each in key} == asked for key in self.whole)

    def number(self, relaxations: Iterable[Relaxation]) -> int | None:
        """Give the position of a re-solve of the whole model, in the order in which they ran."""
        chosen = frozenset(relaxations)
        return list(self.whole).index(chosen) if chosen in self.whole else None

    def _solved(self, chosen: frozenset[Relaxation], left: float | None) -> Trial:
        """Re-solve the whole model with rules relaxed, within a part of the time that is left."""
        limit = None if left is None else min(left, max(SHORTEST, left / PARTS))
        settings = replace(self.settings, time_limit=limit)
        relaxed = tuple(sorted(chosen))
        try:
            given = self.relaxing.relaxed(chosen)
            plan = find_plan(
                given,
                settings,
                self.session,
                start=None if self.small else self._nearest(chosen),
                on_progress=self.on_progress,
            ).plan
        except (AuditError, InstanceError, SolverError):
            return Trial(relaxed, "refused", linear=False)
        if plan.status == "interrupted":
            message = "interrupted"
            raise EndedError(message)
        if plan.decisions is None:
            return Trial(relaxed, plan.status, linear=False)
        self.plans[chosen] = plan
        books = account(given, plan.decisions)
        return Trial(
            relaxed,
            plan.status,
            linear=False,
            unmet=unmet_work(given, books),
            objective=plan.objective,
            spending=spending(plan.costs),
            bound=plan.bound,
            gap=plan.gap,
        )

    def _nearest(self, chosen: frozenset[Relaxation]) -> "Decisions | None":
        """Give the plan of the most of these relaxations, which can be kept with all of them."""
        known = [key for key in self.plans if key <= chosen]
        return self.plans[max(known, key=len)].decisions if known else None

    def relax(self, relaxations: Iterable[Relaxation]) -> Trial:
        """Solve the linear relaxation of the instance with some rules relaxed."""
        chosen = frozenset(relaxations)
        if chosen not in self.linear:
            self.left()
            self.linear[chosen] = self._relaxed(chosen)
        return self.linear[chosen]

    def _relaxed(self, chosen: frozenset[Relaxation]) -> Trial:
        """Solve the linear relaxation with rules relaxed."""
        relaxed = tuple(sorted(chosen))
        try:
            given = self.relaxing.relaxed(chosen)
            model = build(given)
            compiled = compile_model(model)
            self.session.load(compiled.matrix)
            outcome = self.session.run(
                replace(self.settings, relaxation=True, time_limit=self.left(), start=None)
            )
        except (InstanceError, SolverError):
            return Trial(relaxed, "refused", linear=True)
        if outcome.stop == "interrupted":
            message = "interrupted"
            raise EndedError(message)
        if outcome.values is None:
            return Trial(relaxed, "no_plan", linear=True)
        return Trial(
            relaxed,
            "optimal",
            linear=True,
            unmet=_unmet_of(given, compiled, outcome),
            objective=outcome.objective,
            bound=outcome.bound,
            gap=outcome.gap,
            seconds=outcome.seconds,
        )

    @property
    def price(self) -> Relaxation:
        """Unmet work so dear that price decides nothing; ten times as dear in a large model.

        There a higher price would let what whole blocks leave over count for more than the gap.
        """
        price = self.relaxing.price
        return price if self.small else replace(price, step=TIMES_THE_PRICE)

    def priced(self, relaxations: Iterable[Relaxation]) -> frozenset[Relaxation]:
        """Add to some relaxations that unmet work is dear, so that price decides nothing."""
        return frozenset((*relaxations, self.price))


def is_small(instance: Instance) -> bool:
    """Say whether the model of an instance is solved at once."""
    model = build(instance)
    return int(compile_model(model).matrix.integer.sum()) <= FEW_INTEGERS


def unmet_work(instance: Instance, books: Account) -> dict[tuple[str, str], float]:
    """Give the unit-hours that stay unmet, by demand and period, where more than dust does."""
    hours = hours_of(instance)
    sums: dict[tuple[str, str], float] = defaultdict(float)
    asked: dict[tuple[str, str], float] = defaultdict(float)
    for (demand, region, t), units in books.amount.items():
        asked[demand, t] += float(units * hours[t])
        sums[demand, t] += float(books.unmet.get((demand, region, t), 0) * hours[t])
    return {key: work for key, work in sums.items() if work > DUST * asked[key]}


def _unmet_of(instance: Instance, compiled: Compiled, outcome: Outcome) -> Work:
    """Give the unit-hours unmet in the solution of a linear relaxation."""
    hours = instance.over_periods(tuple(instance.horizon.hours))
    sums: dict[tuple[str, str], float] = defaultdict(float)
    started: dict[str, float] = defaultdict(float)
    for variable, value in zip(compiled.columns, outcome.values.tolist(), strict=True):  # type: ignore[union-attr]
        name = variable.parent_component().local_name
        if name == "unmet":
            demand, _, t = variable.index()
            sums[demand, t] += value * hours[t]
        elif name == "starts":
            started[variable.index()[0]] += value
    for demand in instance.demands:
        if demand.run is not None:
            windows = instance.windows(demand)
            amount = instance.over_periods(demand.amount)
            for t in next(iter(windows.values()), ()):
                sums[demand.name, t] = amount[t] * hours[t] * (1 - min(1.0, started[demand.name]))
    return {key: work for key, work in sums.items() if work > DUST}
