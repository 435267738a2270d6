"""Options of ``gridblock stress``: which shocks, how large, and how far the search goes."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from gridblock.commands.values import whole


class Way(StrEnum):
    """How several shocks are put together."""

    GREEDY = "greedy"
    EXACT = "exact"


def factor(text: str | float) -> float:
    """Read what a price or demand is multiplied by: ``1.3`` or ``30%``."""
    written = str(text).strip()
    try:
        found = 1 + float(written[:-1]) / 100 if written.endswith("%") else float(written)
    except ValueError:
        found = 0.0
    if 1 < found < 1000:
        return found
    message = f"{text!r} is no factor above 1; write 1.3 or 30%"
    raise typer.BadParameter(message)


def words(text: str) -> list[str]:
    """Read names with commas between."""
    return [word.strip() for word in text.split(",") if word.strip()]


Shocks = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Which shocks, how large, and your own.", show_default=False),
]
Kinds = Annotated[
    Any,
    typer.Option(
        metavar="KIND,…",
        parser=words,
        help="Of delay, outage, price, demand, own; default all.",
        show_default=False,
    ),
]
Only = Annotated[
    Any,
    typer.Option(
        metavar="NAME,…",
        parser=words,
        help="Only what hits these, * standing for anything.",
        show_default=False,
    ),
]
Late = Annotated[
    int | None,
    typer.Option(
        metavar="N", parser=whole, help="Periods of a delay; default 2.", show_default=False
    ),
]
Outage = Annotated[
    int | None,
    typer.Option(
        metavar="N", parser=whole, help="Periods of an outage; default 1.", show_default=False
    ),
]
AnyStart = Annotated[
    bool,
    typer.Option(
        "--any-start",
        metavar="",
        help="Outages begin in any period; default when most is lost.",
    ),
]
Price = Annotated[
    float | None,
    typer.Option(
        metavar="FACTOR", parser=factor, help="Of prices; default 1.3.", show_default=False
    ),
]
DemandFactor = Annotated[
    float | None,
    typer.Option(
        metavar="FACTOR", parser=factor, help="Of demands; default 1.2.", show_default=False
    ),
]
Resolves = Annotated[
    str | None,
    typer.Option(
        metavar="PERIOD",
        help="When the shock comes: orders before stand; default the second one.",
        show_default=False,
    ),
]
BudgetOption = Annotated[
    int,
    typer.Option(
        metavar="K",
        parser=whole,
        help="How many shocks come together; default 1.",
        show_default=False,
    ),
]
SearchOption = Annotated[
    Way,
    typer.Option(
        metavar="greedy|exact",
        help="Join the worst one by one, or try every combination; default greedy.",
        show_default=False,
    ),
]
Top = Annotated[
    int,
    typer.Option(
        metavar="N",
        parser=whole,
        help="So many of the worst are told apart; default 5.",
        show_default=False,
    ),
]
