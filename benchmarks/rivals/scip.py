"""SCIP on the matrix that gridblock exports. Its usual build searches with one thread."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyscipopt
from pyscipopt import SCIP_EVENTTYPE

from benchmarks.rivals.by_matrix import finish, problem, write_mps

if TYPE_CHECKING:
    from benchmarks.jobs import Job, Journal

EVENTS = SCIP_EVENTTYPE.BESTSOLFOUND | SCIP_EVENTTYPE.DUALBOUNDIMPROVED


class Watcher(pyscipopt.Eventhdlr):  # type: ignore[misc]
    """Notes each better plan and each better bound."""

    def __init__(self, journal: Journal) -> None:
        """Remember where to write."""
        super().__init__()
        self._journal = journal

    def eventinit(self) -> None:
        """Begin to listen."""
        self.model.catchEvent(EVENTS, self)

    def eventexit(self) -> None:
        """Listen no more."""
        self.model.dropEvent(EVENTS, self)

    def eventexec(self, _: Any) -> None:
        """Note where the search stands."""
        self._journal.moved(_best(self.model), self.model.getDualbound())


def run(job: Job, journal: Journal, *, reduced: bool = False) -> None:
    """Solve the matrix with SCIP, as it comes."""
    given = problem(job, journal, reduced=reduced)
    model = pyscipopt.Model()
    model.hideOutput()
    with journal.stage("hand over"), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.mps"
        write_mps(given.matrix, path)
        model.readProblem(str(path))
    if model.getNVars(transformed=False) != len(given.matrix.cost):
        message = f"SCIP has read {model.getNVars(transformed=False)} columns"
        raise ValueError(message)
    model.setParam("limits/gap", job.gap)
    model.setParam("limits/time", job.time_limit)
    model.includeEventhdlr(Watcher(journal), "watcher", "notes plans and bounds")
    with journal.stage("solve"):
        model.optimize()
    journal.moved(_best(model), model.getDualbound())
    finish(job, journal, given, _values(model, len(given.matrix.cost)))


def _best(model: pyscipopt.Model) -> float | None:
    return float(model.getPrimalbound()) if model.getNSols() else None


def _values(model: pyscipopt.Model, columns: int) -> np.ndarray | None:
    """Give the best point in the order of the columns, which the file has called c0, c1, …."""
    if not model.getNSols():
        return None
    best, values = model.getBestSol(), np.zeros(columns)
    for variable in model.getVars(transformed=False):
        values[int(variable.name.removeprefix("c"))] = best[variable]
    return values
