"""Power devices by brute force: a rule for each device in each state; and random trees of them."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rivals.facts import Facts, Pair, Place

FED = 0.25
"""Share of the worlds that have power devices, drawn apart so that the others stay as they are."""
Device = tuple[str, str]
Weights = tuple[Fraction, ...]


class Feeders:
    """The devices of an instance, and which leaf draws from which."""

    def __init__(self, facts: "Facts") -> None:
        """List them."""
        self.facts = facts
        self.said: dict[Device, Mapping[str, Any]] = {}
        self.parent: dict[Device, Device | None] = {}
        self.pue: dict[Device, Fraction] = {}
        for place in facts.places:
            for name, feed in place.site.get("feeds", {}).items():
                device = (place.path, name)
                self.said[device] = feed
                self.parent[device] = _find(place, feed["parent"]) if "parent" in feed else None
                self.pue[device] = Fraction(repr(place.facility.site.get("pue", 1)))
        self.fed = {path: self._feeds(place) for path, place in facts.leaf.items()}

    def _feeds(self, leaf: "Place") -> list[Device]:
        for place in (leaf, *leaf.around):
            if "fed_by" in place.site:
                return [_find(place, name) for name in place.site["fed_by"]]
        return []

    def _upward(self, device: Device) -> list[Device]:
        above = self.parent[device]
        return [device] if above is None else [device, *self._upward(above)]

    def rules(
        self, more: Mapping[tuple[Device, int], Fraction] | None = None
    ) -> Iterator[tuple[Weights, list[Fraction]]]:
        """Give the load that one block of each pair puts on each device, and its most in kW.

        More MW may be added to the ratings of a device in a period.
        """
        for device, weights, most in self.states():
            added = ((more or {}).get((device, t), 0) for t in self.facts.horizon)
            yield weights, [kw + 1000 * mw for kw, mw in zip(most, added, strict=True)]

    def states(self) -> Iterator[tuple[Device, Weights, list[Fraction]]]:
        """Give each device in each state that leaves it alive, as ``rules``."""
        for lost in (None, *self.said):
            for device, said in self.said.items():
                if lost in self._upward(device) or (lost and not _same_facility(lost, device)):
                    continue
                rating = said["mw"] if lost is None else said.get("failover_mw", said["mw"])
                most = [1000 * mw for mw in self.facts.series(rating)]
                weights = tuple(self._load(pair, device, lost) for pair in self.facts.pairs)
                yield device, weights, most

    def _load(self, pair: "Pair", device: Device, lost: Device | None) -> Fraction:
        uses = self.facts.blocks[pair.block].get("uses", {})
        kilowatts = Fraction(repr(uses.get("power_kw", 0)))
        alive = [feed for feed in self.fed[pair.leaf] if lost not in self._upward(feed)]
        load = Fraction(0)
        for way in map(self._upward, alive):
            if device in way:
                passed = way[: way.index(device) + 1]
                more = any(self.said[step].get("pue") for step in passed)
                load += kilowatts / len(alive) * (self.pue[device] if more else 1)
        return load

    def falls(self, leaf: str) -> bool:
        """Say whether a rating on the way to a leaf ever falls."""
        ratings = [
            self.facts.series(self.said[step][field])
            for feed in self.fed[leaf]
            for step in self._upward(feed)
            for field in ("mw", "failover_mw")
            if field in self.said[step]
        ]
        return any(b < a for values in ratings for a, b in pairwise(values))


def _same_facility(a: Device, b: Device) -> bool:
    return a[0].split("/")[0] == b[0].split("/")[0]


def _find(place: "Place", name: str) -> Device:
    return next((p.path, name) for p in (place, *place.around) if name in p.site.get("feeds", {}))


def feed(data: dict[str, Any], random: Random, *, always: bool = False) -> None:
    """Draw devices for the facilities of some instances: shared, nested and copied."""
    if not always and random.random() >= FED:
        return
    spans = len(data["periods"]) if isinstance(data.get("periods"), list) else None
    spans = spans or data.get("periods", {}).get("count", 1)
    draws = [kind["uses"]["power_kw"] for kind in data["blocks"].values()]

    def rating(low: float, high: float) -> Any:
        values = [random.uniform(low, high) * random.choice(draws) / 1000 for _ in range(spans)]
        if random.random() < 0.5:
            values = [random.randint(1, 4) * random.choice(draws) / 1000 for _ in range(spans)]
        values = [float(f"{value:.6g}") for value in values]
        return values if spans > 1 and random.random() < 0.15 else values[0]

    for site in data["facilities"].values():
        count = random.choice([1, 2, 2, 3, 3])
        names = [f"ups-{i}" for i in range(1, count + 1)]
        feeds = {name: {"mw": rating(0.8, 3)} for name in names}
        for device in feeds.values():
            device |= {"failover_mw": rating(0.8, 4)} if random.random() < 0.6 else {}
            device |= {"pue": True} if random.random() < 0.15 else {}
        if random.random() < 0.5:
            feeds["sub"] = {"mw": rating(1.5, 5), "pue": random.random() < 0.5}
            for name in names[: random.randint(1, count)]:
                feeds[name]["parent"] = "sub"
        site["feeds"] = feeds
        _draw(site, names, random, rating)


def _draw(site: dict[str, Any], names: list[str], random: Random, rating: Any) -> None:
    """Let a place and what is inside draw from some of the feeds, or from feeds of its own."""
    zones = site.get("zones", {})
    own = bool(zones) and random.random() < 0.4
    if not own:
        site["fed_by"] = random.sample(names, random.randint(1, len(names)))
    for zone in zones.values():
        inner = list(names)
        if random.random() < 0.4:
            zone["feeds"] = {"pdu": {"mw": rating(0.8, 3), "parent": random.choice(names)}}
            zone["feeds"]["pdu"] |= {"failover_mw": rating(1, 4)} if random.random() < 0.5 else {}
            inner.append("pdu")
        if own or random.random() < 0.6:
            _draw(zone, inner, random, rating)
