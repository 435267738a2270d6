"""The tree of places: facilities and their zones, copies expanded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from gridblock.instances.calendar import Horizon
from gridblock.instances.schema.facilities import Facility, Site, Zone
from gridblock.instances.schema.series import spread

COOLING: Final = ("air_cooling_kw", "liquid_cooling_kw")
"""Kinds of cooling: a leaf place that names one and not the other has none of the other."""
SWITCHABLE: Final = ("power_kw", *COOLING)
"""Resources that blocks which are switched off do not use."""
IN_MEGAWATTS: Final = {
    f"{name}_mw": f"{name}_kw" for name in ("power", "air_cooling", "liquid_cooling")
}
"""Limits that are written in MW, with the resource in kW that they limit."""
KW_PER_MW: Final = 1000


@dataclass(frozen=True)
class Place:
    """A facility or a zone, one for each copy.

    Attributes:
        path: ``memphis/hall-a-1/row-3``.
        facility: the facility that it belongs to.
        keys: where it is written, as keys of the instance's data.
        written: its path without the numbers of copies: ``memphis/hall-a/row-3``.
        above: this place, then the places around it, the facility last.
        is_leaf: whether blocks stand in it.
        limits: most of each resource in each period, power and cooling in kW.
        uplink_gbps: most traffic in and out in each period, or None.
        installed: blocks owned today, by block type.
        on_order: blocks that enter service, by block type, in each period.
        twin: the copy before this one of the same zone, or None.
        fed_by: the feeds that it draws from.
        may_switch_off: whether some power or cooling limit at or above it falls over time, or the
            rating of a feed that its power comes through.
    """

    path: str
    facility: str
    keys: tuple[str, ...]
    written: str
    above: tuple[str, ...]
    is_leaf: bool
    limits: Mapping[str, tuple[float, ...]]
    uplink_gbps: tuple[float, ...] | None
    installed: Mapping[str, int]
    on_order: Mapping[str, tuple[int, ...]]
    twin: str | None
    may_switch_off: bool
    fed_by: tuple[tuple[str, str], ...] = ()


def expand(facilities: Mapping[str, Facility], horizon: Horizon) -> dict[str, Place]:
    """Give each facility and zone by path, outer places before inner ones.

    Of two with the same path, which checks refuse, it is the first: that order holds even so.
    """
    places: dict[str, Place] = {}
    for place in every_place(facilities, horizon):
        places.setdefault(place.path, place)
    return places


def every_place(facilities: Mapping[str, Facility], horizon: Horizon) -> Iterator[Place]:
    """Give each facility and zone, also where two have the same path."""
    for name, facility in facilities.items():
        grid = facility.grid_mw
        falling = grid is not None and falls(spread(grid, horizon))
        top = _place(facility, (name,), ("facilities", name), None, falling, horizon)
        yield from _walk(facility, top, horizon)


def _walk(site: Site, place: Place, horizon: Horizon) -> Iterator[Place]:
    yield place
    for name, zone in site.zones.items():
        twin = None
        for copy in copies(name, zone):
            path = f"{place.path}/{copy}"
            keys = (*place.keys, "zones", name)
            inner = _place(zone, (path, *place.above), keys, twin, place.may_switch_off, horizon)
            yield from _walk(zone, inner, horizon)
            twin = path


def site_of(facilities: Mapping[str, Facility], keys: tuple[str, ...]) -> Site:
    """Give a facility or zone as it is written."""
    site: Site = facilities[keys[1]]
    for zone in keys[3::2]:
        site = site.zones[zone]
    return site


def copies(name: str, zone: Zone) -> tuple[str, ...]:
    """Give the names of the copies of a zone."""
    return (name,) if zone.count == 1 else tuple(f"{name}-{i}" for i in range(1, zone.count + 1))


def _place(
    site: Site,
    above: tuple[str, ...],
    keys: tuple[str, ...],
    twin: str | None,
    falling: bool,
    horizon: Horizon,
) -> Place:
    """Make the place of a facility or zone, with what it holds over the periods."""
    limits = limits_of(site, horizon)
    uplink = site.uplink_gbps if isinstance(site, Zone) else None
    return Place(
        path=above[0],
        written="/".join((keys[1], *keys[3::2])),
        facility=above[-1],
        keys=keys,
        above=above,
        is_leaf=not site.zones,
        limits=limits,
        uplink_gbps=None if uplink is None else spread(uplink, horizon),
        installed=dict(site.installed),
        on_order={
            kind: tuple(arrivals.get(period, 0) for period in horizon.names)
            for kind, arrivals in site.on_order.items()
        },
        twin=twin,
        may_switch_off=falling or any(falls(limits[name]) for name in SWITCHABLE if name in limits),
    )


def limits_of(site: Site, horizon: Horizon) -> dict[str, tuple[float, ...]]:
    """Give the limits of a place by resource, MW turned into kW."""
    limits = {}
    for name, series in site.limits.items():
        values = spread(series, horizon)
        if name in IN_MEGAWATTS:
            limits[IN_MEGAWATTS[name]] = tuple(in_kw(value) for value in values)
        else:
            limits[name] = values
    named = [kind for kind in COOLING if kind in limits]
    if not site.zones and len(named) == 1:
        other = next(kind for kind in COOLING if kind not in limits)
        limits[other] = (0.0,) * len(horizon)
    return limits


def in_kw(mw: float) -> float:
    """Turn MW into kW without leaving the decimal that was written: 0.0353 MW are 35.3 kW."""
    return float(Decimal(repr(mw)) * KW_PER_MW)


def falls(values: tuple[float, ...]) -> bool:
    """Say whether a series ever falls."""
    return any(after < before for before, after in pairwise(values))
