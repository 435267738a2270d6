"""Rolling horizon: plan with what is known, fix the first orders, learn the truth, plan again."""

from collections.abc import Callable

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.build import INTACT, build
from gridblock.model.hindsight import carry_on, hold
from gridblock.model.plan import Decisions, PlanData
from gridblock.solvers.outcome import Progress, Settings
from gridblock.solvers.session import Session
from gridblock.solvers.solve import find_plan

Rule = Callable[[pyo.ConcreteModel, Decisions, int], None]


def plan_from(
    instance: Instance,
    settings: Settings,
    session: Session,
    past: tuple[Decisions, int] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> PlanData:
    """Plan an instance in which what was done in the past stays done.

    Orders of the past are those of the plan in force, which the instance holds. Blocks that were
    retired stay so, and no others are in hindsight. Runs that had started go on. Where no plan lets
    all of them do so, they may be lost, and start anew in a period that is open.

    Args:
        instance: what is known, with the plan in force.
        settings: gap, time limit, threads, seed and options.
        session: the solver's process.
        past: the decisions of the plan before, and the position of the first period that is open;
            None where there is no past.
        on_progress: called with each line of progress.

    Raises:
        AuditError, ModelError, OptionError, SolverError: as ``find_plan``.
        KeyboardInterrupt: it was interrupted.
    """

    def planned(*rules: Rule) -> PlanData:
        model = None
        if past is not None and past[1] > 0:
            model = build(instance, INTACT)
            for rule in rules:
                rule(model, *past)
        plan = find_plan(instance, settings, session, model=model, on_progress=on_progress).plan
        if plan.status == "interrupted":
            raise KeyboardInterrupt
        return plan

    plan = planned(hold, carry_on)
    if plan.status == "infeasible" and past is not None and past[0].starts:
        return planned(hold)
    return plan
