"""``gridblock new``: an instance to start from."""

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.ending import ended
from gridblock.commands.files import write_new
from gridblock.commands.lessons import write_lesson
from gridblock.commands.talk import Talk
from gridblock.commands.values import whole
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
    rung: Annotated[
        str | None,
        typer.Option(
            metavar="S|M|L|XL",
            help="A generated instance of this size instead, on a real backbone: about 2,000,"
            " 50,000, 400,000 or 5 million columns; to NAME.json or the file.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=whole,
            help="Which of them; default 0. The same one each time.",
            show_default=False,
        ),
    ] = None,
    example: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=whole,
            help="A numbered example instead, a script in Python that runs as it is; with"
            " `-o FILE.ipynb` a notebook. `gridblock examples` lists them.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write an instance to start from; it solves as it is.

    YAML has comments, and the JSON Schema beside it by which editors complete and
    check fields; a workbook has units, drop-downs and notes.
    """
    talk = Talk()
    with ended(talk):
        if example is not None:
            if rung is not None or seed is not None:
                message = "an example is no generated instance: leave out --rung and --seed"
                raise typer.BadParameter(message)
            write_lesson(talk, example, name, output)
            return
        if rung is not None:
            _write_generated(talk, name, output, rung, seed or 0)
            return
        if seed is not None:
            message = "--seed chooses among generated instances; give --rung S, M, L or XL"
            raise typer.BadParameter(message)
        if name is None and output is None:
            message = "give it a name: gridblock new deal"
            raise typer.BadParameter(message)
        path, called = _named(name, output, ".yaml")
        if path.suffix.lower() not in SUFFIXES | TABLES:
            message = f"{shown(str(path))} must end in .yaml or .xlsx, or be a folder for tables"
            raise typer.BadParameter(message)
        _write_template(talk, path, called or path.stem)


def _named(name: str | None, output: Path | None, ending: str) -> tuple[Path, str | None]:
    """Give the file of an instance, and its name where one is given.

    A name may be that of a file; what has no known ending gets the usual one.
    """
    known = name is not None and Path(name).suffix.lower() in {*SUFFIXES, ".xlsx", ending}
    named = Path(name or "") if known else Path(f"{name or ''}{ending}")
    return output or named, named.stem if known else name


def _write_template(talk: Talk, path: Path, called: str) -> None:
    """Write the template under a name: as YAML with the schema beside it, or as tables."""
    from gridblock.instances.write import to_yaml

    line = to_yaml({"name": called}).strip()
    text = sources.TEMPLATE.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^name:.*$", lambda _: line, text, count=1)
    if path.suffix.lower() in TABLES:
        _write_tables(path, text)
    else:
        write_new(path, text)
        _write_schema(talk, path.parent)
    talk.note(f"wrote {path}; plan it with: gridblock solve {shlex.quote(str(path))}")


def _write_generated(
    talk: Talk, name: str | None, output: Path | None, rung: str, seed: int
) -> None:
    """Write an instance of the ladder."""
    from gridblock.commands.files import refuse_output
    from gridblock.instances import formats
    from gridblock.instances.generate import generate
    from gridblock.instances.ladder.rungs import RUNGS

    size = rung.upper()
    if size not in RUNGS:
        message = f"there is no rung {shown(rung)}; there are {', '.join(RUNGS)}"
        raise typer.BadParameter(message, param_hint="'--rung'")
    path, called = _named(name, output, ".json" if name else f"ladder-{size}-{seed}.json")
    refuse_output(str(path))
    talk.phase("generating")
    given = generate(size, seed)
    talk.phase("writing")
    formats.write(given if called is None else given.replace(name=called), path)
    talk.line.end()
    talk.note(f"wrote {path}; plan it with: gridblock solve {shlex.quote(str(path))}")


def _write_schema(talk: Talk, folder: Path) -> None:
    """Put the schema that the first line of the template names beside it, if there is none."""
    from gridblock.commands import schema
    from gridblock.instances.write import write_text

    beside = folder / schema.FILE
    if not beside.exists():
        write_text(beside, schema.schema_text())
        talk.note(f"wrote {beside}, by which editors complete and check fields")


def _write_tables(path: Path, text: str) -> None:
    from gridblock.commands.files import refuse_output
    from gridblock.instances import document, formats
    from gridblock.instances.read import read

    refuse_output(str(path))
    formats.write(read(document.parse(text, ".yaml").data), path, full=True)
