"""Losses in one period of a program: of any one facility, and of any one link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rivals.deals import ANY
from rivals.facts import exact
from rivals.mip import Sum, total

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from rivals.crossing import Crossing
    from rivals.moment import Need
    from rivals.whole import Whole


def kept(said: Mapping[str, Any], what: str) -> Fraction:
    """Give the share that a demand keeps after the loss of a facility or a link; 0 for none."""
    return exact(said.get("survive", {}).get(what, 0))


def share_blocks(whole: Whole, t: int) -> None:
    """Assign blocks with power, and let those in reserve stand idle or on work that may stop.

    That is work of demands of later tiers that survive the loss of no facility themselves.
    """
    demands, mip = whole.facts.demands, whole.mip
    tier = [demand.get("tier", 1) for demand in demands]
    for i in range(len(whole.facts.pairs)):
        users = {d: n for (d, j, s), n in whole.assigned.items() if (j, s) == (i, t)}
        idle: list[Sum] = []
        lent: dict[int, list[Sum]] = {d: [] for d in users}
        for (d, j, s), reserved in whole.reserved.items():
            if (j, s) == (i, t):
                late = [e for e in users if tier[e] > tier[d] and not kept(demands[e], "facility")]
                parts = {e: mip.var() for e in late}
                idle.append(reserved - total(parts.values()))
                mip.keep(0, idle[-1])
                for e, part in parts.items():
                    lent[e].append(part)
        for e, parts in lent.items():
            mip.keep(total(parts), users[e])
        mip.keep(total(users.values()) + total(idle), whole.powered[i, t])


def lose_facilities(whole: Whole, d: int, t: int, need: Need, met: Mapping[str, Sum]) -> None:
    """Serve the share that survives by what is assigned and reserved elsewhere."""
    share = kept(need.said, "facility")
    if not share:
        return
    mip, pairs = whole.mip, whole.facts.pairs
    ready: dict[str, list[Sum]] = {}
    for i, units in need.units.items():
        whole.reserved[d, i, t] = mip.var(ANY, whole=not need.shared)
        held = whole.assigned[d, i, t] + whole.reserved[d, i, t]
        ready.setdefault(pairs[i].facility, []).append(units * held)
    reached = {(region, facility) for region, facility, _, _ in need.ways}
    for lost in whole.facts.facilities:
        again = {way: mip.var() for way in sorted(reached) if way[1] != lost}
        for region, units in met.items():
            served = total(n for way, n in again.items() if way[0] == region)
            mip.keep(share * units, served)
        for facility, held in ready.items():
            served = total(n for way, n in again.items() if way[1] == facility)
            mip.keep(served, total(held))


def lose_links(crossing: Crossing, demands: list[tuple[Need, dict[Any, Sum]]]) -> None:
    """Carry the share that survives over the links that are left; other demands make way.

    Args:
        crossing: the links of a period, with what is reserved on them.
        demands: demands of the period, with what is served by region, facility and path.
    """
    for lost in range(len(crossing.routes.links)):
        traffic = {way: list(gbps) for way, gbps in crossing.reserved.items()}
        sent: dict[str, dict[str, list[Sum]]] = {}
        for need, served in demands:
            share = kept(need.said, "link")
            if share and need.said.get("from"):
                _carry(crossing, lost, need, served, traffic, sent)
        for region, to in sent.items():
            arriving = {facility: total(gbps) for facility, gbps in to.items()}
            for way, flow in crossing.flows(region, arriving, lost).items():
                traffic.setdefault(way, []).append(flow)
        crossing.fit_links(traffic, lost)


def _carry(
    crossing: Crossing,
    lost: int,
    need: Need,
    served: dict[Any, Sum],
    traffic: dict[tuple[int, str], list[Sum]],
    sent: dict[str, dict[str, list[Sum]]],
) -> None:
    """Carry what is left of a demand, at the facilities that serve it."""
    mip, routes = crossing.mip, crossing.routes
    at: dict[tuple[str, str], list[Sum]] = {}
    for (region, facility, _), units in served.items():
        at.setdefault((region, facility), []).append(units)
    left: dict[str, list[Sum]] = {region: [] for region in need.origins}
    for (region, facility), units in at.items():
        if routes.freely:
            carried = mip.var() if routes.joined(region, facility, lost) else Sum()
            if need.gbps:
                sent.setdefault(region, {}).setdefault(facility, []).append(need.gbps * carried)
        else:
            ways = routes.paths(region, facility, need.said.get("max_ms"))
            over = {path: mip.var() for path in ways if all(hop.link != lost for hop in path)}
            carried = total(over.values())
            for path, part in over.items():
                for hop in path if need.gbps else ():
                    traffic.setdefault((hop.link, hop.entered), []).append(need.gbps * part)
        mip.keep(carried, total(units))
        left[region].append(carried)
    for region in need.origins:
        met = total(n for (r, _), units in at.items() if r == region for n in units)
        mip.keep(kept(need.said, "link") * met, total(left[region]))
