"""Options that several commands share, and how their values are written."""

import math
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from gridblock.commands import sources

SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600}


class Form(StrEnum):
    """How a plan is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"


class Method(StrEnum):
    """How to solve: as ``gridblock.solvers.methods`` has it, which takes a second to import."""

    AUTO = "auto"
    EXACT = "exact"
    FAST = "fast"


class Brief(StrEnum):
    """How findings are written."""

    TABLE = "table"
    JSON = "json"


def share(text: str | float) -> float:
    """Read a share: ``0.1%`` or ``0.001``."""
    number, percent = re.fullmatch(r"(.*?)(\s*%)?", str(text).strip(), re.DOTALL).groups()  # type: ignore[union-attr]
    value = _finite(number) / (100 if percent else 1)
    if not 0 <= value <= 1:
        message = f"{text!r} is no share from 0 to 1; write 0.1% or 0.001"
        raise typer.BadParameter(message)
    return value


def whole(text: str | int) -> int:
    """Read a whole number from 0 on, as large as the solver takes it."""
    number = int(text) if re.fullmatch(r"[0-9]{1,10}", str(text).strip(), re.ASCII) else -1
    if not 0 <= number < 2**31:
        message = f"{text!r} is no whole number from 0 to {2**31 - 1}"
        raise typer.BadParameter(message)
    return number


def seconds(text: str | float) -> float:
    """Read a time: ``60``, ``90s``, ``10m`` or ``1h``."""
    found = re.fullmatch(r"(.*?)\s*([smh]?)", str(text).strip(), re.DOTALL)
    number, unit = found.groups() if found else ("", "")
    value = _finite(number) * SECONDS[unit]
    if value < 0:
        message = f"{text!r} is below 0; write 60 (seconds), 90s, 10m or 1h"
        raise typer.BadParameter(message)
    return value


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        message = f"{text!r} is not a number"
        raise typer.BadParameter(message)
    return value


def pairs(items: Sequence[str], option: str) -> dict[str, str]:
    """Split ``name=value`` items of an option that may be given many times.

    Raises:
        typer.BadParameter: an item has no ``=`` or no name.
    """
    split = [item.partition("=") for item in items]
    for item, (name, equals, _) in zip(items, split, strict=True):
        if not (name.strip() and equals):
            message = f"{item!r} must be name=value"
            raise typer.BadParameter(message, param_hint=f"'{option}'")
    return {name.strip(): value.strip() for name, _, value in split}


def _examples(incomplete: str) -> list[str]:
    """Complete names of examples; where files begin so, the shell completes their names."""
    if not incomplete or any(Path().glob(f"{incomplete}*")):
        return []
    return [name for name in sources.examples() if name.startswith(incomplete)]


Source = Annotated[
    str,
    typer.Argument(
        metavar="INSTANCE",
        help="A YAML, JSON or XLSX file, a folder of CSV tables, or a shipped example.",
        show_default=False,
        autocompletion=_examples,
    ),
]
Changes = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a field first: facilities.memphis.pue=1.3; may be repeated.",
        show_default=False,
    ),
]


def _scenarios(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete the names of scenarios of the instance that is named already."""
    named = ctx.params.get("instance") or ctx.params.get("run") or ctx.params.get("source")
    *before, last = incomplete.split(",")
    names = sources.scenarios(str(named)) if named else []
    return [",".join((*before, name)) for name in names if name.startswith(last)]


Scenarios = Annotated[
    list[str],
    typer.Option(
        "--scenario",
        metavar="NAME",
        help="Let a scenario of the instance come true; several as A,B or repeated, in order.",
        show_default=False,
        autocompletion=_scenarios,
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", metavar="", help="Only the answer, and errors.")
]
Verbose = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        metavar="",
        help="Tell more; -vv also where an internal error comes from.",
        show_default=False,
    ),
]
LogFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Add everything that is told to a file as well."),
]
Gap = Annotated[
    float,
    typer.Option(
        metavar="SHARE",
        parser=share,
        help="How close to the best a plan must be proven; default 0.1%.",
        show_default=False,
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        metavar="TIME",
        parser=seconds,
        help="Stop the solver after 60 (seconds), 10m or 1h for a plan; default never.",
        show_default=False,
    ),
]
Threads = Annotated[
    int,
    typer.Option(
        metavar="N", parser=whole, help="Threads of the solver; default 1.", show_default=False
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        metavar="N",
        parser=whole,
        help="Seed of every random choice; default 0.",
        show_default=False,
    ),
]
SolverOptions = Annotated[
    list[str],
    typer.Option(
        "--solver-option",
        metavar="NAME=VALUE",
        help="An option of HiGHS; may be repeated.",
        show_default=False,
    ),
]
BriefFormat = Annotated[
    Brief,
    typer.Option(
        "--format", metavar="table|json", help="How to write the answer.", show_default=False
    ),
]
Format = Annotated[
    Form,
    typer.Option(
        "--format",
        metavar="table|json|csv|md",
        help="How to write the answer.",
        show_default=False,
    ),
]
ResumeRun = Annotated[
    bool,
    typer.Option(
        "--resume",
        metavar="",
        help="Go on with what a run of this instance has left that was ended: that of"
        " --output, or the latest.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        help="A new folder to save into; default runs/NAME-TIME-HASH.",
        show_default=False,
    ),
]
NoSave = Annotated[bool, typer.Option("--no-save", metavar="", help="Save nothing.")]


def refuse_both(output: Path | None, no_save: bool) -> None:
    """Refuse a folder to save into where nothing is to be saved.

    Raises:
        typer.BadParameter: both are given.
    """
    if output is not None and no_save:
        message = "--output and --no-save exclude each other"
        raise typer.BadParameter(message)
