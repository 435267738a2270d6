"""What is left of everything that limits a plan, block by block: what the greedy planner looks at.

Each limit is a counter of what is left of it. A block that enters service takes from counters in
all periods from then on, one that is assigned from those of its period. Rules of which a greedy
plan makes no use (leases, lots, reserve) have none.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from gridblock.model.feeding import Feeding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridblock.instances.instance import Instance
    from gridblock.instances.schema.limits import Limit, Selection

DUST: Final = 1e-9
Counter = tuple[str, ...]
Takes = list[tuple[Counter, float]]


class Estate:
    """A fleet in its places, and what is left of each limit.

    Attributes:
        owned: blocks owned, by block type and leaf place, period by period.
        spare: those of them that are not assigned.
        bought: blocks bought, by block type, leaf place and period.
    """

    def __init__(self, instance: Instance) -> None:
        """Take stock of the first fleet."""
        self._instance = instance
        self._periods = instance.horizon.names
        self._count = range(len(self._periods))
        self._left: dict[Counter, float] = {}
        self._feeding = Feeding(instance)
        self._rows: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._known: dict[tuple[str, str, str, int], Takes] = {}
        closed = {part.opens for option in instance.options for part in option.openings}
        self.open = [
            path
            for path, leaf in instance.leaves.items()
            if not any(place in closed for place in leaf.above)
        ]
        self._fill()
        self._shares = [limit for limit in instance.limits if limit.max_share is not None]
        self._chips = {limit.name: [[0.0, 0.0] for _ in self._count] for limit in self._shares}
        self.owned: dict[tuple[str, str], list[int]] = {}
        self.bought: dict[tuple[str, str, int], int] = defaultdict(int)
        for path in self.open:
            self._found(path)
        self.spare = {key: [float(n) for n in counts] for key, counts in self.owned.items()}

    def buyable(self, kind: str, path: str, first: int) -> int:
        """Give how many blocks of a type can enter service in a leaf place in a period."""
        block = self._instance.blocks[kind]
        if (kind, path) not in self.owned or block.cost_once is None or first < block.lead:
            return 0
        takes = [*self._once(kind, first), *self._standing(kind, path, first)]
        rooms = (self._left[c] / each for c, each in takes if each > 0 and c in self._left)
        most = min(rooms, default=math.inf)
        shares = (self._within_share(limit, kind, path, first) for limit in self._shares)
        return max(0, math.floor(min(most, *shares, 1e9) + DUST))

    def buy(self, kind: str, path: str, first: int, blocks: int) -> None:
        """Let blocks of a type enter service in a leaf place."""
        self._take([*self._once(kind, first), *self._standing(kind, path, first)], blocks)
        self._count_chips(kind, path, first, blocks)
        self.bought[kind, path, first] += blocks
        for i in self._count[first:]:
            self.owned[kind, path][i] += blocks
            self.spare[kind, path][i] += blocks

    def usable(self, kind: str, path: str, period: int) -> float:
        """Give how many blocks can be assigned: those to spare, as far as limits let them work."""
        if (kind, path) not in self.spare:
            return 0.0
        rooms = (self._left[c] / each for c, each in self._working(kind, path, period))
        return max(0.0, min(self.spare[kind, path][period], *rooms, math.inf))

    def assign(self, kind: str, path: str, period: int, blocks: float) -> None:
        """Set blocks to work."""
        self.spare[kind, path][period] -= blocks
        self._take(self._working(kind, path, period), blocks)

    def _fill(self) -> None:
        """Set every counter to its limit."""
        given = self._instance
        for path, place in given.places.items():
            for resource, limits in place.limits.items():
                for i in self._count:
                    self._left["room", path, resource, str(i)] = limits[i]
        for name, site in given.facilities.items():
            if site.grid_mw is not None:
                for i, mw in enumerate(given.over_periods(site.grid_mw).values()):
                    self._left["grid", name, str(i)] = mw * 1000
        for n, row in enumerate(self._feeding.rows):
            for i in self._count:
                self._left["feed", str(n), str(i)] = float(row.rating_kw[i].least)
            for group, share in row.shares.items():
                for leaf in self._feeding.loads.groups[group]:
                    self._rows[leaf].append((n, float(share)))
        for kind, block in given.blocks.items():
            supply = given.over_periods(block.supply).values() if block.supply is not None else ()
            for i, blocks in enumerate(supply):
                self._left["supply", kind, str(i)] = blocks
        for chip, accelerator in given.accelerators.items():
            supply = given.over_periods(accelerator.supply or 0.0).values()
            for i, chips in enumerate(supply if accelerator.supply is not None else ()):
                self._left["chips", chip, str(i)] = chips
        for limit in given.limits:
            caps = given.over_periods(limit.max).values() if limit.max is not None else ()
            for i, most in enumerate(caps):
                self._left["limit", limit.name, str(i)] = most

    def _found(self, path: str) -> None:
        """Take what stands in a leaf place today, and what is due, off the counters."""
        leaf = self._instance.leaves[path]
        for kind, block in self._instance.blocks.items():
            if leaf.facility not in self._instance.chosen(block.where):
                continue
            due = leaf.on_order.get(kind, (0,) * len(self._periods))
            coming = [leaf.installed.get(kind, 0) + due[0], *due[1:]]
            self.owned[kind, path] = [0 for _ in self._count]
            for first, blocks in enumerate(coming):
                self._take(self._standing(kind, path, first), blocks)
                self._count_chips(kind, path, first, blocks)
                for i in self._count[first:]:
                    self.owned[kind, path][i] += blocks

    def _take(self, takes: Takes, blocks: float) -> None:
        for counter, each in takes:
            if counter in self._left:
                self._left[counter] -= each * blocks

    def _once(self, kind: str, first: int) -> Takes:
        """Give what a block takes as it enters service: supply, and money to date."""
        price = list(
            self._instance.over_periods(self._instance.blocks[kind].cost_once or 0.0).values()
        )
        block = self._instance.blocks[kind]
        takes: Takes = [
            (("supply", kind, str(first)), 1.0),
            (("chips", block.accelerator, str(first)), float(block.accelerators)),
        ]
        for limit in self._instance.limits:
            if limit.measure in {"spend_once", "spend"}:
                periods = self._count[first:] if limit.per == "to_date" else (first,)
                takes += [(("limit", limit.name, str(i)), price[first]) for i in periods]
        return takes

    def _standing(self, kind: str, path: str, first: int) -> Takes:
        """Give what a block takes in each period from the first in which it stands."""
        key = ("standing", kind, path, first)
        if key not in self._known:
            takes = self._each_period(kind, path, first)
            self._known[key] = [(counter, n) for counter, n in takes if counter in self._left]
        return self._known[key]

    def _each_period(self, kind: str, path: str, first: int) -> Takes:
        uses, leaf = self._instance.blocks[kind].uses, self._instance.leaves[path]
        kw, pue = uses.get("power_kw", 0.0), self._instance.facilities[leaf.facility].pue
        takes: Takes = []
        for i in self._count[first:]:
            t = str(i)
            takes += [
                (("room", place, resource, t), use)
                for place in leaf.above
                for resource, use in uses.items()
            ]
            takes.append((("grid", leaf.facility, t), kw * pue))
            takes += [(("feed", str(n), t), kw * share) for n, share in self._rows[path]]
            takes += self._capped(kind, path, i, self._instance.blocks[kind].idle, "power")
        return takes

    def _working(self, kind: str, path: str, period: int) -> Takes:
        """Give what a block takes of a period when it works instead of idling."""
        key, block = ("working", kind, path, period), self._instance.blocks[kind]
        if key not in self._known:
            takes = self._capped(kind, path, period, block.load_factor - block.idle)
            self._known[key] = [(counter, n) for counter, n in takes if n > 0]
        return self._known[key]

    def _capped(self, kind: str, path: str, period: int, factor: float, *levels: str) -> Takes:
        """Give what a block takes of caps on carbon and energy, at some load, and of levels."""
        facility = self._instance.leaves[path].facility
        site, t = self._instance.facilities[facility], self._periods[period]
        mw = self._instance.blocks[kind].uses.get("power_kw", 0.0) / 1000
        mwh = mw * site.pue * factor * self._instance.horizon.hours[period]
        carbon = self._instance.over_periods(site.carbon_kg_per_mwh)[t] / 1000
        sizes = {"energy": mwh, "carbon": mwh * carbon, "power": mw}
        return [
            (("limit", limit.name, str(period)), sizes[limit.measure])
            for limit in self._instance.limits
            if limit.measure in {"energy", "carbon", *levels}
            and self._counts(limit.of, kind, facility)
        ]

    def _counts(self, of: Selection, kind: str, facility: str) -> bool:
        """Say whether a selection counts blocks of a type at a facility."""
        accelerator = self._instance.blocks[kind].accelerator
        known: dict[str, set[str | None]] = {
            "facility": {facility},
            "tag": {*self._instance.facilities[facility].tags},
            "vendor": {self._instance.accelerators[accelerator].vendor},
            "accelerator": {accelerator},
            "block": {kind},
        }
        return all(known.get(key, set()) & {*names} for key, names in of.chosen.items())

    def _count_chips(self, kind: str, path: str, first: int, blocks: int) -> None:
        facility = self._instance.leaves[path].facility
        chips = blocks * self._instance.blocks[kind].accelerators
        for limit in self._shares:
            for i in self._count[first:]:
                self._chips[limit.name][i][1] += chips
                if self._counts(limit.of, kind, facility):
                    self._chips[limit.name][i][0] += chips

    def _within_share(self, limit: Limit, kind: str, path: str, first: int) -> float:
        """Give how many blocks keep a share of accelerators, where they count for it."""
        if not self._counts(limit.of, kind, self._instance.leaves[path].facility):
            return math.inf
        shares = list(self._instance.over_periods(limit.max_share or 1.0).values())
        chips = self._instance.blocks[kind].accelerators
        return min(
            math.inf if shares[i] >= 1 else (shares[i] * all_ - of) / (chips * (1 - shares[i]))
            for i in self._count[first:]
            for of, all_ in (self._chips[limit.name][i],)
        )

    def keeps_shares(self) -> bool:
        """Say whether the fleet is within all shares of accelerators."""
        return all(
            of <= share * every + DUST
            for limit in self._shares
            for share, (of, every) in zip(
                self._instance.over_periods(limit.max_share or 1.0).values(),
                self._chips[limit.name],
                strict=True,
            )
        )

    def surplus(self, part: float = 1.0) -> Iterator[tuple[str, str, int, int]]:
        """Retire blocks where the fleet passes a share of accelerators; say which, and from when.

        Args:
            part: of what is beyond the share, how much of it goes.
        """
        for limit in self._shares:
            shares = list(self._instance.over_periods(limit.max_share or 1.0).values())
            for i in self._count:
                of, all_ = self._chips[limit.name][i]
                for kind, path in self.owned:
                    chips = self._instance.blocks[kind].accelerators
                    if not self._counts(limit.of, kind, self._instance.leaves[path].facility):
                        continue
                    idle = math.floor(min(self.spare[kind, path][i:]) + DUST)
                    beyond = part * (of - shares[i] * all_)
                    needed = (
                        math.ceil(beyond / (chips * (1 - shares[i])) - DUST) if beyond > 0 else 0
                    )
                    blocks = min(idle, needed)
                    if blocks > 0:
                        self._count_chips(kind, path, i, -blocks)
                        of, all_ = self._chips[limit.name][i]
                        for later in self._count[i:]:
                            self.owned[kind, path][later] -= blocks
                            self.spare[kind, path][later] -= blocks
                        yield kind, path, i, blocks
