"""Checks of demands."""

from collections.abc import Mapping
from typing import Final

from gridblock.instances.checks.common import Faults, Path, series_fits, twice, unknown, where_fits
from gridblock.instances.schema.demands import Demand
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.series import is_by_period

SHARES_SUM_WITHIN: Final = 1e-9


def faults(given: Fields) -> Faults:
    """Check every demand."""
    names = [demand.name for demand in given.demands]
    yield from twice(names, lambda i: ("demands", i, "name"), "demand")
    for i, demand in enumerate(given.demands):
        yield from _demand(given, ("demands", i), demand)


def _demand(given: Fields, here: Path, demand: Demand) -> Faults:
    for field in ("amount", "unmet_cost"):
        yield from series_fits(given, (*here, field), getattr(demand, field))
    for name, series in demand.yields.items():
        yield from unknown(name, given.accelerators, "accelerator", (*here, "yields", name))
        yield from series_fits(given, (*here, "yields", name), series)
    yield from where_fits(given, (*here, "where"), demand.where)
    yield from _serving_cost(given, (*here, "cost_per_unit_hour"), demand)
    yield from _origin(given, here, demand)
    yield from _run(given, (*here, "run"), demand)
    yield from _interconnect(given, (*here, "interconnect", "max_ms"), demand)


def _interconnect(given: Fields, here: Path, demand: Demand) -> Faults:
    if demand.interconnect is None or demand.interconnect.max_ms is None:
        return
    if given.network.routing == "any" and given.network.links:
        yield here, "cannot be kept with `routing: any`; take `routing: tunnels`"
    for facility in () if given.network.links else given.chosen(demand.where):
        if given.position(facility) is None:
            yield here, f"needs coordinates or links: {facility!r} has neither"


def _run(given: Fields, here: Path, demand: Demand) -> Faults:
    if demand.run is None:
        return
    index = given.horizon.index
    unknown_ends = [i for i, period in enumerate(demand.run.start) if period not in index]
    for i in unknown_ends:
        period = demand.run.start[i]
        yield (*here, "start", i), f"is not a period{given.horizon.nearest(period)}"
    if unknown_ends:
        return
    first, last = demand.run.start
    if index[first] > index[last]:
        yield (*here, "start"), f"ends in {last}, before it begins in {first}"
    elif not given.windows(demand):
        left = len(index) - index[first]
        message = f"is more than the {left} that are left from {first} on"
        yield (*here, "periods"), message


def _serving_cost(given: Fields, here: Path, demand: Demand) -> Faults:
    cost = demand.cost_per_unit_hour
    if not isinstance(cost, Mapping):
        yield from series_fits(given, here, cost)
        return
    periods = [key for key in cost if key in given.horizon.index]
    if periods and all(key in given.facilities for key in cost):
        yield here, f"may be by period or by facility: {periods[0]!r} is both"
    elif is_by_period(cost, given.horizon):
        nested = [key for key, value in cost.items() if not isinstance(value, int | float)]
        yield from (((*here, key), "must be a number") for key in nested)
        flat = {key: value for key, value in cost.items() if isinstance(value, int | float)}
        if not nested:
            yield from series_fits(given, here, flat)
    else:
        for facility, series in cost.items():
            yield from unknown(facility, given.facilities, "facility", (*here, facility))
            yield from series_fits(given, (*here, facility), series)


def _origin(given: Fields, here: Path, demand: Demand) -> Faults:
    """Check regions and their shares, and that latency and traffic have somewhere to come from."""
    regions = given.network.regions
    for region in demand.from_:
        yield from unknown(region, regions, "region", (*here, "from", region))
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
