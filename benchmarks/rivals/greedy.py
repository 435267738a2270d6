"""A greedy planner: demand by demand, the dearest first, with what is there or can be bought.

Runs come first, each at the campus and time where it fits; then in each period the demands by their
price, from blocks to spare, then from new ones as long as their price is earned in the horizon.
Options are left alone. Of a fleet that passes a vendor's share a part is retired at once, the rest
in the end; of several parts the best counts. Nothing is proven.
"""

from __future__ import annotations

import math
from collections import ChainMap, defaultdict
from typing import TYPE_CHECKING, Final

from benchmarks.rivals.by_matrix import judge
from benchmarks.rivals.estate import DUST, Estate
from gridblock.instances.read import read
from gridblock.model.account import account
from gridblock.model.commodity import Commodity
from gridblock.model.facts import Facts
from gridblock.model.plan import (
    Assignment,
    Decisions,
    RunStart,
    Service,
    Standing,
    TunnelFlow,
)

CUTS: Final = (0.0, 0.25, 0.5, 1.0)
"""How much of a fleet that passes a vendor's share is retired at once: the best of these counts."""

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.jobs import Job, Journal
    from gridblock.instances.schema.demands import Demand


def run(job: Job, journal: Journal) -> None:
    """Plan greedily."""
    with journal.stage("read"):
        instance = read(job.instance)
    with journal.stage("solve"):
        facts = Facts(instance)
        tries = [Greedy(facts, part) for part in CUTS]
        plans = [(each, each.plan()) for each in tries]
        kept = [plan for each, plan in plans if each.estate.keeps_shares()] or [plans[-1][1]]
        decided = min(kept, key=lambda plan: account(instance, plan).objective)
    judge(journal, instance, decided, job.gap)


class Greedy:
    """A plan in the making.

    Attributes:
        estate: the fleet, and what is left of each limit.
    """

    def __init__(self, facts: Facts, part: float) -> None:
        """Begin with today's fleet.

        Args:
            facts: of the instance.
            part: how much of what passes a vendor's share is retired before anything is planned;
                the rest may be made up for by buying from others, or is retired when idle.
        """
        self._instance = instance = facts.instance
        self._facts = facts
        self._part = part
        self._periods = instance.horizon.names
        self.estate = Estate(instance)
        self._leaves: dict[str, list[str]] = defaultdict(list)
        for path in self.estate.open:
            self._leaves[instance.leaves[path].facility].append(path)
        self._gbps = {
            (link.label, end, t): gbps
            for link in instance.network.links
            if link.gbps is not None
            for t, gbps in instance.over_periods(link.gbps).items()
            for end in link.between
        }
        self._assigned: dict[Assignment, float] = defaultdict(float)
        self._served: dict[Service, float] = defaultdict(float)
        self._traffic: dict[TunnelFlow, float] = defaultdict(float)
        self._starts: dict[RunStart, int] = {}

    def plan(self) -> Decisions:
        """Give the decisions."""
        gone = [*self.estate.surplus(self._part)] if self._part else []
        by_price = sorted(self._instance.demands, key=lambda d: -self._price(d, 0))
        for demand in by_price:
            if demand.run is not None:
                self._start(demand)
        for period in range(len(self._periods)):
            for demand in by_price:
                if demand.run is None:
                    self._serve(demand, period)
        retired: dict[Standing, int] = defaultdict(int)
        for kind, path, i, blocks in (*gone, *self.estate.surplus()):
            retired[Standing(kind, path, self._periods[i])] += blocks
        bought = {
            Standing(kind, path, self._periods[i]): blocks
            for (kind, path, i), blocks in self.estate.bought.items()
            if blocks
        }
        return Decisions(
            bought=bought,
            retired=retired,
            assigned={key: blocks for key, blocks in self._assigned.items() if blocks > DUST},
            served={key: units for key, units in self._served.items() if units > DUST},
            tunnel_gbps={key: gbps for key, gbps in self._traffic.items() if gbps > DUST},
            starts=self._starts,
        )

    def _price(self, demand: Demand, period: int) -> float:
        return list(self._instance.over_periods(demand.unmet_cost).values())[period]

    def _start(self, demand: Demand) -> None:
        """Start a run in the first period, at the first site and with the first type that fit."""
        reaches = [set(self._facts.reach[demand.name, region]) for region in demand.regions]
        for start, periods in self._facts.windows[demand.name].items():
            taken = [self._instance.horizon.index[t] for t in periods]
            for facility in self._instance.chosen(demand.where):
                if all(facility in near for near in reaches):
                    for kind in self._instance.blocks:
                        if self._take_run(demand, kind, facility, taken):
                            self._starts[RunStart(demand.name, start)] = 1
                            return

    def _take_run(self, demand: Demand, kind: str, facility: str, taken: list[int]) -> bool:
        """Give a run blocks of one type at one site in all of its periods, if they suffice."""
        needs = []
        for i in taken:
            rate = self._facts.units_per_block.get((demand.name, kind, self._periods[i]), 0.0)
            if rate <= 0:
                return False
            units = self._facts.total[demand.name, self._periods[i]]
            needs.append(math.ceil(units / rate - DUST))
        leaves, need, first = self._leaves[facility], max(needs), taken[0]

        def there(path: str) -> int:
            return math.floor(min(self.estate.usable(kind, path, i) for i in taken) + DUST)

        for path in leaves:
            # Rooms of leaves of one site hang together, so each is bought for before the next.
            missing = need - sum(map(there, leaves))
            blocks = min(missing, self.estate.buyable(kind, path, first))
            if blocks > 0:
                self.estate.buy(kind, path, first, blocks)
        if sum(map(there, leaves)) < need or demand.gbps_per_unit > 0:
            return False
        for i, blocks in zip(taken, needs, strict=True):
            left = blocks
            for path in leaves:
                some = min(left, math.floor(self.estate.usable(kind, path, i) + DUST))
                if some > 0:
                    self.estate.assign(kind, path, i, some)
                    self._assigned[Assignment(demand.name, kind, path, self._periods[i])] += some
                    left -= some
            for region in demand.regions:
                key = Service(demand.name, region, facility, self._periods[i])
                self._served[key] = self._facts.amount[demand.name, region, self._periods[i]]
        return True

    def _serve(self, demand: Demand, period: int) -> None:
        """Serve a demand in a period: with blocks to spare, then with new ones that pay."""
        t = self._periods[period]
        # Units that whole blocks, already assigned, have left.
        open_units: dict[str, float] = defaultdict(float)
        for region in demand.regions:
            left = self._facts.amount.get((demand.name, region, t), 0.0)
            for buying in (False, True):
                for facility in self._facts.reach[demand.name, region]:
                    if left <= DUST:
                        break
                    reachable = self._reachable(demand, region, facility, t, left)
                    units = self._host(demand, facility, period, reachable, open_units, buying)
                    if units > DUST:
                        self._served[Service(demand.name, region, facility, t)] += units
                        self._send(demand, region, facility, t, units)
                        left -= units

    def _host(
        self,
        demand: Demand,
        facility: str,
        period: int,
        units: float,
        open_units: dict[str, float],
        buying: bool,
    ) -> float:
        """Assign blocks at a site for units of a demand; give how many of them they serve."""
        t, left = self._periods[period], units
        used = min(left, open_units[facility])
        open_units[facility] -= used
        left -= used
        for path, kind, rate in self._kinds(demand, facility, t):
            if left <= DUST:
                break
            wanted = math.ceil(left / rate - DUST) if demand.whole_blocks else left / rate
            if buying and self._pays(demand, kind, rate, period):
                missing = math.ceil(wanted - self.estate.usable(kind, path, period) - DUST)
                blocks = min(missing, self.estate.buyable(kind, path, period))
                if blocks > 0:
                    self.estate.buy(kind, path, period, blocks)
            some = min(wanted, self.estate.usable(kind, path, period))
            some = math.floor(some + DUST) if demand.whole_blocks else some
            if some <= 0:
                continue
            self.estate.assign(kind, path, period, some)
            self._assigned[Assignment(demand.name, kind, path, t)] += some
            served = min(left, some * rate)
            open_units[facility] += some * rate - served if demand.whole_blocks else 0.0
            left -= served
        return units - left

    def _kinds(self, demand: Demand, facility: str, t: str) -> Iterator[tuple[str, str, float]]:
        """Give where a demand can be hosted at a site: leaf place, block type, units of a block."""
        for path in self._leaves[facility]:
            for kind in self._facts.kinds_at[path]:
                rate = self._facts.units_per_block.get((demand.name, kind, t), 0.0)
                if rate > 0:
                    yield path, kind, rate

    def _pays(self, demand: Demand, kind: str, rate: float, period: int) -> bool:
        """Say whether a block earns its price until the end, if this demand has it throughout."""
        block, hours = self._instance.blocks[kind], self._instance.horizon.hours
        if block.cost_once is None:
            return False
        price = list(self._instance.over_periods(block.cost_once).values())
        earned = sum(
            hours[i] * self._price(demand, i) * rate for i in range(period, len(self._periods))
        )
        return earned > price[period] - block.end * price[-1]

    def _reachable(self, demand: Demand, region: str, facility: str, t: str, units: float) -> float:
        """Give how many units the network carries from a region to a site."""
        if demand.gbps_per_unit <= 0 or not self._instance.network.links:
            return units
        gbps, left = 0.0, ChainMap[tuple[str, str, str], float]({}, self._gbps)
        for tunnel in self._facts.tunnels_for(Commodity(region, facility, demand.max_ms)):
            some = min((left.get((*hop, t), math.inf) for hop in tunnel.hops), default=math.inf)
            for hop in tunnel.hops:
                if (*hop, t) in left:
                    left[*hop, t] -= some
            gbps += some
        return min(units, max(0.0, gbps) / demand.gbps_per_unit)

    def _send(self, demand: Demand, region: str, facility: str, t: str, units: float) -> None:
        """Send the traffic of units over the tunnels, the shortest first."""
        left = units * demand.gbps_per_unit
        if left <= 0 or not self._instance.network.links:
            return
        for tunnel in self._facts.tunnels_for(Commodity(region, facility, demand.max_ms)):
            rooms = (self._gbps.get((*hop, t), math.inf) for hop in tunnel.hops)
            some = min(left, *rooms)
            if some <= 0:
                continue
            for hop in tunnel.hops:
                if (*hop, t) in self._gbps:
                    self._gbps[*hop, t] -= some
            flow = TunnelFlow(region, facility, demand.max_ms, tunnel.links, t)
            self._traffic[flow] += some
            left -= some
