"""Traffic that follows from a plan's decisions, exactly: over links, and over uplinks of zones."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.model.exact import exact
from gridblock.model.plan import Decisions, TunnelFlow
from gridblock.model.quantities import Amounts, decimal, totals

STANDS: Final = 1e-9
"""A demand stands where more blocks than this are assigned to it."""


def fabric_traffic(instance: Instance, decisions: Decisions) -> Amounts:
    """Give what blocks exchange over uplinks in Gbps, by demand, zone with an uplink and period.

    It is fabric_gbps_per_block x the blocks inside, where the demand has some outside as well.
    """
    each = {d.name: decimal(d.fabric_gbps_per_block) for d in instance.demands}
    woven = [
        (key, blocks)
        for key, blocks in decisions.assigned.items()
        if each[key.demand] and blocks > STANDS
    ]
    uplinks = [place for place in instance.places.values() if place.uplink_gbps is not None]
    traffic: dict[tuple[str, str, str], Fraction] = {}
    for zone in uplinks:
        inside: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        outside: set[tuple[str, str]] = set()
        for key, blocks in woven:
            leaf = instance.leaves[key.place]
            if zone.path in leaf.above:
                inside[key.demand, key.period] += exact(blocks)
            elif leaf.facility == zone.facility:
                outside.add((key.demand, key.period))
        for (demand, t), count in inside.items():
            if (demand, t) in outside:
                traffic[demand, zone.path, t] = each[demand] * count
    return traffic


def link_traffic(instance: Instance, decisions: Decisions) -> dict[tuple[str, str, str], Fraction]:
    """Give the traffic in Gbps of each link, by the place that it is entered from, and period."""
    ends = {link.label: link.between for link in instance.network.links}
    over_tunnels = (
        ((link, start, flow.period), gbps)
        for flow, gbps in decisions.tunnel_gbps.items()
        for link, start in tunnel_hops(ends, flow)
    )
    over_arcs = (
        ((arc.link, arc.start, arc.period), gbps) for arc, gbps in decisions.arc_gbps.items()
    )
    return totals((*over_tunnels, *over_arcs, *_reserved(ends, decisions)))


def reserved_traffic(
    instance: Instance, decisions: Decisions
) -> dict[tuple[str, str, str], Fraction]:
    """Give what is reserved on each link, by the place that it is entered from, and period."""
    ends = {link.label: link.between for link in instance.network.links}
    return totals(_reserved(ends, decisions))


def _reserved(
    ends: Mapping[str, tuple[str, str]], decisions: Decisions
) -> Iterator[tuple[tuple[str, str, str], float]]:
    for flow, gbps in decisions.interconnect_gbps.items():
        for link, start in hops_from(flow.from_facility, flow.links, ends):
            yield (link, start, flow.period), gbps


def tunnel_hops(ends: Mapping[str, tuple[str, str]], flow: TunnelFlow) -> list[tuple[str, str]]:
    """Give each link of a tunnel with the place that it is entered from, as ``hops_from`` does."""
    return hops_from(flow.region, flow.links, ends)


def hops_from(
    start: str, links: Iterable[str], ends: Mapping[str, tuple[str, str]]
) -> list[tuple[str, str]]:
    """Give each link of a path with the place that it is entered from.

    Args:
        start: where the path begins.
        links: the links that it takes.
        ends: the two places that each link joins.

    Raises:
        KeyError: a link does not exist.
        ValueError: a link does not start where the one before it ends.
    """
    place, hops = start, []
    for link in links:
        if place not in ends[link]:
            message = f"link {link} does not start at {place}"
            raise ValueError(message)
        hops.append((link, place))
        a, b = ends[link]
        place = b if place == a else a
    return hops


def fault_of_path(
    start: str, end: str, links: Iterable[str], ends: Mapping[str, tuple[str, str]]
) -> str | None:
    """Say what keeps some links from being a path that visits no place twice; None if nothing.

    Args:
        start: where the path is to begin.
        end: where it is to end.
        links: the links that it takes, at least one.
        ends: the two places that each link joins.
    """
    try:
        hops = hops_from(start, links, ends)
    except ValueError as error:
        return str(error)
    places = [entered for _, entered in hops]
    if hops:
        a, b = ends[hops[-1][0]]
        places.append(b if places[-1] == a else a)
    if len(set(places)) < len(places):
        return "passes a place twice"
    return None if places and places[-1] == end else f"does not end at {end}"
