"""``gridblock report``: a saved plan as one HTML file that needs no network."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import typer

from gridblock.commands.ending import Interrupts, ended
from gridblock.commands.files import refuse_existing
from gridblock.commands.options import LogFile, Quiet, Verbose
from gridblock.commands.talk import Talk
from gridblock.commands.values import seconds
from gridblock.instances.faults import InstanceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridblock.plan import Plan
    from gridblock.reports.html.panels import Explanations


class Reported(Protocol):
    """What writes a report of its own."""

    def report(self, path: Path) -> None:
        """Write it into a new file."""


FILE: Final = "report.html"
EXPLANATION: Final = "explain.json"
"""Where in the folder of a run it says why work stays unmet."""
BASELINE: Final = "baseline"
"""Where in the folder of a run the plan with the current fleet is kept."""
SECONDS: Final = 60.0


def report(
    run: Annotated[
        Path,
        typer.Argument(metavar="RUN", help="The folder of a run or a study, or a plan.json."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A new file; default report.html in the folder of the run.",
            show_default=False,
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="A run to compare with; default a plan with the current fleet only.",
            show_default=False,
        ),
    ] = None,
    no_baseline: Annotated[
        bool, typer.Option("--no-baseline", metavar="", help="Compare with nothing.")
    ] = False,
    time_limit: Annotated[
        float,
        typer.Option(
            metavar="TIME",
            parser=seconds,
            help="Stop solving with the current fleet after 60 (seconds) or 1h30m; default 60.",
            show_default=False,
        ),
    ] = SECONDS,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Write the report of a plan: one HTML file that needs no network.

    It compares the plan with doing nothing, in which nothing is bought or
    ordered; that is solved once and kept in the folder of the run.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk) as interrupts:
        if baseline is not None and no_baseline:
            message = "--baseline and --no-baseline exclude each other"
            raise typer.BadParameter(message)
        folder = run if run.is_dir() else run.parent
        file = output or folder / FILE
        talk.phase("reading")
        many = _of_many(folder)
        if many is not None:
            refuse_existing(file)
            talk.phase("writing the report")
            many.report(file)
            talk.line.end()
            talk.note(f"wrote {file}")
            return
        from gridblock.saved import read_plan

        plan = read_plan(run)
        refuse_existing(file)
        why = explained(talk, plan, folder)
        if baseline is not None:
            write(talk, plan, file, read_plan(baseline), why, baseline.resolve().name)
        elif no_baseline:
            write(talk, plan, file, None, why)
        else:
            other = current_fleet(talk, interrupts, plan, folder, time_limit)
            write(talk, plan, file, other, why)


def _of_many(folder: Path) -> Reported | None:
    """Read what the folder holds of many plans, if it holds such a thing."""
    from gridblock import (
        front_folder,
        roll_folder,
        stress_folder,
        study,
        study_folder,
        two_stage_folder,
    )

    kinds: tuple[tuple[Callable[[Path], bool], Callable[[Path], Reported]], ...] = (
        (two_stage_folder.is_stochastic, two_stage_folder.read_stochastic),
        (stress_folder.is_stress, stress_folder.read_stress),
        (roll_folder.is_roll, roll_folder.read_roll),
        (front_folder.is_front, front_folder.read_front),
        (study_folder.is_study, study.read_study),
    )
    return next((read(folder) for holds, read in kinds if holds(folder)), None)


def of_run(talk: Talk, interrupts: Interrupts, plan: "Plan", folder: Path) -> None:
    """Write the report of a run that has just been saved, beside its plan."""
    interrupts.stop = None
    stopped = plan.status == "interrupted"
    baseline = None if stopped else current_fleet(talk, interrupts, plan, folder, SECONDS)
    write(talk, plan, folder / FILE, baseline)


def current_fleet(
    talk: Talk, interrupts: Interrupts, plan: "Plan", folder: Path, time_limit: float
) -> "Plan | None":
    """Plan with the current fleet only, or read it where that was done; None without a plan.

    Ctrl-C ends that solve alone: the best plan so far is what the report compares with.
    """
    if plan.data.decisions is None:
        return None
    kept = _kept(plan, folder / BASELINE)
    if kept is not None:
        return kept
    talk.phase("solving with the current fleet only")
    from gridblock.solvers.session import Session

    with Session() as session:
        interrupts.stop = session.stop
        try:
            found = plan.baseline(time_limit=time_limit, session=session, on_progress=talk.moved)
        finally:
            interrupts.stop = None
    if found.status != "interrupted":
        with suppress(OSError):
            found.save(folder / BASELINE)
    return found


def _kept(plan: "Plan", folder: Path) -> "Plan | None":
    """Read the plan with the current fleet only, where it has been solved before."""
    from gridblock.instances.baseline import current_fleet_only
    from gridblock.saved import read_plan

    with suppress(InstanceError, OSError):
        saved = read_plan(folder)
        given = current_fleet_only(plan.instance)
        if saved.instance.hash == given.hash:
            return saved
    return None


def explained(talk: Talk, plan: "Plan", folder: Path) -> "Explanations":
    """Read why work stays unmet, where that has been found out and saved beside the plan.

    Raises:
        InstanceError: the file is no explanation.
    """
    file = folder / EXPLANATION
    if not file.exists():
        return {}
    from gridblock.own_json import read_json, unreadable
    from gridblock.reports.html.panels import explanations

    data = read_json(file)
    try:
        if data["instance_hash"] != plan.data.instance_hash:
            talk.note(f"{file} explains another instance: left out")
            return {}
        return explanations(data["blockers"])
    except (AttributeError, KeyError, TypeError):
        raise unreadable(file, "is not an explanation") from None


def write(
    talk: Talk,
    plan: "Plan",
    file: Path,
    baseline: "Plan | None",
    why: "Explanations | None" = None,
    called: str | None = None,
) -> None:
    """Write the report and say where it is.

    Raises:
        typer.BadParameter: the plan to compare with has other periods, or another currency.
    """
    talk.phase("writing the report")
    from gridblock.reporting import CURRENT, write_report

    names = CURRENT if called is None else (f"plan of {called}", f"Against {called}")
    try:
        write_report(plan, file, baseline, called=names, explanations=why)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--baseline'") from None
    talk.line.end()
    talk.note(f"wrote {file}")
