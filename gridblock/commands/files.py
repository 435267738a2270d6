"""New files and folders: written whole, and never over others."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import typer

if TYPE_CHECKING:
    from gridblock.commands.talk import Talk
    from gridblock.instances.instance import Instance


class Saveable(Protocol):
    """What is saved into a folder of its own."""

    @property
    def instance(self) -> "Instance":
        """What was given."""

    def save(self, folder: Path) -> Path:
        """Save into a new folder, and give its path."""


def refuse_existing(path: Path) -> None:
    """Refuse a file that is there already, or whose folder is not.

    Raises:
        typer.BadParameter: it cannot be a new file.
    """
    if os.path.lexists(path):
        message = f"{path} exists already, and nothing is overwritten; choose another name"
        raise typer.BadParameter(message)
    refuse_without_folder(path)


def refuse_without_folder(path: Path) -> None:
    """Refuse a file that can never be written.

    Raises:
        typer.BadParameter: there is no such folder, or the path is one.
    """
    if path.is_dir():
        message = f"{path} is a folder; name a file in it"
        raise typer.BadParameter(message)
    if not path.absolute().parent.is_dir():
        message = f"there is no folder {path.parent}; make it first"
        raise typer.BadParameter(message)


def refuse_output(output: str, force: bool | None = None) -> None:
    """Refuse a file or folder that cannot be written, before there is work to lose.

    Args:
        output: where something is to be written.
        force: whether what is there may be overwritten; None where nobody is asked.

    Raises:
        typer.BadParameter: it cannot.
    """
    from gridblock.instances import formats

    if not Path(output).name:
        message = f"{output} is no name of a file or folder"
        raise typer.BadParameter(message)
    try:
        formats.refuse_taken(Path(output), formats.kind_of(output), bool(force))
    except ValueError as error:
        message = f"{output} {error}"
        raise typer.BadParameter(message) from None
    except FileExistsError as error:
        instead = "; choose another name"
        hint = {True: "", False: f"{instead}, or --force", None: instead}[force]
        message = f"{output} {error.strerror}{hint}"
        raise typer.BadParameter(message) from None
    if not Path(output).absolute().parent.is_dir():
        message = f"there is no folder {Path(output).parent}; make it first"
        raise typer.BadParameter(message)


def write_new(path: Path, text: str) -> None:
    """Write a new file.

    Raises:
        typer.BadParameter: it exists already.
        OSError: it cannot be written.
    """
    from gridblock.instances.write import write_text

    refuse_existing(path)
    write_text(path, text)


def refuse_taken(folder: Path | None) -> None:
    """Refuse a folder that holds something, before any work is done for it.

    Raises:
        typer.BadParameter: it holds something.
    """
    from gridblock import runs

    try:
        if folder is not None:
            runs.refuse_taken(folder)
    except FileExistsError as error:
        message = f"{error.filename} {error.strerror}; choose another folder"
        raise typer.BadParameter(message) from None


def save(talk: "Talk", found: Saveable, output: Path | None) -> Path:
    """Save into a new folder, by default one of the usual name; give it as it was asked for."""
    talk.phase("saving")
    from gridblock import runs

    folder = found.save(output or runs.usual_folder(found.instance))
    return output or folder.relative_to(Path.cwd())
