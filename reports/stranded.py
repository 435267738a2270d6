"""Deployable, not nameplate: what is left of each limit, and what keeps blocks from using it.

What is left of a limit is split by cause, and the parts add up to it exactly. Causes are asked one
after another. What remains after each is what the block type that fits best could still use, if
nothing but the causes asked so far kept it out; the rest is that cause's part.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, Final, NamedTuple

from gridblock.instances.contracts import places_called
from gridblock.instances.instance import Instance
from gridblock.instances.places import IN_MEGAWATTS, KW_PER_MW
from gridblock.model.account import Account
from gridblock.model.additions import Limit
from gridblock.model.feeding import Feeding
from gridblock.model.lots import added_to_feeds
from gridblock.model.plan import Decisions, Standing
from gridblock.model.quantities import ZERO, decimal, rated_use
from gridblock.reports import usage

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
GRID: Final = "grid_mw"
COOLING: Final = ("air_cooling_mw", "liquid_cooling_mw")
ENDLESS: Final = 10**18
"""More blocks than any place holds."""


class Left(NamedTuple):
    """What is left of one limit in one period, in the unit that the resource's name ends with.

    Attributes:
        use: the limit and its use.
        parts: what is left, by cause; the sum is limit - used.
    """

    use: usage.Use
    parts: Mapping[str, Fraction]


class _Fit(NamedTuple):
    """How many blocks of a type one rule would still let into a leaf place."""

    place: str
    what: str
    blocks: int


def rows(instance: Instance, decisions: Decisions, account: Account) -> Iterator[tuple[Any, ...]]:
    """Give what is left of each limit of each place in each period, by cause."""
    for use, parts in of_places(instance, decisions, account):
        facility = instance.places[use.place].facility
        left = sum(parts.values(), ZERO)
        amounts = (float(parts.get(cause, ZERO)) for cause in CAUSES)
        yield (facility, *use[:3], use.limit, use.used, float(left), *amounts)


def of_places(
    instance: Instance, decisions: Decisions, account: Account, period: str | None = None
) -> Iterator[Left]:
    """Give what is left of each limit of each place, by cause, outer places first.

    That is in each period, or in one.

    What stands in a place above its limit, switched off, leaves nothing. Traffic is not counted in
    blocks: what is left of an uplink, nobody asks for.
    """
    room = _Room(instance, decisions, account)
    for use in room.uses:
        if use.limit is not None and period in (None, use.period):
            left = max(decimal(use.limit) - decimal(use.used), ZERO)
            known = use.resource != "uplink_gbps"
            yield Left(use, room.parts(use, left) if known else {"no_demand": left})


class _Room:
    """What each rule leaves for more blocks of each type."""

    def __init__(self, instance: Instance, decisions: Decisions, account: Account) -> None:
        self.instance, self.decisions, self.account = instance, decisions, account
        self.uses = tuple(usage.of_places(instance, decisions, account))
        # What a place has nothing of is not listed among what is used.
        self.left = {
            (path, usage.WRITTEN_AS.get(resource, resource), t): ZERO
            for path, place in instance.places.items()
            for resource in place.limits
            for t in instance.horizon.names
        } | {
            (use.place, use.resource, use.period): decimal(use.limit) - decimal(use.used)
            for use in self.uses
            if use.limit is not None
        }
        self._takes, self._of_one = cache(self._taken_by_one), cache(self._taken_by_each)
        self._found: dict[tuple[str, str, str], tuple[_Fit, ...]] = {}

    def parts(self, use: usage.Use, left: Fraction) -> dict[str, Fraction]:
        """Split what is left of a limit by cause."""
        parts_of_one, takes = self._of_one(use.resource, use.place)
        # Whole numbers of the largest part that divides all of them.
        unit = math.lcm(left.denominator, parts_of_one)
        whole = {kind: each * (unit // parts_of_one) for kind, each in takes.items()}
        before = left.numerator * (unit // left.denominator)
        inside = [self._in_leaf(use, before, leaf, whole) for leaf in self._leaves[use.place]]
        parts: dict[str, Fraction] = {}
        for i, cause in enumerate(CAUSES[:-1]):
            together = max if cause in OF_ITSELF else sum
            now = min(before, together(most[i] for most in inside))
            parts[cause], before = Fraction(before - now, unit), now
        return {**parts, "no_demand": Fraction(before, unit)}

    def _in_leaf(
        self, use: usage.Use, left: int, leaf: str, takes: Mapping[str, int]
    ) -> Sequence[int]:
        """Give the most of a limit that one type could use in a leaf place, after each cause."""
        most = [0] * len(CAUSES)
        above = self.instance.leaves[leaf].above
        for kind in self._kinds[above[-1]]:
            if kind not in takes:
                continue
            tightest: dict[str, int] = {}
            for fit in self._fits(leaf, kind, use.period):
                cause = _cause(fit, use, above)
                tightest[cause] = min(tightest.get(cause, ENDLESS), fit.blocks)
            most[0], blocks = left, left // takes[kind]
            for i, cause in enumerate(CAUSES[1:], 1):
                blocks = min(blocks, tightest.get(cause, ENDLESS))
                most[i] = max(most[i], blocks * takes[kind])
        return most

    def _taken_by_each(self, resource: str, place: str) -> tuple[int, dict[str, int]]:
        """Give into how many parts a limit's unit is split, and how many each block type takes."""
        takes = {kind: self._takes(kind, resource, place) for kind in self.instance.blocks}
        unit = math.lcm(*(each.denominator for each in takes.values()))
        return unit, {kind: int(each * unit) for kind, each in takes.items() if each}

    def _taken_by_one(self, kind: str, resource: str, place: str) -> Fraction:
        """Give what one block takes of a limit, in the limit's unit."""
        use = "power_kw" if resource == GRID else IN_MEGAWATTS.get(resource, resource)
        taken = decimal(self.instance.blocks[kind].uses.get(use, 0.0))
        if resource == GRID:
            taken *= decimal(self.instance.facilities[place].pue)
        return taken if use == resource else taken / KW_PER_MW

    def _fits(self, leaf: str, kind: str, t: str) -> tuple[_Fit, ...]:
        """Give how many more blocks of a type each rule lets into a leaf place."""
        key = leaf, kind, t
        if key not in self._found:
            self._found[key] = (
                *self._within_limits(leaf, kind, t),
                *self._within_feeds(leaf, kind, t),
                _Fit(leaf, "supply", self._on_offer(leaf, kind, t)),
            )
        return self._found[key]

    def _within_limits(self, leaf: str, kind: str, t: str) -> Iterator[_Fit]:
        for place in self.instance.leaves[leaf].above:
            for resource in self._limited[place]:
                each = self._takes(kind, resource, place)
                if each:
                    blocks = max(0, self.left[place, resource, t] // each)
                    yield _Fit(place, resource, blocks)

    def _within_feeds(self, leaf: str, kind: str, t: str) -> Iterator[_Fit]:
        fed_by = self.instance.leaves[leaf].fed_by
        kw = decimal(self.instance.blocks[kind].uses.get("power_kw", 0.0))
        if fed_by and kw:
            for what, room in self._feeds[tuple(sorted(fed_by)), t].items():
                yield _Fit(leaf, what, max(0, room // kw))

    @cached_property
    def _feeds(self) -> dict[tuple[Any, str], dict[str, Fraction]]:
        """Give the kW that feeds leave each group of leaf places, intact and after a loss."""
        added = added_to_feeds(self.instance, self.account.lots)
        more = {key: Limit(ZERO, sure=KW_PER_MW * mw) for key, mw in added.items()}
        feeding = Feeding(self.instance, more)
        drawn = rated_use(self.instance, self.account.powered)
        rooms: dict[tuple[Any, str], dict[str, Fraction]] = defaultdict(dict)
        for i, t in enumerate(self.instance.horizon.names):
            draws = {
                group: sum((drawn.get((leaf, "power_kw", t), ZERO) for leaf in leaves), ZERO)
                for group, leaves in feeding.loads.groups.items()
            }
            for row in feeding.rows:
                load = sum((share * draws[group] for group, share in row.shares.items()), ZERO)
                what = "feeds" if row.lost is None else "failover"
                for group, share in row.shares.items():
                    room = (row.rating_kw[i].most - load) / share
                    known = rooms[group, t].get(what)
                    rooms[group, t][what] = room if known is None else min(known, room)
        return rooms

    def _on_offer(self, leaf: str, kind: str, t: str) -> int:
        """Give the blocks of a type that could stand in a leaf place in a period beside those."""
        off = self.decisions.switched_off.get(Standing(kind, leaf, t), 0)
        leased = sum(lots for place, lots in self._leases[kind] if leaf in self._leaves[place])
        return off + leased + self._for_sale[kind, t]

    @cached_property
    def _for_sale(self) -> dict[tuple[str, str], int]:
        """Give the blocks that could still be bought so that they stand in a period."""
        left = {
            (use.resource, use.place, use.period): math.floor(use.headroom)
            for use in usage.of_supply(self.instance, self.decisions)
        }
        by_then: dict[tuple[str, str], int] = {}
        for name, block in self.instance.blocks.items():
            total = 0
            for i, t in enumerate(self.instance.horizon.names):
                chips = left.get(("accelerators", block.accelerator, t), ENDLESS)
                of_type = left.get(("blocks", name, t), ENDLESS)
                if block.cost_once is not None and i >= block.lead:
                    total += max(0, min(of_type, chips // block.accelerators))
                by_then[name, t] = total
        return by_then

    @cached_property
    def _leases(self) -> dict[str, list[tuple[str, int]]]:
        """Give the blocks of each type that lots not yet taken could lease, by place."""
        taken: dict[str, int] = defaultdict(int)
        for key, lots in self.decisions.ordered.items():
            taken[key.option] += lots
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for name, contract in self.instance.contracts.items():
            lots = contract.on_offer - taken[name] if contract.orders else 0
            for part in contract.option.leases if lots > 0 else ():
                places = places_called(part.at, self.instance.places)
                found[part.blocks] += [(place, lots * part.count) for place in places]
        return found

    @cached_property
    def _kinds(self) -> dict[str, tuple[str, ...]]:
        """Give the block types that may stand at each facility, on offer or not."""
        blocks = self.instance.blocks.items()
        allowed = {name: {*self.instance.chosen(block.where)} for name, block in blocks}
        present = {
            (name, self.instance.leaves[p].facility) for name, p, _ in self.account.installed
        }
        return {
            facility: tuple(
                k for k in allowed if facility in allowed[k] or (k, facility) in present
            )
            for facility in self.instance.facilities
        }

    @cached_property
    def _leaves(self) -> dict[str, list[str]]:
        leaves: dict[str, list[str]] = defaultdict(list)
        for path, leaf in self.instance.leaves.items():
            for place in leaf.above:
                leaves[place].append(path)
        return leaves

    @cached_property
    def _limited(self) -> dict[str, list[str]]:
        """Give the limits of each place that blocks take of."""
        limited: dict[str, list[str]] = defaultdict(list)
        for place, resource, _ in self.left:
            if resource != "uplink_gbps" and resource not in limited[place]:
                limited[place].append(resource)
        return limited


def _cause(fit: _Fit, use: usage.Use, above: Sequence[str]) -> str:
    """Name what keeps blocks out of a place, seen from one limit of one place."""
    if fit.what in CAUSES:
        return fit.what
    outside = above.index(fit.place) > above.index(use.place)
    if outside or fit.what == GRID != use.resource:
        return "site"
    if fit.what == use.resource:
        return "granularity" if fit.place == use.place else "zones"
    if fit.what in COOLING:
        return "cooling"
    return "power" if fit.what == "power_mw" else "racks"
