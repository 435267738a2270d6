"""Scenarios solved alone in other processes, on this machine's cores or a Dask cluster."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gridblock.solvers.many.cases import SOLVER
from gridblock.solvers.many.pool import LostError, Where, spread
from gridblock.solvers.outcome import Settings, SolverError
from gridblock.solvers.stochastic import travel
from gridblock.solvers.stochastic.orders import Orders
from gridblock.solvers.stochastic.solver import Answer, Solver

Decided = Mapping[Any, float]

MOST_KEPT: Final = 4
"""So many scenarios stay built in a process."""


@dataclass(frozen=True)
class Task:
    """A scenario to be solved alone.

    Attributes:
        number: which task it is.
        text: the scenario, as it travels.
        name: what it is called.
        settings: how to solve.
        decided: what has been decided before, or None.
    """

    number: int
    text: str
    name: str
    settings: Settings
    decided: Decided | None


def solved_apart(
    program: Orders, where: Where
) -> Callable[[Sequence[tuple[str, Decided | None]]], Iterator[tuple[int, Answer]]]:
    """Give what solves scenarios of a program alone, somewhere else.

    Args:
        program: the scenarios.
        where: where they are solved.

    Returns:
        A function of names and of what has been decided before. It gives the number of each with
        its answer, in the order in which they end, and raises a SolverError where one has ended its
        process.
    """
    texts = {name: travel.packed(program, name) for name in program.given}

    def solve(asked: Sequence[tuple[str, Decided | None]]) -> Iterator[tuple[int, Answer]]:
        tasks = [
            Task(i, texts[name], name, program.settings, decided)
            for i, (name, decided) in enumerate(asked)
        ]
        try:
            for task, answer in spread(solve_alone, tasks, where):
                if isinstance(answer, LostError):
                    message = f"{task.name}: {answer}"
                    raise SolverError(message)
                yield task.number, answer
        finally:
            SOLVER.drop()

    return solve


def solve_alone(task: Task) -> Answer:
    """Do a task, with the solver that this process keeps."""
    with SOLVER.lock:
        solver = _solver(task)
        answer = solver.alone(task.name, task.decided)
    return replace(answer, outcome=replace(answer.outcome, values=None, progress=()))


_KEPT: Final[dict[tuple[str, str], Solver]] = {}


def _solver(task: Task) -> Solver:
    """Give what solves a scenario, built once for tasks that follow each other."""
    key = task.text, repr(task.settings)
    if key not in _KEPT:
        while len(_KEPT) >= MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
        program = travel.unpacked(task.text, task.name, task.settings)
        _KEPT[key] = Solver(program, task.settings, SOLVER.session())
    _KEPT[key].session = SOLVER.session()
    return _KEPT[key]
