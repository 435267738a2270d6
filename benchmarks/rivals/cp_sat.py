"""OR-Tools CP-SAT on the matrix that gridblock exports.

CP-SAT knows whole numbers only: what is continuous (units served, blocks shared, Gbps) is
restricted to whole units, so that its optimum is one of a narrower problem and its bound says
nothing of ours. Its plans count: their whole numbers are kept, and the rest is solved again without
that restriction.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from ortools.linear_solver.python import model_builder

from benchmarks.rivals.by_matrix import finish, problem, write_mps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.jobs import Job, Journal

FOUND = re.compile(r"^#\d+\s+([\d.]+)s\s+best:(\S+)\s")
UNITS = 1
"""Steps that a continuous column has between two whole numbers; more of them found worse plans."""


def run(job: Job, journal: Journal) -> None:
    """Solve the matrix with CP-SAT, in whole units."""
    given = problem(job, journal)
    model = model_builder.Model()
    with journal.stage("hand over"), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.mps"
        write_mps(given.matrix, path)
        if not model.import_from_mps_file(str(path)):
            message = "CP-SAT does not read the MPS file"
            raise ValueError(message)
    solver = model_builder.Solver("sat")
    solver.enable_output(True)
    solver.set_time_limit_in_seconds(job.time_limit)
    solver.set_solver_specific_parameters(
        f"num_workers: {job.threads}, relative_gap_limit: {job.gap}, "
        f"mip_var_scaling: {UNITS}, log_search_progress: true"
    )
    began = journal.seconds
    with journal.stage("solve"), tempfile.TemporaryFile() as log:
        with standard_output_to(log.fileno()):
            status = solver.solve(model)
        log.seek(0)
        for line in log.read().decode(errors="replace").splitlines():
            found = FOUND.match(line)
            if found:
                cost = float(found[2].replace("'", ""))
                journal.write("moved", best=cost, bound=None, then=began + float(found[1]))
    journal.write("note", text=f"CP-SAT: {status.name.lower()}")
    held = {model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE}
    values = None
    if status in held:
        # The file has called the columns c0, c1, ….
        values = np.zeros(len(given.matrix.cost))
        for variable in model.get_variables():
            values[int(variable.name.removeprefix("c"))] = solver.value(variable)
    finish(job, journal, given, values)


@contextmanager
def standard_output_to(file: int) -> Iterator[None]:
    """Let a file have what libraries write to standard output; CP-SAT's log goes nowhere else."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(file, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
