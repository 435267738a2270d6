"""What a solve is asked for, and what it answers: why it stopped and what we hold."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from numbers import Real
from typing import TYPE_CHECKING, Any, Final

from gridblock.model import plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from gridblock.solvers.cut import Cut

    Vector = NDArray[np.float64]

Option = str | float | int | bool

UNPROVEN: Final = "called optimal, but the gap asked for is not proven"
"""What is noted of an answer that is not as good as the solver says."""
LEFT_OPEN: Final = frozenset({"feasible", "no_plan"})
"""The statuses of plans that a limit has ended before a proof."""


class ModelError(Exception):
    """The model or matrix is one that HiGHS cannot take; the message names the row or column."""


class CrossedBoundsError(ModelError):
    """A lower bound lies above its upper bound, so that no point can exist."""


class OptionError(ValueError):
    """The solver does not know an option, or refuses its value."""


class SolverError(Exception):
    """HiGHS failed; the message says how, and the end of its log where there is one."""


class Method(StrEnum):
    """How to solve, see ``methods``."""

    AUTO = "auto"
    EXACT = "exact"
    FAST = "fast"


class Stop(StrEnum):
    """Why a solve came to its end."""

    FINISHED = "finished"
    TIME_LIMIT = "time_limit"
    LIMIT = "limit"
    INTERRUPTED = "interrupted"
    CRASHED = "crashed"
    KILLED = "killed"
    MEMORY = "memory"


class Verdict(StrEnum):
    """What is known of the model when a solve has ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    INFEASIBLE_OR_UNBOUNDED = "infeasible_or_unbounded"
    UNBOUNDED = "unbounded"
    UNKNOWN = "unknown"


def relative_gap(objective: float | None, bound: float | None) -> float | None:
    """Return ``|objective - bound| / max(1e-9, |objective|)``, or None where one is missing."""
    if objective is None or bound is None:
        return None
    return plan.relative_gap(objective, bound)


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of progress: seconds since the start, best value and bound so far, nodes."""

    seconds: float
    best: float | None
    bound: float | None
    nodes: int

    @property
    def gap(self) -> float | None:
        """The relative gap between best and bound, None where one is missing."""
        return relative_gap(self.best, self.bound)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to solve; every field is checked by the solver before it starts.

    Attributes:
        gap: relative gap at which a plan counts as optimal, of the whole objective.
        time_limit: seconds, None for no limit.
        threads: threads of the solver.
        seed: seed of the solver's random choices.
        presolve: ``choose``, ``on`` or ``off``.
        method: ``auto``, ``exact`` or ``fast``, see ``methods``; a single solve ignores it.
        algorithm: solver of linear programs, ``choose``, ``simplex``, ``ipm``, ``ipx``, ``pdlp`` ….
        lp_solver: what solves the relaxation of the whole, see ``lp_solvers``.
        near: True to take a point of a relaxation that is only near its rows, for its duals.
        cutoff: the cost above which a relaxation may be given up, for a trial, on the strength of
            which nothing is said: no answer is then asked for twice. None for no trial.
        target: the cost at which a tree search may end; None to end by gap, time or options.
        relaxation: True to leave integrality out and get duals.
        start: a point to start from, shape (columns,), NaN where unknown.
        duals: shape (rows and cuts,), of a like matrix, which ``fast`` proves a first bound with.
        cuts: how further rows of that matrix are derived.
        fresh: True to forget the basis that the last linear program ended with.
        ranging: True to get the ranges in which the duals of a linear program hold.
        options: further HiGHS options by name.
    """

    gap: float = 1e-4
    time_limit: float | None = None
    threads: int = 1
    seed: int = 0
    presolve: str = "choose"
    method: str = "auto"
    algorithm: str = "choose"
    lp_solver: str = "automatic"
    near: bool = False
    cutoff: float | None = None
    target: float | None = None
    relaxation: bool = False
    start: Vector | None = None
    duals: Vector | None = None
    cuts: tuple[Cut, ...] = ()
    fresh: bool = False
    ranging: bool = False
    options: Mapping[str, Option] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse numbers that no solver could mean.

        Raises:
            OptionError: if gap, time_limit, threads, seed or method is of another kind or out of
                range.
        """
        # No number is at or above NaN, which so stands for no end.
        limit = 0 if self.time_limit is None else self.time_limit
        numbers = (
            ("gap", self.gap, 0, math.inf, "a number, 0 or more (0.001 is 0.1 %)"),
            ("time_limit", limit, 0, math.nan, "a number of seconds, 0 or more, or None"),
            ("threads", self.threads, 1, math.nan, "a number, 1 or more"),
            ("seed", self.seed, 0, 2**31, f"a number from 0 to {2**31 - 1}"),
        )
        for name, value, least, below, range_ in numbers:
            if not _is_number(value) or not value >= least or value >= below:
                message = f"{name} cannot be {value}: it is {range_}"
                raise OptionError(message)
        if self.method not in tuple(Method):
            message = f"method cannot be {self.method}: it is one of {', '.join(Method)}"
            raise OptionError(message)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a solve: why it stopped, what we hold, and how it went.

    Attributes:
        stop: why the solve ended.
        verdict: what is known of the model.
        values: shape (columns,), None where no point is held.
        objective: cost of values, offset included.
        bound: proven lower bound of the objective, None where unknown.
        nodes: nodes of the tree search.
        seconds: wall time, retries included.
        iterations: iterations of the linear programs.
        row_duals: shape (rows,), of a linear program solved to optimality, else None.
        cuts: how the rows that ``row_duals`` end with are derived, where a search has added some.
        reduced_costs: shape (columns,), likewise.
        row_from: shape (rows,), the least value of each row's bound at which its dual holds.
        row_to: shape (rows,), the greatest.
        progress: how best and bound moved.
        notes: what the reader should know, such as "retried with presolve off".
    """

    stop: Stop
    verdict: Verdict
    values: Vector | None = None
    objective: float | None = None
    bound: float | None = None
    nodes: int = 0
    seconds: float = 0.0
    iterations: int = 0
    row_duals: Vector | None = None
    cuts: tuple[Cut, ...] = ()
    reduced_costs: Vector | None = None
    row_from: Vector | None = None
    row_to: Vector | None = None
    progress: tuple[Progress, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def gap(self) -> float | None:
        """The relative gap between objective and bound, None where one is missing."""
        return relative_gap(self.objective, self.bound)


FACTS = ("objective", "bound", "nodes", "seconds", "iterations")
ARRAYS = ("values", "row_duals", "reduced_costs", "row_from", "row_to")


def facts(outcome: Outcome) -> dict[str, Any]:
    """Return the parts of an outcome that fit in a line of JSON."""
    return {"stop": outcome.stop, "verdict": outcome.verdict, "notes": outcome.notes} | {
        name: getattr(outcome, name) for name in FACTS
    }


def arrays(outcome: Outcome) -> dict[str, Any]:
    """Return the arrays that an outcome holds, by name."""
    held = {name: getattr(outcome, name) for name in ARRAYS}
    return {name: array for name, array in held.items() if array is not None}


def restored(facts: Mapping[str, Any], arrays: Mapping[str, Any]) -> Outcome:
    """Return the outcome that `facts` and `arrays` were taken from."""
    return Outcome(
        stop=Stop(facts["stop"]),
        verdict=Verdict(facts["verdict"]),
        notes=tuple(facts["notes"]),
        **{name: facts[name] for name in FACTS},
        **arrays,
    )


def another_way(settings: Settings) -> Settings:
    """Return settings that take another way through the solver."""
    presolve = "on" if settings.presolve == "off" else "off"
    other = replace(settings, presolve=presolve, seed=settings.seed + 1, fresh=True)
    return replace(other, algorithm="choose", near=False) if settings.near else other


def judged(outcome: Outcome, gap: float, resolution: float) -> Outcome:
    """Drop a bound that cannot be true, and call optimal only what is within the gap.

    Objective and bound may differ by 1e-6 of the objective and by the solver's own resolution
    without meaning anything; a bound above the objective by no more than that is clipped.

    Args:
        outcome: as the solver gave it, its values within the tolerance of the matrix.
        gap: the relative gap that was asked for.
        resolution: the difference of objective that the solver's arithmetic cannot see.
    """
    objective, bound, notes = outcome.objective, outcome.bound, list(outcome.notes)
    if bound is not None and math.isnan(bound):
        bound = None
        notes.append("the solver's bound was not a number and has been dropped")
    if objective is None or outcome.values is None:
        claims = {Verdict.OPTIMAL, Verdict.FEASIBLE}
        verdict = Verdict.UNKNOWN if outcome.verdict in claims else outcome.verdict
        return replace(outcome, verdict=verdict, bound=bound, notes=tuple(notes))
    slack = 1e-6 * abs(objective) + resolution
    if bound is not None and bound > objective + slack:
        notes.append(f"the solver's bound {bound!r} was above its objective {objective!r}")
        bound = None
    bound = None if bound is None else min(bound, objective)
    verdict = outcome.verdict
    proven = bound is not None and objective - bound <= gap * abs(objective) + slack
    if verdict is Verdict.OPTIMAL and not proven:
        verdict = Verdict.FEASIBLE
        notes.append(UNPROVEN)
    return replace(outcome, bound=bound, verdict=verdict, notes=tuple(notes))
