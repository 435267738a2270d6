"""``gridblock audit``: a saved plan checked again, with neither model nor solver."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridblock.commands import sources
from gridblock.commands.ending import Ending, ended
from gridblock.commands.options import (
    Brief,
    BriefFormat,
    LogFile,
    Quiet,
    RunFolder,
    Scenarios,
    Verbose,
)
from gridblock.commands.talk import Talk, Voice, put

if TYPE_CHECKING:
    from gridblock.model.certificate import Proof
    from gridblock.model.findings import Report
    from gridblock.plan import Plan


def audit(
    run: RunFolder,
    instance: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="What it plans; default the instance.json beside the plan."
        ),
    ] = None,
    scenario: Scenarios = [],  # noqa: B006
    certify: Annotated[
        bool,
        typer.Option(
            "--certify",
            metavar="",
            help="Prove the bound where the run has no certificate; this takes the solver.",
        ),
    ] = False,
    form: BriefFormat = Brief.TABLE,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Check every rule and cost of a plan again, from its instance alone.

    Its bound is proven again from the certificate.json of the run: rows of the
    model are added up in safe arithmetic, and no solver is asked.

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

        told: dict[str, Any] = {}
        if instance is None and is_stochastic(run):
            talk.phase("auditing")
            report, lines = audit_saved(run), []
        else:
            plan = _plan(file, instance, scenario)
            report, proof = _audited(talk, file, plan, certify=certify)
            told, lines = _as_json(plan, proof), _lines(plan, proof)
        talk.line.end()
        if form is Brief.JSON:
            from gridblock.instances.write import to_json

            put(to_json(_report_as_json(report) | told))
        else:
            from gridblock.reports.terminal import audit_report

            audit_report(report, Voice(), lines)
        raise typer.Exit(Ending.PLAN if report.ok else Ending.MISMATCH)


def _plan(file: Path, name: str | None, scenarios: Sequence[str]) -> "Plan":
    """Read a plan and what it plans."""
    from gridblock.own_json import read_json, unreadable
    from gridblock.saved import read_unchecked

    if not file.is_file():
        read_json(file)
    given = None
    if name is not None:
        given = sources.read(name, scenarios=scenarios)
    elif not (file.parent / "instance.json").exists():
        message = "has no instance.json beside it; give what it plans with --instance FILE"
        raise unreadable(file, message)
    return read_unchecked(file, given)


def _audited(talk: Talk, file: Path, plan: "Plan", *, certify: bool) -> "tuple[Report, Proof]":
    """Audit a plan, and prove its bound unless it breaks a rule already."""
    from gridblock import proof as proofs
    from gridblock.runs import with_digest

    talk.phase("auditing")
    report = with_digest(plan.audit(), file)
    certificate = proofs.read_certificate(file.parent)
    if not report.ok:
        return report, proofs.Proof(lack="the plan breaks its rules")
    talk.phase("proving the bound")
    if certificate is None and certify:
        certificate = proofs.certified(plan)
    proof = proofs.prove(plan, certificate)
    return proofs.with_proof(report, plan, proof), proof


def _lines(plan: "Plan", proof: "Proof") -> list[str]:
    """Say why there is no plan where that is so, and what is proven."""
    from gridblock.reports.headline import without_plan
    from gridblock.reports.proven import proven

    lack = "" if plan.data.decisions is not None else without_plan(plan.instance.name, plan.data)
    return [lack, proven(plan.data, proof, plan.instance.currency)]


def _report_as_json(report: "Report") -> dict[str, Any]:
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


def _as_json(plan: "Plan", proof: "Proof") -> dict[str, Any]:
    from dataclasses import asdict

    return {"bound": plan.bound, "gap": plan.gap, "proof": asdict(proof)}
