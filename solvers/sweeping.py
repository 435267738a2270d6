"""A sweep: period after period is decided in whole numbers, near a point of the relaxation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from gridblock.solvers.diving import HALF, NEAR, Bounds
from gridblock.solvers.mending import mended, without_broken_choices
from gridblock.solvers.nearness import Near, near_at_a_price, one_more
from gridblock.solvers.relaxing import FOR_SIMPLEX
from gridblock.solvers.search import Search
from gridblock.solvers.settling import held
from gridblock.solvers.sifting import sifted
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.outcome import Option, Outcome
    from gridblock.solvers.slices import Slice

SMALL: Final[Mapping[str, Option]] = {"mip_max_nodes": 10}
"""The work on one part."""
NO_FIRST_PLAN: Final[Mapping[str, Option]] = {
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_feasibility_jump": False,
}
"""What looks for a first plan is left out; an effort of 0 leaves it in."""
LEAVING: Final = 0.1
"""What a period pays for a block less than the point has, or ordered beyond it, of an order's cost.

Measured on generated instances of 250,000 columns: a sweep ends at 15,960 and 15,623 million with
a twentieth, at 15,955 and 15,628 with a tenth, at 15,967 and 15,635 with a fifth; where the bounds
may not be left at all, at 16,040 and 16,003, and where there are none, at 16,095 and 15,735.
"""
ROUTE_WORTH: Final = 6e-7
"""The share of the cost that one of very many decisions may add, to be worth deciding."""
ADDED: Final = 2e-5
"""The share of the cost that one unlikely way has to save, to be added to a relaxation.

Beside another run a sweep of a generated instance of 2,286,000 columns ends within 5.0 % after
213 s with 5e-6, 5.2 after 170 with this, 6.0 after 147 with 1e-4, and 5.3 after 273 if all begins.
"""


class Sweep(Search):
    """A search that decides one period at a time."""

    @property
    def loosely(self) -> float:
        """The share of the gap that a sweep may cost."""
        return HALF

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
        self.keep(self._sweep(at, None, (matrix.lower, upper), gap=10 * self.settings.gap))
        return False

    def _mend(self, given: Floats) -> None:
        """Take a plan of a like matrix, with those periods anew in which it breaks a row.

        What is not large is completed at once.
        """
        matrix = self.whole.matrix
        point = np.where(np.isnan(given), matrix.lower, given)
        self.keep(matrix.rounded(point))
        if self.best is None and len(matrix.cost) <= FOR_SIMPLEX:
            self.keep(self.completed(given))
        if self.best is not None:
            return
        fewer = without_broken_choices(self.whole, self.shape, point)
        for at in (point, fewer):
            decide = partial(
                self._period,
                duals=self.settings.duals,
                bounds=self._chosen(at),
                near=self._near(at),
                gap=None,
            )
            self.keep(mended(self.whole, self.shape, at, decide))
            if self.best is not None:
                return

    def _rounded(self, point: Floats, duals: Floats, least: Floats | None = None) -> Floats | None:
        """Decide every period near a point; where that leads nowhere, with its choices only.

        Args:
            point: shape (columns,), with whole choices.
            duals: shape (rows,), prices of the rows.
            least: shape (columns,), a point with a fleet that the choices need.

        Returns:
            The plan, shape (columns,), whether it is the best or not; None without one.
        """
        bounds = self._chosen(point, least)
        for near in (self._near(point), None):
            found = self._sweep(point, duals, bounds, near)
            if found is not None:
                return found if self.keep(found) else None
        return None

    def _chosen(self, point: Floats, least: Floats | None = None) -> Bounds:
        """Give bounds with the choices of a point, and no less than a fleet that these need."""
        shape = self.shape
        lower, upper = held(self.whole, shape.choices, np.rint(point))
        if least is not None:
            fleet = shape.fleet & self.whole.matrix.integer & ~shape.choices
            lower = np.where(fleet, np.maximum(lower, least), lower)
        return lower, np.maximum(lower, upper)

    def _near(self, point: Floats) -> Near:
        """Keep the fleet near a point: no smaller, but for what is retired, and ordered no more.

        The prices of what a period leaves to later ones are right at the point alone.
        """
        shape = self.shape
        fleet, orders = shape.fleet & self.whole.matrix.integer & ~shape.choices, shape.orders
        cost = self.whole.matrix.cost[orders]
        price = LEAVING * float(np.mean(cost[cost > 0])) if (cost > 0).any() else 0.0
        return Near(
            np.where(fleet, np.floor(point + NEAR), -np.inf),
            np.where(orders & ~shape.choices, np.ceil(point - NEAR), np.inf),
            price,
        )

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
        bounds: Bounds,
        near: Near | None = None,
        gap: float | None = None,
    ) -> Floats | None:
        """Decide period after period: earlier ones stay as decided, later ones have their prices.

        Args:
            point: shape (columns,), where later periods are.
            duals: shape (rows,), prices of the rows that bind later periods, too; None for none.
            bounds: of the columns.
            near: bounds that may be left at a price.
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
            able = self._reached(free, at, binding, bounds)
            found = self._period(free, at, binding, duals, able, near, gap)
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
        near: Near | None,
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
            found = self._decide(self._measured(part, at), near, gap)
            if found is not None:
                return part.into(part.matrix.rounded(found), at)
        return None

    def _decide(self, part: Slice, near: Near | None, gap: float | None) -> Floats | None:
        """Decide a part in whole numbers, next to its relaxation unless a gap is given.

        Periods may cost a share of the gap together.
        """
        if gap is not None:
            return self._part(part, gap).values
        share = self.loosely * self.settings.gap / self.shape.count
        found = self._next_to_relaxation(part, share, near)
        return self._part(part, self.settings.gap).values if found is None else found

    def _next_to_relaxation(
        self, part: Slice, gap: float, near: Near | None = None
    ) -> Floats | None:
        """Round the relaxation of a part either way, as well as a gap asks for.

        Where that leads nowhere, by one more or fewer where some are not whole: of a generated
        instance three periods of 20 then cost 0.7 % less in all, and take 23 s, not 45.

        Args:
            part: what is decided.
            gap: to which it is.
            near: bounds that may be left at a price.
        """
        matrix = part.matrix if near is None else near_at_a_price(part, near)
        rows, wide, _ = part.matrix.shape
        solve = partial(self.solve, relaxation=True, algorithm="simplex")
        waiting = np.zeros(len(matrix.cost), dtype=np.bool_)
        if self.unlikely is not None:
            waiting[:wide] = self.unlikely[part.columns]
        relaxed = sifted(self.session, solve, matrix, waiting, ADDED * abs(self.bound))
        if relaxed.values is None or relaxed.row_duals is None:
            return None
        point, duals = relaxed.values[:wide], relaxed.row_duals[:rows]
        bounds = self._next_to(part, point, duals)
        for lower, upper in bounds, one_more(part, self.shape, point, bounds):
            self.session.change(
                lower=np.append(lower, matrix.lower[wide:]),
                upper=np.append(upper, matrix.upper[wide:]),
            )
            found = self.solve(SMALL, gap=gap).values
            if found is not None:
                return found[:wide]
        return None

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
        given = None if start is None else part.within(start)
        return self.solve(SMALL, gap=gap, start=given, target=target)
