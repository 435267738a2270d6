"""What commands share whose answer lies in a folder, and goes on from there."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import typer

from gridblock.commands.options import Form
from gridblock.commands.report import FILE
from gridblock.commands.talk import Talk, Voice, put

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from gridblock.reports.sections import Document


class Found(Protocol):
    """An answer."""

    @property
    def folder(self) -> Path | None:
        """Where it is kept, if it is."""

    @property
    def table(self) -> "pd.DataFrame":
        """What it says, as a table."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""

    def report(self, path: Path) -> None:
        """Write its report into a new file."""


def refuse_unkept(resume: bool, output: Path | None, no_save: bool, files: bool) -> None:
    """Refuse to go on from nowhere, and to write files where nothing is kept.

    Raises:
        typer.BadParameter: that is asked for.
    """
    if resume and output is None:
        message = "--resume needs --output, the folder that it goes on with"
        raise typer.BadParameter(message)
    if no_save and files:
        message = "--report and --save-runs go into the folder; leave out --no-save"
        raise typer.BadParameter(message)


def show_kept(
    talk: Talk, found: Found, told: "Callable[[], Document]", form: Form, report: bool
) -> None:
    """Show an answer on standard output, write its report, and say where it is."""
    from gridblock.instances.write import to_json
    from gridblock.reports.plain_text import csv_table, markdown
    from gridblock.reports.terminal import show

    if found.folder is not None and report:
        found.report(found.folder / FILE)
        talk.note(f"wrote {found.folder / FILE}")
    if form is Form.JSON:
        put(to_json(found.as_json()))
    elif form is Form.CSV:
        put(csv_table(found.table))
    elif form is Form.MD:
        put(markdown(told()))
    else:
        show(told(), Voice())
    if found.folder is not None:
        talk.note(f"saved {found.folder}")
