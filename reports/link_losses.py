"""What is left after the loss of each link, and on which way it is carried then."""

from collections import defaultdict
from collections.abc import Iterator
from math import nan
from typing import Any, Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.model.rules.books import USED
from gridblock.model.traffic import hops_from
from gridblock.reports.flows import other_end
from gridblock.reports.words import percent

COLUMNS: Final = (
    *("lost_link", "demand", "region", "period", "met_units", "kept_units", "unit"),
    *("share_kept", "share_promised"),
)
FLOW_COLUMNS: Final = (
    *("lost_link", "region", "facility", "max_ms", "tunnel"),
    *("link", "from", "to", "period", "gbps"),
)


class Kept(NamedTuple):
    """What is left of a demand from one region after the loss of a link.

    Attributes:
        met: units met while no link is lost.
        units: units still carried after the loss.
        promised: the share that the demand promises to keep.
    """

    lost_link: str
    demand: str
    region: str
    period: str
    met: float
    units: float
    promised: float

    @property
    def share(self) -> float:
        """The share of what is met that is left."""
        return min(1.0, self.units / self.met)


def kept(instance: Instance, decisions: Decisions, account: Account) -> Iterator[Kept]:
    """Give what is left of each demand that promises a share, after the loss of each link."""
    left: dict[tuple[str, str, str, str], float] = defaultdict(float)
    for rest, units in decisions.rerouted.items():
        left[rest.lost_link, rest.demand, rest.region, rest.period] += units
    touched = {(link, t) for link, _, _, t in left}
    promises = [d for d in instance.demands if d.kept_after_link]
    for link in instance.network.links:
        for demand in promises:
            for region in demand.regions:
                for t in instance.horizon.names:
                    met = float(account.met.get((demand.name, region, t), 0))
                    if met <= USED:
                        continue
                    key = (link.label, demand.name, region, t)
                    units = left[key] if (link.label, t) in touched else met
                    yield Kept(*key, met, units, demand.kept_after_link)


def rows(instance: Instance, decisions: Decisions, account: Account) -> Iterator[tuple[Any, ...]]:
    """Give what is left after the loss of each link, demand by demand."""
    unit = {demand.name: demand.unit for demand in instance.demands}
    for one in kept(instance, decisions, account):
        yield (*one[:6], unit[one.demand], one.share, one.promised)


def flows(instance: Instance, decisions: Decisions, _: Account) -> Iterator[tuple[Any, ...]]:
    """Give the traffic after each loss that touches some, a row for each link that it takes."""
    ends = {link.label: link.between for link in instance.network.links}
    places = (*instance.network.regions, *instance.facilities)
    rank = {name: i for i, name in enumerate((*ends, *places, *instance.horizon.names))}
    found: list[tuple[Any, ...]] = []
    for flow, gbps in decisions.rerouted_gbps.items():
        bound = nan if flow.max_ms is None else flow.max_ms
        what = (flow.lost_link, flow.region, flow.facility, bound, " > ".join(flow.links))
        for link, start in hops_from(flow.region, flow.links, ends):
            found.append(
                (*what, link, start, other_end(ends[link], start), flow.period, float(gbps))
            )
    for arc, gbps in decisions.rerouted_arc_gbps.items():
        where = (arc.link, arc.start, other_end(ends[arc.link], arc.start))
        found.append((arc.lost_link, arc.region, None, nan, None, *where, arc.period, float(gbps)))
    # Flows are listed link by link along their way, which a stable sort keeps.
    yield from sorted(found, key=lambda row: (rank[row[0]], rank[row[8]], rank[row[1]]))


def sentence(instance: Instance, decisions: Decisions, account: Account) -> str:
    """Say after the loss of which link least is left; nothing where no demand promises a share."""
    every = list(kept(instance, decisions, account))
    if not every:
        return ""
    worst = min(every, key=lambda one: one.share)
    if worst.share >= 1 - USED:
        return "All that is promised for the loss of a link is kept in full, whichever one it is."
    when = f" in {worst.period}" if len(instance.horizon) > 1 else ""
    return (
        f"The worst single link to lose is {worst.lost_link}: {worst.demand} from {worst.region} "
        f"keeps {percent(worst.share)}{when}, {percent(worst.promised)} promised."
    )
