"""Random choices that are the same everywhere and for good.

Python promises the sequence of ``Random.random()`` for a seed, and of nothing else; so everything
is made of that.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Draws numbers and choices from one seed."""

    def __init__(self, seed: str) -> None:
        """Start the sequence that belongs to a text."""
        self._next = Random(seed).random

    def share(self) -> float:
        """Draw from 0 to 1."""
        return self._next()

    def between(self, low: float, high: float, digits: int = 2) -> float:
        """Draw a number between two, with so many digits after the point."""
        return round(low + (high - low) * self._next(), digits)

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number from ``low`` to ``high``, both included."""
        return low + min(high - low, int((high - low + 1) * self._next()))

    def pick(self, items: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """Draw one of several, all as likely or by their weights."""
        if weights is None:
            return items[self.whole(0, len(items) - 1)]
        left = self._next() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        return items[-1]

    def order(self, items: Sequence[T], weights: Sequence[float]) -> list[T]:
        """Draw all of several one by one, those of a larger weight rather earlier."""
        left, drawn = list(range(len(items))), []
        while left:
            at = self.pick(left, [weights[i] for i in left])
            left.remove(at)
            drawn.append(items[at])
        return drawn

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """Draw so many different ones of several, in their order."""
        chosen = set(self.order(range(len(items)), [1.0] * len(items))[:count])
        return [item for at, item in enumerate(items) if at in chosen]
