"""What the rules look up: the plan beside its instance, and the exact account of the two."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Final, TypeVar

from gridblock.instances.faults import shown
from gridblock.instances.instance import Instance
from gridblock.instances.schema.demands import Demand
from gridblock.instances.schema.facilities import Site
from gridblock.instances.schema.network import Link
from gridblock.instances.schema.options import Option
from gridblock.model.account import Account, account
from gridblock.model.lots import added_to_feeds
from gridblock.model.plan import Decisions, PlanData
from gridblock.model.quantities import Amounts, rated_use

Row = tuple[str, str] | None
"""One row of a rule: None where it holds, else where it is broken and how."""
Rows = Iterator[Row]
Key = TypeVar("Key", bound=Hashable)

TOLERANCE: Final = Fraction(1, 1_000_000)
"""Slack of rows with continuous terms, as a share of their largest term or of 1."""
USED: Final = 1e-9
"""A demand uses a place where more than this is assigned or served."""


@dataclass(frozen=True)
class Books:
    """A plan, its instance, and what follows from them."""

    instance: Instance
    plan: PlanData

    @property
    def decisions(self) -> Decisions:
        """What the plan decides; nothing where there is no plan."""
        return self.plan.decisions or Decisions()

    @cached_property
    def account(self) -> Account:
        """Every quantity and cost, exactly."""
        return account(self.instance, self.decisions)

    @cached_property
    def drawn(self) -> Amounts:
        """Rated use of the blocks powered, by place, resource and period."""
        return rated_use(self.instance, self.account.powered)

    @cached_property
    def taken(self) -> Amounts:
        """Rated use of the blocks installed, by place, resource and period."""
        return rated_use(self.instance, self.account.installed)

    @cached_property
    def added_to_feeds(self) -> dict[tuple[tuple[str, str], str], Fraction]:
        """The MW that lots in effect add to each rating of a feed, by feed and period."""
        return added_to_feeds(self.instance, self.account.lots)

    @cached_property
    def demands(self) -> dict[str, Demand]:
        """The demands by name."""
        return {demand.name: demand for demand in self.instance.demands}

    @cached_property
    def options(self) -> dict[str, Option]:
        """The options by name."""
        return {option.name: option for option in self.instance.options}

    @cached_property
    def links(self) -> dict[str, Link]:
        """The links by name."""
        return {link.label: link for link in self.instance.network.links}

    @cached_property
    def facility_of(self) -> dict[str, str]:
        """The facility of each place."""
        return {path: place.facility for path, place in self.instance.places.items()}

    @cached_property
    def may_stand(self) -> dict[str, frozenset[str]]:
        """The facilities at which each block type may stand."""
        blocks = self.instance.blocks.items()
        return {name: frozenset(self.instance.chosen(block.where)) for name, block in blocks}

    @cached_property
    def may_serve(self) -> dict[str, frozenset[str]]:
        """The facilities that each demand lets serve it."""
        demands = self.demands.items()
        return {name: frozenset(self.instance.chosen(demand.where)) for name, demand in demands}

    @cached_property
    def written(self) -> dict[str, Site]:
        """The facility or zone as it is written, for each place."""
        return {path: self._written(place.keys) for path, place in self.instance.places.items()}

    def _written(self, keys: tuple[str, ...]) -> Site:
        site: Site = self.instance.facilities[keys[1]]
        for zone in keys[3::2]:
            site = site.zones[zone]
        return site


Rule = Callable[[Books], Rows]


def largest(items: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    """Give the largest size of the terms of each row."""
    sizes: dict[Key, float] = {}
    for key, value in items:
        size = abs(value)
        if size > sizes.get(key, 0.0):
            sizes[key] = size
    return sizes


def slack(*sizes: float | Fraction) -> Fraction:
    """Give 1e-6 x max(1, the largest term) for a row, from the sizes of its terms."""
    return TOLERANCE * Fraction(max(1, *sizes))


def differ(a: Fraction, b: Fraction, *sizes: float | Fraction) -> bool:
    """Say whether two sides of a row differ by more than its slack."""
    return a != b and abs(a - b) > slack(*sizes)


def above(a: Fraction, b: Fraction, *sizes: float | Fraction) -> bool:
    """Say whether a left side exceeds its right side by more than the slack of the row."""
    return a > b and a - b > slack(*sizes)


def against(a: Fraction | float, b: Fraction | float) -> tuple[str, str]:
    """Write two numbers with as many digits as show that they differ."""
    for digits in (6, 9, 12):
        pair = f"{float(a):,.{digits}g}", f"{float(b):,.{digits}g}"
        if pair[0] != pair[1]:
            return pair
    sign = "+" if a > b else "-"
    return f"{pair[1]} {sign} {abs(float(a - b)):.3g}", pair[1]


def is_number(value: object, largest: float) -> bool:
    """Say whether a value is a plain number, neither NaN nor larger than the largest."""
    return type(value) in (int, float) and -largest <= value <= largest  # type: ignore[operator]


def told(value: object) -> str:
    """Write a value that is not the number it should be."""
    return "a huge number" if type(value) is int else shown(repr(value))
