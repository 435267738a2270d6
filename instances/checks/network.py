"""Checks of links and where they lead."""

from gridblock.instances.checks.common import Faults, Path, series_fits, twice, unknown
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.network import Link


def faults(given: Fields) -> Faults:
    """Check every link."""
    network = given.network
    if network.graph is not None:
        yield ("network", "graph"), "is only followed in a file that is read; give links here"
    known = {*given.facilities, *network.regions}
    for i, link in enumerate(network.links):
        here = ("network", "links", i)
        for end, name in enumerate(link.between):
            yield from unknown(name, known, "place", (*here, "between", end))
        if link.between[0] == link.between[1]:
            yield (*here, "between"), f"joins {link.between[0]!r} to itself"
        for field in ("gbps", "cost_per_gbps"):
            yield from series_fits(given, (*here, field), getattr(link, field))
        if link.ms is None and network.routing == "tunnels":
            yield from _positions(given, link, (*here, "ms"))
    labels = [link.label for link in network.links]
    yield from twice(labels, lambda i: ("network", "links", i), "link")


def _positions(given: Fields, link: Link, path: Path) -> Faults:
    for end in link.between:
        if end in {*given.facilities, *given.network.regions} and given.position(end) is None:
            yield path, f"is needed: {end!r} has no coordinates to reckon it from"
            return
