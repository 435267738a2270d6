"""Regions, links and how traffic is routed."""

from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator

from gridblock.instances.frozen import NOTHING
from gridblock.instances.schema.base import (
    Latitude,
    Longitude,
    Name,
    Named,
    NonNegative,
    Record,
    Text,
)
from gridblock.instances.schema.series import NonNegativeSeries
from gridblock.instances.schema.units import GBPS, MS, Unit


class Region(Record):
    """A place that traffic comes from or passes through."""

    lat: Latitude | None = None
    """Latitude in degrees north."""
    lon: Longitude | None = None
    """Longitude in degrees east."""

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            message = "needs both lat and lon, or neither"
            raise ValueError(message)
        return self


class Link(Record):
    """A connection between two places."""

    between: tuple[Name, Name]
    """The two places, facilities or regions, that it joins."""
    name: Name | None = None
    """Its name; parallel links must have one. Default: the two places joined by a dash."""
    gbps: Annotated[NonNegativeSeries | None, GBPS] = None
    """Capacity; default no limit."""
    ms: Annotated[NonNegative | None, MS] = None
    """Round-trip time; default from the coordinates of the two places."""
    cost_per_gbps: Annotated[NonNegativeSeries, Unit("money/Gbps/period", "money/Gbps")] = 0.0
    """Cost of each Gbps carried, a period."""
    capacity: Literal["each_way", "shared"] = "each_way"
    """Whether each direction has the capacity, or both share it."""

    @property
    def label(self) -> str:
        """The name of the link."""
        return self.name if self.name is not None else f"{self.between[0]}-{self.between[1]}"


class Network(Record):
    """The wide-area network."""

    regions: Named[Region] = NOTHING
    """Places that are not facilities."""
    links: tuple[Link, ...] = ()
    """Connections; without any, each region reaches each facility directly."""
    routing: Literal["tunnels", "any"] = "tunnels"
    """tunnels: the shortest paths of each pair of places; any: flows over all links, without
    latency bounds."""
    tunnels: Annotated[int, Strict(), Field(ge=1, le=100)] = 4
    """How many shortest paths each pair of places has."""
    graph: Text | None = None
    """A graph file that networkx reads (GraphML, GML, JSON node-link), beside the instance; reading
    adds its nodes and links here."""
