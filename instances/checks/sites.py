"""Checks of facilities and zones."""

from typing import Final

from gridblock.instances.checks.common import (
    LIMITS,
    Faults,
    Path,
    resource_known,
    series_fits,
    twice,
    unknown,
)
from gridblock.instances.places import every_place
from gridblock.instances.schema.facilities import Site, Zone
from gridblock.instances.schema.fields import Fields

MOST_PLACES: Final = 100_000


def sizes(given: Fields) -> Faults:
    """Check that copies of zones do not explode, before they are made."""
    if sum(_size(facility) for facility in given.facilities.values()) > MOST_PLACES:
        yield (
            ("facilities",),
            f"has more than {MOST_PLACES:,} places and feeds with all copies of zones",
        )


def _size(site: Site) -> int:
    inner = 0
    for zone in site.zones.values():
        inner += zone.count * _size(zone)
        if inner > MOST_PLACES:
            break
    return 1 + len(site.feeds) + inner


def faults(given: Fields) -> Faults:
    """Check every facility with its zones."""
    places = list(every_place(given.facilities, given.horizon))
    names = [place.path for place in places] + list(given.network.regions)
    keys = [place.keys for place in places]
    keys += [("network", "regions", region) for region in given.network.regions]
    yield from twice(names, lambda i: keys[i], "place")
    for name, facility in given.facilities.items():
        for field in ("grid_mw", "energy_per_mwh", "carbon_kg_per_mwh", "cost_per_period"):
            yield from series_fits(given, ("facilities", name, field), getattr(facility, field))
        yield from _site(given, ("facilities", name), facility, name)


def _site(given: Fields, here: tuple[str, ...], site: Site, facility: str) -> Faults:
    for resource, limit in site.limits.items():
        yield from series_fits(given, (*here, "limits", resource), limit)
        yield from resource_known(resource, LIMITS, _used(given), (*here, "limits", resource))
    if isinstance(site, Zone):
        yield from series_fits(given, (*here, "uplink_gbps"), site.uplink_gbps)
    for field in ("installed", "on_order"):
        for kind in getattr(site, field):
            yield from _standing(given, (*here, field, kind), kind, facility)
        if site.zones and getattr(site, field):
            yield (*here, field), "stands at a place with zones; move it into the zones"
    for kind, arrivals in site.on_order.items():
        for period in arrivals:
            if period not in given.horizon.index:
                yield (
                    (*here, "on_order", kind, period),
                    f"is not a period{given.horizon.nearest(period)}",
                )
    for name, zone in site.zones.items():
        yield from _site(given, (*here, "zones", name), zone, facility)


def _standing(given: Fields, path: Path, kind: str, facility: str) -> Faults:
    yield from unknown(kind, given.blocks, "block", path)
    if kind in given.blocks and facility not in given.chosen(given.blocks[kind].where):
        yield path, f"stands at {facility!r}, where the block's `where` does not let it"


def _used(given: Fields) -> set[str]:
    return {resource for block in given.blocks.values() for resource in block.uses}
