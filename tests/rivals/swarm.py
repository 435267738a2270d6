"""Random worlds with much of some things and none of others: a swarm (Groce and others, 2012).

Where all is drawn alike, each world has a little of everything, and rules that need much of two
things seldom meet. Here each question that the drawing asks has a likelihood of its own in each
world.
"""

import sys
from random import Random
from typing import Any

from rivals.dice import Item
from rivals.every import Everything

HELPERS = {"chance", "likely", "perhaps", "one_of", "over_time", "each_period"}
"""What asks on behalf of others."""


class Swarm(Everything):
    """Draws worlds of which each has its own likelihoods."""

    def __init__(self, random: Random) -> None:
        """Start from a source of random numbers."""
        super().__init__(random)
        self.habits: dict[tuple[str, str, int], float | None] = {}
        self.own = Random(f"swarm {random.random()}")

    def chance(self, probability: float) -> bool:
        """Say yes with a probability: the given one, or one kept for all who ask here."""
        return super().chance(self._habit(probability, probability, 0.0, 0.95))

    def one_of(self, *items: Item) -> Item:
        """Choose an item; in some worlds mostly the same one here."""
        habit = self._habit(None, None, *range(len(items)))
        if habit is None or super().chance(0.2):
            return super().one_of(*items)
        return items[int(habit) % len(items)]

    def _habit(self, *habits: float | None) -> Any:
        """Give one of some habits, the same one for all who ask here."""
        frame = sys._getframe(1)
        what = frame.f_code.co_name
        while frame.f_code.co_name in HELPERS and frame.f_back is not None:
            frame = frame.f_back
        key = what, frame.f_code.co_filename, frame.f_lineno
        if key not in self.habits:
            self.habits[key] = self.own.choice(habits)
        return self.habits[key]
