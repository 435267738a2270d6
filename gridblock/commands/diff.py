"""``gridblock diff``: what changed between two instances or runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.answers import show_answer
from gridblock.commands.ending import Ending, ended
from gridblock.commands.options import (
    Form,
    Format,
    LogFile,
    Quiet,
    Verbose,
)
from gridblock.commands.talk import Talk
from gridblock.commands.values import share

if TYPE_CHECKING:
    from gridblock.reports.diff import Diff

HELP = "An instance in any format, an example, or the folder of a run."


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help=HELP, show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help=HELP, show_default=False)],
    tolerance: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            parser=share,
            help="Numbers that differ by no more count as the same: 1% or 0.01.",
            show_default=False,
        ),
    ] = 1e-9,
    form: Format = Form.TABLE,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Say what changed between two instances or runs: in the inputs and in the plan.

    Records are matched by name; what is gone and what is new with the
    same content was renamed.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk):
        talk.phase("reading")
        from gridblock.reports.diff import diff_of
        from gridblock.sides import side_of

        found = diff_of(side_of(located(a), a), side_of(located(b), b), tolerance)
        talk.line.end()
        _show(found, form)
        raise typer.Exit(Ending.PLAN)


def located(name: str) -> str:
    """Find what a name stands for: a run, or an instance.

    Raises:
        InstanceError: there is neither.
    """
    return name if Path(name).is_dir() or Path(name).is_file() else sources.locate(name)


def _show(found: "Diff", form: Form) -> None:
    from gridblock.reports.diff_document import diff_document
    from gridblock.reports.plain_text import csv_rows

    heading = ("table", "key", "period", "change", "before", "after")
    show_answer(
        form,
        found.as_json,
        lambda: diff_document(found),
        lambda: csv_rows(heading, _rows(found)),
    )


def _rows(found: "Diff") -> list[tuple[object, ...]]:
    """Give everything that differs as rows of one table."""
    from gridblock.instances.tables.cells import inline

    def cell(value: object) -> object:
        return inline(value) if isinstance(value, dict | list) else value

    rows: list[tuple[object, ...]] = [
        ("inputs", path, period, kind, cell(before), cell(after))
        for path, kind, period, before, after in found.input_rows()
    ]
    for quantity in found.quantities:
        with_period = quantity.keys[-1] == "period"
        for key, (before, after) in quantity.rows.items():
            names = key[:-1] if with_period else key
            period = key[-1] if with_period else ""
            rows.append((quantity.name, " / ".join(names), period, "changed", before, after))
    return rows
