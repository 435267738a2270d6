"""What a tiny instance says, read from its plain data by the words of the rules alone."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

Data = dict[str, Any]
QUARTERS = {"2027Q1": 2160, "2027Q2": 2184, "2027Q3": 2208}


class Figures:
    """An instance of the fields that ``tiny`` draws."""

    def __init__(self, data: Data) -> None:
        """Look up the figures."""
        self.data = data
        self._horizon()
        self.unmet: float | None = None
        self.demands = data["demands"]
        self.leaves = [
            leaf for name, site in data["facilities"].items() for leaf in _split(name, site)
        ]
        self.pairs = [(b, leaf) for b in data["blocks"] for leaf in self.leaves]
        self.options = {option["name"]: option for option in data.get("options", [])}
        self.leasing = {
            part["blocks"]: (name, part)
            for name, option in self.options.items()
            for part in option["adds"]
            if "blocks" in part
        }
        self.run = next((d for d, demand in enumerate(self.demands) if "run" in demand), None)

    def _horizon(self) -> None:
        said = self.data["periods"]
        if isinstance(said, Mapping):
            hours = dict(list(QUARTERS.items())[: said["count"]])
        else:
            hours = {period["name"]: period["hours"] for period in said}
        self.names, self.hours = list(hours), list(hours.values())
        self.horizon = range(len(hours))
        starts = np.concatenate(([0.0], np.cumsum(self.hours)))
        rate = 1 + self.data.get("discount_rate", 0)
        self.start = [rate ** (-s / 8760) for s in starts]
        self.middle = [rate ** (-(a + b) / 2 / 8760) for a, b in pairwise(starts)]

    def at(self, series: Any, t: int) -> float:
        """Give the value of a series in a period."""
        value = series[t] if isinstance(series, list) else series
        return float(value)

    def _units(self, d: int, i: int) -> float:
        """Give the units of a demand that a block of a pair serves."""
        kind = self.data["blocks"][self.pairs[i][0]]
        return float(self.demands[d]["yields"].get(kind["accelerator"], 0) * kind["accelerators"])

    def _places(self, d: int) -> list[str]:
        """Give the facilities at which a demand may be served."""
        demand, sites = self.demands[d], self.data["facilities"]
        where = demand.get("where", {})
        near = {
            name
            for name in sites
            if "from" not in demand
            or "max_ms" not in demand
            or self._link(name)["ms"] <= demand["max_ms"]
        }
        return [
            name
            for name, site in sites.items()
            if set(where.get("tags", [])) <= set(site["tags"])
            and name not in where.get("not_facilities", [])
            and name in near
        ]

    def _link(self, facility: str) -> Data:
        links = self.data["network"]["links"]
        return next(link for link in links if facility in link["between"])

    def _able(self, d: int) -> list[int]:
        """Give the pairs whose blocks can serve a demand."""
        places = self._places(d)
        return [
            i
            for i, (_, leaf) in enumerate(self.pairs)
            if leaf["facility"] in places and self._units(d, i)
        ]

    def _kind(self, i: int) -> Data:
        kind: Data = self.data["blocks"][self.pairs[i][0]]
        return kind

    def _mwh(self, i: int, t: int) -> float:
        """Give the energy of a block of a pair that works all the time at its rated power."""
        site = self.data["facilities"][self.pairs[i][1]["facility"]]
        return float(self._kind(i)["uses"]["power_kw"] / 1000 * self.hours[t] * site.get("pue", 1))

    def _price(self, i: int) -> float:
        """Give the price of a MWh, its carbon included."""
        site = self.data["facilities"][self.pairs[i][1]["facility"]]
        carbon = site.get("carbon_kg_per_mwh", 0) / 1000 * self.data.get("carbon_price_per_t", 0)
        return float(site.get("energy_per_mwh", 0) + carbon)

    def _factors(self, i: int) -> tuple[float, float]:
        load = self._kind(i).get("load_factor", 1)
        idle = self._kind(i).get("idle_factor", load)
        return float(idle), float(load - idle)

    def _idle(self, i: int, t: int) -> float:
        return self._factors(i)[0] * self._mwh(i, t) * self._price(i)

    def _working(self, i: int, t: int) -> float:
        return self._factors(i)[1] * self._mwh(i, t) * self._price(i)

    def _serving(self, d: int, facility: str, t: int) -> float:
        """Give what a unit costs that is served at a facility in a period, its traffic included."""
        demand = self.demands[d]
        cost = demand.get("cost_per_unit_hour", 0)
        cost = cost.get(facility, 0) if isinstance(cost, Mapping) else cost
        toll = demand.get("gbps_per_unit", 0) and self._link(facility).get("cost_per_gbps", 0)
        return float(cost * self.hours[t] + toll * demand.get("gbps_per_unit", 0))

    def _carried(self, d: int, facility: str) -> float:
        """Give the units that the link to a facility carries."""
        demand = self.demands[d]
        if not demand.get("gbps_per_unit"):
            return np.inf
        return float(self._link(facility).get("gbps", np.inf) / demand["gbps_per_unit"])


def _split(name: str, site: Data) -> Iterator[Data]:
    """Give the places where blocks stand: the facility, its halls, or copies of a hall."""
    if "zones" not in site:
        yield {"path": name, "facility": name, "names": {name}, "site": site}
    for zone, said in site.get("zones", {}).items():
        copies = said.get("count", 1)
        for number in range(1, copies + 1):
            path = f"{name}/{zone}" + (f"-{number}" if copies > 1 else "")
            yield {"path": path, "facility": name, "names": {path, f"{name}/{zone}"}, "site": said}
