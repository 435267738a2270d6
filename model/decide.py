"""From the values of a solved model to the decisions of a plan."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

import pyomo.environ as pyo

from gridblock.model.facts import Facts
from gridblock.model.leasing import leases_used
from gridblock.model.moved import moved_blocks
from gridblock.model.plan import (
    ArcFlow,
    Assignment,
    Decisions,
    Lease,
    Ordering,
    RunStart,
    Service,
    Standing,
    TunnelFlow,
    ZoneService,
)
from gridblock.model.rerouting import rerouted
from gridblock.model.reservations import reservations
from gridblock.model.sharing import by_demand, in_leaves
from gridblock.model.standby import reserves

if TYPE_CHECKING:
    from gridblock.model.commodity import Commodity

NOTHING: Final = 1e-9
"""A share of a variable's upper bound below which its value is a solver's rounding."""


def decisions(model: pyo.Block) -> Decisions:
    """Read the decisions off a model whose variables hold a solution.

    Whole numbers are rounded, rounding dust is dropped, and blocks assigned beyond what is served
    there are given back, since that costs nothing.
    """
    facts: Facts = model.facts
    served = {Service(*key): value for key, value in _worked(model.served)}
    served_in = {ZoneService(*key): value for key, value in _worked(model.served_in)}
    assigned = by_demand(
        model, {Assignment(*key): value for key, value in _worked(model.assigned)}, served
    )
    tunnels, arcs = _flows(model)
    starts = {
        RunStart(*key): 1 for key, started in model.starts.items() if round(started.value or 0)
    }
    used = _used(facts, assigned, served, served_in)
    kept = in_leaves(model, _held(facts, assigned, used, starts))
    leased = _leased(model)
    beyond = {Assignment(*key): value for key, value in _worked(model.moved_so_far)}
    intact = Decisions(
        moved=moved_blocks(facts.instance, kept, beyond),
        bought=_whole(model.bought),
        retired=_whole(model.retired),
        ordered={Ordering(*key): n for key, v in model.ordered.items() if (n := round(v.value))},
        leased=leased,
        leases_used=leases_used(model, kept, leased),
        switched_off={
            Standing(*key): off
            for key in model.switchable
            if (off := round(pyo.value(model.installed[key])) - round(model.powered_on[key].value))
        },
        assigned=kept,
        reserved=reserves(model, assigned, kept, served),
        starts=starts,
        served=served,
        served_in=served_in,
        tunnel_gbps=tunnels,
        arc_gbps=arcs,
        interconnect_gbps=reservations(model, kept),
    )
    return rerouted(model, intact)


def _whole(variable: pyo.Var) -> dict[Standing, int]:
    return {Standing(*key): count for key, v in variable.items() if (count := round(v.value or 0))}


def _worked(variable: pyo.Var) -> Iterable[tuple[tuple[Any, ...], float]]:
    """Give the values that are more than rounding dust, to 12 digits, whole where they must be."""
    for key, v in variable.items():
        value = v.value or 0.0
        if value > NOTHING * max(1.0, v.ub or 1.0):
            yield key, round(value) if v.is_integer() else float(f"{value:.12g}")


def _used(
    facts: Facts,
    assigned: dict[Assignment, float],
    served: dict[Service, float],
    served_in: dict[ZoneService, float],
) -> dict[Assignment, float]:
    """Give back the blocks that serve nothing, where neither costs nor limits ask for them."""
    needed: dict[tuple[str, str, str], float] = defaultdict(float)
    split = {(key.demand, facts.facility_of[key.place], key.period) for key in served_in}
    for service, units in served.items():
        key = (service.demand, service.facility, service.period)
        if key not in split:
            needed[key] += units
    for inner, units in served_in.items():
        needed[inner.demand, inner.place, inner.period] += units
    groups: dict[tuple[str, str, str], list[Assignment]] = defaultdict(list)
    for given in assigned:
        facility = facts.facility_of[given.place]
        place = given.place if (given.demand, facility, given.period) in split else facility
        groups[given.demand, place, given.period].append(given)
    kept: dict[Assignment, float] = {}
    for group, members in groups.items():
        kept |= _needed(facts, {member: assigned[member] for member in members}, needed[group])
    return {member: kept[member] for member in assigned if kept.get(member)}


def _needed(facts: Facts, blocks: dict[Assignment, float], units: float) -> dict[Assignment, float]:
    """Keep blocks of one demand at one place that just serve its units, and those that pay."""
    paying = {key: count for key, count in blocks.items() if _pays(facts, key)}
    others = {key: count for key, count in blocks.items() if key not in paying}
    served = sum(
        facts.units_per_block[key.demand, key.block, key.period] * count
        for key, count in paying.items()
    )
    return paying | (_trimmed(facts, others, max(0.0, units - served)) if others else {})


def _pays(facts: Facts, key: Assignment) -> bool:
    facility = facts.facility_of[key.place]
    return facts.beyond_use.pays(key.demand, key.block, facility, key.period)


def _held(
    facts: Facts,
    assigned: dict[Assignment, float],
    used: dict[Assignment, float],
    starts: Iterable[RunStart],
) -> dict[Assignment, float]:
    """Leave a run one of its whole blocks at each facility that it stands at, while it lasts."""
    taken = {(d, t) for d, start in starts for t in facts.windows[d][start]}
    held = {
        key: blocks
        for key, blocks in used.items()
        if key.demand not in facts.windows or (key.demand, key.period) in taken
    }
    present = {(key.demand, facts.facility_of[key.place], key.period) for key in held}
    for key in assigned:
        where = key.demand, facts.facility_of[key.place], key.period
        whole = facts.demands[key.demand].whole_blocks
        if (key.demand, key.period) in taken and whole and where not in present:
            held[key] = 1
            present.add(where)
    return {key: held[key] for key in assigned if key in held}


def _trimmed(
    facts: Facts, blocks: dict[Assignment, float], units: float
) -> dict[Assignment, float]:
    """Give back blocks of one demand at one place until what is left just serves its units."""
    per_block = {key: facts.units_per_block[key.demand, key.block, key.period] for key in blocks}
    spare = sum(per_block[key] * count for key, count in blocks.items()) - units
    if not facts.demands[next(iter(blocks)).demand].whole_blocks:
        whole = units + max(spare, 0.0)
        share = units / whole if whole > 0 else 0.0
        return {key: float(f"{count * share:.12g}") for key, count in blocks.items()}
    trimmed = dict(blocks)
    for key in sorted(blocks, key=lambda k: per_block[k]):
        back = min(blocks[key], int((spare + NOTHING * max(1.0, units)) / per_block[key]))
        if back > 0:
            trimmed[key] -= back
            spare -= back * per_block[key]
    return trimmed


def _leased(model: pyo.Block) -> dict[Lease, int]:
    blocks: dict[Lease, int] = defaultdict(int)
    for (option, part, leaf, t), leased in model.leased.items():
        kind = model.facts.instance.contracts[option].option.leases[part].blocks
        if count := round(leased.value):
            blocks[Lease(option, kind, leaf, t)] += count
    return dict(blocks)


def _flows(model: pyo.Block) -> tuple[dict[TunnelFlow, float], dict[ArcFlow, float]]:
    facts: Facts = model.facts
    if facts.instance.network.routing == "any":
        return {}, {ArcFlow(*key): value for key, value in _worked(model.gbps)}
    commodities: dict[tuple[str, str, str], Commodity] = {c.key: c for c, _ in facts.commodities}
    flows = {}
    for (r, f, within, i, t), value in _worked(model.gbps):
        commodity = commodities[r, f, within]
        links = facts.tunnels_for(commodity)[i].links
        flows[TunnelFlow(r, f, commodity.max_ms, links, t)] = value
    return flows, {}
