"""A sweep: period after period is decided in whole numbers, near a point of the relaxation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.diving import NEAR
from gridblock.solvers.mending import mended, without_broken_choices
from gridblock.solvers.search import Search

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.outcome import Option, Outcome
    from gridblock.solvers.slices import Slice

SMALL: Final[Mapping[str, Option]] = {"mip_max_nodes": 60}
"""The work on one part."""


class Sweep(Search):
    """A search that decides one period at a time."""

    def _start(self) -> None:
        """Take the start that was given, or what stands today, for a plan within seconds."""
        if self.settings.start is not None:
            self._mend(self.settings.start)
        if self.best is None:
            matrix, shape = self.whole.matrix, self.shape
            rest = shape.choices | shape.orders
            upper = np.where(rest, matrix.lower, matrix.upper)
            at = matrix.lower.copy()
            self.keep(self._sweep(at, None, (matrix.lower, upper), gap=10 * self.settings.gap))

    def _mend(self, given: Floats) -> None:
        """Take a plan of a like matrix, with those periods anew in which it breaks a row."""
        matrix = self.whole.matrix
        point = np.where(np.isnan(given), matrix.lower, given)
        fewer = without_broken_choices(self.whole, self.shape, point)
        for at in (point, fewer):
            decide = partial(
                self._period, duals=self.settings.duals, bounds=self._near(at), gap=None
            )
            self.keep(mended(self.whole, self.shape, at, decide))
            if self.best is not None:
                return

    def _rounded(self, point: Floats, duals: Floats) -> None:
        """Decide every period near a point, and where that leads nowhere, with its choices only."""
        matrix, choices = self.whole.matrix, self.shape.choices
        near = self._near(point)
        ends = (matrix.lower, near[0]), (matrix.upper, near[1])
        wide = tuple(np.where(choices, kept, free) for free, kept in ends)
        for bounds in (near, wide):
            found = self._sweep(point, duals, (bounds[0], bounds[1]))
            if found is not None:
                self.keep(found)
                return

    def _near(self, point: Floats) -> tuple[Floats, Floats]:
        """Give bounds that keep the fleet near a point: it may always be larger, or be retired."""
        matrix, shape = self.whole.matrix, self.shape
        lower, upper = matrix.lower.copy(), matrix.upper.copy()
        fleet = shape.fleet & matrix.integer
        lower[fleet] = np.maximum(lower, np.floor(point + NEAR))[fleet]
        upper[shape.orders] = np.minimum(upper, np.ceil(point - NEAR))[shape.orders]
        lower[shape.choices] = upper[shape.choices] = np.rint(point[shape.choices])
        return lower, upper

    def _sweep(
        self,
        point: Floats,
        duals: Floats | None,
        bounds: tuple[Floats, Floats],
        gap: float | None = None,
    ) -> Floats | None:
        """Decide period after period: earlier ones stay as decided, later ones have their prices.

        Args:
            point: shape (columns,), where later periods are.
            duals: shape (rows,), prices of the rows that bind later periods, too; None for none.
            bounds: of the columns, each of shape (columns,).
            gap: to which each period is solved.
        """
        labels, choices = self.shape.labels, self.shape.choices
        at = np.clip(np.where(choices, np.rint(point), point), *bounds)
        idle = np.zeros(len(at), dtype=np.bool_) if self.idle is None else self.idle
        at[idle] = bounds[0][idle]
        for period in range(self.shape.count):
            free = (labels == period) & ~choices & ~idle
            if not free.any():
                continue
            binding = self.whole.with_any((labels > period) & ~choices)
            found = self._period(free, at, binding, duals, bounds, gap)
            if found is None:
                return None
            at = found
        return at

    def _period(
        self,
        free: Flags,
        at: Floats,
        later: Flags,
        duals: Floats | None,
        bounds: tuple[Floats, Floats],
        gap: float | None,
    ) -> Floats | None:
        """Decide one period; where what it leaves to later ones does not fit, without that.

        Later periods keep their share of what is limited over several, as long as that fits; what
        is carried over to them has its price.
        """
        matrix = self.whole.matrix
        carried = later & (matrix.row_lower == matrix.row_upper)
        for dropped in (later,) if duals is None else (carried, later):
            cost = None if duals is None else self.whole.priced(np.where(dropped, duals, 0.0))
            part = self.whole.sliced(
                free, at, rows=~dropped, cost=cost, lower=bounds[0], upper=bounds[1]
            )
            found = self._part(self._measured(part, at), self.settings.gap if gap is None else gap)
            if found.values is not None:
                return part.into(part.matrix.rounded(found.values), at)
        return None

    def _measured(self, part: Slice, at: Floats) -> Slice:
        """Shift the cost of a part so that its gap is a share of the whole cost."""
        if np.isinf(self.bound):
            return part
        offset = self.bound - float(part.matrix.cost @ at[part.columns])
        return replace(part, matrix=replace(part.matrix, offset=offset))

    def _part(
        self,
        part: Slice,
        gap: float | None = None,
        start: Floats | None = None,
        target: float | None = None,
    ) -> Outcome:
        self.session.load(part.matrix)
        given = None if start is None else start[part.columns]
        return self.solve(SMALL, gap=gap, start=given, target=target)
