"""Looking for cuts that a point of a relaxation breaks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.cut import Cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.contests import Contest, Contests, Step
    from gridblock.solvers.matrix import Matrix

BROKEN: Final = 1e-4
"""A cut is worth having that is broken by so much of a block of those a run takes, or of a lot."""
APART: Final = 1e-6
"""What is apart from a whole number by no more is one."""


def broken_cuts(matrix: Matrix, contests: Contests, point: Floats) -> Iterator[Cut]:
    """Give cuts that a point breaks.

    Args:
        matrix: of the model.
        contests: where to look.
        point: shape (columns,), of a relaxation.
    """
    for contest in contests.contests:
        cut = _of_contest(matrix, contest, point)
        if cut is not None:
            yield cut
    for step in contests.steps:
        cut = _of_step(matrix, step, point)
        if cut is not None:
            yield cut


def _of_contest(matrix: Matrix, contest: Contest, point: Floats) -> Cut | None:
    r"""Say that a run which stands somewhere takes blocks from what else is served there.

    .. math::
        \sum_S s_i + \lambda b \le \sum_S A_i + \sum_{\text{new}} x_j, \qquad
        \lambda = n + \sum_S A_i - H

    in blocks, where the run takes :math:`n` blocks where :math:`b` is 1, :math:`s` is served of
    :math:`A`, and there are :math:`H` blocks and what of :math:`x` is new. What the point breaks
    most is chosen exactly: each amount counts for itself, and so does each column of blocks, which
    may be counted by its upper bound, by what there was and what is bought, or as it is.
    """
    berth = float(point[contest.berths].sum())
    if not APART < berth < 1 - APART:
        return None
    rows, complemented = {contest.within: 1.0, contest.taken: -1.0}, set[int]()
    broken = reach = contest.blocks
    broken *= berth
    for column in contest.columns:
        upper = float(matrix.upper[column.at])
        as_it_is, by_bound = float(point[column.at]), upper * berth
        by_origin = math.inf
        if column.carried:
            by_origin = column.had * berth + float(point[column.bought].sum())
        broken -= min(as_it_is, by_bound, by_origin)
        if by_bound <= min(as_it_is, by_origin):
            reach -= upper
            complemented.add(column.at)
        elif by_origin < as_it_is:
            reach -= column.had
            rows |= dict.fromkeys(column.carried, 1.0)
    for work in contest.works:
        amounts = matrix.upper[work.served]
        gains = (point[work.served] - amounts * (1 - berth)) / work.units
        chosen = gains > 0
        gain = float(gains[chosen].sum() - point[work.others] @ work.worth)
        if gain > 0:
            broken += gain
            reach += float(amounts[chosen].sum()) / work.units
            rows[work.row] = 1 / work.units
            complemented |= set(work.served[chosen].tolist())
    if reach <= 0 or broken <= BROKEN * max(1.0, contest.blocks):
        return None
    return Cut(tuple(rows), tuple(rows.values()), int(contest.berths[0]), frozenset(complemented))


def _of_step(matrix: Matrix, step: Step, point: Floats) -> Cut | None:
    """Round a limit to whole lots, in steps of what one lot takes; choose the cut most broken."""
    at, lower, upper = point[step.columns], matrix.lower[step.columns], matrix.upper[step.columns]
    apart = np.abs(at - np.rint(at)) > APART
    lots = step.lots[apart[step.lots]]
    if not len(lots):
        return None
    whole = matrix.integer[step.columns]
    up = whole & (at - lower > upper - at)
    best: tuple[float, int] = BROKEN, -1
    for lot in {float(abs(step.values[lot])): int(lot) for lot in lots.tolist()}.values():
        broken = _broken(step, lot, whole, up, np.where(up, upper - at, at - lower), matrix)
        best = max(best, (broken, lot))
    if best[1] < 0:
        return None
    complemented = frozenset(step.columns[up].tolist())
    return Cut(step.rows, step.weights, int(step.columns[best[1]]), complemented)


def _broken(step: Step, lot: int, whole: Flags, up: Flags, above: Floats, matrix: Matrix) -> float:
    """Give by how much of a lot a limit rounded to lots is broken."""
    ends = np.where(up, matrix.upper[step.columns], matrix.lower[step.columns])
    size = abs(step.values[lot])
    side = (step.upper - step.values @ ends) / size
    part = side - np.floor(side)
    if not APART < part < 1 - APART:
        return 0.0
    values = np.where(up, -step.values, step.values) / size
    floors = np.floor(values)
    rounded = np.where(
        whole,
        floors + np.maximum(0.0, values - floors - part) / (1 - part),
        np.minimum(0.0, values) / (1 - part),
    )
    return float(rounded @ above - np.floor(side))
