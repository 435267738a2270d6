"""Options in a program: lots ordered and signed, when they are in effect, what falls due."""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import floor
from typing import Any

from rivals.facts import Facts, Place, exact
from rivals.mip import Mip, Sum, total

PARTS = {"": 1, "Q": 4, "-": 12}
ANY = 60
"""More lots or blocks than there ever are."""


class Deal:
    """An option: a number of lots for each period of order."""

    def __init__(self, facts: Facts, mip: Mip, said: Mapping[str, Any]) -> None:
        """Add what can be ordered."""
        self.facts, self.said, self.name = facts, said, said["name"]
        names, window = list(facts.hours), said.get("order", {})
        first = names.index(window["earliest"]) if "earliest" in window else 0
        last = names.index(window["latest"]) if "latest" in window else len(names) - 1
        self.lead, self.term = said.get("lead", 0), said.get("term")
        self.signed = {self._position(name): n for name, n in said.get("signed", {}).items()}
        self.left = said.get("max", 1) - sum(self.signed.values())
        self.ordered = {
            t: mip.var(self.left, whole=True)
            for t in range(first, last + 1)
            if t + self.lead < len(names)
        }
        agreed = [(at, Sum(n)) for at, n in self.signed.items()]
        self.lots = [*agreed, *((t + self.lead, n) for t, n in self.ordered.items())]
        self.taken = mip.binary()
        self._keep(mip)

    def _keep(self, mip: Mip) -> None:
        """Keep lots within max, and at min_if_taken where any are taken."""
        ordered, signed = total(self.ordered.values()), sum(self.signed.values())
        mip.keep(ordered, self.left * self.taken)
        mip.keep(signed, ANY * self.taken)
        mip.keep(self.said.get("min_if_taken", 0) * self.taken, ordered + signed)

    def _position(self, name: str) -> int:
        names = list(self.facts.hours)
        return names.index(name) if name in names else _number(name) - _number(names[0])

    def ages(self, period: int) -> Iterator[tuple[int, Sum]]:
        """Give the lots in effect in a period, by how long they have been."""
        for service, lots in self.lots:
            if period - service >= 0 and (self.term is None or period - service < self.term):
                yield period - service, lots

    def in_effect(self, period: int) -> Sum:
        """Count the lots in effect."""
        return total(lots for _, lots in self.ages(period))

    def share(self, age: int) -> Fraction:
        """Give the ramp."""
        ramp = self.said.get("ramp", [1])
        return exact(ramp[min(age, len(ramp) - 1)])

    def ramped(self, period: int) -> Sum:
        """Count the lots in effect, each times its ramp."""
        return total(self.share(age) * lots for age, lots in self.ages(period))

    def blocks(self, count: int, period: int) -> Sum:
        """Count the blocks leased, those of each lot rounded down."""
        return total(floor(count * self.share(age)) * lots for age, lots in self.ages(period))

    def at(self, field: str, period: int) -> Fraction:
        """Give a price in a period."""
        return self.facts.series(self.said.get(field, 0))[period]

    def due(self) -> Iterator[tuple[int, Sum]]:
        """Give what falls due of cost_once, and in which period of the horizon."""
        for service, lots in self.lots:
            order = service - self.lead
            shares = [(order + i, exact(x), order) for i, x in enumerate(self.said.get("pay", []))]
            for when, share, priced in shares or [(service, Fraction(1), service)]:
                if when in self.facts.horizon:
                    # What was agreed before the horizon has the price of its first period.
                    yield when, share * self.at("cost_once", max(priced, 0)) * lots

    def kept(self) -> Iterator[tuple[int, Sum]]:
        """Give what lots in effect cost in each period."""
        for t in self.facts.horizon:
            yield t, self.at("cost_per_period", t) * self.ramped(t)

    def worth(self) -> Sum:
        """Give what lots in effect are worth at the end."""
        last = self.facts.horizon[-1]
        share = exact(self.said.get("end_share", 0))
        return share * self.at("cost_once", last) * self.in_effect(last)

    def adding(self, field: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Give the parts that add blocks, a limit, a feed, a link, or open a place."""
        for i, part in enumerate(self.said.get("adds", [])):
            if field in part:
                yield i, part


def called(facts: Facts, path: str) -> list[str]:
    """Give the places of a path: one, or all copies of a zone as it is written."""
    if any(place.path == path for place in facts.places):
        return [path]
    return [place.path for place in facts.places if _written(place) == path]


def _written(place: Place) -> str:
    if not place.around:
        return place.path
    around, last = place.around[0], place.path.rpartition("/")[2]
    zones = around.site["zones"].items()
    (name,) = (
        name
        for name, zone in zones
        if last in ([name] if zone.get("count", 1) == 1 else _copies(name, zone["count"]))
    )
    return f"{_written(around)}/{name}"


def _copies(name: str, count: int) -> list[str]:
    return [f"{name}-{i + 1}" for i in range(count)]


def _number(name: str) -> int:
    """Count the periods of a calendar up to one of them."""
    match = re.fullmatch(r"(\d{4})(Q|-|)(\d*)", name)
    assert match is not None
    year, mark, part = match.groups()
    return int(year) * PARTS[mark] + int(part or 1) - 1
