"""Plain HiGHS on the matrix that gridblock exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.rivals.by_matrix import finish, problem
from gridblock.solvers.outcome import Option, Settings
from gridblock.solvers.session import Session

if TYPE_CHECKING:
    from benchmarks.jobs import Job, Journal
    from gridblock.solvers.outcome import Progress


def run(job: Job, journal: Journal, *, reduced: bool = False, ipm: bool = False) -> None:
    """Solve the matrix with HiGHS, as it comes.

    Args:
        job: what is measured.
        journal: gets the course of it.
        reduced: whether with gridblock's reductions.
        ipm: whether the relaxation at the root is solved by interior point.
    """
    given = problem(job, journal, reduced=reduced)
    options: dict[str, Option] = {"mip_lp_solver": "ipm"} if ipm else {}
    settings = Settings(
        gap=job.gap, time_limit=job.time_limit, threads=job.threads, options=options
    )

    def moved(progress: Progress) -> None:
        journal.moved(progress.best, progress.bound)

    with Session() as session:
        with journal.stage("hand over"):
            session.load(given.matrix)
        with journal.stage("solve"):
            outcome = session.run(settings, moved)
    journal.moved(outcome.objective, outcome.bound)
    finish(job, journal, given, outcome.values)
