"""Facilities and their zones."""

from typing import Annotated

from pydantic import Field, Strict, StrictBool

from gridblock.instances.frozen import NOTHING
from gridblock.instances.schema.base import (
    Count,
    Latitude,
    Longitude,
    Name,
    Named,
    Positive,
    Record,
)
from gridblock.instances.schema.series import NonNegativeSeries, Series
from gridblock.instances.schema.units import BLOCKS, COST_PER_PERIOD, GBPS, MW, Unit


class Position(Record):
    """A point on Earth."""

    lat: Latitude
    """Latitude in degrees north."""
    lon: Longitude
    """Longitude in degrees east."""


class Feed(Record):
    """A power device that zones draw from: a substation, UPS or PDU."""

    mw: Annotated[NonNegativeSeries, MW]
    """Most that it may carry while every device works."""
    failover_mw: Annotated[NonNegativeSeries | None, MW] = None
    """Most that it may carry after the loss of any other of its facility; default ``mw``."""
    parent: Name | None = None
    """The feed that it draws from, of the same place or of one around it."""
    pue: StrictBool = False
    """Whether its load includes PUE; so does then the load of the feeds above it."""


class Site(Record):
    """What a facility and a zone share."""

    limits: Annotated[Named[NonNegativeSeries], Unit("resource")] = NOTHING
    """Most of each resource: power_mw, air_cooling_mw, liquid_cooling_mw, racks, and any other that
    blocks use, by the same name."""
    feeds: Named[Feed] = NOTHING
    """Power devices; those of a zone are copied with it."""
    fed_by: Annotated[tuple[Name, ...], Field(min_length=1)] = ()
    """The feeds that share its draw equally, each the nearest of its name, here or in a place
    around; default those of the place around it."""
    zones: Named["Zone"] = NOTHING
    """Parts of this place; blocks then stand in the innermost ones."""
    installed: Annotated[Named[Count], BLOCKS] = NOTHING
    """Blocks owned today, by block type."""
    on_order: Annotated[Named[Named[Count]], BLOCKS] = NOTHING
    """Blocks ordered already, by block type and period of entering service."""


class Zone(Site):
    """A part of a facility: a building, hall or row."""

    count: Annotated[int, Strict(), Field(ge=1, le=10_000)] = 1
    """How many identical copies there are; they are called name-1, name-2 and so on."""
    uplink_gbps: Annotated[NonNegativeSeries | None, GBPS] = None
    """Most traffic in and out of the zone; default no limit."""


class Facility(Site):
    """A data-centre site."""

    at: Position | None = None
    """Where it is."""
    tags: tuple[Name, ...] = ()
    """Labels that ``where`` selects by."""
    grid_mw: Annotated[NonNegativeSeries | None, MW] = None
    """What the utility delivers; carries PUE."""
    pue: Positive = 1.0
    """Power usage effectiveness: what the grid delivers over what the blocks draw."""
    energy_per_mwh: Annotated[Series, Unit("money/MWh")] = 0.0
    """Price of electricity; may be negative."""
    carbon_kg_per_mwh: Annotated[NonNegativeSeries, Unit("kg/MWh")] = 0.0
    """Carbon emitted per MWh."""
    cost_per_period: Annotated[NonNegativeSeries, COST_PER_PERIOD] = 0.0
    """Standing cost while open."""
