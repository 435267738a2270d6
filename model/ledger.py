"""The ledger: what is paid for what, where and when, from which every total is a sum."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final, TypeVar

from gridblock.instances.calendar import Horizon

Key = TypeVar("Key", bound=Hashable)

AT_START: Final = ("hardware", "resale")
"""Categories of one-off payments, due when a period starts."""
AT_MIDDLE: Final = ("standing", "energy", "carbon", "network", "serving", "unmet")
"""Categories of running costs, spread over a period."""
AT_END: Final = ("end_credit",)
"""Categories that fall due when the last period ends."""
CATEGORIES: Final = ("hardware", *AT_MIDDLE, "resale", "end_credit")
"""Every category of cost, in the order in which it is shown; credits are negative."""


@dataclass(frozen=True)
class Entry:
    """One line of the ledger.

    Attributes:
        category: one of ``CATEGORIES``.
        period: when it is paid.
        facility: where, or None for what has no facility: links and unmet demand.
        item: the block type, demand or link that it is for, or None for a facility's standing cost.
        amount: what is paid then; negative for credits.
        factor: what one unit of money paid then is worth at the start of the horizon.
    """

    category: str
    period: str
    facility: str | None
    item: str | None
    amount: Fraction
    factor: Fraction

    @property
    def value(self) -> Fraction:
        """Net present value, amount x factor."""
        return self.amount * self.factor


@dataclass(frozen=True)
class Ledger:
    """Every cost of a plan; what is 0 has no entry."""

    entries: tuple[Entry, ...]

    def value_by(self, key: Callable[[Entry], Key]) -> dict[Key, Fraction]:
        """Sum net present values, grouped by what ``key`` gives for an entry."""
        factors = {(entry.category, entry.period): entry.factor for entry in self.entries}
        amounts = self.paid_by(lambda entry: (key(entry), (entry.category, entry.period)))
        sums: dict[Key, Fraction] = defaultdict(Fraction)
        for (group, when), amount in amounts.items():
            sums[group] += amount * factors[when]
        return dict(sums)

    def paid_by(self, key: Callable[[Entry], Key]) -> dict[Key, Fraction]:
        """Sum what is paid, undiscounted, grouped by what ``key`` gives for an entry."""
        sums: dict[Key, Fraction] = defaultdict(Fraction)
        for entry in self.entries:
            sums[key(entry)] += entry.amount
        return dict(sums)

    @cached_property
    def values(self) -> Mapping[tuple[str, str], Fraction]:
        """Net present value by category and period, where there is any."""
        return self.value_by(lambda entry: (entry.category, entry.period))

    @cached_property
    def paid(self) -> Mapping[tuple[str, str], Fraction]:
        """What is paid, undiscounted, by category and period, where there is any."""
        return self.paid_by(lambda entry: (entry.category, entry.period))

    @cached_property
    def costs(self) -> Mapping[str, Fraction]:
        """Net present value of each category, all of them named."""
        sums = dict.fromkeys(CATEGORIES, Fraction(0))
        for (category, _), value in self.values.items():
            sums[category] += value
        return sums

    @cached_property
    def objective(self) -> Fraction:
        """Net present value of all costs."""
        return sum(self.costs.values(), Fraction(0))


def discount_factors(horizon: Horizon, rate: float) -> dict[tuple[str, str], Fraction]:
    """Give (1 + rate)^-(hours / 8760) for each category and period: a float, taken exactly."""
    factors: dict[tuple[str, str], Fraction] = {}
    for i, t in enumerate(horizon.names):
        start = Fraction(horizon.discount_at_start(i, rate))
        middle = Fraction(horizon.discount_at_middle(i, rate))
        factors |= {(category, t): start for category in AT_START}
        factors |= {(category, t): middle for category in AT_MIDDLE}
    end = Fraction(horizon.discount_at_end(rate))
    return factors | {(category, horizon.names[-1]): end for category in AT_END}
