"""Gridblock itself, as a user calls it: read, solve, save."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gridblock.solvers.solve
from benchmarks.methods import has_methods
from gridblock import plan as plans
from gridblock.instances import read as reading

if TYPE_CHECKING:
    from benchmarks.jobs import Job, Journal
    from gridblock.solvers.outcome import Progress

WARM = gridblock.solvers.solve
"""What a solve imports, so that the clock does not count it."""


def run(job: Job, journal: Journal, method: str) -> None:
    """Plan an instance by one of gridblock's methods."""
    with journal.stage("read"):
        given = reading.read(job.instance)

    def moved(progress: Progress) -> None:
        journal.moved(progress.best, progress.bound)

    more: dict[str, Any] = {"method": method} if has_methods() else {}
    plan = plans.solve(
        given,
        gap=job.gap,
        time_limit=job.time_limit,
        threads=job.threads,
        on_progress=moved,
        raise_without_plan=False,
        **more,
    )
    stages = {name.replace("_", " "): took for name, took in plan.seconds.items()}
    journal.stages({name: took for name, took in stages.items() if name != "read"})
    journal.moved(plan.objective, plan.bound)
    if plan.objective is not None:
        # A plan that gridblock returns has passed the audit.
        journal.write("plan", objective=plan.objective, audit="ok", status=plan.status)
    with journal.stage("report"), tempfile.TemporaryDirectory() as folder:
        plan.save(Path(folder) / "run")
