"""How each region's traffic may reach each facility: paths by search, or links freely."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from rivals.facts import Facts, exact, kilometres


class Hop(NamedTuple):
    """A link, entered at one of its ends."""

    link: int
    entered: str


class TieError(ValueError):
    """Which paths are the shortest is not settled by the rules: two are of the same length."""


class Routes:
    """The network of an instance."""

    def __init__(self, facts: Facts) -> None:
        """Read the links; without any, regions reach facilities directly."""
        network = facts.network
        self._facts = facts
        self.links: list[Mapping[str, Any]] = list(network.get("links", []))
        self.freely = network.get("routing", "tunnels") == "any" and bool(self.links)
        self._most = network.get("tunnels", 4)
        self._detoured = {
            (region, facility)
            for demand in facts.demands
            if demand.get("survive", {}).get("link")
            for region in demand.get("from", {})
            for facility in facts.chosen(demand.get("where", {}))
        }
        self._found: dict[tuple[str, str], list[tuple[Fraction, tuple[Hop, ...]]]] = {}

    def paths(self, region: str, facility: str, max_ms: float | None) -> list[tuple[Hop, ...]]:
        """Give the paths of at most ``max_ms``; one without hops where no link is named."""
        if not self.links:
            near = max_ms is None or self._reckoned_ms(region, facility) <= exact(max_ms)
            return [()] if near else []
        if (region, facility) not in self._found:
            self._found[region, facility] = self._shortest(region, facility)
        found = self._found[region, facility]
        if self.freely:
            return [()] if found else []
        return [hops for ms, hops in found if max_ms is None or ms <= exact(max_ms)]

    def left(
        self, region: str, facility: str, max_ms: float | None, lost: int
    ) -> list[tuple[Hop, ...]]:
        """Give the paths of at most ``max_ms`` that avoid a link; of free ones just any of them."""
        if self.freely:
            every = self._simple(region, facility, {region})
        else:
            every = iter(self.paths(region, facility, max_ms))
        return [path for path in every if lost not in {hop.link for hop in path}]

    def _shortest(self, region: str, facility: str) -> list[tuple[Fraction, tuple[Hop, ...]]]:
        if self.freely:
            return [(Fraction(0), hops) for hops in self._simple(region, facility, {region})]
        every = [(self._ms(hops), hops) for hops in self._simple(region, facility, {region})]
        every.sort(key=lambda path: path[0])
        if len(every) > self._most and every[self._most - 1][0] == every[self._most][0]:
            raise TieError(region, facility)
        shortest = every[: self._most]
        if (region, facility) in self._detoured:
            for lost in {hop.link for _, hops in shortest for hop in hops}:
                around = [path for path in every if all(hop.link != lost for hop in path[1])]
                if len(around) > 1 and around[0][0] == around[1][0]:
                    raise TieError(region, facility)
                shortest += [path for path in around[:1] if path not in shortest]
        return shortest

    def joined(self, region: str, facility: str, lost: int) -> bool:
        """Say whether some links lead from a region to a facility without one that is lost."""
        ways = self._simple(region, facility, {region})
        return any(all(hop.link != lost for hop in hops) for hops in ways)

    def _simple(self, at: str, goal: str, seen: set[str]) -> Iterator[tuple[Hop, ...]]:
        if at == goal:
            yield ()
            return
        for number, link in enumerate(self.links):
            for a, b in (link["between"], link["between"][::-1]):
                if a == at and b not in seen:
                    for rest in self._simple(b, goal, seen | {b}):
                        yield (Hop(number, a), *rest)

    def _ms(self, hops: tuple[Hop, ...]) -> Fraction:
        links = [self.links[hop.link] for hop in hops]
        return sum(
            (exact(x["ms"]) if "ms" in x else self._reckoned_ms(*x["between"]) for x in links),
            Fraction(0),
        )

    def _reckoned_ms(self, a: str, b: str) -> Fraction:
        regions = self._facts.network.get("regions", {})
        ends = [regions.get(x) or self._facts.facilities.get(x, {}).get("at") for x in (a, b)]
        return exact(2 * kilometres(*ends) * 1.4 / 200) if all(ends) else Fraction(0)
