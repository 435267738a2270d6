"""Demand: what is served is covered by blocks, and makes the amount with what stays unmet."""

from gridblock.model.quantities import ZERO, decimal, units_per_block
from gridblock.model.rules.books import USED, Books, Rows, above, against, largest


def served_only_where_the_demand_may_run(books: Books) -> Rows:
    """Keep a demand at the facilities that its ``where`` chooses."""
    for key, units in books.decisions.served.items():
        kept = abs(units) <= USED or key.facility in books.may_serve[key.demand]
        where = f"{key.demand} at {key.facility} in {key.period}"
        yield None if kept else (where, "served where the demand may not run")


def served_within_what_is_assigned(books: Books) -> Rows:
    """Keep served, over regions, within blocks assigned x accelerators x yield at each facility."""
    services = books.decisions.served.items()
    sizes = largest(((key.demand, key.facility, key.period), n) for key, n in services)
    rates = units_per_block(books.instance)
    blocks = largest(
        (
            (key.demand, books.facility_of[key.place], key.period),
            n * float(rates.get((key.demand, key.block, key.period), 0)),
        )
        for key, n in books.decisions.assigned.items()
    )
    for key, served in books.account.served.items():
        capacity = books.account.capacity.get(key, ZERO)
        if above(served, capacity, sizes.get(key, 0.0), blocks.get(key, 0.0)):
            name, facility, t = key
            has, may = against(served, capacity)
            unit = books.demands[name].unit
            message = f"{has} {unit} served, {may} on what is assigned"
            yield f"{name} at {facility} in {t}", message
        else:
            yield None


def met_within_the_amount(books: Books) -> Rows:
    """Derive unmet as amount - served, region by region, and let it not be below 0."""
    sizes = _met_sizes(books)
    for key, amount in books.account.amount.items():
        met = books.account.met.get(key, ZERO)
        if above(met, amount, sizes.get(key, 0.0), met - amount):
            has, may = against(met, amount)
            yield _asked(key), f"{has} {books.demands[key[0]].unit} met of {may}"
        else:
            yield None


def min_share_is_met(books: Books) -> Rows:
    """Meet at least ``min_share`` of the amount of each region."""
    sizes = _met_sizes(books)
    for key, amount in books.account.amount.items():
        share = books.demands[key[0]].min_share
        if share:
            met, floor = books.account.met.get(key, ZERO), decimal(share) * amount
            if above(floor, met, sizes.get(key, 0.0)):
                has, must = against(met, floor)
                yield _asked(key), f"{has} {books.demands[key[0]].unit} met, {must} must be"
            else:
                yield None


def _met_sizes(books: Books) -> dict[tuple[str, str, str], float]:
    services = books.decisions.served.items()
    return largest(((key.demand, key.region, key.period), n) for key, n in services)


def _asked(key: tuple[str, str, str]) -> str:
    demand, region, t = key
    return f"{demand} from {region} in {t}" if region else f"{demand} in {t}"
