"""The points of a front: each a plan, and none that another one makes needless."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Final

from gridblock.model.plan import PlanData
from gridblock.solvers.outcome import Stop, relative_gap

NOTHING: Final = 1e-9
"""Less of all that is asked for than this is nothing."""


@dataclass(frozen=True)
class Point:
    """One plan of a front.

    Attributes:
        plan: the plan; its objective is what it would cost at the prices given.
        cost: net present value of all but the price of unmet work.
        least: no plan that leaves as little unmet costs less; None where that is not known.
        unmet: what stays unmet, in unit-hours or at its price.
        share: unmet over all that is asked for.
        given: whether it is the best plan at the prices given, or leaves as little for no more.
    """

    plan: PlanData
    cost: float
    least: float | None
    unmet: float
    share: float
    given: bool = False

    @property
    def gap(self) -> float | None:
        """|cost - least| / max(1e-9, |cost|)."""
        return relative_gap(self.cost, self.least)


@dataclass(frozen=True)
class Front:
    """A front, from the least unmet on.

    Attributes:
        measure: what is weighed: ``share``, unit-hours, or ``price``, their price.
        points: none of them is dominated: less unmet costs more.
        stop: why the search ended, if that was before its end.
        infeasible: whether no plan can exist.
    """

    measure: str
    points: tuple[Point, ...]
    stop: Stop = Stop.FINISHED
    infeasible: bool = False


def undominated(points: Iterable[Point]) -> tuple[Point, ...]:
    """Leave out points of which another leaves as little unmet for less; the least unmet first.

    What is left in place of the best plan at the prices given is marked as that.
    """
    kept: list[Point] = []
    for point in sorted(points, key=lambda p: (p.unmet, p.cost)):
        if kept and point.cost >= kept[-1].cost:
            kept[-1] = _in_place_of(point, kept[-1])
            continue
        more = point.unmet - kept[-1].unmet if kept else point.unmet
        nothing = kept and more <= NOTHING * max(1.0, point.unmet)
        kept.append(_in_place_of(kept.pop(), point) if nothing else point)
    return tuple(kept)


def _in_place_of(left_out: Point, kept: Point) -> Point:
    return replace(kept, given=kept.given or left_out.given)


def trade(points: tuple[Point, ...]) -> Iterator[float | None]:
    """Give, for each point, what one unit-hour less unmet costs more than at the next one."""
    for point, following in zip_longest(points, points[1:]):
        if following is None:
            yield None
        else:
            yield (point.cost - following.cost) / (following.unmet - point.unmet)
