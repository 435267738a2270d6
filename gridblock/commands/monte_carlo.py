"""``gridblock monte-carlo``: an instance for many draws of what is uncertain."""

from pathlib import Path
from typing import Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.ending import ended
from gridblock.commands.many import Request, settled
from gridblock.commands.options import (
    Changes,
    Form,
    Format,
    Gap,
    LogFile,
    NoSave,
    Output,
    Quiet,
    Scenarios,
    SolverOptions,
    Source,
    Threads,
    TimeLimit,
    Verbose,
    WithReport,
)
from gridblock.commands.solving import how_of
from gridblock.commands.study_options import (
    Jobs,
    Merge,
    Resume,
    SaveRuns,
    Scheduler,
    ShardOption,
)
from gridblock.commands.talk import Talk
from gridblock.commands.values import share, whole


def monte_carlo(
    instance: Source,
    distributions: Annotated[
        Path,
        typer.Argument(
            metavar="DISTRIBUTIONS", help="A YAML or JSON file: fields, together, scenarios."
        ),
    ],
    draws: Annotated[
        int,
        typer.Option(
            "-n", metavar="N", parser=whole, help="Draws; default 1000.", show_default=False
        ),
    ] = 1000,
    seed: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole,
            help="Seed of the draws; the same gives the same ones. Default 0.",
            show_default=False,
        ),
    ] = 0,
    shortfall: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            parser=share,
            help="A demand falls short where more than this stays unmet; default 0.",
            show_default=False,
        ),
    ] = 0.0,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Compare with another study of the same draws, case by case.",
            show_default=False,
        ),
    ] = None,
    jobs: Jobs = 0,
    scheduler: Scheduler = None,
    gap: Gap = 0.001,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    scenario: Scenarios = [],  # noqa: B006
    changes: Changes = [],  # noqa: B006
    form: Format = Form.TABLE,
    output: Output = None,
    no_save: NoSave = False,
    report: WithReport = False,
    save_runs: SaveRuns = False,
    resume: Resume = False,
    shard: ShardOption = None,
    merge: Merge = False,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
    solver_option: SolverOptions = [],  # noqa: B006
) -> None:
    """Solve an instance for many draws of what is uncertain about it.

    The file has a distribution by field path (normal, lognormal, uniform,
    triangular, discrete), groups of fields that move together, and whether
    scenarios come true. Each draw has its own best plan. --resume goes on after
    Ctrl-C or a kill, and with a larger -n.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk) as interrupts:
        if draws < 1:
            message = "at least one draw is needed"
            raise typer.BadParameter(message, param_hint="'-n'")
        how = how_of(jobs, scheduler, gap, time_limit, threads, solver_option, save_runs)
        request = Request(how, form, output, no_save, resume, shard, merge, report)
        request.check()
        talk.phase("reading")
        given = sources.read(instance, changes, scenario)
        from gridblock.studies import of_draws
        from gridblock.study import read_study

        other = None if against is None else read_study(against)
        asked = of_draws(given, distributions, draws, seed, shortfall, how)
        raise typer.Exit(settled(talk, interrupts, *asked, request, other))
