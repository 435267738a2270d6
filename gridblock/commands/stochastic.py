"""``gridblock stochastic``: one plan for several scenarios, what to order before one comes."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.answers import show_answer
from gridblock.commands.ending import Interrupts, ended, of_status
from gridblock.commands.files import refuse_taken, save
from gridblock.commands.kept import refuse_unkept, tell_kept
from gridblock.commands.options import (
    Changes,
    Form,
    Format,
    Gap,
    LogFile,
    NoSave,
    Output,
    Quiet,
    Seed,
    Source,
    Threads,
    TimeLimit,
    Verbose,
    WithReport,
)
from gridblock.commands.study_options import Scheduler
from gridblock.commands.talk import Talk
from gridblock.commands.values import share, whole

if TYPE_CHECKING:
    from gridblock.instances.instance import Instance
    from gridblock.two_stage import Stochastic


def stochastic(
    instance: Source,
    resolves: Annotated[
        str | None,
        typer.Option(
            metavar="PERIOD",
            help="When it is known what comes: orders before are the same; default the second one.",
            show_default=False,
        ),
    ] = None,
    combine: Annotated[
        bool,
        typer.Option("--combine", metavar="", help="Scenarios come true independently."),
    ] = False,
    samples: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=whole,
            help="Draw so many futures; default each one, with its probability.",
            show_default=False,
        ),
    ] = None,
    distributions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw --samples futures (default 20) from distributions; see monte-carlo.",
            show_default=False,
        ),
    ] = None,
    cvar_weight: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            parser=share,
            help="Weight of the worst outcomes beside the expected cost; default 0.",
            show_default=False,
        ),
    ] = 0.0,
    cvar_level: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            parser=share,
            help="What is not among the worst outcomes; default 90%: the worst tenth counts.",
            show_default=False,
        ),
    ] = 0.9,
    only_plan: Annotated[
        bool,
        typer.Option("--only-plan", metavar="", help="Compare with nothing: fewer solves."),
    ] = False,
    decompose: Annotated[
        bool,
        typer.Option(
            "--decompose",
            metavar="",
            help="Solve scenarios apart, by mpi-sppy: for many; needs gridblock\\[stochastic].",
        ),
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs",
            "-j",
            metavar="N",
            parser=whole,
            help="Scenarios solved alone at once, 0 for one a core; default 1.",
            show_default=False,
        ),
    ] = 1,
    scheduler: Scheduler = None,
    gap: Gap = 0.001,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    seed: Seed = 0,
    changes: Changes = [],  # noqa: B006
    form: Format = Form.TABLE,
    output: Output = None,
    no_save: NoSave = False,
    report: WithReport = False,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Plan for several scenarios at once: what to order now, while none of them is certain.

    Orders before --resolves are the same whatever comes; the rest adapts.
    It is compared with knowing what comes, with planning for the mean, and
    with what each scenario alone would order.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk) as interrupts:
        refuse_unkept(no_save, {"--output": output, "--report": report})
        if cvar_level >= 1:
            message = "at 100 % nothing is left to be among the worst; write 95% or less"
            raise typer.BadParameter(message, param_hint="'--cvar-level'")
        if samples == 0:
            message = "1 future or more can be drawn"
            raise typer.BadParameter(message, param_hint="'--samples'")
        if distributions is not None and combine:
            message = "--combine and --distributions exclude each other"
            raise typer.BadParameter(message)
        refuse_taken(output)
        talk.phase("reading")
        given = sources.read(instance, changes)
        how: dict[str, object] = {
            "together": combine,
            "samples": samples,
            "distributions": distributions,
            "cvar_weight": cvar_weight,
            "cvar_level": cvar_level,
            "compare": not only_plan,
            "decompose": decompose,
            "jobs": jobs,
            "scheduler": scheduler,
            "gap": gap,
            "time_limit": time_limit,
            "threads": threads,
            "seed": seed,
        }
        found = _found(talk, interrupts, given, _period(given, resolves), how)
        saved = None if no_save else save(talk, found, output)
        talk.line.end()
        _show(found, form, saved)
        tell_kept(talk, found, saved, report)
        raise typer.Exit(of_status(found.status))


def _period(given: "Instance", resolves: str | None) -> str | None:
    """Refuse a period that does not exist, or before which nothing can be ordered."""
    from gridblock.solvers.stochastic.plan import resolved

    try:
        resolved(given, resolves)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--resolves'") from None
    return resolves


def _found(
    talk: Talk,
    interrupts: Interrupts,
    given: "Instance",
    resolves: str | None,
    how: dict[str, object],
) -> "Stochastic":
    """Solve, and tell how it goes."""
    talk.phase("building")
    from gridblock.solvers.session import Session
    from gridblock.two_stage import stochastic as solve

    with Session() as session:
        interrupts.stop = session.stop
        return solve(
            given,
            resolves=resolves,
            session=session,
            on_progress=talk.moved,
            on_step=lambda what: talk.phase(f"solving {what}"),
            **how,  # type: ignore[arg-type]
        )


def _show(found: "Stochastic", form: Form, saved: Path | None) -> None:
    from gridblock.reports.plain_text import csv_table
    from gridblock.reports.stochastic import document

    seconds = {name: round(taken, 3) for name, taken in found.seconds.items()}
    run = None if saved is None else str(saved)
    show_answer(
        form,
        lambda: {**found.as_json(), "seconds": seconds, "run": run},
        lambda: document(found.data),
        lambda: csv_table(found.table("scenarios")),
    )
