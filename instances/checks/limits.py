"""Checks of limits over the plan."""

from collections.abc import Collection

from gridblock.instances.checks.common import Faults, Path, series_fits, twice, unknown
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.limits import SELECTORS, Limit, Selection
from gridblock.instances.schema.series import spread


def faults(given: Fields) -> Faults:
    """Check every limit."""
    names = [limit.name for limit in given.limits]
    yield from twice(names, lambda i: ("limits", i, "name"), "limit")
    for i, limit in enumerate(given.limits):
        yield from _limit(given, ("limits", i), limit)


def _limit(given: Fields, here: Path, limit: Limit) -> Faults:
    if not limit.bounds:
        yield here, "limits nothing: give `max`, `min` or `max_share`"
    if limit.among is not None and limit.max_share is None:
        yield (*here, "among"), "has no meaning without max_share"
    found = False
    for field, series in limit.bounds.items():
        for fault in series_fits(given, (*here, field), series):
            found = True
            yield fault
        if limit.per == "horizon" and not isinstance(series, int | float):
            found = True
            yield (*here, field), "must be one number for the whole horizon"
    if not found:
        yield from _figures(given, here, limit)
    for field, selection in (("of", limit.of), ("among", limit.among)):
        if selection is not None:
            yield from _selection(given, (*here, field), limit, selection)


def _figures(given: Fields, here: Path, limit: Limit) -> Faults:
    names = given.horizon.names
    if limit.max_share is not None:
        for name, share in zip(names, spread(limit.max_share, given.horizon), strict=True):
            if share > 1:
                yield (*here, "max_share"), f"is {share:g} in {name}; a share is at most 1"
                break
    if limit.min is not None and limit.max is not None and limit.penalty is None:
        both = (spread(series, given.horizon) for series in (limit.min, limit.max))
        for name, least, most in zip(names, *both, strict=True):
            if least > most:
                yield (*here, "min"), f"is {least:g} in {name}, above max, which is {most:g}"
                break


def _selection(given: Fields, here: Path, limit: Limit, selection: Selection) -> Faults:
    """Check that a limit can be narrowed so, and that what it selects exists."""
    able = SELECTORS[limit.measure]
    for key, names in selection.chosen.items():
        path = (*here, key)
        if key not in able:
            yield path, f"cannot narrow {limit.measure}, which is narrowed by {', '.join(able)}"
            continue
        known = known_names(given, key)
        for i, name in enumerate(names):
            where = path if isinstance(getattr(selection, key), str) else (*path, i)
            yield from unknown(name, known, key, where)
    both = {"vendor", "accelerator", "block", "option", "kind"} & set(selection.chosen)
    if limit.measure == "spend" and selection.demand is not None and both:
        yield (
            (*here, "demand"),
            f"no payment is for a demand and for a {min(both)} at once; name one",
        )


def known_names(given: Fields, key: str) -> Collection[str]:
    """Give the names that a selector may choose."""
    return {
        "facility": list(given.facilities),
        "tag": sorted({tag for site in given.facilities.values() for tag in site.tags}),
        "vendor": sorted({a.vendor for a in given.accelerators.values() if a.vendor}),
        "accelerator": list(given.accelerators),
        "block": list(given.blocks),
        "option": [option.name for option in given.options],
        "kind": sorted({option.kind for option in given.options if option.kind}),
        "demand": [demand.name for demand in given.demands],
    }[key]
