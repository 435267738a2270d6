"""From the decisions of a plan back to the variables of a model."""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.commodity import Commodity
from gridblock.model.constraints.berths import JOINED
from gridblock.model.option_costs import leased_at
from gridblock.model.plan import (
    ArcFlow,
    Assignment,
    Decisions,
    InterconnectFlow,
    Lease,
    LeaseUse,
    Ordering,
    RunStart,
    Service,
    Standing,
    ZoneService,
)
from gridblock.model.traffic import hops_from

if TYPE_CHECKING:
    from gridblock.model.facts import Facts


def recalled(model: pyo.Block, decisions: Decisions) -> dict[str, float]:
    """Give the values that a plan's decisions give to variables, by name.

    Variables that only say what others imply, such as which facilities a demand uses, are left out:
    a solver completes them. What the instance does not know is passed over.

    Args:
        model: what ``build`` made of the instance.
        decisions: those of a plan of it, or of one like it.
    """
    return {variable.name: value for variable, value in recalled_values(model, decisions)}


def recalled_values(model: pyo.Block, decisions: Decisions) -> Iterator[tuple[Any, float]]:
    """Give the same as ``recalled``, variable by variable: names of very many take long."""
    kept = _known(model.facts.instance, decisions)
    return ((variable, float(value)) for variable, value in _values(model, kept))


def _known(instance: Instance, decisions: Decisions) -> Decisions:
    """Leave out what names something that an instance does not have, or links that do not join."""
    facilities = instance.facilities
    ends = {link.label: link.between for link in instance.network.links}
    regions = {"", *instance.network.regions}
    names: dict[str, Container[str]] = {
        "block": instance.blocks,
        "place": instance.leaves,
        "period": instance.horizon.index,
        "demand": {demand.name for demand in instance.demands},
        "option": instance.contracts,
        "facility": facilities,
        "from_facility": facilities,
        "to_facility": facilities,
        "region": regions,
        "start": {*facilities, *regions},
        "link": ends,
        "lost_link": ends,
    }

    @cache
    def join(start: str, links: tuple[str, ...]) -> bool:
        try:
            hops_from(start, links, ends)
        except (KeyError, ValueError):
            return False
        return True

    def known(key: Any) -> bool:
        named = zip(key._fields, key, strict=True)
        if not all(value in names.get(field, (value,)) for field, value in named):
            return False
        if "links" not in key._fields:
            return True
        start = key.from_facility if isinstance(key, InterconnectFlow) else key.region
        return join(start, key.links)

    every = {field.name: getattr(decisions, field.name) for field in fields(decisions)}
    return Decisions(
        **{name: {k: v for k, v in held.items() if known(k)} for name, held in every.items()}
    )


def _values(model: pyo.Block, decisions: Decisions) -> Iterator[tuple[Any, float]]:
    """Give each variable of the model with its value in the plan."""
    books = account(model.facts.instance, decisions)
    known: tuple[tuple[Any, Any, Mapping[Any, Any]], ...] = (
        (model.bought, Standing, decisions.bought),
        (model.retired, Standing, decisions.retired),
        (model.owned, Standing, books.owned),
        (model.powered_on, Standing, books.powered),
        (model.ordered, Ordering, decisions.ordered),
        (model.assigned, Assignment, _pooled(model, decisions.assigned)),
        (model.reserved, Assignment, decisions.reserved),
        (model.starts, RunStart, decisions.starts),
        (model.served, Service, decisions.served),
        (model.served_in, ZoneService, decisions.served_in),
    )
    for variables, named, values in known:
        for key, variable in variables.items():
            yield variable, values.get(named(*key), 0)
    for key, opening in model.opening.items():
        yield opening, books.is_open.get(key, True)
    for key, unmet in model.unmet.items():
        yield unmet, max(0.0, float(books.unmet.get(key, 0)))
    yield from _berths(model, decisions)
    yield from _leases_used(model, decisions)
    yield from _leased(model, decisions)
    yield from _flows(model, decisions)
    yield from _between(model, decisions)


def _pooled(model: pyo.Block, assigned: Mapping[Assignment, float]) -> Mapping[Assignment, float]:
    """Count blocks as the model does: by zone or by facility, for a demand or for several."""
    counted: dict[Assignment, float] = defaultdict(float)
    for key, blocks in assigned.items():
        counted[Assignment(*model.pools.key(*key))] += blocks
    return counted


def _leased(model: pyo.Block, decisions: Decisions) -> Iterator[tuple[Any, float]]:
    """Share the blocks that an option leases in a place among its parts that may stand there."""
    contracts = model.facts.instance.contracts
    left: dict[Lease, int] = defaultdict(int, decisions.leased)
    for (option, part, leaf, t), leased in model.leased.items():
        key = Lease(option, contracts[option].option.leases[part].blocks, leaf, t)
        count = min(left[key], leased.ub)
        left[key] -= count
        yield leased, count


def _berths(model: pyo.Block, decisions: Decisions) -> Iterator[tuple[Any, float]]:
    """Tell the berth of each run: where it stands, on which accelerator, and from when."""
    kinds = model.facts.instance.blocks
    places: dict[str, set[str]] = defaultdict(set)
    chips: dict[str, set[str]] = defaultdict(set)
    for d, kind, path, _ in decisions.assigned:
        places[d].add(model.facts.facility_of[path])
        chips[d].add(kinds[kind].accelerator)
    for (d, name, chip, start), berth in model.berth.items():
        stands = {*name.split(JOINED)} == places[d] and chips[d] == {chip}
        yield berth, int(stands and bool(decisions.starts.get(RunStart(d, start))))


def _leases_used(model: pyo.Block, decisions: Decisions) -> Iterator[tuple[Any, float]]:
    """Tell what of leased blocks is in use, and what is paid for."""
    contracts, leased = model.facts.instance.contracts, leased_at(model.facts.instance, decisions)
    busy: dict[tuple[str, str, str], float] = defaultdict(float)
    for key, used in model.used.items():
        count = float(decisions.leases_used.get(LeaseUse(*key), 0))
        busy[key[1:]] += count
        yield used, count
        usage = contracts[key[0]].option.usage
        if key in model.paid and usage is not None:
            held = leased.get(LeaseUse(*key), 0)
            yield model.paid[key], max(count, usage.committed_share * held)
            if key in model.used_beyond_committed:
                beyond = count > usage.committed_share * held
                yield model.used_beyond_committed[key], int(beyond)
    for key, any_used in model.any_lease_in_use.items():
        yield any_used, int(busy[key] > 0)


def _flows(model: pyo.Block, decisions: Decisions) -> Iterator[tuple[Any, float]]:
    facts: Facts = model.facts
    if facts.instance.network.routing == "any":
        for key, gbps in model.gbps.items():
            yield gbps, decisions.arc_gbps.get(ArcFlow(*key), 0)
        return
    commodities: dict[tuple[str, str, str], Commodity] = {c.key: c for c, _ in facts.commodities}
    number = {
        (commodity, tunnel.links): i
        for commodity in commodities.values()
        for i, tunnel in enumerate(facts.tunnels_for(commodity))
    }
    sent: dict[tuple[str, str, str, int, str], float] = defaultdict(float)
    for flow, gbps in decisions.tunnel_gbps.items():
        commodity = Commodity(*flow[:3])
        if (commodity, flow.links) in number and (commodity, flow.period) in facts.commodities:
            was = number[commodity, flow.links]
            i = model.tunnels.instead(commodity, flow.period, was)
            sent[(*commodity.key, i, flow.period)] += gbps
    for key, variable in model.gbps.items():
        yield variable, sent[key]


def _between(model: pyo.Block, decisions: Decisions) -> Iterator[tuple[Any, float]]:
    """Tell what is reserved between facilities on each tunnel; over arcs a solver finds the way."""
    facts: Facts = model.facts
    if facts.instance.network.routing == "any":
        return
    tunnels = {
        key: facts.tunnels_between(facts.demands[key[0]], *key[1:])
        for key in dict.fromkeys(key[:3] for key in model.reserved_tunnel)
    }
    for (d, f, g, i, t), variable in model.reserved_tunnel.items():
        flow = InterconnectFlow(d, f, g, tunnels[d, f, g][i].links, t)
        yield variable, decisions.interconnect_gbps.get(flow, 0)
