"""Deployable, not nameplate: what is left of each limit, and what keeps blocks from using it.

What is left of a limit is split by cause, and the parts add up to it exactly. Causes are asked one
after another. What remains after each is what the block type that fits best could still use, if
nothing but the causes asked so far kept it out; the rest is that cause's part.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.model.quantities import ZERO, decimal
from gridblock.reports import usage
from gridblock.reports.room import ENDLESS, GRID, OTHER, Room, Rule

CAUSES: Final = (
    "no_block",
    "granularity",
    "zones",
    "cooling",
    "power",
    "racks",
    "site",
    "feeds",
    "failover",
    "supply",
    "no_demand",
)
"""Why a limit is not used up, in the order of asking.

No block type that may stand there uses it; less is left than a whole block takes; limits of the
zones inside; cooling of the kind it takes; critical power; racks and other resources; limits of
places around it and the grid; ratings of feeds, intact and then after the loss of another; lead and
supply; and at last nothing: more could be deployed, and nobody asks for it or it does not pay.
"""
COLUMNS: Final = ("facility", "place", "resource", "period", "limit", "used", "left", *CAUSES)
OF_ITSELF: Final = ("no_block", "granularity")
"""Causes that lie in the limit; what others leave is added up over the leaf places inside."""
COOLING: Final = ("air_cooling_mw", "liquid_cooling_mw")


class Left(NamedTuple):
    """What is left of one limit in one period, in the unit that the resource's name ends with.

    Attributes:
        use: the limit and its use.
        parts: what is left, by cause, where that is anything; the sum is limit - used.
    """

    use: usage.Use
    parts: Mapping[str, Fraction]


def rows(instance: Instance, decisions: Decisions, account: Account) -> Iterator[tuple[Any, ...]]:
    """Give what is left of each limit of each place in each period, by cause."""
    for use, parts in of_places(instance, decisions, account):
        facility = instance.places[use.place].facility
        left = sum(parts.values(), ZERO)
        amounts = (float(parts[cause]) if cause in parts else 0.0 for cause in CAUSES)
        yield (facility, *use[:3], use.limit, use.used, float(left), *amounts)


def of_places(
    instance: Instance, decisions: Decisions, account: Account, period: str | None = None
) -> Iterator[Left]:
    """Give what is left of each limit of each place, by cause, outer places first.

    That is in each period, or in one.

    What stands in a place above its limit, switched off, leaves nothing. Traffic is not counted in
    blocks: what is left of an uplink, nobody asks for.
    """
    room = Room(instance, decisions, account)
    split = _Split(room)
    for use in room.uses:
        if use.limit is not None and period in (None, use.period):
            left = max(decimal(use.limit) - decimal(use.used), ZERO)
            known = left and use.resource != "uplink_gbps"
            yield Left(use, split.parts(use, left) if known else {"no_demand": left})


class _Split:
    """Splits what is left of limits by cause."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._of_one, self._causes = cache(self._taken_by_each), cache(self._causes_of)

    def parts(self, use: usage.Use, left: Fraction) -> dict[str, Fraction]:
        """Split what is left of a limit by cause."""
        parts_of_one, takes = self._of_one(use.resource, use.place)
        # Whole numbers of the largest part that divides all of them.
        unit = math.lcm(left.denominator, parts_of_one)
        whole = {kind: each * (unit // parts_of_one) for kind, each in takes.items()}
        before = left.numerator * (unit // left.denominator)
        leaves = self.room.leaves[use.place]
        inside = [self._in_leaf(use, before, leaf, whole) for leaf in leaves]
        parts: dict[str, Fraction] = {}
        for i, cause in enumerate(CAUSES[:-1]):
            together = max if cause in OF_ITSELF else sum
            now = min(before, together(most[i] for most in inside))
            if now < before:
                parts[cause], before = Fraction(before - now, unit), now
        return {**parts, "no_demand": Fraction(before, unit)}

    def _in_leaf(
        self, use: usage.Use, left: int, leaf: str, takes: Mapping[str, int]
    ) -> Sequence[int]:
        """Give the most of a limit that one type could use in a leaf place, after each cause."""
        most = [0] * len(CAUSES)
        for kind in self.room.kinds(leaf):
            if kind not in takes:
                continue
            tightest = [ENDLESS] * len(CAUSES)
            causes = self._causes(leaf, kind, use.place, use.resource)
            for i, blocks in zip(causes, self.room.blocks(leaf, kind, use.period), strict=True):
                tightest[i] = min(tightest[i], blocks)
            each, most[0] = takes[kind], left
            blocks = left // each
            for i in range(1, len(CAUSES)):
                blocks = min(blocks, tightest[i])
                most[i] = max(most[i], blocks * each)
        return most

    def _taken_by_each(self, resource: str, place: str) -> tuple[int, dict[str, int]]:
        """Give into how many parts a limit's unit is split, and how many each block type takes."""
        kinds = self.room.instance.blocks
        takes = {kind: self.room.takes(kind, resource, place) for kind in kinds}
        unit = math.lcm(*(each.denominator for each in takes.values()))
        return unit, {kind: int(each * unit) for kind, each in takes.items() if each}

    def _causes_of(self, leaf: str, kind: str, place: str, resource: str) -> tuple[int, ...]:
        """Give which cause each rule on a type in a leaf place is, seen from one limit."""
        above = self.room.instance.leaves[leaf].above
        rules = self.room.rules(leaf, kind)
        return tuple(CAUSES.index(_cause(rule, place, resource, above)) for rule in rules)


def _cause(rule: Rule, place: str, resource: str, above: Sequence[str]) -> str:
    """Name what keeps blocks out of a place, seen from one limit of one place."""
    if rule.what in OTHER:
        return rule.what
    outside = above.index(rule.place) > above.index(place)
    if outside or rule.what == GRID != resource:
        return "site"
    if rule.what == resource:
        return "granularity" if rule.place == place else "zones"
    if rule.what in COOLING:
        return "cooling"
    return "power" if rule.what == "power_mw" else "racks"
