"""``gridblock new``: an instance to start from."""

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.ending import ended
from gridblock.commands.files import write_new
from gridblock.commands.talk import Talk
from gridblock.instances.faults import shown

SUFFIXES = {".yaml", ".yml"}
TABLES = {".xlsx", ""}


def new(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Its name; the file is NAME.yaml.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file, when it has another name: .yaml, .xlsx, or a folder for CSV tables.",
        ),
    ] = None,
) -> None:
    """Write an instance to start from; it solves as it is.

    YAML has comments; a workbook has units, drop-downs and notes.
    """
    from gridblock.instances.write import to_yaml

    talk = Talk()
    with ended(talk):
        if name is None and output is None:
            message = "give it a name: gridblock new deal"
            raise typer.BadParameter(message)
        path = output or _file(name or "")
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES | TABLES:
            message = f"{shown(str(path))} must end in .yaml or .xlsx, or be a folder for tables"
            raise typer.BadParameter(message)
        known = name and Path(name).suffix.lower() in {*SUFFIXES, ".xlsx"}
        called = Path(name).stem if name and known else name
        text = sources.TEMPLATE.read_text(encoding="utf-8")
        line = to_yaml({"name": called or path.stem}).strip()
        text = re.sub(r"(?m)^name:.*$", lambda _: line, text, count=1)
        if suffix in TABLES:
            _write_tables(path, text)
        else:
            write_new(path, text)
        talk.note(f"wrote {path}; plan it with: gridblock solve {shlex.quote(str(path))}")


def _write_tables(path: Path, text: str) -> None:
    from gridblock.commands.convert import refuse_output
    from gridblock.instances import document, formats
    from gridblock.instances.read import read

    refuse_output(str(path))
    formats.write(read(document.parse(text, ".yaml").data), path, full=True)


def _file(name: str) -> Path:
    path = Path(name)
    known = path.suffix.lower() in {*SUFFIXES, ".xlsx"}
    return path if known else Path(f"{name}.yaml")
