"""Real backbones: cities, the links between them, and how far apart they are in milliseconds."""

import json
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import networkx as nx

from gridblock.instances.network import round_trip_ms
from gridblock.instances.schema.facilities import Position

FILE = Path(__file__).with_name("backbones.json")


class City(NamedTuple):
    """A city of a backbone: its name and where it is."""

    name: str
    lat: float
    lon: float

    @property
    def slug(self) -> str:
        """The name as a name of places: small letters without blanks."""
        return "-".join(self.name.lower().replace("'", "").replace(".", "").split())


class Backbone:
    """A wide-area network.

    Attributes:
        source: where it is from.
        cities: its cities.
        links: pairs of cities, by their numbers.
    """

    def __init__(self, name: str) -> None:
        """Load a backbone by its name."""
        data = json.loads(FILE.read_text(encoding="utf-8"))
        self.source: str = data["source"]
        self.cities = [City(*city) for city in data[name]["cities"]]
        self.links: list[tuple[int, int]] = [(a, b) for a, b in data[name]["links"]]

    @cached_property
    def degree(self) -> list[int]:
        """How many links each city has."""
        ends = [end for link in self.links for end in link]
        return [ends.count(city) for city in range(len(self.cities))]

    @cached_property
    def ms(self) -> list[list[float]]:
        """Round trips between each two cities over the shortest path, to a tenth of a ms."""
        graph = nx.Graph()
        for a, b in self.links:
            at_a, at_b = (Position(lat=self.cities[i].lat, lon=self.cities[i].lon) for i in (a, b))
            graph.add_edge(a, b, ms=round(round_trip_ms(at_a, at_b), 1))
        far = dict(nx.all_pairs_dijkstra_path_length(graph, weight="ms"))
        count = range(len(self.cities))
        return [[round(far[a][b], 1) for b in count] for a in count]

    def nearest(self, city: int, count: int) -> list[int]:
        """Give the cities nearest to one, itself first."""
        return sorted(range(len(self.cities)), key=lambda other: (self.ms[city][other], other))[
            :count
        ]

    def ring(self) -> list[tuple[int, int]]:
        """Give the links, those of the best-connected cities first."""
        return sorted(self.links, key=lambda link: -sum(self.degree[end] for end in link))
