"""Choices made at once, near a point of the relaxation: for what is too large for a dive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Slice, Whole

UNLIKELY: Final = 1e-3
"""A berth of which the relaxation uses no more is left out."""


def berths_and_lots(
    whole: Whole, shape: Shape, point: Floats, duals: Floats, share: float
) -> Slice:
    """Free all but ordinary work; whole are berths, and lots, no fewer than a point has.

    Ordinary work is left out: what it would pay for anything has its price, and may still be taken.
    The fleet need not be whole, but has to hold the runs.

    Args:
        whole: the matrix.
        shape: what its columns decide.
        point: shape (columns,), of its relaxation.
        duals: shape (rows,), the prices.
        share: of a lot, from which it is one.
    """
    matrix, decided = whole.matrix, shape.group >= 0
    ordinary = _ordinary(shape)
    unlikely = decided & ~shape.lots & (point <= UNLIKELY)
    part = whole.sliced(
        ~ordinary & ~unlikely,
        matrix.lower,
        cost=whole.priced(np.where(whole.with_any(ordinary), duals, 0.0)),
        lower=np.where(shape.lots, whole_lots(whole, shape, point, share), matrix.lower),
    )
    whole_ones = part.matrix.integer & decided[part.columns]
    return replace(part, matrix=replace(part.matrix, integer=whole_ones))


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


def what_follows(whole: Whole, shape: Shape, at: Floats, duals: Floats) -> Slice:
    """Free the choices that follow from berths and lots, in rows where nothing else stands.

    What they use of anything else has its price.

    Args:
        whole: the matrix.
        shape: what its columns decide.
        at: shape (columns,), a point with whole berths and lots.
        duals: shape (rows,), the prices.
    """
    decided = shape.group >= 0
    free = (shape.choices | shape.of_runs) & ~decided
    shared = whole.with_any(~free & ~decided)
    cost = whole.priced(np.where(shared, duals, 0.0))
    return whole.sliced(free, at, rows=~shared, cost=cost)


def _ordinary(shape: Shape) -> Flags:
    """Say which columns are about the work of demands that are no runs."""
    ordinary: Flags = shape.routes | (shape.unmet & ~shape.of_runs)
    return ordinary
