"""The audit of one plan for several scenarios: of each by itself, and of what is common."""

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import fsum
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.instances.standing_orders import last_kept
from gridblock.model.audit import audit
from gridblock.model.findings import Finding, Report
from gridblock.model.plan import Decisions, PlanData
from gridblock.model.quantities import by_period, decimal

SAME: Final = "orders_before_it_is_known_are_the_same"
COSTS: Final = "costs_of_scenarios_are_those_of_their_plans"
WEIGHED: Final = "figures_over_all_scenarios_follow_from_their_costs"
LIKELY: Final = "probabilities_sum_to_one"
WITHIN: Final = 1e-9
"""Relative difference of two sums that stems from floats."""
CLOSE: Final = 1e-6
"""By how much a bound may lie above what was found, as a share."""

Key = tuple[str, str, str]
"""Period of the order, block type or option, and facility; "" for lots."""
Scenarios = Mapping[str, tuple[Instance, PlanData]]


def audit_together(scenarios: Scenarios, stated: Mapping[str, Any], *, each: bool = True) -> Report:
    """Check one plan for several scenarios.

    Args:
        scenarios: the instance and the plan of each, by name; none where there is no plan.
        stated: what is said of them together, as it is saved.
        each: whether each plan is audited by itself, too.

    Raises:
        KeyError, TypeError: what is said lacks something.
    """
    findings: list[Finding] = []
    checked: Counter[str] = Counter()
    for name, (instance, plan) in scenarios.items() if each else ():
        report = audit(instance, plan)
        checked.update(report.checked)
        findings += [Finding(f.rule, f"{name}: {f.where}", f.message) for f in report.findings]
    rules = {SAME: _same, COSTS: _costs, WEIGHED: _weighed, LIKELY: _likely}
    for rule, check in rules.items():
        for row in check(scenarios, stated):
            checked[rule] += 1
            findings += [] if row is None else [Finding(rule, *row)]
    return Report(tuple(findings), dict(checked))


Row = tuple[str, str] | None


def _orders(instance: Instance, decisions: Decisions, before: int) -> Counter[Key]:
    """Count what a plan orders before a period, but for what the plan in force has ordered."""
    index, kept = instance.horizon.index, last_kept(instance)
    names, orders = instance.horizon.names, Counter[Key]()
    for bought, count in decisions.bought.items():
        order = index[bought.period] - instance.blocks[bought.block].lead
        if kept < order < before:
            facility = instance.leaves[bought.place].facility
            orders[names[order], bought.block, facility] += count
    for lots, count in decisions.ordered.items():
        if kept < index[lots.period] < before:
            orders[lots.period, lots.option, ""] += count
    return orders


def _late(instance: Instance, key: Key) -> bool:
    """Say whether an order would enter service after the horizon."""
    period, name, facility = key
    lead = instance.blocks[name].lead if facility else instance.contracts[name].option.lead
    return instance.horizon.index[period] + lead >= len(instance.horizon)


def _stated(stated: Mapping[str, Any]) -> dict[Key, int]:
    return {(o["period"], o["name"], o["facility"]): o["count"] for o in stated["orders"]}


def _same(scenarios: Scenarios, stated: Mapping[str, Any]) -> Iterator[Row]:
    """Ask that every plan orders what is stated, but for what comes too late in its scenario."""
    orders = _stated(stated)
    for name, (instance, plan) in scenarios.items():
        resolves = stated["resolves"]
        index = instance.horizon.index
        before = len(index) if resolves is None else index[resolves]
        own = Counter[Key]()
        if plan.decisions is not None:
            own = _orders(instance, plan.decisions, before)
        for key in dict.fromkeys((*orders, *own)):
            told = orders.get(key, 0)
            must = 0 if key in orders and _late(instance, key) else told
            where = f"{name}: {' '.join(filter(None, key))}"
            yield None if own[key] == must else (where, f"{own[key]:,} ordered, {told:,} stated")


def _due(instance: Instance, orders: Mapping[Key, int]) -> Fraction:
    """Give what falls due within the horizon for lots that come too late."""
    paid = Fraction(0)
    for key, count in orders.items():
        if key[2] or not _late(instance, key):
            continue
        contract = instance.contracts[key[1]]
        price = list(by_period(instance, contract.option.cost_once).values())
        for due, share, priced in contract.dues(instance.horizon.index[key[0]]):
            if due < len(price) and contract.option.pay:
                rate = instance.horizon.discount_at_start(due, instance.discount_rate)
                paid += count * decimal(share) * price[priced] * Fraction(rate)
    return paid


def _costs(scenarios: Scenarios, stated: Mapping[str, Any]) -> Iterator[Row]:
    """Compare each cost with that of the plan, and what is due for orders that come too late."""
    orders = _stated(stated)
    for each in stated["scenarios"]:
        if each["name"] not in scenarios:
            yield None if each["cost"] is None else (each["name"], "has a cost and no plan")
            continue
        instance, plan = scenarios[each["name"]]
        must = (plan.objective or 0.0) + float(_due(instance, orders))
        kept = each["cost"] is not None and _near(each["cost"], must)
        yield None if kept else (each["name"], f"costs {each['cost']}, {must:.12g} by its plan")


def _weighed(_: Scenarios, stated: Mapping[str, Any]) -> Iterator[Row]:
    """Work out expected cost, the mean of the worst, and both weighed."""
    costs = [(each["cost"], each["probability"]) for each in stated["scenarios"]]
    if any(cost is None for cost, _ in costs):
        return
    mean = fsum(cost * p for cost, p in costs)
    left = 1 - stated["cvar"]["level"]
    worst, parts = left, list[float]()
    for cost, p in sorted(costs, reverse=True):
        parts.append(cost * min(p, worst))
        worst = max(0.0, worst - p)
    tail = (fsum(parts) + worst * min(cost for cost, _ in costs)) / left
    weight = stated["cvar"]["weight"]
    must = {"expected": mean, "objective": (1 - weight) * mean + weight * tail}
    for name, value in must.items():
        kept = _near(stated[name], value)
        yield None if kept else (name, f"{stated[name]}, {value:.12g} by the costs")
    told = stated["cvar"]["value"]
    yield None if _near(told, tail) else ("cvar", f"{told}, {tail:.12g} by the costs")
    bound = stated["bound"]
    if bound is not None:
        kept = bound <= must["objective"] + CLOSE * max(1.0, abs(must["objective"]))
        yield None if kept else ("bound", f"{bound} lies above {must['objective']:.12g}")


def _likely(_: Scenarios, stated: Mapping[str, Any]) -> Iterator[Row]:
    total = fsum(each["probability"] for each in stated["scenarios"])
    yield None if _near(total, 1.0) else ("scenarios", f"probabilities sum to {total:.12g}")


def _near(value: float | None, must: float) -> bool:
    return value is not None and abs(value - must) <= WITHIN * max(1.0, abs(must))
