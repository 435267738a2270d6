"""Capacity: what stands in each place stays within its limits, to the last digit."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple

from gridblock.model.lots import added_to_limits
from gridblock.model.quantities import ZERO, Amounts, by_period, decimal
from gridblock.model.rules.books import Books, Rows, against

KW_PER_MW: Final = 1000
COOLING: Final = {"air_cooling_mw": "air_cooling_kw", "liquid_cooling_mw": "liquid_cooling_kw"}
IN_MEGAWATTS: Final = {"power_mw": "power_kw", **COOLING}
"""The use in kW that each limit in MW bounds; any other limit bounds the use of its own name."""
WRITTEN_AS: Final = {kw: mw for mw, kw in IN_MEGAWATTS.items()}


class Limit(NamedTuple):
    """A limit of a place.

    Attributes:
        place: the path of the facility or zone.
        resource: what blocks use of it.
        most: the limit in each period, in the unit of the use.
    """

    place: str
    resource: str
    most: Mapping[str, Fraction]


def limits(books: Books) -> Iterator[Limit]:
    """Give every limit of every place: as written, with what lots in effect add, 0 while closed."""
    added = added_to_limits(books.instance, books.account.lots)
    for limit in written_limits(books):
        name = WRITTEN_AS.get(limit.resource, limit.resource)
        factor = KW_PER_MW if name in IN_MEGAWATTS else 1
        yield limit._replace(most=_with(books, limit.place, name, limit.most, added, factor))


def _with(
    books: Books, place: str, name: str, most: Mapping[str, Fraction], added: Amounts, factor: int
) -> dict[str, Fraction]:
    """Add what lots add to a limit of a place; let it be 0 while the place is closed."""
    total = {t: limit + factor * added.get((place, name, t), ZERO) for t, limit in most.items()}
    is_open = books.account.is_open
    return {t: limit if is_open.get((place, t), True) else ZERO for t, limit in total.items()}


def written_limits(books: Books) -> Iterator[Limit]:
    """Give every limit of every place, from the decimals as written.

    A leaf place that names one kind of cooling has none of the other.
    """
    for path, site in books.written.items():
        for name, series in site.limits.items():
            factor = KW_PER_MW if name in IN_MEGAWATTS else 1
            most = {t: factor * v for t, v in by_period(books.instance, series).items()}
            yield Limit(path, IN_MEGAWATTS.get(name, name), most)
        if len(COOLING.keys() & site.limits.keys()) == 1 and not site.zones:
            (other,) = COOLING.keys() - site.limits.keys()
            yield Limit(path, COOLING[other], by_period(books.instance, 0.0))


def grid(books: Books) -> dict[str, Mapping[str, Fraction]]:
    """Give the kW that the grid delivers to each facility that names it, with what lots add."""
    added = added_to_limits(books.instance, books.account.lots)
    return {
        name: _with(books, name, "grid_mw", most, added, KW_PER_MW)
        for name, most in written_grid(books).items()
    }


def written_grid(books: Books) -> dict[str, Mapping[str, Fraction]]:
    """Give the kW that the grid delivers to each facility that names it, as written."""
    return {
        name: {t: KW_PER_MW * mw for t, mw in by_period(books.instance, site.grid_mw).items()}
        for name, site in books.instance.facilities.items()
        if site.grid_mw is not None
    }


def places_where_a_limit_falls(books: Books) -> frozenset[str]:
    """Give the leaf places at or above which a power or cooling limit as written ever falls."""
    powering = IN_MEGAWATTS.values()
    falling = {
        limit.place
        for limit in written_limits(books)
        if limit.resource in powering and _falls(limit.most)
    }
    falling |= {name for name, most in written_grid(books).items() if _falls(most)}
    leaves = books.instance.leaves.items()
    return frozenset(path for path, leaf in leaves if falling & {*leaf.above})


def _falls(series: Mapping[str, Fraction]) -> bool:
    return any(after < before for before, after in pairwise(series.values()))


def limits_of_places_hold(books: Books) -> Rows:
    """Keep use within every limit of every place around it: zones nest.

    Power and cooling bind what is powered; racks and other resources what is installed.
    """
    for place, resource, most in limits(books):
        powering = resource in IN_MEGAWATTS.values()
        used = books.drawn if powering else books.taken
        what = resource.removesuffix("_kw").replace("_", " ") if powering else resource
        unit, scale = (" MW", KW_PER_MW) if powering else ("", 1)
        for t, limit in most.items():
            now = used.get((place, resource, t), ZERO)
            if now <= limit:
                yield None
            else:
                has, may = against(now / scale, limit / scale)
                yield f"{what} at {place} in {t}", f"{has}{unit} used, {may}{unit} allowed"


def grid_power_holds(books: Books) -> Rows:
    """Keep rated power x PUE of what is powered within what the grid delivers."""
    for facility, most in grid(books).items():
        pue = decimal(books.instance.facilities[facility].pue)
        for t, limit in most.items():
            now = pue * books.drawn.get((facility, "power_kw", t), ZERO)
            if now <= limit:
                yield None
            else:
                has, may = against(now / KW_PER_MW, limit / KW_PER_MW)
                yield f"grid power at {facility} in {t}", f"{has} MW drawn, {may} MW delivered"
