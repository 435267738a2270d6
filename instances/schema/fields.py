"""The fields of an instance, and what follows from them at once."""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from gridblock.instances.calendar import Horizon, horizon_of
from gridblock.instances.contracts import Contract
from gridblock.instances.feeds import Device, Label, devices, fed
from gridblock.instances.frozen import NOTHING
from gridblock.instances.places import Place, expand
from gridblock.instances.schema.base import Name, Named, NonNegative, Record, not_a_bool
from gridblock.instances.schema.current import Current
from gridblock.instances.schema.demands import Demand
from gridblock.instances.schema.facilities import Facility, Position, Site
from gridblock.instances.schema.hardware import Accelerator, Block, Where
from gridblock.instances.schema.limits import Limit
from gridblock.instances.schema.network import Network
from gridblock.instances.schema.options import Option
from gridblock.instances.schema.periods import Period, Periods
from gridblock.instances.schema.scenarios import Scenario
from gridblock.instances.schema.series import NonNegativeSeries, Written, is_by_period, spread
from gridblock.instances.schema.units import Unit

if TYPE_CHECKING:
    from gridblock.instances.loads import Loads


class Fields(Record):
    """Everything given, field by field."""

    model_config = ConfigDict(title="instance")

    gridblock: Annotated[Literal[1], BeforeValidator(not_a_bool)]
    """Version of the format."""
    name: Name = "instance"
    """The name of the instance."""
    currency: Name = "USD"
    """The currency of all money."""
    discount_rate: Annotated[NonNegative, Field(le=10), Unit("share/year", "a year")] = 0.0
    """Discount rate a year."""
    carbon_price_per_t: Annotated[NonNegativeSeries, Unit("money/t")] = 0.0
    """Price of a tonne of carbon."""
    periods: Periods = (Period(name="1", hours=8760.0),)
    """The horizon; default one period of 8,760 hours."""
    accelerators: Named[Accelerator] = NOTHING
    """Kinds of chip."""
    blocks: Named[Block] = NOTHING
    """Block types."""
    facilities: Named[Facility] = NOTHING
    """Data-centre sites."""
    network: Network = Network()
    """Regions and links."""
    demands: tuple[Demand, ...] = ()
    """Work to be served."""
    options: tuple[Option, ...] = ()
    """What can be bought or signed."""
    limits: tuple[Limit, ...] = ()
    """Caps, floors and shares over the whole plan."""
    scenarios: tuple[Scenario, ...] = ()
    """What else may come: changes of fields, each with a name and a probability."""
    current: Current | None = None
    """The plan in force, and what of it stands."""

    @cached_property
    def horizon(self) -> Horizon:
        """The periods with their names, hours and starts."""
        return horizon_of(self.periods)

    @cached_property
    def places(self) -> dict[str, Place]:
        """Each facility and zone, copies expanded, outer ones first, by path."""
        return fed(expand(self.facilities, self.horizon), self.facilities, self.horizon)

    @cached_property
    def feeds(self) -> dict[Label, Device]:
        """Each feed, copies expanded, outer ones first, by the path of its place and its name."""
        return devices(self.places, self.facilities, self.horizon)

    @cached_property
    def loads(self) -> "Loads":
        """What each feed carries of what each leaf place draws."""
        from gridblock.instances.loads import Loads  # It takes a library that few files need.

        return Loads(self.feeds, self.facilities, self.leaves)

    @cached_property
    def leaves(self) -> dict[str, Place]:
        """The places in which blocks stand."""
        return {path: place for path, place in self.places.items() if place.is_leaf}

    @property
    def tiered(self) -> bool:
        """Whether demands are of several tiers, which are planned one after the other."""
        return len({demand.tier for demand in self.demands}) > 1

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """Each option on this horizon, by name."""
        return {option.name: Contract(option, self.horizon) for option in self.options}

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the instance, the same however it is written."""
        text = json.dumps(self.plain(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def plain(self) -> dict[str, Any]:
        """Give the instance as plain data, defaults left out: what a file holds."""
        data = self.model_dump(mode="json", exclude_defaults=True)
        return {"gridblock": self.gridblock, **data}

    def as_it_stands(self) -> dict[str, Any]:
        """Give the plain data without scenarios, which may name what is not in a variant of it."""
        data = self.plain()
        data.pop("scenarios", None)
        return data

    def over_periods(self, series: Written) -> dict[str, float]:
        """Give the value of a series in each period."""
        return dict(zip(self.horizon.names, spread(series, self.horizon), strict=True))

    def chosen(self, where: Where) -> tuple[str, ...]:
        """Give the facilities that a ``where`` selects, in the order of the instance."""
        return tuple(
            name
            for name, facility in self.facilities.items()
            if set(where.tags) <= set(facility.tags)
            and (where.facilities is None or name in where.facilities)
            and name not in where.not_facilities
        )

    def windows(self, demand: Demand) -> dict[str, tuple[str, ...]]:
        """Give the periods that a run takes from each one in which it can start and still end."""
        if demand.run is None:
            return {}
        names, count = self.horizon.names, demand.run.periods
        first, last = (self.horizon.index[period] for period in demand.run.start)
        starts = range(first, min(last, len(names) - count) + 1)
        return {names[i]: names[i : i + count] for i in starts}

    def site(self, place: Place) -> Site:
        """Give a facility or zone as it is written."""
        site: Site = self.facilities[place.facility]
        for zone in place.keys[3::2]:
            site = site.zones[zone]
        return site

    def position(self, place: str) -> Position | None:
        """Give the coordinates of a facility or region, if it has any."""
        if place in self.facilities:
            return self.facilities[place].at
        region = self.network.regions.get(place)
        if region is None or region.lat is None or region.lon is None:
            return None
        return Position(lat=region.lat, lon=region.lon)

    def cost_per_unit_hour(self, demand: Demand, facility: str) -> dict[str, float]:
        """Give the cost of serving one unit of a demand at a facility for an hour, by period."""
        cost = demand.cost_per_unit_hour
        if not isinstance(cost, Mapping):
            return self.over_periods(cost)
        flat = {key: value for key, value in cost.items() if isinstance(value, int | float)}
        if is_by_period(cost, self.horizon):
            return self.over_periods(flat)
        return self.over_periods(cost.get(facility, 0.0))
