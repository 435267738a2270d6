"""Options and arguments that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.values import count, seconds, share, whole


class Form(StrEnum):
    """How a plan is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"


class Brief(StrEnum):
    """How findings are written."""

    TABLE = "table"
    JSON = "json"


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
RunFolder = Annotated[
    Path, typer.Argument(metavar="RUN", help="The folder of a run, or a plan.json.")
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
        help="Stop the solver after 60 (seconds), 10m or 1h30m for a plan; default never.",
        show_default=False,
    ),
]
Threads = Annotated[
    int,
    typer.Option(
        metavar="N", parser=count, help="Threads of the solver; default 1.", show_default=False
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
WithReport = Annotated[
    bool,
    typer.Option("--report", metavar="", help="Write report.html into the folder, too."),
]
Force = Annotated[bool, typer.Option("--force", metavar="", help="Replace what is there.")]
