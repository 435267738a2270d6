"""Random instances with tiers and limits, small enough to try every fleet over the horizon."""

from itertools import count
from math import prod
from random import Random
from typing import Any

from rivals.plain import Plain

Data = dict[str, Any]
MOST_PATHS = 150
PLACES = ("facility", "tag")
STANDING = (*PLACES, "vendor", "accelerator", "block")
ADDS_UP = ("spend", "spend_once", "carbon", "energy")
SIZES = {
    "spend": 3,
    "spend_once": 2,
    "carbon": 0.01,
    "energy": 0.02,
    "power": 0.03,
    "blocks": 2,
    "accelerators": 3,
    "blocks_used": 2,
    "accelerators_used": 3,
    "served": 3,
}
"""About how much there is of each measure, an hour where it adds up over time."""


def small(seed: int) -> Data:
    """Give the data of a valid instance with several tiers, always the same one for a seed."""
    for attempt in count():
        data = Draw(Random(f"small {seed} {attempt}")).instance()
        plain = Plain(data)
        ways = prod(len(list(plain._ways(i))) for i in range(len(plain.facts.pairs)))
        whole = any("whole_blocks" in demand for demand in data["demands"])
        if ways <= MOST_PATHS * 8 and sum(1 for _ in plain.paths()) <= MOST_PATHS // (
            1 + 3 * whole
        ):
            return data
    raise AssertionError


class Draw:
    """Random choices."""

    def __init__(self, random: Random) -> None:
        """Start from a source of random numbers."""
        self.random = random
        self.spans = random.choice([1, 1, 2, 3])

    def chance(self, probability: float) -> bool:
        """Say yes with a probability."""
        return self.random.random() < probability

    def about(self, low: float, high: float) -> float:
        """Give a short decimal between two."""
        return float(f"{self.random.uniform(low, high):.3g}")

    def series(self, low: float, high: float) -> Any:
        """Give a number, or one for each period."""
        if self.chance(0.5):
            return self.about(low, high)
        return [self.about(low, high) for _ in range(self.spans)]

    def instance(self) -> Data:
        """Draw an instance."""
        hours = [self.random.choice([10, 100, 100, 250]) for _ in range(self.spans)]
        self.even = len(set(hours)) == 1
        data: Data = {
            "gridblock": 1,
            "name": "small",
            "discount_rate": self.random.choice([0, 0, 0.5, 10]),
            "carbon_price_per_t": self.series(0, 90),
            "periods": [{"name": f"t{i}", "hours": h} for i, h in enumerate(hours)],
            "accelerators": {"x": {"vendor": "v"}, "y": {"vendor": "w"}},
            "blocks": {"bx": self.block("x", hours[0])},
            "facilities": {"a": self.site(["green"])},
        }
        if self.chance(0.7):
            data["blocks"]["by"] = self.block("y", hours[0])
        if self.chance(0.5):
            data["facilities"]["b"] = self.site(["red"])
        for site in data["facilities"].values():
            site["installed"] = {k: self.random.choice([0, 1, 1, 2]) for k in data["blocks"]}
        self.data = data
        data["demands"] = [self.demand(f"d{i}") for i in range(self.random.choice([2, 2, 3]))]
        if self.chance(0.8):
            count = self.random.choice([1, 1, 2, 3])
            data["limits"] = [self.limit(f"l{i}", hours) for i in range(count)]
        return data

    def limit(self, name: str, hours: list[int]) -> Data:
        """Draw a limit over the plan, mostly one that can bind."""
        measure = self.random.choice(list(SIZES))
        able = [*STANDING] * (measure != "served") + [*PLACES] * (measure == "served")
        able += ["demand"] * (measure in {"served", "blocks_used", "accelerators_used"})
        per = self.random.choice(["period", "to_date", "horizon"])
        size = SIZES[measure]
        if per != "period" and measure not in ADDS_UP:
            size *= sum(hours)
        elif measure in ADDS_UP:
            size *= hours[0] * (1 if per == "period" else self.spans)
        limit: Data = {"name": name, "measure": measure, "per": per}
        limit |= {"of": self.chosen(able)} if self.chance(0.7) else {}
        bound = self.random.choice(["max", "max", "max", "min", "max_share"])
        if bound == "max_share" and "of" in limit:
            limit["max_share"] = self.random.choice([0.3, 0.5, 0.6, 0.75])
            limit |= {"among": self.chosen(able)} if self.chance(0.3) else {}
        elif bound == "min" and measure not in {"spend", "spend_once"}:
            limit["min"] = self.bound(per, 0.1 * size, 0.7 * size)
        else:
            limit["max"] = self.bound(per, 0.2 * size, 2 * size)
        if self.chance(0.4):
            limit["penalty"] = self.about(0.1, 5) / (1 if per == "period" else 100)
        return limit

    def bound(self, per: str, low: float, high: float) -> Any:
        """Draw the figure of a limit."""
        return self.about(low, high) if per == "horizon" else self.series(low, high)

    def chosen(self, able: list[str]) -> Data:
        """Draw what a limit selects."""
        data = self.data
        names = {
            "facility": list(data["facilities"]),
            "tag": [tag for site in data["facilities"].values() for tag in site["tags"]],
            "vendor": ["v", "w"],
            "accelerator": ["x", "y"],
            "block": list(data["blocks"]),
            "demand": ["d0", "d1"],
        }
        keys = self.random.sample(able, self.random.choice([1, 1, 2]))
        several = {key: self.random.choice(names[key]) for key in keys}
        return {key: [name] if self.chance(0.3) else name for key, name in several.items()}

    def block(self, chip: str, hours: float) -> Data:
        """Draw a block type."""
        block: Data = {
            "accelerator": chip,
            "accelerators": self.random.choice([1, 2]),
            "uses": {
                "power_kw": self.random.choice([10, 20]),
                "racks": self.random.choice([1, 1, 2]),
            },
            "load_factor": 0.8,
            "idle_factor": self.random.choice([0.1, 0.5, 0.8]),
        }
        if self.chance(0.7):
            block["cost_once"] = self.series(0.5 * hours, 4 * hours)
            block["resale_share"] = self.random.choice([0, 0.3])
            block["end_share"] = self.random.choice([0, 0.2])
            block["lead"] = int(self.even and self.spans > 1 and self.chance(0.2))
        if self.chance(0.4):
            block["cost_per_period"] = [self.about(0, hours / 3) for _ in range(self.spans)]
        return block

    def site(self, tags: list[str]) -> Data:
        """Draw a facility."""
        return {
            "tags": tags,
            "pue": self.random.choice([1, 1.25]),
            "energy_per_mwh": self.series(10, 90),
            "carbon_kg_per_mwh": self.series(100, 900),
            "limits": {"racks": self.random.choice([1, 2, 2, 3])},
        }

    def demand(self, name: str) -> Data:
        """Draw a demand."""
        yields = {"x": self.random.choice([1, 1.5]), "y": self.random.choice([0.5, 1, 1.25])}
        data: Data = {
            "name": name,
            "amount": self.series(0.5, 4),
            "yields": {k: v for k, v in yields.items() if self.chance(0.8)} or {"x": 1},
            "unmet_cost": self.series(1, 6),
            "tier": self.random.choice([1, 2, 3]),
        }
        if self.chance(0.3):
            data["cost_per_unit_hour"] = {"a": self.about(0.1, 1)}
        if self.chance(0.12):
            data["min_share"] = self.random.choice([0.1, 0.3])
        if self.spans == 1 and self.chance(0.2):
            data["whole_blocks"] = True
        return data
