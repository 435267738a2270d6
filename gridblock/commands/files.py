"""New files: written whole, and never over another one."""

import os
from pathlib import Path

import typer


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
        message = f"there is no folder {path.parent}"
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
