"""Interconnect: reserved in both directions between the facilities that a demand uses at once."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import permutations

from gridblock.instances.network import graph_of
from gridblock.model.quantities import (
    ZERO,
    by_period,
    decimal,
    run_periods,
    run_starts,
    totals,
)
from gridblock.model.rules.books import USED, Books, Rows, against, differ, largest
from gridblock.model.rules.decisions import label
from gridblock.model.rules.network import direct_ms
from gridblock.model.traffic import fault_of_path

Pair = tuple[str, str, str, str]
"""A demand, two facilities that it uses at once, one way, and the period."""


def reserved_paths_lead_between_their_facilities(books: Books) -> Rows:
    """Ask of what is reserved a path between two facilities that visits no place twice."""
    ends = {name: link.between for name, link in books.links.items()}
    for key in books.decisions.interconnect_gbps:
        fault = fault_of_path(key.from_facility, key.to_facility, key.links, ends)
        yield None if fault is None else (label("interconnect_gbps", key), fault)


def reserved_between_facilities_used(books: Books) -> Rows:
    """Reserve what a demand asks for between every two facilities that it uses, and no more.

    In each direction by itself; without any link there is nothing to reserve it on.
    """
    flows = [
        ((key.demand, key.from_facility, key.to_facility, key.period), gbps)
        for key, gbps in books.decisions.interconnect_gbps.items()
    ]
    reserved, sizes = totals(flows), largest(flows)
    needed = dict.fromkeys(_pairs(books)) if books.links else {}
    for pair in {**needed, **reserved}:
        demand, start, end, t = pair
        asks = books.demands[demand].interconnect
        must = decimal(asks.gbps) if asks is not None and pair in needed else ZERO
        has = reserved.get(pair, ZERO)
        if differ(has, must, sizes.get(pair, 0.0), must):
            has_gbps, must_gbps = against(has, must)
            message = f"{has_gbps} Gbps reserved of {must_gbps}"
            yield f"{demand} from {start} to {end} in {t}", message
        else:
            yield None


def facilities_used_are_close_enough(books: Books) -> Rows:
    """Without links, keep facilities that a demand uses at once within ``max_ms``, directly."""
    for demand, start, end, t in () if books.links else _pairs(books):
        asks = books.demands[demand].interconnect
        if asks is None or asks.max_ms is None:
            continue
        ms = float(direct_ms(books, start, end))
        message = f"{ms:,.6g} ms apart, {asks.max_ms:,g} ms allowed"
        yield None if ms <= asks.max_ms else (f"{demand} at {start} and {end} in {t}", message)


def reserved_paths_keep_the_latency_bound(books: Books) -> Rows:
    """Add up the latencies of the links of each path: at most ``Interconnect.max_ms``."""
    ms = {link: value for _, _, link, value in graph_of(books.instance).edges(keys=True, data="ms")}
    for key in books.decisions.interconnect_gbps:
        asks = books.demands[key.demand].interconnect
        bound = None if asks is None else asks.max_ms
        total = float(sum((decimal(ms[link] or 0.0) for link in key.links), ZERO))
        message = f"takes {total:,.6g} ms, {bound or 0:,g} ms allowed"
        yield None if bound is None or total <= bound else (label("interconnect", key), message)


def _pairs(books: Books) -> Iterator[Pair]:
    """Give every two facilities that a demand with an interconnect uses at once, both ways.

    A run uses all its facilities in each of its periods in which it asks for something.
    """
    used: dict[tuple[str, str], set[str]] = defaultdict(set)
    for given, blocks in books.decisions.assigned.items():
        if blocks > USED:
            used[given.demand, given.period].add(books.facility_of[given.place])
    starts = run_starts(books.instance, books.decisions)
    for demand in books.instance.demands:
        if demand.interconnect is None:
            continue
        at = {t: used[demand.name, t] for t in books.instance.horizon.names}
        start = starts.get(demand.name)
        if demand.run is not None and start is not None:
            amount, everywhere = by_period(books.instance, demand.amount), set().union(*at.values())
            taken = run_periods(books.instance, demand.run, start)
            at = {t: everywhere for t in taken if amount[t]}
        for t, facilities in at.items():
            for f, g in permutations(sorted(facilities), 2):
                yield demand.name, f, g, t
