"""A script without a main guard that solves a hard model until it is interrupted."""

import json
import signal
import sys

import numpy as np

from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Progress, Settings
from gridblock.solvers.session import Session

random = np.random.default_rng(0)
weights = random.integers(1, 50, (40, 60)).astype(float)
matrix = Matrix(
    cost=-random.integers(10, 60, 60).astype(float),
    offset=0.0,
    lower=np.zeros(60),
    upper=np.full(60, 3.0),
    integer=np.ones(60, dtype=bool),
    row_lower=np.full(40, -np.inf),
    row_upper=0.7 * weights.sum(axis=1),
    start=np.arange(0, 2401, 60),
    index=np.tile(np.arange(60), 40),
    value=weights.ravel(),
)
said = False


def say(progress: Progress) -> None:
    global said
    if progress.best is not None and progress.best < -1500 and not said:
        said = True
        sys.stdout.write("solving\n")
        sys.stdout.flush()


with Session() as session:
    signal.signal(signal.SIGTERM, lambda *_: session.stop())
    session.load(matrix)
    outcome = session.run(Settings(gap=0.0), on_progress=say)
    told = {
        "stop": outcome.stop,
        "verdict": outcome.verdict,
        "objective": outcome.objective,
        "bound": outcome.bound,
        "holds": outcome.values is not None and matrix.violation(outcome.values).tolerable,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
