"""One plan for several scenarios as plain data, and back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gridblock.instances.instance import Instance
from gridblock.instances.outlook import Future
from gridblock.model.account import account
from gridblock.model.common_orders import Order
from gridblock.model.extensive import Risk
from gridblock.model.plan import PlanData, Stage
from gridblock.reports.stochastic_words import AFTER, in_service, in_time
from gridblock.reports.unmet import unmet_share
from gridblock.solvers.stochastic.found import Hedge, Strategy, Worth
from gridblock.solvers.stochastic.measures import expected
from gridblock.solvers.stochastic.plan import StochasticPlan, ordered, resolved, resolves_in

FORMAT_VERSION = 1
PLAN, MEAN, OWN = "plan", "mean", "own"
"""What a strategy is: that of the plan, made for the mean, or for one scenario."""


def as_json(plan: StochasticPlan) -> dict[str, Any]:
    """Give a plan for several scenarios as plain data; what there is not is None."""
    hedge = plan.hedge
    return {
        "format_version": FORMAT_VERSION,
        "instance": plan.instance.name,
        "instance_hash": plan.instance.hash,
        "currency": plan.instance.currency,
        "periods": list(plan.instance.horizon.names),
        "resolves": resolves_in(plan.instance, plan.resolves),
        "status": hedge.status,
        "stop": hedge.stop,
        "objective": hedge.objective,
        "bound": hedge.bound,
        "gap": hedge.gap,
        "gap_asked": plan.gap_asked,
        "expected": hedge.expected,
        "cvar": {
            "value": hedge.at_risk,
            "level": hedge.risk.level,
            "weight": hedge.risk.weight,
        },
        "value_of_stochastic_solution": _worth(hedge.value_of_solution),
        "expected_value_of_perfect_information": _worth(hedge.value_of_information),
        "orders": [_order(plan, key, n) for key, n in _sorted(plan, plan.orders)],
        "orders_without_regret": [
            _order(plan, key, n) for key, n in _sorted(plan, ordered(hedge.without_regret))
        ],
        "scenarios": [_scenario(plan, future) for future in plan.futures],
        "strategies": [_strategy(plan, *each) for each in _strategies(hedge)],
        "mean": {"averaged": list(plan.averaged), "as_it_stands": list(plan.kept)},
        "barred": [
            {**key._asdict(), "scenarios": list(names)}
            for key, names in hedge.barred.items()
            if isinstance(key, Order)
        ],
        "impossible": list(hedge.impossible),
        "notes": list(hedge.notes),
        "stages": [stage._asdict() for stage in hedge.stages],
    }


def _worth(worth: Worth | None) -> dict[str, Any] | None:
    return None if worth is None else vars(worth)


def _sorted(plan: StochasticPlan, orders: Mapping[Order, int]) -> list[tuple[Order, int]]:
    return sorted(orders.items(), key=lambda item: in_time(plan.instance, item[0]))


def _order(plan: StochasticPlan, order: Order, count: int) -> dict[str, Any]:
    service = {future.name: in_service(future.instance, order) for future in plan.futures}
    return {
        **order._asdict(),
        "kind": "blocks" if order.facility else "lots",
        "count": count,
        "in_service": {name: None if t == AFTER else t for name, t in service.items()},
    }


def _scenario(plan: StochasticPlan, future: Future) -> dict[str, Any]:
    hedge, data = plan.hedge, plan.plans.get(future.name)
    books = None
    if data is not None and data.decisions is not None:
        books = account(future.instance, data.decisions)
    known = hedge.future
    return {
        "name": future.name,
        "probability": future.probability,
        "instance_hash": future.instance.hash,
        "cost": hedge.costs.get(future.name),
        "costs": None if data is None else dict(data.costs),
        "unmet_share": None if books is None else unmet_share(future.instance, books),
        "cost_if_known": None if known is None else known.costs.get(future.name),
        "least_if_known": None if known is None else known.least.get(future.name),
    }


def _strategies(hedge: Hedge) -> Iterator[tuple[str, Strategy]]:
    if hedge.plan is not None:
        yield PLAN, hedge.plan
    if hedge.mean is not None:
        yield MEAN, hedge.mean
    yield from ((OWN, strategy) for strategy in hedge.own)


def _strategy(plan: StochasticPlan, kind: str, strategy: Strategy) -> dict[str, Any]:
    hedge, known = plan.hedge, strategy.known
    orders = _sorted(plan, ordered(strategy.decided))
    return {
        "kind": kind,
        "name": strategy.name,
        "orders": [{**key._asdict(), "count": n} for key, n in orders],
        "costs": dict(strategy.costs),
        "least": dict(strategy.least),
        "regret": {name: hedge.regret(strategy, name) for name in strategy.costs},
        "expected": None if known is None else expected(known, hedge.probability),
        "objective": None if known is None else hedge.of(known),
        "barred": list(strategy.barred),
    }


def restored(
    data: Mapping[str, Any],
    instance: Instance,
    futures: Sequence[Future],
    plans: Mapping[str, PlanData],
) -> StochasticPlan:
    """Give the plan that ``as_json`` was given.

    Args:
        data: what it gave.
        instance: what was given.
        futures: what may come of it.
        plans: of each scenario, by name.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: it is no such data.
    """
    found: dict[str, list[Strategy]] = {PLAN: [], MEAN: [], OWN: []}
    for each in data["strategies"]:
        found[each["kind"]].append(_restored_strategy(each))
    scenarios = data["scenarios"]
    future = Strategy(
        "future",
        {},
        {each["name"]: each["cost_if_known"] for each in scenarios},
        {each["name"]: each["least_if_known"] for each in scenarios},
    )
    hedge = Hedge(
        probability={each["name"]: each["probability"] for each in scenarios},
        risk=Risk(data["cvar"]["weight"], data["cvar"]["level"]),
        status=data["status"],
        stop=data["stop"],
        plan=next(iter(found[PLAN]), None),
        plans=plans,
        bound=data["bound"],
        stages=tuple(Stage(**each) for each in data["stages"]),
        future=future if found[OWN] else None,
        own=tuple(found[OWN]),
        mean=next(iter(found[MEAN]), None),
        barred={
            Order(each["period"], each["name"], each["facility"]): tuple(each["scenarios"])
            for each in data["barred"]
        },
        impossible=tuple(data["impossible"]),
        notes=tuple(data["notes"]),
    )
    resolves = len(instance.horizon)
    if data["resolves"] is not None:
        resolves = resolved(instance, data["resolves"])
    mean = data["mean"]
    kept = tuple(mean["averaged"]), tuple(mean["as_it_stands"])
    return StochasticPlan(instance, tuple(futures), resolves, hedge, *kept, data["gap_asked"])


def _restored_strategy(data: Mapping[str, Any]) -> Strategy:
    decided = {
        Order(each["period"], each["name"], each["facility"]): each["count"]
        for each in data["orders"]
    }
    return Strategy(data["name"], decided, data["costs"], data["least"], tuple(data["barred"]))
