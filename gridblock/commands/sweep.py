"""``gridblock sweep``: an instance for every point of a grid."""

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


def sweep(
    instance: Source,
    grid: Annotated[
        Path,
        typer.Argument(metavar="GRID", help="A YAML or JSON file: cartesian, zipped, list."),
    ],
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
    """Solve an instance for every point of a grid of field values.

    The grid has values by field path, in every combination (cartesian), together
    (zipped) or as a list; factors such as "*1.2" and wildcards as in scenarios.
    Ctrl-C or a kill loses no case that is done: --resume goes on.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk) as interrupts:
        how = how_of(jobs, scheduler, gap, time_limit, threads, solver_option, save_runs)
        request = Request(how, form, output, no_save, resume, shard, merge, report)
        request.check()
        talk.phase("reading")
        given = sources.read(instance, changes, scenario)
        from gridblock.studies import of_grid

        raise typer.Exit(settled(talk, interrupts, *of_grid(given, grid, how), request))
