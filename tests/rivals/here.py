"""A session whose solver runs in this process: the same checks, without a worker's overhead."""

from contextlib import suppress
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np

from gridblock.solvers.change import Change, Floats
from gridblock.solvers.highs import Engine
from gridblock.solvers.listener import Listener
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Outcome, Settings, SolverError, Stop, Verdict
from gridblock.solvers.session import Session
from gridblock.solvers.watch import Watch


class Heard(Listener):
    """Keeps the best point that the solver has told of."""

    best: Floats | None = None

    def improved(self, values: Floats) -> None:
        """Keep a new best point."""
        self.best = values


class Near:
    """What a session needs of the line to its worker, with the engine at the end of it."""

    def __init__(self, presolve: str | None = None) -> None:
        """Make an engine, with presolve as asked for or as each solve says."""
        self.engine, self.presolve = Engine(), presolve
        self.matrix: Matrix | None = None
        self.stops = 0

    def hand_over(self, verb: str, payload: Matrix | Change) -> None:
        """Load a matrix, or change it."""
        getattr(self.engine, verb)(payload)

    def attempt(self, verb: str, settings: Settings, watch: Watch, point: Floats | None) -> Outcome:
        """Run or polish once."""
        watch.start()
        settings = replace(settings, presolve=self.presolve or settings.presolve)
        heard = Heard()
        try:
            if verb == "run":
                outcome = self.engine.run(replace(settings, start=point), heard)
            else:
                assert point is not None
                outcome = self.engine.polish(point, replace(settings, start=None), heard)
        except SolverError as error:
            watch.notes.append(str(error))
            outcome = Outcome(Stop.CRASHED, Verdict.UNKNOWN)
        kept = outcome.values is None and heard.best is not None and verb == "run"
        if not kept or "UNBOUNDED" in outcome.verdict.name or self.matrix is None:
            return outcome
        values: Any = np.array(heard.best)
        cost = self.matrix.objective(values)
        return replace(outcome, verdict=Verdict.FEASIBLE, values=values, objective=cost)

    def keep(self, values: Floats, name: str) -> None:
        """Keep nothing: there is no folder."""

    def fail(self, what: str) -> NoReturn:
        """Raise what went wrong."""
        message = f"HiGHS failed: {what}"
        raise SolverError(message)

    def close(self) -> None:
        """End the threads of HiGHS."""
        with suppress(AttributeError):
            del self.engine


def session_here(presolve: str | None = None, line: Near | None = None) -> Session:
    """Give a session that solves in this process.

    Args:
        presolve: as asked for, or as each solve says.
        line: what stands in for the line to a worker.
    """
    session = Session.__new__(Session)
    session._channel = line or Near(presolve)  # type: ignore[assignment]
    return session
