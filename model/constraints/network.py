"""Network: the traffic of each region reaches the facilities that meet it."""

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.additions import UPLINK
from gridblock.model.facts import Facts
from gridblock.model.limits import more
from gridblock.model.pools import Reduction
from gridblock.model.tunnels import Tunnels
from gridblock.model.variables import Payment, pay


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Carry traffic from regions to facilities within the capacity of links and zone uplinks.

    .. math::
        \sum_{p \in P(c)} g_{cpt} &= \sum_{d \in c} \gamma_d \, s_{drft} \\
        \sum_{c, p \ni e} g_{cpt} &\le C_{et} \\
        \sum_d \gamma_d \sum_{z \in l} s^{in}_{dzt} &\le U_{lt}

    where a commodity :math:`c` is a region, a facility and a latency bound, ``max_ms``,
    :math:`P(c)` its tunnels within the bound, :math:`g` Gbps, :math:`\gamma` ``gbps_per_unit``,
    :math:`s` served, :math:`C` ``Link.gbps`` of each direction or of both, :math:`s^{in}` what is
    served in a leaf place and :math:`U` ``uplink_gbps``. With ``routing: any`` traffic of a region
    flows over all links instead and is conserved at each place. Links also carry what is reserved
    between facilities, uplinks what blocks exchange over them: other families say how much.
    """
    fewer = Reduction.TUNNELS in block.pools.reductions
    block.tunnels = Tunnels(block.facts, block.bounds.additions.links, fewer=fewer)
    carried = (
        _arcs(block, instance) if instance.network.routing == "any" else _tunnels(block, instance)
    )
    for key, reserved in block.reserved_gbps.items():
        if not reserved.is_fixed():
            carried.setdefault(key, []).append(reserved)
    _links(block, instance, carried)
    _uplinks(block, instance)


Carried = dict[tuple[str, str, str], list[pyo.Expression]]
"""Traffic by link, the place that it is entered from, and period."""


def _tunnels(block: pyo.Block, instance: Instance) -> Carried:
    """Add the traffic of each commodity over its tunnels."""
    facts = block.facts
    commodities = facts.commodities if instance.network.links else {}
    demands = {(*c.key, t): names for (c, t), names in commodities.items()}
    tunnels = {c.key: block.tunnels.of[c] for c, _ in commodities}
    kept = {(*c.key, t): block.tunnels.kept[c, t] for c, t in commodities}
    most = {
        key: sum(_gbps(facts, d, key[0], key[3]) for d in names) for key, names in demands.items()
    }
    block.gbps = pyo.Var(
        [(*key[:3], i, key[3]) for key in demands for i in kept[key]],
        within=pyo.NonNegativeReals,
        bounds=lambda _, r, f, within, i, t: (0, most[r, f, within, t]),
    )

    @block.Constraint(list(demands))
    def traffic_reaches_the_facility(
        block: pyo.Block, r: str, f: str, within: str, t: str
    ) -> pyo.Expression:
        sent = sum(
            facts.demands[d].gbps_per_unit * block.served[d, r, f, t]
            for d in demands[r, f, within, t]
        )
        return sum(block.gbps[r, f, within, i, t] for i in kept[r, f, within, t]) == sent

    carried: Carried = {}
    for r, f, within, i, t in block.gbps:
        for link, start in tunnels[r, f, within][i].hops:
            carried.setdefault((link, start, t), []).append(block.gbps[r, f, within, i, t])
    return carried


def _gbps(facts: Facts, demand: str, region: str, t: str) -> float:
    """Give the traffic of a region's whole demand."""
    gbps: float = facts.demands[demand].gbps_per_unit * facts.amount[demand, region, t]
    return gbps


def _arcs(block: pyo.Block, instance: Instance) -> Carried:
    """Add the traffic of each region over both directions of each link, conserved at each place."""
    facts = block.facts
    arcs = [
        (link.label, a, b)
        for link in instance.network.links
        for a, b in (link.between, link.between[::-1])
    ]
    sent: dict[tuple[str, str], list[pyo.Expression]] = {}
    arrives: dict[tuple[str, str, str], list[pyo.Expression]] = {}
    names = {demand.name for demand in facts.with_traffic()} if arcs else set()
    for d, r, f, t in facts.services:
        if d in names:
            traffic = facts.demands[d].gbps_per_unit * block.served[d, r, f, t]
            sent.setdefault((r, t), []).append(traffic)
            arrives.setdefault((r, f, t), []).append(traffic)
    most = {
        (r, t): sum(_gbps(facts, d, r, t) for d in names if (d, r, t) in facts.amount)
        for r, t in sent
    }
    block.gbps = pyo.Var(
        [(r, link, a, t) for r, t in sent for link, a, b in arcs if b != r],
        within=pyo.NonNegativeReals,
        bounds=lambda _, r, link, a, t: (0, most[r, t]),
    )
    out: dict[str, list[tuple[str, str]]] = {}
    into: dict[str, list[tuple[str, str]]] = {}
    for link, a, b in arcs:
        out.setdefault(a, []).append((link, a))
        into.setdefault(b, []).append((link, a))
    places = [place for place in (*instance.facilities, *instance.network.regions) if place in into]

    @block.Constraint([(r, place, t) for r, t in sent for place in places])
    def traffic_conserved(block: pyo.Block, r: str, place: str, t: str) -> pyo.Expression:
        leaves = sum(
            block.gbps[r, link, a, t] for link, a in out[place] if (r, link, a, t) in block.gbps
        )
        enters = sum(
            block.gbps[r, link, a, t] for link, a in into[place] if (r, link, a, t) in block.gbps
        )
        if place == r:
            return leaves == sum(sent[r, t])
        return enters == leaves + sum(arrives.get((r, place, t), ()))

    carried: Carried = {}
    for r, link, a, t in block.gbps:
        carried.setdefault((link, a, t), []).append(block.gbps[r, link, a, t])
    return carried


def _links(block: pyo.Block, instance: Instance, carried: Carried) -> None:
    """Keep each link within its capacity, each direction or both together, and charge it."""
    links = {link.label: link for link in instance.network.links}
    capacity = block.bounds.additions.links
    block.link_capacity = pyo.Expression(
        list(capacity), rule=lambda block, *key: more(block, capacity[key])
    )
    spare = block.tunnels.spare
    spare_both = {key[::2] for key in spare}

    def shared_by(link: str) -> bool:
        return links[link].capacity == "shared"

    shared: dict[tuple[str, str], list[pyo.Expression]] = {}
    for (link, _, t), gbps in carried.items():
        shared.setdefault((link, t), []).extend(gbps)

    @block.Constraint(
        [k for k in carried if k[::2] in capacity and not shared_by(k[0]) and k not in spare]
    )
    def each_way_within_capacity(block: pyo.Block, link: str, start: str, t: str) -> pyo.Expression:
        return sum(carried[link, start, t]) <= block.link_capacity[link, t]

    @block.Constraint(
        [k for k in shared if k in capacity and shared_by(k[0]) and k not in spare_both]
    )
    def both_ways_within_capacity(block: pyo.Block, link: str, t: str) -> pyo.Expression:
        return sum(shared[link, t]) <= block.link_capacity[link, t]

    for link, t in shared:
        price = instance.over_periods(links[link].cost_per_gbps)[t]
        if price:
            pay(block, "network", Payment(t, "middle", price * sum(shared[link, t])))


def _uplinks(block: pyo.Block, instance: Instance) -> None:
    """Split what is served at a facility among its leaf places, and keep each zone's uplink."""
    facts = block.facts
    limits = block.bounds.additions.limits
    uplinks = {(path, t): limit for (path, name, t), limit in limits.items() if name == UPLINK}
    watched = {instance.places[path].facility for path, _ in uplinks}
    traffic = {
        demand.name: demand.gbps_per_unit for demand in instance.demands if demand.gbps_per_unit > 0
    }
    kinds: dict[tuple[str, str, str], list[str]] = {}
    for d, kind, path, t in block.assignments:
        if d in traffic and facts.facility_of[path] in watched:
            kinds.setdefault((d, path, t), []).append(kind)
    regions: dict[tuple[str, str, str], list[str]] = {}
    for d, r, f, t in facts.services:
        if d in traffic and f in watched:
            regions.setdefault((d, f, t), []).append(r)
    block.served_in = pyo.Var(
        list(kinds),
        within=pyo.NonNegativeReals,
        bounds=lambda _, d, path, t: (0, facts.total[d, t]),
    )

    @block.Constraint(list(kinds))
    def served_in_a_zone_within_what_is_assigned_there(
        block: pyo.Block, d: str, path: str, t: str
    ) -> pyo.Expression:
        return block.served_in[d, path, t] <= sum(
            facts.units_per_block[d, kind, t] * block.assigned[d, kind, path, t]
            for kind in kinds[d, path, t]
        )

    @block.Constraint(list(regions))
    def served_at_a_facility_is_served_in_its_zones(
        block: pyo.Block, d: str, f: str, t: str
    ) -> pyo.Expression:
        inside = sum(block.served_in[d, z, t] for z in facts.leaves_of[f] if (d, z, t) in kinds)
        return sum(block.served[d, r, f, t] for r in regions[d, f, t]) == inside

    @block.Constraint(list(uplinks))
    def uplink_within_capacity(block: pyo.Block, path: str, t: str) -> pyo.Expression:
        gbps = [
            traffic[d] * block.served_in[d, leaf, t]
            for leaf in facts.leaves_of[path]
            for d in traffic
            if (d, leaf, t) in kinds
        ]
        fabric = block.fabric_gbps[path, t]
        if not gbps and fabric.is_fixed():
            return pyo.Constraint.Feasible
        return sum(gbps) + fabric.expr <= more(block, uplinks[path, t])
