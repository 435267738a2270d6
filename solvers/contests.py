"""Where whole numbers may be played off against each other: what cuts are looked for in.

A run takes many blocks at once at one facility, where others are at work, too. A relaxation that
gives it half a berth takes for it what the others leave. Lots of a lease fill a place in steps.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridblock.solvers.change import Floats, Ints
    from gridblock.solvers.compile import Compiled
    from gridblock.solvers.matrix import Matrix

TAKEN: Final = ("whole_blocks_at_its_berth", "a_block_at_each_facility_of_its_berth")
"""Rows that say how many blocks a run takes where it stands."""
LIMITS: Final = (
    "critical_power_within_limit",
    "grid_power_within_limit",
    "cooling_within_limit",
    "resource_within_limit",
)
"""Rows that keep a place within its limit."""


class Column(NamedTuple):
    """A column that counts blocks which may serve.

    Attributes:
        at: the column.
        carried: the rows that carry it over from period to period, up to its own.
        bought: the columns that these rows add.
        had: the blocks that they begin with and that arrive.
    """

    at: int
    carried: tuple[int, ...]
    bought: Ints
    had: float


class Work(NamedTuple):
    """Work that the blocks may do.

    Attributes:
        row: which keeps what is served within what is assigned.
        units: what one block serves.
        served: the columns of what is served.
        others: the columns of blocks of other types that serve it.
        worth: each of them in blocks of this type.
    """

    row: int
    units: float
    served: Ints
    others: Ints
    worth: Floats


class Contest(NamedTuple):
    """A run and other work that want the blocks of a type at a facility in a period.

    Attributes:
        taken: the row that says how many blocks the run takes.
        within: the row that shares the blocks.
        berths: the columns that say whether it stands there.
        blocks: how many blocks it then takes.
        columns: what counts the blocks there are.
        works: other work.
    """

    taken: int
    within: int
    berths: Ints
    blocks: float
    columns: tuple[Column, ...]
    works: tuple[Work, ...]


class Step(NamedTuple):
    """A limit of a place that lots fill, or add to, in steps.

    Attributes:
        rows: the limit, and the rows that turn leased blocks into lots.
        weights: of these rows.
        columns: the columns of their sum.
        values: the coefficients.
        upper: its side.
        lots: which of these columns count lots.
    """

    rows: tuple[int, ...]
    weights: tuple[float, ...]
    columns: Ints
    values: Floats
    upper: float
    lots: Ints


class Contests(NamedTuple):
    """All that cuts are looked for in."""

    contests: tuple[Contest, ...]
    steps: tuple[Step, ...]


def contests_of(compiled: Compiled) -> Contests:
    """Find the contests in a model by the names of its rows and variables."""
    found = _Finder(compiled)
    return Contests(tuple(found.contests()), tuple(found.steps()))


@dataclass(frozen=True, eq=False)
class _Row:
    """A row of a matrix: its columns and coefficients."""

    index: Ints
    value: Floats


class _Finder:
    def __init__(self, compiled: Compiled) -> None:
        self.matrix: Matrix = compiled.matrix
        self.columns = compiled.columns
        self.rows: dict[str, dict[Any, int]] = defaultdict(dict)
        wanted = {
            *TAKEN,
            *LIMITS,
            "assigned_within_powered",
            "served_within_what_is_assigned",
            "owned_carries_over",
            "leased_blocks_stand",
        }
        for at, row in enumerate(compiled.rows):
            family = row.parent_component().local_name
            if family in wanted:
                self.rows[family][row.index()] = at

    def row(self, at: int) -> _Row:
        part = slice(self.matrix.start[at], self.matrix.start[at + 1])
        return _Row(self.matrix.index[part], self.matrix.value[part])

    def named(self, at: int) -> tuple[str, Any]:
        """Give the name and the index of the variable of a column."""
        variable = self.columns[at]
        return variable.parent_component().local_name, variable.index()

    def contests(self) -> Iterator[Contest]:
        """Give a contest for each run, facility, type of block and period."""
        within = self._taking("assigned_within_powered")
        carried = self._carried()
        works = self._works()
        shares: dict[int, list[Column]] = {}
        for family in TAKEN:
            for at in self.rows[family].values():
                row = self.row(at)
                assigned, berths = row.index[row.value > 0], row.index[row.value < 0]
                blocks = -row.value[row.value < 0].min(initial=0.0)
                if len(assigned) != 1 or assigned[0] not in within:
                    continue
                shared = within[assigned[0]]
                if shared not in shares:
                    shares[shared] = self._shares(shared, carried)
                takers = self.row(shared)
                others = takers.index[(takers.value > 0) & (takers.index != assigned[0])]
                yield Contest(
                    taken=at,
                    within=shared,
                    berths=berths[row.value[row.value < 0] == -blocks],
                    blocks=float(blocks),
                    columns=tuple(shares[shared]),
                    works=tuple(works[taker] for taker in others.tolist() if taker in works),
                )

    def _taking(self, family: str) -> dict[int, int]:
        """Give the row of a family in which each column stands with a coefficient above 0."""
        found: dict[int, int] = {}
        for at in self.rows[family].values():
            row = self.row(at)
            found.update(dict.fromkeys(row.index[row.value > 0].tolist(), at))
        return found

    def _shares(self, within: int, carried: dict[int, Column]) -> list[Column]:
        row = self.row(within)
        none = np.zeros(0, dtype=np.int32)
        return [
            carried.get(at, Column(at, (), none, np.inf))
            for at in row.index[row.value < 0].tolist()
        ]

    def _carried(self) -> dict[int, Column]:
        """Give for each column of blocks owned where they come from."""
        chains: dict[tuple[str, str], tuple[tuple[int, ...], list[int], float]] = {}
        found = {}
        for (kind, leaf, t), at in self.rows["owned_carries_over"].items():
            rows, bought, had = chains.get((kind, leaf), ((), [], 0.0))
            row = self.row(at)
            own = None
            for column, value in zip(row.index.tolist(), row.value.tolist(), strict=True):
                name, index = self.named(column)
                if name == "bought":
                    bought = [*bought, column]
                elif name == "owned" and index[-1] == t and value > 0:
                    own = column
            rows, had = (*rows, at), had + float(self.matrix.row_upper[at])
            chains[kind, leaf] = rows, bought, had
            if own is not None:
                found[own] = Column(own, rows, np.array(bought, dtype=np.int32), had)
        return found

    def _works(self) -> dict[int, Work]:
        """Give for each column of blocks assigned the work that they do."""
        found = {}
        for at in self.rows["served_within_what_is_assigned"].values():
            row = self.row(at)
            assigned, units = row.index[row.value < 0], -row.value[row.value < 0]
            for i, column in enumerate(assigned.tolist()):
                rest = np.arange(len(assigned)) != i
                found[column] = Work(
                    row=at,
                    units=float(units[i]),
                    served=row.index[row.value > 0],
                    others=assigned[rest],
                    worth=units[rest] / units[i],
                )
        return found

    def steps(self) -> Iterator[Step]:
        """Give each limit in which lots stand, themselves or by the blocks that they lease."""
        stand = self._taking("leased_blocks_stand")
        for family in LIMITS:
            for at in self.rows[family].values():
                if np.isfinite(self.matrix.row_upper[at]):
                    step = self._step(at, stand)
                    if step is not None:
                        yield step

    def _step(self, limit: int, stand: dict[int, int]) -> Step | None:
        """Add up a limit and what lots lease of what it limits; None where no lots are in it."""
        row = self.row(limit)
        total = dict(zip(row.index.tolist(), row.value.tolist(), strict=True))
        weights, upper = {limit: 1.0}, float(self.matrix.row_upper[limit])
        for at in dict.fromkeys(stand[column] for column in total if column in stand):
            lease = self.row(at)
            use = {total.get(column, 0.0) for column in lease.index[lease.value > 0].tolist()}
            if len(use) > 1 or 0.0 in use:
                continue
            each = use.pop()
            weights[at] = -each
            upper -= each * float(self.matrix.row_lower[at])
            for column, value in zip(lease.index.tolist(), lease.value.tolist(), strict=True):
                total[column] = total.get(column, 0.0) - each * value
        kept = {column: value for column, value in total.items() if value}
        lots = [at for at, column in enumerate(kept) if self.named(column)[0] == "ordered"]
        if not lots:
            return None
        return Step(
            tuple(weights),
            tuple(weights.values()),
            np.array([*kept], dtype=np.int32),
            np.array([*kept.values()]),
            upper,
            np.array(lots, dtype=np.int32),
        )
