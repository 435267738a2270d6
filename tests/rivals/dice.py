"""Random numbers, names and series of the short kind that people write."""

from random import Random
from typing import Any, TypeVar

Item = TypeVar("Item")
Data = dict[str, Any]


class Dice:
    """Random choices for one world.

    Attributes:
        flavour: what the world has much of, so that rules which need company meet it.
        names: the periods.
        spans: how many periods there are.
        length: hours of a usual period.
        equal: whether a period may be counted with.
    """

    flavour: str
    names: list[str]
    spans: int
    length: float
    equal: bool

    def __init__(self, random: Random) -> None:
        """Start from a source of random numbers."""
        self.random = random

    def chance(self, probability: float) -> bool:
        """Say yes with a probability."""
        return self.random.random() < probability

    def likely(self, flavour: str, otherwise: float) -> bool:
        """Say yes mostly in worlds of a flavour, and with a probability in others."""
        return self.chance(0.85 if self.flavour == flavour else otherwise)

    def one_of(self, *items: Item) -> Item:
        """Choose an item."""
        return self.random.choice(items)

    def perhaps(self, probability: float, field: str, *values: Any) -> Data:
        """Give a field one of some values, or nothing."""
        return {field: self.one_of(*values)} if self.chance(probability) else {}

    def about(self, middle: float, low: float, high: float) -> float:
        """Give a short decimal between two multiples of a number."""
        return float(f"{middle * self.random.uniform(low, high):.2g}")

    def over_time(self, value: float, low: float, high: float, often: float = 0.3) -> Any:
        """Give a number, or a series of multiples of it, in one of the ways to write one."""
        if self.spans < 2 or not self.chance(often):
            return value
        if self.chance(0.3):
            later = self.random.randrange(1, self.spans)
            return {self.names[0]: value, self.names[later]: self.about(value, low, high)}
        return [value, *(self.about(value, low, high) for _ in range(self.spans - 1))]

    def each_period(self, value: float) -> Any:
        """Give a series that is right for periods of any hours."""
        if self.equal:
            return self.over_time(value, 0.5, 1.5)
        return [self.about(value, 0.5, 1.5) for _ in self.names]
