"""Traffic of each tunnel, link by link; or of each region over each link."""

from collections.abc import Iterator
from math import nan
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import Decisions, TunnelFlow
from gridblock.model.traffic import tunnel_hops

COLUMNS: Final = (
    *("region", "facility", "max_ms", "tunnel"),
    *("link", "from", "to", "period", "gbps"),
)


def rows(instance: Instance, decisions: Decisions, _: Account) -> Iterator[tuple[Any, ...]]:
    """Give the traffic of each tunnel, link by link; or of each region over each link."""
    ends = {link.label: link.between for link in instance.network.links}
    periods = {t: i for i, t in enumerate(instance.horizon.names)}
    places = {p: i for i, p in enumerate((*instance.network.regions, *instance.facilities))}
    links = {link: i for i, link in enumerate(ends)}

    def order(flow: TunnelFlow) -> tuple[Any, ...]:
        bound = -1.0 if flow.max_ms is None else flow.max_ms
        path = [links[link] for link in flow.links]
        return places[flow.region], places[flow.facility], bound, path, periods[flow.period]

    for flow in sorted(decisions.tunnel_gbps, key=order):
        gbps = float(decisions.tunnel_gbps[flow])
        bound = nan if flow.max_ms is None else flow.max_ms
        what = (flow.region, flow.facility, bound, " > ".join(flow.links))
        for link, start in tunnel_hops(ends, flow):
            yield (*what, link, start, other_end(ends[link], start), flow.period, gbps)
        if not flow.links:
            yield (*what, None, flow.region, flow.facility, flow.period, gbps)
    for arc in sorted(
        decisions.arc_gbps,
        key=lambda a: (places[a.region], links[a.link], places[a.start], periods[a.period]),
    ):
        end = other_end(ends[arc.link], arc.start)
        gbps = float(decisions.arc_gbps[arc])
        yield (arc.region, None, nan, None, arc.link, arc.start, end, arc.period, gbps)


def other_end(ends: tuple[str, str], start: str) -> str:
    """Give the end of a link that is not where it is entered from."""
    return ends[1] if start == ends[0] else ends[0]
