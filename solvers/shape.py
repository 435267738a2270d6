"""What a search needs to know of a model's columns: their period, and what links periods."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gridblock.model.constraints.berths import JOINED
from gridblock.solvers.contests import Contests, contests_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from gridblock.instances.instance import Instance
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
GROUPED: Final = ("berth", LOTS)
"""Decisions of which few are made for each run or option."""
ORDERS: Final = ("bought",)
"""Decisions without which nothing is added to the fleet."""
ROUTES: Final = ("served", "gbps", "assigned")
"""Decisions that are many, of which a plan uses few."""
UNMET: Final = "unmet"
"""What is left over, so that a part always has a plan."""
SELDOM: Final = ("each_way_within_capacity", "limit_over_the_plan_kept")
"""Families of rows with many coefficients that are seldom reached.

Measured on a generated instance of 252,000 columns: without them the relaxation takes 48 s, not 73,
and its bound is lower by 4 in a million.
"""
CARRIED: Final = ("owned_carries_over",)
"""Families of rows that say what is left of the fleet of the period before."""
FLEET: Final = ("owned", "bought")
"""Decisions that count blocks of the fleet."""


@dataclass(frozen=True, eq=False)
class Families:
    """Of each of many, the family that it belongs to.

    Attributes:
        names: the families.
        codes: shape (of them,), the position of each one's family.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int16]

    @classmethod
    def of(cls, parts: Sequence[Any]) -> Families:
        """Read the families of variables or constraints off the names of what holds them."""
        codes: dict[str, int] = {}
        names = (part.parent_component().local_name for part in parts)
        coded = [codes.setdefault(name, len(codes)) for name in names]
        return cls(tuple(codes), np.array(coded, dtype=np.int16))

    def any_of(self, some: Iterable[str]) -> Flags:
        """Say of each whether its family is one of some."""
        wanted = np.isin(np.array(self.names, dtype=np.str_), list(some))
        found: Flags = wanted[self.codes]
        return found


@dataclass(frozen=True, eq=False)
class Shape:
    """Of each column, what it decides.

    Attributes:
        periods: the period of each column by name, None for none.
        labels: shape (columns,), the position of that period; -1 for none.
        count: how many periods there are.
        lots: shape (columns,), whether it counts lots of an option.
        choices: shape (columns,), whether it is a whole number that binds several periods.
        weight: shape (columns,), the order in which choices are made, 0 first.
        group: shape (columns,), the number of what a choice is made for: a run's berths, an
            option's lots in all periods; -1 for none.
        routes: shape (columns,), whether it says where ordinary work is served, or on which way.
        unmet: shape (columns,), whether it is what is left over.
        orders: shape (columns,), whether it changes the fleet.
        fleet: shape (columns,), whether it counts blocks owned or bought.
        seldom: shape (rows,), whether a row is long and seldom reached.
        carried: shape (rows,), whether it carries the fleet over from the period before.
        compiled: the model.
        decisions: shape (columns,), the family of each.
        rules: shape (rows,), the family of each row.
        of_runs: shape (columns,), whether it is about a run.
        places: the facility of each place.
    """

    periods: list[str | None]
    labels: NDArray[np.int32]
    count: int
    lots: Flags
    choices: Flags
    weight: NDArray[np.int32]
    group: NDArray[np.int32]
    routes: Flags
    unmet: Flags
    orders: Flags
    fleet: Flags
    seldom: Flags
    carried: Flags
    compiled: Compiled
    decisions: Families
    rules: Families
    of_runs: Flags
    places: Mapping[str, str]

    @cached_property
    def facilities(self) -> tuple[str, ...]:
        """The facilities, each once."""
        return tuple(dict.fromkeys(self.places.values()))

    @cached_property
    def sites(self) -> NDArray[np.int32]:
        """Numbers of the first and the last facility in the index of each column; -1 for none.

        Shape (columns, 2).
        """
        number = {path: self.facilities.index(at) for path, at in self.places.items()}
        found: dict[str, tuple[int, ...]] = {path: (at,) for path, at in number.items()}

        def named(part: object) -> tuple[int, ...]:
            if not isinstance(part, str):
                return ()
            if part not in found:
                found[part] = tuple(number[at] for at in part.split(JOINED) if at in number)
            return found[part]

        sites = np.full((len(self.compiled.columns), 2), -1, dtype=np.int32)
        for at, variable in enumerate(self.compiled.columns):
            index = variable.index()
            if isinstance(index, tuple):
                here = [site for part in index for site in named(part)]
                if here:
                    sites[at] = here[0], here[-1]
        return sites

    @cached_property
    def contests(self) -> Contests:
        """Where cuts are looked for; found when first asked for."""
        return contests_of(self.compiled)


def periods_of(compiled: Compiled, instance: Instance) -> list[str | None]:
    """Give the period that each column belongs to: the last part of its index, if that is one."""
    periods = instance.horizon.index
    indices = (variable.index() for variable in compiled.columns)
    ends = (index[-1] if isinstance(index, tuple) else index for index in indices)
    return [end if end in periods else None for end in ends]


def lots_in(compiled: Compiled) -> list[bool]:
    """Say of each column whether it counts lots of an option: few, and each of them large."""
    return [variable.parent_component().local_name == LOTS for variable in compiled.columns]


def shape_of(compiled: Compiled, instance: Instance) -> Shape:
    """Read the shape of a model off the names and indices of its variables."""
    decisions, rules = Families.of(compiled.columns), Families.of(compiled.rows)
    named = decisions.any_of
    runs = {demand.name for demand in instance.demands if demand.run is not None}
    indices = (variable.index() for variable in compiled.columns)
    firsts = (index[0] if isinstance(index, tuple) else index for index in indices)
    of_runs = np.array([first in runs for first in firsts], dtype=np.bool_)
    periods = periods_of(compiled, instance)
    position: dict[str | None, int] = {t: at for at, t in enumerate(instance.horizon.names)}
    labels = np.array([position.get(period, -1) for period in periods], dtype=np.int32)
    rank = {name: at for at, name in enumerate(CHOICES)}
    grouped: dict[tuple[str, str], int] = {}
    group = np.full(len(periods), -1, dtype=np.int32)
    for at in np.flatnonzero(named(GROUPED)).tolist():
        made_for = decisions.names[decisions.codes[at]], compiled.columns[at].index()[0]
        group[at] = grouped.setdefault(made_for, len(grouped))
    weights = np.array([rank.get(name, len(CHOICES)) for name in decisions.names], dtype=np.int32)
    return Shape(
        periods=periods,
        labels=labels,
        count=len(position),
        lots=named([LOTS]),
        choices=compiled.matrix.integer & (named(CHOICES) | of_runs | (labels < 0)),
        weight=weights[decisions.codes],
        group=group,
        orders=named(ORDERS),
        fleet=named(FLEET),
        routes=named(ROUTES) & ~of_runs,
        unmet=named([UNMET]),
        seldom=rules.any_of(SELDOM),
        carried=rules.any_of(CARRIED),
        compiled=compiled,
        decisions=decisions,
        rules=rules,
        of_runs=of_runs,
        places={path: place.facility for path, place in instance.places.items()},
    )
