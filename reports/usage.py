"""How much of each limit is used: of places, of links, and of what vendors deliver."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from math import nan
from typing import Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.places import IN_MEGAWATTS, KW_PER_MW, SWITCHABLE, Place
from gridblock.instances.schema.series import spread
from gridblock.model.account import Account
from gridblock.model.lots import added_to_limits, added_to_links
from gridblock.model.plan import Decisions
from gridblock.model.quantities import ZERO, Amounts, decimal, rated_use
from gridblock.model.traffic import fabric_traffic
from gridblock.reports.remembered import remembered

Most = Callable[[str, str, str, Fraction], Fraction]
"""Gives a limit of a place in a period, from its name and from what is written."""
WRITTEN_AS: Final = {kw: mw for mw, kw in IN_MEGAWATTS.items()}
"""How an instance names the limit of a resource: power_mw limits power_kw."""


class Use(NamedTuple):
    """Use of one limit in one period, both in the unit that the resource's name ends with.

    Attributes:
        place: a facility or zone; for other limits what they are of.
        resource: the limit as the instance names it: power_mw, grid_mw, racks, uplink_gbps.
        limit: None where there is none.
    """

    place: str
    resource: str
    period: str
    used: float
    limit: float | None

    @property
    def share(self) -> float:
        """Used over limit; not a number where there is no limit, or one of 0."""
        return self.used / self.limit if self.limit else nan

    @property
    def headroom(self) -> float:
        """Limit less used; not a number where there is no limit."""
        if self.limit is None:
            return nan
        return float(Decimal(repr(self.limit)) - Decimal(repr(self.used)))


@remembered
def of_places(instance: Instance, decisions: Decisions, account: Account) -> Iterator[Use]:
    """Give the use of each limit of each place, outer places first.

    Power, cooling and the grid bind what is powered, other resources all that stands. A resource
    that a place has nothing of, and of which nothing is used, is left out. What lots add counts; a
    place that is closed has nothing.
    """
    limit = most(instance, account)
    standing = rated_use(instance, account.installed)
    drawing = rated_use(instance, account.powered)
    uplinks = _uplink_gbps(instance, decisions)
    for path, place in instance.places.items():
        if path == place.facility:
            yield from _of_grid(instance, path, drawing, limit)
        for resource, limits in place.limits.items():
            used = drawing if resource in SWITCHABLE else standing
            yield from _of_resource(instance, place, resource, limits, used, limit)
        if place.uplink_gbps is not None:
            for t, gbps in zip(instance.horizon.names, place.uplink_gbps, strict=True):
                allowed = float(limit(path, "uplink_gbps", t, decimal(gbps)))
                yield Use(path, "uplink_gbps", t, float(uplinks[path, t]), allowed)


def most(instance: Instance, account: Account) -> Most:
    """Give what turns a limit of a place as written into the one with lots in effect."""
    added = added_to_limits(instance, account.lots)

    def with_lots(place: str, name: str, t: str, written: Fraction) -> Fraction:
        if not account.is_open.get((place, t), True):
            return ZERO
        return written + added.get((place, name, t), ZERO)

    return with_lots


def _of_grid(instance: Instance, facility: str, drawing: Amounts, limit: Most) -> Iterator[Use]:
    site = instance.facilities[facility]
    if site.grid_mw is None:
        return
    for t, mw in instance.over_periods(site.grid_mw).items():
        kw = drawing.get((facility, "power_kw", t), ZERO) * decimal(site.pue)
        allowed = float(limit(facility, "grid_mw", t, decimal(mw)))
        yield Use(facility, "grid_mw", t, float(kw / KW_PER_MW), allowed)


def _of_resource(
    instance: Instance,
    place: Place,
    resource: str,
    limits: tuple[float, ...],
    used: Amounts,
    limit: Most,
) -> Iterator[Use]:
    name, per = (WRITTEN_AS[resource], KW_PER_MW) if resource in WRITTEN_AS else (resource, 1)
    uses = [used.get((place.path, resource, t), ZERO) for t in instance.horizon.names]
    pairs = zip(instance.horizon.names, limits, strict=True)
    allowed = [limit(place.path, name, t, decimal(written) / per) for t, written in pairs]
    if any(uses) or any(limits) or any(allowed):
        for t, use, may in zip(instance.horizon.names, uses, allowed, strict=True):
            yield Use(place.path, name, t, float(use / per), float(may))


def _uplink_gbps(instance: Instance, decisions: Decisions) -> dict[tuple[str, str], Decimal]:
    """Give the traffic and fabric in and out of each place, by place and period."""
    per_unit = {demand.name: Decimal(repr(demand.gbps_per_unit)) for demand in instance.demands}
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for (demand, leaf, t), units in decisions.served_in.items():
        for path in instance.leaves[leaf].above:
            sums[path, t] += Decimal(repr(units)) * per_unit[demand]
    for (_, path, t), gbps in fabric_traffic(instance, decisions).items():
        sums[path, t] += Decimal(repr(float(gbps)))
    return sums


class LinkUse(NamedTuple):
    """Traffic of a link in one direction and period; shared capacity counts both directions."""

    link: str
    start: str
    end: str
    period: str
    gbps: float
    capacity_gbps: float | None
    share: float


def of_links(instance: Instance, account: Account) -> Iterator[LinkUse]:
    """Give the traffic of each link in each direction and period."""
    periods = instance.horizon.names
    added = added_to_links(instance, account.lots)
    for link in instance.network.links:
        a, b = link.between
        limits: Iterable[float | None] = (None,) * len(periods)
        if link.gbps is not None:
            written = zip(periods, spread(link.gbps, instance.horizon), strict=True)
            limits = [float(decimal(n) + added.get((link.label, t), ZERO)) for t, n in written]
        for t, limit in zip(periods, limits, strict=True):
            there, back = (account.link_gbps.get((link.label, end, t), 0) for end in (a, b))
            for start, end, gbps in ((a, b, there), (b, a, back)):
                used = there + back if link.capacity == "shared" else gbps
                share = float(used) / limit if limit else nan
                yield LinkUse(link.label, start, end, t, float(gbps), limit, share)


def of_supply(instance: Instance, decisions: Decisions) -> Iterator[Use]:
    """Give what is bought of the blocks and accelerators whose supply is limited."""
    blocks: dict[tuple[str, str], int] = defaultdict(int)
    accelerators: dict[tuple[str, str], int] = defaultdict(int)
    for (kind, _, t), count in decisions.bought.items():
        block = instance.blocks[kind]
        blocks[kind, t] += count
        accelerators[block.accelerator, t] += count * block.accelerators
    for name, block in instance.blocks.items():
        if block.supply is not None:
            for t, limit in instance.over_periods(block.supply).items():
                yield Use(name, "blocks", t, blocks[name, t], limit)
    for name, accelerator in instance.accelerators.items():
        if accelerator.supply is not None:
            for t, limit in instance.over_periods(accelerator.supply).items():
                yield Use(name, "accelerators", t, accelerators[name, t], limit)
