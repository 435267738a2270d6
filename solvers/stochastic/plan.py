"""One plan for the scenarios of an instance: what is ordered before it is known which one comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.outlook import Future
from gridblock.model.common_orders import Order
from gridblock.model.extensive import EXPECTED, Domain, Risk
from gridblock.model.plan import PlanData
from gridblock.solvers.many.pool import Where
from gridblock.solvers.outcome import Progress, Settings
from gridblock.solvers.session import Session
from gridblock.solvers.stochastic.cylinders import Cylinders
from gridblock.solvers.stochastic.cylinders import solve as solve_apart
from gridblock.solvers.stochastic.elsewhere import solved_apart
from gridblock.solvers.stochastic.found import Hedge
from gridblock.solvers.stochastic.hedge import hedge
from gridblock.solvers.stochastic.orders import OrdersProgram

HERE: Final = Where()
LAST: Final = "end"
"""What the end of the horizon is called where a period is named."""


@dataclass(frozen=True)
class StochasticPlan:
    """One plan for several scenarios of an instance.

    Attributes:
        instance: what is given.
        futures: what may come.
        resolves: position of the period in which it becomes known what comes; what is ordered
            before is the same whatever comes.
        hedge: what was found.
        averaged: the fields that have their mean in the instance of the mean.
        kept: the fields that differ and have no mean, and are in it as the instance stands.
        gap_asked: the gap that was asked for.
    """

    instance: Instance
    futures: tuple[Future, ...]
    resolves: int
    hedge: Hedge
    averaged: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    gap_asked: float = 0.0

    @property
    def given(self) -> dict[str, Instance]:
        """The instance of each scenario, by name."""
        return {future.name: future.instance for future in self.futures}

    @property
    def plans(self) -> Mapping[str, PlanData]:
        """The plan of each scenario, by name."""
        return self.hedge.plans

    @property
    def orders(self) -> dict[Order, int]:
        """What is ordered before it is known what comes, in the order of time."""
        return ordered(self.hedge.plan.decided) if self.hedge.plan is not None else {}


def ordered(decided: Mapping[object, float]) -> dict[Order, int]:
    """Give orders as whole numbers, in the order of names, and of time where periods sort so."""
    return {key: round(n) for key, n in decided.items() if isinstance(key, Order) and round(n)}


def plan_orders(
    instance: Instance,
    futures: Sequence[Future],
    resolves: int,
    settings: Settings,
    session: Session,
    *,
    risk: Risk = EXPECTED,
    compare: bool = True,
    decompose: bool = False,
    where: Where = HERE,
    on_progress: Callable[[Progress], None] | None = None,
    on_step: Callable[[str], None] | None = None,
) -> StochasticPlan:
    """Plan several scenarios at once.

    Args:
        instance: what is given.
        futures: what may come of it.
        resolves: position of the period in which it becomes known what comes.
        settings: how to solve each of the models.
        session: the solver's process.
        risk: what is minimised.
        compare: whether to compare with knowing what comes and with planning for the mean.
        decompose: whether to solve scenarios apart, by mpi-sppy.
        where: where scenarios are solved alone.
        on_progress: called with each line of progress.
        on_step: called with what is solved next.

    Raises:
        InstanceError: it asks for what cannot be planned so.
        KeyboardInterrupt: it was interrupted before there was a plan.
        AuditError, ModelError, OptionError, SolverError: as ``find_plan``.
    """
    program = OrdersProgram(instance, futures, resolves, settings)
    _refuse(program, risk, decompose=decompose)

    def apart(domains: Mapping[Any, Domain]) -> Cylinders:
        how = {"stopped": session.stopped, "on_progress": on_progress}
        return solve_apart(program, domains, settings, **how)  # type: ignore[arg-type]

    found = hedge(
        program,
        settings,
        session,
        risk=risk,
        compare=compare,
        apart=apart if decompose else None,
        elsewhere=None if where == HERE else solved_apart(program, where),
        on_progress=on_progress,
        on_step=on_step,
    )
    mean = program.average
    given = (instance, tuple(futures), resolves, found)
    return StochasticPlan(*given, mean.averaged, mean.kept, settings.gap)


def _refuse(program: OrdersProgram, risk: Risk, *, decompose: bool) -> None:
    """Refuse what cannot be planned so, and say what can be done instead.

    Raises:
        InstanceError: demands are of several tiers.
        ValueError: only the expected cost can be decomposed.
    """
    if risk.weight and decompose:
        message = "scenarios are solved apart by expected cost alone: give the worst no weight"
        raise ValueError(message)
    if program.tiered and (risk.weight or decompose):
        instead = "solve all scenarios at once" if decompose else "give the worst no weight"
        message = f"are of several tiers: give all of them one tier, or {instead}"
        raise InstanceError([Fault(("demands",), message)])


def resolved(instance: Instance, period: str | None) -> int:
    """Give the position of the period in which it becomes known what comes.

    Args:
        instance: what is given.
        period: its name, or ``end``: all is ordered before; default the second one.

    Raises:
        ValueError: there is no such period, or nothing can be ordered before it.
    """
    index = instance.horizon.index
    if period is None:
        return 1
    if period not in index and period == LAST:
        return len(index)
    if period not in index:
        message = f"{period!r} is not a period{instance.horizon.nearest(period)}"
        raise ValueError(message)
    if not index[period]:
        message = f"nothing can be ordered before {period}, the first period"
        raise ValueError(message)
    return index[period]


def resolves_in(instance: Instance, resolves: int) -> str | None:
    """Name the period in which it becomes known what comes; None after the last."""
    names = instance.horizon.names
    return names[resolves] if resolves < len(names) else None
