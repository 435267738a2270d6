"""``gridblock convert``: an instance in another format, without loss."""

from pathlib import Path
from typing import Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.ending import ended
from gridblock.commands.options import Changes, LogFile, Quiet, Scenarios, Source, Verbose, pairs
from gridblock.commands.talk import Talk


def convert(
    instance: Source,
    output: Annotated[
        str,
        typer.Argument(
            metavar="OUT",
            help="A file that ends in .yaml, .json or .xlsx, or a folder for CSV tables.",
            show_default=False,
        ),
    ],
    force: Annotated[
        bool,
        typer.Option("--force", metavar="", help="Replace what is there."),
    ] = False,
    full: Annotated[
        bool,
        typer.Option("--full", metavar="", help="Tables with every column that they can have."),
    ] = False,
    scenario: Scenarios = [],  # noqa: B006
    changes: Changes = [],  # noqa: B006
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Write an instance in another format: YAML, JSON, an Excel workbook or CSV tables.

    Nothing is lost: what is written reads back as the same instance.
    A graph file or a plan that it names is taken in. Comments of YAML and
    notes of a workbook stay behind.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk):
        refuse_output(output, force)
        talk.phase("reading")
        given = sources.read(sources.locate(instance), pairs(changes, "--set"), scenario)
        talk.phase("writing")
        from gridblock.instances import formats

        try:
            formats.write(given, output, overwrite=force, full=full)
        except ValueError as error:
            message = f"{output}: {error}"
            raise typer.BadParameter(message, param_hint="'OUT'") from None
        talk.line.end()
        talk.note(f"wrote {output} (instance {given.hash[:8]})")


def refuse_output(output: str, force: bool = False) -> None:
    """Refuse a file or folder that cannot be written, before there is work to lose.

    Raises:
        typer.BadParameter: it cannot.
    """
    from gridblock.instances import formats

    if not Path(output).name:
        message = f"{output} is no name of a file or folder"
        raise typer.BadParameter(message)
    try:
        formats.refuse_taken(Path(output), formats.kind_of(output), force)
    except ValueError as error:
        message = f"{output} {error}"
        raise typer.BadParameter(message) from None
    except FileExistsError as error:
        hint = "" if force else "; choose another name, or --force"
        message = f"{output} {error.strerror}{hint}"
        raise typer.BadParameter(message) from None
    if not Path(output).absolute().parent.is_dir():
        message = f"there is no folder {Path(output).parent}"
        raise typer.BadParameter(message)
