"""Random tiny instances that use every field of the format, small enough to enumerate."""

from collections.abc import Sequence
from itertools import count
from random import Random
from typing import Any, TypeVar

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from rivals.enumerate import Search, TooLargeError
from rivals.routes import TieError

Item = TypeVar("Item")
Data = dict[str, Any]

MOST_FLEETS = 250
"""Most fleets that the periods of a world may have together."""
SHAPES: dict[str, Data] = {
    "one": {"a": {}},
    "two": {"a": {}, "b": {}},
    "three": {"a": {}, "b": {}, "c": {}},
    "copies": {"a": {"zones": {"hall": {"count": 2}}}},
    "halls": {"a": {"zones": {"hall": {}, "annex": {}}}},
    "nested": {"a": {"zones": {"hall": {"zones": {"row": {"count": 2}}}}}},
    "hall and site": {"a": {"zones": {"hall": {"zones": {"row": {}}}}}, "b": {}},
    "copies and site": {"a": {"zones": {"hall": {"count": 2}}}, "b": {}},
}
FLAVOURS = ("plain", "plain", "kinds", "crossing", "dips", "zones", "near", "paths")
"""What a world has much of, so that rules which need company meet it."""
SHAPES_OF = {
    "crossing": ("two", "hall and site"),
    "zones": ("copies", "halls", "nested", "copies and site"),
    "near": ("two", "three"),
    "paths": ("one", "two"),
}
PLACES = {"a": (50.0, 8.0), "b": (48.0, 2.0), "c": (52.0, 13.0), "r": (51.0, 0.0), "s": (41.0, 12.0)}


def world(seed: int) -> Data:
    """Give the data of a valid instance, always the same one for a seed."""
    for attempt in count():
        data = Draw(Random(f"{seed}/{attempt}")).instance()
        try:
            Instance.parse(data)
            if sum(len(fleets) for fleets in Search(data).fleets) <= MOST_FLEETS:
                return data
        except (InstanceError, TooLargeError, TieError):
            continue
    raise AssertionError


class Draw:
    """Random choices, each depending on the ones before it."""

    def __init__(self, random: Random) -> None:
        """Start from a source of random numbers."""
        self.random = random

    def chance(self, probability: float) -> bool:
        """Say yes with a probability."""
        return self.random.random() < probability

    def likely(self, flavour: str, otherwise: float) -> bool:
        """Say yes mostly in worlds of a flavour, and with a probability in others."""
        return self.chance(0.85 if self.flavour == flavour else otherwise)

    def one_of(self, *items: Item) -> Item:
        """Choose an item."""
        return self.random.choice(items)

    def about(self, middle: float, low: float, high: float) -> float:
        """Give a short decimal between two multiples of a number."""
        return float(f"{middle * self.random.uniform(low, high):.2g}")

    def over_time(self, value: float, low: float, high: float, often: float = 0.3) -> Any:
        """Give a number, or a series of multiples of it, in one of the ways to write one."""
        if self.spans < 2 or not self.chance(often):
            return value
        if self.chance(0.3):
            later = self.random.randrange(1, self.spans)
            return {self.names[0]: value, self.names[later]: self.about(value, low, high)}
        return [value, *(self.about(value, low, high) for _ in range(self.spans - 1))]

    # ------------------------------------------------------------------ the whole

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
            data["carbon_price_per_t"] = self.over_time(self.about(self.energy_price * 5, 0.2, 2), 0.5, 2)
        data["network"] = self.network()
        demands = self.one_of(2, 2, 3) if self.flavour == "crossing" else self.one_of(1, 1, 2, 2, 3)
        data["demands"] = [self.demand(name) for name in "pqw"[:demands]]
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
        return {"periods": [{"name": n, "hours": h} for n, h in zip(self.names, hours, strict=True)]}

    def each_period(self, value: float) -> Any:
        """Give a series that is right for periods of any hours."""
        if self.equal:
            return self.over_time(value, 0.5, 1.5)
        return [self.about(value, 0.5, 1.5) for _ in self.names]

    # ------------------------------------------------------------------ hardware

    def accelerator(self) -> Data:
        """Draw a kind of chip, perhaps in short supply."""
        return {"supply": self.over_time(self.one_of(2, 3, 4.5), 0.5, 2)} if self.chance(0.2) else {}

    def blocks(self) -> Data:
        """Draw block types, all sized alike."""
        self.kilowatts = self.one_of(0.1, 0.3, 12.5, 100.0, 332.0)
        self.chips = self.one_of(1, 2, 4)
        self.value = self.chips * self.price * self.length
        self.energy_price = self.about(self.value * 1000 / (self.kilowatts * self.length), 0.02, 0.2)
        self.traffic = self.one_of(0.1, 0.5, 1.0)
        self.cooling = self.one_of("air_cooling_kw", "air_cooling_kw", "liquid_cooling_kw")
        self.idles = False
        self.uses: dict[str, Data] = {}
        names = ["bx", "by"][: self.one_of(1, 2) if len(self.kinds) == 1 else 2]
        return {name: self.block(name, self.kinds[i % len(self.kinds)]) for i, name in enumerate(names)}

    def block(self, name: str, kind: str) -> Data:
        """Draw a block type."""
        chips = self.chips * self.one_of(1, 1, 2)
        draw_kw = self.kilowatts * self.one_of(1, 1, 2)
        uses = {"power_kw": draw_kw}
        other = self.one_of("air_cooling_kw", "liquid_cooling_kw")
        uses[self.cooling if self.chance(0.7) else other] = draw_kw
        uses |= {"racks": self.one_of(1, 1, 2)} if self.chance(0.7) else {}
        uses |= {"water": self.one_of(0.1, 0.7, 3)} if self.chance(0.4) else {}
        self.uses[name] = uses
        data: Data = {"accelerator": kind, "accelerators": chips, "uses": uses}
        if self.chance(0.5):
            data["load_factor"] = self.one_of(0.8, 0.9, 0.75)
            if self.chance(0.7):
                data["idle_factor"] = self.one_of(0.1, 0.3, 0)
                self.idles = True
        if self.chance(0.2):
            data["where"] = self.where()
        if self.chance(0.4):
            data["cost_per_period"] = self.each_period(self.about(self.value, 0.02, 0.2))
        return data | (self.market() if self.chance(0.88) else {})

    def market(self) -> Data:
        """Draw what buying and selling a block costs."""
        cost = self.about(self.value * self.spans, 0.05, 0.5)
        data: Data = {"cost_once": self.over_time(cost, 0.4, 1.0, 0.5)}
        data |= {"resale_share": self.one_of(0.3, 0.5, 0.9)} if self.chance(0.4) else {}
        data |= {"end_share": self.one_of(0, 0.2, 0.5)} if self.chance(0.4) else {}
        data |= {"lead": 1} if self.equal and self.spans > 1 and self.chance(0.2) else {}
        data |= {"supply": self.over_time(self.one_of(1, 1, 2), 0.5, 3)} if self.chance(0.25) else {}
        return data

    def where(self) -> Data:
        """Draw a choice of facilities."""
        tagged = any("green" in site.get("tags", []) for site in self.sites.values())
        ways: list[Data] = [{"facilities": ["a"]}, {"not_facilities": [list(self.sites)[-1]]}]
        return self.one_of(*ways, {"tags": ["green"]}) if tagged else self.one_of(*ways)

    # ------------------------------------------------------------------ places

    def furnish(self, name: str, site: Data) -> None:
        """Draw the fields of a facility and of its zones."""
        if self.flavour == "near" or self.chance(0.75):
            site["at"] = {"lat": PLACES[name][0], "lon": PLACES[name][1]}
        if self.chance(0.6):
            site["tags"] = ["green"]
        if self.chance(0.3):
            site["pue"] = self.one_of(1.2, 1.1, 1.5)
        if self.chance(0.6):
            sign = -0.3 if self.chance(0.15) and not self.idles else 1
            price = sign * self.about(self.energy_price, 0.3, 1.5)
            site["energy_per_mwh"] = self.over_time(price, 0.5, 2)
        if self.chance(0.4):
            site["carbon_kg_per_mwh"] = self.over_time(self.one_of(200, 400), 0.5, 1.5)
        if self.chance(0.15):
            site["cost_per_period"] = self.each_period(self.about(self.value, 0.1, 1))
        if self.chance(0.25):
            site["grid_mw"] = self.limit("power_kw", site.get("pue", 1) / 1000, 1, 3)
        self.room(site, outer=True)

    def room(self, site: Data, *, outer: bool) -> None:
        """Draw the limits of a place and of its zones, and what stands there."""
        zones = site.get("zones", {})
        used = sorted({use for uses in self.uses.values() for use in uses})
        for use in self.random.sample(used, min(len(used), self.one_of(*((0, 0, 1) if zones else (0, 1, 1, 1, 2, 3))))):
            megawatts = use.endswith("_kw")
            limit = self.limit(use, 0.001 if megawatts else 1, 1, 4 if zones else 3)
            site.setdefault("limits", {})[f"{use[:-3]}_mw" if megawatts else use] = limit
        if not outer and self.chance(0.35):
            site["uplink_gbps"] = self.over_time(self.about(self.chips * self.traffic, 0.3, 1.5), 0.5, 1.5)
        for zone in zones.values():
            self.room(zone, outer=False)
        if not zones and self.flavour == "kinds":
            site["installed"] = dict.fromkeys(self.uses, 1)
        elif not zones and self.likely("dips", 0.3):
            site["installed"] = {self.one_of(*self.uses): self.one_of(1, 1, 2)}
        if not zones and self.chance(0.15):
            site["on_order"] = {self.one_of(*self.uses): {self.one_of(*self.names): 1}}

    def limit(self, use: str, scale: float, low: int, high: int) -> Any:
        """Draw a limit that a whole number of blocks fits exactly, or with some room to spare."""
        used = self.one_of(*(uses[use] for uses in self.uses.values() if uses.get(use)))
        values = [
            self.random.randint(low, high) * used * scale * self.one_of(1, 1, 1.3)
            for _ in range(self.spans)
        ]
        values = [float(f"{value:.6g}") for value in values]
        if self.spans == 1 or not self.likely("dips", 0.4):
            return values[0]
        return sorted(values, reverse=True) if self.likely("dips", 0.5) else values

    # ------------------------------------------------------------------ network

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

    # ------------------------------------------------------------------ demands

    def demand(self, name: str) -> Data:
        """Draw a demand."""
        yields = {kind: self.one_of(1, 1, 0.5, 1.5, 0.75) for kind in self.kinds if self.chance(0.85)}
        yields = yields or {self.kinds[0]: 1}
        amount = self.about(self.chips, 0.8, 4.5)
        data: Data = {
            "name": name,
            "amount": self.over_time(amount, 0.3, 1.6, 0.6),
            "yields": {kind: self.over_time(value, 0.6, 1.2, 0.15) for kind, value in yields.items()},
            "unmet_cost": self.over_time(self.about(self.price, 0.7, 2), 0.5, 1.5),
        }
        data |= {"whole_blocks": True} if self.chance(0.4) else {}
        data |= {"min_share": self.one_of(0.2, 0.5, 0.9)} if self.chance(0.12) else {}
        data |= {"one_accelerator": True} if len(yields) > 1 and self.likely("kinds", 0.4) else {}
        data |= {"together": "zone"} if "zones" in str(self.sites) and self.likely("zones", 0.5) else {}
        data |= {"max_facilities": 1} if len(self.sites) > 1 and self.chance(0.4) else {}
        data |= {"max_share_per_facility": self.one_of(0.5, 0.6, 0.9)} if self.chance(0.2) else {}
        data |= {"where": self.where()} if self.chance(0.2) else {}
        if self.chance(0.4):
            data["cost_per_unit_hour"] = self.serving()
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


def _copied(shape: Data) -> Data:
    return {key: _copied(value) if isinstance(value, dict) else value for key, value in shape.items()}
