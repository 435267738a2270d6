"""The plan as it stands under a shock: what is lost is not served, and nothing else is decided.

It is a plan that can be had whatever else is thought of, so what it costs bounds from above what
the shock costs. It counts only if it passes the audit.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.instances.shocks import Lost
from gridblock.model.account import account
from gridblock.model.audit import audit
from gridblock.model.ledger import discount_factors
from gridblock.model.plan import Decisions, PlanData, Service
from gridblock.model.quantities import by_period, decimal, hours_of

BY_FACILITY: Final = ("served", "tunnel_gbps", "rerouted", "rerouted_gbps", "leases_used")
BY_PLACE: Final = ("assigned", "reserved", "moved", "served_in")
BY_LINK: Final = ("tunnel_gbps", "rerouted_gbps")
"""Tables of decisions whose rows name a facility, a place in one, or the links of a tunnel."""

ROUNDING: Final = Fraction(1, 10**9)

Hit = dict[tuple[str, str, float | None, str], Fraction]
"""The share of traffic that is lost, by region, facility, latency bound and period."""


def cost_as_it_stands(
    instance: Instance, decisions: Decisions, lost: Sequence[Lost]
) -> float | None:
    """Give what a plan costs where some of it is lost; None where it cannot stand.

    Args:
        instance: what is given under the shock; what tiers keep of each other does not count.
        decisions: what was decided without it.
        lost: what is out of use.
    """
    # In the end nothing more is lost, which takes out runs that ask for more than they have left.
    for each in (*lost, Lost((), (), ())):
        decisions = without(instance, decisions, each)
    books = account(instance, decisions)
    plan = PlanData(
        instance=instance.name,
        instance_hash=instance.hash,
        status="feasible",
        stop="finished",
        gap_asked=0.0,
        bound=None,
        decisions=decisions,
        objective=float(books.objective),
        costs={category: float(amount) for category, amount in books.costs.items()},
    )
    return float(books.objective) if audit(instance, plan).ok else None


def without(instance: Instance, decisions: Decisions, lost: Lost) -> Decisions:
    """Take out of a plan what is served at lost facilities, or over lost links.

    A run of which a part is lost, or which asks for more than it gets, is lost as a whole.
    """
    hit = _hit(decisions, lost)
    bound = {demand.name: demand.max_ms for demand in instance.demands}
    runs = {demand.name for demand in instance.demands if demand.run is not None}

    def lacks(key: Service) -> Fraction:
        return hit.get((key.region, key.facility, bound[key.demand], key.period), Fraction(0))

    ended = {
        key.demand
        for key in decisions.served
        if key.demand in runs and (_at(key, lost) or lacks(key))
    } | _too_small(instance, decisions, runs)
    leaves = instance.leaves

    def stays(table: str, key: Any) -> bool:
        if getattr(key, "demand", None) in ended:
            return False
        if table in BY_FACILITY and _at(key, lost):
            return False
        if table in BY_PLACE:
            out = leaves[key.place].facility in lost.facilities
            return not (out and key.period in lost.periods)
        if table in BY_LINK and key.period in lost.periods:
            return not set(key.links) & set(lost.links)
        return not (table == "interconnect_gbps" and _between(key, lost))

    kept = {
        table: {key: n for key, n in rows.items() if stays(table, key)}
        for table, rows in vars(decisions).items()
    }
    kept["served"] = {
        key: float(decimal(units) * (1 - lacks(key))) if hit else units
        for key, units in kept["served"].items()
    }
    return replace(decisions, **kept)


def _too_small(instance: Instance, decisions: Decisions, runs: Collection[str]) -> set[str]:
    """Give the runs that ask for more in some period than they are given."""
    given: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for key, units in decisions.served.items():
        if key.demand in runs:
            given[key.demand, key.period] += decimal(units)
    asked = {d.name: by_period(instance, d.amount) for d in instance.demands if d.name in runs}
    return {
        name
        for (name, t), units in given.items()
        if units and units < asked[name][t] * (1 - ROUNDING)
    }


def _at(key: Any, lost: Lost) -> bool:
    return key.facility in lost.facilities and key.period in lost.periods


def _between(key: Any, lost: Lost) -> bool:
    ends = {key.from_facility, key.to_facility}
    gone = ends & set(lost.facilities) or set(key.links) & set(lost.links)
    return key.period in lost.periods and bool(gone)


def _hit(decisions: Decisions, lost: Lost) -> Hit:
    """Give the share of the traffic from a region to a facility that is lost, where some is."""
    whole: dict[Any, Fraction] = defaultdict(Fraction)
    gone: dict[Any, Fraction] = defaultdict(Fraction)
    for key, gbps in decisions.tunnel_gbps.items() if lost.links else ():
        if key.period in lost.periods:
            row = (key.region, key.facility, key.max_ms, key.period)
            whole[row] += decimal(gbps)
            if set(key.links) & set(lost.links):
                gone[row] += decimal(gbps)
    return {row: gbps / whole[row] for row, gbps in gone.items() if gbps}


class Losses:
    """What is lost at most, by its price: an estimate by which shocks are put in order."""

    def __init__(self, instance: Instance, decisions: Decisions) -> None:
        """Remember a plan and what it is for."""
        self._instance, self._decisions = instance, decisions
        factors = discount_factors(instance.horizon, instance.discount_rate)
        hours = hours_of(instance)
        prices = {d.name: by_period(instance, d.unmet_cost) for d in instance.demands}
        self._price = cache(lambda demand, t: prices[demand][t] * hours[t] * factors[t, "middle"])

    def of(self, lost: Lost) -> float:
        """Give the price of what is served by what is lost."""
        return float(sum(self._lost(lost), Fraction(0)))

    def _lost(self, lost: Lost) -> Iterator[Fraction]:
        after = without(self._instance, self._decisions, lost).served
        for key, units in self._decisions.served.items():
            gone = decimal(units) - decimal(after.get(key, 0.0))
            if gone:
                yield gone * self._price(key.demand, key.period)


def base_of(instance: Instance, plan: PlanData) -> tuple[float, float | None]:
    """Give what a plan costs without a shock, and what it has to cost at least.

    Args:
        instance: what is given, with the plan as the one in force.
        plan: the plan. What it paid for moves from a plan before it is left out, and no bound is
            known then.
    """
    assert plan.decisions is not None
    cost = float(account(instance, plan.decisions).objective)
    if plan.bound is None or plan.costs.get("moves"):
        return cost, None
    return cost, min(plan.bound, cost)
