"""Options: what can be bought or signed in lots, and what each lot adds."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from gridblock.instances.frozen import NOTHING
from gridblock.instances.schema.base import Count, Counting, Name, Named, Record, Share
from gridblock.instances.schema.series import NonNegativeSeries
from gridblock.instances.schema.units import LOTS, PER_BLOCK_HOUR, PERIODS, Unit

PAY_SUM_WITHIN: Final = 1e-9


class LeasedBlocks(Record):
    """Blocks that a lot leases."""

    blocks: Name
    """The block type."""
    at: Name
    """The facility or zone where they stand."""
    count: Annotated[Counting, Unit("blocks/lot", "blocks")]
    """Blocks of one lot; with a ramp, rounded down."""


class MoreOfALimit(Record):
    """Room that a lot adds to a limit of a place."""

    limit: Name
    """The limit, as the place names it: power_mw, racks, grid_mw, …."""
    at: Name
    """The facility or zone whose limit it is."""
    amount: Annotated[NonNegativeSeries, Unit("resource/lot", "the limit's unit")]
    """What one lot adds."""


class MoreOnALink(Record):
    """Capacity that a lot adds to a link."""

    link: Name
    """The name of the link."""
    gbps: Annotated[NonNegativeSeries, Unit("Gbps/lot", "Gbps")]
    """What one lot adds."""


class MoreOnAFeed(Record):
    """Power that a lot adds to a feed."""

    feed: Name
    """The name of the feed."""
    at: Name
    """The facility or zone that defines it; of copies of a zone one."""
    mw: Annotated[NonNegativeSeries, Unit("MW/lot", "MW")]
    """What one lot adds to its ``mw``, and likewise to its ``failover_mw``."""


class Opening(Record):
    """A place that is closed until a lot is in effect."""

    opens: Name
    """The facility or zone; of a zone with count, as many copies as lots."""


KINDS: Final[Mapping[str, type[Record]]] = {
    "blocks": LeasedBlocks,
    "limit": MoreOfALimit,
    "link": MoreOnALink,
    "feed": MoreOnAFeed,
    "opens": Opening,
}


def _kind(value: Any) -> str | None:
    keys = value if isinstance(value, Mapping) else getattr(type(value), "model_fields", ())
    return next((kind for kind in KINDS if kind in keys), None)


Addition = Annotated[
    Annotated[LeasedBlocks, Tag("blocks")]
    | Annotated[MoreOfALimit, Tag("limit")]
    | Annotated[MoreOnALink, Tag("link")]
    | Annotated[MoreOnAFeed, Tag("feed")]
    | Annotated[Opening, Tag("opens")],
    Discriminator(
        _kind,
        custom_error_type="nothing_added",
        custom_error_message="must name what it adds: blocks, limit, link, feed or opens",
    ),
]


class Window(Record):
    """When lots can be ordered."""

    earliest: Name | None = None
    """The first period; default the first of the horizon."""
    latest: Name | None = None
    """The last period; default the last of the horizon."""


class Usage(Record):
    """What leased blocks cost by the hour: take-or-pay."""

    per_block_hour: Annotated[NonNegativeSeries, PER_BLOCK_HOUR]
    """Price of one block for an hour."""
    committed_share: Share = 0.0
    """Share of the leased block-hours in effect that is paid whether used or not."""
    energy: Literal["included", "paid"] = "paid"
    """Whether the price includes their energy; carbon is priced all the same."""


class Option(Record):
    """Something that can be bought or signed, in lots."""

    name: Name
    """The name of the option, unique."""
    kind: Name | None = None
    """A label for reports and limits: lease, build, grid."""
    adds: tuple[Addition, ...] = ()
    """What each lot adds while it is in effect."""
    max: Annotated[Count, LOTS] = 1
    """Most lots in all, signed ones included; 0 takes it off offer."""
    min_if_taken: Annotated[Count, LOTS] = 0
    """Fewest lots over the horizon once any is taken, signed ones included."""
    order: Window = Window()
    """The periods in which it can be ordered."""
    lead: Annotated[Count, PERIODS] = 0
    """Periods from order to service."""
    ramp: Annotated[tuple[Share, ...], Field(min_length=1)] = (1.0,)
    """Share in effect in successive periods of service; the last one holds."""
    term: Annotated[Counting | None, PERIODS] = None
    """Periods in effect; default to the end of the horizon."""
    cost_once: Annotated[NonNegativeSeries, Unit("money/lot", "money")] = 0.0
    """Price of a lot, paid when it enters service, or as ``pay`` says."""
    pay: tuple[Share, ...] = ()
    """Shares of the cost_once of the order's period, due in successive periods from the order."""
    cost_per_period: Annotated[NonNegativeSeries, Unit("money/lot/period", "money")] = 0.0
    """Cost of a lot in effect, a period, times the ramp."""
    usage: Usage | None = None
    """What the blocks that it leases cost by the hour."""
    end_share: Share = 0.0
    """Share of the last period's cost_once credited for each lot in effect at the end."""
    requires: tuple[Name, ...] = ()
    """Options of which a lot must be in effect in the period of order."""
    excludes: tuple[Name, ...] = ()
    """Options that cannot be taken beside it."""
    signed: Annotated[Named[Count], LOTS] = NOTHING
    """Lots signed already, by period of entering service, which may lie before the horizon."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.pay and abs(sum(self.pay) - 1) > PAY_SUM_WITHIN:
            message = f"pay must sum to 1, not {sum(self.pay):.12g}"
            raise ValueError(message)
        if sum(self.signed.values()) > self.max:
            message = f"{sum(self.signed.values())} lots are signed, and max is {self.max}"
            raise ValueError(message)
        if self.min_if_taken > self.max:
            message = f"min_if_taken is {self.min_if_taken}, and max is {self.max}"
            raise ValueError(message)
        if self.usage is not None and not self.leases:
            message = "usage needs blocks that it leases"
            raise ValueError(message)
        return self

    @property
    def leases(self) -> tuple[LeasedBlocks, ...]:
        """The blocks that a lot leases."""
        return tuple(part for part in self.adds if isinstance(part, LeasedBlocks))

    @property
    def limits(self) -> tuple[MoreOfALimit, ...]:
        """The limits that a lot adds to."""
        return tuple(part for part in self.adds if isinstance(part, MoreOfALimit))

    @property
    def links(self) -> tuple[MoreOnALink, ...]:
        """The links that a lot adds to."""
        return tuple(part for part in self.adds if isinstance(part, MoreOnALink))

    @property
    def feeds(self) -> tuple[MoreOnAFeed, ...]:
        """The feeds that a lot adds to."""
        return tuple(part for part in self.adds if isinstance(part, MoreOnAFeed))

    @property
    def openings(self) -> tuple[Opening, ...]:
        """The places that a lot opens."""
        return tuple(part for part in self.adds if isinstance(part, Opening))
