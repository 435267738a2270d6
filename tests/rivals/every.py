"""Random tiny instances that use every feature in random combination."""

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from rivals.dice import Data
from rivals.facts import Facts
from rivals.feeders import feed
from rivals.fleets import TooLargeError
from rivals.routes import Routes, TieError
from rivals.worlds import Draw

MEASURES = (
    *("spend", "spend_once", "carbon", "energy", "power", "blocks", "accelerators"),
    *("blocks_used", "accelerators_used", "served"),
)
PLACES = ("facility", "tag")
STANDING = (*PLACES, "vendor", "accelerator", "block")
SURVIVES = ("facility", "link")
"""The losses that a demand may survive."""
FEATURES = ("options", "limits", "tiers")
"""What a world may have beside what every world may: runs, feeds, interconnect, fabric."""


def every(seed: int, draw: "type[Everything] | None" = None) -> Data:
    """Give the data of a valid instance, always the same one for a seed and what draws it."""
    for attempt in count():
        data = (draw or Everything)(Random(f"every {seed} {attempt}")).instance()
        try:
            Instance.parse(data)
            settled(data)
        except (InstanceError, TooLargeError, TieError):
            continue
        return data
    raise AssertionError


def settled(data: Data) -> None:
    """Refuse networks in which it is not settled which paths are the shortest."""
    facts = Facts(data)
    routes, ends = Routes(facts), [*facts.facilities, *facts.network.get("regions", {})]
    for start in ends:
        for end in facts.facilities:
            if start != end:
                routes.paths(start, end, None)


class Everything(Draw):
    """Draws options, limits and tiers beside all that is in a world."""

    def instance(self) -> Data:
        """Draw an instance."""
        data = super().instance()
        feed(data, self.random)
        for kind in data["accelerators"]:
            data["accelerators"][kind]["vendor"] = {"x": "v", "y": "w"}[kind]
        chosen = {name for name in FEATURES if self.chance(0.75)}
        self.sites = data["facilities"]
        for site in self.sites.values() if self.chance(0.2) else ():
            _clear(site)
        if self.chance(0.6):
            self.busy(data)
        if "options" in chosen:
            count = self.one_of(2, 2, 3, 4)
            data["options"] = [option for n in range(count) for option in self.option(n, data)]
            self.between(data["options"])
        if "limits" in chosen:
            data["limits"] = [
                self.over_the_plan(f"l{n}", data) for n in range(self.one_of(1, 1, 2, 3))
            ]
        if "tiers" in chosen:
            for demand in data["demands"]:
                demand["tier"] = self.one_of(1, 2, 2, 3)
        self.random = Random(f"current {self.random.random()}")
        if self.chance(0.35):
            data["current"] = self.current(data)
        if self.chance(0.4):
            self.losses(data)
        if "per_block_hour" in str(data) and "limits" in chosen and self.chance(0.6):
            data["limits"].append(self.asking("asked", data))
        return data

    def busy(self, data: Data) -> None:
        """Let more stand, and more be asked for at a higher price, so that rules of places bind."""
        for site in self.sites.values():
            for leaf in _leaves(site):
                kinds = [kind for kind in data["blocks"] if self.chance(0.7)]
                leaf["installed"] = {kind: self.one_of(1, 2, 2, 3) for kind in kinds}
        for demand in data["demands"]:
            demand["unmet_cost"] = self.over_time(self.about(self.price, 2, 6), 0.5, 1.5)
            if self.chance(0.5) or "interconnect" in demand or "fabric_gbps_per_block" in demand:
                demand["amount"] = self.over_time(self.about(self.chips, 2, 7), 0.5, 1.5)
            if "interconnect" in demand:
                self.apart(demand)
            if "fabric_gbps_per_block" in demand:
                demand.pop("together", None)

        for link in data["network"].get("links", []):
            if self.chance(0.6):
                link["gbps"] = self.about(self.chips * self.traffic, 0.3, 3)
            if self.chance(0.6):
                toll = self.about(self.price * self.length / self.traffic, 0.1, 1)
                link["cost_per_gbps"] = toll

    def apart(self, demand: Data) -> None:
        """Let a demand need more than one facility, and more between them."""
        demand["max_facilities"] = 2
        for field in ("where", "max_share_per_facility", "max_ms"):
            demand.pop(field, None)
        demand["interconnect"]["gbps"] = self.about(self.chips * self.traffic, 0.2, 2)
        demand["yields"] = dict.fromkeys(self.kinds, 1)

    # ---- losses

    def losses(self, data: Data) -> None:
        """Let some demands survive the loss of a facility or of a link."""
        for demand in data["demands"]:
            what = [name for name in SURVIVES if self.chance(0.6)]
            if what:
                demand["survive"] = {name: self.one_of(0.3, 0.5, 0.8, 1) for name in what}

    # ---- the plan in force

    def current(self, data: Data) -> Data:
        """Draw a plan in force: a few orders, and blocks for most demands."""
        pairs = Facts(data).pairs
        plan: Data = {"periods": [n for n in self.names if self.chance(0.8)] or self.names[:1]}
        plan["bought"] = [
            {"block": pair.block, "place": pair.leaf, "period": name, "order": order, "blocks": 1}
            for pair in pairs
            for name, order in self.orders(data["blocks"][pair.block])
            if "cost_once" in data["blocks"][pair.block] and self.chance(0.15)
        ]
        plan["ordered"] = [
            {"option": option["name"], "period": order, "lots": 1}
            for option in data.get("options", [])
            for _, order in self.orders(option)
            if self.chance(0.25)
        ]
        plan["assigned"] = [
            {**row, "period": name, "blocks": self.one_of(0.5, 1, 1, 2)}
            for demand in data["demands"]
            for row in (
                {"demand": demand["name"], "block": pair.block, "place": pair.leaf}
                for pair in pairs
            )
            for name in self.names
            if self.chance(0.35)
        ]
        current: Data = {"plan": plan}
        current |= self.perhaps(0.6, "keep_to", *self.names)
        return current | self.perhaps(0.8, "move_cost", *(self.value * x for x in (0.05, 0.3, 1)))

    def orders(self, said: Data) -> list[tuple[str, str]]:
        """Give the periods of service that can be ordered for, with those of the order."""
        lead = said.get("lead", 0)
        return [(name, self.names[i]) for i, name in enumerate(self.names[lead:])]

    # ---- options

    def option(self, number: int, data: Data) -> Iterator[Data]:
        """Draw an option, or none where what was drawn has nothing to add to."""
        adds = [part for _ in range(self.one_of(1, 1, 1, 2)) for part in self.addition(data)]
        if not adds:
            return
        most = self.one_of(1, 1, 2, 3)
        option: Data = {"name": f"o{number}", "adds": adds, "max": most}
        option |= self.perhaps(0.4, "kind", "lease", "build")
        option |= self.perhaps(0.3, "min_if_taken", *range(1, most + 1))
        leased = sum(part.get("count", 0) for part in adds)
        worth = self.value * max(1, leased)
        if self.chance(0.7):
            option["cost_once"] = self.over_time(self.about(worth, 0.02, 0.7), 0.6, 1.5)
            option["end_share"] = self.one_of(0, 0, 0.3)
        if self.chance(0.4):
            option["cost_per_period"] = self.each_period(self.about(worth, 0.02, 0.4))
        if leased and self.chance(0.5):
            price = self.over_time(self.about(self.value / self.length, 0.1, 0.8), 0.5, 1.5)
            option["usage"] = {"per_block_hour": price}
            option["usage"] |= self.perhaps(0.7, "committed_share", 0.3, 0.5, 1)
            option["usage"] |= self.perhaps(0.4, "energy", "included", "paid")
        yield option | self.timing(most)

    def timing(self, most: int) -> Data:
        """Draw when lots can be ordered, and when and how long they are in effect."""
        data: Data = {}
        if self.equal:
            data |= self.perhaps(0.3, "lead", 0, 1, 1, 2)
            data |= self.perhaps(0.3, "ramp", [0.5, 1], [0.4, 0.7, 1], [0, 1], [1, 0.5])
            data |= self.perhaps(0.3, "term", 1, 1, 2, 3)
            data |= self.perhaps(0.2, "pay", [0.3, 0.7], [0.5, 0, 0.5], [1])
        if self.chance(0.3):
            ends = sorted(self.random.randrange(self.spans) for _ in "ab")
            names = [self.names[end] for end in ends]
            data["order"] = dict(zip(("earliest", "latest"), names, strict=True))
        if self.chance(0.3):
            before = {"2027Q4": "2027Q3", "2026-12": "2026-10", "2027": "2025"}
            names = [*self.names, *([before[self.names[0]]] if self.names[0] in before else [])]
            data["signed"] = {self.one_of(*names): self.random.randint(1, most)}
        return data

    def addition(self, data: Data) -> Iterator[Data]:
        """Draw what a lot adds."""
        places = {place.path: place for place in Facts(data).places}
        what = self.one_of("blocks", "blocks", "limit", "limit", "feed", "link", "opens")
        if what == "blocks":
            where = self.one_of(*places)
            yield {"blocks": self.one_of(*data["blocks"]), "at": where, "count": self.one_of(1, 2)}
        elif what == "limit":
            sites = [(path, place.site) for path, place in places.items()]
            found = [(name, path) for path, site in sites for name in site.get("limits", {})]
            found += [
                (n, path) for path, site in sites for n in ("grid_mw", "uplink_gbps") if n in site
            ]
            if found:
                name, path = self.one_of(*found)
                yield {"limit": name, "at": path, "amount": self.more_of(name)}
        elif what == "feed":
            feeds = [(path, name) for path, p in places.items() for name in p.site.get("feeds", {})]
            for path, name in self.random.sample(feeds, min(len(feeds), self.one_of(1, 2, 2))):
                if self.chance(0.3):
                    places[path].site["feeds"][name]["mw"] = 0
                yield {"feed": name, "at": path, "mw": self.more_of("power_mw")}
        elif what == "link":
            links = [x["name"] for x in data["network"].get("links", []) if "gbps" in x]
            if links:
                gbps = self.about(self.chips * self.traffic, 0.2, 1.5)
                yield {"link": self.one_of(*links), "gbps": self.over_time(gbps, 0.5, 1.5)}
        else:
            yield self.opening(data)

    def more_of(self, name: str) -> Any:
        """Draw how much a lot adds to a limit: about what a block or two use."""
        if name == "uplink_gbps":
            return self.about(self.chips * self.traffic, 0.2, 1.5)
        sizes = [kind.get("uses", {}).get("power_kw", 1) / 1000 for kind in self.uses.values()]
        if not name.endswith("_mw"):
            sizes = [use.get(name, 1) for use in self.uses.values()] or [1]
        return self.over_time(self.about(self.one_of(*sizes), 0.5, 2.5), 0.5, 1.5)

    def opening(self, data: Data) -> Data:
        """Draw a place that opens, and clear it of what stands there."""
        zones = [
            (f"{f}/{z}", zone)
            for f, s in self.sites.items()
            for z, zone in s.get("zones", {}).items()
        ]
        path, site = self.one_of(*self.sites.items(), *zones, *zones)
        _clear(site)
        if self.chance(0.3) and site.get("count", 1) > 1:
            path += "-1"
        return {"opens": path}

    def between(self, options: list[Data]) -> None:
        """Let some options require or exclude others."""
        names = [option["name"] for option in options]
        for i, option in enumerate(options[1:], start=1):
            if self.chance(0.25):
                option[self.one_of("requires", "excludes")] = [self.one_of(*names[:i])]

    # ---- limits

    def over_the_plan(self, name: str, data: Data) -> Data:
        """Draw a limit over the plan, mostly one that can bind."""
        measure = self.one_of(*MEASURES)
        per = self.one_of("period", "to_date", "horizon")
        size = self.sizes(data)[measure]
        adds_up = measure in {"spend", "spend_once", "carbon", "energy"}
        if per != "period":
            size *= self.spans * (1 if adds_up else self.length)
        limit: Data = {"name": name, "measure": measure, "per": per}
        able = self.able(measure, data)
        limit |= {"of": self.selected(able)} if self.chance(0.7) else {}
        bound = self.one_of("max", "max", "max", "min", "max_share")
        money = measure in {"spend", "spend_once"}
        if bound == "max_share" and "of" in limit and not money:
            limit["max_share"] = self.one_of(0.3, 0.5, 0.6, 0.75)
            limit |= {"among": self.selected(able)} if self.chance(0.3) else {}
        elif bound == "min" and not money:
            limit["min"] = self.figure(per, self.about(size, 0.05, 0.4))
        else:
            limit["max"] = self.figure(per, self.about(size, 0.2, 2))
        if self.chance(0.5 if "max" in limit else 0.8):
            each = self.value * self.spans / max(size, 1e-9)
            limit["penalty"] = self.about(each, 0.05, 2)
        return limit

    def asking(self, name: str, data: Data) -> Data:
        """Draw a floor of what options are paid, or a largest share of that for some of them."""
        per = self.one_of("period", "to_date", "horizon")
        size = self.value * self.one_of(0.2, 1, 3) * (1 if per == "period" else self.spans)
        limit: Data = {"name": name, "measure": "spend", "per": per}
        names = [option["name"] for option in data["options"]]
        if self.chance(0.6):
            limit |= {"of": {"option": self.some(names)}, "min": self.about(size, 0.1, 2)}
        else:
            limit |= {"of": {"option": self.one_of(*names)}, "among": {"option": names}}
            limit["max_share"] = self.one_of(0.3, 0.5, 0.75)
        return limit | self.perhaps(0.9, "penalty", 0.3, 1.5, 4)

    def some(self, names: list[str]) -> list[str]:
        """Draw one or more of several names."""
        return self.random.sample(names, self.random.randint(1, len(names)))

    def figure(self, per: str, value: float) -> Any:
        """Draw the figure of a limit."""
        return value if per == "horizon" else self.over_time(value, 0.5, 1.5)

    def sizes(self, data: Data) -> dict[str, float]:
        """Give about how much there is of each measure in a period."""
        site = self.one_of(*data["facilities"].values())
        mw = 3 * self.kilowatts / 1000
        mwh = mw * self.length
        kg = site.get("carbon_kg_per_mwh", 300)
        return {
            "spend": 2 * self.value,
            "spend_once": 2 * self.value,
            "energy": mwh,
            "carbon": mwh * (kg if isinstance(kg, int | float) else 300) / 1000,
            "power": mw,
            "blocks": 3,
            "accelerators": 3 * self.chips,
            "blocks_used": 3,
            "accelerators_used": 3 * self.chips,
            "served": 3 * self.chips,
        }

    def able(self, measure: str, data: Data) -> dict[str, list[str]]:
        """Give what a measure can be told by, and the names that there are."""
        options = data.get("options", [])
        names = {
            "facility": [*data["facilities"]],
            "tag": sorted({t for s in data["facilities"].values() for t in s.get("tags", [])}),
            "vendor": ["v", "w"][: len(self.kinds)],
            "accelerator": self.kinds,
            "block": [*data["blocks"]],
            "option": [option["name"] for option in options],
            "kind": sorted({option["kind"] for option in options if "kind" in option}),
            "demand": [demand["name"] for demand in data["demands"]],
        }
        keys: tuple[str, ...] = (*STANDING, "option", "kind")
        if measure in {"energy", "carbon"}:
            keys = STANDING
        elif measure in {"blocks_used", "accelerators_used"}:
            keys = (*STANDING, "demand")
        elif measure == "served":
            keys = (*PLACES, "demand")
        return {key: names[key] for key in keys if names[key]}

    def selected(self, able: dict[str, list[str]]) -> Data:
        """Draw what a limit selects."""
        keys = self.random.sample(list(able), min(len(able), self.one_of(1, 1, 2)))
        several = {key: self.one_of(*able[key]) for key in keys}
        return {key: [name] if self.chance(0.3) else name for key, name in several.items()}


def _leaves(site: Data) -> Iterator[Data]:
    """Give the innermost zones of a place as written, or the place."""
    zones = site.get("zones", {})
    if not zones:
        yield site
    for zone in zones.values():
        yield from _leaves(zone)


def _clear(site: Data) -> None:
    """Take away what stands in a place, or is due there."""
    for key in ("installed", "on_order"):
        site.pop(key, None)
    for zone in site.get("zones", {}).values():
        _clear(zone)
