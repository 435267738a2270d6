"""Facilities and their zones."""

from typing import Annotated

from pydantic import Field, Strict, StrictBool

from gridblock.instances.schema.base import Count, Name, Positive, Record
from gridblock.instances.schema.series import NonNegativeSeries, Series


class Position(Record):
    """A point on Earth."""

    lat: Annotated[float, Strict(), Field(ge=-90, le=90)]
    """Latitude in degrees north."""
    lon: Annotated[float, Strict(), Field(ge=-180, le=180)]
    """Longitude in degrees east."""


class Feed(Record):
    """A power device that zones draw from: a substation, UPS or PDU."""

    mw: NonNegativeSeries
    """Most that it may carry while every device works."""
    failover_mw: NonNegativeSeries | None = None
    """Most that it may carry after the loss of any other of its facility; default ``mw``."""
    parent: Name | None = None
    """The feed that it draws from, of the same place or of one around it."""
    pue: StrictBool = False
    """Whether its load includes PUE; so does then the load of the feeds above it."""


class Site(Record):
    """What a facility and a zone share."""

    limits: dict[Name, NonNegativeSeries] = {}
    """Most of each resource: power_mw, air_cooling_mw, liquid_cooling_mw, racks, and any other that
    blocks use, by the same name."""
    feeds: dict[Name, Feed] = {}
    """Power devices; those of a zone are copied with it."""
    fed_by: Annotated[tuple[Name, ...], Field(min_length=1)] = ()
    """The feeds that share its draw equally, each the nearest of its name, here or in a place
    around; default those of the place around it."""
    zones: dict[Name, "Zone"] = {}
    """Parts of this place; blocks then stand in the innermost ones."""
    installed: dict[Name, Count] = {}
    """Blocks owned today, by block type."""
    on_order: dict[Name, dict[Name, Count]] = {}
    """Blocks ordered already, by block type and period of entering service."""


class Zone(Site):
    """A part of a facility: a building, hall or row."""

    count: Annotated[int, Strict(), Field(ge=1, le=10_000)] = 1
    """How many identical copies there are; they are called name-1, name-2 and so on."""
    uplink_gbps: NonNegativeSeries | None = None
    """Most traffic in and out of the zone; default no limit."""


class Facility(Site):
    """A data-centre site."""

    at: Position | None = None
    """Where it is."""
    tags: tuple[Name, ...] = ()
    """Labels that ``where`` selects by."""
    grid_mw: NonNegativeSeries | None = None
    """What the utility delivers; carries PUE."""
    pue: Positive = 1.0
    """Power usage effectiveness: what the grid delivers over what the blocks draw."""
    energy_per_mwh: Series = 0.0
    """Price of electricity; may be negative."""
    carbon_kg_per_mwh: NonNegativeSeries = 0.0
    """Carbon emitted per MWh."""
    cost_per_period: NonNegativeSeries = 0.0
    """Standing cost while open."""
