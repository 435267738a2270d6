"""Rules relaxed by editing the instance: which ones there are, family by family."""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from gridblock.instances import edits
from gridblock.instances.ample import Ample
from gridblock.instances.edits import Data, Edit
from gridblock.instances.instance import Instance
from gridblock.instances.places import COOLING, IN_MEGAWATTS
from gridblock.instances.schema.facilities import Site

GRID: Final = "grid_mw"
UPLINK: Final = "uplink_gbps"
LINK: Final = "gbps"
PRICE: Final = "unmet_cost"


@dataclass(frozen=True, order=True)
class Relaxation:
    """Rules of one family that no longer bind.

    Attributes:
        family: what kind of rule, named as the field of the instance that states it.
        items: the facilities, links, chips, options, demands or limits whose rules they are.
        periods: the periods in which they no longer bind, where they are a series; () for all.
        step: by how much they are raised, in the unit of the field; None for as much as could
            ever be of use.
    """

    family: str
    items: tuple[str, ...]
    periods: tuple[str, ...] = ()
    step: float | None = None


class Relaxing:
    """The rules of an instance that can be relaxed.

    Attributes:
        instance: what is given.
    """

    def __init__(self, instance: Instance) -> None:
        """Remember the instance."""
        self.instance = instance
        self.ample = Ample(instance)

    @cached_property
    def families(self) -> dict[str, Relaxation]:
        """Each family of rules that the instance states, relaxed wherever it states one.

        The price of unmet work is not among them: see ``price``.
        """
        found = {name: tuple(items) for name, items in self._items()}
        return {name: Relaxation(name, items) for name, items in found.items() if items}

    @property
    def price(self) -> Relaxation:
        """Unmet work so dear that whatever can serve it pays."""
        return Relaxation(PRICE, tuple(demand.name for demand in self.instance.demands))

    def relaxed(self, relaxations: Iterable[Relaxation]) -> Instance:
        """Give an instance in which some rules do not bind, checked like any other.

        Raises:
            InstanceError: the result is not a valid instance.
        """
        data = deepcopy(self.instance.as_it_stands())
        for each in sorted(relaxations):
            edit = EDITS.get(each.family, edits.more_of_a_limit)
            for item in each.items:
                how = Edit(self.instance, self.ample, each.family, item, each.periods, each.step)
                edit(data, how)
        return type(self.instance).parse(data)

    def _items(self) -> Iterator[tuple[str, list[str]]]:
        """Give the items of each family, the physical ones first."""
        given = self.instance
        yield (
            GRID,
            [name for name, facility in given.facilities.items() if facility.grid_mw is not None],
        )
        for limit in self.resources:
            yield limit, [n for n, site in given.facilities.items() if edits.has_limit(site, limit)]
        yield "feeds", [name for name, site in given.facilities.items() if _any(site, _has_feeds)]
        yield UPLINK, [name for name, site in given.facilities.items() if _any(site, _has_uplink)]
        yield LINK, [link.label for link in given.network.links if link.gbps is not None]
        yield from self._of_hardware()
        yield from self._of_options()
        yield from self._of_demands()
        if given.current is not None:
            yield "current", ["plan in force"]
        yield "limits", [limit.name for limit in given.limits]

    @cached_property
    def resources(self) -> tuple[str, ...]:
        """Name the resources that some place limits and some block uses, power first."""
        used = {name for block in self.instance.blocks.values() for name, use in block.uses.items()}
        places = self.instance.places.values()
        limited = dict.fromkeys(name for place in places for name in place.limits)
        written = {kw: mw for mw, kw in IN_MEGAWATTS.items()}
        order = ["power_kw", *COOLING, *limited]
        known = (n for n in dict.fromkeys(order) if n in limited and n in used)
        return tuple(written.get(name, name) for name in known)

    def _of_hardware(self) -> Iterator[tuple[str, list[str]]]:
        given = self.instance
        blocks = given.blocks.values()
        scarce = {name for name, chip in given.accelerators.items() if chip.supply is not None}
        scarce |= {block.accelerator for block in blocks if block.supply is not None}
        yield "supply", [name for name in self._chips() if name in scarce]
        unsold = {block.accelerator for block in blocks if block.cost_once is None}
        sold = {block.accelerator for block in blocks if block.cost_once is not None}
        yield "cost_once", [name for name in self._chips() if name in unsold - sold]
        yield "lead", [name for name, block in given.blocks.items() if block.lead]
        nowhere = type(next(iter(blocks)).where)() if given.blocks else None
        yield "block_where", [name for name, b in given.blocks.items() if b.where != nowhere]

    def _chips(self) -> list[str]:
        return list(dict.fromkeys(block.accelerator for block in self.instance.blocks.values()))

    def _of_options(self) -> Iterator[tuple[str, list[str]]]:
        options = self.instance.options
        window = [o for o in options if o.order.earliest or o.order.latest]
        yield "order", [option.name for option in window]
        late = [o for o in options if o.lead and not (o.signed and o.pay)]
        yield "option_lead", [option.name for option in late]
        more = [o for o in options if o.leases or o.limits or o.links or o.feeds]
        yield "max", [option.name for option in more]
        tied = [option for option in options if option.requires or option.excludes]
        yield "requires", [option.name for option in tied]

    @property
    def _ends(self) -> tuple[str, str]:
        return self.instance.horizon.names[0], self.instance.horizon.names[-1]

    def _of_demands(self) -> Iterator[tuple[str, list[str]]]:
        demands = self.instance.demands
        for family, stated in STATED.items():
            yield family, [demand.name for demand in demands if stated(demand)]
        sites, ends = len(self.instance.facilities), self._ends
        few = [d for d in demands if d.most_facilities and d.most_facilities < sites]
        yield "max_facilities", [demand.name for demand in few]
        bound = [d for d in demands if d.run is not None and d.run.start != ends]
        yield "run", [demand.name for demand in bound]
        if self.instance.tiered:
            yield "tier", [demand.name for demand in demands if demand.tier > 1]
        if len(demands) > 1:
            yield "min_share", [demand.name for demand in demands if demand.min_share]


STATED: Final[dict[str, Callable[[Any], bool]]] = {
    "max_ms": lambda d: d.max_ms is not None,
    "where": lambda d: (
        bool(d.where.facilities is not None or d.where.not_facilities) or bool(d.where.tags)
    ),
    "max_share_per_facility": lambda d: d.max_share_per_facility is not None,
    "interconnect": lambda d: d.interconnect is not None,
    "fabric_gbps_per_block": lambda d: d.fabric_gbps_per_block > 0,
    "one_accelerator": lambda d: d.one_accelerator and d.run is None,
    "together": lambda d: d.together == "zone",
    "whole_blocks": lambda d: d.whole_blocks,
    "survive": lambda d: d.survive is not None,
}
"""Which demands state a rule of a family."""

EDITS: Final[dict[str, Callable[[Data, Edit], None]]] = {
    GRID: edits.more_grid,
    "feeds": edits.more_of_feeds,
    UPLINK: edits.more_uplink,
    LINK: edits.more_of_a_link,
    "supply": edits.more_supply,
    "cost_once": edits.for_sale,
    "lead": edits.sooner,
    "block_where": edits.anywhere,
    "order": edits.at_any_time,
    "option_lead": edits.lots_sooner,
    "max": edits.more_lots,
    "requires": edits.untied,
    "limits": edits.more_of_a_plan_limit,
    "max_facilities": edits.more_facilities,
    "max_ms": edits.farther,
    "min_share": edits.lower_floor,
    "signed": edits.unsigned,
    "current": edits.without_plan_in_force,
    PRICE: edits.dearer,
    "run": edits.start_at_any_time,
    **dict.fromkeys(
        (
            "where",
            "max_share_per_facility",
            "interconnect",
            "fabric_gbps_per_block",
            "one_accelerator",
            "together",
            "whole_blocks",
            "survive",
            "tier",
        ),
        edits.left_out,
    ),
}
"""How each family is relaxed; one that is not named here is a limit of places."""


def _any(site: Site, has: Callable[[Site], bool]) -> bool:
    return has(site) or any(_any(zone, has) for zone in site.zones.values())


def _has_feeds(site: Site) -> bool:
    return bool(site.feeds)


def _has_uplink(site: Site) -> bool:
    return getattr(site, "uplink_gbps", None) is not None
