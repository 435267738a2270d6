"""The plan as plain data: what was decided, how good it is, and how it was found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gridblock.instances.frozen import Frozen

FORMAT_VERSION: Final = 1
ONLY_PRICED: Final = ("unmet", "penalty")
"""Categories of cost that nobody pays: the prices of unmet work and of limits exceeded."""
STATUSES: Final = ("optimal", "feasible", "infeasible", "no_plan", "interrupted")


class Standing(NamedTuple):
    """Blocks of one type in one leaf place and period."""

    block: str
    place: str
    period: str


class Assignment(NamedTuple):
    """Blocks of one type that serve a demand, or are kept for it, in one leaf place and period."""

    demand: str
    block: str
    place: str
    period: str


class Ordering(NamedTuple):
    """Lots of an option ordered in a period."""

    option: str
    period: str


class Lease(NamedTuple):
    """Blocks that an option leases, in one leaf place and period."""

    option: str
    block: str
    place: str
    period: str


class LeaseUse(NamedTuple):
    """Leased blocks of one type in use at a facility in a period."""

    option: str
    block: str
    facility: str
    period: str


class Service(NamedTuple):
    """What a facility serves of a demand from one region ("" for none) in a period."""

    demand: str
    region: str
    facility: str
    period: str


class ZoneService(NamedTuple):
    """What a leaf place serves of a demand in a period."""

    demand: str
    place: str
    period: str


class RunStart(NamedTuple):
    """A run and the period in which it starts."""

    demand: str
    period: str


class TunnelFlow(NamedTuple):
    """Traffic of a commodity over one tunnel in a period; ``max_ms`` bounds its demands."""

    region: str
    facility: str
    max_ms: float | None
    links: tuple[str, ...]
    period: str


class ArcFlow(NamedTuple):
    """Traffic from a region over one link, entered at ``start``, in a period (``routing: any``)."""

    region: str
    link: str
    start: str
    period: str


class Stage(NamedTuple):
    """What was found when the demands up to a tier were planned, those of later tiers left out.

    Attributes:
        tier: the last tier that was planned.
        value: net present value of all costs of that plan.
        bound: proven lower bound of it, or None.
        gap: |value - bound| / max(1e-9, |value|), or None.
        unmet: what stays unmet of this tier, at its price; later ones keep to ``cap_on_unmet``.
    """

    tier: int
    value: float
    bound: float | None
    gap: float | None
    unmet: float


class InterconnectFlow(NamedTuple):
    """What a demand reserves from one facility to another over some links in a period."""

    demand: str
    from_facility: str
    to_facility: str
    links: tuple[str, ...]
    period: str


class Rerouted(NamedTuple):
    """What is still served of a demand after the loss of a link, in a period."""

    lost_link: str
    demand: str
    region: str
    facility: str
    period: str


class ReroutedFlow(NamedTuple):
    """Traffic of a commodity over one tunnel after the loss of a link, in a period."""

    lost_link: str
    region: str
    facility: str
    max_ms: float | None
    links: tuple[str, ...]
    period: str


class ReroutedArc(NamedTuple):
    """Traffic from a region over one link after the loss of another (``routing: any``)."""

    lost_link: str
    region: str
    link: str
    start: str
    period: str


@dataclass(frozen=True)
class Decisions:
    """Everything decided; what is not named is 0.

    Attributes:
        bought: blocks bought, by the period in which they enter service.
        retired: owned blocks retired, gone from that period on.
        ordered: lots of options, by the period of order.
        leased: blocks leased, where they stand.
        leases_used: leased blocks in use, where a lease is paid by the hour.
        switched_off: blocks that stand without power, where that may be.
        assigned: blocks assigned to demands; whole numbers where the demand takes whole blocks.
        moved: blocks that demands are given beyond the plan in force, when that is paid.
        reserved: blocks kept for demands that survive the loss of a facility; whole as those
            assigned.
        served: units served.
        starts: 1 where a run starts.
        served_in: units served by leaf place, where a zone's uplink carries traffic.
        tunnel_gbps: traffic over tunnels in Gbps.
        arc_gbps: traffic over links in Gbps.
        interconnect_gbps: what is reserved between facilities, by path, in Gbps.
        rerouted: units still served after the loss of a link, of demands that promise a share;
            only for losses that touch their traffic.
        rerouted_gbps: traffic over tunnels after such a loss, in Gbps.
        rerouted_arc_gbps: traffic over links after such a loss, in Gbps.
    """

    bought: Mapping[Standing, int] = field(default_factory=dict)
    retired: Mapping[Standing, int] = field(default_factory=dict)
    ordered: Mapping[Ordering, int] = field(default_factory=dict)
    leased: Mapping[Lease, int] = field(default_factory=dict)
    leases_used: Mapping[LeaseUse, float] = field(default_factory=dict)
    switched_off: Mapping[Standing, int] = field(default_factory=dict)
    assigned: Mapping[Assignment, float] = field(default_factory=dict)
    moved: Mapping[Assignment, float] = field(default_factory=dict)
    reserved: Mapping[Assignment, float] = field(default_factory=dict)
    served: Mapping[Service, float] = field(default_factory=dict)
    starts: Mapping[RunStart, int] = field(default_factory=dict)
    served_in: Mapping[ZoneService, float] = field(default_factory=dict)
    tunnel_gbps: Mapping[TunnelFlow, float] = field(default_factory=dict)
    arc_gbps: Mapping[ArcFlow, float] = field(default_factory=dict)
    interconnect_gbps: Mapping[InterconnectFlow, float] = field(default_factory=dict)
    rerouted: Mapping[Rerouted, float] = field(default_factory=dict)
    rerouted_gbps: Mapping[ReroutedFlow, float] = field(default_factory=dict)
    rerouted_arc_gbps: Mapping[ReroutedArc, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanData:
    """One output.

    Attributes:
        instance_hash: the hash of the instance that it plans.
        status: optimal, feasible, infeasible, no_plan or interrupted.
        stop: why the solver stopped.
        decisions: None without a plan.
        objective: net present value of all costs, in the instance's currency; None without a plan.
        bound: proven lower bound of the objective, or None.
        gap: |objective - bound| / max(1e-9, |objective|), or None.
        gap_asked: the gap that was asked for.
        costs: net present value by category; they sum to the objective.
        seconds: wall time by stage: read, build, hand_over, solve, read_back, audit.
        solver: what found it: versions, threads, seed, nodes, notes.
        conflict: for an infeasible instance, the hard rules that conflict, in its own words.
        stages: what the stages before the last found, where demands have several tiers.
    """

    instance: str
    instance_hash: str
    status: str
    stop: str
    decisions: Decisions | None = None
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    gap_asked: float = 0.0
    costs: Mapping[str, float] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    solver: Mapping[str, object] = field(default_factory=dict)
    conflict: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()

    def __post_init__(self) -> None:
        """Freeze the mappings."""
        mine = vars(self)
        mine |= {name: Frozen(mine[name]) for name in ("costs", "seconds", "solver")}

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of the solve, such as that it was done again with closer tolerances."""
        notes = self.solver.get("notes", ())
        return tuple(map(str, notes)) if isinstance(notes, list | tuple) else ()


def spending(costs: Mapping[str, float]) -> float:
    """Sum costs by category, but for those that are only priced."""
    return sum(cost for name, cost in costs.items() if name not in ONLY_PRICED)


def relative_gap(objective: float, bound: float) -> float:
    """Give |objective - bound| / max(1e-9, |objective|)."""
    return abs(objective - bound) / max(1e-9, abs(objective))


def rounding(value: float, costs: Iterable[float]) -> float:
    """Give the difference in cost that rounding makes: 1e-6 x the larger of a value and 1.

    Where all costs are below 1 the largest stands for 1: large units of money hide nothing.

    Args:
        value: a cost, whose sign does not matter.
        costs: the costs that it is the sum of.
    """
    largest = max(map(abs, costs), default=0.0)
    return 1e-6 * max(abs(value), min(1.0, largest) if largest else 1.0)


def bound_but_for_rounding(
    objective: float, bound: float, costs: Iterable[float], gap: float
) -> float:
    """Give a bound without what rounding takes from it, where a plan costs next to nothing.

    A share of next to nothing says nothing: a plan that costs 0 is 1000 % off a bound of -1e-8. It
    is given as it is where the cost is no less than what rounding is a share of, and where it is
    within the gap, or would not be so.

    Args:
        objective: what the plan costs.
        bound: what is proven, at most that.
        costs: the costs that it is the sum of.
        gap: the gap asked for.
    """
    rounded = rounding(0.0, costs)
    if abs(objective) >= 1e6 * rounded or relative_gap(objective, bound) <= gap:
        return bound
    closer = min(bound + rounded, objective)
    return closer if objective - closer <= gap * abs(objective) else bound


def cap_on_unmet(found: float) -> float:
    """Give the most priced unmet of a tier in later stages: found + max(1e-6 x |found|, 1e-6)."""
    return found + max(1e-6 * abs(found), 1e-6)
