"""Proofs of saved plans: the bound, or that no plan exists, without the solver's word."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from gridblock.model import certificate as plain
from gridblock.model.certificate import Certificate, Proof, Proves
from gridblock.model.findings import Finding, Report
from gridblock.model.plan import relative_gap
from gridblock.own_json import read_json, unreadable
from gridblock.runs import CERTIFICATE

if TYPE_CHECKING:
    from gridblock.plan import Plan

TOLERANCE: Final = 1e-6
"""What a plan's cost may lie below a bound, as the audit lets flows be off by as much."""
HOLDS_NONE: Final = f"the run holds no {CERTIFICATE}"


def read_certificate(folder: Path) -> Certificate | None:
    """Read the certificate of a run; None where it has none.

    Raises:
        InstanceError: it cannot be read.
    """
    file = folder / CERTIFICATE
    if not file.exists():
        return None
    try:
        return plain.from_plain(read_json(file))
    except ValueError as error:
        raise unreadable(file, str(error)) from None


def prove(plan: "Plan", certificate: Certificate | None) -> Proof:
    """Build the model of a plan's instance and add up its rows; no solver is asked.

    Args:
        plan: the plan, or what is known without one.
        certificate: the weights of the rows.
    """
    if certificate is None:
        return Proof(lack=HOLDS_NONE)
    try:
        from gridblock.solvers.certify import checked
    except ImportError as error:
        missing = (error.name or "pyomo").partition(".")[0]
        return Proof(lack=f"to build the model {missing} is needed")
    found = checked(plan.instance, certificate, plan.data.stages)
    if not found.infeasible and found.bound is None:
        return Proof(rows=found.rows, lack="the weights of the rows prove nothing")
    gap = None
    if found.bound is not None and plan.objective is not None:
        gap = relative_gap(plan.objective, min(found.bound, plan.objective))
    return Proof(found.bound, gap, found.infeasible, found.rows)


def certified(plan: "Plan") -> Certificate | None:
    """Solve the relaxation of a plan's instance for the weights of its rows; None without any."""
    from gridblock.solvers.certify import relaxation_of

    return relaxation_of(plan.instance, plan.data.stages)


def with_proof(report: Report, plan: "Plan", proof: Proof) -> Report:
    """Add to an audit whether the plan and what is proven agree."""
    rule, objective = "nothing_proven_contradicts_the_plan", plan.objective
    if proof.lack or objective is None:
        return report
    message = ""
    if proof.infeasible:
        message = f"a plan that costs {objective:.12g} although none can exist"
    elif proof.bound is not None and objective < proof.bound - TOLERANCE * max(1, abs(objective)):
        message = f"the plan costs {objective:.12g} and none costs less than {proof.bound:.12g}"
    found = (Finding(rule, "certificate", message),) if message else ()
    return Report((*report.findings, *found), {**report.checked, rule: 1})


__all__ = ["Proof", "Proves", "certified", "prove", "read_certificate", "with_proof"]
