"""Random hardware, and random places for it to stand in."""

from typing import Any

from rivals.dice import Data, Dice

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
SHAPES_OF = {
    "crossing": ("two", "hall and site"),
    "zones": ("copies", "halls", "nested", "copies and site"),
    "near": ("two", "three"),
    "paths": ("one", "two"),
}
PLACES = {
    "a": (50.0, 8.0),
    "b": (48.0, 2.0),
    "c": (52.0, 13.0),
    "r": (51.0, 0.0),
    "s": (41.0, 12.0),
}


class Grounds(Dice):
    """Draws block types, facilities and zones.

    Attributes:
        price: what a unit unmet costs an hour, about.
        kinds: the accelerators.
        sites: the facilities.
        kilowatts: power of a block, about.
        chips: accelerators of a block, about.
        value: what a block that works saves in a period, about.
        energy_price: price of energy that matters.
        traffic: Gbps of a unit, about.
        cooling: the kind of cooling that most blocks need.
        uses: what each block type uses.
        idles: whether some block draws less when it is idle.
    """

    price: float
    kinds: list[str]
    sites: dict[str, Data]

    def accelerator(self) -> Data:
        """Draw a kind of chip, perhaps in short supply."""
        supply = self.over_time(self.one_of(2, 3, 4.5), 0.5, 2)
        return self.perhaps(0.2, "supply", supply)

    def blocks(self) -> Data:
        """Draw block types, all sized alike."""
        self.kilowatts = self.one_of(0.1, 0.3, 12.5, 100.0, 332.0)
        self.chips = self.one_of(1, 2, 4)
        self.value = self.chips * self.price * self.length
        self.energy_price = self.about(self.chips * self.price * 1000 / self.kilowatts, 0.02, 0.2)
        self.traffic = self.one_of(0.1, 0.5, 1.0)
        self.cooling = self.one_of("air_cooling_kw", "air_cooling_kw", "liquid_cooling_kw")
        self.idles = False
        self.uses: dict[str, Data] = {}
        names = ["bx", "by"][: self.one_of(1, 2) if len(self.kinds) == 1 else 2]
        kinds = {"bx": self.kinds[0], "by": self.kinds[-1]}
        return {name: self.block(name, kinds[name]) for name in names}

    def block(self, name: str, kind: str) -> Data:
        """Draw a block type."""
        chips = self.chips * self.one_of(1, 1, 2)
        draw_kw = self.kilowatts * self.one_of(1, 1, 2)
        uses = {"power_kw": draw_kw}
        other = self.one_of("air_cooling_kw", "liquid_cooling_kw")
        uses[self.cooling if self.chance(0.7) else other] = draw_kw
        uses |= self.perhaps(0.7, "racks", 1, 1, 2)
        uses |= self.perhaps(0.4, "water", 0.1, 0.7, 3)
        self.uses[name] = uses
        data: Data = {"accelerator": kind, "accelerators": chips, "uses": uses}
        if self.chance(0.5):
            data["load_factor"] = self.one_of(0.8, 0.9, 0.75)
            data |= self.perhaps(0.7, "idle_factor", 0.1, 0.3, 0)
            self.idles |= "idle_factor" in data
        if self.chance(0.2):
            data["where"] = self.where()
        if self.chance(0.4):
            data["cost_per_period"] = self.each_period(self.about(self.value, 0.02, 0.2))
        return data | (self.market() if self.chance(0.88) else {})

    def market(self) -> Data:
        """Draw what buying and selling a block costs."""
        cost = self.about(self.value * self.spans, 0.05, 0.5)
        data: Data = {"cost_once": self.over_time(cost, 0.4, 1.0, 0.5)}
        data |= self.perhaps(0.4, "resale_share", 0.3, 0.5, 0.9)
        data |= self.perhaps(0.4, "end_share", 0, 0.2, 0.5)
        data |= self.perhaps(0.2 if self.equal and self.spans > 1 else 0, "lead", 1, 1, 2)
        return data | self.perhaps(0.25, "supply", self.over_time(self.one_of(1, 1, 2), 0.5, 3))

    def where(self) -> Data:
        """Draw a choice of facilities."""
        tagged = any("green" in site.get("tags", []) for site in self.sites.values())
        ways: list[Data] = [{"facilities": ["a"]}, {"not_facilities": [list(self.sites)[-1]]}]
        return self.one_of(*ways, {"tags": ["green"]}) if tagged else self.one_of(*ways)

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
        named = self.one_of(0, 0, 1) if zones else self.one_of(0, 1, 1, 1, 2, 3)
        for use in self.random.sample(used, min(len(used), named)):
            megawatts = use.endswith("_kw")
            limit = self.limit(use, 0.001 if megawatts else 1, 1, 4 if zones else 3)
            site.setdefault("limits", {})[f"{use[:-3]}_mw" if megawatts else use] = limit
        if not outer and self.chance(0.35):
            most = self.about(self.chips * self.traffic, 0.3, 1.5)
            site["uplink_gbps"] = self.over_time(most, 0.5, 1.5)
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
