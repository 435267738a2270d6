"""What an instance says, read from its plain data by the words of the rules alone."""

import datetime
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from rivals.feeders import Feeders

SWITCHED = {"power_mw": "power_kw", "air_cooling_mw": "air_cooling_kw"}
SWITCHED["liquid_cooling_mw"] = "liquid_cooling_kw"
COOLING = {"air_cooling_mw", "liquid_cooling_mw"}
MONTHS = {"Q": 3, "-": 1, "": 12}


class Pair(NamedTuple):
    """A block type and a leaf place in which it may stand, at a facility."""

    block: str
    leaf: str
    facility: str


class Rule(NamedTuple):
    """Most of a resource: a weight for one block of each pair, and the limit in each period."""

    weights: tuple[Fraction, ...]
    most: tuple[Fraction, ...]
    binds_powered: bool
    of: tuple[str, str]
    """The place and the limit as it is written, or the feed."""


@dataclass(frozen=True, eq=False)
class Place:
    """A facility or a copy of a zone, with the places around it, itself first."""

    path: str
    site: Mapping[str, Any]
    around: tuple["Place", ...]

    @property
    def facility(self) -> "Place":
        """The facility that it belongs to."""
        return self.around[-1] if self.around else self

    @property
    def is_leaf(self) -> bool:
        """Whether blocks stand in it."""
        return not self.site.get("zones")


@lru_cache(maxsize=100_000)
def exact(number: float) -> Fraction:
    """Give the decimal that was written."""
    return Fraction(repr(number))


def calendar(periods: Any) -> dict[str, Fraction]:
    """Give the hours of each period by its name."""
    if not isinstance(periods, Mapping):
        return {period["name"]: exact(period["hours"]) for period in periods}
    year, mark, part = re.fullmatch(r"(\d{4})(Q|-|)(\d*)", periods["first"]).groups()
    step = MONTHS[mark]
    month = int(year) * 12 + (int(part or 1) - 1) * step
    hours = {}
    for _ in range(periods.get("count", 1)):
        first, last = (datetime.date(m // 12, m % 12 + 1, 1) for m in (month, month + step))
        number = month % 12 // step + 1
        name = {"Q": f"Q{number}", "-": f"-{number:02d}", "": ""}[mark]
        hours[f"{month // 12}{name}"] = Fraction((last - first).days * 24)
        month += step
    return hours


def kilometres(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Give the great-circle distance from the angle between two unit vectors."""
    x, y = (
        (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
        for lat, lon in ((math.radians(p["lat"]), math.radians(p["lon"])) for p in (a, b))
    )
    return 6371.0088 * 2 * math.asin(min(1.0, math.dist(x, y) / 2))


class Facts:
    """An instance, with every default filled in and every zone written out."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Read plain data of the shape of an instance file."""
        self.data = data
        self.hours = calendar(data.get("periods", [{"name": "1", "hours": 8760}]))
        self.starts = [Fraction(0), *accumulate(self.hours.values())]
        self.horizon = range(len(self.hours))
        self.facilities: Mapping[str, Any] = data.get("facilities", {})
        self.blocks: Mapping[str, Any] = data.get("blocks", {})
        self.network: Mapping[str, Any] = data.get("network", {})
        self.demands: Sequence[Mapping[str, Any]] = data.get("demands", [])
        self.places = [p for name, site in self.facilities.items() for p in _walk(name, site, ())]
        self.pairs = [
            Pair(block, place.path, place.facility.path)
            for block, kind in self.blocks.items()
            for place in self.places
            if place.is_leaf and place.facility.path in self.chosen(kind.get("where", {}))
        ]
        self.leaf = {place.path: place for place in self.places if place.is_leaf}

    def series(self, written: Any) -> list[Fraction]:
        """Give the value of a series in each period."""
        if isinstance(written, Mapping):
            values, value = [], Fraction(0)
            for name in self.hours:
                value = exact(written[name]) if name in written else value
                values.append(value)
            return values
        if isinstance(written, Sequence):
            return [exact(value) for value in written]
        return [exact(written)] * len(self.hours)

    def chosen(self, where: Mapping[str, Any]) -> set[str]:
        """Give the facilities with all of the tags, then narrowed."""
        tagged = {
            name
            for name, site in self.facilities.items()
            if set(where.get("tags", [])) <= set(site.get("tags", []))
        }
        only = where.get("facilities")
        left = tagged if only is None else tagged & set(only)
        return left - set(where.get("not_facilities", []))

    def discount(self, hours: Fraction) -> Fraction:
        """Give the factor of a payment so many hours after the start."""
        rate = self.data.get("discount_rate", 0)
        return Fraction((1 + rate) ** (-float(hours) / 8760)) if rate else Fraction(1)

    def discount_middle(self, period: int) -> Fraction:
        """Give the factor of running costs."""
        return self.discount((self.starts[period] + self.starts[period + 1]) / 2)

    def may_switch_off(self, pair: Pair) -> bool:
        """Say whether a power or cooling limit at the leaf or above it falls over time."""
        leaf = self.leaf[pair.leaf]
        return self.feeders.falls(pair.leaf) or any(
            after < before
            for place in (leaf, *leaf.around)
            for name, limit in _power_limits(place.site).items()
            for before, after in zip(self.series(limit), self.series(limit)[1:], strict=False)
        )

    @cached_property
    def feeders(self) -> Feeders:
        """The power devices that leaves draw from."""
        return Feeders(self)

    @cached_property
    def rules(self) -> list[Rule]:
        """Every limit of every place as a rule over pairs."""
        found = []
        for place in self.places:
            limits = dict(place.site.get("limits", {}))
            if place.is_leaf and len(COOLING & set(limits)) == 1:
                limits |= dict.fromkeys(COOLING - set(limits), 0)
            for name, limit in limits.items():
                scale = 1000 if name in SWITCHED else 1
                most = [scale * value for value in self.series(limit)]
                found.append(self._rule(place, name, most, Fraction(1)))
            if "grid_mw" in place.site:
                most = [1000 * value for value in self.series(place.site["grid_mw"])]
                pue = exact(place.site.get("pue", 1))
                found.append(self._rule(place, "grid_mw", most, pue))
        for device, weights, most in self.feeders.states():
            found.append(Rule(weights, tuple(most), True, device))
        return [rule for rule in found if any(rule.weights)]

    def _rule(self, place: Place, name: str, most: list[Fraction], scale: Fraction) -> Rule:
        weights, use = [], {"grid_mw": "power_kw", **SWITCHED}.get(name, name)
        for pair in self.pairs:
            leaf = self.leaf[pair.leaf]
            inside = place is leaf or place in leaf.around
            used = exact(self.blocks[pair.block].get("uses", {}).get(use, 0))
            weights.append(scale * used * inside)
        return Rule(tuple(weights), tuple(most), use in SWITCHED.values(), (place.path, name))


def _walk(path: str, site: Mapping[str, Any], around: tuple[Place, ...]) -> Iterator[Place]:
    place = Place(path, site, around)
    yield place
    for name, zone in site.get("zones", {}).items():
        count = zone.get("count", 1)
        for copy in [name] if count == 1 else [f"{name}-{i + 1}" for i in range(count)]:
            yield from _walk(f"{path}/{copy}", zone, (place, *around))


def _power_limits(site: Mapping[str, Any]) -> dict[str, Any]:
    limits = {name: limit for name, limit in site.get("limits", {}).items() if name in SWITCHED}
    return limits | ({"grid_mw": site["grid_mw"]} if "grid_mw" in site else {})
