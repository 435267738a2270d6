"""What an option is worth: plans with and without it, and the price up to which it is taken."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isinf, sqrt
from typing import Any, Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.standing_orders import standing_lots
from gridblock.model.account import Entry, account
from gridblock.model.plan import Decisions, PlanData, cap_on_unmet
from gridblock.model.used import uses
from gridblock.solvers.outcome import LEFT_OPEN, Progress, Settings
from gridblock.solvers.session import Session
from gridblock.solvers.solve import find_plan

PRICES: Final = ("cost_once", "cost_per_period")
MOST_STEPS: Final = 25
CLOSE: Final = 1e-3
"""Relative width of the range of price factors at which the search for the last one ends."""


@dataclass(frozen=True)
class Worth:
    """What an option is worth.

    Attributes:
        option: its name.
        with_it: the best plan at the prices given.
        without_it: the best plan in which no lot can be ordered.
        factor: the option is taken up to its prices times this; None if it is not taken at any
            price above 0, costs nothing, a plan is missing, or the plans are not ``alike``.
        surplus: what the plan without costs more than the plan with, a net present value.
        stopped: how many solves, at these prices and at others, a limit has ended.
        alike: whether plans with and without leave the same unmet of all tiers but the last. Where
            they do not, costs do not decide whether it is taken.
    """

    option: str
    with_it: PlanData
    without_it: PlanData
    factor: float | None
    surplus: float | None
    stopped: int
    alike: bool


class UnlikeError(Exception):
    """Plans with and without an option leave more or less unmet of an earlier tier."""


def worth(
    instance: Instance,
    name: str,
    settings: Settings,
    session: Session,
    on_progress: Callable[[Progress], None] | None = None,
) -> Worth:
    """Say what an option is worth.

    Raises:
        KeyError: there is no such option.
        KeyboardInterrupt: a solve was interrupted; what is left would compare broken-off plans.
    """
    if name not in instance.contracts:
        raise KeyError(name)

    statuses: list[str] = []

    def best(given: Instance) -> PlanData:
        plan = find_plan(given, settings, session, on_progress=on_progress).plan
        if plan.status == "interrupted":
            raise KeyboardInterrupt
        statuses.append(plan.status)
        return plan

    with_it, without_it = best(instance), best(without(instance, name))
    factor, surplus, alike = None, None, True
    if with_it.objective is not None and without_it.objective is not None:
        surplus = without_it.objective - with_it.objective
        try:
            factor = _break_even(_Offer(instance, name, best, without_it), with_it)
        except UnlikeError:
            alike = False
    stopped = sum(status in LEFT_OPEN for status in statuses)
    return Worth(name, with_it, without_it, factor, surplus, stopped, alike)


class _Taken(NamedTuple):
    """A plan that takes the option at a factor on its prices.

    Attributes:
        factor: at which it holds and costs no more than the plan without the option.
        plan: the plan.
        line: the factor at which the two cost the same, if nothing else changes with the prices.
    """

    factor: float
    plan: PlanData
    line: float


def _break_even(offer: "_Offer", with_it: PlanData) -> float | None:
    """Find the factor on the prices of an option up to which it is taken, within ``CLOSE``.

    What a plan costs is a straight line in the factor: what all else costs + factor x what the
    option costs. Each step goes to the factor at which the plan just found costs as much as the one
    without (Dinkelbach, On nonlinear fractional programming, 1967). Where the option is not taken
    there, because its price counts in a budget, the range that is left is halved.
    """
    low, high = offer.taken(1.0, with_it), inf
    if low is None:
        low, high = offer.taken(0.0), 1.0
    if low is None:
        return None
    tight = not isinf(high)
    if tight:
        low = low._replace(factor=offer.borne(low, high))
    for _ in range(MOST_STEPS):
        if high <= low.factor * (1 + CLOSE):
            break
        beyond = _beyond(low, high, tight=tight)
        found = offer.taken(beyond)
        if found is not None:
            low, tight = found, False
        else:
            high, before = beyond, low.factor
            low = low._replace(factor=offer.borne(low, high))
            tight = low.factor > before
    return low.factor or None


def _beyond(low: _Taken, high: float, *, tight: bool) -> float:
    """Give the next factor to try: on the line, next to what is known to hold, or between."""
    close = low.factor * (1 + CLOSE)
    if close < low.line < high:
        return low.line
    if low.factor and (tight or isinf(high)):
        return close
    return sqrt(low.factor * high) if low.factor else high / 2


class _Offer:
    """An option at many prices."""

    def __init__(
        self,
        instance: Instance,
        name: str,
        best: Callable[[Instance], PlanData],
        without_it: PlanData,
    ) -> None:
        """Begin with the plan without it, which its price changes where lots are signed."""
        self.instance, self.name, self.best = instance, name, best
        self.without_it = {1.0: without_it}
        self.signed = bool(_signed(instance, name))

    def taken(self, factor: float, plan: PlanData | None = None) -> _Taken | None:
        """Give the best plan at a factor on the prices, if it takes the option and that saves.

        Raises:
            UnlikeError: it takes the option for the sake of an earlier tier, whatever that costs.
        """
        plan = plan or self.best(priced(self.instance, self.name, factor))
        other = self._other(factor)
        if plan.objective is None or other.objective is None:
            return None
        more = self._own(plan) - self._own(other)
        if more <= 0:
            return None
        _refuse_unlike(plan, other)
        line = factor + (other.objective - plan.objective) / float(more)
        return _Taken(factor, plan, line) if line >= factor and line > 0 else None

    def borne(self, low: _Taken, high: float) -> float:
        """Give a factor up to which a plan keeps all limits and costs no more than without.

        Both change with the factor as straight lines do, or bend upwards where a limit has a
        penalty or the plan without changes too: where the chord is 0 the plan holds.
        """
        share = Fraction(1)
        for here, there in zip(
            self._rows(low.plan, low.factor), self._rows(low.plan, high), strict=True
        ):
            if there > max(here, Fraction(0)):
                share = min(share, max(-here, Fraction(0)) / (there + max(-here, Fraction(0))))
        return low.factor + float(share) * (high - low.factor)

    def _rows(self, plan: PlanData, factor: float) -> Iterator[Fraction]:
        """Give by how much a plan costs more than the one without, and exceeds each limit."""
        given = priced(self.instance, self.name, factor)
        decided, other = plan.decisions or Decisions(), self._other(factor).objective
        books = account(given, decided)
        yield Fraction(0) if other is None else books.objective - Fraction(other)
        for use in uses(given, decided, books):
            if use.limit.penalty is None:
                over = use.used - use.allowed
                yield -over if use.bound == "min" else over

    def _other(self, factor: float) -> PlanData:
        """Give the best plan without further lots, at a factor on the price of signed ones."""
        at = factor if self.signed else 1.0
        if at not in self.without_it:
            given = priced(self.instance, self.name, at)
            self.without_it[at] = self.best(without(given, self.name))
        return self.without_it[at]

    def _own(self, plan: PlanData) -> Fraction:
        """Give what the option costs in a plan, at the prices given."""
        entries = account(self.instance, plan.decisions or Decisions()).ledger.entries
        return sum((e.value for e in entries if is_price_of(self.name, e)), Fraction(0))


def _refuse_unlike(one: PlanData, other: PlanData) -> None:
    """Refuse plans that leave more or less unmet of an earlier tier than their gaps explain."""
    for here, there in zip(one.stages, other.stages, strict=True):
        doubt = sum(abs(stage.value) * (stage.gap or 0.0) for stage in (here, there))
        allowed = sum(cap_on_unmet(stage.unmet) - stage.unmet for stage in (here, there))
        if abs(here.unmet - there.unmet) > doubt + allowed:
            raise UnlikeError


def is_price_of(option: str, entry: Entry) -> bool:
    """Say whether something is paid for an option by its prices.

    What its price includes of energy is none: that is taken off what energy costs.
    """
    return entry.option == option and entry.category != "energy"


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
