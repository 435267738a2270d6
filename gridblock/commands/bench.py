"""``gridblock bench``: instances against their known optima."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gridblock.commands import sources
from gridblock.commands.answers import show_answer
from gridblock.commands.ending import Ending, Interrupts, ended
from gridblock.commands.options import (
    Form,
    Format,
    LogFile,
    Quiet,
    Threads,
    TimeLimit,
    Verbose,
)
from gridblock.commands.talk import Talk
from gridblock.commands.values import share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridblock.bench import Known, Row
    from gridblock.instances.instance import Instance

OPTIMA: Final = "optima.csv"


def bench(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="[PATH]...",
            help="Instances, or folders of them; default the shipped examples.",
            show_default=False,
        ),
    ] = [],  # noqa: B006
    expected: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="CSV with the columns instance and optimum, perhaps scale and offset:"
            " optimum = offset + scale x ours; gap, to which it is known itself. Default optima.csv"
            " in the one folder named.",
            show_default=False,
        ),
    ] = None,
    gap: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            parser=share,
            help="How close to the best each plan must be proven; default 0.0001%.",
            show_default=False,
        ),
    ] = 1e-6,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    form: Format = Form.TABLE,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Plan instances whose optimum is known, and compare.

    Without PATH the shipped examples, with the optima that were worked out by hand.

    Exit codes: 0 all are the same as published, 3 bad instance,
    5 stopped at a limit before a proof, 6 without a plan,
    8 one differs or fails its audit, 130 interrupted.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk) as interrupts:
        table = expected or _usual(paths)
        talk.phase("reading")
        from gridblock.bench import instances_in, known

        optima = known(str(table))
        shipped = [] if paths else [str(file) for file in sources.examples().values()]
        given = _read(instances_in([sources.locate(path) for path in paths]) or shipped, optima)
        without = [name for name in given if name not in optima]
        for name in without:
            talk.note(f"{name} is not in {table}, and left out")
        chosen = {name: instance for name, instance in given.items() if name in optima}
        if not chosen:
            message = f"{table} knows none of the instances; name another table with --expected"
            raise typer.BadParameter(message)
        found = _found(talk, interrupts, chosen, optima, gap, time_limit, threads)
        talk.line.end()
        _show(found, gap, form)
        raise typer.Exit(_code(found, len(chosen)))


def _usual(paths: list[str]) -> Path:
    """Give the table that lies beside what is planned.

    Raises:
        typer.BadParameter: there is none.
    """
    if not paths:
        return sources.GALLERY / OPTIMA
    if len(paths) == 1 and (Path(paths[0]) / OPTIMA).is_file():
        return Path(paths[0]) / OPTIMA
    if not any(Path(path).exists() for path in paths) and {*paths} <= {*sources.examples()}:
        return sources.GALLERY / OPTIMA
    message = f"name the table of optima with --expected {OPTIMA}"
    raise typer.BadParameter(message)


def _read(files: list[str], optima: "Mapping[str, Known]") -> "dict[str, Instance]":
    """Read every instance, by its name, or that of its file where the table knows only that.

    Raises:
        InstanceError: with every fault of all of them.
    """
    from gridblock.instances.faults import Fault, InstanceError

    given: dict[str, Instance] = {}
    faults: list[Fault] = []
    for file in files:
        try:
            instance = sources.read(file)
        except InstanceError as error:
            faults += error.faults
            continue
        known_as = instance.name
        if known_as not in optima and Path(file).stem in optima:
            known_as = Path(file).stem
        if known_as in given:
            faults.append(Fault(("name",), f"is {known_as!r} a second time", file))
        given[known_as] = instance
    if faults:
        raise InstanceError(faults)
    return given


def _found(
    talk: Talk,
    interrupts: Interrupts,
    chosen: "Mapping[str, Instance]",
    optima: "Mapping[str, Known]",
    gap: float,
    time_limit: float | None,
    threads: int,
) -> "list[Row]":
    """Plan one after the other, and tell how it goes."""
    from gridblock.bench import bench as compare
    from gridblock.solvers.session import Session

    with Session() as session:
        interrupts.stop = session.stop
        rows = compare(
            chosen,
            optima,
            gap=gap,
            time_limit=time_limit,
            threads=threads,
            session=session,
            on_instance=lambda name, at: talk.phase(f"{name}, {at} of {len(chosen)}"),
            on_progress=talk.moved,
        )
        found = []
        for row in rows:
            found.append(row)
            if row.verdict == "different":
                talk.note(f"{row.instance}: {row.ours} where {row.published} is published")
        return found


def _show(found: "list[Row]", gap: float, form: Form) -> None:
    from gridblock.reports.bench import as_json, document, table
    from gridblock.reports.plain_text import csv_table

    show_answer(
        form,
        lambda: as_json(found, gap),
        lambda: document(found, gap),
        lambda: csv_table(table(found)),
    )


def _code(found: "list[Row]", asked: int) -> Ending:
    """Give the exit code."""
    statuses = {row.status for row in found}
    if "interrupted" in statuses or len(found) < asked:
        return Ending.INTERRUPTED
    if any(not row.matches for row in found):
        return Ending.MISMATCH
    if "no_plan" in statuses:
        return Ending.NO_PLAN
    return Ending.LIMIT if "feasible" in statuses else Ending.PLAN
