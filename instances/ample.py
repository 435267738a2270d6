"""How much of anything all demands together could ever take: what a relaxed limit has more of."""

import math
from functools import cached_property

from gridblock.instances.instance import Instance
from gridblock.instances.places import IN_MEGAWATTS, KW_PER_MW
from gridblock.instances.schema.demands import Demand


class Ample:
    """Amounts that no plan can use up, and yet of the size of the instance.

    A limit that is raised by them does not bind, and the model stays as well scaled as it was.
    """

    def __init__(self, instance: Instance) -> None:
        """Remember the instance; amounts are worked out when they are first asked for."""
        self.instance = instance

    @cached_property
    def blocks_of(self) -> dict[tuple[str, str], int]:
        """The blocks of a type that could serve a demand alone at its peak, with some to spare."""
        spare = len(self.instance.leaves)
        found = {}
        for demand in self.instance.demands:
            peak = max(self.instance.over_periods(demand.amount).values())
            for kind, block in self.instance.blocks.items():
                units = block.accelerators * self._yield(demand, block.accelerator)
                if units > 0:
                    found[demand.name, kind] = math.ceil(peak / units) + spare
        return found

    def _yield(self, demand: Demand, accelerator: str) -> float:
        """Give the least yield above 0 of an accelerator in any period."""
        if accelerator not in demand.yields:
            return 0.0
        yields = self.instance.over_periods(demand.yields[accelerator]).values()
        return min((each for each in yields if each > 0), default=0.0)

    def blocks(self, kind: str) -> int:
        """Give the blocks of a type that all demands could use."""
        return sum(count for (_, other), count in self.blocks_of.items() if other == kind)

    def accelerators(self, chip: str) -> int:
        """Give the accelerators of a kind that all demands could use."""
        blocks = self.instance.blocks.items()
        return sum(
            self.blocks(kind) * block.accelerators
            for kind, block in blocks
            if block.accelerator == chip
        )

    def limit(self, name: str) -> float:
        """Give what all demands could use of a resource, in the unit of its limit."""
        use_of = IN_MEGAWATTS.get(name, name)
        dearest: dict[str, float] = {}
        for (demand, kind), count in self.blocks_of.items():
            used = count * self.instance.blocks[kind].uses.get(use_of, 0.0)
            dearest[demand] = max(dearest.get(demand, 0.0), used)
        total = sum(dearest.values())
        return math.ceil(total / KW_PER_MW if name in IN_MEGAWATTS else total) or 1

    def price(self, demand: Demand) -> float:
        """Give a price of a unit-hour at which a block is bought to serve a demand for a period.

        Twice the dearest block that can serve it: bought, kept and powered over the whole horizon,
        over what it serves in the shortest period.
        """
        given = self.instance
        hours, shortest = sum(given.horizon.hours), min(given.horizon.hours)
        energy = max((self._per_mw_hour(name) for name in given.facilities), default=0.0)
        dearest = 0.0
        for block in given.blocks.values():
            units = block.accelerators * self._yield(demand, block.accelerator)
            if units > 0:
                cost = max(given.over_periods(block.cost_once or 0.0).values())
                cost += sum(given.over_periods(block.cost_per_period).values())
                cost += block.uses.get("power_kw", 0.0) / KW_PER_MW * energy * hours
                dearest = max(dearest, cost / (units * shortest))
        return 2 * dearest

    def _per_mw_hour(self, name: str) -> float:
        """Give the most that a MW of blocks costs an hour at a facility, carbon included."""
        given, site = self.instance, self.instance.facilities[name]
        carbon = max(given.over_periods(given.carbon_price_per_t).values()) / 1000
        carbon *= max(given.over_periods(site.carbon_kg_per_mwh).values())
        return site.pue * max(0.0, max(given.over_periods(site.energy_per_mwh).values()) + carbon)

    @cached_property
    def gbps(self) -> float:
        """Traffic of all demands at their peaks, what facilities exchange included."""
        pairs = len(self.instance.facilities) ** 2
        total = 0.0
        for demand in self.instance.demands:
            peak = max(self.instance.over_periods(demand.amount).values())
            total += peak * demand.gbps_per_unit
            if demand.interconnect is not None:
                total += pairs * demand.interconnect.gbps
            blocks = [n for (name, _), n in self.blocks_of.items() if name == demand.name]
            total += demand.fabric_gbps_per_block * max(blocks, default=0)
        return math.ceil(total) or 1
