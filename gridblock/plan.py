"""Plans as users hold them: solve, tables, audit, save."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gridblock import runs
from gridblock.instances.baseline import current_fleet_only
from gridblock.instances.instance import Instance
from gridblock.machine import memory
from gridblock.model.audit import Report, audit
from gridblock.model.certificate import Certificate
from gridblock.model.plan import Decisions, PlanData
from gridblock.model.size import refuse_beyond
from gridblock.presented import Presented

if TYPE_CHECKING:
    import pyomo.environ as pyo

    from gridblock.price_sheet import PriceSheet
    from gridblock.solvers.outcome import Progress
    from gridblock.solvers.session import Session
    from gridblock.why import Why, WhyNot

BASELINE_GAP: Final = 0.005
"""How close to the best the plan that does nothing is proven."""


class NoPlanError(Exception):
    """No plan was found before a limit; ``plan`` holds what is known."""

    def __init__(self, message: str, plan: "Plan") -> None:
        """Keep the plan without decisions."""
        super().__init__(message)
        self.plan = plan


class InfeasibleError(NoPlanError):
    """No plan can exist: hard rules conflict; ``plan.data.conflict`` names them."""


@dataclass(frozen=True)
class Plan(Presented):
    """Everything decided for an instance: one output.

    Attributes:
        instance: what was given.
        data: the plan as plain data.
        progress: how best and bound moved while it was solved.
        certificate: what proves the bound, where it was solved just now.
    """

    instance: Instance
    data: PlanData
    progress: tuple["Progress", ...] = field(default=(), compare=False)
    certificate: Certificate | None = field(default=None, compare=False, repr=False)

    @property
    def status(self) -> str:
        """One of optimal, feasible, infeasible, no_plan and interrupted."""
        return self.data.status

    @property
    def stop(self) -> str:
        """Why the solver stopped: finished, time_limit, interrupted, …."""
        return self.data.stop

    @property
    def objective(self) -> float | None:
        """Net present value of all costs, in the instance's currency; None without a plan."""
        return self.data.objective

    @property
    def bound(self) -> float | None:
        """Proven lower bound of the objective of any plan; None if there is none."""
        return self.data.bound

    @property
    def gap(self) -> float | None:
        """``|objective - bound| / max(1e-9, |objective|)``."""
        return self.data.gap

    @property
    def costs(self) -> Mapping[str, float]:
        """Net present value by category; they sum to the objective."""
        return self.data.costs

    @property
    def seconds(self) -> Mapping[str, float]:
        """Wall seconds by stage: read, build, hand_over, solve, read_back, audit."""
        return self.data.seconds

    def audit(self) -> Report:
        """Check every rule and cost again, without model and solver."""
        return audit(self.instance, self.data)

    def explain(
        self,
        *,
        gap: float | None = None,
        time_limit: float | None = 300.0,
        session: "Session | None" = None,
        on_step: Callable[[str], None] | None = None,
    ) -> "Why | WhyNot":
        """Say why work stays unmet or no plan can exist, shown with rules relaxed.

        Args:
            gap: relative gap of the re-solves; default 0.01 %, or 0.5 % of a large model.
            time_limit: seconds for all re-solves together; None for no limit.
            session: a solver process to use again; default a new one.
            on_step: called with what is tried next.

        Raises:
            ValueError: there is no plan.
        """
        from gridblock.why import explain

        return explain(self, gap=gap, time_limit=time_limit, session=session, on_step=on_step)

    def prices(
        self,
        *,
        anew: int = 5,
        gap: float = 1e-3,
        time_limit: float | None = None,
        session: "Session | None" = None,
        on_step: Callable[[int, int], None] | None = None,
    ) -> "PriceSheet":
        """Say what a little more is worth: one unit at the margin, and whole steps.

        Args:
            anew: how many steps are planned anew, the dearest first.
            gap: relative gap of planning anew.
            time_limit: seconds of each solve; default none.
            session: a solver process to use again; default a new one.
            on_step: called before each step with its number and how many there are.

        Raises:
            ValueError: there is no plan.
        """
        from gridblock.price_sheet import price_sheet

        how = {"anew": anew, "gap": gap, "time_limit": time_limit}
        return price_sheet(self.instance, self.data, **how, session=session, on_step=on_step)  # type: ignore[arg-type]

    def save(self, folder: str | Path) -> Path:
        """Save instance, plan and tables into a new folder, whole or not at all.

        Raises:
            FileExistsError: the folder exists and is not empty.
            OSError: it cannot be written; the message names the file.
        """
        return runs.save(self, Path(folder))

    def baseline(
        self,
        *,
        time_limit: float | None = 60.0,
        session: "Session | None" = None,
        on_progress: "Callable[[Progress], None] | None" = None,
    ) -> "Plan":
        """Plan doing nothing: the current fleet, what is on order, and signed contracts alone.

        Args:
            time_limit: seconds for the solver.
            session: a solver process to use; default a new one.
            on_progress: called with best, bound, gap and nodes now and then.

        Returns:
            The best plan found; without decisions where none can exist, or none was found in time.
        """
        return solve(
            current_fleet_only(self.instance),
            gap=max(self.data.gap_asked, BASELINE_GAP),
            time_limit=time_limit,
            session=session,
            on_progress=on_progress,
            raise_without_plan=False,
        )


def solve(
    instance: Instance,
    *,
    gap: float = 1e-3,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    method: str = "auto",
    lp_solver: str = "automatic",
    solver_options: Mapping[str, str | float | int | bool] | None = None,
    model: "pyo.ConcreteModel | None" = None,
    start: Plan | Decisions | None = None,
    session: "Session | None" = None,
    on_progress: "Callable[[Progress], None] | None" = None,
    on_log: Callable[[str], None] | None = None,
    read_seconds: float = 0.0,
    raise_without_plan: bool = True,
) -> Plan:
    """Plan an instance; what is returned has passed the audit.

    Args:
        instance: what is given.
        gap: relative gap within which a plan counts as optimal.
        time_limit: seconds for the solver; default none.
        threads: threads of the solver.
        seed: seed of the solver; the same seed, threads and versions give the same plan.
        method: ``exact`` is a tree search of the whole; ``fast`` searches along the model's
            structure and stops when it finds nothing better; ``auto`` chooses by size.
        lp_solver: of the relaxation: automatic, simplex, ipx, hipo, pdlp or cuopt.
        solver_options: options of HiGHS by name.
        model: the result of ``build(instance)`` with rules of your own; default it is built.
        start: a plan to start from, or its decisions, of this instance or of one like it; what of
            it does not fit is passed over.
        session: a solver process to use again for many instances; default a new one.
        on_progress: called with best, bound, gap and nodes now and then.
        on_log: called with each piece of the solver's log.
        read_seconds: what reading took, for ``seconds``.
        raise_without_plan: whether the lack of a plan is an exception; otherwise see ``status``.

    Returns:
        The plan. After Ctrl-C it is the best one found so far, with the status ``interrupted``.

    Raises:
        InfeasibleError: no plan can exist.
        InstanceError: its model does not fit into memory.
        NoPlanError: none was found in time.
        AuditError: what the solver found breaks a rule.
        OptionError: an option is none of HiGHS, has no such value, or lp_solver is not there.
        SolverError: HiGHS failed.
        TypeError: instance, model or start is of another kind.
    """
    from pyomo.common.gc_manager import PauseGC

    from gridblock.solvers.lp_solvers import refuse_missing
    from gridblock.solvers.outcome import Settings
    from gridblock.solvers.session import opened
    from gridblock.solvers.solve import find_plan

    _refuse_other_kinds(instance, model, start)
    refuse_missing(lp_solver)
    if model is None:
        refuse_beyond(instance, memory())
    how = {"method": method, "lp_solver": lp_solver, "options": solver_options or {}}
    settings = Settings(gap=gap, time_limit=time_limit, threads=threads, seed=seed, **how)  # type: ignore[arg-type]
    told = {"read_seconds": read_seconds, "on_progress": on_progress, "on_log": on_log}
    before: dict[str, object] = {"start": start}
    if isinstance(start, Plan):
        before = {"start": start.data.decisions, "weights": start.certificate}
    # To look for garbage is to walk through the whole model, again and again.
    with PauseGC(), opened(session) as held:
        found = find_plan(instance, settings, held, model=model, certify=True, **told, **before)  # type: ignore[arg-type]
    plan = Plan(instance, found.plan, found.progress, found.certificate)
    if raise_without_plan and found.plan.decisions is None:
        _raise_without_plan(plan)
    return plan


def _refuse_other_kinds(instance: object, model: object, start: object) -> None:
    """Say of what kind an argument has to be, and how to come by that."""
    from pyomo.environ import ConcreteModel

    asked: tuple[tuple[str, object, tuple[type, ...], str], ...] = (
        ("instance", instance, (Instance,), "an Instance: gridblock.read(...) gives one"),
        ("model", model, (ConcreteModel,), "a Pyomo model: gridblock.build(instance) gives one"),
        ("start", start, (Plan, Decisions), "a Plan: gridblock.read_plan(...) reads one"),
    )
    for name, value, kinds, needed in asked:
        if not isinstance(value, kinds) and (value is not None or name == "instance"):
            message = f"{name} cannot be of the kind {type(value).__name__}: it is {needed}"
            raise TypeError(message)


def _raise_without_plan(plan: Plan) -> None:
    if plan.status == "infeasible":
        message = "no plan can exist: " + ("; ".join(plan.data.conflict) or "the rules conflict")
        raise InfeasibleError(message, plan)
    message = f"no plan was found: the solver stopped ({plan.stop})"
    raise NoPlanError(message, plan)
