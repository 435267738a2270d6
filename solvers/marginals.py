"""Marginal values: what one unit more saves while every whole number of a plan stays as it is."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from math import inf
from typing import Any, Final, NamedTuple

import numpy as np

from gridblock.solvers.compile import Compiled
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Outcome

ROWS: Final = {
    "each_way_within_capacity": "link",
    "both_ways_within_capacity": "link",
    "uplink_within_capacity": "uplink",
    "met_and_unmet_make_the_amount": "demand",
    "assigned_within_powered": "block",
    "limit_over_the_plan_kept": "limit",
}
"""The rows that continuous decisions meet, and what they are of."""
NOTHING: Final = 1e-7
"""Below this share of the dearest a marginal value, and of its row a range, is rounding."""
OF_ANY_AMOUNT: Final = {
    "met_and_unmet_make_the_amount",
    "served_within_what_is_assigned",
    "served_at_a_facility_is_served_in_its_zones",
    "served_in_a_zone_within_what_is_assigned_there",
}
"""The rows of a demand which say the same whatever its amount is, but for its own."""
TIGHT: Final = 1e-6
"""A row is tight that is within this share of its largest term, or of 1, of its bound."""

Key = tuple[Any, Any]
"""A demand and a period."""


class Marginal(NamedTuple):
    """What one unit more saves while every whole number stays as it is.

    There is none of a demand of which a floor, a share or another row with its amount is full.

    Attributes:
        what: ``link``, ``uplink``, ``demand``, ``block`` or ``limit``.
        key: the row's index in the model, the period last.
        saves: net present value saved by one unit more; of a demand or a floor, what one unit
            more costs, below 0.
        less: by how much less it still holds.
        more: by how much more it holds.
    """

    what: str
    key: tuple[Any, ...]
    saves: float
    less: float
    more: float


def roomy(matrix: Matrix) -> Matrix:
    """Double the upper bounds of what is not whole.

    They say that no more is needed than is asked for: with one unit more they would be higher.
    """
    free = ~matrix.integer & np.isfinite(matrix.upper) & (matrix.lower < matrix.upper)
    return replace(matrix, upper=np.where(free, matrix.upper + np.abs(matrix.upper), matrix.upper))


def marginals(compiled: Compiled, outcome: Outcome) -> tuple[Marginal, ...]:
    """Give what one unit more saves of what is not whole, where that is not nothing.

    Args:
        compiled: the model.
        outcome: of the linear program that is left, with duals and the ranges in which they hold.
    """
    found = [*_of_rows(compiled, outcome)]
    asked = {(one.key[0], one.key[-1]) for one in found if one.what == "demand"}
    found = [*_within(found, _room(compiled, outcome, asked))]
    dearest = max((abs(one.saves) for one in found), default=0.0)
    return tuple(one for one in found if abs(one.saves) > NOTHING * dearest)


def _of_rows(compiled: Compiled, outcome: Outcome) -> Iterator[Marginal]:
    """Give the marginal value of each row that continuous decisions meet.

    A dual that holds neither for less nor for more is one of many, and no price.
    """
    duals, low, high = outcome.row_duals, outcome.row_from, outcome.row_to
    if duals is None or low is None or high is None:
        return
    matrix = compiled.matrix
    for at, row in enumerate(compiled.rows):
        what = ROWS.get(row.parent_component().local_name, "")
        if not what or not duals[at]:
            continue
        bound = matrix.row_upper[at] if duals[at] < 0 else matrix.row_lower[at]
        key = _key(row)
        saves, less, more = -float(duals[at]), float(bound - low[at]), float(high[at] - bound)
        if what == "limit" and key[1] == "min":
            # The row says that least - amount is at most 0: a unit more of it is one less here.
            saves, less, more = -saves, more, less
        if max(less, more) > NOTHING * max(1.0, abs(bound)):
            yield Marginal(what, key, saves, max(0.0, less), max(0.0, more))


def _within(found: Iterable[Marginal], room: Mapping[Key, float]) -> Iterator[Marginal]:
    """Let what a demand costs hold for as much as other rows of it have room, if there is any."""
    for one in found:
        most = room.get((one.key[0], one.key[-1]), inf) if one.what == "demand" else inf
        if most > 0:
            yield one._replace(less=min(one.less, most), more=min(one.more, most))


def _room(compiled: Compiled, outcome: Outcome, asked: Set[Key]) -> dict[Key, float]:
    """Give the least slack of the other rows of some demands in which their amount may stand.

    Such as its floor, what one facility may serve of it, or what a run takes. With one unit more
    these would move too, so that the dual of its own row says nothing of it where they are full.
    """
    matrix, values = compiled.matrix, outcome.values
    found: dict[Key, float] = {}
    if values is None:
        return found
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.start))
    terms = matrix.value * values[matrix.index]
    activity = np.bincount(rows, terms, matrix.shape[0])
    size = np.bincount(rows, np.abs(terms), matrix.shape[0])
    slack = np.minimum(matrix.row_upper - activity, activity - matrix.row_lower)
    slack[slack <= TIGHT * np.maximum(1.0, size)] = 0.0
    # Of a facility that is not used nothing is served, whatever the amount is.
    slack[size <= TIGHT] = inf
    for row, left in zip(compiled.rows, slack.tolist(), strict=True):
        key = _key(row)
        at = key[0], key[-1]
        if at in asked and row.parent_component().local_name not in OF_ANY_AMOUNT:
            found[at] = min(left, found.get(at, inf))
    return found


def _key(row: Any) -> tuple[Any, ...]:
    """Give the index of a row as a tuple."""
    index = row.index()
    return index if isinstance(index, tuple) else (index,)
