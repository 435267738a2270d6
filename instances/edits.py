"""Edits of an instance's plain data, each of which keeps a rule from binding."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gridblock.instances.ample import Ample
from gridblock.instances.instance import Instance
from gridblock.instances.places import COOLING, IN_MEGAWATTS
from gridblock.instances.schema.facilities import Facility, Site
from gridblock.instances.schema.series import Written

Data = dict[str, Any]
TIMES_AS_MANY_LOTS: Final = 10
TIMES_THE_PRICE: Final = 100.0
"""What the price of unmet work is multiplied by where it is to decide nothing."""


@dataclass(frozen=True)
class Edit:
    """What is relaxed, and by how much.

    Attributes:
        instance: as it is given.
        ample: amounts that no plan can use up.
        family: the kind of rule.
        item: what it is a rule of.
        periods: in which periods; () for all.
        step: by how much; None for amply.
    """

    instance: Instance
    ample: Ample
    family: str
    item: str
    periods: tuple[str, ...]
    step: float | None

    def raised(self, series: Written, amply: float) -> list[float]:
        """Give a series with more in the periods that are meant."""
        more = amply if self.step is None else self.step
        values = self.instance.over_periods(series).items()
        return [v + more * (not self.periods or t in self.periods) for t, v in values]

    @property
    def facility(self) -> Facility:
        """The facility that is meant."""
        return self.instance.facilities[self.item]


def named(items: list[Data], name: str) -> Data:
    """Give the item of a list that has a name."""
    return next(item for item in items if item.get("name") == name)


def sites(site: Site, data: Data) -> Iterator[tuple[Site, Data]]:
    """Give a facility and its zones, as they are and as plain data."""
    yield site, data
    for name, zone in site.zones.items():
        yield from sites(zone, data["zones"][name])


def has_limit(site: Site, name: str) -> bool:
    """Say whether a facility limits a resource anywhere, by naming it or the other cooling."""
    if name in site.limits or (not site.zones and _no_cooling(site, name)):
        return True
    return any(has_limit(zone, name) for zone in site.zones.values())


def _no_cooling(site: Site, name: str) -> bool:
    """Say whether a place has none of a kind of cooling because it names the other one alone."""
    kinds = {mw for mw, kw in IN_MEGAWATTS.items() if kw in COOLING}
    return name in kinds and len(kinds & {*site.limits}) == 1 and name not in site.limits


def more_of_a_limit(data: Data, edit: Edit) -> None:
    """Raise a limit of a facility and of all zones in it that name it."""
    amply = edit.ample.limit(edit.family)
    for site, written in sites(edit.facility, data["facilities"][edit.item]):
        if edit.family in site.limits:
            written["limits"][edit.family] = edit.raised(site.limits[edit.family], amply)
        elif not site.zones and _no_cooling(site, edit.family):
            written["limits"][edit.family] = edit.raised(0.0, amply)


def more_grid(data: Data, edit: Edit) -> None:
    """Raise what the utility delivers."""
    amply = edit.ample.limit("power_mw") * max(1.0, edit.facility.pue)
    given = edit.facility.grid_mw or 0.0
    data["facilities"][edit.item]["grid_mw"] = edit.raised(given, amply)


def more_of_feeds(data: Data, edit: Edit) -> None:
    """Raise what every feed of a facility may carry, intact and after a loss."""
    amply = edit.ample.limit("power_mw") * max(1.0, edit.facility.pue)
    for site, written in sites(edit.facility, data["facilities"][edit.item]):
        for name, feed in site.feeds.items():
            written["feeds"][name]["mw"] = edit.raised(feed.mw, amply)
            if feed.failover_mw is not None:
                written["feeds"][name]["failover_mw"] = edit.raised(feed.failover_mw, amply)


def more_uplink(data: Data, edit: Edit) -> None:
    """Raise the uplinks of all zones of a facility."""
    for site, written in sites(edit.facility, data["facilities"][edit.item]):
        uplink = getattr(site, "uplink_gbps", None)
        if uplink is not None:
            written["uplink_gbps"] = edit.raised(uplink, edit.ample.gbps)


def more_of_a_link(data: Data, edit: Edit) -> None:
    """Raise the capacity of a link."""
    for link, written in zip(edit.instance.network.links, data["network"]["links"], strict=True):
        if link.label == edit.item and link.gbps is not None:
            written["gbps"] = edit.raised(link.gbps, edit.ample.gbps)


def more_supply(data: Data, edit: Edit) -> None:
    """Raise what is delivered of an accelerator; a step counts blocks of its first type."""
    kinds = [k for k, block in edit.instance.blocks.items() if block.accelerator == edit.item]
    chip = edit.instance.accelerators.get(edit.item)
    for kind in kinds:
        block = edit.instance.blocks[kind]
        if block.supply is not None:
            data["blocks"][kind]["supply"] = edit.raised(block.supply, edit.ample.blocks(kind))
    if chip is not None and chip.supply is not None:
        amply = float(edit.ample.accelerators(edit.item))
        if edit.step is not None:
            amply = edit.step * edit.instance.blocks[kinds[0]].accelerators
        values = edit.instance.over_periods(chip.supply).items()
        data["accelerators"][edit.item]["supply"] = [
            value + amply * (not edit.periods or t in edit.periods) for t, value in values
        ]


def for_sale(data: Data, edit: Edit) -> None:
    """Let blocks be bought that cannot be, at no price, since none is known."""
    for kind, block in edit.instance.blocks.items():
        if block.accelerator == edit.item and block.cost_once is None:
            data["blocks"][kind]["cost_once"] = 0.0


def sooner(data: Data, edit: Edit) -> None:
    """Let blocks enter service in the period in which they are ordered, or some periods sooner."""
    lead = edit.instance.blocks[edit.item].lead
    data["blocks"][edit.item]["lead"] = 0 if edit.step is None else max(0, lead - int(edit.step))


def anywhere(data: Data, edit: Edit) -> None:
    """Let blocks of a type stand at any facility."""
    data["blocks"][edit.item].pop("where", None)


def at_any_time(data: Data, edit: Edit) -> None:
    """Let lots of an option be ordered in every period."""
    named(data["options"], edit.item).pop("order", None)


def lots_sooner(data: Data, edit: Edit) -> None:
    """Let lots enter service when they are ordered, and still as late as they could."""
    option = named(data["options"], edit.item)
    lead = int(option.pop("lead", 0))
    latest = (option.get("order") or {}).get("latest")
    if latest is not None:
        names, index = edit.instance.horizon.names, edit.instance.horizon.index
        option["order"]["latest"] = names[min(index[latest] + lead, len(names) - 1)]


def more_lots(data: Data, edit: Edit) -> None:
    """Let ten times as many lots be taken, or some more."""
    option = named(data["options"], edit.item)
    most = option.get("max", 1)
    option["max"] = most * TIMES_AS_MANY_LOTS if edit.step is None else most + int(edit.step)


def untied(data: Data, edit: Edit) -> None:
    """Let an option be taken without those it requires, and beside those it excludes."""
    option = named(data["options"], edit.item)
    option.pop("requires", None)
    option.pop("excludes", None)


def more_of_a_plan_limit(data: Data, edit: Edit) -> None:
    """Drop a limit over the plan, or raise its caps and lower its floor by a step."""
    if edit.step is None:
        data["limits"] = [limit for limit in data["limits"] if limit["name"] != edit.item]
        return
    limit = next(limit for limit in edit.instance.limits if limit.name == edit.item)
    written = named(data["limits"], edit.item)
    for bound, series in limit.bounds.items():
        values: Mapping[str, float] = edit.instance.over_periods(series)
        sign = -1 if bound == "min" else 1
        moved = [max(0.0, value + sign * edit.step) for value in values.values()]
        written[bound] = moved[-1] if isinstance(series, float) else moved


def without_plan_in_force(data: Data, _: Edit) -> None:
    """Plan anew, without the plan in force."""
    data.pop("current", None)


def left_out(data: Data, edit: Edit) -> None:
    """Leave out a field of a demand."""
    named(data["demands"], edit.item).pop(edit.family, None)


def farther(data: Data, edit: Edit) -> None:
    """Allow any round trip, or a longer one."""
    demand = named(data["demands"], edit.item)
    if edit.step is None:
        demand.pop("max_ms", None)
    else:
        demand["max_ms"] += edit.step


def lower_floor(data: Data, edit: Edit) -> None:
    """Drop the floor of a demand, or lower it."""
    demand = named(data["demands"], edit.item)
    floor = demand.pop("min_share", 0.0)
    if edit.step is not None:
        demand["min_share"] = max(0.0, floor - edit.step)


def unsigned(data: Data, edit: Edit) -> None:
    """Do without lots that are signed."""
    named(data["options"], edit.item).pop("signed", None)


def more_facilities(data: Data, edit: Edit) -> None:
    """Let a demand be served at any number of facilities."""
    named(data["demands"], edit.item)["max_facilities"] = len(edit.instance.facilities)


def start_at_any_time(data: Data, edit: Edit) -> None:
    """Let a run start in every period."""
    run = named(data["demands"], edit.item)["run"]
    names = edit.instance.horizon.names
    run["start"] = [names[0], names[-1]]


def dearer(data: Data, edit: Edit) -> None:
    """Make unmet work of a demand so dear that whatever can serve it pays, or dearer by a factor.

    That is a hundred times its price, or else what buying a block for it alone costs.
    """
    demand = next(each for each in edit.instance.demands if each.name == edit.item)
    prices = edit.instance.over_periods(demand.unmet_cost).values()
    factor = TIMES_THE_PRICE if edit.step is None else edit.step
    least = edit.ample.price(demand) if edit.step is None else 0.0
    raised = [max(price * factor, least) or 1.0 for price in prices]
    named(data["demands"], edit.item)["unmet_cost"] = raised
