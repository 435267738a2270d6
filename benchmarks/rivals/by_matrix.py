"""What all rivals share that solve a matrix: its making, its file, and the way back to a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

from gridblock.instances.read import read
from gridblock.model.account import account
from gridblock.model.audit import audit
from gridblock.model.build import build
from gridblock.model.decide import decisions
from gridblock.model.plan import Decisions, PlanData
from gridblock.solvers.compile import Compiled, compile_model
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session

if TYPE_CHECKING:
    from pathlib import Path

    import pyomo.environ as pyo

    from benchmarks.jobs import Job, Journal
    from gridblock.instances.instance import Instance
    from gridblock.solvers.matrix import Matrix

ROWWISE, MINIMISE = 2, 1


@dataclass(frozen=True)
class Problem:
    """An instance as a matrix.

    Attributes:
        instance: what is given.
        model: the Pyomo model.
        compiled: its matrix.
    """

    instance: Instance
    model: pyo.ConcreteModel
    compiled: Compiled

    @property
    def matrix(self) -> Matrix:
        """The matrix."""
        return self.compiled.matrix


def problem(job: Job, journal: Journal, *, reduced: bool = False) -> Problem:
    """Read an instance and make its matrix.

    Args:
        job: what is measured.
        journal: gets the stages and the shape.
        reduced: whether with all exact reductions that gridblock knows.
    """
    with journal.stage("read"):
        instance = read(job.instance)
    more = {"reductions": import_module("gridblock.model.pools").EXACT} if reduced else {}
    with journal.stage("build"):
        model = build(instance, **more)
    with journal.stage("hand over"):
        compiled = compile_model(model)
        compiled.validate()
    rows, columns, nonzeros = compiled.matrix.shape
    journal.write(
        "model",
        columns=columns,
        rows=rows,
        nonzeros=nonzeros,
        integers=int(compiled.matrix.integer.sum()),
        constant=constant(compiled),
    )
    return Problem(instance, model, compiled)


def constant(compiled: Compiled) -> float:
    """Give what is paid in any case: the objective's constant, and columns that cannot move.

    The constant holds the price of each run that does not start, which is no such payment; so the
    most that a start takes off is left out.
    """
    matrix = compiled.matrix
    fixed = matrix.lower == matrix.upper
    saved: dict[str, float] = {}
    for variable, cost in zip(compiled.columns, matrix.cost.tolist(), strict=True):
        if variable.parent_component().local_name == "starts":
            run, _ = variable.index()
            saved[run] = min(saved.get(run, 0.0), cost)
    return matrix.offset + float(matrix.cost[fixed] @ matrix.lower[fixed]) + sum(saved.values())


def write_mps(matrix: Matrix, path: Path) -> None:
    """Write a matrix as an MPS file, which every rival reads.

    Raises:
        ValueError: HiGHS does not take or write it whole.
    """
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    rows, columns, nonzeros = matrix.shape
    highs.passModel(
        columns,
        rows,
        nonzeros,
        ROWWISE,
        MINIMISE,
        matrix.offset,
        matrix.cost,
        matrix.lower,
        matrix.upper,
        matrix.row_lower,
        matrix.row_upper,
        matrix.start,
        matrix.index,
        matrix.value,
        matrix.integer.astype(np.int32),
    )
    held = (highs.getNumRow(), highs.getNumCol(), highs.getNumNz())
    # A warning says that columns have no names.
    if held != matrix.shape or highs.writeModel(str(path)) == highspy.HighsStatus.kError:
        message = f"HiGHS holds {held} of {matrix.shape} rows, columns and coefficients"
        raise ValueError(message)


def finish(job: Job, journal: Journal, given: Problem, values: np.ndarray | None) -> None:
    """Turn a rival's point into a plan: whole numbers fixed, the rest solved again, audited.

    Args:
        job: what is measured.
        journal: gets the plan's cost and what the audit says.
        given: the problem.
        values: shape (columns,), None where the rival has found nothing.
    """
    if values is None:
        return
    with journal.stage("read back"), Session() as session:
        session.load(given.matrix)
        polished = session.polish(values, Settings(threads=job.threads))
        if polished.values is None:
            journal.write("plan", objective=None, audit="its whole numbers cannot be completed")
            return
        given.compiled.load(polished.values)
        decided = decisions(given.model)
    judge(journal, given.instance, decided, job.gap)


def judge(journal: Journal, instance: Instance, decided: Decisions, gap: float) -> None:
    """Account for decisions and audit them, as a plan about which nothing is proven."""
    with journal.stage("read back"):
        books = account(instance, decided)
        plan = PlanData(
            instance=instance.name,
            instance_hash=instance.hash,
            status="feasible",
            stop="finished",
            gap_asked=gap,
            decisions=decided,
            objective=float(books.objective),
            costs={category: float(amount) for category, amount in books.costs.items()},
            solver={},
        )
    with journal.stage("audit"):
        report = audit(instance, replace(plan, seconds={}))
    findings = [str(finding) for finding in report.findings]
    verdict = "ok" if not findings else f"{len(findings)} findings: {findings[0]}"
    journal.write("plan", objective=plan.objective, audit=verdict)
    journal.moved(plan.objective, None)
