"""What shocks do to a plan, between two figures, and how much the worst of them do at least."""

import heapq
import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

SOLVED: Final = ("optimal", "feasible")
Names = tuple[str, ...]


class Struck(NamedTuple):
    """What some shocks do to a plan.

    Attributes:
        shocks: their names.
        row: the answer of the best recourse, see ``solve_case``; None where
            it need not be solved.
        at_most: what the plan as it stands costs under them; None where that is not known, or it
            cannot stand.
    """

    shocks: Names
    row: Mapping[str, Any] | None
    at_most: float | None = None

    @property
    def status(self) -> str:
        """The status of the recourse, or ``bounded`` where it was not solved."""
        return "bounded" if self.row is None else str(self.row["status"])

    @property
    def unsolved(self) -> "Struck":
        """What is known of it without its recourse."""
        return self._replace(row=None)

    def least(self, cost: float) -> float:
        """Give what they add at least to what the plan costs: infinitely much where none can be."""
        if self.row is None:
            return -math.inf
        if self.row["status"] == "infeasible":
            return math.inf
        bound = self.row.get("bound")
        return -math.inf if bound is None else float(bound) - cost

    def most(self, bound: float | None) -> float:
        """Give what they add at most to the bound of what the plan has to cost."""
        row = self.row or {}
        costs = [self.at_most, row.get("objective") if row.get("status") in SOLVED else None]
        known = [cost for cost in costs if cost is not None]
        return math.inf if bound is None or not known else min(known) - bound


class Bar:
    """What shocks have to cost to be among the worst, judged by those that come before each.

    So it is the same however many are solved at a time, and whatever is known already.
    """

    def __init__(self, count: int, top: int, cost: float, bound: float | None) -> None:
        """Begin with nothing known.

        Args:
            count: how many there are.
            top: so many that cost more are enough.
            cost: what the plan costs.
            bound: what it has to cost at least; None where that is not known.
        """
        self._top, self._cost, self._bound = top, cost, bound
        self._least = [-math.inf] * count

    def raise_by(self, number: int, struck: Struck) -> None:
        """Take in what one costs at least: no more than it can without being solved."""
        can = struck.unsolved.most(self._bound)
        self._least[number] = min(struck.least(self._cost), can)

    def stops(self, number: int, struck: Struck) -> bool:
        """Say whether one need not be solved, since it cannot be among the worst."""
        worst = heapq.nlargest(self._top, self._least[:number])
        enough = worst[-1] if len(worst) == self._top else 0.0
        return struck.unsolved.most(self._bound) <= max(0.0, enough)
