"""Rolling horizon: plan with what is known, fix the first orders, learn the truth, plan again."""

from collections.abc import Callable

from gridblock.instances.instance import Instance
from gridblock.model.build import INTACT, build
from gridblock.model.hindsight import hold
from gridblock.model.plan import Decisions, PlanData
from gridblock.solvers.outcome import Progress, Settings
from gridblock.solvers.session import Session
from gridblock.solvers.solve import find_plan


def plan_from(
    instance: Instance,
    settings: Settings,
    session: Session,
    past: tuple[Decisions, int] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> PlanData:
    """Plan an instance in which what was done in the past stays done.

    Orders of the past are those of the plan in force, which the instance holds. Blocks that were
    retired and runs that were started stay so, and no others are in hindsight.

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
    model = None
    if past is not None and past[1] > 0:
        model = build(instance, INTACT)
        hold(model, *past)
    plan = find_plan(instance, settings, session, model=model, on_progress=on_progress).plan
    if plan.status == "interrupted":
        raise KeyboardInterrupt
    return plan
