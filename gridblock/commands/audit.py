"""``gridblock audit``: a saved plan checked again, with neither model nor solver."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.ending import Ending, ended
from gridblock.commands.options import (
    Brief,
    BriefFormat,
    LogFile,
    Quiet,
    Scenarios,
    Verbose,
)
from gridblock.commands.talk import Talk, Voice, put
from gridblock.instances.faults import Fault, InstanceError

if TYPE_CHECKING:
    from gridblock.model.findings import Report


def audit(
    run: Annotated[
        Path,
        typer.Argument(metavar="RUN", help="The folder of a run, or a plan.json."),
    ],
    instance: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="What it plans; default the instance.json beside the plan."
        ),
    ] = None,
    scenario: Scenarios = [],  # noqa: B006
    form: BriefFormat = Brief.TABLE,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Check every rule and cost of a plan again, from its instance alone.

    Exit codes: 0 every rule holds, 3 the plan cannot be read,
    8 a rule is broken, or it is a plan of another instance.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk):
        talk.phase("reading")
        file = run / "plan.json" if run.is_dir() else run
        if scenario and instance is None:
            message = "--scenario goes with --instance; the instance.json of a run has it already"
            raise typer.BadParameter(message)
        from gridblock.two_stage_folder import audit_saved, is_stochastic

        if instance is None and is_stochastic(run):
            talk.phase("auditing")
            report, lack = audit_saved(run), ""
        else:
            report, lack = _report(talk, file, instance, scenario)
        talk.line.end()
        if form is Brief.JSON:
            from gridblock.instances.write import to_json

            put(to_json(_as_json(report)))
        else:
            from gridblock.reports.terminal import audit_report

            audit_report(report, Voice(), lack)
        raise typer.Exit(Ending.PLAN if report.ok else Ending.MISMATCH)


def _report(
    talk: Talk, file: Path, name: str | None, scenarios: Sequence[str]
) -> "tuple[Report, str]":
    """Audit a plan, and say why there is none where that is so."""
    from gridblock.plan import read_plan
    from gridblock.reports.headline import without_plan
    from gridblock.runs import read_json, with_digest

    if not file.is_file():
        read_json(file)
    given = None
    if name is not None:
        given = sources.read(sources.locate(name), scenarios=scenarios)
    elif file.is_file() and not (file.parent / "instance.json").exists():
        message = "has no instance.json beside it; give what it plans with --instance FILE"
        raise InstanceError([Fault((), message, str(file))])
    plan = read_plan(file, given)
    talk.phase("auditing")
    lack = "" if plan.data.decisions is not None else without_plan(plan.instance.name, plan.data)
    return with_digest(plan.audit(), file), lack


def _as_json(report: "Report") -> dict[str, object]:
    return {
        "format_version": 1,
        "ok": report.ok,
        "rows": report.rows,
        "checked": dict(report.checked),
        "findings": [
            {"rule": each.rule, "where": each.where, "message": each.message}
            for each in report.findings
        ],
    }
