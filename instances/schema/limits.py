"""Limits over the plan: caps, floors and shares that no single place has."""

from collections.abc import Iterator
from typing import Annotated, Final, Literal, get_args

from pydantic import Discriminator, Tag

from gridblock.instances.schema.base import Name, NonNegative, Record
from gridblock.instances.schema.series import NonNegativeSeries, shape
from gridblock.instances.schema.units import MEASURE, SHARE, Unit

Names = Annotated[
    Annotated[Name, Tag("number")] | Annotated[tuple[Name, ...], Tag("list")],
    Discriminator(shape),
]
"""A name, or a list of names of which any will do."""

Measure = Literal[
    "spend",
    "spend_once",
    "carbon",
    "energy",
    "power",
    "blocks",
    "accelerators",
    "blocks_used",
    "accelerators_used",
    "served",
]

STANDING: Final = ("facility", "tag", "vendor", "accelerator", "block")
LEASED: Final = ("option", "kind")
SELECTORS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(get_args(Measure), (*STANDING, *LEASED)),
    **dict.fromkeys(("energy", "carbon"), STANDING),
    **dict.fromkeys(("blocks_used", "accelerators_used"), (*STANDING, "demand")),
    "spend": (*STANDING, *LEASED, "demand"),
    "served": ("facility", "tag", "demand"),
}
"""What each measure can be told apart by."""
ADDS_UP: Final = ("spend", "spend_once", "carbon", "energy")
"""Measures of a whole period; the others are levels, counted times hours over several periods."""
UNITS: Final = {
    "carbon": "t",
    "energy": "MWh",
    "power": "MW",
    "blocks": "blocks",
    "accelerators": "accelerators",
    "blocks_used": "blocks",
    "accelerators_used": "accelerators",
    "served": "units",
}
"""The unit of each measure but money."""


def counted_in(measure: str, per: str, money: str) -> str:
    """Name the unit that a measure is counted in: MW, MWh, block-hours, or that of money."""
    unit = UNITS.get(measure, money)
    if measure in ADDS_UP or per == "period":
        return unit
    return "MWh" if unit == "MW" else f"{unit.removesuffix('s')}-hours"


class Selection(Record):
    """What a limit counts: what all keys that are named hold of; everything by default."""

    facility: Names | None = None
    """At these facilities."""
    tag: Names | None = None
    """At facilities that carry one of these tags."""
    vendor: Names | None = None
    """Of accelerators from these vendors."""
    accelerator: Names | None = None
    """Of these accelerators."""
    block: Names | None = None
    """Of these block types."""
    demand: Names | None = None
    """For these demands."""
    option: Names | None = None
    """Leased by these options, or paid for them."""
    kind: Names | None = None
    """Leased by options of these kinds, or paid for them."""

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The names by selector, of those that are named."""
        return {key: (names,) if isinstance(names, str) else names for key, names in self.named}

    @property
    def named(self) -> Iterator[tuple[str, str | tuple[str, ...]]]:
        """The selectors that are named, with what they say."""
        for key in type(self).model_fields:
            names = getattr(self, key)
            if key != "source" and names is not None:
                yield key, names


class Limit(Record):
    """A cap, a floor or a largest share of something that is counted over the plan."""

    name: Name
    """The name of the limit, unique."""
    measure: Measure
    """What is counted. spend: money when paid, undiscounted, for hardware bought and kept, options,
    leases by the hour, standing costs, energy, carbon, network and serving; not the price of unmet
    demand, of late runs, of moves or of limits exceeded, and without resale and end credits.
    spend_once: of it what is paid once, at the start of a period: for hardware bought when it
    enters service, and for lots of options when their cost_once is due. carbon: t. energy: MWh from
    the grid. power: MW, rated critical power of installed blocks. blocks, accelerators: installed,
    leased ones included. blocks_used, accelerators_used: assigned to demands. served: units. A
    payment counts for a vendor, accelerator or block type where it is for its hardware, leases by
    the hour, energy or carbon; for a demand where it is for serving it; for an option where it is
    for its lots or its leases by the hour, less the energy that these include; for a facility where
    it is for anything there but the network and lots of options."""
    of: Selection = Selection()
    """What is counted of it; default everything."""
    per: Literal["period", "to_date", "horizon"] = "period"
    """In each period, from the start up to each period, or over the horizon. Over several periods
    spend, carbon and energy add up, and the other measures count times hours: MWh, block-hours."""
    max: Annotated[NonNegativeSeries | None, MEASURE] = None
    """Most of it; with to_date what may have been used up by the end of each period, so that what
    is not spent carries over."""
    min: Annotated[NonNegativeSeries | None, MEASURE] = None
    """Least of it."""
    max_share: Annotated[NonNegativeSeries | None, SHARE] = None
    """Most of it as a share of the same measure over `among`."""
    among: Selection | None = None
    """What max_share is a share of; default everything."""
    penalty: Annotated[NonNegative | None, Unit("money/measure", "money")] = None
    """Price of each unit by which the limit is exceeded or missed; without one it is never. Paid at
    the middle of the period, or of the last one with horizon."""

    @property
    def bounds(self) -> dict[str, NonNegativeSeries]:
        """What is written of max, min and max_share, by name."""
        written = {"max": self.max, "min": self.min, "max_share": self.max_share}
        return {name: series for name, series in written.items() if series is not None}

    @property
    def adds_up(self) -> bool:
        """Whether the measure is one of a whole period, not a level."""
        return self.measure in ADDS_UP
