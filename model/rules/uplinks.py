"""Uplinks: what is served inside a zone goes through the uplinks of the zones around it."""

from gridblock.instances.schema.facilities import Zone
from gridblock.model.exact import exact
from gridblock.model.lots import added_to_limits
from gridblock.model.plan import ZoneService
from gridblock.model.quantities import (
    ZERO,
    by_period,
    product,
    totals,
    units_per_block,
)
from gridblock.model.rules.books import Books, Rows, above, against, differ, largest
from gridblock.model.traffic import fabric_traffic


def _split(books: Books) -> frozenset[tuple[str, str]]:
    """Give the demands and facilities where what is served is split among leaf places.

    They are the demands with traffic, at the facilities of which some zone has an uplink.
    """
    places = books.instance.places.values()
    facilities = {place.facility for place in places if place.uplink_gbps is not None}
    demands = [demand.name for demand in books.instance.demands if demand.gbps_per_unit]
    return frozenset((name, facility) for name in demands for facility in facilities)


def served_in_zones_adds_up(books: Books) -> Rows:
    """Match what leaf places serve with what their facility serves, where uplinks carry traffic."""
    inner = [
        ((key.demand, books.facility_of[key.place], key.period), units)
        for key, units in books.decisions.served_in.items()
    ]
    services = books.decisions.served.items()
    outer = [((key.demand, key.facility, key.period), units) for key, units in services]
    split, sums, sizes = _split(books), totals(inner), largest((*inner, *outer))
    for key in {**sums, **books.account.served}:
        name, facility, t = key
        if key in sums or (name, facility) in split:
            inside, served = sums.get(key, ZERO), books.account.served.get(key, ZERO)
            if differ(inside, served, sizes.get(key, 0.0)):
                has, must = against(inside, served)
                message = f"{has} served in zones, {must} at the facility"
                yield f"{name} at {facility} in {t}", message
            else:
                yield None


def served_in_zones_within_what_is_assigned(books: Books) -> Rows:
    """Keep what a leaf place serves within blocks assigned x accelerators x yield there."""
    rates = units_per_block(books.instance)
    sizes = largest(
        (
            ZoneService(key.demand, key.place, key.period),
            n * float(rates.get((key.demand, key.block, key.period), 0)),
        )
        for key, n in books.decisions.assigned.items()
    )
    for key, units in books.decisions.served_in.items():
        served, capacity = exact(units), books.account.leaf_capacity.get(key, ZERO)
        if above(served, capacity, abs(served), sizes.get(key, 0.0)):
            has, may = against(served, capacity)
            where = f"{key.demand} at {key.place} in {key.period}"
            yield where, f"{has} served, {may} on what is assigned"
        else:
            yield None


def uplinks_carry_within_capacity(books: Books) -> Rows:
    """Keep what each zone sends and receives within its uplink; zones nest.

    It is ``gbps_per_unit`` x served inside, and ``fabric_gbps_per_block`` x the blocks inside of
    each demand that also stands outside. Lots in effect add to uplinks.
    """
    added = added_to_limits(books.instance, books.account.lots)
    terms = [
        ((place, key.period), product(books.demands[key.demand].gbps_per_unit, units))
        for key, units in books.decisions.served_in.items()
        for place in books.instance.leaves[key.place].above
    ]
    carried, sizes = totals(terms), largest((key, float(gbps)) for key, gbps in terms)
    for (_, place, t), gbps in fabric_traffic(books.instance, books.decisions).items():
        carried[place, t] = carried.get((place, t), ZERO) + gbps
        sizes[place, t] = max(sizes.get((place, t), 0.0), float(gbps))
    for path, site in books.written.items():
        if isinstance(site, Zone) and site.uplink_gbps is not None:
            for t, written in by_period(books.instance, site.uplink_gbps).items():
                most = written + added.get((path, "uplink_gbps", t), ZERO)
                total = carried.get((path, t), ZERO)
                if above(total, most, sizes.get((path, t), 0.0)):
                    has, may = against(total, most)
                    yield f"uplink of {path} in {t}", f"{has} Gbps carried, {may} Gbps there"
                else:
                    yield None
