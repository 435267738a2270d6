"""Something decided, carried through in every scenario, with how each was solved with it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from gridblock.solvers.stochastic.found import Decided, Strategy
from gridblock.solvers.stochastic.program import Reading
from gridblock.solvers.stochastic.solver import Answer


class Tried(NamedTuple):
    """Something decided, with how each scenario was solved with it."""

    strategy: Strategy
    answers: Mapping[str, Answer]

    @property
    def readings(self) -> dict[str, Reading]:
        """How each scenario was read, by name."""
        return {name: answer.readings[name] for name, answer in self.answers.items()}


def strategy_of(called: str, decided: Decided, answers: Mapping[str, Answer]) -> Strategy:
    """Say what something decided costs in each scenario."""
    return Strategy(
        called,
        decided,
        {name: a.readings[name].cost if a.found else None for name, a in answers.items()},
        {name: a.outcome.bound for name, a in answers.items()},
        tuple(name for name, answer in answers.items() if answer.impossible),
    )


def of_one(answer: Answer, name: str) -> Answer:
    """Give one scenario of all that were solved at once: it has no bound of its own."""
    outcome = replace(answer.outcome, bound=None)
    return Answer(outcome, {name: answer.readings[name]})
