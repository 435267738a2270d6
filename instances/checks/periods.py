"""Checks of the horizon, and of what counts in periods."""

from typing import Final

from gridblock.instances.calendar import FORMS, MONTHS, span_of
from gridblock.instances.checks.common import Faults, Path, series_fits, twice
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.periods import Calendar
from gridblock.instances.schema.series import Written

LAST_YEAR: Final = 2999


def calendar(given: Fields) -> Faults:
    """Check the names of periods, before anything else can be read."""
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
        elif span and _last_year(periods.first, periods.count, span) > LAST_YEAR:
            yield ("periods", "count"), f"reaches beyond the year {LAST_YEAR}"
    else:
        yield from twice(
            [period.name for period in periods], lambda i: ("periods", i, "name"), "period"
        )


def _last_year(first: str, count: int, span: str) -> int:
    match = FORMS[span].fullmatch(first)
    return int(match["year"]) + count * MONTHS[span] // 12 + 1 if match else 0


def faults(given: Fields) -> Faults:
    """Check series of the instance itself, and counting in unequal periods."""
    yield from series_fits(given, ("carbon_price_per_t",), given.carbon_price_per_t)
    if given.horizon.equal:
        return
    why = "counts in periods, which have unequal hours here"
    for name, block in given.blocks.items():
        if block.lead:
            yield ("blocks", name, "lead"), f"{why}; leave it out"
        yield from _counted(("blocks", name, "cost_per_period"), block.cost_per_period)
    for i, demand in enumerate(given.demands):
        if demand.run is not None:
            yield ("demands", i, "run"), f"{why}; leave it out"
    for i, option in enumerate(given.options):
        for field in ("lead", "term", "pay"):
            if getattr(option, field):
                yield ("options", i, field), f"{why}; leave it out"
        if len(option.ramp) > 1:
            yield ("options", i, "ramp"), f"{why}; leave it out"
        yield from _counted(("options", i, "cost_per_period"), option.cost_per_period)
    for name, facility in given.facilities.items():
        yield from _counted(("facilities", name, "cost_per_period"), facility.cost_per_period)


def _counted(path: Path, series: Written) -> Faults:
    if isinstance(series, int | float) and series:
        yield path, "is one number for periods of unequal hours; give a value for each period"
