"""What goes between places: over links, or straight where there are none."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.reports import usage
from gridblock.reports.charts.style import ACCENT, DEEP, LIGHT
from gridblock.reports.sections import Column, Section
from gridblock.reports.tight import FULL
from gridblock.reports.words import in_percent, number

HALF: Final = 0.5
PALE: Final = "#b9c2c8"


class Edge(NamedTuple):
    """What goes between two places in a period.

    Attributes:
        ends: the places.
        says: what goes there, line by line.
        share: of its capacity, in the fuller direction; None where it has none.
        used: whether anything goes there.
    """

    ends: tuple[str, str]
    says: tuple[str, ...]
    share: float | None
    used: bool


class Class(NamedTuple):
    """How edges of some use are drawn."""

    name: str
    colour: str
    width: float
    holds: Callable[[Edge], bool]


CLASSES: Final = (
    Class("link, unused", PALE, 1.2, lambda edge: not edge.used),
    Class("in use", LIGHT, 1.8, lambda e: e.used and (e.share is None or e.share < HALF)),
    Class("half full", ACCENT, 2.6, lambda e: e.used and HALF <= (e.share or 0.0) < FULL),
    Class("full", DEEP, 4.0, lambda e: e.used and (e.share or 0.0) >= FULL),
)


def edges_of(
    instance: Instance, decisions: Decisions, account: Account, period: str
) -> tuple[Edge, ...]:
    """Give the links, or what regions are served where if there are none."""
    if instance.network.links:
        return tuple(_links(instance, account, period))
    return tuple(_straight(instance, decisions, period))


def _links(instance: Instance, account: Account, t: str) -> Iterator[Edge]:
    both: dict[str, list[usage.LinkUse]] = defaultdict(list)
    for use in usage.of_links(instance, account):
        if use.period == t:
            both[use.link].append(use)
    for name, uses in both.items():
        limited = [use for use in uses if use.capacity_gbps is not None]
        share = max((use.share if use.capacity_gbps else 0.0 for use in limited), default=None)
        used = any(use.gbps for use in uses)
        yield Edge((uses[0].start, uses[0].end), (name, *map(_said, uses)), share, used)


def _said(use: usage.LinkUse) -> str:
    of = f" of {number(use.capacity_gbps)}" if use.capacity_gbps is not None else ""
    return f"{use.start} to {use.end}: {number(use.gbps)}{of} Gbps"


def _straight(instance: Instance, decisions: Decisions, t: str) -> Iterator[Edge]:
    units = {demand.name: demand.unit for demand in instance.demands}
    served: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (demand, region, facility, period), count in decisions.served.items():
        if period == t and region and count:
            served[region, facility][demand] += float(count)
    for ends, of in served.items():
        lines = (f"{name}: {number(count)} {units[name]}" for name, count in of.items())
        yield Edge(ends, (" to ".join(ends), *lines), None, used=True)


def edges_of_demands(decisions: Decisions, units: Mapping[str, str], period: str) -> list[Edge]:
    """Give what facilities serve of each demand, where no region says where it comes from."""
    served: dict[tuple[str, str], float] = defaultdict(float)
    for (demand, _, facility, t), count in decisions.served.items():
        if t == period and count:
            served[demand, facility] += float(count)
    return [
        Edge((f"{demand} (demand)", at), (f"{demand}: {number(n)} {units[demand]}",), None, True)
        for (demand, at), n in served.items()
    ]


def edges_table(edges: Sequence[Edge]) -> Section | None:
    """Give the edges as a table; None without any."""
    if not edges:
        return None
    rows = tuple(
        (*edge.ends, "; ".join(edge.says), "" if edge.share is None else in_percent(edge.share))
        for edge in edges
    )
    return Section(
        title="Links and flows",
        unit="",
        columns=(Column("from"), Column("to"), Column("what"), Column("full", right=True)),
        rows=rows,
    )
