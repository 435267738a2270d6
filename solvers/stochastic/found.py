"""What is found for several scenarios: a plan for all of them, and what it is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gridblock.model.extensive import Risk
from gridblock.model.plan import Stage
from gridblock.solvers.outcome import relative_gap
from gridblock.solvers.stochastic.measures import (
    conditional_value_at_risk,
    expected,
    weighed,
)

Decided = Mapping[Any, float]


@dataclass(frozen=True)
class Strategy:
    """Something decided before it is known what comes, carried through in every scenario.

    Attributes:
        name: what it is called.
        decided: what is decided, by key; what it does not name is 0.
        costs: what the best plan with it costs, by scenario; None where there is none.
        least: no plan with it costs less, by scenario; None where that is not known.
        barred: the scenarios in which it is known that it cannot be carried out.
    """

    name: str
    decided: Decided
    costs: Mapping[str, float | None]
    least: Mapping[str, float | None]
    barred: tuple[str, ...] = ()

    @property
    def known(self) -> dict[str, float] | None:
        """What it costs in every scenario; None where it has no plan in one."""
        costs = {name: cost for name, cost in self.costs.items() if cost is not None}
        return costs if len(costs) == len(self.costs) else None


@dataclass(frozen=True)
class Worth:
    """A difference of two costs that are each known within a gap.

    Attributes:
        value: of the plans found.
        least: it is no less.
        most: it is no more; None where that is not known.
    """

    value: float
    least: float | None
    most: float | None


@dataclass(frozen=True)
class Hedge:
    """A plan for several scenarios.

    Attributes:
        probability: of each scenario by name.
        risk: what was minimised.
        status: optimal, feasible, infeasible, no_plan or interrupted.
        stop: why the search ended.
        plan: what is decided before it is known what comes; None without a plan.
        plans: what is done in each scenario.
        bound: proven lower bound of what was minimised, of any plan.
        stages: what stages by tier have found, before the last.
        future: what is known to come, planned alone: costs and bounds by scenario, under the names
            ``costs`` and ``least`` of a strategy that decides differently in each.
        own: the best plan of each scenario alone, carried through in all others.
        mean: the plan made for the mean, carried through; None where that was not asked for.
        barred: what some scenario lets nobody decide, with the names of those that do so.
        impossible: the scenarios that have no plan even if it is known that they come.
        notes: what else the reader should know.
    """

    probability: Mapping[str, float]
    risk: Risk
    status: str
    stop: str
    plan: Strategy | None = None
    plans: Mapping[str, Any] = field(default_factory=dict)
    bound: float | None = None
    stages: tuple[Stage, ...] = ()
    future: Strategy | None = None
    own: tuple[Strategy, ...] = ()
    mean: Strategy | None = None
    barred: Mapping[Any, tuple[str, ...]] = field(default_factory=dict)
    impossible: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def costs(self) -> dict[str, float]:
        """What the plan costs, by scenario; nothing without one."""
        return {} if self.plan is None else self.plan.known or {}

    def of(self, costs: Mapping[str, float]) -> float:
        """Give what is minimised, of some costs by scenario."""
        return weighed(costs, self.probability, self.risk)

    @property
    def objective(self) -> float | None:
        """What was minimised; None without a plan."""
        return self.of(self.costs) if self.costs else None

    @property
    def expected(self) -> float | None:
        """The expected cost; None without a plan."""
        return expected(self.costs, self.probability) if self.costs else None

    @property
    def at_risk(self) -> float | None:
        """The mean cost of the worst share; None without a plan."""
        costs, level = self.costs, self.risk.level
        return conditional_value_at_risk(costs, self.probability, level) if costs else None

    @property
    def gap(self) -> float | None:
        """|objective - bound| / max(1e-9, |objective|)."""
        return relative_gap(self.objective, self.bound)

    @property
    def value_of_solution(self) -> Worth | None:
        """What planning for all scenarios saves over planning for the mean (VSS).

        None where the plan made for the mean is not known to be possible in every scenario.
        """
        return None if self.mean is None else self._less(self.mean)

    @property
    def value_of_information(self) -> Worth | None:
        """What knowing the scenario beforehand would save (EVPI)."""
        return None if self.future is None else self._less(self.future, by=-1)

    def _less(self, other: Strategy, by: int = 1) -> Worth | None:
        """Give by how much another strategy costs more, or less with ``by`` = -1."""
        if other.known is None or self.objective is None:
            return None
        theirs = self.of(other.known)
        proven = Strategy("", {}, other.least, {}).known
        least = None if proven is None else self.of(proven)
        ends = (
            None if least is None else by * (least - self.objective),
            None if self.bound is None else by * (theirs - self.bound),
        )
        low, high = ends[::by]
        return Worth(by * (theirs - self.objective), low, high)

    def regret(self, strategy: Strategy, name: str) -> float | None:
        """Give what a strategy costs in a scenario beyond the best plan that knows it comes."""
        cost = strategy.costs.get(name)
        best = None if self.future is None else self.future.costs.get(name)
        return None if cost is None or best is None else cost - best

    @property
    def without_regret(self) -> dict[Any, float]:
        """What is decided in the best plan of every scenario alone: the least of each key."""
        if len(self.own) < len(self.probability):
            return {}
        first, *others = (strategy.decided for strategy in self.own)
        common = {key: min(n, *(o.get(key, 0.0) for o in others)) for key, n in first.items()}
        return {key: n for key, n in common.items() if n > 0}
