"""Network: traffic reaches where it is served, on paths within the bound, within every link."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial

import networkx as nx

from gridblock.instances.network import graph_of, round_trip_ms
from gridblock.model.lots import added_to_links
from gridblock.model.plan import Service, TunnelFlow
from gridblock.model.quantities import (
    ZERO,
    by_period,
    decimal,
    product,
    totals,
)
from gridblock.model.rules.books import USED, Books, Rows, above, against, differ, largest
from gridblock.model.rules.decisions import label
from gridblock.model.traffic import hops_from, tunnel_hops

Flow = tuple[str, str, float | None, str]


def served_only_within_reach(books: Books) -> Rows:
    """Serve a region only at facilities to which some path exists, within ``max_ms``.

    A sum of latencies counts as the float nearest to it.
    """
    distance = distances(books)
    for key, units in books.decisions.served.items():
        if key.region and abs(units) > USED:
            bound = books.demands[key.demand].max_ms
            ms = distance.get(key.region, {}).get(key.facility)
            where = f"{key.demand} from {key.region} at {key.facility} in {key.period}"
            if ms is None:
                yield where, "no path leads there"
            elif bound is not None and float(ms) > bound:
                yield where, f"the nearest path takes {float(ms):,.6g} ms, {bound:,g} ms allowed"
            else:
                yield None


def distances(books: Books) -> dict[str, dict[str, Fraction]]:
    """Give the shortest round trip from each region to each place that can be reached."""
    given = books.instance
    if not books.links:
        return {
            r: {f: direct_ms(books, r, f) for f in given.facilities} for r in given.network.regions
        }
    graph = graph_of(given)
    for _, _, link in graph.edges(data=True):
        # Latencies may be unknown where traffic takes any route: there only the connection counts.
        link["exact_ms"] = decimal(link["ms"] or 0.0)
    reached = partial(nx.single_source_dijkstra_path_length, graph, weight="exact_ms")
    return {region: reached(region) for region in given.network.regions}


def direct_ms(books: Books, region: str, facility: str) -> Fraction:
    """Give the round trip without links, from coordinates; 0 where they are not known."""
    a, b = books.instance.position(region), books.instance.position(facility)
    return ZERO if a is None or b is None else decimal(round_trip_ms(a, b))


def tunnels_keep_the_latency_bound(books: Books) -> Rows:
    """Add up the latencies of each tunnel's links: at most the bound of its traffic."""
    ms = {link: value for _, _, link, value in graph_of(books.instance).edges(keys=True, data="ms")}
    for key in books.decisions.tunnel_gbps:
        direct = ZERO if key.links else direct_ms(books, key.region, key.facility)
        total = float(sum((decimal(ms[link] or 0.0) for link in key.links), direct))
        kept = key.max_ms is None or total <= key.max_ms
        message = f"takes {total:,.6g} ms, {key.max_ms or 0:,g} ms allowed"
        yield None if kept else (label("tunnel", key), message)


def tunnels_carry_the_traffic(books: Books) -> Rows:
    """Match the traffic of each region, facility and bound with what its tunnels carry.

    Traffic is the sum of ``gbps_per_unit`` x served over the demands with that bound.
    """
    if books.instance.network.routing == "any":
        return
    flows = [(_commodity(key), gbps) for key, gbps in books.decisions.tunnel_gbps.items()]
    sent = [(_bounded(books, key), gbps) for key, gbps in _traffic(books)] if books.links else []
    carried, needed = totals(flows), totals(sent)
    sizes = largest((*flows, *((key, float(gbps)) for key, gbps in sent)))
    for key in {**carried, **needed}:
        has, must = carried.get(key, ZERO), needed.get(key, ZERO)
        if differ(has, must, sizes.get(key, 0.0)):
            region, facility, bound, t = key
            within = "" if bound is None else f" within {bound:g} ms"
            has_gbps, must_gbps = against(has, must)
            message = f"tunnels carry {has_gbps} Gbps of {must_gbps}"
            yield f"traffic from {region} to {facility}{within} in {t}", message
        else:
            yield None


def _commodity(key: TunnelFlow) -> Flow:
    return key.region, key.facility, key.max_ms, key.period


def _bounded(books: Books, key: Service) -> Flow:
    return key.region, key.facility, books.demands[key.demand].max_ms, key.period


def _traffic(books: Books) -> Iterator[tuple[Service, Decimal]]:
    """Give the Gbps that come from each region to where they are served."""
    for key, units in books.decisions.served.items():
        each = books.demands[key.demand].gbps_per_unit
        if each and key.region:
            yield key, product(each, units)


def traffic_is_conserved_at_every_place(books: Books) -> Rows:
    """With ``routing: any``: what enters a place and starts there leaves it or is served there.

    For each region that traffic comes from, place and period.
    """
    if books.instance.network.routing != "any" or not books.links:
        return
    terms = [*_moves(books)]
    balance, sizes = totals(terms), largest((key, float(gbps)) for key, gbps in terms)
    for key, left in balance.items():
        region, place, t = key
        broken = differ(left, ZERO, sizes.get(key, 0.0))
        message = f"{abs(float(left)):,.6g} Gbps {'vanish' if left > 0 else 'appear'}"
        yield (f"traffic from {region} at {place} in {t}", message) if broken else None


def _moves(books: Books) -> Iterator[tuple[tuple[str, str, str], Decimal | float]]:
    """Give what enters each place, less what leaves it, term by term."""
    for key, gbps in _traffic(books):
        yield (key.region, key.region, key.period), gbps
        yield (key.region, key.facility, key.period), -gbps
    for arc, value in books.decisions.arc_gbps.items():
        a, b = books.links[arc.link].between
        yield (arc.region, arc.start, arc.period), -value
        yield (arc.region, b if arc.start == a else a, arc.period), value


def links_carry_within_capacity(books: Books) -> Rows:
    """Keep what each link carries within ``gbps`` and what lots in effect add to it.

    Each way by itself, or both ways together. It carries traffic, and what is reserved between
    facilities.
    """
    added = added_to_links(books.instance, books.account.lots)
    ends = {name: link.between for name, link in books.links.items()}
    terms = [
        ((link, start, key.period), gbps)
        for key, gbps in books.decisions.tunnel_gbps.items()
        for link, start in tunnel_hops(ends, key)
    ]
    terms += [
        ((link, start, key.period), gbps)
        for key, gbps in books.decisions.interconnect_gbps.items()
        for link, start in hops_from(key.from_facility, key.links, ends)
    ]
    terms += [((k.link, k.start, k.period), gbps) for k, gbps in books.decisions.arc_gbps.items()]
    sizes = largest(terms)
    for name, link in books.links.items():
        if link.gbps is None:
            continue
        ways = [(end,) for end in link.between] if link.capacity == "each_way" else [link.between]
        for t, written in by_period(books.instance, link.gbps).items():
            most = written + added.get((name, t), ZERO)
            for way in ways:
                carried = sum((books.account.link_gbps.get((name, s, t), ZERO) for s in way), ZERO)
                if above(carried, most, *(sizes.get((name, start, t), 0.0) for start in way)):
                    has, may = against(carried, most)
                    where = f"link {name} from {' and '.join(way)} in {t}"
                    yield where, f"{has} Gbps carried, {may} Gbps there"
                else:
                    yield None
