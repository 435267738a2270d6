"""Two-stage programs: what may come, and how each scenario is built and read back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyomo.environ as pyo

from gridblock.model.extensive import Create, Extensive, Stage
from gridblock.model.plan import Stage as TierStage
from gridblock.solvers.compile import Compiled
from gridblock.solvers.outcome import Outcome
from gridblock.solvers.parts import Part


@dataclass(frozen=True)
class Reading:
    """A scenario as it was solved.

    Attributes:
        cost: what everything costs in it.
        decided: what was decided before it was known that it comes, by key; nothing that is 0.
        plan: what is done in it, of whatever kind.
    """

    cost: float
    decided: Mapping[Any, float]
    plan: Any = None


class Program:
    """A two-stage program over plain Pyomo blocks; those of instances say more.

    Attributes:
        probability: of each scenario by name.
        mean: what ``create`` calls the mean of all scenarios, if it knows one.
        tiered: whether scenarios are solved tier by tier.
    """

    tiered = False

    def __init__(
        self, create: Create, probability: Mapping[str, float], mean: str | None = None
    ) -> None:
        """Remember how scenarios are built.

        Args:
            create: adds a scenario, by name, to a block, and says what it costs and what of it is
                decided before it is known what comes.
            probability: of each scenario by name; they sum to 1.
            mean: what ``create`` calls the mean of all scenarios, if it knows one.
        """
        self._create = create
        self.probability = dict(probability)
        self.mean = mean

    def create(self, block: pyo.Block, name: str) -> Stage:
        """Add a scenario to a block."""
        return self._create(block, name)

    def labels(self, compiled: Compiled) -> list[str | None]:
        """Give the neighbourhood of each column; None for none."""
        return [None] * len(compiled.columns)

    def choices(self, compiled: Compiled) -> list[bool]:
        """Say of each column whether it is a choice although it may be above 1."""
        return [False] * len(compiled.columns)

    def parts(self, form: Extensive, probability: Mapping[str, float]) -> tuple[Part, ...]:
        """Give the parts that are solved tier by tier; none where all is solved at once."""
        del form, probability
        return ()

    def read(
        self, form: Extensive, name: str, outcome: Outcome, stages: tuple[TierStage, ...]
    ) -> Reading:
        """Read a scenario off a form whose variables hold a solution.

        Args:
            form: the extensive form.
            name: of the scenario.
            outcome: how it was solved.
            stages: what stages by tier have found for it.
        """
        del outcome, stages
        first = form.stages[name].first
        decided = {key: pyo.value(expression) for key, expression in first.items()}
        return Reading(
            float(pyo.value(form.model.scenario_cost[name])),
            {key: float(value) for key, value in decided.items() if value},
        )

    def recall(self, form: Extensive, name: str, reading: Reading) -> dict[str, float]:
        """Give the values of variables that a scenario had when it was read, by name, if known.

        Args:
            form: an extensive form of the scenario, with others or alone.
            name: of the scenario.
            reading: as it was read off that form or another one.
        """
        del form, name, reading
        return {}
