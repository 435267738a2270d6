"""What a run that was ended has left: the best point on disk, as decisions to start from."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.model.build import INTACT, build
from gridblock.model.decide import decisions
from gridblock.model.pools import EXACT
from gridblock.solvers.compile import compile_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gridblock.instances.instance import Instance
    from gridblock.model.plan import Decisions
    from gridblock.solvers.change import Floats

POINTS: Final = ("incumbent-*.npy", "kept-*.npy")
"""What a worker and its channel write, each file whole."""


def best_left(instance: Instance, folder: Path) -> Decisions | None:
    """Give the best plan that lies in the folder of an unfinished run; None if there is none.

    Only points that keep every row of the model count. What is found is a start: it is solved from
    there, and audited, like any other.

    Args:
        instance: what the run planned.
        folder: the run's.
    """
    built = build(instance, INTACT, EXACT)
    compiled = compile_model(built)
    matrix = compiled.matrix
    best: Floats | None = None
    for values in _points(folder, len(matrix.cost)):
        if matrix.violation(values).tolerable and (
            best is None or matrix.objective(values) < matrix.objective(best)
        ):
            best = values
    if best is None:
        return None
    compiled.load(best)
    return decisions(built)


def _points(folder: Path, columns: int) -> Iterator[Floats]:
    """Read the points of so many columns; a file that is none counts for nothing."""
    for pattern in POINTS:
        for file in sorted(folder.rglob(pattern)):
            with suppress(OSError, ValueError, EOFError):
                values = np.load(file, allow_pickle=False)
                if values.shape == (columns,) and values.dtype == np.float64:
                    yield values
