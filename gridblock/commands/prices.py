"""``gridblock prices``: what a little more of each thing is worth, around a saved plan."""

from typing import TYPE_CHECKING, Annotated

import typer

from gridblock.commands.answers import show_answer
from gridblock.commands.ending import Ending, ended
from gridblock.commands.options import (
    Brief,
    BriefFormat,
    Gap,
    LogFile,
    Quiet,
    RunFolder,
    TimeLimit,
    Verbose,
)
from gridblock.commands.talk import Talk, put
from gridblock.commands.values import whole

if TYPE_CHECKING:
    from gridblock.instances.instance import Instance
    from gridblock.plan import Plan
    from gridblock.reports.prices import Sheet


def prices(
    run: RunFolder,
    anew: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole,
            help="Steps that are planned anew, the dearest first; default 5.",
            show_default=False,
        ),
    ] = 5,
    gap: Gap = 0.001,
    time_limit: TimeLimit = None,
    form: BriefFormat = Brief.TABLE,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Say what a little more is worth: power, racks, links, chips, budgets.

    A step more of each full limit: 1 MW, 1 rack, 1 block, 100 Gbps, 1 %.
    And one unit more of what is not whole, with the range in which it holds.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk) as interrupts:
        talk.phase("reading")
        from gridblock.reports.headline import without_plan
        from gridblock.saved import read_plan

        plan = read_plan(run)
        if plan.data.decisions is None:
            talk.error(f"{without_plan(str(run), plan.data)}; there is nothing to price")
            if form == Brief.JSON:
                _show_nothing(plan.instance)
            infeasible = plan.status == "infeasible"
            raise typer.Exit(Ending.INFEASIBLE if infeasible else Ending.NO_PLAN)
        talk.phase("pricing")
        from gridblock.solvers.session import Session

        with Session() as session:
            interrupts.stop = session.stop
            found = plan.prices(
                anew=anew,
                gap=gap,
                time_limit=time_limit,
                session=session,
                on_step=lambda at, of: talk.phase(f"pricing step {at} of {of}"),
            )
        talk.line.end()
        raise typer.Exit(_show(talk, plan, found.data, form))


def _show_nothing(given: "Instance") -> None:
    """Give the answer without a plan: nulls."""
    from gridblock.instances.write import to_json
    from gridblock.reports.prices import as_json

    put(to_json(as_json(given, None)))


def _show(talk: Talk, plan: "Plan", found: "Sheet", form: Brief) -> Ending:
    """Show the answer, and say how many steps have none, or none that is proven."""
    from gridblock.reports.prices import as_json, document
    from gridblock.reports.words import plural

    given = plan.instance
    show_answer(form, lambda: as_json(given, found), lambda: document(given, found))
    if not found.stopped:
        return Ending.PLAN
    talk.note(f"{plural(found.stopped, 'step')} ended at the time limit; allow more for a proof")
    return Ending.LIMIT
