"""Whether decisions keep the rules of an instance, by the plain program and not by the audit."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from gridblock.model.plan import Decisions, PlanData
from rivals.mip import Mip, Sum, total
from rivals.whole import Whole

Data = dict[str, Any]
SLACK = Fraction(1, 10**6)
"""How far a decision may be off its value, as a share of it or of 1."""
DECIDED = (
    *("bought", "retired", "ordered", "leased", "switched_off", "assigned"),
    *("reserved", "served", "starts"),
)
"""The decisions of a plan that the program knows; the others carry traffic that follows them."""


class ImpossibleError(Exception):
    """Something is decided that cannot exist."""


def breaks(data: Data, plan: PlanData, decisions: Decisions, program: type[Mip] = Mip) -> bool:
    """Say whether no plan has these decisions, whatever traffic and payments follow them.

    Args:
        data: an instance.
        plan: a plan of it, for what earlier tiers were promised.
        decisions: of that plan, or like it.
        program: what solves the program.
    """
    promised = {stage.tier: stage.unmet for stage in plan.stages}
    whole = Whole(data, promised, data, program)
    try:
        for variable, value in _fixed(whole, decisions):
            slack = SLACK * max(1, abs(value))
            whole.mip.keep(variable, value + slack)
            whole.mip.keep(value - slack, variable)
    except ImpossibleError:
        return True
    return whole.mip.least(Sum()) is None


def _fixed(whole: Whole, decisions: Decisions) -> Iterator[tuple[Sum, Fraction]]:
    """Give each variable that is decided with its value."""
    names = list(whole.facts.hours)
    pairs = {(pair.block, pair.leaf): i for i, pair in enumerate(whole.facts.pairs)}
    numbers = {demand["name"]: d for d, demand in enumerate(whole.facts.demands)}
    sites = list(whole.facts.facilities)

    def value(of: Mapping[Any, float], key: Any) -> Fraction:
        return Fraction(of.get(key, 0))

    served: dict[Any, Fraction] = defaultdict(Fraction)
    for service, units in decisions.served.items():
        served[service.demand, service.facility, service.period] += Fraction(units)
    taken: dict[str, set[Any]] = {
        **{name: {*getattr(decisions, name)} for name in DECIDED},
        "served": {*served},
    }
    for (block, leaf), i in pairs.items():
        before = Fraction(whole.facts.leaf[leaf].site.get("installed", {}).get(block, 0))
        for t, name in enumerate(names):
            due = whole.facts.leaf[leaf].site.get("on_order", {}).get(block, {}).get(name, 0)
            key = (block, leaf, name)
            bought, retired = value(decisions.bought, key), value(decisions.retired, key)
            before = before + due + bought - retired
            yield whole.owned[i, t], before
            off = value(decisions.switched_off, key)
            yield whole.installed[i, t] - whole.powered[i, t], off
            # What is bought and sold at once need not be told apart where it makes no difference.
            yield whole.bought.get((i, t), Sum()), bought
            for table in ("bought", "retired", "switched_off"):
                taken[table].discard(key)
    for name, deal in whole.deals.items():
        for t, period in enumerate(names):
            yield deal.ordered.get(t, Sum()), value(decisions.ordered, (name, period))
            taken["ordered"].discard((name, period))
    yield from _leases(whole, decisions, taken["leased"])
    for (d, i, t), variable in whole.assigned.items():
        key = (whole.facts.demands[d]["name"], *whole.facts.pairs[i][:2], names[t])
        yield variable, value(decisions.assigned, key)
        taken["assigned"].discard(key)
    for (d, i, t), variable in whole.reserved.items():
        key = (whole.facts.demands[d]["name"], *whole.facts.pairs[i][:2], names[t])
        yield variable, value(decisions.reserved, key)
        taken["reserved"].discard(key)
    for (d, f, t), variable in whole.served.items():
        service_ = (whole.facts.demands[d]["name"], sites[f], names[t])
        yield variable, served.get(service_, Fraction(0))
        taken["served"].discard(service_)
    yield from _runs(whole, decisions, numbers, names)
    taken["starts"].clear()
    if any(left for left in taken.values()):
        raise ImpossibleError(taken)


def _leases(whole: Whole, decisions: Decisions, taken: set[Any]) -> Iterator[tuple[Sum, Fraction]]:
    names = list(whole.facts.hours)
    parts: dict[Any, list[Sum]] = defaultdict(list)
    for (option, _, i, t), variable in whole.leased.items():
        parts[(option, *whole.facts.pairs[i][:2], names[t])].append(variable)
    for key, variables in parts.items():
        yield total(variables), Fraction(decisions.leased.get(key, 0))
        taken.discard(key)


def _runs(
    whole: Whole, decisions: Decisions, numbers: Mapping[str, int], names: list[str]
) -> Iterator[tuple[Sum, Fraction]]:
    started: dict[str, list[int]] = defaultdict(list)
    for (demand, period), n in decisions.starts.items():
        started[demand] += [names.index(period)] * n
    for demand, d in numbers.items():
        said = whole.facts.demands[d]
        if "run" not in said:
            if started[demand]:
                raise ImpossibleError(demand)
            continue
        first, last = (names.index(name) for name in said["run"]["start"])
        if len(started[demand]) > 1 or not all(first <= t <= last for t in started[demand]):
            raise ImpossibleError(demand)
        for t in whole.facts.horizon:
            begun = sum(s <= t < s + said["run"]["periods"] for s in started[demand])
            if (d, t) in whole.under_way:
                yield whole.under_way[d, t], Fraction(begun)


def known(decisions: Decisions) -> dict[str, dict[Any, float]]:
    """Give every table of decisions, to be changed."""
    return {field.name: dict(getattr(decisions, field.name)) for field in fields(decisions)}
