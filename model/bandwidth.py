"""The most that the network carries between two facilities, whatever else it carries."""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Final

import networkx as nx

from gridblock.instances.schema.demands import Demand
from gridblock.model.additions import Limit
from gridblock.model.facts import Facts

ROUNDING: Final = 1e-9
"""What is worked out to be less by no more than this share is as much."""

Rooms = tuple[tuple[str, str, float], ...]
"""Links: their two places, and the Gbps that fit each way."""


class Bandwidth:
    r"""Whether what a demand asks between two facilities can be reserved at all.

    By the theorem of Ford and Fulkerson (1956) no more than the smallest cut flows from one
    facility to the other. Both ways have to have :math:`\Gamma` (``Interconnect.gbps``) at once:
    the mean of one flow and of the other turned round is a flow of :math:`\Gamma`, too, which takes
    no more than half of a link that both ways share. So a largest flow over links of which the
    shared ones count half tells what is impossible.
    """

    def __init__(self, facts: Facts, capacity: Mapping[tuple[str, str], Limit]) -> None:
        """Remember the facts, and the capacity of links by period."""
        self.facts, self.capacity = facts, capacity
        self.links = {link.label: link for link in facts.instance.network.links}
        self._flows: dict[tuple[Rooms, str, str], float] = {}

    def carries(self, demand: Demand, a: str, b: str, period: str) -> bool:
        """Say whether a demand's interconnect may fit between two facilities in a period.

        Args:
            demand: what asks for it.
            a: a facility.
            b: another one.
            period: with all lots ordered that could be in effect then.
        """
        if demand.interconnect is None or not self.links:
            return True
        gbps = demand.interconnect.gbps
        tunnels = [tunnel.links for tunnel in self.facts.tunnels_between(demand, a, b)]
        over = {link for tunnel in tunnels for link in tunnel}
        if any(all(self._room(link, period) >= gbps for link in tunnel) for tunnel in tunnels):
            return True
        if self.facts.instance.network.routing == "any":
            over = set(self.links)
        rooms = sorted(
            (*self.links[link].between, min(gbps, self._room(link, period))) for link in over
        )
        return self._largest_flow(tuple(rooms), a, b) >= gbps * (1 - ROUNDING)

    def _room(self, link: str, period: str) -> float:
        """Give the Gbps that a link has for each way, if both take as much."""
        most = self._most.get((link, period), math.inf)
        return most / 2 if self.links[link].capacity == "shared" else most

    @cached_property
    def _most(self) -> dict[tuple[str, str], float]:
        return {key: float(limit.most) for key, limit in self.capacity.items()}

    def _largest_flow(self, rooms: Rooms, a: str, b: str) -> float:
        """Give the largest flow from one place to another over some links."""
        key = rooms, a, b
        if key not in self._flows:
            graph = nx.Graph()
            graph.add_nodes_from((a, b))
            for start, end, gbps in rooms:
                before = graph.get_edge_data(start, end, {"capacity": 0.0})["capacity"]
                graph.add_edge(start, end, capacity=before + gbps)
            self._flows[key] = float(nx.maximum_flow_value(graph, a, b))
        return self._flows[key]
