"""What losing a link may touch: which demands make a promise, and what reaches them without it."""

import math
from collections import defaultdict
from functools import cached_property

import networkx as nx

from gridblock.instances.network import graph_of
from gridblock.model.commodity import Commodity
from gridblock.model.facts import Facts

State = tuple[str, str]
"""A link that is lost, and the period."""
Origin = tuple[str, str, str]
"""A demand, a region that it comes from, and a facility that serves it."""


class Losses:
    """The promises of demands for the loss of a link, and the ways around each link."""

    def __init__(self, facts: Facts) -> None:
        """Remember the facts; everything else is worked out when it is first asked for."""
        self.facts = facts
        self.links = {link.label: link for link in facts.instance.network.links}
        self.freely = facts.instance.network.routing == "any"
        self._crossed: dict[tuple[str, str, float | None], tuple[frozenset[str], ...]] = {}
        self._parts: dict[str, dict[str, int]] = {}

    @cached_property
    def kept(self) -> dict[str, float]:
        """The share that each demand keeps after the loss of any one link, where it promises one.

        Without links, or without regions that a demand comes from, there is nothing to lose.
        """
        demands = self.facts.demands.values() if self.links else ()
        return {d.name: d.kept_after_link for d in demands if d.kept_after_link}

    @cached_property
    def promised(self) -> dict[str, tuple[Origin, ...]]:
        """What promises count for in each period: demand, region and facility."""
        found: dict[str, list[Origin]] = defaultdict(list)
        for d, r, f, t in self.facts.services:
            if d in self.kept:
                found[t].append((d, r, f))
        return {t: tuple(keys) for t, keys in found.items()}

    @cached_property
    def states(self) -> tuple[State, ...]:
        """Each link whose loss can matter, with the period: it is on the way of some promise."""
        found: set[State] = set()
        for t, keys in self.promised.items():
            for d, r, f in keys:
                touched = self.on_the_way(d, r, f) if self.has_traffic(d) else self.cuts(d, r, f)
                found |= {(link, t) for link in touched}
        return self.in_order(found)

    def in_order(self, states: set[State]) -> tuple[State, ...]:
        """Give states in the order of links and periods of the instance."""
        return tuple((e, t) for e in self.links for t in self.facts.periods if (e, t) in states)

    def has_traffic(self, demand: str) -> bool:
        """Say whether serving a demand loads links."""
        return self.facts.demands[demand].gbps_per_unit > 0

    def commodity(self, demand: str, region: str, facility: str) -> Commodity:
        """Give the commodity of what is served of a demand."""
        return Commodity(region, facility, self.facts.demands[demand].max_ms)

    def on_the_way(self, demand: str, region: str, facility: str) -> frozenset[str]:
        """Give the links that traffic may take."""
        if self.freely:
            return frozenset(self.links)
        return frozenset().union(*self._paths(demand, region, facility))

    def cuts(self, demand: str, region: str, facility: str) -> tuple[str, ...]:
        """Give the links without which nothing of a demand reaches a facility from a region."""
        return tuple(e for e in self.links if not self.reached(demand, region, facility, e))

    def reached(self, demand: str, region: str, facility: str, lost: str) -> bool:
        """Say whether a demand reaches a facility from a region without a link."""
        if not self.freely:
            return any(lost not in path for path in self._paths(demand, region, facility))
        if lost not in self._parts:
            left = nx.restricted_view(
                graph_of(self.facts.instance), [], [(*self.links[lost].between, lost)]
            )
            parts = enumerate(nx.connected_components(left))
            self._parts[lost] = {place: i for i, part in parts for place in part}
        return self._parts[lost][region] == self._parts[lost][facility]

    def _paths(self, demand: str, region: str, facility: str) -> tuple[frozenset[str], ...]:
        """Give the links of each tunnel within the bound of a demand."""
        within = self.facts.demands[demand].max_ms
        key = (region, facility, within)
        if key not in self._crossed:
            most = math.inf if within is None else within
            tunnels = self.facts.tunnels[region, facility]
            self._crossed[key] = tuple(frozenset(t.links) for t in tunnels if t.ms <= most)
        return self._crossed[key]
