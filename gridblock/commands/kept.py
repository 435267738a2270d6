"""What commands share that keep their answer in a folder: refusals, its name, and notes."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gridblock.commands.report import FILE, Reported
from gridblock.commands.talk import Talk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridblock.instances.instance import Instance


def refuse_unkept(no_save: bool, asked: "Mapping[str, object]") -> None:
    """Refuse options that need a folder where nothing is to be saved.

    Args:
        no_save: whether nothing is to be saved.
        asked: those options, by name, as they were given.

    Raises:
        typer.BadParameter: one is given beside ``--no-save``.
    """
    for name, given in asked.items():
        if given and no_save:
            message = f"{name} and --no-save exclude each other; leave one of them out"
            raise typer.BadParameter(message)


def refuse_homeless(output: Path | None, asked: "Mapping[str, object]") -> None:
    """Refuse options that go on with a folder where none is named.

    Args:
        output: the folder that is named.
        asked: those options, by name, as they were given.

    Raises:
        typer.BadParameter: one is given without ``--output``.
    """
    for name, given in asked.items():
        if given and output is None:
            message = f"{name} needs --output, the folder that it goes on with"
            raise typer.BadParameter(message)


def folder_for(given: "Instance", output: Path | None, no_save: bool) -> Path | None:
    """Give the folder of an answer: as it was asked for, of the usual name, or none."""
    from gridblock import runs

    return None if no_save else output or runs.usual_folder(given)


def tell_kept(talk: Talk, found: Reported, folder: Path | None, report: bool) -> None:
    """Say where an answer is kept, and write its report beside it if that is asked for."""
    if folder is None:
        return
    talk.note(f"saved {folder}")
    if report:
        found.report(folder / FILE)
        talk.note(f"wrote {folder / FILE}")
