"""Accelerators, blocks, and where they may stand."""

from typing import Annotated, Self

from pydantic import model_validator

from gridblock.instances.frozen import NOTHING
from gridblock.instances.schema.base import Count, Counting, Name, Named, NonNegative, Record, Share
from gridblock.instances.schema.series import NonNegativeSeries
from gridblock.instances.schema.units import PERIODS, Unit


class Where(Record):
    """A choice of facilities: all of the tags, then narrowed."""

    facilities: tuple[Name, ...] | None = None
    """Only these facilities; default all."""
    not_facilities: tuple[Name, ...] = ()
    """Not these facilities."""
    tags: tuple[Name, ...] = ()
    """Only facilities that carry all of these tags."""


class Accelerator(Record):
    """A kind of chip."""

    vendor: Name | None = None
    """Who makes it."""
    supply: Annotated[NonNegativeSeries | None, Unit("accelerators/period", "accelerators")] = None
    """New accelerators that the vendor delivers in each period, over all block types."""


class Block(Record):
    """A block type: the node, rack or pod that is placed as a whole."""

    accelerator: Name
    """The accelerator that it holds."""
    accelerators: Annotated[Counting, Unit("accelerators/block", "accelerators")]
    """How many accelerators one block holds."""
    uses: Annotated[Named[NonNegative], Unit("resource/block", "resource")] = NOTHING
    """Rated use of each resource by one block: power_kw, air_cooling_kw, liquid_cooling_kw, racks,
    and any other that places limit."""
    load_factor: Share = 1.0
    """Average draw over rated draw while assigned."""
    idle_factor: Share | None = None
    """Average draw over rated draw while not assigned; default the load factor."""
    where: Where = Where()
    """The facilities at which it may stand."""
    cost_once: Annotated[NonNegativeSeries | None, Unit("money/block", "money")] = None
    """Price of one block, paid when it enters service; without it the block cannot be bought."""
    cost_per_period: Annotated[NonNegativeSeries, Unit("money/block/period", "money")] = 0.0
    """Cost of keeping one owned block for a period."""
    resale_share: Share = 0.0
    """Share of cost_once that is credited in the period of retirement."""
    end_share: Share | None = None
    """Share of the last period's cost_once credited for each owned block at the end; default
    resale_share."""
    lead: Annotated[Count, PERIODS] = 0
    """Periods from order to service."""
    supply: Annotated[NonNegativeSeries | None, Unit("blocks/period", "blocks")] = None
    """New blocks that the vendor delivers in each period; default no limit."""

    @model_validator(mode="after")
    def _idle_below_load(self) -> Self:
        if self.idle_factor is not None and self.idle_factor > self.load_factor:
            message = f"idle_factor {self.idle_factor:g} is above load_factor {self.load_factor:g}"
            raise ValueError(message)
        return self

    @property
    def idle(self) -> float:
        """Average draw over rated draw while not assigned."""
        return self.load_factor if self.idle_factor is None else self.idle_factor

    @property
    def end(self) -> float:
        """Share of the last period's cost_once credited at the end of the horizon."""
        return self.resale_share if self.end_share is None else self.end_share
