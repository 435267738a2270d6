"""Instances so tiny that every plan can be tried within a millisecond or two."""

from random import Random
from typing import Any

from rivals.dice import Data, Dice

SHAPES = ("one", "one", "halls", "copies", "two", "two")
"""A facility, one with two halls, one with two copies of a hall, or two facilities."""
LEVELS = ("blocks", "accelerators", "power", "blocks_used", "accelerators_used")
FLOWS = ("spend_once", "energy", "carbon")


def tiny(seed: int) -> Data:
    """Give the data of an instance, always the same one for a seed; it need not be valid."""
    return Tiny(Random(f"tiny {seed}")).instance()


class Tiny(Dice):
    """Draws an instance of whole numbers and short decimals, mostly of few features at once."""

    def instance(self) -> Data:
        """Draw an instance."""
        self.data: Data = {"gridblock": 1, "name": "tiny"}
        self.periods()
        self.shape = self.one_of(*SHAPES)
        self.kinds = ["x", "y"][: self.one_of(1, 1, 2)]
        self.demands = ["p", "q"][: self.one_of(1, 1, 2)]
        data = self.data
        data["accelerators"] = {
            k: {"vendor": "v" + k} | self.perhaps(0.1, "supply", 1, 2, 4) for k in self.kinds
        }
        data["blocks"] = {"b" + kind: self.block(kind) for kind in self.kinds}
        names = ["f", "g"] if self.shape == "two" else ["f"]
        data["facilities"] = {name: self.site() for name in names}
        data["demands"] = [self.demand(name) for name in self.demands]
        if self.chance(0.25):
            self.traffic()
        if self.chance(0.3):
            self.options()
        self.together()
        if self.chance(0.25):
            data["limits"] = [self.limit()]
        return data

    def figure(self, low: int, high: int, often: float = 0.3) -> Any:
        """Draw a whole number, or one for each period."""
        if self.spans > 1 and self.chance(often):
            return [self.random.randint(low, high) for _ in range(self.spans)]
        return self.random.randint(low, high)

    def periods(self) -> None:
        """Draw the horizon."""
        self.spans = self.one_of(1, 1, 2, 2, 3)
        self.names = ["u", "v", "w"][: self.spans]
        self.length = self.one_of(1, 1, 2, 100)
        hours = [self.length] * self.spans
        self.equal = self.spans == 1 or not self.chance(0.2)
        if not self.equal:
            hours[-1] *= 2
        named = zip(self.names, hours, strict=True)
        self.data["periods"] = [{"name": name, "hours": each} for name, each in named]
        self.data |= self.perhaps(0.3, "discount_rate", 0.5, 10)
        if self.chance(0.15):
            self.equal, self.length = True, 2160
            self.names = ["2027Q1", "2027Q2", "2027Q3"][: self.spans]
            self.data["periods"] = {"first": "2027Q1", "count": self.spans}
        self.data |= self.perhaps(0.3, "carbon_price_per_t", 10, 50)

    def block(self, kind: str) -> Data:
        """Draw a block type."""
        data: Data = {"accelerator": kind, "accelerators": self.one_of(1, 2, 2, 3)}
        data["uses"] = {"power_kw": self.one_of(10, 20, 30), "racks": self.one_of(1, 1, 1, 2)}
        data["uses"] |= self.perhaps(0.3, "air_cooling_kw", 10, 20)
        data |= self.perhaps(0.3, "load_factor", 0.8, 1)
        data |= self.perhaps(0.3, "idle_factor", 0.1, 0.5)
        if self.chance(0.65):
            worth = self.spans * self.length
            data["cost_once"] = self.figure(1 * worth, 6 * worth)
            data |= self.perhaps(0.5, "end_share", 0, 0.2, 0.5)
            data |= self.perhaps(0.4, "resale_share", 0.1, 0.5)
            data |= self.perhaps(0.2 if self.equal else 0, "lead", 0, 1)
            data |= self.perhaps(0.2, "supply", 1, 1, 2)
        if self.chance(0.4):
            data["cost_per_period"] = [self.one_of(0, 1, 2) * self.length for _ in self.names]
        return data

    def site(self) -> Data:
        """Draw a facility."""
        data: Data = {"tags": [self.one_of("red", "green")]}
        data |= self.perhaps(0.4, "pue", 1.25, 1.5, 2)
        data |= self.perhaps(0.5, "energy_per_mwh", 10, 30, 50)
        data |= self.perhaps(0.3, "carbon_kg_per_mwh", 100, 500)
        data |= self.perhaps(0.2, "grid_mw", 0.02, 0.03, 0.05, 0.06)
        if self.chance(0.3):
            data["cost_per_period"] = [self.one_of(0, 1, 3) for _ in self.names]
        if self.shape == "halls":
            data["zones"] = {"h": self.leaf(), "i": self.leaf()}
        elif self.shape == "copies":
            data["zones"] = {"h": {"count": 2, **self.leaf()}}
        else:
            data |= self.leaf()
        if "zones" in data and self.chance(0.3):
            data["limits"] = {"power_mw": self.one_of(0.02, 0.04, 0.05)}
        if self.chance(0.2):
            self.feeds(data)
        return data

    def leaf(self) -> Data:
        """Draw a place where blocks stand."""
        data: Data = {"limits": {"racks": self.one_of(1, 2, 2) if self.shape != "one" else 2}}
        data["limits"] |= self.perhaps(0.3, "power_mw", 0.02, 0.03, 0.04)
        data["limits"] |= self.perhaps(0.15, "air_cooling_mw", 0.01, 0.02, 0.03)
        for kind in self.kinds:
            if self.chance(0.6):
                data.setdefault("installed", {})["b" + kind] = 1
            if self.chance(0.12) and self.spans > 1:
                data.setdefault("on_order", {})["b" + kind] = {self.one_of(*self.names): 1}
        return data

    def feeds(self, site: Data) -> None:
        """Let two feeds, or one, carry every place where blocks stand."""
        site["feeds"] = {
            name: {"mw": self.one_of(0.01, 0.02, 0.03)}
            | self.perhaps(0.5, "failover_mw", 0.03, 0.04, 0.05)
            | self.perhaps(0.3, "pue", True)
            for name in ("m", "n")[: self.one_of(1, 2, 2)]
        }
        for leaf in site.get("zones", {"": site}).values():
            leaf["fed_by"] = [*site["feeds"]]

    def demand(self, name: str) -> Data:
        """Draw a demand; the second one takes whole blocks."""
        data: Data = {"name": name, "amount": self.figure(1, 5, 0.5)}
        data["yields"] = {kind: self.one_of(1, 1, 2, 0.5, 1.5) for kind in self.kinds}
        data["unmet_cost"] = self.figure(2, 6)
        data |= {"whole_blocks": True} if name == "q" or self.chance(0.7) else {}
        data |= self.perhaps(0.1, "min_share", 0.2, 0.5)
        data |= self.perhaps(0.25, "cost_per_unit_hour", 0.5, 1, {"f": 1})
        tag = self.one_of(*self.data["facilities"].values())["tags"][0]
        data |= self.perhaps(0.1, "where", {"tags": [tag]}, {"not_facilities": ["f"]})
        data |= self.perhaps(0.15, "max_share_per_facility", 0.5, 0.8)
        if data.get("whole_blocks"):
            data |= self.perhaps(0.2 if self.shape == "two" else 0, "max_facilities", 1)
            data |= self.perhaps(0.3 if len(self.kinds) > 1 else 0, "one_accelerator", True)
            halls = self.shape in {"halls", "copies"}
            data |= self.perhaps(0.2 if halls else 0, "together", "zone")
        return data

    def traffic(self) -> None:
        """Let one demand come from a region, over a link to each facility."""
        links = [
            {"name": "to-" + name, "between": ["r", name], "ms": self.one_of(1, 2, 5)}
            | self.perhaps(0.6, "gbps", 1, 2, 4)
            | self.perhaps(0.5, "cost_per_gbps", self.length, 2 * self.length)
            for name in self.data["facilities"]
        ]
        self.data["network"] = {"regions": {"r": {}}, "links": links, "tunnels": 1}
        demand = self.one_of(*self.data["demands"])
        demand |= {"from": {"r": 1}, "gbps_per_unit": self.one_of(0.5, 1, 2)}
        demand |= self.perhaps(0.3, "max_ms", 1, 2, 4)

    def together(self) -> None:
        """Draw what binds periods or demands together: a run, tiers, a loss to be survived."""
        demands = self.data["demands"]
        whole = [d for d in demands if d.get("whole_blocks")]
        if whole and self.equal and self.chance(0.2):
            self.run(self.one_of(*whole))
        elif len(demands) > 1 and self.chance(0.3):
            for demand, tier in zip(demands, self.one_of((1, 2), (2, 1)), strict=True):
                demand["tier"] = tier
        elif whole and not self._shared() and self.shape == "two" and self.chance(0.4):
            safe = self.one_of(*whole)
            for field in ("max_facilities", "one_accelerator", "gbps_per_unit", "from", "max_ms"):
                safe.pop(field, None)
            safe["survive"] = {"facility": self.one_of(0.5, 0.8, 1)}

    def run(self, demand: Data) -> None:
        """Make a demand a run."""
        periods = self.random.randint(1, self.spans)
        first = self.random.randint(0, self.spans - periods)
        last = self.random.randint(first, self.spans - 1)
        demand["run"] = {"periods": periods, "start": [self.names[first], self.names[last]]}
        if self.chance(0.5):
            demand["run"]["delay_cost"] = self.random.randint(1, 4) * self.length
        for field in ("max_share_per_facility", "one_accelerator", "max_facilities", "min_share"):
            demand.pop(field, None)

    # ---- options and limits

    def options(self) -> None:
        """Draw one option, or two."""
        made = [self.option("o"), *([self.option("n")] if self.chance(0.3) else [])]
        if len(made) == 2 and self.chance(0.5):
            made[1][self.one_of("requires", "excludes")] = ["o"]
        if "blocks" in made[-1]["adds"][0] and "blocks" in made[0]["adds"][0]:
            made = made[:1]
        opened = [each["adds"][0]["opens"] for each in made if "opens" in each["adds"][0]]
        if set(opened) == {"f/h", "f/h-1"}:  # the copies of a hall are opened by one name
            made[1]["adds"][0]["opens"] = opened[0]
        self.data["options"] = made

    def option(self, name: str) -> Data:
        """Draw an option."""
        data: Data = {"name": name, "adds": [self.addition()], "max": self.one_of(1, 1, 2)}
        data["cost_once"] = self.figure(0, 5 * self.length)
        data |= self.perhaps(0.3, "end_share", 0.2)
        if self.chance(0.3):
            data["cost_per_period"] = [self.one_of(0, 1, 2) for _ in self.names]
        data |= self.perhaps(0.2, "min_if_taken", *range(1, data["max"] + 1))
        if self.equal:
            data |= self.perhaps(0.2, "lead", 0, 1)
            data |= self.perhaps(0.2, "term", 1, 2)
            data |= self.perhaps(0.2, "ramp", [0.5, 1], [0, 1], [1, 0.5])
            data |= self.perhaps(0.2, "pay", [0.5, 0.5], [1], [0, 0.5, 0.5])
        data |= self.perhaps(0.2, "order", {"earliest": self.names[-1]}, {"latest": self.names[0]})
        data |= self.perhaps(0.15, "signed", {self.one_of(*self.names): 1})
        if "blocks" in data["adds"][0] and not self._shared() and self.chance(0.4):
            data["usage"] = {"per_block_hour": self.random.randint(1, 6)}
            data["usage"] |= self.perhaps(0.6, "committed_share", 0.5, 1)
        return data

    def addition(self) -> Data:
        """Draw what a lot adds."""
        site = self.data["facilities"]["f"]
        inner = {"halls": ["f/h", "f/i"], "copies": ["f/h", "f/h-1"]}.get(self.shape, ["f"])
        what = self.one_of("blocks", "blocks", "limit", "feed", "opens")
        if what == "blocks":
            kind = "b" + self.one_of(*self.kinds)
            return {"blocks": kind, "at": self.one_of("f", *inner), "count": self.one_of(1, 2)}
        if what == "feed" and "feeds" in site:
            return {"feed": "m", "at": "f", "mw": self.one_of(0.01, 0.02)}
        if what == "opens":
            at = self.one_of(*inner)
            keys = {"f/h": "h", "f/i": "i", "f/h-1": "h"}
            leaf = site["zones"][keys[at]] if at in keys else site
            for key in ("installed", "on_order"):
                leaf.pop(key, None)
            return {"opens": at}
        if "grid_mw" in site and self.chance(0.5):
            return {"limit": "grid_mw", "at": "f", "amount": self.one_of(0.01, 0.02)}
        return {"limit": "racks", "at": inner[-1], "amount": 1}

    def limit(self) -> Data:
        """Draw a limit over the plan."""
        able = [*LEVELS[:3], "spend_once"] if self._shared() else [*LEVELS, *FLOWS]
        measure = self.one_of(*able)
        per = self.one_of("period", "to_date", "horizon")
        hours = self.length if per != "period" else 1
        size: dict[str, float] = {"power": 0.02 * hours, "energy": 0.02 * self.length}
        size |= {"carbon": 0.004 * self.length, "spend_once": 3 * self.length * self.spans}
        most = float(f"{self.one_of(1, 1, 2, 3) * size.get(measure, hours):.6g}")
        limit: Data = {"name": "l", "measure": measure, "per": per}
        if self.chance(0.5):
            limit["of"] = self.one_of(*self.selections(measure))
        money = measure == "spend_once"
        if "of" in limit and not money and self.chance(0.3):
            limit["max_share"] = 0.5
        else:
            limit["min" if not money and self.chance(0.25) else "max"] = most
        if self.chance(0.5):
            limit["penalty"] = self.random.randint(1, 5)
        return limit

    def _shared(self) -> bool:
        """Say whether some demand takes parts of blocks."""
        return not all(demand.get("whole_blocks") for demand in self.data["demands"])

    def selections(self, measure: str) -> list[Data]:
        """Give what a limit may be of."""
        several: list[Data] = [{"block": "bx"}, {"vendor": "vx"}, {"facility": "f"}]
        return several + ([{"demand": "p"}] if measure.endswith("_used") else [])
