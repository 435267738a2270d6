"""Demands that survive the loss of a facility, and where what is lost can be served again."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from gridblock.model.facts import Facts

MOST_CIRCLES: Final = 32
"""With more circles than this it takes fewer terms to say what serves which region again."""

Reaches = tuple[tuple[str, tuple[str, ...]], ...]
"""Each region, and the facilities that can serve it."""


class Circle(NamedTuple):
    """Facilities that can serve some regions, and all regions that no other facility can serve."""

    facilities: tuple[str, ...]
    regions: tuple[str, ...]


class Surviving:
    """What follows from ``survive.facility``."""

    def __init__(self, facts: Facts) -> None:
        """Remember the facts."""
        self.facts = facts
        demands = facts.instance.demands
        self.share = {d.name: d.kept_after_facility for d in demands if d.kept_after_facility}

    @cached_property
    def reach(self) -> dict[tuple[str, str], Reaches]:
        """The facilities that can serve each region of a demand, by demand and period."""
        found: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(dict)
        for demand, region, facility, t in self.facts.services:
            if demand in self.share:
                found[demand, t].setdefault(region, []).append(facility)
        order = {facility: i for i, facility in enumerate(self.facts.instance.facilities)}
        return {
            key: tuple((r, tuple(sorted(fs, key=order.__getitem__))) for r, fs in reached.items())
            for key, reached in found.items()
        }

    @cached_property
    def recoverable(self) -> dict[tuple[str, str, str], float]:
        """The most units that a facility may have to serve again, by demand, facility and period.

        They are the share of the amount of all regions that reach it.
        """
        units: dict[tuple[str, str, str], float] = defaultdict(float)
        for (demand, t), reached in self.reach.items():
            for region, facilities in reached:
                for facility in facilities:
                    amount = self.facts.amount[demand, region, t]
                    units[demand, facility, t] += self.share[demand] * amount
        return dict(units)

    def blocks(
        self, powered: Mapping[tuple[str, str, str], int]
    ) -> dict[tuple[str, str, str, str], float]:
        """Give the most blocks of use in reserve, by demand, block type, leaf and period.

        With those assigned beside them they are no more than the whole amount takes, so that bounds
        on what is worth owning hold for both.

        Args:
            powered: the most blocks that can be powered.
        """
        most: dict[tuple[str, str, str, str], float] = {}
        for demand, t in self.reach:
            hosts = ((f, *host) for f, at in self.facts.sites(demand, t) for host in at)
            for facility, kind, path in hosts:
                again = self.recoverable.get((demand, facility, t), 0.0)
                blocks = again / self.facts.units_per_block[demand, kind, t]
                if self.facts.demands[demand].whole_blocks:
                    blocks = math.ceil(blocks)
                if blocks and powered[kind, path, t]:
                    most[demand, kind, path, t] = min(blocks, powered[kind, path, t])
        return most

    def circles(self, demand: str, period: str) -> tuple[Circle, ...] | None:
        """Give the circles of a demand; None where they are too many."""
        return circles(self.reach.get((demand, period), ()))


@lru_cache(maxsize=4096)
def circles(reached: Reaches) -> tuple[Circle, ...] | None:
    """Give the circles of some regions; None where there are more than ``MOST_CIRCLES``.

    Sets of facilities that do not meet are not joined: a loss touches one of them alone.
    """
    order = {f: i for i, f in enumerate(dict.fromkeys(f for _, fs in reached for f in fs))}
    sets = tuple(dict.fromkeys(frozenset(facilities) for _, facilities in reached))
    unions = dict.fromkeys(sets)
    waiting = list(sets)
    while waiting:
        union = waiting.pop()
        for more in (union | each for each in sets if not union.isdisjoint(each)):
            if more not in unions:
                unions[more] = None
                waiting.append(more)
        if len(unions) > MOST_CIRCLES:
            return None
    return tuple(
        Circle(
            tuple(sorted(union, key=order.__getitem__)),
            tuple(region for region, facilities in reached if union.issuperset(facilities)),
        )
        for union in unions
    )


def grouped(reached: Iterable[tuple[str, tuple[str, ...]]]) -> Mapping[tuple[str, ...], list[str]]:
    """Give the regions that reach the same facilities, by those facilities."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for region, facilities in reached:
        groups[facilities].append(region)
    return groups
