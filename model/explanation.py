"""Why work stays unmet, as plain data: what was relaxed, what that recovers, what it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gridblock.instances.relaxing import Relaxation

FORMAT_VERSION: Final = 1
SERVED: Final = 0.01
"""So small a share of what is unmet counts as none: re-solves are proven to a gap, not exact."""
Work = Mapping[tuple[str, str], float]
"""Unit-hours by demand and period."""


@dataclass(frozen=True)
class Trial:
    """What a plan of the instance with some rules relaxed does.

    Attributes:
        relaxed: what was relaxed.
        status: of the plan: optimal, feasible, no_plan, infeasible, or refused where the relaxed
            instance is not valid.
        linear: whether whole numbers and choices were left out: a linear relaxation.
        unmet: unit-hours that stay unmet, where any do.
        objective: net present value of all costs, unmet work at the prices in force.
        spending: the same without unmet work and limits exceeded.
        bound: proven lower bound of the objective.
        gap: between the two.
        seconds: what it took.
    """

    relaxed: tuple[Relaxation, ...]
    status: str
    linear: bool
    unmet: Work = field(default_factory=dict)
    objective: float | None = None
    spending: float | None = None
    bound: float | None = None
    gap: float | None = None
    seconds: float = 0.0

    @property
    def found(self) -> bool:
        """Whether there is a plan."""
        return self.objective is not None

    def left(self, demand: str, periods: tuple[str, ...] = ()) -> float:
        """Give the unit-hours of a demand that stay unmet, in some periods or in all."""
        return sum(
            units
            for (name, t), units in self.unmet.items()
            if name == demand and (not periods or t in periods)
        )


@dataclass(frozen=True)
class Need:
    """What a plan with rules relaxed uses beyond what is given.

    Attributes:
        family: the kind of rule.
        item: whose rule it is.
        amount: how much more than the limit it uses in the period where that is most.
        period: that period.
        limit: the limit there.
    """

    family: str
    item: str
    amount: float
    period: str
    limit: float


@dataclass(frozen=True)
class Worth:
    """What relaxing a rule by a step is worth at the prices given.

    Attributes:
        family: the kind of rule.
        item: whose rule it is.
        step: by how much it is relaxed, in the unit of the rule (lead: periods).
        value: by how much the best plan is cheaper, net present value.
        uncertain: by how much the value may be off, from the gaps of both plans.
        linear: whether it is that of the linear relaxation, with whole numbers left out.
    """

    family: str
    item: str
    step: float
    value: float
    uncertain: float
    linear: bool


@dataclass(frozen=True)
class BreakEven:
    """From which price on unmet work is dear enough that serving it pays.

    Attributes:
        factor: the price times this; None where there is none.
        price: what that is a unit-hour, in the dearest of the periods.
        average: what all of it costs a unit-hour that is recovered, in present value.
        proven: whether a re-solve at that price finds no cheaper plan that serves more.
    """

    factor: float | None
    price: float
    average: float
    proven: bool


@dataclass(frozen=True)
class Blocker:
    """What keeps work of a demand from being served in some periods.

    Attributes:
        demand: whose work.
        periods: when.
        relaxed: the rules; several where they must go together. Empty where nothing is known to
            help.
        unmet: unit-hours unmet in these periods.
        after: unit-hours unmet when the rules are relaxed.
        proof: position of the re-solve that shows it, in ``trials``.
        alone: unit-hours unmet with each rule relaxed alone, by family, where several are named.
        instead: items of which each alone would do as well, by the linear relaxation.
        needs: what it takes.
        worth: what that is worth.
        break_even: where the price is the blocker.
        in_the_gap: whether it is priced at less than the gap of the plan, so that a plan as good
            may well serve it; it is not looked into.
    """

    demand: str
    periods: tuple[str, ...]
    relaxed: tuple[Relaxation, ...]
    unmet: float
    after: float
    proof: int | None = None
    alone: Mapping[str, float] = field(default_factory=dict)
    instead: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    worth: tuple[Worth, ...] = ()
    break_even: BreakEven | None = None
    in_the_gap: bool = False

    @property
    def recovered(self) -> float:
        """Unit-hours that are served once the rules are relaxed."""
        return max(0.0, self.unmet - self.after)


@dataclass(frozen=True)
class Shortfall:
    """A demand of which work stays unmet.

    Attributes:
        demand: its name.
        amount: unit-hours asked for.
        unmet: unit-hours unmet in the plan, by period.
        alone: unit-hours unmet with one family of rules relaxed at the prices given, and with
            unmet work made dear alone, by family; ``unmet_cost`` is the latter.
        dear: unit-hours unmet with one family relaxed and unmet work made dear, by family.
        smallest: the smallest set of families that serves all of it; None where no set does, or
            none is known.
        proven: whether every smaller set is known not to serve it.
        rest: unit-hours unmet with all rules relaxed; None where that was not tried.
        in_the_gap: whether what stays unmet of it is priced at less than the gap of the plan.
    """

    demand: str
    amount: float
    unmet: Mapping[str, float]
    alone: Mapping[str, float] = field(default_factory=dict)
    dear: Mapping[str, float] = field(default_factory=dict)
    smallest: tuple[str, ...] | None = None
    proven: bool = False
    rest: float | None = None
    in_the_gap: bool = False

    @property
    def total(self) -> float:
        """Unit-hours unmet over all periods."""
        return sum(self.unmet.values())


@dataclass(frozen=True)
class Explanation:
    """Why work stays unmet.

    Attributes:
        instance: the name of the instance.
        instance_hash: its hash.
        objective: of the plan that is explained.
        status: explained, stopped at a limit, or interrupted; what is named is proven in any case.
        gap_asked: the gap of the re-solves.
        shortfalls: the demands with unmet work, the dearest first.
        blockers: what keeps it from being served; each period of a demand is in one of them.
        trials: every re-solve of the whole model.
        linear: how many linear relaxations were solved to choose them.
        seconds: what all of it took.
    """

    instance: str
    instance_hash: str
    objective: float | None
    status: str
    gap_asked: float
    shortfalls: tuple[Shortfall, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    trials: tuple[Trial, ...] = ()
    linear: int = 0
    seconds: float = 0.0

    def blocker(self, demand: str, period: str) -> Blocker | None:
        """Give what keeps a demand from being served in a period; None where nothing is unmet."""
        found = (b for b in self.blockers if b.demand == demand and period in b.periods)
        return next(found, None)
