"""``gridblock doctor``: what is installed, and whether it plans correctly."""

from typing import TYPE_CHECKING

import typer

from gridblock.commands.answers import show_answer
from gridblock.commands.ending import Ending, ended
from gridblock.commands.options import Form, Format, LogFile, Quiet, Verbose
from gridblock.commands.talk import Talk, put

if TYPE_CHECKING:
    from gridblock.doctor import Check
    from gridblock.reports.sections import Document


def doctor(
    form: Format = Form.TABLE,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Check this installation: versions, a self-test of the solver, cores, memory, optional parts.

    The self-test holds a model that HiGHS 1.14.0 gets wrong.

    Exit codes: 0 all is well, 1 something is missing, too old or broken,
    8 the solver gives a wrong answer.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk):
        from gridblock.doctor import examined

        found = examined(lambda step: talk.phase(f"looking at {step}"))
        talk.line.end()
        _show(found, form)
        states = {check.state for check in found}
        if "wrong" in states:
            raise typer.Exit(Ending.MISMATCH)
        raise typer.Exit(Ending.ERROR if "fault" in states else Ending.PLAN)


def _show(found: "list[Check]", form: Form) -> None:
    """Show what was found; as plain lines where the libraries of reports are not there."""
    try:
        _show_as(found, form)
    except ImportError:
        lines = [f"{each.state:8}{each.name}: {each.found}  {each.remedy}" for each in found]
        put("\n".join(line.rstrip() for line in lines) + "\n")


def _show_as(found: "list[Check]", form: Form) -> None:
    from gridblock.doctor import as_json

    show_answer(form, lambda: as_json(found), lambda: _document(found), lambda: _csv(found))


def _document(found: "list[Check]") -> "Document":
    from gridblock.reports.doctor import document

    return document(found)


def _csv(found: "list[Check]") -> str:
    from gridblock.reports.doctor import COLUMNS, rows
    from gridblock.reports.plain_text import csv_rows

    return csv_rows(COLUMNS, rows(found))
