"""Reserve: who may hold it, on which blocks it stands, and what it serves after each loss."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

from gridblock.model.exact import exact
from gridblock.model.flows import Reach, most_served
from gridblock.model.plan import Assignment, Standing
from gridblock.model.quantities import ZERO, decimal, totals, units_per_block
from gridblock.model.rules.books import USED, Books, Rows, above, against, largest
from gridblock.model.rules.decisions import label
from gridblock.model.rules.fleet import standing
from gridblock.model.rules.network import distances

Blocks = dict[int, Fraction]
"""Blocks by tier."""


def reserved_only_for_demands_that_survive(books: Books) -> Rows:
    """Keep blocks only for a demand with ``survive.facility``."""
    for key, count in books.decisions.reserved.items():
        kept = abs(count) <= USED or books.demands[key.demand].kept_after_facility > 0
        message = f"{key.demand} does not survive the loss of a facility"
        yield None if kept else (label("reserved", key), message)


def reserved_only_where_the_demand_may_run(books: Books) -> Rows:
    """Keep blocks only at the facilities that the demand's ``where`` chooses."""
    for key, count in books.decisions.reserved.items():
        kept = abs(count) <= USED or books.facility_of[key.place] in books.may_serve[key.demand]
        yield None if kept else (label("reserved", key), "kept where the demand may not run")


def reserved_only_with_a_yield(books: Books) -> Rows:
    """Keep for a demand only blocks whose accelerator it names a yield of."""
    for key, count in books.decisions.reserved.items():
        accelerator = books.instance.blocks[key.block].accelerator
        kept = abs(count) <= USED or accelerator in books.demands[key.demand].yields
        yield None if kept else (label("reserved", key), f"it cannot run on {accelerator}")


def reserved_of_the_accelerator_used(books: Books) -> Rows:
    """Keep blocks of the one accelerator that a run, or a demand with ``one_accelerator``, uses."""
    used: dict[tuple[str, str], set[str]] = defaultdict(set)
    for table in (books.decisions.assigned, books.decisions.reserved):
        for key, count in table.items():
            if count > USED:
                throughout = books.demands[key.demand].run is not None
                period = "" if throughout else key.period
                used[key.demand, period].add(books.instance.blocks[key.block].accelerator)
    kept_for = {(key.demand, key.period) for key in books.decisions.reserved}
    for name, t in sorted(kept_for):
        demand = books.demands[name]
        if demand.one_accelerator or demand.run is not None:
            kinds = sorted(used.get((name, "" if demand.run is not None else t), ()))
            message = f"runs on, or keeps, {' and '.join(kinds)}"
            yield None if len(kinds) <= 1 else (f"{name} in {t}", message)


def reserved_blocks_can_be_had(books: Books) -> Rows:
    """Place all reserve on blocks that are powered: idle ones, or those of later tiers.

    A block holds the reserve of one demand. It may be assigned to a demand of a later tier that
    survives no loss itself. The latest reserve chooses first, since earlier ones can stand wherever
    it can: on blocks of tiers still later, the last ones first, and then on idle ones.
    """
    kept, firm, lent = _held(books)
    sizes = largest((Standing(*key[1:]), n) for key, n in books.decisions.reserved.items())
    shared = {
        Standing(*key[1:])
        for table in (books.decisions.assigned, books.decisions.reserved)
        for key in table
        if not books.demands[key.demand].whole_blocks
    }
    for place, by_tier in kept.items():
        powered = Fraction(books.account.powered.get(place, 0))
        idle = powered - firm.get(place, ZERO) - sum(lent[place].values(), ZERO)
        missing = _missing(by_tier, dict(lent[place]), idle)
        if missing > 0 and not (
            place in shared and not above(missing, ZERO, sizes.get(place, 0.0), powered)
        ):
            total = sum(by_tier.values(), ZERO)
            has, may = against(total, total - missing)
            yield f"reserve of {standing(place)}", f"{has} blocks kept, {may} can be had"
        else:
            yield None


def _held(
    books: Books,
) -> tuple[dict[Standing, Blocks], dict[Standing, Fraction], dict[Standing, Blocks]]:
    """Give blocks reserved by tier, and those assigned: firmly, and by tier where lent."""
    kept: dict[Standing, Blocks] = defaultdict(lambda: defaultdict(Fraction))
    lent: dict[Standing, Blocks] = defaultdict(lambda: defaultdict(Fraction))
    firm: dict[Standing, Fraction] = defaultdict(Fraction)
    for key, count in books.decisions.reserved.items():
        kept[Standing(*key[1:])][books.demands[key.demand].tier] += exact(count)
    for key, count in books.decisions.assigned.items():
        demand = books.demands[key.demand]
        if demand.kept_after_facility:
            firm[Standing(*key[1:])] += exact(count)
        else:
            lent[Standing(*key[1:])][demand.tier] += exact(count)
    return kept, firm, lent


def _missing(kept: Blocks, lent: Blocks, idle: Fraction) -> Fraction:
    """Give how many blocks of a reserve find none to stand on."""
    missing = ZERO
    for tier in sorted(kept, reverse=True):
        wanted = kept[tier]
        for later in sorted(lent, reverse=True):
            if later > tier:
                taken = min(wanted, lent[later])
                lent[later] -= taken
                wanted -= taken
        taken = max(ZERO, min(wanted, idle))
        idle -= taken
        missing += wanted - taken
    return missing


def share_survives_the_loss_of_any_facility(books: Books) -> Rows:
    """Lose each facility in turn, and serve the share of what is met of each region elsewhere.

    What the rest can serve is a flow from regions to the facilities that they reach.
    """
    ready, met, reach = _ready(books), _met(books), _reach(books)
    for (name, t), by_region in met.items():
        demand = books.demands[name]
        share = decimal(demand.kept_after_facility)
        asked: dict[Reach, Fraction] = defaultdict(Fraction)
        for region, units in by_region.items():
            asked[reach[name, region]] += share * units
        total = sum(asked.values(), ZERO)
        sizes = float(total), *map(float, ready[name, t].values())
        for lost in ready[name, t]:
            rest = {f: units for f, units in ready[name, t].items() if f != lost}
            served = most_served(asked, rest)
            if above(total, served, *sizes):
                has, must = against(served, total)
                message = f"{has} {demand.unit} can be served elsewhere, {must} must be"
                yield f"{name} in {t} without {lost}", message
            else:
                yield None


def _ready(books: Books) -> Mapping[tuple[str, str], dict[str, Fraction]]:
    """Give the units that blocks assigned and reserved serve, by demand and period, by facility."""
    rates = units_per_block(books.instance)
    found: dict[tuple[str, str], dict[str, Fraction]] = defaultdict(dict)
    for key, count in _blocks(books):
        at = found[key.demand, key.period]
        site = books.facility_of[key.place]
        units = exact(count) * Fraction(rates.get((key.demand, key.block, key.period), 0))
        at[site] = at.get(site, ZERO) + units
    return found


def _blocks(books: Books) -> Iterator[tuple[Assignment, float]]:
    """Give the blocks of demands that survive, assigned and reserved."""
    for table in (books.decisions.assigned, books.decisions.reserved):
        for key, count in table.items():
            if books.demands[key.demand].kept_after_facility:
                yield key, count


def _met(books: Books) -> dict[tuple[str, str], dict[str, Fraction]]:
    """Give what is met of demands that survive, by demand and period, by region."""
    units = totals(
        ((key.demand, key.period, key.region), n)
        for key, n in books.decisions.served.items()
        if books.demands[key.demand].kept_after_facility
    )
    found: dict[tuple[str, str], dict[str, Fraction]] = defaultdict(dict)
    for (name, t, region), served in units.items():
        found[name, t][region] = max(served, ZERO)
    return found


def _reach(books: Books) -> dict[tuple[str, str], Reach]:
    """Give the facilities at which each region of a demand that survives may be served."""
    ms = distances(books) if any(d.from_ for d in books.demands.values()) else {}
    reach: dict[tuple[str, str], Reach] = {}
    for name, demand in books.demands.items():
        for region in demand.regions if demand.kept_after_facility else ():
            reach[name, region] = tuple(
                facility
                for facility in books.instance.facilities
                if facility in books.may_serve[name]
                and (not region or _close(ms[region].get(facility), demand.max_ms))
            )
    return reach


def _close(ms: Fraction | None, bound: float | None) -> bool:
    return ms is not None and (bound is None or float(ms) <= bound)
