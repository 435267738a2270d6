"""What each rule leaves for more blocks of a type in a leaf place, beside what stands there."""

import math
from collections import defaultdict
from collections.abc import Iterator
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

GRID: Final = "grid_mw"
ENDLESS: Final = 10**18
"""More blocks than any place holds."""
OTHER: Final = ("feeds", "failover", "supply")
"""Rules that are no limits of a place."""


class Rule(NamedTuple):
    """A rule that may keep blocks out of a leaf place.

    Attributes:
        place: where it holds.
        what: a limit as the instance names it, or one of ``OTHER``.
    """

    place: str
    what: str


class Room:
    """What each rule leaves for more blocks of each type."""

    def __init__(self, instance: Instance, decisions: Decisions, account: Account) -> None:
        """Look at what is used and what is left of it.

        Args:
            instance: what is given.
            decisions: what is decided.
            account: what follows from it.
        """
        self.instance, self.decisions, self.account = instance, decisions, account
        self.uses = usage.of_places(instance, decisions, account)
        # What a place has nothing of is not listed among what is used.
        self._left = {
            (path, usage.WRITTEN_AS.get(resource, resource), t): ZERO
            for path, place in instance.places.items()
            for resource in place.limits
            for t in instance.horizon.names
        } | {
            (use.place, use.resource, use.period): decimal(use.limit) - decimal(use.used)
            for use in self.uses
            if use.limit is not None
        }
        self.takes, self.rules = cache(self._takes), cache(self._rules)
        self.blocks, self._more = cache(self._blocks), cache(self._within_limit)

    def kinds(self, leaf: str) -> tuple[str, ...]:
        """Give the block types that may stand at the facility of a leaf place, on offer or not."""
        return self._kinds[self.instance.leaves[leaf].facility]

    def _takes(self, kind: str, resource: str, place: str) -> Fraction:
        """Give what one block takes of a limit of a place, in the limit's unit."""
        use = "power_kw" if resource == GRID else IN_MEGAWATTS.get(resource, resource)
        taken = decimal(self.instance.blocks[kind].uses.get(use, 0.0))
        if resource == GRID:
            taken *= decimal(self.instance.facilities[place].pue)
        return taken if use == resource else taken / KW_PER_MW

    def _rules(self, leaf: str, kind: str) -> tuple[Rule, ...]:
        """Give the rules on blocks of a type in a leaf place."""
        t = self.instance.horizon.names[0]
        return (
            *self._limits(leaf, kind),
            *(Rule(leaf, what) for what in self._fed(leaf, kind, t)),
            Rule(leaf, "supply"),
        )

    def _blocks(self, leaf: str, kind: str, t: str) -> tuple[int, ...]:
        """Give how many more blocks of a type each of these rules lets in."""
        kw = decimal(self.instance.blocks[kind].uses.get("power_kw", 0.0))
        return (
            *(self._more(place, what, kind, t) for place, what in self._limits(leaf, kind)),
            *(max(0, room // kw) for room in self._fed(leaf, kind, t).values()),
            self._on_offer(leaf, kind, t),
        )

    def _limits(self, leaf: str, kind: str) -> Iterator[Rule]:
        for place in self.instance.leaves[leaf].above:
            for resource in self._limited[place]:
                if self.takes(kind, resource, place):
                    yield Rule(place, resource)

    def _within_limit(self, place: str, resource: str, kind: str, t: str) -> int:
        return max(0, self._left[place, resource, t] // self.takes(kind, resource, place))

    def _fed(self, leaf: str, kind: str, t: str) -> dict[str, Fraction]:
        """Give the kW that feeds leave a leaf place, intact and after a loss, where that counts."""
        fed_by = self.instance.leaves[leaf].fed_by
        if not fed_by or not self.instance.blocks[kind].uses.get("power_kw", 0.0):
            return {}
        return self._feeds[tuple(sorted(fed_by)), t]

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
        leased = sum(lots for place, lots in self._leases[kind] if leaf in self.leaves[place])
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
    def leaves(self) -> dict[str, list[str]]:
        """The leaf places of each place."""
        leaves: dict[str, list[str]] = defaultdict(list)
        for path, leaf in self.instance.leaves.items():
            for place in leaf.above:
                leaves[place].append(path)
        return leaves

    @cached_property
    def _limited(self) -> dict[str, list[str]]:
        """Give the limits of each place that blocks take of."""
        limited: dict[str, list[str]] = defaultdict(list)
        for place, resource, _ in self._left:
            if resource != "uplink_gbps" and resource not in limited[place]:
                limited[place].append(resource)
        return limited
