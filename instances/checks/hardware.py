"""Checks of accelerators and blocks."""

from gridblock.instances.checks.common import (
    USES,
    Faults,
    resource_known,
    series_fits,
    unknown,
    where_fits,
)
from gridblock.instances.schema.fields import Fields


def faults(given: Fields) -> Faults:
    """Check every accelerator and block."""
    for name, accelerator in given.accelerators.items():
        yield from series_fits(given, ("accelerators", name, "supply"), accelerator.supply)
    for name, block in given.blocks.items():
        here = ("blocks", name)
        yield from unknown(
            block.accelerator, given.accelerators, "accelerator", (*here, "accelerator")
        )
        yield from where_fits(given, (*here, "where"), block.where)
        for field in ("cost_once", "cost_per_period", "supply"):
            yield from series_fits(given, (*here, field), getattr(block, field))
        if block.cost_once is None:
            for field in ("resale_share", "end_share", "supply", "lead"):
                if getattr(block, field):
                    yield (
                        (*here, field),
                        "has no meaning without cost_once: the block cannot be bought",
                    )
        for resource in block.uses:
            yield from resource_known(resource, USES, _limited(given), (*here, "uses", resource))


def _limited(given: Fields) -> set[str]:
    return {resource for place in given.places.values() for resource in place.limits}
