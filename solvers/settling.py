"""Choices made at once, near a point of the relaxation: for what is too large for a dive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.shape import CHOICES

if TYPE_CHECKING:
    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.relaxing import Relaxation
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Slice, Whole

UNLIKELY: Final = 1e-3
"""A berth of which the relaxation uses no more is left out where there are many."""
MANY: Final = 5_000
"""So many berths are not too many to be looked at, each.

Measured on five generated instances with about 1,200: with those alone that the relaxation uses,
two leave out one of 14 runs, worth 7 % of the cost; all together take 2 to 7 s, not 2 to 4.
"""


def first_choices(whole: Whole, shape: Shape, relaxed: Relaxation, share: float) -> Slice:
    """Free all but ordinary work; whole are berths, starts and lots, no fewer than a point has.

    Ordinary work is left out: what it would pay for anything has its price, and may still be taken.
    The fleet need not be whole, but has to hold the runs.

    Args:
        whole: the matrix.
        shape: what its columns decide.
        relaxed: its relaxation.
        share: of a lot, from which it is one.
    """
    cost = _with_ordinary_priced(whole, shape, relaxed)
    lots = whole_lots(whole, shape, relaxed.values, share)
    lower = np.where(shape.lots, lots, whole.matrix.lower)
    part = whole.sliced(_likely(shape, relaxed), whole.matrix.lower, cost=cost, lower=lower)
    return _whole_in(part, shape.decisions.any_of(CHOICES))


def what_follows(whole: Whole, shape: Shape, relaxed: Relaxation, first: Floats) -> Slice:
    """Free the same; whole are all choices, of which the first ones are made.

    Args:
        whole: the matrix.
        shape: what its columns decide.
        relaxed: its relaxation.
        first: shape (columns,), a point with them.
    """
    cost = _with_ordinary_priced(whole, shape, relaxed)
    lower, upper = held(whole, shape.decisions.any_of(CHOICES), first)
    free = _likely(shape, relaxed)
    part = whole.sliced(free, whole.matrix.lower, cost=cost, lower=lower, upper=upper)
    return _whole_in(part, shape.choices)


def least_fleet(whole: Whole, shape: Shape, relaxed: Relaxation, chosen: Floats) -> Slice:
    """Free the same at what it costs, with all choices made: what runs need, and no more.

    Args:
        whole: the matrix.
        shape: what its columns decide.
        relaxed: its relaxation.
        chosen: shape (columns,), a point with the choices.
    """
    lower, upper = held(whole, shape.choices, chosen)
    free = _likely(shape, relaxed)
    return whole.sliced(free, whole.matrix.lower, lower=lower, upper=upper)


def held(whole: Whole, some: Flags, at: Floats) -> tuple[Floats, Floats]:
    """Give bounds that hold some columns at a point; each of shape (columns,)."""
    matrix = whole.matrix
    return np.where(some, at, matrix.lower), np.where(some, at, matrix.upper)


def whole_lots(whole: Whole, shape: Shape, point: Floats, share: float) -> Floats:
    """Give a point with whole lots: until each period those of which a share has been ordered.

    One after the other they are rounded, so that shares of one lot in many periods become one.
    """
    settled = point.copy()
    lots = np.flatnonzero(shape.lots)
    order = lots[np.lexsort((shape.labels[lots], shape.group[lots]))]
    ends = np.flatnonzero(np.diff(shape.group[order])) + 1
    for columns in np.split(order, ends) if len(order) else ():
        ordered = np.maximum(0.0, np.floor(np.cumsum(point[columns]) + 1.0 - share))
        settled[columns] = np.diff(ordered, prepend=0.0)
    return np.where(shape.lots, whole.matrix.rounded(settled), settled)


def _likely(shape: Shape, relaxed: Relaxation) -> Flags:
    """Say which columns are neither about ordinary work nor, of many, berths hardly used."""
    likely: Flags = ~_ordinary(shape)
    berths = (shape.group >= 0) & ~shape.lots
    if np.count_nonzero(berths) > MANY:
        likely &= ~berths | (relaxed.values > UNLIKELY)
    return likely


def _with_ordinary_priced(whole: Whole, shape: Shape, relaxed: Relaxation) -> Floats:
    """Give the cost of each column less what ordinary work would pay for it."""
    return whole.priced(np.where(whole.with_any(_ordinary(shape)), relaxed.duals, 0.0))


def _whole_in(part: Slice, some: Flags) -> Slice:
    """Let those columns of a part alone be whole that are among some."""
    integer = part.matrix.integer & some[part.columns]
    return replace(part, matrix=replace(part.matrix, integer=integer))


def _ordinary(shape: Shape) -> Flags:
    """Say which columns are about the work of demands that are no runs."""
    ordinary: Flags = shape.routes | (shape.unmet & ~shape.of_runs)
    return ordinary
