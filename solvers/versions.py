"""Versions: of what may change an answer, and of the solver those that are known to be wrong."""

from __future__ import annotations

import os
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from gridblock.solvers.outcome import SolverError

MADE_WITH: Final = ("gridblock", "highspy", "pyomo")
"""Packages whose versions may change an answer."""
WRONG: Final = {"1.14.": "finds wrong optima of models with whole numbers (HiGHS #2957)"}
"""What is wrong with versions of highspy that begin so."""
HIGHSPY: Final = "highspy>=1.15.1"
"""The solver that is needed, as pip is told."""
UPGRADE: Final = f"pip install --upgrade '{HIGHSPY}'"
UNSOUND: Final = "GRIDBLOCK_UNSOUND_SOLVER"
"""A variable of the environment; any value lets a version solve that is known to be wrong."""


def installed(package: str) -> str | None:
    """Give the version of a package that is installed; None if it is not."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


@cache
def made_with() -> dict[str, str]:
    """Give the versions that an answer depends on; they are looked up once."""
    return {name: version(name) for name in MADE_WITH}


def refuse_unsound() -> None:
    """Refuse a version of HiGHS that is known to give wrong answers, and one that is not there.

    Raises:
        SolverError: with what to install.
    """
    found = installed("highspy")
    if found is None:
        message = f"highspy is not installed, which solves; {UPGRADE}"
        raise SolverError(message)
    wrong = what_is_wrong_with(found)
    if wrong and UNSOUND not in os.environ:
        message = f"highspy {found} {wrong}; {UPGRADE}"
        raise SolverError(message)


def what_is_wrong_with(found: str) -> str:
    """Say why a version of highspy is not to be relied on; nothing where it is."""
    return next((why for begin, why in WRONG.items() if found.startswith(begin)), "")
