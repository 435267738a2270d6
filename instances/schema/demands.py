"""Demands: the work to be served."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictBool

from gridblock.instances.frozen import NOTHING
from gridblock.instances.schema.base import (
    Counting,
    Name,
    Named,
    NonNegative,
    Positive,
    Record,
    Share,
)
from gridblock.instances.schema.hardware import Where
from gridblock.instances.schema.series import NonNegativeSeries, SeriesByFacility
from gridblock.instances.schema.units import (
    COST_PER_PERIOD,
    GBPS,
    MS,
    PER_UNIT_HOUR,
    PERIODS,
    SHARE,
    YIELD,
    Unit,
)


class Run(Record):
    """A gang: its amount in so many successive periods, or nothing."""

    periods: Annotated[Counting, PERIODS]
    """How many successive periods it takes."""
    start: tuple[Name, Name]
    """The first and the last period in which it may start."""
    delay_cost: Annotated[NonNegative, COST_PER_PERIOD] = 0.0
    """Cost of each period between the first one in which it may start and its start."""


class Interconnect(Record):
    """What a demand needs between every two facilities that it uses."""

    gbps: Annotated[NonNegative, GBPS]
    """Capacity that is reserved between the two, in each direction."""
    max_ms: Annotated[NonNegative | None, MS] = None
    """Longest round trip between the two."""


class Survive(Record):
    """What a demand keeps of what is met when a part of the estate is lost."""

    facility: Annotated[Positive, Field(le=1), SHARE] | None = None
    """Share that is still served, from each region, after the loss of any one facility. Blocks may
    be reserved for that, idle or assigned to later tiers without such a promise, on the accelerator
    that it uses if it asks for one. Links, ``together``, ``max_facilities`` and
    ``max_share_per_facility`` are those of what is served before the loss."""
    link: Annotated[Positive, Field(le=1), SHARE] | None = None
    """Share that is still carried, from each region, after the loss of any one link, re-routed over
    what is left."""


class Demand(Record):
    """Work to be served, in its own unit."""

    model_config = ConfigDict(populate_by_name=True)

    name: Name
    """The name of the demand, unique."""
    unit: Name = "units"
    """What is counted: H100-equivalents, workflows/s, tokens/s."""
    amount: Annotated[NonNegativeSeries, Unit("units")]
    """The rate to provision for, in units."""
    yields: Annotated[Named[NonNegativeSeries], YIELD]
    """Units served by one accelerator of each kind; one that is not named cannot serve."""
    whole_blocks: StrictBool = False
    """Whether the demand takes whole blocks; otherwise demands share blocks."""
    unmet_cost: Annotated[NonNegativeSeries, PER_UNIT_HOUR]
    """Price of one unit unmet for an hour."""
    tier: Counting = 1
    """Planned before higher tiers: what a lower one gets, later ones do not take away."""
    cost_per_unit_hour: Annotated[SeriesByFacility, PER_UNIT_HOUR] = 0.0
    """Cost of serving one unit for an hour, for all facilities or by facility; may be negative."""
    min_share: Share = 0.0
    """Hard floor: the share of the amount that must be met."""
    where: Where = Where()
    """The facilities that may serve it."""
    from_: Annotated[Named[Share], Field(alias="from")] = NOTHING
    """Share of the amount that comes from each region; the shares sum to 1."""
    gbps_per_unit: Annotated[NonNegative, Unit("Gbps/unit")] = 0.0
    """Traffic of one unit from its region to the facility, in Gbps."""
    max_ms: Annotated[NonNegative | None, MS] = None
    """Longest round trip from the region to the facility."""
    run: Run | None = None
    """For a training run: how long it takes and when it may start. It is wholly served or not at
    all, at the same facilities and on one accelerator throughout."""
    max_facilities: Counting | None = None
    """Most facilities that serve it in one period; 1 for a run where it is not given."""
    interconnect: Interconnect | None = None
    """What it needs between every two facilities that it uses at the same time."""
    fabric_gbps_per_block: Annotated[NonNegative, Unit("Gbps/block")] = 0.0
    """Traffic of one block over the uplink of its zone, where the demand stands inside and outside
    the zone in the same facility."""
    max_share_per_facility: Annotated[Positive, Field(le=1), SHARE] | None = None
    """Most of its amount that one facility serves in one period, as a share."""
    survive: Survive | None = None
    """What it keeps of what is met when a part of the estate is lost."""
    one_accelerator: StrictBool = False
    """Whether one kind of accelerator serves all of it in one period."""
    together: Literal["facility", "zone"] = "facility"
    """Whether its part in one facility must stand in one leaf zone."""

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that it comes from; one without a name where it names none."""
        return tuple(self.from_) or ("",)

    @property
    def kept_after_link(self) -> float:
        """The share of what is met that is served after losing any one link; 0 for no promise."""
        if self.survive is None or self.survive.link is None or not self.from_:
            return 0.0
        return self.survive.link

    @property
    def most_facilities(self) -> int | None:
        """The most facilities that serve it: in one period, or throughout for a run."""
        if self.max_facilities is None and self.run is not None:
            return 1
        return self.max_facilities

    @property
    def kept_after_facility(self) -> float:
        """The share that survives the loss of any one facility; 0 where none is asked for."""
        return 0.0 if self.survive is None else self.survive.facility or 0.0
