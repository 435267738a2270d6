"""Random tiny instances that use every field of the format, small enough to enumerate."""

from collections.abc import Sequence
from itertools import count
from random import Random
from typing import Any

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from rivals.dice import Data
from rivals.enumerate import Search, TieError, TooLargeError
from rivals.feeders import feed
from rivals.grounds import PLACES, SHAPES, SHAPES_OF, Grounds

MOST_FLEETS = 250
"""Most fleets that the periods of a world may have together."""
FLAVOURS = ("plain", "plain", "kinds", "crossing", "dips", "zones", "near", "paths")
"""What a world has much of, so that rules which need company meet it."""


def world(seed: int) -> Data:
    """Give the data of a valid instance, always the same one for a seed."""
    for attempt in count():
        data = Draw(Random(f"{seed}/{attempt}")).instance()
        feed(data, Random(f"{seed}/{attempt}/feeds"))
        try:
            Instance.parse(data)
            if sum(len(fleets) for fleets in Search(data).fleets.of) <= MOST_FLEETS:
                return data
        except (InstanceError, TooLargeError, TieError):
            continue
    raise AssertionError


class Draw(Grounds):
    """Draws the horizon, the network, the demands, and an instance of it all."""

    def instance(self) -> Data:
        """Draw an instance."""
        data: Data = {"gridblock": 1, "name": "world"}
        self.flavour = self.one_of(*FLAVOURS)
        if self.chance(0.5):
            data["discount_rate"] = self.one_of(0.05, 0.1, 0.5, 2)
        data |= self.periods()
        shapes = SHAPES_OF.get(self.flavour, (*SHAPES, "one", "two", "two", "copies and site"))
        self.sites = _copied(SHAPES[self.one_of(*shapes)])
        self.price = self.one_of(1.0, 2.0, 0.5, 3.0)
        self.kinds = ["x", "y"][: 2 if self.likely("kinds", 0.6) else 1]
        data["blocks"] = self.blocks()
        data["accelerators"] = {kind: self.accelerator() for kind in self.kinds}
        for name, site in self.sites.items():
            self.furnish(name, site)
        data["facilities"] = self.sites
        if self.chance(0.3):
            price = self.about(self.energy_price * 5, 0.2, 2)
            data["carbon_price_per_t"] = self.over_time(price, 0.5, 2)
        data["network"] = self.network()
        demands = self.one_of(2, 2, 3) if self.flavour == "crossing" else self.one_of(1, 1, 2, 2, 3)
        data["demands"] = [self.demand(name) for name in "pqw"[:demands]]
        self.gangs(data["demands"])
        self.ties(data["demands"])
        return data

    def periods(self) -> Data:
        """Draw the horizon."""
        self.spans = self.one_of(2, 3) if self.flavour == "dips" else self.one_of(1, 2, 2, 3)
        self.equal = True
        if self.spans == 1 and self.chance(0.3):
            self.names, self.length = ["1"], 8760.0
            return {}
        if self.chance(0.4):
            first, names, self.length = self.one_of(
                ("2027Q4", ["2027Q4", "2028Q1", "2028Q2"], 2200.0),
                ("2026-12", ["2026-12", "2027-01", "2027-02"], 720.0),
                ("2027", ["2027", "2028", "2029"], 8760.0),
            )
            self.names = names[: self.spans]
            return {"periods": {"first": first, "count": self.spans}}
        self.names = ["u", "v", "w"][: self.spans]
        self.length = self.one_of(10.0, 100.0, 1000.0)
        hours = [self.length] * self.spans
        if self.chance(0.4):
            hours = [self.length * self.one_of(0.5, 1, 1.5, 3) for _ in hours]
        self.equal = len(set(hours)) == 1
        named = zip(self.names, hours, strict=True)
        return {"periods": [{"name": name, "hours": each} for name, each in named]}

    def network(self) -> Data:
        """Draw regions and links between them and the facilities."""
        self.crossing = False
        self.regions: list[str] = []
        self.bounds: list[float] = []
        self.located: set[str] = {name for name, site in self.sites.items() if "at" in site}
        if self.flavour not in {"crossing", "near", "paths"} and self.chance(0.4):
            return {}
        self.regions = ["r", "s"][: 2 if self.flavour == "crossing" else self.one_of(1, 2)]
        regions: Data = {name: {} for name in self.regions}
        for name in regions:
            if self.flavour == "near" or self.chance(0.8):
                regions[name] = dict(zip(("lat", "lon"), PLACES[name], strict=True))
                self.located.add(name)
        data: Data = {"regions": regions}
        if self.flavour not in {"crossing", "paths"} and self.likely("near", 0.2):
            self.bounds = [6.0, 10.0, 15.0, 16.0] if self.located >= {*self.sites, *regions} else []
            return data
        if self.chance(0.3):
            regions["t"] = {}
        return data | self.links([*self.sites, *regions])

    def links(self, places: Sequence[str]) -> Data:
        """Draw a tree of links, some more, and how traffic is routed."""
        freely = self.chance(0.3)
        lengths = self.random.sample([1.5, 2.2, 3.9, 5.1, 7.7, 11.3, 16.9, 25.3], 8)
        self.crossing = self.flavour == "crossing"
        if self.crossing:
            ends = [("r", "a"), ("a", "b"), ("b", "s")]
        else:
            ends = [(self.one_of(*places[:i]), place) for i, place in enumerate(places) if i]
            ends += [tuple(self.random.sample(places, 2)) for _ in range(self.one_of(0, 1, 1, 2))]
        if self.flavour == "paths":
            ends += [ends[0][::-1], self.one_of(*ends)]
        if not self.crossing and self.chance(0.3):
            ends.append(self.one_of(*ends)[:: self.one_of(1, -1)])
        links = []
        for number, between in enumerate(ends[:8]):
            link: Data = {"name": f"l{number}", "between": list(between)}
            if not freely and not (self.located >= set(between) and self.chance(0.3)):
                link["ms"] = lengths[number]
            if set(between) == {"a", "b"} if self.crossing else self.chance(0.6):
                most = self.about(self.chips * self.traffic, 0.3, 1.5)
                link["gbps"] = self.over_time(most, 0.5, 1.5)
            if self.chance(0.5):
                toll = self.about(self.price * self.length / self.traffic, 0.02, 0.4)
                link["cost_per_gbps"] = self.over_time(toll, 0.5, 1.5)
            if self.likely("crossing", 0.4):
                link["capacity"] = "shared"
            links.append(link)
        if freely:
            return {"links": links, "routing": "any"}
        self.bounds = [4.0, 8.0, 15.0, 30.0]
        return {"links": links, "tunnels": self.one_of(1, 1, 2, 3, 4)}

    def demand(self, name: str) -> Data:
        """Draw a demand."""
        kinds = [kind for kind in self.kinds if self.chance(0.85)] or self.kinds[:1]
        yields = {
            kind: self.over_time(self.one_of(1, 1, 0.5, 1.5, 0.75), 0.6, 1.2, 0.15)
            for kind in kinds
        }
        amount = self.about(self.chips, 0.8, 4.5)
        data: Data = {
            "name": name,
            "amount": self.over_time(amount, 0.3, 1.6, 0.6),
            "yields": yields,
            "unmet_cost": self.over_time(self.about(self.price, 0.7, 2), 0.5, 1.5),
        }
        data |= self.perhaps(0.4, "whole_blocks", True)
        data |= self.perhaps(0.1, "min_share", 0.2, 0.5, 0.9)
        if len(yields) > 1 and self.likely("kinds", 0.4):
            data["one_accelerator"] = True
        if "zones" in str(self.sites) and self.likely("zones", 0.5):
            data["together"] = "zone"
        data |= self.perhaps(0.4 if len(self.sites) > 1 else 0, "max_facilities", 1, 1, 2)
        data |= self.perhaps(0.2, "max_share_per_facility", 0.5, 0.6, 0.9)
        data |= self.perhaps(0.2, "where", self.where())
        data |= self.perhaps(0.4, "cost_per_unit_hour", self.serving())
        data |= self.origin() if self.chance(0.85) else {}
        if self.crossing and name in "pq":
            # What r is served at b and s is served at a meets on the link between a and b.
            data |= {"where": {"facilities": ["b" if name == "p" else "a"]}}
            data |= {"from": {"r" if name == "p" else "s": 1}}
        return data

    def serving(self) -> Any:
        """Draw a cost of serving, sometimes a gain, for all facilities or by facility."""
        costs = [self.one_of(-0.3, 0.1, 0.2, 0.5) * self.price for _ in self.sites]
        costs = [float(f"{cost:.3g}") for cost in costs]
        if self.chance(0.5):
            return self.over_time(costs[0], 0.5, 1.5)
        return {
            name: self.over_time(cost, 0.5, 1.5)
            for name, cost in zip(self.sites, costs, strict=True)
            if self.chance(0.8)
        }

    def origin(self) -> Data:
        """Draw where a demand comes from, and its traffic."""
        data: Data = {}
        if self.regions:
            share = self.one_of(0.3, 0.5, 0.75)
            both = dict(zip(self.regions, (share, 1 - share), strict=False))
            data["from"] = both if len(both) == 2 and self.chance(0.7) else {self.one_of(*both): 1}
            if self.bounds and self.likely("near", 0.5):
                data["max_ms"] = self.one_of(*self.bounds)
        uplinks = "uplink_gbps" in str(self.sites)
        if (self.regions or uplinks) and self.likely("crossing", 0.7):
            data["gbps_per_unit"] = self.traffic * self.one_of(1, 1, 0.5)
        return data

    def gangs(self, demands: list[Data]) -> None:
        """Make one demand a run, now and then; what was drawn before stays as it is."""
        if not self.equal or not self.chance(0.25):
            return
        gang = self.one_of(*demands)
        periods = self.random.randint(1, self.spans)
        first = self.random.randint(0, self.spans - periods)
        last = self.random.randint(first, self.spans - 1)
        gang["run"] = {"periods": periods, "start": [self.names[first], self.names[last]]}
        if self.chance(0.5):
            gang["run"]["delay_cost"] = self.about(self.value, 0.05, 1)
        if self.chance(0.6):
            gang["amount"] = self.over_time(self.about(self.chips, 0.3, 1.5), 0.6, 1.4)
        gang.pop("max_share_per_facility", None)
        if self.chance(0.7):
            gang["whole_blocks"] = True
        if len(self.sites) > 1 and self.chance(0.6):
            gang["max_facilities"] = 2

    def ties(self, demands: list[Data]) -> None:
        """Let the places of one demand, preferably a run, exchange something, now and then."""
        tied = next((d for d in demands if "run" in d), self.one_of(*demands))
        if "uplink_gbps" in str(self.sites) and self.chance(0.6):
            tied["fabric_gbps_per_block"] = self.about(self.chips * self.traffic, 0.1, 1)
            if self.chance(0.7):
                tied.pop("together", None)
        if len(self.sites) > 1 and self.chance(0.4):
            tied["interconnect"] = {"gbps": self.about(self.chips * self.traffic, 0.05, 0.8)}
            if self.bounds and self.chance(0.3):
                tied["interconnect"]["max_ms"] = self.one_of(*self.bounds, 25.0)
            if tied.get("max_facilities") == 1 or "run" in tied:
                tied["max_facilities"] = self.one_of(1, 2, 2, 2)
            if self.chance(0.7):
                # So much that one facility alone may well be too small.
                tied["amount"] = self.about(self.chips, 1.5, 4)
                tied.pop("where", None)
                tied.pop("max_share_per_facility", None)


def _copied(shape: Data) -> Data:
    return {key: _copied(each) if isinstance(each, dict) else each for key, each in shape.items()}
