"""Decisions: they name what the instance has, in numbers that can be decided."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gridblock.instances.faults import did_you_mean, quoted, shown
from gridblock.model.plan import (
    ArcFlow,
    Assignment,
    InterconnectFlow,
    ReroutedArc,
    ReroutedFlow,
    TunnelFlow,
)
from gridblock.model.rules.books import TOLERANCE, Books, Rows, is_number, told
from gridblock.model.traffic import fault_of_path

LARGEST: Final = 1e18
"""More than this is no decision."""
COUNTED: Final = ("bought", "retired", "ordered", "leased", "switched_off", "starts")
"""Decisions that are whole numbers for every demand."""


def decisions_name_what_exists(books: Books) -> Rows:
    """Look up every block type, leaf place, period, demand, region, facility, link and option."""
    given = books.instance
    known: dict[str, Mapping[str, object]] = {
        "block": given.blocks,
        "place": given.leaves,
        "period": given.horizon.index,
        "demand": books.demands,
        "facility": given.facilities,
        "from_facility": given.facilities,
        "to_facility": given.facilities,
        "link": books.links,
        "lost_link": books.links,
        "option": books.options,
        "region": {"": None, **given.network.regions},
    }
    for name, key, _ in _all(books):
        unknown = next(_unknown(key, known), None)
        yield (label(name, key), unknown) if unknown else None


def _unknown(key: Any, known: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Say what a key of decisions names that does not exist."""
    named = [(field, word) for field, word in zip(key._fields, key, strict=True) if field in known]
    if isinstance(key, TunnelFlow | InterconnectFlow | ReroutedFlow):
        if not isinstance(key.links, tuple):
            yield f"{told(key.links)} is not a path of links"
            return
        named += [("link", link) for link in key.links]
    within = key.max_ms if isinstance(key, TunnelFlow | ReroutedFlow) else None
    if within is not None and not is_number(within, LARGEST):
        yield f"{told(within)} is not a latency"
    for field, word in named:
        if word not in known[field]:
            what = {"place": "leaf place"}.get(field, field.rpartition("_")[2])
            hint = did_you_mean(str(word), known[field])
            yield f"the instance has no {what} {quoted(str(word))}{hint}"


def demands_come_from_their_regions(books: Books) -> Rows:
    """Let a demand be served only from a region that it comes from."""
    for key in books.decisions.served:
        kept = key.region in books.demands[key.demand].regions
        yield None if kept else (label("served", key), f"{key.demand} does not come from there")


def decided_numbers_are_finite(books: Books) -> Rows:
    """Refuse truth values, text, what is not finite, and what is beyond 1e18."""
    for name, key, value in _all(books):
        if is_number(value, LARGEST):
            yield None
        else:
            yield label(name, key), f"{told(value)} is not a number up to {LARGEST:g}"


def counts_are_whole_numbers(books: Books) -> Rows:
    """Let runs start, lots be ordered and blocks be had or moved only in whole numbers.

    Blocks assigned to, or kept for, a demand that takes whole blocks, too.
    """
    for name, key, value in _all(books):
        if _is_counted(books, name, key):
            kept = value == int(value)
            yield None if kept else (label(name, key), f"{value!r} is not a whole number")


def _is_counted(books: Books, name: str, key: Any) -> bool:
    if isinstance(key, Assignment):
        return name in {"assigned", "reserved"} and books.demands[key.demand].whole_blocks
    return name in COUNTED


def nothing_is_negative(books: Books) -> Rows:
    """Let no decision be below 0: whole numbers exactly, others within the tolerance."""
    for name, key, value in _all(books):
        counted = _is_counted(books, name, key)
        kept = value >= 0 or (not counted and value >= -TOLERANCE)
        yield None if kept else (label(name, key), f"{value:,.6g} is below 0")


def traffic_takes_the_routing_of_the_instance(books: Books) -> Rows:
    """Let traffic go over tunnels or over single links, as ``routing`` says."""
    routing = books.instance.network.routing
    for name, key, _ in _all(books):
        if isinstance(key, TunnelFlow | ReroutedFlow | ArcFlow | ReroutedArc):
            kept = isinstance(key, TunnelFlow | ReroutedFlow) == (routing == "tunnels")
            yield None if kept else (label(name, key), f"does not go with routing: {routing}")


def tunnels_are_paths(books: Books) -> Rows:
    """Ask of each tunnel a path from its region to its facility that visits no place twice.

    Without any link a region reaches a facility directly, over no link.
    """
    ends = {name: link.between for name, link in books.links.items()}
    for key in books.decisions.tunnel_gbps:
        direct = not key.links and not ends
        fault = None if direct else fault_of_path(key.region, key.facility, key.links, ends)
        yield None if fault is None else (label("tunnel_gbps", key), fault)


def traffic_enters_links_at_their_ends(books: Books) -> Rows:
    """Ask that traffic over a link starts at one of the two places that it joins."""
    for key in books.decisions.arc_gbps:
        kept = key.start in books.links[key.link].between
        yield (
            None
            if kept
            else (label("arc_gbps", key), f"{key.link} is not at {shown(str(key.start))}")
        )


def _all(books: Books) -> Iterator[tuple[str, Any, Any]]:
    """Give the name, key and value of every decision."""
    for name, decided in vars(books.decisions).items():
        for key, value in decided.items():
            yield name, key, value


def label(name: str, key: tuple[object, ...]) -> str:
    """Name a decision: ``assigned chat h100 memphis 2027Q1``."""
    words = (" ".join(map(str, part)) if isinstance(part, tuple) else part for part in key)
    written = (shown(str(word)) for word in words if word not in ("", None))
    return " ".join((name.replace("_", " "), *written))
