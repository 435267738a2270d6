"""Random worlds in which a run meets halls, whole blocks of others, limits and an interconnect.

Three mistakes about runs were shown by 1 of 900 to 1 of 2,000 of worlds like these, and by none of
several thousand others.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from rivals.dice import Data
from rivals.every import Everything

OFTEN = 0.95


class Running(Everything):
    """Draws a run in nearly every world, at one or two facilities."""

    least = 0.0

    def chance(self, probability: float) -> bool:
        """Say yes with a probability, or with that of what is drawn often, if it is higher."""
        return super().chance(max(probability, self.least))

    @contextmanager
    def often(self) -> Iterator[None]:
        """Draw nearly everything that there may be."""
        self.least = OFTEN
        yield
        self.least = 0.0

    def demand(self, name: str) -> Data:
        """Draw a demand, of whole blocks or in one zone more often than elsewhere."""
        data = super().demand(name)
        data |= self.perhaps(0.4, "whole_blocks", True)
        data.pop("together", None)
        if "zones" in str(self.sites) and self.chance(0.5):
            data["together"] = "zone"
        return data

    def gangs(self, demands: list[Data]) -> None:
        """Make a demand a run that may run anywhere, on any accelerator."""
        with self.often():
            super().gangs(demands)
        for demand in demands:
            if "run" in demand:
                demand["yields"] = dict.fromkeys(self.kinds, 1)
                demand.pop("where", None)
                demand.pop("one_accelerator", None)

    def ties(self, demands: list[Data]) -> None:
        """Let the run exchange something between two facilities."""
        with self.often():
            super().ties(demands)


class Waiting(Running):
    """Draws runs that ask for nothing in some of the periods that they may take."""

    def gangs(self, demands: list[Data]) -> None:
        """Make a demand a run that may run anywhere, and leave periods out of what it asks for."""
        super().gangs(demands)
        for demand in demands:
            if "run" in demand:
                asked = self.about(self.chips, 2, 7)
                demand["amount"] = [self.one_of(0, asked) for _ in range(self.spans)]
