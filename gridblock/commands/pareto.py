"""``gridblock pareto``: what less unmet work costs, from the cheapest plan to the fullest."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.answers import show_answer
from gridblock.commands.ending import Ending, Interrupts, ended
from gridblock.commands.files import refuse_taken, save
from gridblock.commands.kept import refuse_unkept, tell_kept
from gridblock.commands.options import (
    Changes,
    Form,
    Format,
    Gap,
    LogFile,
    NoSave,
    Output,
    Quiet,
    Scenarios,
    Source,
    TimeLimit,
    Verbose,
    WithReport,
)
from gridblock.commands.talk import Talk
from gridblock.commands.values import whole

if TYPE_CHECKING:
    from gridblock.fronts import Front
    from gridblock.instances.instance import Instance


class Measure(StrEnum):
    """How unmet work is counted."""

    SHARE = "share"
    PRICE = "price"


def pareto(
    instance: Source,
    points: Annotated[
        int,
        typer.Option(
            metavar="N",
            parser=whole,
            help="Plans, both ends included; default 9.",
            show_default=False,
        ),
    ] = 9,
    measure: Annotated[
        Measure | None,
        typer.Option(
            metavar="share|price",
            help="Count unmet work by unit-hours or at its price; default by units, if they agree.",
            show_default=False,
        ),
    ] = None,
    gap: Gap = 0.001,
    time_limit: TimeLimit = None,
    scenario: Scenarios = [],  # noqa: B006
    changes: Changes = [],  # noqa: B006
    form: Format = Form.TABLE,
    output: Output = None,
    no_save: NoSave = False,
    report: WithReport = False,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Weigh cost against unmet work: the best plans for less and less of it.

    Each plan costs the least, within the gap, of all that leave as little unmet.
    Prices of unmet work play no part; one plan leaves as little as they suggest.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk) as interrupts:
        if points < 2:
            message = "a front has two ends: 2 points or more"
            raise typer.BadParameter(message, param_hint="'--points'")
        refuse_unkept(no_save, {"--output": output, "--report": report})
        refuse_taken(output)
        talk.phase("reading")
        given = sources.read(instance, changes, scenario)
        found = _found(talk, interrupts, given, points, measure, gap, time_limit)
        saved = None if no_save or not found.data.points else save(talk, found, output)
        talk.line.end()
        _show(given, found, form)
        tell_kept(talk, found, saved, report)
        raise typer.Exit(_code(found))


def _found(
    talk: Talk,
    interrupts: Interrupts,
    given: "Instance",
    points: int,
    measure: Measure | None,
    gap: float,
    time_limit: float | None,
) -> "Front":
    """Search, and tell how it goes."""
    talk.phase("building")
    from gridblock.fronts import pareto as search
    from gridblock.solvers.session import Session

    with Session() as session:
        interrupts.stop = session.stop
        return search(
            given,
            points=points,
            measure=None if measure is None else measure.value,
            gap=gap,
            time_limit=time_limit,
            session=session,
            on_progress=talk.moved,
            on_point=lambda at, of: talk.phase(f"solving {at} of {of}"),
        )


def _show(given: "Instance", found: "Front", form: Form) -> None:
    from gridblock.reports.front import as_json, document
    from gridblock.reports.plain_text import csv_table

    show_answer(
        form,
        lambda: as_json(given, found.data),
        lambda: document(given, found.data),
        lambda: csv_table(found.table()),
    )


def _code(found: "Front") -> Ending:
    """Give the exit code."""
    if found.data.stop == "interrupted":
        return Ending.INTERRUPTED
    if not found.data.points:
        return Ending.INFEASIBLE if found.data.infeasible else Ending.NO_PLAN
    return Ending.PLAN if found.data.stop == "finished" else Ending.LIMIT
