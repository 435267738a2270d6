"""Options of the commands that solve many cases: where, which part, and what is kept."""

from typing import Annotated, Any

import typer

from gridblock.commands.values import whole


def parts(text: str) -> tuple[int, int]:
    """Read a shard: ``3/10``."""
    number, slash, of = text.strip().partition("/")
    if slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
        return int(number), int(of)
    message = f"{text!r} is no part of several; write 3/10 for the third of ten"
    raise typer.BadParameter(message)


Jobs = Annotated[
    int,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        parser=whole,
        help="Cases solved at once on this machine; default one a core.",
        show_default=False,
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Solve on a Dask cluster (gridblock\\[dask]), on workers of one thread each.",
        show_default=False,
    ),
]
ShardOption = Annotated[
    Any,
    typer.Option(
        "--shard",
        metavar="I/N",
        parser=parts,
        help="Solve one part of N, for batch queues; all with the same --output.",
        show_default=False,
    ),
]
Merge = Annotated[
    bool,
    typer.Option("--merge", metavar="", help="Solve nothing: put the shards of --output together."),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", metavar="", help="Go on with what --output holds of this study."),
]
SaveRuns = Annotated[
    bool,
    typer.Option("--save-runs", metavar="", help="Save the plan of each case as a run, too."),
]
