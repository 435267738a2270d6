"""Which families of rules of a large model are worth a re-solve of the whole of it."""

from collections.abc import Iterator, Mapping
from typing import Final

from gridblock.instances.relaxing import Relaxation
from gridblock.model.explanation import Trial
from gridblock.solvers.explaining.trials import Trials
from gridblock.solvers.explaining.unserved import Unserved

WORTH: Final = 0.02
"""A family that recovers so much of all unmet work, at its price, is looked at."""
OF_ONE: Final = 0.2
"""So is one that recovers so much of a demand."""
AT_THE_PRICE: Final = 0.5
"""The part that must be recovered at the prices given for a family to be relaxed at these."""
PART: Final = 0.5
"""No family is looked at any more once so much of the time is gone."""
WHOLE: Final = frozenset(
    {"max_facilities", "one_accelerator", "together", "whole_blocks", "run", "interconnect"}
)
"""Families that bind through whole numbers, which linear relaxations leave out."""
HELPS: Final = 0.05
"""What they must recover of a demand together for each to be looked at."""


class Screening:
    """Looks at families through the linear relaxation.

    Attributes:
        trials: the re-solves.
        unserved: what stays unmet.
        families: the families of rules that the instance states.
    """

    def __init__(
        self, trials: Trials, unserved: Unserved, families: Mapping[str, Relaxation]
    ) -> None:
        """Remember what is to be looked at."""
        self.trials, self.unserved, self.families = trials, unserved, families

    def run(self) -> None:
        """Re-solve the whole model with the families relaxed that may matter, the best first."""
        for name in self._worthy():
            if self._late():
                return
            self._solve(name)
        for name in self._binding():
            if self._late():
                return
            self._solve(name)

    def _late(self) -> bool:
        limit = self.trials.settings.time_limit
        return limit is not None and self.trials.seconds > PART * limit

    def _solve(self, name: str) -> None:
        """Relax a family: at the prices given, where that tells, and else with unmet work dear."""
        alone, dear = self._gains(name)
        rules = [self.families[name]]
        pays = alone >= AT_THE_PRICE * dear
        self.trials.solve(rules if pays else self.trials.priced(rules), name)

    def _worthy(self) -> list[str]:
        """Name the families that recover enough in the linear relaxation."""
        total = sum(self.unserved.priced.values())
        gains = {name: self._gains(name) for name in self.families}
        shares = {name: self._largest_share(name) for name in self.families}
        worthy = [
            name
            for name in self.families
            if max(gains[name]) >= WORTH * total or shares[name] >= OF_ONE
        ]
        return sorted(worthy, key=lambda name: -max(gains[name][0], gains[name][1] / 2))

    def _pairs(self, name: str) -> Iterator[tuple[Trial, Trial]]:
        """Give the linear relaxation without and with a family relaxed, then with work dear."""
        for others in ((), (self.trials.price,)):
            after = self.trials.relax([*others, self.families[name]])
            if after.found:
                yield self.trials.relax(others), after

    def _gains(self, name: str) -> tuple[float, float]:
        """Give what a family recovers at the price of unmet work, and with that work dear."""
        found = [
            sum(
                (before.left(d) - after.left(d)) * self.unserved.price(d)
                for d in self.unserved.large
            )
            for before, after in self._pairs(name)
        ]
        return found[0] if found else 0.0, found[-1] if found else 0.0

    def _largest_share(self, name: str) -> float:
        """Give the largest share of a demand that a family recovers."""
        return max(
            (
                (before.left(d) - after.left(d)) / self.unserved.total(d)
                for before, after in self._pairs(name)
                for d in self.unserved.large
            ),
            default=0.0,
        )

    def _binding(self) -> list[str]:
        """Name the families that bind through whole numbers, if together they matter."""
        tried = {each.family for key in self.trials.whole for each in key}
        large = self.unserved.large
        bind = [
            n for n in self.families if n in WHOLE - tried and {*self.families[n].items} & {*large}
        ]
        if len(bind) < 2 or self._late():
            return bind
        after = self.trials.solve([self.families[name] for name in bind], "whole numbers")
        helps = any(after.left(d) < (1 - HELPS) * self.unserved.total(d) for d in large)
        return bind if after.found and helps else []
