"""``gridblock import``: other people's data as an instance."""

from typing import Annotated, Final

import typer

from gridblock.commands.ending import ended
from gridblock.commands.files import refuse_output
from gridblock.commands.options import Force, LogFile, Quiet, Verbose
from gridblock.commands.talk import Talk
from gridblock.instances.faults import did_you_mean, quoted
from gridblock.instances.imports.kinds import KINDS, Kind

SENSES: Final = ("min", "max")


def _example(kind: Kind) -> str:
    return f"; --problem {kind.problem}" if kind.problem else ""


HELP: Final = "\n".join(
    (
        "Read data that others keep, or a problem whose optimum others have published.",
        "",
        "Kinds:",
        "",
        *(f"- {name}: {kind.help}{_example(kind)}\n" for name, kind in KINDS.items()),
        "What a file holds and no plan can say is refused, with its line.",
    )
)


def _kind(text: str) -> str:
    if text not in KINDS:
        message = f"{quoted(text)} is not one of {', '.join(KINDS)}{did_you_mean(text, KINDS)}"
        raise typer.BadParameter(message)
    return text


def _sense(text: str) -> str:
    if text not in SENSES:
        message = f"{quoted(text)} is neither min nor max"
        raise typer.BadParameter(message)
    return text


def import_(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", parser=_kind, help="What the file holds.", show_default=False
        ),
    ],
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The file as it is published.", show_default=False)
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="A file that ends in .yaml, .json or .xlsx, or a folder for CSV tables.",
            show_default=False,
        ),
    ],
    problem: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Which problem of the file, or which part of it; examples above.",
            show_default=False,
        ),
    ] = None,
    sense: Annotated[
        str | None,
        typer.Option(
            metavar="min|max",
            parser=_sense,
            help="For gap: least cost (default), or most profit.",
            show_default=False,
        ),
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Read data that others keep, or a problem whose optimum others have published."""
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk):
        for option, given, known in (
            ("--problem", problem, KINDS[kind].problem),
            ("--sense", sense, KINDS[kind].sense),
        ):
            if given is not None and not known:
                message = f"{option} means nothing for {kind}"
                raise typer.BadParameter(message)
        refuse_output(output, force)
        talk.phase("reading")
        from gridblock.instances import formats
        from gridblock.instances.imports.kinds import load
        from gridblock.instances.imports.source import Source

        found = load(kind, Source(file, problem, sense))
        talk.phase("writing")
        formats.write(found.instance, output, overwrite=force)
        talk.line.end()
        talk.note(f"wrote {output} (instance {found.instance.hash[:8]})")
        if found.scale < 0:
            before = f"{found.offset:.15g} - " if found.offset else "-"
            talk.note(f"published = {before}{-found.scale:g} x ours, for the table of optima")
