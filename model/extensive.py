"""The extensive form of a two-stage program: a block a scenario, and what they have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final, NamedTuple

import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC
from pyomo.contrib.fbbt.fbbt import compute_bounds_on_expr
from pyomo.core.expr.visitor import identify_variables

CAPPED: Final = 1e9
"""A range of what is decided that is wider than this is no bound."""


@dataclass(frozen=True)
class Stage:
    """A scenario in a block.

    Attributes:
        cost: what everything costs if the scenario comes.
        first: what is decided before it is known what comes, as linear expressions, by key.
        unmoved: what else may be decided then without any effect on the scenario, with what one
            unit costs in it all the same, by key.
    """

    cost: Any
    first: Mapping[Any, Any]
    unmoved: Mapping[Any, float] = field(default_factory=dict)


Create = Callable[[pyo.Block, str], Stage]
"""Adds a scenario, by name, to a block; the block holds no active objective then."""


@dataclass(frozen=True)
class Risk:
    """What is minimised.

    Attributes:
        weight: of the conditional value at risk, from 0 to 1; the rest is that of the expected
            cost.
        level: share of the probability that is no worse than the value at risk, below 1.
    """

    weight: float = 0.0
    level: float = 0.9


EXPECTED: Final = Risk()


@dataclass(frozen=True)
class Extensive:
    """An extensive form.

    Attributes:
        model: a plain Pyomo model with ``scenario[name]`` and ``decided[i]``.
        stages: what each scenario's block holds, by name.
        keys: what ``decided[i]`` is, by i.
        barred: what some scenario lets nobody decide, with the names of those that do so; it is 0.
    """

    model: pyo.ConcreteModel
    stages: Mapping[str, Stage]
    keys: tuple[Any, ...]
    barred: Mapping[Any, tuple[str, ...]]


class Domain(NamedTuple):
    """What may be decided: from where to where, None for no limit, and whether it must be whole."""

    low: float | None
    high: float | None
    whole: bool


def extensive(
    create: Create,
    probability: Mapping[str, float],
    risk: Risk = EXPECTED,
    domains: Mapping[Any, Domain] | None = None,
) -> Extensive:
    r"""Build the extensive form of a two-stage program.

    .. math::
        \min \; (1 - w) \sum_s p_s C_s
            + w \Bigl( \eta + \tfrac{1}{1 - \alpha} \sum_s p_s e_s \Bigr) \qquad
        x_{ks} = x_k, \quad e_s \ge C_s - \eta, \quad e_s \ge 0

    where :math:`C_s` is what scenario :math:`s` costs, :math:`p_s` its probability, :math:`x_{ks}`
    what is decided in it before it is known what comes, :math:`w` ``Risk.weight`` and
    :math:`\alpha` ``Risk.level``. At the optimum :math:`\eta` is the value at risk, and the second
    sum the conditional value at risk, linear after Rockafellar and Uryasev, Optimization of
    conditional value-at-risk, 2000. Where one scenario does not know what is decided it is 0 in
    all. Variables that scenarios share instead of equal ones are no faster: presolve makes them so.

    Args:
        create: adds a scenario to a block.
        probability: of each scenario by name; they sum to 1.
        risk: what is minimised.
        domains: what may be decided, by key, where more scenarios than these have to know it.
    """
    model = pyo.ConcreteModel()
    with PauseGC():
        model.scenario = pyo.Block(list(probability))
        stages = {name: create(model.scenario[name], name) for name in probability}
        known = domains_of(stages) if domains is None else domains
        barred = {} if domains is not None else common_to(stages)[1]
        keys = list(known)
        _decide(model, stages, known)
        model.scenario_cost = pyo.Expression(
            list(stages), rule=lambda _, name: _cost(model, stages[name], keys)
        )
        _minimise(model, probability, risk)
    return Extensive(model, stages, tuple(keys), barred)


def common_to(
    stages: Mapping[str, Stage],
) -> tuple[list[Any], dict[Any, tuple[str, ...]]]:
    """Give what every scenario knows or is not moved by, and what some do not know, with these."""
    keys, barred = [], {}
    for key in dict.fromkeys(key for stage in stages.values() for key in stage.first):
        missing = tuple(
            name for name, s in stages.items() if key not in s.first and key not in s.unmoved
        )
        if missing:
            barred[key] = missing
        else:
            keys.append(key)
    return keys, barred


def domains_of(stages: Mapping[str, Stage]) -> dict[Any, Domain]:
    """Give what every scenario lets be decided, by key."""
    keys, _ = common_to(stages)
    return {key: Domain(*_range(stages, key), _is_whole(stages, key)) for key in keys}


def _decide(
    model: pyo.ConcreteModel, stages: Mapping[str, Stage], domains: Mapping[Any, Domain]
) -> None:
    """Add what is decided, the same in every scenario; what is barred is 0 in those that know."""
    ranges = list(domains.values())
    number = {key: i for i, key in enumerate(domains)}
    model.decided = pyo.Var(
        list(range(len(ranges))),
        within=lambda _, i: pyo.Integers if ranges[i].whole else pyo.Reals,
        bounds=lambda _, i: ranges[i][:2],
    )
    known = [(name, j, key) for name, s in stages.items() for j, key in enumerate(s.first)]
    expressions = {(name, j): stages[name].first[key] for name, j, key in known}
    decided = {(name, j): number.get(key) for name, j, key in known}

    @model.Constraint(list(expressions))
    def the_same_in_every_scenario(model: pyo.ConcreteModel, name: str, j: int) -> pyo.Expression:
        i = decided[name, j]
        return expressions[name, j] == (0 if i is None else model.decided[i])


def _range(stages: Mapping[str, Stage], key: Any) -> tuple[float | None, float | None]:
    """Give the bounds that all scenarios allow; none where they are not worth much."""
    low, high = -inf, inf
    for stage in stages.values():
        if key in stage.first:
            lower, upper = compute_bounds_on_expr(stage.first[key])
            low = low if lower is None else max(low, lower)
            high = high if upper is None else min(high, upper)
    return (low if abs(low) < CAPPED else None), (high if abs(high) < CAPPED else None)


def _is_whole(stages: Mapping[str, Stage], key: Any) -> bool:
    """Say whether only whole numbers can be decided: sums of whole numbers in some scenario."""
    stage = next(stage for stage in stages.values() if key in stage.first)
    return all(variable.is_integer() for variable in identify_variables(stage.first[key]))


def _cost(model: pyo.ConcreteModel, stage: Stage, keys: list[Any]) -> Any:
    """Give the cost of a scenario, with what is paid for what does not move it."""
    unmoved = ((i, stage.unmoved[key]) for i, key in enumerate(keys) if key in stage.unmoved)
    return stage.cost + sum(price * model.decided[i] for i, price in unmoved if price)


def _minimise(model: pyo.ConcreteModel, probability: Mapping[str, float], risk: Risk) -> None:
    """Minimise the expected cost, weighed with the conditional value at risk."""
    cost = model.scenario_cost
    expected = sum(p * cost[name] for name, p in probability.items())
    if not risk.weight:
        model.weighed_cost = pyo.Objective(expr=expected)
        return
    model.value_at_risk = pyo.Var()
    model.excess = pyo.Var(list(probability), within=pyo.NonNegativeReals)

    @model.Constraint(list(probability))
    def excess_over_the_value_at_risk(model: pyo.ConcreteModel, name: str) -> pyo.Expression:
        return model.excess[name] >= cost[name] - model.value_at_risk

    tail = sum(p * model.excess[name] for name, p in probability.items()) / (1 - risk.level)
    at_risk = model.value_at_risk + tail
    model.weighed_cost = pyo.Objective(expr=(1 - risk.weight) * expected + risk.weight * at_risk)
