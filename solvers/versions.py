"""Versions of the solver: which ones are known to be wrong, and are refused before any solve."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from gridblock.solvers.outcome import SolverError

WRONG: Final = {"1.14.": "finds wrong optima of models with whole numbers (HiGHS #2957)"}
"""What is wrong with versions of highspy that begin so."""
NEEDED: Final = "pip install --upgrade 'highspy>=1.15.1'"
UNSOUND: Final = "GRIDBLOCK_UNSOUND_SOLVER"
"""A variable of the environment; any value lets a version solve that is known to be wrong."""


def installed(package: str) -> str | None:
    """Give the version of a package that is installed; None if it is not."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def refuse_unsound() -> None:
    """Refuse a version of HiGHS that is known to give wrong answers, and one that is not there.

    Raises:
        SolverError: with what to install.
    """
    found = installed("highspy")
    if found is None:
        message = f"highspy is not installed, which solves; {NEEDED}"
        raise SolverError(message)
    wrong = what_is_wrong_with(found)
    if wrong and UNSOUND not in os.environ:
        message = f"highspy {found} {wrong}; {NEEDED}"
        raise SolverError(message)


def what_is_wrong_with(found: str) -> str:
    """Say why a version of highspy is not to be relied on; nothing where it is."""
    return next((why for begin, why in WRONG.items() if found.startswith(begin)), "")
