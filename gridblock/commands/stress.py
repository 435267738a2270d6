"""``gridblock stress``: which shock hurts a saved plan most, with recourse."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gridblock.commands.answers import show_answer
from gridblock.commands.ending import Ending, Interrupts, ended
from gridblock.commands.kept import folder_for, refuse_homeless, refuse_unkept, tell_kept
from gridblock.commands.many import code
from gridblock.commands.options import (
    Form,
    Format,
    Gap,
    LogFile,
    NoSave,
    Output,
    Quiet,
    RunFolder,
    SolverOptions,
    Threads,
    TimeLimit,
    Verbose,
    WithReport,
)
from gridblock.commands.shock_options import (
    AnyStart,
    BudgetOption,
    DemandFactor,
    Kinds,
    Late,
    Only,
    Outage,
    Price,
    Resolves,
    SearchOption,
    Shocks,
    Top,
    Way,
)
from gridblock.commands.solving import Told, how_of, solving
from gridblock.commands.study_options import Jobs, Resume, SaveRuns, Scheduler
from gridblock.commands.talk import Talk

if TYPE_CHECKING:
    from gridblock.stress_asked import Asked
    from gridblock.stresses import Stress
    from gridblock.studies import How


def stress(
    run: RunFolder,
    shocks: Shocks = None,
    kinds: Kinds = None,
    only: Only = None,
    late: Late = None,
    outage: Outage = None,
    any_start: AnyStart = False,
    price: Price = None,
    demand: DemandFactor = None,
    resolves: Resolves = None,
    budget: BudgetOption = 1,
    search: SearchOption = Way.GREEDY,
    top: Top = 5,
    jobs: Jobs = 0,
    scheduler: Scheduler = None,
    gap: Gap = 0.005,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    form: Format = Form.TABLE,
    output: Output = None,
    no_save: NoSave = False,
    report: WithReport = False,
    save_runs: SaveRuns = False,
    resume: Resume = False,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
    solver_option: SolverOptions = [],  # noqa: B006
) -> None:
    """Find which delay, outage, price or demand hurts a plan most, with recourse.

    The shocks follow from the instance: every site, option, delivery and link
    that can be late, every site and link that can fail, every price and
    demand. Orders before the shock stand, all else is decided again. Those
    that cannot be among the worst, by what the plan costs as it stands, are
    not solved. The gap of each recourse is 0.5% by default.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk) as interrupts:
        refuse_homeless(output, {"--resume": resume})
        kept = {"--output": output, "--report": report, "--save-runs": save_runs}
        refuse_unkept(no_save, kept)
        counts = {"--budget": budget, "--top": top, "--late": late, "--outage": outage}
        _refuse_none(counts)
        talk.phase("reading")
        sizes = {
            "kinds": kinds,
            "only": only,
            "late": late,
            "outage": outage,
            "starts": "all" if any_start else None,
            "price": price,
            "demand": demand,
        }
        given = {name: value for name, value in sizes.items() if value is not None}
        how = how_of(jobs, scheduler, gap, time_limit, threads, solver_option, save_runs)
        asked = _asked(run, shocks, given, resolves, (budget, search is Way.EXACT, top), how)
        folder = folder_for(asked.plan.instance, output, no_save)
        found = _found(talk, interrupts, asked, how, folder, resume)
        talk.line.end()
        from gridblock.reports.plain_text import csv_table
        from gridblock.reports.stress_document import document

        show_answer(
            form,
            found.as_json,
            lambda: document(found.data),
            lambda: csv_table(found.table),
        )
        tell_kept(talk, found, folder, report)
        raise typer.Exit(_code(found))


def _refuse_none(counts: dict[str, int | None]) -> None:
    """Refuse to look for no shock, or for one of no period.

    Raises:
        typer.BadParameter: none is asked for.
    """
    for name, number in counts.items():
        if number is not None and number < 1:
            message = f"{name} counts from 1"
            raise typer.BadParameter(message)


def _asked(
    run: Path,
    shocks: Path | None,
    sizes: dict[str, Any],
    resolves: str | None,
    budget: tuple[int, bool, int],
    how: "How",
) -> "Asked":
    """Read the plan and what is asked of it.

    Raises:
        typer.BadParameter: the run has no plan, or there is no such period.
    """
    from gridblock.saved import read_plan
    from gridblock.solvers.stress import Budget
    from gridblock.stress_asked import Asked, come_by, sized

    plan = read_plan(run)
    if plan.data.decisions is None:
        message = f"{run} has no plan ({plan.status}): there is nothing to try"
        raise typer.BadParameter(message, param_hint="'RUN'")
    given = sized(shocks, sizes)
    try:
        comes = come_by(plan.instance, resolves)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--resolves'") from None
    settings: dict[str, Any] = {
        "gap": how["gap"],
        "time_limit": how["time_limit"],
        "threads": how["threads"],
        "seed": 0,
        "options": dict(how["solver_options"] or {}),
    }
    return Asked(plan, given, comes, Budget(*budget, given.starts == "worst"), settings)


def _found(
    talk: Talk,
    interrupts: Interrupts,
    asked: "Asked",
    how: "How",
    folder: Path | None,
    resume: bool,
) -> "Stress":
    """Search for the worst, and tell how it goes."""
    from gridblock.solvers.many.pool import Where
    from gridblock.stresses import search

    asked.shocks  # noqa: B018  # Shocks of what does not exist are refused first.
    told = Told(talk)
    with solving(talk, interrupts, how, told, folder):
        return search(
            asked,
            Where(how["jobs"], how["scheduler"]),
            folder,
            resume=resume,
            save_runs=how["save_runs"],
            on_answer=told,
        )


def _code(found: "Stress") -> Ending:
    """Give the exit code; that no shock had to be solved is an answer, too."""
    return code(found.statuses) if found.statuses else Ending.PLAN
