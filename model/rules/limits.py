"""Limits over the plan: budgets, carbon, shares, floors."""

from typing import Final

from gridblock.instances.schema.limits import UNITS
from gridblock.model.rules.books import Books, Rows, above, against
from gridblock.model.used import Use, uses

WHOLE: Final = ("blocks", "accelerators")
"""Measures of whole numbers, which are checked exactly."""
LARGEST_DENOMINATOR: Final = 10**6
"""Limits of more digits are checked within the tolerance."""
WHEN: Final = {"period": "in", "to_date": "up to", "horizon": "over the horizon, up to"}


def limits_over_the_plan_hold(books: Books) -> Rows:
    """Keep max, min and max_share of each limit without a penalty."""
    for use in uses(books.instance, books.decisions, books.account):
        if use.limit.penalty is None:
            yield _broken(books, use)


def _broken(books: Books, use: Use) -> tuple[str, str] | None:
    least, most = use.used, use.allowed
    if use.bound == "min":
        least, most = most, least
    whole = use.limit.measure in WHOLE and use.allowed.denominator <= LARGEST_DENOMINATOR
    if least <= most or not (whole or above(least, most, use.largest)):
        return None
    has, may = against(use.used, use.allowed)
    measure = use.limit.measure.replace("_", " ")
    unit = UNITS.get(use.limit.measure, books.instance.currency)
    what = measure if measure.startswith(unit) else f"{unit} of {measure}"
    must = "must be" if use.bound == "min" else "may be"
    where = f"limit {use.limit.name} {WHEN[use.limit.per]} {use.period}"
    return where, f"{has} {what}, {may} {must}"
