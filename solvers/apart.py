"""Regions apart: a Lagrangian bound, for which each is solved in whole numbers by itself.

Rows with columns of several regions are left out at their prices; those of a single one are kept,
and its columns stay whole. With prices that prove the bound of the relaxation no bound so found is
lower (Geoffrion, 1974).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gridblock.solvers.regions import Regions
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from gridblock.solvers.change import Flags, Floats, Ints
    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.shape import Shape
    from gridblock.solvers.slices import Slice


class Apart(NamedTuple):
    """A matrix in parts.

    Attributes:
        known: what the rows that are left out add to the cost.
        parts: each with the cost less those rows' prices, so that ``known`` and what the parts cost
            at least is what the whole does.
    """

    known: float
    parts: tuple[Slice, ...]


def apart(matrix: Matrix, shape: Shape, duals: Floats, most: int) -> Apart:
    """Part a matrix into regions.

    Args:
        matrix: of the whole, or of what is left of it.
        shape: what its columns decide.
        duals: shape (rows,), prices of the rows, for any of which the bound holds.
        most: so many columns at most are about the facilities of a region, if it has several.
    """
    whole = Whole(matrix)
    region = _regions(whole, shape, most)
    inside = _inside(whole, region)
    prices = np.where(inside, 0.0, whole.sided(duals))
    cost = whole.priced(prices)
    side = np.where(prices > 0, matrix.row_lower, matrix.row_upper)
    known = matrix.offset + float(prices @ np.where(prices == 0, 0.0, side))
    none = np.zeros(len(matrix.cost))
    parts = (
        whole.sliced(region == number, none, rows=inside, cost=cost)
        for number in range(int(region.max(initial=-1)) + 1)
    )
    return Apart(known, tuple(_by_itself(part) for part in parts if len(part.columns)))


def _by_itself(part: Slice) -> Slice:
    return replace(part, matrix=replace(part.matrix, offset=0.0))


def _regions(whole: Whole, shape: Shape, most: int) -> Ints:
    """Number the region of each column: of its last facility, or else where most like it are."""
    free = whole.matrix.upper > whole.matrix.lower
    regions = Regions(whole, shape, free)
    groups = regions.grouped(range(len(regions.sizes)), most)
    number = np.full(len(regions.sizes) + 1, -1, dtype=np.int32)
    for at, group in enumerate(groups):
        number[group] = at
    region: Ints = number[shape.sites[:, 1]]
    nowhere = region < 0
    region[nowhere] = _where_most(whole, region, nowhere, max(1, len(groups)))[nowhere]
    return region


def _where_most(whole: Whole, region: Ints, nowhere: Flags, count: int) -> Ints:
    """Give the region that has most of what stands in the rows of each column."""
    row, column = whole.row_of, whole.matrix.index
    ours = region[column] >= 0
    beside = np.zeros((whole.matrix.shape[0], count))
    np.add.at(beside, (row[ours], region[column[ours]]), 1.0)
    beside /= np.maximum(1.0, beside.sum(axis=1, keepdims=True))
    score = np.zeros((len(region), count))
    theirs = nowhere[column]
    np.add.at(score, column[theirs], beside[row[theirs]])
    found: Ints = score.argmax(axis=1).astype(np.int32)
    return found


def _inside(whole: Whole, region: Ints) -> Flags:
    """Say which rows have columns of one region only."""
    of = region[whole.matrix.index]
    least = np.full(whole.matrix.shape[0], np.iinfo(np.int32).max, dtype=np.int32)
    most = np.full(whole.matrix.shape[0], -1, dtype=np.int32)
    np.minimum.at(least, whole.row_of, of)
    np.maximum.at(most, whole.row_of, of)
    inside: Flags = least == most
    return inside
