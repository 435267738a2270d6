"""Tiers and limits over the plan that do less than they seem to."""

from collections.abc import Mapping

from gridblock.instances.prospects import Oddities
from gridblock.instances.schema.fields import Fields


def of_tiers(given: Fields) -> Oddities:
    """Find tiers that order nothing."""
    tiers = {demand.tier for demand in given.demands}
    if len(tiers) == 1 and tiers != {1}:
        message = "is the tier of every demand, so that none waits for another; leave it out"
        yield ("demands", 0, "tier"), message


def of_limits(given: Fields) -> Oddities:
    """Find limits that bind nothing, or count what does not belong together."""
    for i, limit in enumerate(given.limits):
        here = ("limits", i)
        if limit.penalty == 0:
            yield (*here, "penalty"), "is 0, so that the limit binds nothing; give a price, or none"
        for field, selection in (("of", limit.of), ("among", limit.among)):
            if selection is not None and not _holds_any(given, selection.chosen):
                message = "selects nothing: no block or facility has all that it names"
                yield (*here, field), f"{message}; widen it"
        units = {
            demand.unit
            for demand in given.demands
            if demand.name in limit.of.chosen.get("demand", (demand.name,))
        }
        if limit.measure == "served" and len(units) > 1:
            message = f"adds up {' and '.join(sorted(units))}; name the demands of one unit in `of`"
            yield (*here, "measure"), message


def _holds_any(given: Fields, chosen: Mapping[str, tuple[str, ...]]) -> bool:
    """Say whether some facility and some block type have all that a selection names."""
    site = any(
        name in chosen.get("facility", (name,))
        and ("tag" not in chosen or not set(facility.tags).isdisjoint(chosen["tag"]))
        for name, facility in given.facilities.items()
    )
    block = any(
        name in chosen.get("block", (name,))
        and kind.accelerator in chosen.get("accelerator", (kind.accelerator,))
        and (
            "vendor" not in chosen
            or given.accelerators[kind.accelerator].vendor in chosen["vendor"]
        )
        for name, kind in given.blocks.items()
    )
    of_sites = {"facility", "tag"} & set(chosen)
    of_blocks = {"block", "accelerator", "vendor"} & set(chosen)
    return (site or not of_sites) and (block or not of_blocks)
