"""The command line: `gridblock solve`, `check`, `audit` and their kin."""

import sys
from contextlib import suppress
from typing import Annotated, Final

import typer

from gridblock import __version__
from gridblock.commands import (
    audit,
    bench,
    check,
    compare,
    convert,
    diff,
    doctor,
    examples,
    explain,
    export,
    imports,
    monte_carlo,
    new,
    pareto,
    prices,
    report,
    roll,
    schema,
    solve,
    stochastic,
    stress,
    sweep,
    value,
)
from gridblock.commands.talk import mute, put

EPILOG = "Start with [b]gridblock examples[/b] and [b]gridblock solve first[/b]."

app = typer.Typer(
    name="gridblock",
    help="Plan which GPU blocks go where and when, what it costs, and what stays unmet.",
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        put(f"gridblock {__version__}\n")
        raise typer.Exit


@app.callback()
def _gridblock(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            metavar="",
            callback=_show_version,
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    pass


PANELS: Final = {
    "Plan": (solve.solve, check.check, new.new, examples.examples),
    "Understand a plan": (
        explain.explain,
        report.report,
        prices.prices,
        diff.diff,
        compare.compare,
        audit.audit,
    ),
    "Weigh": (
        value.value,
        pareto.pareto,
        sweep.sweep,
        monte_carlo.monte_carlo,
        stochastic.stochastic,
        stress.stress,
        roll.roll,
    ),
    "Data": (convert.convert, export.export, schema.schema, bench.bench, doctor.doctor),
}
"""The commands, by what a planner does with them."""

for panel, commands in PANELS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
app.command("import", help=imports.HELP, rich_help_panel="Data")(imports.import_)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            # What a terminal cannot show is replaced, not fatal.
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except OSError as error:
        mute(sys.stdout)
        sys.exit(f"error: {(error.strerror or str(error)).lower()}")
