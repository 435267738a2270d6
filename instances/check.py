"""Cross-checks: names that must exist, series that must fit, numbers that cannot be."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from gridblock.instances.calendar import FORMS, MONTHS, span_of
from gridblock.instances.faults import Fault, did_you_mean
from gridblock.instances.places import IN_MEGAWATTS
from gridblock.instances.schema.demands import Demand
from gridblock.instances.schema.facilities import Site, Zone
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.hardware import Where
from gridblock.instances.schema.network import Link
from gridblock.instances.schema.periods import Calendar
from gridblock.instances.schema.series import Written, faults_of_series, is_by_period

Found = tuple[tuple[str | int, ...], str]
Faults = Iterator[Found]

MOST_PLACES: Final = 100_000
SHARES_SUM_WITHIN: Final = 1e-9
USES: Final = (*IN_MEGAWATTS.values(), "racks")
LIMITS: Final = (*IN_MEGAWATTS, "racks")


def faults_of(given: Fields) -> tuple[Fault, ...]:
    """Give every fault that no single field shows."""
    found = [*_calendar(given), *_sizes(given)]
    if not found:
        for subject in (_periods, _hardware, _sites, _network, _demands):
            found += subject(given)
    return tuple(Fault(path, message) for path, message in found)


def _calendar(given: Fields) -> Faults:
    periods = given.periods
    if isinstance(periods, Calendar):
        span = span_of(periods.first)
        if span is None:
            yield (
                ("periods", "first"),
                f"must be like 2026Q3, 2026-07 or 2026, not {periods.first!r}",
            )
        elif periods.every not in {None, span}:
            yield ("periods", "every"), f"is {periods.every}, but {periods.first} is a {span}"
        elif span and _last_year(periods.first, periods.count, span) > _LAST_YEAR:
            yield ("periods", "count"), f"reaches beyond the year {_LAST_YEAR}"
    else:
        yield from _twice(
            [period.name for period in periods], lambda i: ("periods", i, "name"), "period"
        )


_LAST_YEAR: Final = 2999


def _last_year(first: str, count: int, span: str) -> int:
    match = FORMS[span].fullmatch(first)
    return int(match["year"]) + count * MONTHS[span] // 12 + 1 if match else 0


def _twice(names: list[str], place: Callable[[int], tuple[str | int, ...]], what: str) -> Faults:
    seen: dict[str, int] = {}
    for i, name in enumerate(names):
        if name in seen:
            yield place(i), f"names the {what} {name!r} a second time"
        seen.setdefault(name, i)


def _unknown(name: str, known: Collection[str], what: str, path: tuple[str | int, ...]) -> Faults:
    if name not in known:
        yield path, f"names the {what} {name!r}, which is not defined{did_you_mean(name, known)}"


def _series(given: Fields, path: tuple[str | int, ...], series: Written | None) -> Faults:
    if series is not None:
        for inner, message in faults_of_series(series, given.horizon):
            yield (*path, *inner), message


def _periods(given: Fields) -> Faults:
    yield from _series(given, ("carbon_price_per_t",), given.carbon_price_per_t)
    if given.horizon.equal:
        return
    why = "counts in periods, which have unequal hours here"
    for name, block in given.blocks.items():
        if block.lead:
            yield ("blocks", name, "lead"), f"{why}; leave it out"
        yield from _counted(("blocks", name, "cost_per_period"), block.cost_per_period)
    for name, facility in given.facilities.items():
        yield from _counted(("facilities", name, "cost_per_period"), facility.cost_per_period)


def _counted(path: tuple[str | int, ...], series: Written) -> Faults:
    if isinstance(series, int | float) and series:
        yield path, "is one number for periods of unequal hours; give a value for each period"


def _hardware(given: Fields) -> Faults:
    for name, accelerator in given.accelerators.items():
        yield from _series(given, ("accelerators", name, "supply"), accelerator.supply)
    for name, block in given.blocks.items():
        here = ("blocks", name)
        yield from _unknown(
            block.accelerator, given.accelerators, "accelerator", (*here, "accelerator")
        )
        yield from _where(given, (*here, "where"), block.where)
        for field in ("cost_once", "cost_per_period", "supply"):
            yield from _series(given, (*here, field), getattr(block, field))
        if block.cost_once is None:
            for field in ("resale_share", "end_share", "supply", "lead"):
                if getattr(block, field):
                    yield (
                        (*here, field),
                        "has no meaning without cost_once: the block cannot be bought",
                    )
        for resource in block.uses:
            yield from _resource(resource, USES, _limited(given), (*here, "uses", resource))


def _limited(given: Fields) -> set[str]:
    return {resource for place in given.places.values() for resource in place.limits}


def _used(given: Fields) -> set[str]:
    return {resource for block in given.blocks.values() for resource in block.uses}


def _resource(
    name: str, built_in: tuple[str, ...], other_side: Collection[str], path: tuple[str | int, ...]
) -> Faults:
    """Refuse a resource that nothing on the other side knows and that looks like another one."""
    if name in built_in or name in other_side:
        return
    hint = did_you_mean(name, (*built_in, *other_side))
    if hint:
        yield path, f"is a resource that is named nowhere else{hint}"


def _where(given: Fields, path: tuple[str | int, ...], where: Where) -> Faults:
    for field in ("facilities", "not_facilities"):
        for i, name in enumerate(getattr(where, field) or ()):
            yield from _unknown(name, given.facilities, "facility", (*path, field, i))
    tags = {tag for facility in given.facilities.values() for tag in facility.tags}
    for i, tag in enumerate(where.tags):
        if tag not in tags:
            yield (
                (*path, "tags", i),
                f"names the tag {tag!r}, which no facility carries{did_you_mean(tag, tags)}",
            )


def _sizes(given: Fields) -> Faults:
    if sum(_size(facility) for facility in given.facilities.values()) > MOST_PLACES:
        yield ("facilities",), f"has more than {MOST_PLACES:,} places with all copies of zones"


def _sites(given: Fields) -> Faults:
    names = [place.path for place in given.places.values()] + list(given.network.regions)
    keys = [place.keys for place in given.places.values()]
    keys += [("network", "regions", region) for region in given.network.regions]
    yield from _twice(names, lambda i: keys[i], "place")
    for name, facility in given.facilities.items():
        for field in ("grid_mw", "energy_per_mwh", "carbon_kg_per_mwh", "cost_per_period"):
            yield from _series(given, ("facilities", name, field), getattr(facility, field))
        yield from _site(given, ("facilities", name), facility, name)


def _size(site: Site) -> int:
    inner = 0
    for zone in site.zones.values():
        inner += zone.count * _size(zone)
        if inner > MOST_PLACES:
            break
    return 1 + inner


def _site(given: Fields, here: tuple[str, ...], site: Site, facility: str) -> Faults:
    for resource, limit in site.limits.items():
        yield from _series(given, (*here, "limits", resource), limit)
        yield from _resource(resource, LIMITS, _used(given), (*here, "limits", resource))
    if isinstance(site, Zone):
        yield from _series(given, (*here, "uplink_gbps"), site.uplink_gbps)
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


def _standing(given: Fields, path: tuple[str | int, ...], kind: str, facility: str) -> Faults:
    yield from _unknown(kind, given.blocks, "block", path)
    if kind in given.blocks and facility not in given.chosen(given.blocks[kind].where):
        yield path, f"stands at {facility!r}, where the block's `where` does not let it"


def _network(given: Fields) -> Faults:
    network = given.network
    if network.graph is not None:
        yield ("network", "graph"), "is only followed in a file that is read; give links here"
    known = {*given.facilities, *network.regions}
    for i, link in enumerate(network.links):
        here = ("network", "links", i)
        for end, name in enumerate(link.between):
            yield from _unknown(name, known, "place", (*here, "between", end))
        if link.between[0] == link.between[1]:
            yield (*here, "between"), f"joins {link.between[0]!r} to itself"
        for field in ("gbps", "cost_per_gbps"):
            yield from _series(given, (*here, field), getattr(link, field))
        if link.ms is None and network.routing == "tunnels":
            yield from _positions(given, link, (*here, "ms"))
    labels = [link.label for link in network.links]
    yield from _twice(labels, lambda i: ("network", "links", i), "link")


def _positions(given: Fields, link: Link, path: tuple[str | int, ...]) -> Faults:
    for end in link.between:
        if end in {*given.facilities, *given.network.regions} and given.position(end) is None:
            yield path, f"is needed: {end!r} has no coordinates to reckon it from"
            return


def _demands(given: Fields) -> Faults:
    names = [demand.name for demand in given.demands]
    yield from _twice(names, lambda i: ("demands", i, "name"), "demand")
    for i, demand in enumerate(given.demands):
        yield from _demand(given, ("demands", i), demand)


def _demand(given: Fields, here: tuple[str | int, ...], demand: Demand) -> Faults:
    for field in ("amount", "unmet_cost"):
        yield from _series(given, (*here, field), getattr(demand, field))
    for name, series in demand.yields.items():
        yield from _unknown(name, given.accelerators, "accelerator", (*here, "yields", name))
        yield from _series(given, (*here, "yields", name), series)
    yield from _where(given, (*here, "where"), demand.where)
    yield from _serving_cost(given, (*here, "cost_per_unit_hour"), demand)
    yield from _origin(given, here, demand)


def _serving_cost(given: Fields, here: tuple[str | int, ...], demand: Demand) -> Faults:
    cost = demand.cost_per_unit_hour
    if not isinstance(cost, Mapping):
        yield from _series(given, here, cost)
        return
    periods = [key for key in cost if key in given.horizon.index]
    if periods and all(key in given.facilities for key in cost):
        yield here, f"may be by period or by facility: {periods[0]!r} is both"
    elif is_by_period(cost, given.horizon):
        nested = [key for key, value in cost.items() if not isinstance(value, int | float)]
        yield from (((*here, key), "must be a number") for key in nested)
        flat = {key: value for key, value in cost.items() if isinstance(value, int | float)}
        if not nested:
            yield from _series(given, here, flat)
    else:
        for facility, series in cost.items():
            yield from _unknown(facility, given.facilities, "facility", (*here, facility))
            yield from _series(given, (*here, facility), series)


def _origin(given: Fields, here: tuple[str | int, ...], demand: Demand) -> Faults:
    regions = given.network.regions
    for region in demand.from_:
        yield from _unknown(region, regions, "region", (*here, "from", region))
    total = sum(demand.from_.values())
    if demand.from_ and abs(total - 1) > SHARES_SUM_WITHIN:
        yield (*here, "from"), f"must have shares that sum to 1, not {total:.12g}"
    if demand.max_ms is not None and not demand.from_:
        yield (*here, "max_ms"), "needs `from`: a latency is between a region and a facility"
    if demand.max_ms is not None and given.network.routing == "any" and given.network.links:
        yield (*here, "max_ms"), "cannot be kept with `routing: any`; take `routing: tunnels`"
    if (
        demand.gbps_per_unit
        and not demand.from_
        and not any(p.uplink_gbps for p in given.places.values())
    ):
        yield (*here, "gbps_per_unit"), "needs `from`: traffic comes from a region"
    if demand.max_ms is not None and not given.network.links:
        for place in (*demand.from_, *given.chosen(demand.where)):
            if place in {*regions, *given.facilities} and given.position(place) is None:
                yield (*here, "max_ms"), f"needs coordinates or links: {place!r} has neither"
