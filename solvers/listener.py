"""What a solve tells while it runs, and whether it should go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridblock.solvers.change import Floats
    from gridblock.solvers.outcome import Progress


class Listener:
    """What a solve tells while it runs; the methods may be overridden.

    They are called from within the solver and must be quick. What they raise is kept in `faults`
    and does not reach the solver, which would lose everything it holds. `logs` says whether the
    solver's own log is wanted.
    """

    def __init__(self, *, logs: bool = False) -> None:
        """Start without faults."""
        self.faults: list[str] = []
        self.logs = logs

    def stopped(self) -> bool:
        """Return True to end the solve, keeping what it holds."""
        return False

    def improved(self, values: Floats) -> None:
        """Take a new best point, shape (columns,)."""

    def moved(self, progress: Progress) -> None:
        """Take a line of progress, about two a second."""

    def logged(self, text: str) -> None:
        """Take a piece of the solver's own log."""
