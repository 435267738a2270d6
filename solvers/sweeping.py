"""A sweep: period after period is decided in whole numbers, near a point of the relaxation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.diving import NEAR, Bounds
from gridblock.solvers.mending import mended, without_broken_choices
from gridblock.solvers.search import Search
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.outcome import Option, Outcome
    from gridblock.solvers.slices import Slice

SMALL: Final[Mapping[str, Option]] = {"mip_max_nodes": 10}
"""The work on one part."""
ROUTE_WORTH: Final = 6e-7
"""The share of the cost that one of very many decisions may add, to be worth deciding."""


class Sweep(Search):
    """A search that decides one period at a time."""

    def _start(self) -> bool:
        """Take the start that was given, or what stands today, for a plan within seconds.

        Returns:
            Whether the plan comes of the start.
        """
        if self.settings.start is not None:
            self._mend(self.settings.start)
            if self.best is not None:
                return True
        matrix, shape = self.whole.matrix, self.shape
        rest = shape.choices | shape.orders
        upper = np.where(rest, matrix.lower, matrix.upper)
        at = matrix.lower.copy()
        self.keep(self._sweep(at, None, [(matrix.lower, upper)], gap=10 * self.settings.gap))
        return False

    def _mend(self, given: Floats) -> None:
        """Take a plan of a like matrix, with those periods anew in which it breaks a row."""
        matrix = self.whole.matrix
        point = np.where(np.isnan(given), matrix.lower, given)
        self.keep(matrix.rounded(point))
        if self.best is not None:
            return
        fewer = without_broken_choices(self.whole, self.shape, point)
        for at in (point, fewer):
            decide = partial(
                self._period,
                duals=self.settings.duals,
                bounds=self._near(at, matrix.lower),
                gap=None,
            )
            self.keep(mended(self.whole, self.shape, at, decide))
            if self.best is not None:
                return

    def _rounded(self, point: Floats, duals: Floats, least: Floats | None = None) -> Floats | None:
        """Decide every period near a point; where that leads nowhere, with its choices only.

        Where one period does not fit near it, that holds for what is ordered only, or for nothing.

        Args:
            point: shape (columns,), with whole choices.
            duals: shape (rows,), prices of the rows.
            least: shape (columns,), a point with a fleet that the choices need.

        Returns:
            The plan, shape (columns,), whether it is the best or not; None without one.
        """
        matrix, shape = self.whole.matrix, self.shape
        least = matrix.lower if least is None else least
        near = self._near(point, least)
        fleet = shape.fleet & matrix.integer
        lower = np.where(shape.choices, near[0], np.where(fleet, least, matrix.lower))
        wide = lower, np.where(shape.choices, near[1], matrix.upper)
        ordered = np.where(shape.orders, near[0], lower), near[1]
        for bounds in ((near, ordered, wide), (wide,)):
            found = self._sweep(point, duals, bounds)
            if found is not None:
                return found if self.keep(found) else None
        return None

    def _near(self, point: Floats, least: Floats) -> Bounds:
        """Give bounds that keep the fleet near a point: it may always be larger, or be retired."""
        matrix, shape = self.whole.matrix, self.shape
        lower, upper = matrix.lower.copy(), matrix.upper.copy()
        fleet, orders = shape.fleet & matrix.integer, shape.orders
        lower[fleet] = np.maximum(lower, np.maximum(np.floor(point + NEAR), least))[fleet]
        most = np.maximum(np.ceil(point - NEAR), least)
        upper[orders] = np.minimum(upper, most)[orders]
        lower[shape.choices] = upper[shape.choices] = np.rint(point[shape.choices])
        return lower, upper

    def _reached(self, free: Flags, at: Floats, later: Flags, bounds: Bounds) -> Bounds:
        """Lower what a fleet has to be at least to what can be had after the period before.

        A point's whole numbers may be off by a rounding, which differs from period to period.
        """
        whole, matrix, (lower, upper) = self.whole, self.whole.matrix, bounds
        rows = whole.rows(self.shape.carried) & whole.with_any(free) & ~later
        entries = rows[whole.row_of]
        row, column, value = whole.row_of[entries], matrix.index[entries], matrix.value[entries]
        own = free[column] & self.shape.fleet[column] & ~self.shape.orders[column]
        most = np.where(free, np.where(self.shape.orders, upper, lower), at)
        others = np.bincount(row[~own], value[~own] * most[column[~own]], matrix.shape[0])
        had = (matrix.row_upper[row[own]] - others[row[own]]) / value[own]
        lowered = lower.copy()
        lowered[column[own]] = np.minimum(lower[column[own]], np.floor(had + NEAR))
        return np.maximum(lowered, matrix.lower), upper

    def _sweep(
        self,
        point: Floats,
        duals: Floats | None,
        bounds: Sequence[Bounds],
        gap: float | None = None,
    ) -> Floats | None:
        """Decide period after period: earlier ones stay as decided, later ones have their prices.

        Args:
            point: shape (columns,), where later periods are.
            duals: shape (rows,), prices of the rows that bind later periods, too; None for none.
            bounds: of the columns, those first that each period has to keep if it can.
            gap: to which each period is solved.
        """
        labels, choices = self.shape.labels, self.shape.choices
        at = np.clip(np.where(choices, np.rint(point), point), *bounds[0])
        idle = np.zeros(len(at), dtype=np.bool_) if self.idle is None else self.idle
        at[idle] = bounds[0][0][idle]
        for period in range(self.shape.count):
            free = (labels == period) & ~choices & ~idle
            if not free.any():
                continue
            binding = self.whole.with_any((labels > period) & ~choices)
            able = (self._reached(free, at, binding, each) for each in bounds)
            tried = (self._period(free, at, binding, duals, each, gap) for each in able)
            found = next((point for point in tried if point is not None), None)
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
        bounds: Bounds,
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
            found = self._decide(self._measured(part, at), gap)
            if found is not None:
                return part.into(part.matrix.rounded(found), at)
        return None

    def _decide(self, part: Slice, gap: float | None) -> Floats | None:
        """Decide a part in whole numbers, next to its relaxation unless a gap is given.

        That may cost each period its share of the gap.
        """
        if gap is not None:
            return self._part(part, gap).values
        found = self._next_to_relaxation(part, self.settings.gap / self.shape.count)
        return self._part(part, self.settings.gap).values if found is None else found

    def _next_to_relaxation(self, part: Slice, gap: float) -> Floats | None:
        """Round the relaxation of a part either way, as well as a gap asks for."""
        self.session.load(part.matrix)
        relaxed = self.solve(relaxation=True, algorithm="simplex")
        if relaxed.values is None or relaxed.row_duals is None:
            return None
        lower, upper = self._next_to(part, relaxed.values, relaxed.row_duals)
        self.session.change(lower=lower, upper=upper)
        return self.solve(SMALL, gap=gap).values

    def _next_to(
        self, part: Slice, point: Floats, duals: Floats, known: Floats | None = None
    ) -> Bounds:
        """Give bounds that round a relaxation either way, and leave ways out that cost too much.

        What is whole stays so: relaxation enforced neighbourhood search (Berthold, 2014). With a
        known point the bounds reach from the one to the other.
        """
        matrix = part.matrix
        at = point if known is None else known
        low, high = np.floor(np.minimum(point, at) + NEAR), np.ceil(np.maximum(point, at) - NEAR)
        lower = np.where(matrix.integer, np.maximum(low, matrix.lower), matrix.lower)
        upper = np.where(matrix.integer, np.minimum(high, matrix.upper), matrix.upper)
        dear = Whole(matrix).worth(duals)
        idle = self.shape.routes[part.columns] & (np.maximum(point, at) <= matrix.lower + NEAR)
        idle &= ~matrix.integer & (dear > ROUTE_WORTH * abs(self.bound))
        return lower, np.where(idle, lower, upper)

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
