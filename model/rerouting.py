"""From decisions to what the loss of a link does to them, and how traffic is re-routed then."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.constraints.link_loss import lose, still_served
from gridblock.model.link_losses import Losses, State
from gridblock.model.lots import added_to_links, lots_of
from gridblock.model.plan import Decisions, Rerouted, ReroutedArc, ReroutedFlow
from gridblock.model.quantities import by_period
from gridblock.model.traffic import reserved_traffic

NOTHING: Final = 1e-9
"""A share of a variable's upper bound below which its value is a solver's rounding."""


def touched(losses: Losses, decided: Decisions) -> tuple[State, ...]:
    """Give the losses that touch the traffic of demands that promise a share.

    The others leave all of it where it is. What loads no link is touched where it cannot do without
    the lost one.
    """
    states: set[State] = set()
    commodities: set[tuple[str, str, float | None, str]] = set()
    for key in decided.served:
        d, r, f, t = key
        if d in losses.kept and losses.has_traffic(d):
            commodities.add((*losses.commodity(d, r, f), t))
        elif d in losses.kept:
            states |= {(link, t) for link in losses.cuts(d, r, f)}
    for flow in decided.tunnel_gbps:
        if (flow.region, flow.facility, flow.max_ms, flow.period) in commodities:
            states |= {(link, flow.period) for link in flow.links}
    regions = {(key[0], key[3]) for key in commodities}
    states |= {
        (arc.link, arc.period) for arc in decided.arc_gbps if (arc.region, arc.period) in regions
    }
    return losses.in_order(states)


def build_losses(losses: Losses, decided: Decisions, states: Iterable[State]) -> pyo.ConcreteModel:
    r"""Build the program that re-routes what was decided after each of some losses.

    .. math:: \min \sum_{et} \delta_{et}

    where :math:`\delta`, ``short`` in the model, is by how much the share that each demand keeps
    after the loss of link :math:`e` in period :math:`t` falls short of what it promises. The rules
    are those of the family ``link_loss``, with what is served as it was decided.
    """
    facts, model = losses.facts, pyo.ConcreteModel(name="losses")
    model.facts, model.losses = facts, losses
    model.link_lost = pyo.Block(pyo.Any)
    model.served = {tuple(k): v for k, v in decided.served.items() if k.demand in losses.kept}
    model.reserved_gbps = defaultdict(float, _floats(reserved_traffic(facts.instance, decided)))
    model.link_capacity = _capacities(facts.instance, decided)
    states = list(states)
    model.short = pyo.Var(states, bounds=(0, 1))
    for state in states:
        lose(model, *state, model.short[state])
    model.total_short = pyo.Objective(expr=sum(model.short.values()))
    return model


def keep_most(model: pyo.ConcreteModel) -> None:
    r"""Let a program that falls short nowhere keep as much as it can.

    .. math:: \max \sum_{drfet} c_{drf} / A_{drt}

    where :math:`c` is carried after a loss and :math:`A` ``Demand.amount``.
    """
    model.total_short.deactivate()
    for short in model.short.values():
        short.setub(min(1.0, short.value + NOTHING))
    amount = model.facts.amount
    model.total_kept = pyo.Objective(
        expr=sum(
            carried / amount[d, r, t]
            for (_, t), block in model.link_lost.items()
            for (d, r, _), carried in block.carried.items()
        ),
        sense=pyo.maximize,
    )


def rerouted(model: pyo.Block, decided: Decisions) -> Decisions:
    """Read what is re-routed off a model whose variables hold a solution.

    Losses that do not touch the traffic of demands that promise a share are left out.

    Args:
        model: has some losses, or none.
        decided: what the model decides while no link is lost.
    """
    if model.component("link_lost") is None:
        return decided
    losses: Losses = model.losses
    states = [state for state in touched(losses, decided) if state in model.link_lost]
    left = ((state, key) for state in states for key in losses.promised.get(state[1], ()))
    units = {
        Rerouted(link, *key, t): value
        for (link, t), key in left
        if (*key, t) in model.served and (value := _worth(still_served(model, link, t, key)))
    }
    arcs = (arc for state in states if losses.freely for arc in _arcs(model, *state))
    flows = (flow for state in states if not losses.freely for flow in _flows(model, *state))
    return replace(decided, rerouted=units, rerouted_gbps=dict(flows), rerouted_arc_gbps=dict(arcs))


def _arcs(model: pyo.Block, link: str, t: str) -> Iterator[tuple[ReroutedArc, float]]:
    for (region, other, start), flow in model.link_lost[link, t].gbps.items():
        if value := _worth(flow):
            yield ReroutedArc(link, region, other, start, t), value


def _flows(model: pyo.Block, link: str, t: str) -> Iterator[tuple[ReroutedFlow, float]]:
    block = model.link_lost[link, t]
    commodities = {c.key: c for c in (model.losses.commodity(*key) for key in block.carried)}
    for (r, f, within, i), flow in block.gbps.items():
        if value := _worth(flow):
            commodity = commodities[r, f, within]
            links = model.facts.tunnels_for(commodity)[i].links
            yield ReroutedFlow(link, r, f, commodity.max_ms, links, t), value


def _worth(value: Any) -> float:
    """Give a value to 12 digits, 0 if it is a solver's rounding."""
    number = float(f"{pyo.value(value):.12g}")
    most = getattr(value, "ub", None) or 1.0
    return number if number > NOTHING * max(1.0, most) else 0.0


def _capacities(instance: Instance, decided: Decisions) -> dict[State, float]:
    """Give the capacity of each link that names one, with the lots in effect."""
    added = added_to_links(instance, lots_of(instance, decided))
    return {
        (link.label, t): float(gbps + added.get((link.label, t), 0))
        for link in instance.network.links
        if link.gbps is not None
        for t, gbps in by_period(instance, link.gbps).items()
    }


def _floats(figures: Mapping[Any, Fraction]) -> dict[Any, float]:
    return {key: float(value) for key, value in figures.items()}
