"""A study: many cases of one instance, as plain data and as one tidy table."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from gridblock.instances.futures import FACTOR
from gridblock.instances.grids import NAME
from gridblock.instances.instance import Instance
from gridblock.reports.headings import told_apart

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

SWEEP: Final = "sweep"
MONTE_CARLO: Final = "monte-carlo"
FIRST: Final = ("case", "name")
STATED: Final = ("status", "stop", "objective", "bound", "gap", "spending", "unmet_share")
UNSOLVED: Final = "not solved"
DUST: Final = 1e-9
"""A share unmet that is as good as none."""


@dataclass(frozen=True)
class Entry:
    """One case of a study.

    Attributes:
        name: what it is called.
        values: what was set or drawn, by axis.
        row: its answer, see ``solve_case``; None where it is not solved.
    """

    name: str
    values: Mapping[str, Any]
    row: Mapping[str, Any] | None = None

    @property
    def status(self) -> str:
        """The status of its answer."""
        return UNSOLVED if self.row is None else str(self.row["status"])

    @property
    def has_plan(self) -> bool:
        """Whether it has a plan."""
        return self.row is not None and self.row.get("objective") is not None


@dataclass(frozen=True)
class Study:
    """Many cases.

    Attributes:
        instance: what they start from.
        kind: ``sweep`` or ``monte-carlo``.
        entries: the cases, in their order.
        seed: of the draws.
        above: a demand has a shortfall where a larger share of it stays unmet.
    """

    instance: Instance
    kind: str
    entries: tuple[Entry, ...]
    seed: int = 0
    above: float = 0.0

    @property
    def axes(self) -> tuple[str, ...]:
        """What differs between cases: field paths, ``scenario``, or ``name`` for a list."""
        return tuple(dict.fromkeys(axis for each in self.entries for axis in each.values))

    @cached_property
    def planned(self) -> tuple[Entry, ...]:
        """The cases that have a plan."""
        return tuple(each for each in self.entries if each.has_plan)

    @cached_property
    def statuses(self) -> dict[str, int]:
        """How many cases have each status."""
        counts: dict[str, int] = {}
        for each in self.entries:
            counts[each.status] = counts.get(each.status, 0) + 1
        return counts

    def measured(self, measure: str) -> Floats:
        """Give a figure of every case that has a plan: ``objective``, ``spending``, …."""
        return np.array([each.row[measure] for each in self.planned if each.row], dtype=float)

    def unmet(self, demand: str) -> Floats:
        """Give the share of a demand that stays unmet in every case that has a plan."""
        return np.array([each.row["unmet"][demand] for each in self.planned if each.row])

    @property
    def demands(self) -> tuple[str, ...]:
        """The demands of the instance that every case has, too; none without a plan."""
        rows = [each.row for each in self.planned if each.row]
        names = [demand.name for demand in self.instance.demands] if rows else []
        return tuple(name for name in names if all(name in row["unmet"] for row in rows))


def rows(study: Study) -> tuple[list[str], list[list[Any]]]:
    """Give the tidy table: a row a case, in their order; what there is not is None."""
    categories: dict[str, None] = {}
    demands: dict[str, None] = {}
    for each in study.planned:
        assert each.row is not None
        categories |= dict.fromkeys(each.row["costs"])
        demands |= dict.fromkeys(each.row["unmet"])
    # What a list calls a case is its name; beside other axes the case is otherwise but a number.
    axes = [axis for axis in study.axes if axis != NAME]
    heading = [*FIRST, *axes, *STATED]
    heading += [f"cost_{name}" for name in categories] + [f"unmet_{name}" for name in demands]
    found = []
    for number, each in enumerate(study.entries, 1):
        row = each.row or {}
        costs, unmet = row.get("costs", {}), row.get("unmet", {})
        called = each.values.get(NAME, each.name)
        cells = [number, called, *(each.values.get(axis) for axis in axes)]
        cells += [each.status, *(row.get(name) for name in STATED[1:])]
        cells += [costs.get(name) for name in categories] + [unmet.get(name) for name in demands]
        found.append([*cells, row.get("message") or None])
    return told_apart([*heading, "message"]), found


def table(study: Study) -> "pd.DataFrame":
    """Give the tidy table as a data frame."""
    import pandas as pd

    heading, found = rows(study)
    return pd.DataFrame(found, columns=heading)


def number_of(value: Any) -> float | None:
    """Give what a value counts on an axis: itself, or that of a factor; None if it is no number."""
    if isinstance(value, str):
        factor = FACTOR.fullmatch(value.strip())
        return None if factor is None else float(factor[2]) * (-1 if factor[1] == "-" else 1)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None


def numbers_on(study: Study, axis: str) -> Floats | None:
    """Give the place of every case that has a plan on an axis; None if some have no number."""
    numbers = [number_of(each.values.get(axis)) for each in study.planned]
    if any(number is None for number in numbers):
        return None
    return np.array(numbers, dtype=float)
