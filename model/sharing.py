"""From blocks that are counted together to whose they are and in which zone they stand."""

from collections import defaultdict
from collections.abc import Mapping

import pyomo.environ as pyo

from gridblock.model.plan import Assignment, Service

Counts = dict[Assignment, float]


def by_demand(
    model: pyo.Block, assigned: Mapping[Assignment, float], served: Mapping[Service, float]
) -> Counts:
    """Share the blocks of each workload among its demands, by what each is served of them."""
    members = model.pools.members
    if all(len(demands) == 1 for demands in members.values()):
        return dict(assigned)
    facility_of = model.facts.facility_of
    units: dict[tuple[str, str, str], float] = defaultdict(float)
    for service, amount in served.items():
        units[service.demand, service.facility, service.period] += amount
    shared: Counts = {}
    for key, blocks in assigned.items():
        at = facility_of[key.place], key.period
        demands = members[key.demand]
        if len(demands) == 1:
            shared[key] = blocks
            continue
        total = sum(units.get((demand, *at), 0.0) for demand in demands)
        for demand in demands:
            part = units.get((demand, *at), 0.0)
            if part > 0:
                shared[key._replace(demand=demand)] = blocks * part / total
    return shared


def in_leaves(model: pyo.Block, assigned: Mapping[Assignment, float]) -> Counts:
    """Let the blocks that are counted by facility stand in its zones, whole blocks first.

    They fit, since no more are assigned than are powered in all zones, and whole blocks leave whole
    numbers to the rest. A rounding of the solver's stays where the last of them stand.
    """
    facts = model.facts
    leaves = facts.instance.leaves
    pooled = [key for key in assigned if key.place not in leaves]
    if not pooled:
        return dict(assigned)
    left: dict[tuple[str, str, str], float] = {
        key: round(pyo.value(powered)) for key, powered in model.powered.items()
    }
    stands: Counts = {key: blocks for key, blocks in assigned.items() if key.place in leaves}
    for key, blocks in stands.items():
        left[key[1:]] -= blocks
    for key in sorted(pooled, key=lambda key: not facts.demands[key.demand].whole_blocks):
        waiting = assigned[key]
        zones = [
            z for z in facts.leaves_of[key.place] if left.get((key.block, z, key.period), 0) > 0
        ]
        for zone in zones:
            at = key.block, zone, key.period
            taken = waiting if zone == zones[-1] else min(waiting, left[at])
            if taken > 0:
                left[at] -= taken
                waiting -= taken
                stands[key._replace(place=zone)] = taken
    return stands
