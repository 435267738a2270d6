"""``gridblock roll``: plan, fix the first periods, learn the truth, plan again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.answers import show_answer
from gridblock.commands.ending import Ending, ended, of_status
from gridblock.commands.kept import folder_for, refuse_homeless, refuse_unkept, tell_kept
from gridblock.commands.options import (
    Changes,
    Form,
    Format,
    Gap,
    LogFile,
    NoSave,
    Output,
    Quiet,
    Source,
    Threads,
    TimeLimit,
    Verbose,
    WithReport,
)
from gridblock.commands.study_options import Resume
from gridblock.commands.talk import Talk
from gridblock.commands.values import whole

if TYPE_CHECKING:
    from gridblock.instances.instance import Instance
    from gridblock.instances.revealed import Truth
    from gridblock.rolled import Roll
    from gridblock.rolling import Rolling


def roll(
    instance: Source,
    truth: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO", help="What really comes: a scenario, or A,B.", show_default=False
        ),
    ] = None,
    reveal: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What becomes known before the orders of which period, instead.",
            show_default=False,
        ),
    ] = None,
    distributions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw what really comes, instead; see monte-carlo.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            metavar="N", parser=whole, help="Seed of the draw; default 0.", show_default=False
        ),
    ] = 0,
    every: Annotated[
        int,
        typer.Option(
            metavar="K",
            parser=whole,
            help="Periods whose orders are fixed before planning again; default 1.",
            show_default=False,
        ),
    ] = 1,
    not_once: Annotated[
        bool,
        typer.Option("--not-once", metavar="", help="Leave out what planning once would cost."),
    ] = False,
    gap: Gap = 0.001,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    changes: Changes = [],  # noqa: B006
    form: Format = Form.TABLE,
    output: Output = None,
    no_save: NoSave = False,
    report: WithReport = False,
    resume: Resume = False,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Plan with a forecast, fix the first periods, learn the truth, plan again, to the end.

    What comes of it is compared with perfect foresight, period by period, and
    with planning once. Orders, retirements and starts of runs stand once their
    period is past; what comes in a period is known after its orders, or with
    --reveal before those of the period that is named.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk) as interrupts:
        refuse_homeless(output, {"--resume": resume})
        refuse_unkept(no_save, {"--output": output, "--report": report})
        if every < 1:
            message = "each stage fixes 1 period or more"
            raise typer.BadParameter(message, param_hint="'--every'")
        if seed and distributions is None:
            message = "--seed is of the draw from --distributions, and there is none"
            raise typer.BadParameter(message, param_hint="'--seed'")
        talk.phase("reading")
        given = sources.read(instance, changes)
        comes = _truth(given, truth, reveal, distributions, seed)
        from gridblock.rolling import Rolling
        from gridblock.solvers.outcome import Settings
        from gridblock.solvers.session import Session

        how = Settings(gap=gap, time_limit=time_limit, threads=threads)
        folder = folder_for(given, output, no_save)
        with Session() as session:
            interrupts.stop = session.stop
            rolling = Rolling(given, comes, every, how, session, once=not not_once)
            found = _rolled(talk, rolling, folder, resume)
            interrupts.stop = None
        talk.line.end()
        from gridblock.reports.plain_text import csv_table
        from gridblock.reports.roll_document import document

        show_answer(
            form,
            found.as_json,
            lambda: document(found.data),
            lambda: csv_table(found.table),
        )
        tell_kept(talk, found, folder, report)
        raise typer.Exit(_code(found))


def _truth(
    given: "Instance",
    scenario: str | None,
    reveal: Path | None,
    distributions: Path | None,
    seed: int,
) -> "Truth":
    """Read what really comes.

    Raises:
        typer.BadParameter: not exactly one is given.
    """
    from gridblock.rolls import truth_of

    try:
        return truth_of(
            given, scenario=scenario, reveals=reveal, distributions=distributions, seed=seed
        )
    except ValueError as error:
        from gridblock.instances.faults import InstanceError

        if isinstance(error, InstanceError):
            raise
        message = "give one of --truth, --reveal and --distributions: what really comes"
        raise typer.BadParameter(message) from None


def _rolled(talk: Talk, rolling: "Rolling", folder: Path | None, resume: bool) -> "Roll":
    """Plan to the end, and tell how it goes.

    Raises:
        typer.Exit: a stage has no plan.
        typer.BadParameter: the folder holds something.
    """
    from gridblock.roll_folder import in_folder
    from gridblock.rolled import Roll
    from gridblock.rolling import NoStageError

    rolling.on_step = lambda what: talk.phase(f"planning {what}")
    rolling.on_progress = talk.moved
    try:
        if folder is None:
            return Roll(rolling.run())
        return in_folder(rolling, folder, resume=resume)
    except FileExistsError as error:
        message = f"{error.filename} {error.strerror}; or choose another folder"
        raise typer.BadParameter(message) from None
    except NoStageError as error:
        talk.error(str(error))
        raise typer.Exit(of_status(error.plan.status)) from None
    except KeyboardInterrupt:
        talk.line.end()
        if folder is not None:
            talk.note(f"what is planned is kept; go on with --resume and -o {folder}")
        raise


def _code(found: "Roll") -> Ending:
    """Give the exit code: 0 where every plan is proven within the gap."""
    data = found.data
    plans = [*(each.plan for each in data.stages), data.realised, data.foresight]
    return Ending.PLAN if all(p.status == "optimal" for p in plans) else Ending.LIMIT
