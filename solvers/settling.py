"""Choices made at once, near a point of the relaxation: for what is too large for a dive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.diving import HALF
from gridblock.solvers.shape import CHOICES

if TYPE_CHECKING:
    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.relaxing import Relaxation
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Slice, Whole

UNLIKELY: Final = 1e-3
"""A berth of which the relaxation uses no more is left out, unless its run would be, too."""


def likely(shape: Shape, relaxed: Relaxation, first: Floats | None = None) -> Flags:
    """Say which columns are neither about ordinary work nor berths that hardly are used.

    Args:
        shape: what the columns decide.
        relaxed: the relaxation.
        first: shape (columns,), a point with the first choices: of runs that it leaves out, while
            the relaxation does not, every berth is likely.
    """
    berths = (shape.group >= 0) & ~shape.lots
    hardly = berths & (relaxed.values <= UNLIKELY)
    if first is not None:
        of, most = shape.group[berths], int(shape.group.max(initial=-1)) + 2
        missed = np.bincount(of, (relaxed.values - first)[berths], most) > HALF
        hardly &= ~missed[shape.group]
    some: Flags = ~(_ordinary(shape) | hardly)
    return some


def first_choices(
    whole: Whole, shape: Shape, relaxed: Relaxation, free: Flags, share: float
) -> Slice:
    """Free what is likely; whole are berths, starts and lots, no fewer than a point has.

    Ordinary work is left out: what it would pay for anything has its price, and may still be taken.
    The fleet need not be whole, but has to hold the runs.

    Args:
        whole: the matrix.
        shape: what its columns decide.
        relaxed: its relaxation.
        free: shape (columns,), what is likely.
        share: of a lot, from which it is one.
    """
    cost = _with_ordinary_priced(whole, shape, relaxed)
    lots = whole_lots(whole, shape, relaxed.values, share)
    lower = np.where(shape.lots, lots, whole.matrix.lower)
    part = whole.sliced(free, whole.matrix.lower, cost=cost, lower=lower)
    return _whole_in(part, shape.decisions.any_of(CHOICES))


def what_follows(
    whole: Whole, shape: Shape, relaxed: Relaxation, free: Flags, first: Floats
) -> Slice:
    """Free the same; whole are all choices, of which the first ones are made.

    Args:
        whole: the matrix.
        shape: what its columns decide.
        relaxed: its relaxation.
        free: shape (columns,), what is likely.
        first: shape (columns,), a point with them.
    """
    cost = _with_ordinary_priced(whole, shape, relaxed)
    lower, upper = held(whole, shape.decisions.any_of(CHOICES), first)
    part = whole.sliced(free, whole.matrix.lower, cost=cost, lower=lower, upper=upper)
    return _whole_in(part, shape.choices)


def least_fleet(whole: Whole, shape: Shape, free: Flags, chosen: Floats) -> Slice:
    """Free the same at what it costs, with all choices made: what runs need, and no more.

    Args:
        whole: the matrix.
        shape: what its columns decide.
        free: shape (columns,), what is likely.
        chosen: shape (columns,), a point with the choices.
    """
    lower, upper = held(whole, shape.choices, chosen)
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
