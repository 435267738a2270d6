"""``gridblock convert``: an instance in another format, without loss."""

from typing import Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.ending import ended
from gridblock.commands.files import refuse_output
from gridblock.commands.options import Changes, Force, LogFile, Quiet, Scenarios, Source, Verbose
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
    force: Force = False,
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
        given = sources.read(instance, changes, scenario)
        talk.phase("writing")
        from gridblock.instances import formats

        try:
            formats.write(given, output, overwrite=force, full=full)
        except ValueError as error:
            message = f"{output}: {error}"
            raise typer.BadParameter(message, param_hint="'OUT'") from None
        talk.line.end()
        talk.note(f"wrote {output} (instance {given.hash[:8]})")
