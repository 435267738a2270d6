"""Bounds that follow from the data: every big coefficient, as small as it may be."""

import math
from collections import defaultdict
from fractions import Fraction
from functools import cached_property
from itertools import accumulate

from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.places import SWITCHABLE, Place
from gridblock.model.additions import GRID, Additions
from gridblock.model.appetite import asks_to_own
from gridblock.model.exact import exact
from gridblock.model.facts import POWER, Facts
from gridblock.model.feeding import Feeding
from gridblock.model.holding import holding_pays
from gridblock.model.sought import sought
from gridblock.model.surviving import Surviving


class Bounds:
    """The most blocks that may ever be of use, by block type, leaf place and period."""

    def __init__(self, facts: Facts) -> None:
        """Remember the facts; bounds are worked out when they are first asked for."""
        self.facts = facts
        self.instance = facts.instance
        self._paying: dict[tuple[str, str], bool] = {}
        self._uses: dict[tuple[str, float], dict[str, Fraction]] = {}

    @cached_property
    def additions(self) -> Additions:
        """Every limit with what options add to it."""
        return Additions(self.facts)

    def uses(self, resource: str, factor: float) -> dict[str, Fraction]:
        """Give factor x rated use of a resource by a block of each type that uses any."""
        key = resource, factor
        if key not in self._uses:
            self._uses[key] = {
                kind: exact(use) * exact(factor)
                for kind, hardware in self.instance.blocks.items()
                if (use := hardware.uses.get(resource, 0.0)) > 0
            }
        return self._uses[key]

    def room(self, kind: str, path: str, period: int, *, standing: bool) -> float:
        """Give the most blocks of a type that the limits around a leaf place let in, alone.

        With ``standing``, blocks that are switched off count too, where that is allowed.
        """
        uses = self.instance.blocks[kind].uses
        leaf = self.instance.leaves[path]
        spared = SWITCHABLE if standing and leaf.may_switch_off else ()
        t = self.facts.periods[period]
        rooms = [
            _whole(self.additions.limits[place, resource, t].most, exact(use))
            for place in leaf.above
            for resource, use in uses.items()
            if use > 0 and resource not in spared and resource in self.instance.places[place].limits
        ]
        grid, use = self.additions.limits.get((leaf.facility, GRID, t)), uses.get(POWER, 0.0)
        if grid is not None and use > 0 and POWER not in spared:
            pue = self.instance.facilities[leaf.facility].pue
            rooms.append(_whole(grid.most, exact(use) * exact(pue)))
        if leaf.fed_by and use > 0 and POWER not in spared:
            rooms.append(_whole(self.feeding.room_kw(path, period), exact(use)))
        return min(rooms, default=math.inf)

    @cached_property
    def feeding(self) -> Feeding:
        """What feeds carry, and the most that they let leaf places draw."""
        return Feeding(self.instance, self.additions.feeds)

    def draw_kw(self, path: str, period: str) -> Fraction:
        """Give the most that the blocks in a leaf place can draw: by their number, by its limit.

        Leased blocks count in full, since no bound of a variable keeps them within the room.
        """
        limit = self.additions.limits.get((path, POWER, period))
        switchable, blocks = self.instance.leaves[path].may_switch_off, Fraction(0)
        for kind in self.facts.kinds_at[path]:
            key = (kind, path, period)
            leased = 0 if switchable else self.additions.leased.get(key, 0)
            most = self.owned.get(key, 0) + leased if leased else self.powered[key]
            blocks += exact(self.instance.blocks[kind].uses.get(POWER, 0.0)) * most
        return blocks if limit is None else min(blocks, limit.most)

    @cached_property
    def need(self) -> dict[tuple[str, str], int]:
        """The most blocks of a type in a leaf place that demands can use at once, in any period."""
        facts = self.facts
        needs: dict[tuple[str, str, str], int] = defaultdict(int)
        for (demand, t), kinds in facts.kinds_for.items():
            blocks = {
                kind: math.ceil(facts.total[demand, t] / facts.units_per_block[demand, kind, t])
                for kind in kinds
            }
            for facility in facts.facilities[demand]:
                for kind, count in blocks.items():
                    needs[kind, facility, t] += count
        most: dict[tuple[str, str], int] = defaultdict(int)
        for (kind, facility, _), count in needs.items():
            most[kind, facility] = max(most[kind, facility], count)
        return {
            (kind, path): most[kind, facts.facility_of[path]]
            for kind, path in facts.stands
            if (kind, facts.facility_of[path]) in most
        }

    @cached_property
    def owned(self) -> dict[tuple[str, str, str], int]:
        """The most blocks of a type that are worth owning in a leaf place and period."""
        return {
            (kind, path, t): count
            for kind, path in self.facts.owns
            for t, count in zip(self.facts.periods, self._owned(kind, path), strict=True)
        }

    def _owned(self, kind: str, path: str) -> list[int]:
        """Give the most blocks worth owning by period.

        Where holding does not pay, no more are bought than can be used; what is on order, and what
        the plan in force has ordered, may still come on top, as may what other scenarios want.
        """
        leaf = self.instance.leaves[path]
        due = leaf.on_order.get(kind, (0,) * len(self.facts.periods))
        standing = self.facts.in_force.purchases
        coming = [
            count + standing.get((kind, path, t), 0)
            for count, t in zip(due, self.facts.periods, strict=True)
        ]
        had = list(accumulate(coming, initial=leaf.installed.get(kind, 0)))[1:]
        rooms = [self.room(kind, path, i, standing=True) for i in range(len(had))]
        if kind not in self.facts.buyable_from:
            return [int(min(room, count)) for room, count in zip(rooms, had, strict=True)]
        shared = self.facts.in_force.shared
        sent = accumulate(shared.get((kind, path, t), 0) for t in self.facts.periods)
        limits = zip(self._wanted(kind, leaf, had, rooms), rooms, had, sent, strict=True)
        return [max(count, int(min(room, have + more))) for count, room, have, more in limits]

    def _wanted(self, kind: str, leaf: Place, had: list[int], rooms: list[float]) -> list[int]:
        """Give the most blocks of a type worth owning by period, where it can be bought."""
        first = self.facts.buyable_from[kind]
        more = self._worth_buying(kind, leaf)
        idles = self._pays(kind, leaf) or self._is_asked_for(kind, leaf)
        return [
            int(
                min(
                    room,
                    had[i] if i < first else max(had[i], more + had[i] - had[first] * (not idles)),
                )
            )
            for i, room in enumerate(rooms)
        ]

    def _worth_buying(self, kind: str, leaf: Place) -> int:
        """Give how many blocks may be worth buying: what demands can use, or all that fit."""
        need = self.need.get((kind, leaf.path), 0)
        idling = self._is_asked_for(kind, leaf)
        if not self._pays(kind, leaf) and not idling:
            return need
        # Blocks beyond what can have power at once never draw any.
        dark = idling or holding_pays(self.facts, kind, leaf.facility, powered=False)
        rooms = max(
            self.room(kind, leaf.path, i, standing=dark) for i in range(len(self.facts.periods))
        )
        most = min(rooms, self.delivered(kind, len(self.facts.periods) - 1))
        if math.isinf(most) and not self._pays(kind, leaf):
            return need + sought(self.facts, sum(self.need.values()), kind, leaf.facility)
        if math.isinf(most):
            message = (
                f"can be bought at a profit without end at {leaf.path!r}; "
                "limit its supply or the place"
            )
            raise InstanceError((Fault(("blocks", kind), message),))
        return int(most)

    def _is_asked_for(self, kind: str, leaf: Place) -> bool:
        """Say whether some limit is easier to keep with more blocks than are of use."""
        asked = self.facts.beyond_use.asks_for_work(kind, leaf.facility)
        return asked or asks_to_own(self.instance)

    def delivered(self, kind: str, until: int) -> float:
        """Give the most blocks of a type that vendors deliver until a period, with all their chips.

        Args:
            kind: the block type.
            until: the position of the last period that counts.
        """
        block, first = self.instance.blocks[kind], self.facts.buyable_from.get(kind, until + 1)
        chips = self.instance.accelerators[block.accelerator].supply
        supplies = [(block.supply, 1), (chips, block.accelerators)]
        if first > until:
            return 0
        return min(
            (
                sum(math.floor(counts[t] / each) for t in self.facts.periods[first : until + 1])
                for supply, each in supplies
                if supply is not None
                for counts in [self.instance.over_periods(supply)]
            ),
            default=math.inf,
        )

    @cached_property
    def had(self) -> dict[tuple[str, str, str], int]:
        """The most blocks had without a free order, by block type, facility and period."""
        facts, most = self.facts, defaultdict[tuple[str, str, str], int](int)
        for kind, path in facts.stands:
            leaf = self.instance.leaves[path]
            came = leaf.installed.get(kind, 0)
            for t in facts.periods:
                key = kind, path, t
                came += facts.due.get(key, 0) + facts.in_force.may_come(*key)
                most[kind, leaf.facility, t] += came + self.additions.leased.get(key, 0)
        return dict(most)

    def _pays(self, kind: str, leaf: Place) -> bool:
        """Say whether buying and holding a block that serves nothing can bring money."""
        key = (kind, leaf.facility)
        if key not in self._paying:
            self._paying[key] = holding_pays(self.facts, *key)
        return self._paying[key]

    def retired(self, kind: str, path: str, period: str) -> int:
        """Give the most blocks of a type that can be retired in a leaf place and period."""
        before = self.instance.horizon.index[period] - 1
        had = (
            self.owned[kind, path, self.facts.periods[before]]
            if before >= 0
            else self.instance.leaves[path].installed.get(kind, 0)
        )
        sent = self.facts.in_force.may_come(kind, path, period)
        return had + self.facts.due.get((kind, path, period), 0) + sent

    @cached_property
    def installed(self) -> dict[tuple[str, str, str], int]:
        """The most blocks of a type that can stand in a leaf place and period, owned or leased."""
        index, leased = self.instance.horizon.index, self.additions.leased
        return {
            (kind, path, t): int(
                min(
                    self.owned.get((kind, path, t), 0) + leased.get((kind, path, t), 0),
                    self.room(kind, path, index[t], standing=True),
                )
            )
            for kind, path in self.facts.stands
            for t in self.facts.periods
        }

    @cached_property
    def powered(self) -> dict[tuple[str, str, str], int]:
        """The most blocks of a type that can be powered in a leaf place and period."""
        index = self.instance.horizon.index
        return {
            (kind, path, t): int(min(count, self.room(kind, path, index[t], standing=False)))
            for (kind, path, t), count in self.installed.items()
        }

    def assigned(self, demand: str, kind: str, path: str, period: str) -> float:
        """Give the most blocks of a type in a leaf place that one demand can use."""
        blocks = self.facts.total[demand, period] / self.facts.units_per_block[demand, kind, period]
        if self.facts.demands[demand].whole_blocks:
            blocks = math.ceil(blocks)
        return min(blocks, self.powered[kind, path, period])

    @cached_property
    def surviving(self) -> Surviving:
        """What follows from losses that demands survive."""
        return Surviving(self.facts)

    @cached_property
    def reserved(self) -> dict[tuple[str, str, str, str], float]:
        """The most blocks that are of use in reserve, by demand, block type, leaf and period."""
        return self.surviving.blocks(self.powered)

    def servable(self, demand: str, facility: str, period: str) -> float:
        """Give the most units of a demand that a facility can serve in a period, by itself."""
        chip = {kind: block.accelerator for kind, block in self.instance.blocks.items()}
        asks, facts = self.facts.demands[demand], self.facts
        parts: dict[tuple[str, str], float] = defaultdict(float)
        for kind, path in facts.hosting[facility, facts.kinds_for[demand, period]]:
            part = (
                chip[kind] if asks.one_accelerator or asks.run is not None else "",
                path if asks.together == "zone" else "",
            )
            units = facts.units_per_block[demand, kind, period]
            parts[part] += units * self.assigned(demand, kind, path, period)
        return min(facts.total[demand, period], max(parts.values()))


def _whole(limit: Fraction, use: Fraction) -> float:
    """Give how many whole blocks fit under a limit, exactly."""
    return limit.numerator * use.denominator // (limit.denominator * use.numerator)
