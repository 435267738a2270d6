"""``gridblock pareto``: what less unmet work costs, from the cheapest plan to the fullest."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.ending import Ending, Interrupts, ended
from gridblock.commands.files import free, save
from gridblock.commands.many import WithReport
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
    pairs,
    refuse_both,
    whole,
)
from gridblock.commands.report import FILE
from gridblock.commands.talk import Talk, Voice, put

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
        refuse_both(output, no_save)
        if report and no_save:
            message = "--report goes into the folder; leave out --no-save"
            raise typer.BadParameter(message)
        folder = free(output)
        talk.phase("reading")
        given = sources.read(sources.locate(instance), pairs(changes, "--set"), scenario)
        found = _found(talk, interrupts, given, points, measure, gap, time_limit)
        saved = None if no_save or not found.data.points else save(talk, found, folder)
        talk.line.end()
        _show(given, found, form)
        if saved is not None:
            talk.note(f"saved {saved}")
            if report:
                found.report(saved / FILE)
                talk.note(f"wrote {saved / FILE}")
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
    from gridblock.instances.write import to_json
    from gridblock.reports import front as report
    from gridblock.reports.plain_text import csv_table, markdown
    from gridblock.reports.terminal import show

    if form is Form.JSON:
        put(to_json(report.as_json(given, found.data)))
    elif form is Form.CSV:
        put(csv_table(found.table()))
    elif form is Form.MD:
        put(markdown(report.document(given, found.data)))
    else:
        show(report.document(given, found.data), Voice())


def _code(found: "Front") -> Ending:
    """Give the exit code."""
    if found.data.stop == "interrupted":
        return Ending.INTERRUPTED
    if not found.data.points:
        return Ending.INFEASIBLE if found.data.infeasible else Ending.NO_PLAN
    return Ending.PLAN if found.data.stop == "finished" else Ending.LIMIT
