"""Oddities of feeds: what is allowed and leaves less safe than it looks."""

from typing import Final

from gridblock.instances.feeds import way_up
from gridblock.instances.places import site_of
from gridblock.instances.prospects import Oddities
from gridblock.instances.schema.fields import Fields

LARGEST_MW: Final = 5000.0


def of_feeds(given: Fields) -> Oddities:
    """Find feeds and zones fed by them that look odd."""
    if given.feeds:
        yield from _shared_parents(given)
        yield from _without(given)
        yield from _ratings(given)
        yield from _idle(given)


def _shared_parents(given: Fields) -> Oddities:
    """Find places of which the loss of one device takes all feeds."""
    for place in given.places.values():
        names = site_of(given.facilities, place.keys).fed_by
        if len(place.fed_by) < 2 or not names:
            continue
        ways = [way_up(label, given.feeds) for label in place.fed_by]
        shared = next((step for step in ways[0] if all(step in way for way in ways)), None)
        if shared is not None:
            message = (
                f"all draw from {shared[1]!r}, so that its loss takes them together and leaves "
                "the place dark; give them parents of their own"
            )
            yield (*place.keys, "fed_by"), message


def _without(given: Fields) -> Oddities:
    """Find places for blocks without feeds, where others of their facility have some."""
    fed = {leaf.facility for leaf in given.leaves.values() if leaf.fed_by}
    for leaf in given.leaves.values():
        if leaf.facility in fed and not leaf.fed_by:
            message = (
                "has no feeds, and other zones of its facility have: what it draws loads no feed; "
                "name them under `fed_by`"
            )
            yield leaf.keys, message


def _ratings(given: Fields) -> Oddities:
    """Find ratings that are lower after a loss, or that look like kW."""
    for device in given.feeds.values():
        pairs = zip(device.failover_mw, device.mw, strict=True)
        if any(failover < mw for failover, mw in pairs):
            message = "is below mw, so that it binds before any device is lost; is it meant?"
            yield (*device.keys, "failover_mw"), message
        if max(device.mw) > LARGEST_MW:
            message = f"is {max(device.mw):,.6g} MW, more than any site; it is in MW, not in kW"
            yield (*device.keys, "mw"), message


def _idle(given: Fields) -> Oddities:
    """Find feeds that no place draws from, be it through others."""
    used = {
        step
        for leaf in given.leaves.values()
        for label in leaf.fed_by
        for step in way_up(label, given.feeds)
    }
    for label, device in given.feeds.items():
        if label not in used:
            yield device.keys, "is a feed that no place draws from; name it under `fed_by`"
