"""What a search needs to know of a model's columns: their period, and which of them link periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from gridblock.solvers.change import Flags
    from gridblock.solvers.compile import Compiled

LOTS: Final = "ordered"
"""The decision that counts lots: few, and each of them large."""
CHOICES: Final = (
    "starts",
    "run_uses_facility",
    "run_uses_accelerator",
    "berth",
    LOTS,
    "opening",
)
"""Decisions that bind more than the period that they are made in, those of most weight first."""
ORDERS: Final = ("bought",)
"""Decisions without which nothing is added to the fleet."""
ROUTES: Final = ("served", "gbps")
"""Decisions that are many, of which a plan uses few."""
FLEET: Final = ("owned", "bought")
"""Decisions that count blocks of the fleet."""


@dataclass(frozen=True, eq=False)
class Shape:
    """Of each column, what it decides.

    Attributes:
        periods: the periods, in order.
        labels: shape (columns,), the position of its period; -1 for none.
        lots: shape (columns,), whether it counts lots of an option.
        choices: shape (columns,), whether it is a whole number that binds several periods.
        weight: shape (columns,), the order in which choices are made, 0 first.
        routes: shape (columns,), whether it says where work is served, or on which way.
        orders: shape (columns,), whether it changes the fleet.
        fleet: shape (columns,), whether it counts blocks owned or bought.
    """

    periods: tuple[str, ...]
    labels: NDArray[np.int32]
    lots: Flags
    choices: Flags
    weight: NDArray[np.int32]
    routes: Flags
    orders: Flags
    fleet: Flags

    @property
    def names(self) -> list[str | None]:
        """The period of each column by name, None for none."""
        return [None if at < 0 else self.periods[at] for at in self.labels.tolist()]


def shape_of(compiled: Compiled, periods: Sequence[str], runs: Collection[str]) -> Shape:
    """Read the shape of a model off the names and indices of its variables.

    Args:
        compiled: the model.
        periods: the periods, in order.
        runs: the demands that are runs: where their blocks stand binds all of their periods.
    """
    position = {period: at for at, period in enumerate(periods)}
    indices = [variable.index() for variable in compiled.columns]
    ends = (index[-1] if isinstance(index, tuple) else index for index in indices)
    labels = np.array([position.get(end, -1) for end in ends], dtype=np.int32)
    names = np.array([variable.parent_component().local_name for variable in compiled.columns])

    def named(some: tuple[str, ...]) -> Flags:
        found: Flags = np.isin(names, some)
        return found

    firsts = (index[0] if isinstance(index, tuple) else index for index in indices)
    of_runs = np.array([first in runs for first in firsts], dtype=np.bool_)
    whole = compiled.matrix.integer
    rank = {name: at for at, name in enumerate(CHOICES)}
    weight = [rank.get(name, len(CHOICES)) for name in names.tolist()]
    return Shape(
        periods=tuple(periods),
        labels=labels,
        lots=named((LOTS,)),
        choices=whole & (named(CHOICES) | of_runs | (labels < 0)),
        routes=named(ROUTES) & ~of_runs,
        weight=np.array(weight, dtype=np.int32),
        orders=named(ORDERS),
        fleet=named(FLEET),
    )
