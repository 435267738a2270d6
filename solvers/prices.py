"""What a little more would be worth: marginal values, and the worth of whole steps.

Three numbers, which are not the same and are labelled for what they are. *Marginal*: every whole
number stays as in the plan, and the linear program that is left says what one unit more saves, and
how far that holds. *Relaxed*: what a step saves if blocks and lots need not be whole, and what is
chosen (sites, chips, halls) stays as in the plan. *Re-solved*: what a step saves when everything is
planned anew, found from this plan on, and the most that it can save, both by the gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import numpy as np

from gridblock.instances.instance import Instance
from gridblock.model.build import build
from gridblock.model.plan import PlanData
from gridblock.model.recall import recalled
from gridblock.solvers.change import Floats
from gridblock.solvers.compile import Compiled, compile_model
from gridblock.solvers.marginals import Marginal, marginals, roomy
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import LEFT_OPEN, Outcome, Settings, SolverError, Stop, Verdict
from gridblock.solvers.parts import with_caps
from gridblock.solvers.session import Session
from gridblock.solvers.solve import find_plan

SAME: Final = 1e-5
"""Costs are the same within this share of them."""


@dataclass(frozen=True)
class Step:
    """A whole unit more of something.

    Attributes:
        name: what there is more of, in words.
        amount: how much, in words: ``1 MW``.
        changes: new values by field path.
    """

    name: str
    amount: str
    changes: Mapping[str, Any]


class Worth(NamedTuple):
    """What a step is worth, as net present values; None where that was not asked or not found.

    Attributes:
        relaxed: saved if blocks and lots need not be whole, choices kept.
        found: saved by the best plan found.
        most: no plan saves more.
        status: of the plan made anew.
    """

    step: Step
    relaxed: float | None
    found: float | None
    most: float | None
    status: str | None

    @property
    def stopped(self) -> bool:
        """Whether a limit has ended what was asked."""
        return self.relaxed is None or self.status in LEFT_OPEN


class Prices:
    """Prices around a plan; KeyboardInterrupt ends them where the session is stopped."""

    def __init__(
        self, instance: Instance, plan: PlanData, settings: Settings, session: Session
    ) -> None:
        """Complete the plan's decisions to a point of the model.

        Args:
            instance: what is given.
            plan: a plan of it.
            settings: how to solve.
            session: the solver's process.

        Raises:
            ValueError: the plan has no decisions.
            SolverError: they are not a point of the model.
        """
        if plan.decisions is None or plan.objective is None:
            message = f"the plan is {plan.status}: there is nothing to price"
            raise ValueError(message)
        self.instance, self.plan, self.objective = instance, plan, plan.objective
        self.settings, self.session = settings, session
        self.model = build(instance)
        self.compiled = compile_model(self.model)
        self.matrix = with_caps(instance, self.model, self.compiled, plan.stages)
        self.values = self._completed(recalled(self.model, plan.decisions))
        self._base: float | None = None

    def _completed(self, known: Mapping[str, float]) -> Floats:
        """Let the solver find what the whole decisions of the plan imply."""
        matrix, columns = self.matrix, self.compiled.column_number
        lower, upper = matrix.lower.copy(), matrix.upper.copy()
        for name, value in known.items():
            at = columns[name]
            if matrix.integer[at]:
                lower[at] = upper[at] = value
        self.session.load(replace(matrix, lower=lower, upper=upper))
        outcome = self._run(replace(self.settings, gap=1e-6))
        if outcome.values is None:
            message = "the plan's decisions are not a point of the model"
            raise SolverError(message)
        return outcome.values

    def _run(self, settings: Settings) -> Outcome:
        return unless_interrupted(self.session.run(settings))

    def marginals(self) -> tuple[Marginal, ...]:
        """Give what one unit more saves of what is not whole, where that is not nothing."""
        polished, cost = self._polished(roomy(self.matrix)), self.matrix.objective(self.values)
        least = cost - SAME * max(1.0, abs(cost))
        if polished.objective is not None and polished.objective >= least:
            return marginals(self.compiled, polished)
        # It would pay to serve, or to assign, more than is asked: those bounds are rules here.
        found = marginals(self.compiled, self._polished(self.matrix))
        return tuple(one for one in found if one.what != "demand")

    def _polished(self, matrix: Matrix) -> Outcome:
        """Solve the linear program that is left with the plan's whole numbers."""
        self.session.load(matrix)
        if self.session.stopped():
            raise KeyboardInterrupt
        settings = replace(self.settings, ranging=True)
        return unless_interrupted(self.session.polish(self.values, settings))

    def worth(self, step: Step, *, anew: bool = False) -> Worth:
        """Say what a step is worth.

        Args:
            step: what there is more of.
            anew: whether to plan anew as well.
        """
        given = self.instance.scenario().replace(step.changes)
        model = build(given)
        compiled = compile_model(model)
        relaxed = None
        if self._base is None:
            self._base = self._relaxed(self.compiled, self.matrix)
        now = self._relaxed(compiled, with_caps(given, model, compiled, self.plan.stages))
        if now is not None and self._base is not None:
            relaxed = max(0.0, self._base - now)
        found, most, status = self._anew(given) if anew else (None, None, None)
        return Worth(step, relaxed, found, most, status)

    def _relaxed(self, compiled: Compiled, matrix: Matrix) -> float | None:
        """Give the least cost if counts need not be whole, with the plan's choices, or None."""
        lower, upper = matrix.lower.copy(), matrix.upper.copy()
        ours = self.compiled.column_number
        for at in np.flatnonzero(matrix.integer & (matrix.upper - matrix.lower <= 1)):
            here = ours.get(compiled.columns[at].name)
            if here is not None and self._is_choice(here):
                kept = round(float(self.values[here]))
                lower[at] = upper[at] = min(max(kept, matrix.lower[at]), matrix.upper[at])
        self.session.load(replace(matrix, lower=lower, upper=upper))
        outcome = self._run(replace(self.settings, relaxation=True))
        return outcome.objective if outcome.verdict is Verdict.OPTIMAL else None

    def _is_choice(self, at: int) -> bool:
        matrix = self.matrix
        return bool(matrix.integer[at] and matrix.upper[at] - matrix.lower[at] <= 1)

    def _anew(self, given: Instance) -> tuple[float | None, float | None, str]:
        """Plan anew from this plan on; give what is saved, the most that can be, and the status."""
        decisions = self.plan.decisions
        plan = find_plan(given, self.settings, self.session, start=decisions).plan
        if plan.status == "interrupted":
            raise KeyboardInterrupt
        if plan.objective is None or plan.bound is None:
            return None, None, plan.status
        found, most = self.objective - plan.objective, self.objective - plan.bound
        if self.plan.stages:
            # What an earlier tier gets more may cost later ones more.
            return found, most, plan.status
        return max(0.0, found), max(0.0, most), plan.status


def unless_interrupted(outcome: Outcome) -> Outcome:
    """Give an outcome of a solve that was not interrupted; what is left of others is no price.

    Raises:
        KeyboardInterrupt: it was.
    """
    if outcome.stop is Stop.INTERRUPTED:
        raise KeyboardInterrupt
    return outcome
