"""The ledger: what is paid for what, where and when, from which every total is a sum."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, TypeVar

from gridblock.instances.calendar import Horizon

Key = TypeVar("Key", bound=Hashable)

CATEGORIES: Final = (
    "hardware",
    "options",
    "standing",
    "energy",
    "carbon",
    "network",
    "serving",
    "usage",
    "moves",
    "unmet",
    "penalty",
    "resale",
    "end_credit",
)
"""Every category of cost, in the order in which it is shown. The last two are credits."""

Due = Literal["start", "middle", "end"]
"""When in its period something is paid: one-off costs, running costs, end credits."""


@dataclass(frozen=True)
class Entry:
    """One line of the ledger.

    Attributes:
        category: one of ``CATEGORIES``.
        period: in which period it is paid.
        due: when in the period: start, middle or end.
        facility: where, or None for what has no facility: links and unmet demand.
        item: the block type, demand, link or limit that it is for, or None for a facility's
            standing cost and for lots of options.
        amount: what is paid then; negative for credits.
        factor: what one unit of money paid then is worth at the start of the horizon.
        option: the option that it is for, or None.
    """

    category: str
    period: str
    due: Due
    facility: str | None
    item: str | None
    amount: Fraction
    factor: Fraction
    option: str | None = None

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
        factors = {(entry.period, entry.due): entry.factor for entry in self.entries}
        amounts = self.paid_by(lambda entry: (key(entry), (entry.period, entry.due)))
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


def discount_factors(horizon: Horizon, rate: float) -> dict[tuple[str, Due], Fraction]:
    """Give (1 + rate)^-(hours since the start / 8760) by period and due: floats, taken exactly."""
    factors: dict[tuple[str, Due], Fraction] = {}
    for i, t in enumerate(horizon.names):
        factors[t, "start"] = Fraction(horizon.discount_at_start(i, rate))
        factors[t, "middle"] = Fraction(horizon.discount_at_middle(i, rate))
    factors[horizon.names[-1], "end"] = Fraction(horizon.discount_at_end(rate))
    return factors
