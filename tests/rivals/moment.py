"""What one period asks for and what energy costs in it, figure by figure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import ceil
from typing import Any

from rivals.facts import Facts, exact
from rivals.routes import Hop, Routes


@dataclass(frozen=True)
class Need:
    """A demand in one period.

    Attributes:
        amount: what is to be served.
        units: what one block of each pair serves, of the pairs that can serve at all.
        shared: whether it may take parts of blocks.
        unmet_cost: cost of one unit unmet throughout the period.
        ways: region, facility, path and cost of serving one unit throughout the period.
    """

    said: Mapping[str, Any]
    amount: Fraction
    units: dict[int, Fraction]
    shared: bool
    unmet_cost: Fraction
    ways: list[tuple[str, str, tuple[Hop, ...], Fraction]]

    @cached_property
    def origins(self) -> dict[str, Fraction]:
        """The amount from each region."""
        shares = self.said.get("from", {}) or {"": 1}
        return {region: exact(share) * self.amount for region, share in shares.items()}

    @cached_property
    def gbps(self) -> Fraction:
        """Traffic of one unit."""
        return exact(self.said.get("gbps_per_unit", 0))

    @cached_property
    def fabric(self) -> Fraction:
        """Traffic of one block over an uplink, where the demand stands on both sides of it."""
        return exact(self.said.get("fabric_gbps_per_block", 0))

    @cached_property
    def is_tied(self) -> bool:
        """Whether it matters at which places it stands together."""
        return "interconnect" in self.said or self.fabric > 0

    @cached_property
    def most_at_one(self) -> Fraction:
        """Most that one facility may serve."""
        return exact(self.said.get("max_share_per_facility", 1)) * self.amount


class Moment:
    """The figures of one period.

    Attributes:
        idle_cost: cost of the energy of one block of each pair that has power but no work.
        load_cost: what is to be added if it is assigned.
        needs: the demands.
    """

    def __init__(self, facts: Facts, routes: Routes, period: int) -> None:
        """Look the figures up."""
        self.facts, self.routes, self.period = facts, routes, period
        self.hours = list(facts.hours.values())[period]
        self.idle_cost, self.load_cost = self._energy()
        self.needs = [self._need(d) for d in facts.demands if self.at(d["amount"])]

    def at(self, series: Any) -> Fraction:
        """Give the value of a series in this period."""
        return self.facts.series(series)[self.period]

    def _energy(self) -> tuple[list[Fraction], list[Fraction]]:
        """Give the cost of one block of each pair that is not assigned, and more if it is."""
        idle, load = [], []
        for pair in self.facts.pairs:
            site, kind = self.facts.facilities[pair.facility], self.facts.blocks[pair.block]
            tonnes_per_mwh = self.at(site.get("carbon_kg_per_mwh", 0)) / 1000
            price = self.at(site.get("energy_per_mwh", 0))
            price += tonnes_per_mwh * self.at(self.facts.data.get("carbon_price_per_t", 0))
            rated_mwh = exact(kind.get("uses", {}).get("power_kw", 0)) * self.hours / 1000
            rated_cost = rated_mwh * exact(site.get("pue", 1)) * price
            load_factor = exact(kind.get("load_factor", 1))
            idle_factor = exact(kind["idle_factor"]) if "idle_factor" in kind else load_factor
            idle.append(idle_factor * rated_cost)
            load.append((load_factor - idle_factor) * rated_cost)
        return idle, load

    def _need(self, said: Mapping[str, Any]) -> Need:
        units = {}
        chosen = self.facts.chosen(said.get("where", {}))
        for i, pair in enumerate(self.facts.pairs):
            kind = self.facts.blocks[pair.block]
            per_accelerator = self.at(said["yields"].get(kind["accelerator"], 0))
            if pair.facility in chosen and per_accelerator:
                units[i] = kind["accelerators"] * per_accelerator
        price = self.hours * self.at(said["unmet_cost"])
        ways = list(self._ways(said, sorted({self.facts.pairs[i].facility for i in units})))
        shared = not said.get("whole_blocks", False)
        return Need(said, self.at(said["amount"]), units, shared, price, ways)

    def _ways(
        self, said: Mapping[str, Any], facilities: list[str]
    ) -> Iterator[tuple[str, str, tuple[Hop, ...], Fraction]]:
        gbps = exact(said.get("gbps_per_unit", 0))
        for region, facility in product(said.get("from", {}) or [""], facilities):
            max_ms = said.get("max_ms")
            paths = self.routes.paths(region, facility, max_ms) if region else [()]
            for path in paths if gbps else paths[:1]:
                links = [self.routes.links[hop.link] for hop in path]
                tolls = sum(self.at(link.get("cost_per_gbps", 0)) for link in links)
                cost = self.hours * self._serving_cost(said, facility) + gbps * tolls
                yield region, facility, path if gbps else (), cost

    def _serving_cost(self, said: Mapping[str, Any], facility: str) -> Fraction:
        cost = said.get("cost_per_unit_hour", 0)
        if isinstance(cost, Mapping) and not set(cost) <= set(self.facts.hours):
            cost = cost.get(facility, 0)
        return self.at(cost)

    def could_use(self, pair: int) -> int:
        """Give how many blocks of a pair the demands could use, each served there in full."""
        whole, shared = 0, Fraction(0)
        for need in self.needs:
            if pair in need.units:
                blocks = need.amount / need.units[pair]
                whole += 0 if need.shared else ceil(blocks)
                shared += blocks if need.shared else 0
        return whole + ceil(shared)
