"""What follows from the loss of a link: what it touches, and what the links that are left carry."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import networkx as nx

from gridblock.instances.network import graph_of
from gridblock.model.lots import added_to_links
from gridblock.model.plan import Service
from gridblock.model.quantities import ZERO, Amounts, by_period, decimal, totals
from gridblock.model.rules.books import USED, Books, largest
from gridblock.model.traffic import hops_from, reserved_traffic

Way = tuple[str, str, str, str]
"""A lost link, another one, the place that it is entered from, and a period."""


@dataclass(frozen=True)
class Loads:
    """What links carry after each loss, and what they may."""

    books: Books

    @cached_property
    def terms(self) -> list[tuple[Way, float]]:
        """Each flow after a loss over each link that it takes."""
        ends = {name: link.between for name, link in self.books.links.items()}
        decided = self.books.decisions
        over_tunnels = [
            ((key.lost_link, link, start, key.period), gbps)
            for key, gbps in decided.rerouted_gbps.items()
            for link, start in hops_from(key.region, key.links, ends)
        ]
        over_arcs = [
            ((arc.lost_link, arc.link, arc.start, arc.period), gbps)
            for arc, gbps in decided.rerouted_arc_gbps.items()
        ]
        return over_tunnels + over_arcs

    @cached_property
    def carried(self) -> dict[Way, Fraction]:
        """Their sums."""
        return totals(self.terms)

    @cached_property
    def sizes(self) -> dict[Way, float]:
        """The largest of each sum."""
        return largest(self.terms)

    @cached_property
    def of(self) -> dict[tuple[str, str], dict[str, None]]:
        """The links that carry something after each loss in each period."""
        found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for lost, link, _, t in self.carried:
            found[lost, t][link] = None
        return found

    @cached_property
    def reserved(self) -> Amounts:
        """What is reserved on links, by the place that they are entered from, and period."""
        return reserved_traffic(self.books.instance, self.books.decisions)

    @cached_property
    def capacity(self) -> Mapping[tuple[str, str], Fraction]:
        """The capacity of links that name one, with the lots in effect, by period."""
        added = added_to_links(self.books.instance, self.books.account.lots)
        return {
            (name, t): gbps + added.get((name, t), ZERO)
            for name, link in self.books.links.items()
            if link.gbps is not None
            for t, gbps in by_period(self.books.instance, link.gbps).items()
        }


@dataclass(frozen=True)
class After:
    """Which losses touch what is served, and what reaches what without a link."""

    books: Books

    @cached_property
    def touched(self) -> set[tuple[str, str]]:
        """The lost links and periods after which promised traffic cannot stay as it is."""
        served = [
            key
            for key, units in self.books.decisions.served.items()
            if units > USED and self.books.demands[key.demand].kept_after_link
        ]
        heavy = [key for key in served if self.books.demands[key.demand].gbps_per_unit]
        light = [key for key in served if not self.books.demands[key.demand].gbps_per_unit]
        cuts = {key[:3]: self._cuts(*key[:3]) for key in light}
        found = {(link, key.period) for key in light for link in cuts[key[:3]]}
        return found | set(self._of_traffic(heavy))

    def _of_traffic(self, served: Iterable[Service]) -> Iterator[tuple[str, str]]:
        """Give the links, with the period, that traffic of what is served takes."""
        decided, demands = self.books.decisions, self.books.demands
        promised = {(k.region, k.facility, demands[k.demand].max_ms, k.period) for k in served}
        regions = {(key[0], key[3]) for key in promised}
        for flow, gbps in decided.tunnel_gbps.items():
            if gbps > USED and (flow.region, flow.facility, flow.max_ms, flow.period) in promised:
                yield from ((link, flow.period) for link in flow.links)
        for arc, gbps in decided.arc_gbps.items():
            if gbps > USED and (arc.region, arc.period) in regions:
                yield arc.link, arc.period

    def _cuts(self, demand: str, region: str, facility: str) -> tuple[str, ...]:
        """Give the links without which a demand does not reach a facility: some of the nearest."""
        if not nx.has_path(self._graph, region, facility):
            return ()
        path = nx.dijkstra_path(self._graph, region, facility, weight="exact_ms")
        near = {
            min(self._graph[a][b].items(), key=lambda item: item[1]["exact_ms"])[0]
            for a, b in pairwise(path)
        }
        return tuple(link for link in near if not self.reached(demand, region, facility, link))

    def reached(self, demand: str, region: str, facility: str, lost: str) -> bool:
        """Say whether a path without a link leads to a facility within the bound of a demand."""
        ends = self.books.links[lost].between
        left = nx.restricted_view(self._graph, [], [(*ends, lost)])
        if not nx.has_path(left, region, facility):
            return False
        bound = self.books.demands[demand].max_ms
        ms = nx.dijkstra_path_length(left, region, facility, weight="exact_ms")
        return bound is None or float(ms) <= bound

    @cached_property
    def _graph(self) -> nx.MultiGraph:
        graph = graph_of(self.books.instance)
        for _, _, link in graph.edges(data=True):
            link["exact_ms"] = decimal(link["ms"] or 0.0)
        return graph
