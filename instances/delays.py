"""Delays: everything of a site, an option, a chip, a link or a budget that is to come, later.

What is in place in the first period is in place; all that comes after it is so many periods late,
and what is ordered as well. Orders that stand and would come after the horizon are late by less.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gridblock.instances.calendar import span_of
from gridblock.instances.contracts import place_of
from gridblock.instances.instance import Instance
from gridblock.instances.schema.facilities import Facility, Site, Zone
from gridblock.instances.schema.options import Option
from gridblock.instances.schema.series import Written
from gridblock.instances.shocks import DELAY, Shock
from gridblock.instances.standing_orders import standing_lots, standing_purchases

Changes = dict[str, Any]


def delays(instance: Instance, periods: int) -> Iterator[Shock]:
    """Give what may be late, by so many periods."""
    every = span_of(instance.horizon.names[0]) if instance.horizon.named else None
    late = f"{periods} {every or 'period'}{'s' * (periods != 1)} late"
    lots = {each.name: _lots_late(instance, each, periods) for each in instance.options}
    for name, site in instance.facilities.items():
        changes = dict(_site_late(instance, site, f"facilities.{name}", periods))
        for option in instance.options:
            if any(place_of(part).split("/")[0] == name for part in option.adds):
                changes |= lots[option.name]
        if changes:
            yield Shock(f"site {name} {late}", DELAY, name, changes)
    for name, changes in lots.items():
        if changes:
            yield Shock(f"{name} {late}", DELAY, name, changes)
    for chip in dict.fromkeys(block.accelerator for block in instance.blocks.values()):
        changes = _deliveries_late(instance, chip, periods)
        if changes:
            yield Shock(f"{chip} deliveries {late}", DELAY, chip, changes)
    yield from _shared_late(instance, periods, late)


def _shared_late(instance: Instance, periods: int, late: str) -> Iterator[Shock]:
    """Give links whose capacity grows, and caps over the plan that do."""
    for at, link in enumerate(instance.network.links):
        if link.gbps is not None:
            path = f"network.links.{at if link.name is None else link.name}.gbps"
            changes = _grown_late(instance, {path: link.gbps}, periods)
            if changes:
                yield Shock(f"link {link.label} {late}", DELAY, link.label, changes)
    for limit in instance.limits:
        if limit.max is not None:
            path = f"limits.{limit.name}.max"
            changes = _grown_late(instance, {path: limit.max}, periods)
            if changes:
                yield Shock(f"limit {limit.name} {late}", DELAY, limit.name, changes)


def _grown_late(instance: Instance, series: Mapping[str, Written], periods: int) -> Changes:
    """Let rises come later, and falls when they come; only what differs then."""
    changes = {}
    for path, written in series.items():
        values = list(instance.over_periods(written).values())
        moved = [min(v, values[max(0, i - periods)]) for i, v in enumerate(values)]
        if moved != values:
            changes[path] = moved
    return changes


def _site_late(
    instance: Instance, site: Site, path: str, periods: int
) -> Iterator[tuple[str, Any]]:
    """Give what grows at a place and inside it, and the blocks that are on order there."""
    growing: dict[str, Written] = {f"{path}.limits.{n}": s for n, s in site.limits.items()}
    if isinstance(site, Facility) and site.grid_mw is not None:
        growing[f"{path}.grid_mw"] = site.grid_mw
    if isinstance(site, Zone) and site.uplink_gbps is not None:
        growing[f"{path}.uplink_gbps"] = site.uplink_gbps
    for name, feed in site.feeds.items():
        growing[f"{path}.feeds.{name}.mw"] = feed.mw
        if feed.failover_mw is not None:
            growing[f"{path}.feeds.{name}.failover_mw"] = feed.failover_mw
    yield from _grown_late(instance, growing, periods).items()
    yield from _on_order_late(instance, site, path, tuple(site.on_order), periods)
    for name, zone in site.zones.items():
        yield from _site_late(instance, zone, f"{path}.zones.{name}", periods)


def _on_order_late(
    instance: Instance, site: Site, path: str, kinds: Sequence[str], periods: int
) -> Iterator[tuple[str, Any]]:
    for kind in kinds:
        moved = _later(instance, site.on_order[kind], periods)
        if moved != site.on_order[kind]:
            yield f"{path}.on_order.{kind}", moved


def _later(instance: Instance, counts: Mapping[str, int], periods: int) -> dict[str, int]:
    """Move what comes after the first period to later ones, to the last one at the latest."""
    names, index = instance.horizon.names, instance.horizon.index
    moved: dict[str, int] = {}
    for period, count in counts.items():
        at = index.get(period, 0)
        to = names[min(at + periods, len(names) - 1)] if at > 0 else period
        moved[to] = moved.get(to, 0) + count
    return moved


def _within(instance: Instance, orders: Sequence[int], lead: int, periods: int) -> int:
    """Give by how many periods something can be late, so that orders that stand still come."""
    return min(periods, len(instance.horizon) - 1 - max(orders, default=-1) - lead)


def _lots_late(instance: Instance, option: Option, periods: int) -> Changes:
    """Give an option whose lots come later, ordered ones and signed ones."""
    index, path = instance.horizon.index, f"options.{option.name}"
    changes: Changes = {}
    standing = standing_lots(instance).items()
    orders = [index[t] for (name, t), lots in standing if lots and name == option.name]
    by = _within(instance, orders, option.lead, periods)
    if instance.contracts[option.name].orders and by > 0:
        changes[f"{path}.lead"] = option.lead + by
    signed = _later(instance, option.signed, periods)
    if signed != option.signed:
        changes[f"{path}.signed"] = signed
    return changes


def _deliveries_late(instance: Instance, chip: str, periods: int) -> Changes:
    """Give a chip of which all that its vendor delivers comes later."""
    index = instance.horizon.index
    kinds = [k for k, block in instance.blocks.items() if block.accelerator == chip]
    sold = [k for k in kinds if instance.blocks[k].cost_once is not None]
    by = periods
    for (kind, _, service), count in standing_purchases(instance).items():
        if kind in sold and count:
            lead = instance.blocks[kind].lead
            by = min(by, _within(instance, [index[service] - lead], lead, periods))
    changes: Changes = {}
    if by > 0:
        changes |= {f"blocks.{kind}.lead": instance.blocks[kind].lead + by for kind in sold}
        supplies = {f"blocks.{kind}.supply": instance.blocks[kind].supply for kind in sold}
        if chip in instance.accelerators:
            supplies[f"accelerators.{chip}.supply"] = instance.accelerators[chip].supply
        for path, supply in supplies.items():
            if supply is not None and sold:
                values = list(instance.over_periods(supply).values())
                changes[path] = [0.0] * by + values[: len(values) - by]
    for name, site in instance.facilities.items():
        changes |= dict(_ordered_late(instance, site, f"facilities.{name}", kinds, periods))
    return changes


def _ordered_late(
    instance: Instance, site: Site, path: str, kinds: Sequence[str], periods: int
) -> Iterator[tuple[str, Any]]:
    """Give blocks of some types that are on order anywhere in a place."""
    there = [kind for kind in kinds if kind in site.on_order]
    yield from _on_order_late(instance, site, path, there, periods)
    for name, zone in site.zones.items():
        yield from _ordered_late(instance, zone, f"{path}.zones.{name}", kinds, periods)
