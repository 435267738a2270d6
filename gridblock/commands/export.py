"""``gridblock export``: the model for other solvers."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.ending import ended
from gridblock.commands.files import refuse_without_folder
from gridblock.commands.options import Changes, LogFile, Quiet, Source, Verbose, pairs
from gridblock.commands.talk import Talk

FORMATS = {".mps": "mps", ".lp": "lp"}


def export(
    instance: Source,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A file that ends in .mps or .lp; replaces what is there.",
            show_default=False,
        ),
    ],
    changes: Changes = [],  # noqa: B006
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Write the model of an instance as an MPS or LP file, for other solvers."""
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk):
        suffix = output.suffix.lower()
        if suffix not in FORMATS:
            message = f"{output} must end in .mps or .lp"
            raise typer.BadParameter(message)
        refuse_without_folder(output)
        talk.phase("reading")
        given = sources.read(sources.locate(instance), pairs(changes, "--set"))
        talk.phase("building")
        from gridblock.model.build import build

        model = build(given)
        talk.phase("writing")
        beside = output.parent / f".gridblock-{secrets.token_hex(8)}{suffix}"
        try:
            names = {"symbolic_solver_labels": True}
            model.write(str(beside), format=FORMATS[suffix], io_options=names)
            beside.replace(output)
        finally:
            beside.unlink(missing_ok=True)
        talk.line.end()
        talk.note(f"wrote {output}")
