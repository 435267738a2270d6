"""Limits over the plan: budgets, carbon, floors and shares."""

import math
from itertools import accumulate
from typing import Any

import pyomo.environ as pyo
from pyomo.contrib.fbbt.fbbt import compute_bounds_on_expr

from gridblock.instances.instance import Instance
from gridblock.instances.schema.limits import Limit, Selection
from gridblock.instances.schema.series import spread
from gridblock.model.exact import exact
from gridblock.model.measures import Term, selected, terms
from gridblock.model.variables import charge

WHOLE = ("blocks", "accelerators")
LARGEST_DENOMINATOR = 10**6
ROUNDING = 1e-9
"""What is added to the most that a limit can be exceeded by, as a share of its size."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Keep what is counted over the plan within max, min and max_share, or price what is beyond.

    .. math::
        m_{lt} \le M_{lt} + e_{lt}, \quad m_{lt} \ge N_{lt} - e_{lt}, \quad
        m_{lt} \le \phi_{lt} \, n_{lt} + e_{lt}

    where :math:`m` is the ``measure`` of what a limit selects with ``of``, in a period, up to it or
    over the horizon, :math:`n` the same ``among`` others, :math:`M` ``max``, :math:`N` ``min``,
    :math:`\phi` ``max_share``, and the excess :math:`e` is 0 where there is no ``penalty``, its
    price. Levels count times hours over several periods.
    """
    limits = {limit.name: limit for limit in instance.limits}
    beyond = {
        (limit.name, bound, t): amount
        for limit in instance.limits
        for (bound, t), amount in _beyond(block, instance, limit).items()
    }
    block.limit_excess = pyo.Expression(list(beyond), rule=lambda _, *key: beyond[key])
    soft = [key for key in beyond if limits[key[0]].penalty is not None]
    block.exceeded = pyo.Var(
        soft,
        within=pyo.NonNegativeReals,
        bounds=lambda block, *key: (0, _most(block.limit_excess[key])),
    )

    @block.Constraint([key for key in beyond if limits[key[0]].penalty is None])
    def limit_over_the_plan_kept(block: pyo.Block, name: str, bound: str, t: str) -> pyo.Expression:
        return block.limit_excess[name, bound, t] <= 0

    @block.Constraint(soft)
    def limit_exceeded_at_a_price(
        block: pyo.Block, name: str, bound: str, t: str
    ) -> pyo.Expression:
        return block.limit_excess[name, bound, t] <= block.exceeded[name, bound, t]

    for name, bound, t in soft:
        price = block.facts.discount_at_middle[t] * (limits[name].penalty or 0.0)
        charge(block, "penalty", t, price * block.exceeded[name, bound, t])


def _beyond(block: pyo.Block, instance: Instance, limit: Limit) -> dict[tuple[str, str], Any]:
    """Give by how much each bound of a limit is exceeded or missed, negative where it is not."""
    every = tuple(terms(block, limit.measure))
    used = _counted(block, instance, limit, limit.of, every)
    found: dict[tuple[str, str], Any] = {}
    for bound, series in limit.bounds.items():
        allowed = dict(zip(block.facts.periods, spread(series, instance.horizon), strict=True))
        among = used
        if bound == "max_share":
            among = _counted(block, instance, limit, limit.among or Selection(), every)
        for t, amount in used.items():
            rounded = _whole_numbers(instance, limit)
            if bound == "max":
                most = math.floor(exact(allowed[t])) if rounded else allowed[t]
                found[bound, t] = amount - most
            elif bound == "min":
                least = math.ceil(exact(allowed[t])) if rounded else allowed[t]
                found[bound, t] = least - amount
            else:
                share = exact(allowed[t])
                if rounded and share.denominator <= LARGEST_DENOMINATOR:
                    found[bound, t] = share.denominator * amount - share.numerator * among[t]
                else:
                    found[bound, t] = amount - allowed[t] * among[t]
    return found


def _most(excess: pyo.Expression) -> float:
    """Give the most that a limit can be exceeded by, so that what is priced has an end."""
    least, most = compute_bounds_on_expr(excess)
    return max(0.0, float(most + ROUNDING * (abs(least) + abs(most))))


def _whole_numbers(instance: Instance, limit: Limit) -> bool:
    """Say whether only whole numbers are counted, so that a hard limit may be rounded."""
    counts = limit.per == "period" or all(float(h).is_integer() for h in instance.horizon.hours)
    return limit.measure in WHOLE and limit.penalty is None and counts


def _counted(
    block: pyo.Block,
    instance: Instance,
    limit: Limit,
    selection: Selection,
    every: tuple[Term, ...],
) -> dict[str, Any]:
    """Sum the terms that are selected: in each period, up to each, or over the horizon."""
    sums: dict[str, Any] = dict.fromkeys(block.facts.periods, 0.0)
    timed = limit.per != "period" and not limit.adds_up
    for term in selected(instance, selection, every):
        sums[term.period] += term.amount * (block.facts.hours[term.period] if timed else 1)
    if limit.per == "period":
        return sums
    to_date = dict(zip(sums, accumulate(sums.values()), strict=True))
    last = block.facts.periods[-1]
    return to_date if limit.per == "to_date" else {last: to_date[last]}
