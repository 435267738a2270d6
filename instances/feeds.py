"""The feeds of an instance: power devices in a tree, copies expanded, and who draws from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from gridblock.instances.calendar import Horizon
from gridblock.instances.places import Place, falls, site_of
from gridblock.instances.schema.facilities import Facility
from gridblock.instances.schema.series import spread

Label = tuple[str, str]
"""The path of the place that a feed belongs to, and its name."""


@dataclass(frozen=True)
class Device:
    """A feed, one for each copy of its place.

    Attributes:
        label: the path of its place, and its name.
        facility: the facility that it belongs to.
        keys: where it is written, as keys of the instance's data.
        parent: the feed that it draws from, or None.
        mw: most that it may carry in each period while every device works.
        failover_mw: the same after the loss of any other device.
        pue: whether its load includes PUE by its own word.
    """

    label: Label
    facility: str
    keys: tuple[str, ...]
    parent: Label | None
    mw: tuple[float, ...]
    failover_mw: tuple[float, ...]
    pue: bool

    @property
    def falls(self) -> bool:
        """Whether one of its ratings ever falls."""
        return falls(self.mw) or falls(self.failover_mw)


def devices(
    places: Mapping[str, Place], facilities: Mapping[str, Facility], horizon: Horizon
) -> dict[Label, Device]:
    """Give every feed, outer places before inner ones."""
    return {device.label: device for device in _every_device(places, facilities, horizon)}


def _every_device(
    places: Mapping[str, Place], facilities: Mapping[str, Facility], horizon: Horizon
) -> Iterator[Device]:
    for place in places.values():
        for name, feed in site_of(facilities, place.keys).feeds.items():
            mw = spread(feed.mw, horizon)
            failover = feed.failover_mw
            yield Device(
                label=(place.path, name),
                facility=place.facility,
                keys=(*place.keys, "feeds", name),
                parent=None
                if feed.parent is None
                else _nearest(feed.parent, place, places, facilities),
                mw=mw,
                failover_mw=mw if failover is None else spread(failover, horizon),
                pue=feed.pue,
            )


def _nearest(
    name: str, place: Place, places: Mapping[str, Place], facilities: Mapping[str, Facility]
) -> Label | None:
    """Give the nearest feed of a name, of a place or one around it; None where there is none."""
    for path in place.above:
        if name in site_of(facilities, places[path].keys).feeds:
            return path, name
    return None


def fed(
    places: Mapping[str, Place], facilities: Mapping[str, Facility], horizon: Horizon
) -> dict[str, Place]:
    """Give the places with the feeds that each draws from."""
    known = devices(places, facilities, horizon)
    if not known:
        return dict(places)
    drawing: dict[str, Place] = {}
    for path, place in places.items():
        names = site_of(facilities, place.keys).fed_by
        found = (_nearest(name, place, places, facilities) for name in names)
        around = drawing[place.above[1]].fed_by if place.above[1:] else ()
        fed_by = tuple(label for label in found if label) if names else around
        dips = any(known[step].falls for label in fed_by for step in way_up(label, known))
        off = place.may_switch_off or dips
        drawing[path] = replace(place, fed_by=fed_by, may_switch_off=off)
    return drawing


def way_up(label: Label, known: Mapping[Label, Device]) -> tuple[Label, ...]:
    """Give a feed and the feeds above it, the root last."""
    way: list[Label] = []
    step: Label | None = label
    while step is not None and step not in way:
        way.append(step)
        step = known[step].parent
    return tuple(way)
