"""``gridblock export``: the model for other solvers, and a plan as an Excel workbook."""

import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from gridblock.commands import sources
from gridblock.commands.ending import ended
from gridblock.commands.files import refuse_without_folder
from gridblock.commands.options import Changes, LogFile, Quiet, Scenarios, Verbose
from gridblock.commands.talk import Talk

MODELS: Final = {".mps": "*", ".lp": "\\"}
"""What a line of a model's file that is a comment begins with."""
WORKBOOK: Final = ".xlsx"
PLAN: Final = "plan.xlsx"


def export(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INSTANCE|RUN",
            help="For .mps and .lp an instance; for .xlsx the folder of a run, or a plan.json.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A file that ends in .mps, .lp or .xlsx; replaces what is there."
            " Default for a run: plan.xlsx in its folder.",
            show_default=False,
        ),
    ] = None,
    scenario: Scenarios = [],  # noqa: B006
    changes: Changes = [],  # noqa: B006
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Write the model of an instance as MPS or LP, or a plan as an Excel workbook.

    The workbook has the summary first, then one sheet for each table. A model
    knows no tiers: all demands count alike in it.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk):
        file = output or _beside_the_plan(source)
        suffix = file.suffix.lower()
        if suffix not in {*MODELS, WORKBOOK}:
            message = f"{file} must end in .mps, .lp or .xlsx"
            raise typer.BadParameter(message)
        if suffix == WORKBOOK and (changes or scenario):
            option = "--set" if changes else "--scenario"
            message = f"{option} changes an instance, and a workbook is written of a plan"
            raise typer.BadParameter(message)
        refuse_without_folder(file)
        talk.phase("reading")
        if suffix == WORKBOOK:
            _workbook(talk, source, file)
        else:
            _model(talk, source, file, changes, scenario)
        talk.line.end()
        talk.note(f"wrote {file}")


def _beside_the_plan(source: str) -> Path:
    """Give the usual file for the plan of a run.

    Raises:
        typer.BadParameter: it is no run.
    """
    folder = Path(source) if Path(source).is_dir() else Path(source).parent
    if (folder / "plan.json").is_file() and Path(source) in {folder, folder / "plan.json"}:
        return folder / PLAN
    message = "name the file with -o: model.mps, model.lp, or plan.xlsx of a run"
    raise typer.BadParameter(message)


def _workbook(talk: Talk, source: str, file: Path) -> None:
    from gridblock.instances.faults import Fault, InstanceError
    from gridblock.saved import read_plan

    if not (Path(source) / "plan.json").is_file() and Path(source).name != "plan.json":
        message = "is no run: a workbook is written of a plan; `gridblock convert` writes instances"
        raise InstanceError([Fault((), message, source)])
    plan = read_plan(source)
    talk.phase("writing")
    plan.to_excel(file)


def _model(
    talk: Talk, source: str, file: Path, changes: Sequence[str], scenarios: Sequence[str]
) -> None:
    given = sources.read(source, changes, scenarios)
    talk.phase("building")
    from gridblock.instances.write import named
    from gridblock.model.build import build
    from gridblock.reports.words import ALIKE

    model = build(given)
    talk.phase("writing")
    suffix = file.suffix.lower()
    beside = file.parent / f".gridblock-{secrets.token_hex(8)}{suffix}"
    try:
        with named(file):
            model.write(str(beside), io_options={"symbolic_solver_labels": True})
            if given.tiered:
                _begin_with(f"{MODELS[suffix]} {ALIKE}\n", beside)
                talk.note(ALIKE)
            beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


def _begin_with(line: str, file: Path) -> None:
    """Put a line before what a file holds, which may be large."""
    whole = file.with_name(f"{file.name}.part")
    try:
        with file.open("rb") as rest, whole.open("wb") as begun:
            begun.write(line.encode())
            shutil.copyfileobj(rest, begun)
        whole.replace(file)
    finally:
        whole.unlink(missing_ok=True)
