"""Options: what can be bought or signed in lots, and what is open or leased because of it."""

from collections.abc import Iterable
from itertools import pairwise

import pyomo.environ as pyo

from gridblock.instances.contracts import Contract
from gridblock.instances.instance import Instance
from gridblock.model.variables import Payment, charge, pay


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Order lots within their windows, let them open places and lease blocks, and charge them.

    .. math::
        \sum_t n_{ot} \le N_o - S_o, \quad M_o \tau_o \le S_o + \sum_t n_{ot} &\le N_o \tau_o \\
        n_{ot} \le N_o \, l_{rt} \; (o \text{ requires } r), \quad
        \tau_o + \tau_e &\le 1 \; (o \text{ excludes } e) \\
        \sum_{z} \ell_{obzt} &= \sum_{s} \lfloor c_{ob} \rho_{o,t-s} \rfloor n_{os} \\
        i_{bzt} \le \bar\imath_{bzt} \omega_{lt}, \quad s_{drft} &\le A_{drt} \omega_{ft}

    where :math:`n` is lots ordered, within their window (``order``), :math:`N` ``max``, :math:`S`
    lots that are ``signed``, :math:`M` ``min_if_taken``, :math:`\tau` 1 where any is taken,
    :math:`l` lots in effect, from their ``lead`` on, :math:`\ell` blocks leased, :math:`c` their
    ``count``, :math:`\rho` the ``ramp``, :math:`i` installed, :math:`s` served and :math:`\omega` 1
    where a place that options open is open. Options name others in ``requires`` and ``excludes``.
    """
    _taken(block, instance)
    _required(block, instance)
    _leased(block, instance)
    _open(block)
    _closed(block)
    _costs(block, instance)


def _taken(block: pyo.Block, instance: Instance) -> None:
    """Keep lots within their maximum, and at their minimum once any is taken."""
    orders: dict[str, list[pyo.Var]] = {}
    for (o, _), ordered in block.ordered.items():
        orders.setdefault(o, []).append(ordered)
    contracts = instance.contracts
    exclusive = {o for c in contracts.values() for o in c.option.excludes}
    exclusive |= {name for name, c in contracts.items() if c.option.excludes}
    minimum = {name: c.option.min_if_taken for name, c in contracts.items()}
    signed = {name: c.option.max - c.on_offer for name, c in contracts.items()}
    block.taken = pyo.Var(
        [name for name in contracts if name in exclusive or minimum[name] > 1],
        within=pyo.Binary,
        bounds=lambda _, o: (1 if signed[o] else 0, 1),
    )

    @block.Constraint([o for o, lots in orders.items() if len(lots) > 1 and o not in block.taken])
    def lots_within_max(block: pyo.Block, o: str) -> pyo.Expression:
        return sum(orders[o]) <= contracts[o].on_offer

    @block.Constraint([o for o in block.taken if o in orders])
    def lots_only_if_taken(block: pyo.Block, o: str) -> pyo.Expression:
        return sum(orders[o]) <= contracts[o].on_offer * block.taken[o]

    @block.Constraint([o for o in block.taken if minimum[o] > 1])
    def lots_at_least_min_if_taken(block: pyo.Block, o: str) -> pyo.Expression:
        return signed[o] + sum(orders.get(o, ())) >= minimum[o] * block.taken[o]

    pairs = {tuple(sorted((name, o))) for name, c in contracts.items() for o in c.option.excludes}

    @block.Constraint(sorted(pairs))
    def never_both(block: pyo.Block, o: str, other: str) -> pyo.Expression:
        return block.taken[o] + block.taken[other] <= 1


def _required(block: pyo.Block, instance: Instance) -> None:
    @block.Constraint(
        [(o, other, t) for o, t in block.ordered for other in instance.contracts[o].option.requires]
    )
    def ordered_only_with_what_it_requires(
        block: pyo.Block, o: str, other: str, t: str
    ) -> pyo.Expression:
        return block.ordered[o, t] <= instance.contracts[o].on_offer * block.lots[other, t]


def _leased(block: pyo.Block, instance: Instance) -> None:
    leases, sites = block.bounds.additions.leases, block.facts.lease_sites

    @block.Constraint([key for key, limit in leases.items() if limit.most])
    def leased_blocks_stand(block: pyo.Block, o: str, i: int, t: str) -> pyo.Expression:
        limit = leases[o, i, t]
        ordered = sum(float(n) * block.ordered[key] for key, n in limit.added.items() if n)
        return (
            sum(block.leased[o, i, leaf, t] for leaf in sites[o, i]) == float(limit.sure) + ordered
        )


def _open(block: pyo.Block) -> None:
    """Let a place be open exactly while a lot is in effect, copies of a zone one for each lot."""
    openers, periods = block.bounds.additions.openers, block.facts.periods
    contracts = block.facts.instance.contracts
    rows = {
        places[0]: (places, names)
        for places, names in openers.items()
        if (places[0], periods[0]) in block.opening
    }

    @block.Constraint(list(rows), periods)
    def open_by_a_lot_in_effect(block: pyo.Block, first: str, t: str) -> pyo.Expression:
        places, names = rows[first]
        lots = sum(block.lots[o, t] for o in names)
        return sum(block.opening[path, t] for path in places) <= lots

    @block.Constraint([(path, o) for path, (_, names) in rows.items() for o in names], periods)
    def open_while_a_lot_is_in_effect(
        block: pyo.Block, first: str, o: str, t: str
    ) -> pyo.Expression:
        return contracts[o].option.max * block.opening[first, t] >= block.lots[o, t]

    @block.Constraint(
        [pair for places, _ in rows.values() for pair in pairwise(places)],
        periods,
    )
    def copies_open_in_order(block: pyo.Block, before: str, after: str, t: str) -> pyo.Expression:
        return block.opening[before, t] >= block.opening[after, t]


def _closed(block: pyo.Block) -> None:
    """Let nothing stand or be served where it is closed, row by row."""
    facts, bounds = block.facts, block.bounds
    opened = {path for path, _ in block.is_open}
    inside = [
        (place, kind, leaf, t)
        for kind, leaf, t in block.standing
        for place in facts.instance.leaves[leaf].above
        if place in opened
    ]

    @block.Constraint(inside)
    def installed_only_where_open(
        block: pyo.Block, place: str, kind: str, leaf: str, t: str
    ) -> pyo.Expression:
        most = bounds.installed[kind, leaf, t]
        return block.installed[kind, leaf, t] <= most * block.is_open[place, t]

    @block.Constraint([key for key in facts.services if key[2] in opened])
    def served_only_where_open(block: pyo.Block, d: str, r: str, f: str, t: str) -> pyo.Expression:
        units = min(facts.amount[d, r, t], bounds.servable(d, f, t))
        return block.served[d, r, f, t] <= units * block.is_open[f, t]


def _costs(block: pyo.Block, instance: Instance) -> None:
    """Charge lots once, as they fall due, and in each period of effect; credit those at the end."""
    periods = block.facts.periods
    for name, contract in instance.contracts.items():
        once = list(instance.over_periods(contract.option.cost_once).values())
        lots = {order: block.ordered[name, periods[order]] for order in contract.orders}
        for order, ordered in lots.items():
            _due(
                block,
                name,
                ((due, share * once[p], ordered) for due, share, p in contract.dues(order)),
            )
        for service, signed in contract.signed:
            _due(
                block,
                name,
                ((due, share * once[p], signed) for due, share, p in contract.agreed(service)),
            )
        in_service = [(order + contract.option.lead, ordered) for order, ordered in lots.items()]
        for service, count in (*in_service, *contract.signed):
            _keep(block, contract, service, count)


def _due(block: pyo.Block, option: str, dues: Iterable[tuple[int, float, pyo.Var]]) -> None:
    """Charge what is due within the horizon, at the start of its period."""
    periods = block.facts.periods
    for due, price, lots in dues:
        if due < len(periods):
            pay(block, "options", Payment(periods[due], "start", price * lots, option=option))


def _keep(block: pyo.Block, contract: Contract, service: int, lots: pyo.Var) -> None:
    """Charge lots while they are in effect, times the ramp; credit what is left at the end."""
    facts, option = block.facts, contract.option
    instance, last = facts.instance, len(facts.periods) - 1
    keep = instance.over_periods(option.cost_per_period)
    for at, t in enumerate(facts.periods):
        if contract.is_in_effect(service, at) and keep[t]:
            paid = contract.ramp(service, at) * keep[t] * lots
            pay(block, "options", Payment(t, "middle", paid, option=option.name))
    once = instance.over_periods(option.cost_once)[facts.periods[last]]
    if contract.is_in_effect(service, last) and option.end_share * once:
        factor = instance.horizon.discount_at_end(instance.discount_rate)
        charge(block, "end_credit", facts.periods[last], -factor * option.end_share * once * lots)
