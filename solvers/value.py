"""What an option is worth: plans with and without it, and the price where they cost the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.instances.standing_orders import standing_lots
from gridblock.model.account import account
from gridblock.model.plan import PlanData
from gridblock.solvers.outcome import Progress, Settings
from gridblock.solvers.session import Session
from gridblock.solvers.solve import find_plan

PRICES: Final = ("cost_once", "cost_per_period")
MOST_STEPS: Final = 25
CLOSE: Final = 1e-3
"""Relative step of the price factor at which the search for the break-even price ends."""


@dataclass(frozen=True)
class Worth:
    """What an option is worth.

    Attributes:
        option: its name.
        with_it: the best plan at the prices given.
        without_it: the best plan in which no lot can be ordered.
        factor: the option's prices times this leave the best plan as dear as the one without;
            None if it is not taken at any price above 0, or costs nothing.
        surplus: what the plan without costs more than the plan with, a net present value.
    """

    option: str
    with_it: PlanData
    without_it: PlanData
    factor: float | None
    surplus: float | None


def worth(
    instance: Instance,
    name: str,
    settings: Settings,
    session: Session,
    on_progress: Callable[[Progress], None] | None = None,
) -> Worth:
    """Say what an option is worth.

    The cost of the best plan, as a function of a factor on the option's prices, is the least of
    many straight lines, one a plan: what all else costs + factor x what the option costs. Starting
    from free, each step goes to the factor at which the plan just found costs as much as the one
    without (Dinkelbach, On nonlinear fractional programming, 1967), until none costs less.

    Raises:
        KeyError: there is no such option.
        KeyboardInterrupt: a solve was interrupted; what is left would compare broken-off plans.
    """
    if name not in instance.contracts:
        raise KeyError(name)

    def best(given: Instance) -> PlanData:
        plan = find_plan(given, settings, session, on_progress=on_progress).plan
        if plan.status == "interrupted":
            raise KeyboardInterrupt
        return plan

    with_it, without_it = best(instance), best(without(instance, name))
    if with_it.objective is None or without_it.objective is None:
        return Worth(name, with_it, without_it, None, None)
    factor = _break_even(instance, name, best, without_it)
    return Worth(name, with_it, without_it, factor, without_it.objective - with_it.objective)


def _break_even(
    instance: Instance, name: str, best: Callable[[Instance], PlanData], without_it: PlanData
) -> float | None:
    """Find the factor at which the best plan with further lots costs what the one without does."""
    signed, target = _split(instance, name, without_it)
    found: float | None = None
    factor = 0.0
    for _ in range(MOST_STEPS):
        own, rest = _split(instance, name, best(priced(instance, name, factor)))
        if own <= signed:
            break
        reached = float((target - rest) / (own - signed))
        found = max(factor, reached)
        if reached <= factor * (1 + CLOSE):
            break
        factor = reached
    return found


def _split(instance: Instance, name: str, plan: PlanData) -> tuple[Fraction, Fraction]:
    """Give what an option costs in a plan at the prices given, and what all else costs."""
    if plan.decisions is None:
        return Fraction(0), Fraction(0)
    books = account(instance, plan.decisions)
    own = sum((e.value for e in books.ledger.entries if e.option == name), Fraction(0))
    return own, books.objective - own


def priced(instance: Instance, name: str, factor: float) -> Instance:
    """Give an instance in which the prices of an option are multiplied."""
    at = next(i for i, option in enumerate(instance.options) if option.name == name)
    data = instance.as_it_stands()
    option = data["options"][at]
    for field in PRICES:
        if field in option:
            option[field] = _times(option[field], factor)
    if "usage" in option:
        option["usage"]["per_block_hour"] = _times(option["usage"]["per_block_hour"], factor)
    return Instance.parse(data)


def _times(series: Any, factor: float) -> Any:
    if isinstance(series, Mapping):
        return {period: value * factor for period, value in series.items()}
    return [v * factor for v in series] if isinstance(series, list) else series * factor


def without(instance: Instance, name: str) -> Instance:
    """Give an instance in which no further lot of an option can be ordered.

    Those that are signed stay, and those that the plan in force has ordered for good. The option
    stays too, so that what it opens is closed and what requires it has to wait.
    """
    data = instance.as_it_stands()
    for option in data["options"]:
        if option["name"] == name:
            option |= {"max": _signed(instance, name), "min_if_taken": 0}
    return Instance.parse(data)


def _signed(instance: Instance, name: str) -> int:
    """Count the lots that are signed, and those that the plan in force has ordered for good."""
    standing = (lots for (option, _), lots in standing_lots(instance).items() if option == name)
    return sum(instance.contracts[name].option.signed.values()) + sum(standing)
