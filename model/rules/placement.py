"""Placement: which blocks serve which demand, and how far a demand is spread."""

import math
from collections import defaultdict
from fractions import Fraction

from gridblock.model.plan import Assignment, Standing
from gridblock.model.quantities import by_period, units_per_block
from gridblock.model.rules.books import USED, Books, Rows, above, against, largest
from gridblock.model.rules.fleet import standing
from gridblock.model.rules.network import distances


def assigned_within_powered(books: Books) -> Rows:
    """Sum blocks assigned over demands: at most those powered in the place.

    Exact where every demand takes whole blocks.
    """
    sizes = largest((Standing(*key[1:]), n) for key, n in books.decisions.assigned.items())
    shared = {
        Standing(*key[1:])
        for key in books.decisions.assigned
        if not books.demands[key.demand].whole_blocks
    }
    for key, assigned in books.account.assigned.items():
        powered = Fraction(books.account.powered.get(key, 0))
        over = assigned > powered
        if over and key in shared:
            over = above(assigned, powered, sizes.get(key, 0.0), powered)
        if over:
            has, may = against(assigned, powered)
            yield standing(key), f"{has} blocks assigned, {may} powered"
        else:
            yield None


def assigned_only_where_the_demand_may_run(books: Books) -> Rows:
    """Keep a demand at the facilities that its ``where`` chooses."""
    for key, count in books.decisions.assigned.items():
        kept = abs(count) <= USED or books.facility_of[key.place] in books.may_serve[key.demand]
        yield None if kept else (_assigned(key), "assigned where the demand may not run")


def assigned_only_with_a_yield(books: Books) -> Rows:
    """Assign a demand only blocks whose accelerator it names a yield of."""
    for key, count in books.decisions.assigned.items():
        accelerator = books.instance.blocks[key.block].accelerator
        kept = abs(count) <= USED or accelerator in books.demands[key.demand].yields
        yield None if kept else (_assigned(key), f"it cannot run on {accelerator}")


def assigned_only_what_can_serve(books: Books) -> Rows:
    """Assign a demand only blocks that can serve some of it, be it less than they could.

    It asks for something in the period, its yield is above 0, and some region reaches the facility.
    """
    rates = units_per_block(books.instance)
    amount = {d.name: by_period(books.instance, d.amount) for d in books.instance.demands}
    reached = _reached(books)
    for key, count in books.decisions.assigned.items():
        if abs(count) <= USED:
            yield None
        elif not amount[key.demand][key.period]:
            yield _assigned(key), "it asks for nothing then"
        elif not rates.get((key.demand, key.block, key.period), 1):
            yield _assigned(key), "its yield is 0 then"
        elif books.facility_of[key.place] not in reached[key.demand]:
            yield _assigned(key), "no region that it comes from reaches the facility"
        else:
            yield None


def _reached(books: Books) -> dict[str, frozenset[str]]:
    """Give the facilities that some region of each demand reaches, within ``max_ms``."""
    distance, reached = distances(books), dict[str, frozenset[str]]()
    for name, demand in books.demands.items():
        bound = math.inf if demand.max_ms is None else demand.max_ms
        near = [distance[region] for region in demand.from_]
        reached[name] = frozenset(
            facility
            for facility in books.instance.facilities
            if not near or any(facility in ms and float(ms[facility]) <= bound for ms in near)
        )
    return reached


def at_most_max_facilities(books: Books) -> Rows:
    """Count the facilities at which a demand has blocks or is served, in each period."""
    used: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key, units in books.decisions.served.items():
        if units > USED:
            used[key.demand, key.period].add(key.facility)
    for given, blocks in books.decisions.assigned.items():
        if blocks > USED:
            used[given.demand, given.period].add(books.facility_of[given.place])
    for name, demand in books.demands.items():
        if demand.max_facilities is not None:
            for t in books.instance.horizon.names:
                facilities = sorted(used.get((name, t), ()))
                message = f"uses {', '.join(facilities)}: more than {demand.max_facilities}"
                kept = len(facilities) <= demand.max_facilities
                yield None if kept else (f"{name} in {t}", message)


def served_within_max_share_per_facility(books: Books) -> Rows:
    """Keep what a facility serves within ``max_share_per_facility`` x the demand's whole amount."""
    services = books.decisions.served.items()
    sizes = largest(((key.demand, key.facility, key.period), n) for key, n in services)
    amounts = {name: by_period(books.instance, d.amount) for name, d in books.demands.items()}
    for key, served in books.account.served.items():
        name, facility, t = key
        share = books.demands[name].max_share_per_facility
        if share is not None:
            most = Fraction(repr(share)) * amounts[name][t]
            if above(served, most, sizes.get(key, 0.0)):
                has, may = against(served, most)
                message = f"{has} served, {may} is the most for one facility"
                yield f"{name} at {facility} in {t}", message
            else:
                yield None


def one_accelerator_at_a_time(books: Books) -> Rows:
    """Count the accelerators that a demand with ``one_accelerator`` runs on, in each period."""
    used: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key, count in books.decisions.assigned.items():
        if count > USED:
            used[key.demand, key.period].add(books.instance.blocks[key.block].accelerator)
    for name, demand in books.demands.items():
        if demand.one_accelerator:
            for t in books.instance.horizon.names:
                accelerators = sorted(used.get((name, t), ()))
                kept = len(accelerators) <= 1
                yield None if kept else (f"{name} in {t}", f"runs on {' and '.join(accelerators)}")


def together_in_one_zone(books: Books) -> Rows:
    """Count the leaf places in which a demand with ``together: zone`` stands, by facility."""
    used: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for key, count in books.decisions.assigned.items():
        if count > USED:
            used[key.demand, books.facility_of[key.place], key.period].add(key.place)
    for inner, units in books.decisions.served_in.items():
        if units > USED:
            used[inner.demand, books.facility_of[inner.place], inner.period].add(inner.place)
    for (name, facility, t), places in used.items():
        if books.demands[name].together == "zone":
            kept = len(places) == 1
            message = f"stands in {' and '.join(sorted(places))}, not in one zone"
            yield None if kept else (f"{name} at {facility} in {t}", message)


def _assigned(key: Assignment) -> str:
    return f"{key.demand} on {key.block} at {key.place} in {key.period}"
