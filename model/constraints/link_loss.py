"""Loss of a link: demands that promise so keep a share, re-routed over the links that are left."""

from collections import defaultdict

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.link_losses import Losses, Origin

Carried = dict[tuple[str, str], list[pyo.Expression]]
"""Traffic after a loss, by link and the place that it is entered from."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Keep what demands promise after the loss of any one link, for each loss that can matter.

    .. math::
        c_{drf} &\le s_{drft} \\
        \sum_f c_{drf} &\ge \sigma_d \sum_f s_{drft} \\
        \sum_{p \in P(k), \, e \notin p} g_{kp} &= \sum_{d \in k} \gamma_d \, c_{drf} \\
        \sum_{k, \, p \ni l} g_{kp} + R_{lt} &\le C_{lt} \qquad \forall l \ne e

    for each lost link :math:`e` and period :math:`t`, where :math:`\sigma` is ``Survive.link``,
    :math:`s` served, :math:`c` what of it is still carried, :math:`g` Gbps of a commodity :math:`k`
    over its tunnels that avoid the link, :math:`\gamma` ``gbps_per_unit``, :math:`R` what is
    reserved between facilities and :math:`C` the capacity of each direction or of both. What was
    reserved over the lost link keeps what it has of other links. Demands that promise nothing make
    way. What loads no link is carried wherever some tunnel avoids the lost one. With
    ``routing: any`` traffic of a region flows over all links that are left.
    """
    block.losses = Losses(block.facts)
    block.link_lost = pyo.Block(pyo.Any)
    for link, t in block.losses.states:
        lose(block, link, t)


def lose(model: pyo.Block, link: str, t: str, short: pyo.Expression = 0.0) -> None:
    """Add the state in which a link is lost, in a period, to a model or to what stands for one.

    Args:
        model: has ``facts``, ``losses``, ``link_lost``, and ``served``, ``reserved_gbps`` and
            ``link_capacity`` as variables or as numbers.
        link: the link that is lost.
        t: the period.
        short: by how much each share may be missed.
    """
    losses = model.losses
    block = model.link_lost[link, t]
    promised = [key for key in losses.promised.get(t, ()) if (*key, t) in model.served]
    block.carried = pyo.Var(
        [k for k in promised if losses.has_traffic(k[0]) and losses.reached(*k, link)],
        within=pyo.NonNegativeReals,
        bounds=lambda _, d, r, f: (0, model.facts.amount[d, r, t]),
    )
    facilities: dict[tuple[str, str], list[str]] = defaultdict(list)
    for d, r, f in promised:
        facilities[d, r].append(f)
    at_stake = dict.fromkeys(
        (d, r) for d, r, f in promised if losses.has_traffic(d) or not losses.reached(d, r, f, link)
    )

    @block.Constraint(list(block.carried))
    def carried_after_loss_within_what_is_served(
        block: pyo.Block, d: str, r: str, f: str
    ) -> pyo.Expression:
        return block.carried[d, r, f] <= model.served[d, r, f, t]

    @block.Constraint(list(at_stake))
    def share_kept_after_loss(block: pyo.Block, d: str, r: str) -> pyo.Expression:
        met = sum(model.served[d, r, f, t] for f in facilities[d, r])
        left = sum(still_served(model, link, t, (d, r, f)) for f in facilities[d, r])
        return left >= (losses.kept[d] - short) * met

    _links(model, link, t, (_arcs if losses.freely else _tunnels)(model, link, t))


def still_served(model: pyo.Block, link: str, t: str, key: Origin) -> pyo.Expression:
    """Give what is still carried of what a facility serves once a link is lost."""
    if model.losses.has_traffic(key[0]):
        carried = model.link_lost[link, t].carried
        return carried[key] if key in carried else 0.0  # noqa: SIM401 (a Var has no get)
    return model.served[(*key, t)] if model.losses.reached(*key, link) else 0.0


def _tunnels(model: pyo.Block, link: str, t: str) -> Carried:
    """Carry what is left of each commodity over those of its tunnels that avoid a link."""
    facts, block = model.facts, model.link_lost[link, t]
    sent: dict[tuple[str, str, str], list[pyo.Expression]] = defaultdict(list)
    most: dict[tuple[str, str, str], float] = defaultdict(float)
    tunnels = {}
    for d, r, f in block.carried:
        commodity = model.losses.commodity(d, r, f)
        gbps = facts.demands[d].gbps_per_unit
        sent[commodity.key].append(gbps * block.carried[d, r, f])
        most[commodity.key] += gbps * facts.amount[d, r, t]
        tunnels[commodity.key] = {
            i: tunnel
            for i, tunnel in enumerate(facts.tunnels_for(commodity))
            if link not in tunnel.links
        }
    block.gbps = pyo.Var(
        [(*key, i) for key, ways in tunnels.items() for i in ways],
        within=pyo.NonNegativeReals,
        bounds=lambda _, r, f, within, i: (0, most[r, f, within]),
    )

    @block.Constraint(list(tunnels))
    def traffic_reaches_the_facility_after_loss(
        block: pyo.Block, r: str, f: str, within: str
    ) -> pyo.Expression:
        arrives = sum(block.gbps[r, f, within, i] for i in tunnels[r, f, within])
        return arrives == sum(sent[r, f, within])

    carried: Carried = defaultdict(list)
    for r, f, within, i in block.gbps:
        for other, start in tunnels[r, f, within][i].hops:
            carried[other, start].append(block.gbps[r, f, within, i])
    return carried


def _arcs(model: pyo.Block, lost: str, t: str) -> Carried:
    """Carry what is left from each region over all links but the lost one, conserved anywhere."""
    facts, block = model.facts, model.link_lost[lost, t]
    arcs = {
        (name, a): b
        for name, link in model.losses.links.items()
        for a, b in (link.between, link.between[::-1])
        if name != lost
    }
    most: dict[str, float] = defaultdict(float)
    for d, r in dict.fromkeys(key[:2] for key in block.carried):
        most[r] += facts.demands[d].gbps_per_unit * facts.amount[d, r, t]
    ends: dict[tuple[str, str], list[pyo.Expression]] = defaultdict(list)
    for d, r, f in block.carried:
        gbps = facts.demands[d].gbps_per_unit
        ends[r, r].append(gbps * block.carried[d, r, f])
        ends[r, f].append(-gbps * block.carried[d, r, f])
    block.gbps = pyo.Var(
        [(r, link, a) for r in most for (link, a), b in arcs.items() if b != r],
        within=pyo.NonNegativeReals,
        bounds=lambda _, r, link, a: (0, most[r]),
    )
    moves: dict[tuple[str, str], list[pyo.Expression]] = {key: [] for key in ends}
    carried: Carried = defaultdict(list)
    for r, link, a in block.gbps:
        gbps = block.gbps[r, link, a]
        moves.setdefault((r, a), []).append(gbps)
        moves.setdefault((r, arcs[link, a]), []).append(-gbps)
        carried[link, a].append(gbps)

    @block.Constraint(list(moves))
    def traffic_conserved_after_loss(block: pyo.Block, r: str, place: str) -> pyo.Expression:
        return sum(moves[r, place]) == sum(ends.get((r, place), ()))

    return carried


def _links(model: pyo.Block, lost: str, t: str, carried: Carried) -> None:
    """Keep each link that is left within its capacity, beside what is reserved on it."""
    block, links, capacity = model.link_lost[lost, t], model.losses.links, model.link_capacity
    loads = {way: [*gbps, model.reserved_gbps[(*way, t)]] for way, gbps in carried.items()}
    limited = [way for way in loads if (way[0], t) in capacity]

    @block.Constraint([way for way in limited if links[way[0]].capacity == "each_way"])
    def each_way_within_capacity_after_loss(
        block: pyo.Block, link: str, start: str
    ) -> pyo.Expression:
        return sum(loads[link, start]) <= capacity[link, t]

    shared = dict.fromkeys(way[0] for way in limited if links[way[0]].capacity == "shared")

    @block.Constraint(list(shared))
    def both_ways_within_capacity_after_loss(block: pyo.Block, link: str) -> pyo.Expression:
        ways = [(link, end) for end in links[link].between]
        loaded = [gbps for way in ways for gbps in loads.get(way, [model.reserved_gbps[(*way, t)]])]
        return sum(loaded) <= capacity[link, t]
