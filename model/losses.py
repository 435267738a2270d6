"""What each loss of a facility leaves of what is met, exactly."""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.network import reach, tunnels_of
from gridblock.model.flows import Reach, share_served
from gridblock.model.plan import Decisions
from gridblock.model.quantities import ZERO, Amounts, decimal, units_per_block


class Loss(NamedTuple):
    """What the loss of a facility leaves of a demand in a period.

    Attributes:
        demand: one that survives such a loss.
        facility: the one that is lost.
        period: when.
        met: units met before.
        share: the share of it that can still be served, in every region alike.
    """

    demand: str
    facility: str
    period: str
    met: Fraction
    share: Fraction


def losses(instance: Instance, decisions: Decisions, met: Amounts) -> Iterator[Loss]:
    """Give what is left after the loss of each facility that holds blocks of a demand.

    Args:
        instance: what is given.
        decisions: what is decided.
        met: units served, by demand, region and period.

    Yields:
        One loss at a time, for demands with ``survive.facility``, where something is met.
    """
    surviving = [d for d in instance.demands if d.kept_after_facility]
    if not surviving:
        return
    tunnels = tunnels_of(instance)
    ready = ready_units(instance, decisions)
    for demand in surviving:
        reached = reach(instance, demand, tunnels)
        for t in instance.horizon.names:
            asked: dict[Reach, Fraction] = defaultdict(Fraction)
            for region, facilities in reached.items():
                asked[facilities] += max(met.get((demand.name, region, t), ZERO), ZERO)
            total = sum(asked.values(), ZERO)
            if not total:
                continue
            blocks = {f: ready.get((demand.name, f, t), ZERO) for f in instance.facilities}
            for lost, held in blocks.items():
                if held:
                    rest = {f: units for f, units in blocks.items() if f != lost and units}
                    yield Loss(demand.name, lost, t, total, share_served(asked, rest))


def ready_units(instance: Instance, decisions: Decisions) -> dict[tuple[str, str, str], Fraction]:
    """Give units that blocks assigned and reserved can serve, by demand, facility and period."""
    rates = units_per_block(instance)
    ready: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for table in (decisions.assigned, decisions.reserved):
        for key, blocks in table.items():
            rate = rates.get((key.demand, key.block, key.period))
            if rate is not None:
                facility = instance.leaves[key.place].facility
                ready[key.demand, facility, key.period] += decimal(blocks) * Fraction(rate)
    return ready
