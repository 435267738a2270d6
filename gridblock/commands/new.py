"""``gridblock new``: an instance to start from."""

import re
from pathlib import Path
from typing import Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.ending import ended
from gridblock.commands.files import write_new
from gridblock.commands.talk import Talk
from gridblock.instances.faults import shown

SUFFIXES = {".yaml", ".yml"}


def new(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Its name; the file is NAME.yaml.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file, when it has another name."),
    ] = None,
) -> None:
    """Write a commented instance to start from; it solves as it is."""
    from gridblock.instances.write import to_yaml

    talk = Talk()
    with ended(talk):
        if name is None and output is None:
            message = "give it a name: gridblock new deal"
            raise typer.BadParameter(message)
        path = output or _file(name or "")
        if path.suffix.lower() not in SUFFIXES:
            message = f"{shown(str(path))} must end in .yaml"
            raise typer.BadParameter(message)
        called = Path(name).stem if name and Path(name).suffix.lower() in SUFFIXES else name
        text = sources.TEMPLATE.read_text(encoding="utf-8")
        line = to_yaml({"name": called or path.stem}).strip()
        write_new(path, re.sub(r"(?m)^name:.*$", lambda _: line, text, count=1))
        talk.note(f"wrote {path}; plan it with: gridblock solve {path}")


def _file(name: str) -> Path:
    path = Path(name)
    return path if path.suffix.lower() in SUFFIXES else Path(f"{name}.yaml")
