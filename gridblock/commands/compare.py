"""``gridblock compare``: many plans in one table."""

from typing import TYPE_CHECKING, Annotated

import typer

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

if TYPE_CHECKING:
    from gridblock.reports.compare import Comparison


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="The folders of runs, two or more."),
    ],
    form: Format = Form.TABLE,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Put plans side by side: status, gap, costs, unmet work, blocks by vendor.

    Differences are to the first one.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk):
        if len(runs) < 2:
            message = "name two runs or more"
            raise typer.BadParameter(message)
        talk.phase("reading")
        from gridblock.reports.compare import comparison
        from gridblock.sides import side_of

        sides = [side_of(run, of_runs=True) for run in runs]
        try:
            found = comparison(sides)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        talk.line.end()
        _show(found, form)
        raise typer.Exit(Ending.PLAN)


def _show(found: "Comparison", form: Form) -> None:
    from gridblock.reports.compare_document import compare_document
    from gridblock.reports.plain_text import csv_rows

    heading = ("table", "name", "unit", "run", "value", "difference")
    show_answer(
        form,
        found.as_json,
        lambda: compare_document(found),
        lambda: csv_rows(heading, _rows(found)),
    )


def _rows(found: "Comparison") -> list[tuple[object, ...]]:
    """Give a row for each thing that is measured and each plan."""
    return [
        (line.table, line.name, line.unit, label, value, change)
        for line in found.lines
        for label, value, change in zip(found.labels, line.values, line.differences, strict=True)
    ]
