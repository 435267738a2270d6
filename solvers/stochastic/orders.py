"""The two-stage program of an instance: orders first, all else when it is known what comes."""

from collections.abc import Mapping, Sequence

import pyomo.environ as pyo

from gridblock.instances.average import NAME as MEAN
from gridblock.instances.average import average
from gridblock.instances.instance import Instance
from gridblock.instances.outlook import Future
from gridblock.model.account import account
from gridblock.model.audit import audit
from gridblock.model.common_orders import add_scenario, shared_blocks
from gridblock.model.decide import decisions
from gridblock.model.extensive import Extensive, Stage
from gridblock.model.in_force import Shared
from gridblock.model.plan import PlanData
from gridblock.model.plan import Stage as TierStage
from gridblock.model.recall import recalled
from gridblock.solvers.compile import Compiled
from gridblock.solvers.growing import ROUNDING
from gridblock.solvers.outcome import Outcome, Settings
from gridblock.solvers.parts import Part
from gridblock.solvers.shape import lots_in, periods_of
from gridblock.solvers.solve import BooksError, found_by
from gridblock.solvers.stochastic.program import Program, Reading


class Orders(Program):
    """What must be ordered now is the same whatever comes; the rest adapts.

    Attributes:
        given: the instance of each scenario, and of the mean.
        shared: the most blocks that orders may bring that others want, likewise.
        resolves: position of the period in which it becomes known what comes.
        settings: how it is solved, for the record.
    """

    def __init__(
        self,
        given: Mapping[str, Instance],
        shared: Mapping[str, Shared],
        resolves: int,
        settings: Settings,
        probability: Mapping[str, float],
        mean: str | None = None,
    ) -> None:
        """Remember what may come."""
        super().__init__(self._add, probability, mean)
        self.given, self.shared, self.resolves = given, shared, resolves
        self.settings = settings
        self.tiered = any(instance.tiered for instance in given.values())

    def _add(self, block: pyo.Block, name: str) -> Stage:
        return add_scenario(block, self.given[name], self.resolves, self.shared[name])

    def labels(self, compiled: Compiled) -> list[str | None]:
        """Give the period of each column."""
        return periods_of(compiled, next(iter(self.given.values())))

    def choices(self, compiled: Compiled) -> list[bool]:
        """Say of each column whether it counts lots."""
        return lots_in(compiled)

    def parts(self, form: Extensive, probability: Mapping[str, float]) -> tuple[Part, ...]:
        """Give a part for each scenario, where demands are of several tiers."""
        if not self.tiered:
            return ()
        blocks = form.model.scenario
        return tuple(Part(self.given[name], blocks[name], p) for name, p in probability.items())

    def read(
        self, form: Extensive, name: str, outcome: Outcome, stages: tuple[TierStage, ...]
    ) -> Reading:
        """Read the plan of a scenario, by the books, and audit it.

        Raises:
            AuditError: it breaks a rule.
            BooksError: it costs more than the solver says.
        """
        given, reading = self.given[name], super().read(form, name, outcome, stages)
        decided = decisions(form.model.scenario[name])
        books = account(given, decided)
        objective = float(books.objective)
        unmoved = reading.cost - float(pyo.value(form.stages[name].cost))
        if objective + unmoved > reading.cost + ROUNDING * max(1.0, abs(objective)):
            message = (
                f"{name}: the plan costs {objective:.12g}, the solver says {reading.cost:.12g}"
            )
            raise BooksError(message)
        plan = PlanData(
            instance=given.name,
            instance_hash=given.hash,
            status="feasible",
            stop=str(outcome.stop),
            gap_asked=self.settings.gap,
            decisions=decided,
            objective=objective,
            costs={category: float(amount) for category, amount in books.costs.items()},
            solver=found_by(self.settings, outcome),
            stages=stages,
        )
        audit(given, plan).raise_if_broken()
        first = {key: round(value) for key, value in reading.decided.items()}
        return Reading(objective + unmoved, {key: n for key, n in first.items() if n}, plan)

    def recall(self, form: Extensive, name: str, reading: Reading) -> dict[str, float]:
        """Give the values that a plan gives to variables, by name."""
        return recalled(form.model.scenario[name], reading.plan.decisions)


class OrdersProgram(Orders):
    """The two-stage program of an instance with scenarios.

    Attributes:
        instance: what is given.
        average: the mean, and what of it has none.
    """

    def __init__(
        self,
        instance: Instance,
        futures: Sequence[Future],
        resolves: int,
        settings: Settings,
    ) -> None:
        """Work out the mean, and what orders may bring that a scenario does not want.

        Args:
            instance: what is given.
            futures: what may come.
            resolves: position of the period in which it becomes known what comes.
            settings: how it is solved, for the record.
        """
        self.instance, self.average = instance, average(instance, futures)
        given = {future.name: future.instance for future in futures}
        mean = MEAN
        while mean in given:
            mean = f"({mean})"
        given[mean] = self.average.instance
        probability = {future.name: future.probability for future in futures}
        shared = shared_blocks(given, resolves)
        super().__init__(given, shared, resolves, settings, probability, mean)
