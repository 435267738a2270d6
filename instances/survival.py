"""Demands that survive the loss of a facility on paper only."""

from gridblock.instances.network import reach, tunnels_of
from gridblock.instances.prospects import Oddities
from gridblock.instances.schema.demands import Demand
from gridblock.instances.schema.fields import Fields


def of_losses(given: Fields) -> Oddities:
    """Find what no loss leaves anything of, and promises that ask for nothing."""
    if all(demand.survive is None for demand in given.demands):
        return
    tunnels = tunnels_of(given)
    for i, demand in enumerate(given.demands):
        here = ("demands", i, "survive")
        if demand.survive is not None and not demand.survive.model_fields_set - {"source"}:
            yield here, "asks for nothing; name a share, or leave it out"
        if demand.kept_after_facility:
            where = _serving(given, demand)
            for region, facilities in reach(given, demand, tunnels).items():
                able = [facility for facility in facilities if facility in where]
                if len(able) == 1:
                    what = f"what comes from {region}" if region else "it"
                    message = (
                        f"leaves nothing: only {able[0]!r} can serve {what}, so that none of it "
                        "is met; let another facility serve it"
                    )
                    yield (*here, "facility"), message


def _serving(given: Fields, demand: Demand) -> set[str]:
    """Give the facilities at which some block that serves a demand may stand."""
    return {
        facility
        for block in given.blocks.values()
        if block.accelerator in demand.yields
        for facility in given.chosen(block.where)
    }
