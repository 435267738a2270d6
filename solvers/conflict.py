"""Which hard rules cannot be kept together, in the instance's own words."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.elastic import build_elastic
from gridblock.model.plan import Stage
from gridblock.solvers.compile import Compiled, compile_model
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session

NOTHING: Final = 1e-9
KEPT: Final = "current.keep_to"
MOST_TRIED: Final = 12
"""So many rules are tried one by one."""
LONGEST: Final = 10.0
"""Seconds that one such trial may take."""


def conflicting_rules(instance: Instance, session: Session, settings: Settings) -> tuple[str, ...]:
    """Say which floors, limits and standing orders fall short where all do so by the least.

    Then say of every other one whether all could be kept without it, since it is a part
    of the conflict as well.

    Returns:
        One sentence for each; none where the conflict lies in rules that were added to the model.
    """
    model = build_elastic(instance)
    compiled = compile_model(model)
    session.load(compiled.matrix)
    outcome = session.run(replace(settings, time_limit=None, start=None))
    if outcome.values is None:
        return ()
    compiled.load(outcome.values)
    floors = [
        _sentence(instance, demand, region, period, float(short.value))
        for (demand, region, period), short in model.shortfall.items()
        if short.value > NOTHING
    ]
    limits = [
        _of_limit(instance, model, *key)
        for key, short in model.limit_shortfall.items()
        if short.value * model.limit_weight[key] > NOTHING
    ]
    orders = list(_of_orders(instance, model))
    if not floors and not limits and not orders:
        return ()
    return (*floors, *limits, *orders, *_others(model, compiled, session, settings))


def _others(
    model: pyo.ConcreteModel, compiled: Compiled, session: Session, settings: Settings
) -> Iterator[str]:
    """Name the rules that have not fallen short and without which all others could be kept."""
    groups: dict[str, list[int]] = {}
    short = set()
    for group, variable in _shortfalls(model):
        groups.setdefault(group, []).append(compiled.column_number[variable.name])
        if variable.value > NOTHING:
            short.add(group)
    for group in [group for group in groups if group not in short][:MOST_TRIED]:
        cost = compiled.matrix.cost.copy()
        cost[groups[group]] = 0.0
        session.change(cost=cost)
        outcome = session.run(replace(settings, time_limit=LONGEST, start=None))
        if outcome.objective is not None and outcome.objective <= NOTHING * 100:
            yield f"{group} is what the others conflict with: without it they can be kept"


def _shortfalls(model: pyo.ConcreteModel) -> Iterator[tuple[str, pyo.Var]]:
    """Give every variable of what may fall short, with the rule that it is of."""
    for key, variable in model.shortfall.items():
        yield f"demands.{key[0]}.min_share", variable
    for key, variable in model.limit_shortfall.items():
        yield f"limits.{key[0]}.{key[1]}", variable
    for orders in (model.blocks_shortfall, model.lots_shortfall):
        for variable in orders.values():
            yield KEPT, variable


def _of_orders(instance: Instance, model: pyo.ConcreteModel) -> Iterator[str]:
    """Say of the plan in force which of its orders do not stand, by the least."""
    names = instance.horizon.names
    for (kind, path, t), short in model.blocks_shortfall.items():
        if short.value > NOTHING:
            order = names[instance.horizon.index[t] - instance.blocks[kind].lead]
            kept = model.facts.in_force.purchases.get((kind, path, t), 0)
            yield _of_order(f"{kind} at {path}", order, kept, model.bought[kind, path, t].value)
    for (option, t), short in model.lots_shortfall.items():
        if short.value > NOTHING:
            kept = model.facts.in_force.lots.get((option, t), 0)
            yield _of_order(f"lots of {option}", t, kept, model.ordered[option, t].value)


def _of_order(what: str, period: str, kept: int, ordered: float) -> str:
    least = "at least" if ordered > kept else "at most"
    rest = f"with the other hard rules it is {least} {round(ordered):,}"
    return f"{KEPT} keeps the order of {kept:,} {what} in {period}; {rest}"


def _of_limit(
    instance: Instance, model: pyo.ConcreteModel, name: str, bound: str, period: str
) -> str:
    limit = next(limit for limit in instance.limits if limit.name == name)
    written = instance.over_periods(limit.bounds[bound])[period]
    when = {"period": f"in {period}", "to_date": f"up to {period}", "horizon": "in all"}[limit.per]
    what = f"{limit.measure.replace('_', ' ')}"
    if bound == "max_share":
        rest = "with the other hard rules it cannot be kept"
        return f"limits.{name}.max_share allows {written:.6g} of {what} {when}; {rest}"
    over = float(model.limit_shortfall[name, bound, period].value)
    amount = written + over if bound == "max" else written - over
    asks, least = ("allows", "at least") if bound == "max" else ("asks for", "at most")
    rest = f"with the other hard rules it is {least} {amount:.6g}"
    return f"limits.{name}.{bound} {asks} {written:.6g} of {what} {when}; {rest}"


def _sentence(instance: Instance, demand: str, region: str, period: str, short: float) -> str:
    """Say by how much the floor of a demand falls short."""
    asks = next(d for d in instance.demands if d.name == demand)
    floor = asks.min_share
    if asks.run is not None:
        return (
            f"demands.{demand}.min_share asks for a run, which is wholly served or not at all; "
            "with the other floors it cannot start"
        )
    whence = f" from {region}" if region else ""
    others = "with the other floors"
    if asks.kept_after_facility:
        others += f" and {asks.kept_after_facility:.4g} of it to survive the loss of a facility"
    return (
        f"demands.{demand}.min_share asks for {floor:.4g} of the amount{whence} in {period}; "
        f"{others} at most {floor - short:.4g} can be met"
    )


def conflicting_tiers(instance: Instance, stages: tuple[Stage, ...]) -> tuple[str, ...]:
    """Say that the floors of later tiers need what earlier tiers have got, if that is why.

    Returns:
        One sentence for each such floor; none where no stage has been solved.
    """
    if not stages:
        return ()
    done = stages[-1].tier
    return tuple(
        f"demands.{demand.name}.min_share asks for {demand.min_share:.4g} of the amount; "
        f"what tiers up to {done} get before tier {demand.tier} is planned leaves less"
        for demand in instance.demands
        if demand.tier > done and demand.min_share
    )
