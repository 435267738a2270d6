"""What solves the relaxation of a model: HiGHS's methods, or cuOpt on a GPU."""

from __future__ import annotations

import importlib.util
import shutil
from enum import StrEnum
from importlib.metadata import version
from typing import Final

from gridblock.solvers.outcome import OptionError


class LpSolver(StrEnum):
    """What solves a relaxation."""

    AUTOMATIC = "automatic"
    SIMPLEX = "simplex"
    IPX = "ipx"
    HIPO = "hipo"
    PDLP = "pdlp"
    CUOPT = "cuopt"


NEAR: Final = {LpSolver.PDLP, LpSolver.CUOPT}
"""First-order methods: their points are only near the rows; bounds from their duals hold."""


def refuse_missing(name: str) -> None:
    """Refuse a solver of relaxations that is not there, and say what to install.

    Raises:
        OptionError: it is not there, or nobody knows it.
    """
    if name not in set(LpSolver):
        message = f"lp_solver cannot be {name}: it is one of {', '.join(LpSolver)}"
        raise OptionError(message)
    if name == LpSolver.HIPO and not _has_hipo():
        here = version("highspy")
        message = (
            f"lp_solver hipo: HiGHS {here} has none here; "
            f"pip install highspy-extras of the same version ({here})"
        )
        raise OptionError(message)
    if name == LpSolver.CUOPT:
        if shutil.which("nvidia-smi") is None:
            message = "lp_solver cuopt: it needs an NVIDIA GPU with its driver, and there is none"
            raise OptionError(message)
        if importlib.util.find_spec("cuopt") is None:
            message = (
                "lp_solver cuopt: it is not installed; pip install cuopt-cu12 or cuopt-cu13, "
                "as the driver's CUDA is (docs.nvidia.com/cuopt)"
            )
            raise OptionError(message)


def _has_hipo() -> bool:
    import highspy

    core = highspy._core._Highs()
    core.setOptionValue("output_flag", False)
    taken: bool = core.setOptionValue("solver", "hipo") == highspy.HighsStatus.kOk
    return taken
