"""Which family of rules blocks a demand in a period: the one that recovers most when relaxed."""

from collections.abc import Iterator, Sequence
from math import inf
from typing import Final

from gridblock.instances.relaxing import PRICE, Relaxation
from gridblock.model.explanation import SERVED, Trial
from gridblock.solvers.explaining.screening import Screening
from gridblock.solvers.explaining.smallest import smallest
from gridblock.solvers.explaining.trials import Trials
from gridblock.solvers.explaining.unserved import Unserved

MATTERS: Final = 0.05
"""A rule that recovers less of what is unmet is no blocker by itself."""
MOSTLY: Final = 0.5
"""A rule that recovers so much of it is the blocker, whatever else is needed for the rest; of a
large model, in which looking for what goes together takes long, any rule that matters."""
NOT_FOR_SALE: Final = "cost_once"
"""The family that is relaxed at no price, and so is preferred to no other."""
AT_THE_PRICE: Final = 0.5
"""The share of it that must be recovered at the prices given for price not to be part of it."""
MOST_RULES: Final = 8
"""A set of more families than these is not looked for in a small model."""
FEW_TESTS: Final = 6
"""So many sets are tested on the whole of a large model in search of the smallest."""

EVERY_SET: Final = ((8, 3), (14, 2), (10_000, 1))
"""Of at most so many families every set up to a size is tested in a small model."""


class Dominance:
    """Finds the families that block, by re-solves.

    Attributes:
        trials: the re-solves.
        unserved: what stays unmet.
        families: the families of rules that the instance states.
        smallest: the smallest set of families that serves all of a demand, as far as looked for;
            None where none was found.
        proven: whether every smaller set was tested, or is known not to do.
        known_only: whether to go by the re-solves that there are.
    """

    def __init__(self, trials: Trials, unserved: Unserved) -> None:
        """Begin with nothing known."""
        self.trials, self.unserved = trials, unserved
        self.families = dict(trials.relaxing.families)
        self.smallest: dict[str, tuple[str, ...] | None] = {}
        self.proven: dict[str, bool] = {}
        self.known_only = False

    def screen(self) -> None:
        """Relax price, and then each family that may matter."""
        self._try([PRICE], "the price of unmet work")
        if not self.trials.small:
            Screening(self.trials, self.unserved, self.families).run()
            return
        for family in self.families:
            self._try([family])
            self._try([PRICE, family])

    def _try(self, families: Sequence[str], text: str = "") -> Trial:
        """Re-solve the whole model with families relaxed."""
        return self.trials.solve(map(self.of, families), text or " and ".join(families))

    def find_smallest(self, demand: str) -> None:
        """Find the smallest set of families that serves all of a demand."""
        if demand in self.smallest:
            return
        total = self.unserved.total(demand)

        def all_served(trial: Trial) -> bool:
            return trial.found and trial.left(demand) <= SERVED * total

        def maybe(chosen: frozenset[Relaxation]) -> bool:
            return all_served(self.trials.quick(chosen))

        def surely(chosen: frozenset[Relaxation]) -> bool:
            return all_served(self.trials.solve(chosen, f"what serves {demand}"))

        known = {name: self._alone_leaves(demand, name) for name in (*self.families, PRICE)}
        universe = [self.of(name) for name in sorted(known, key=known.__getitem__)]
        small = self.trials.small
        every = next(size for most, size in EVERY_SET if len(universe) <= most) if small else 0
        how = {"every": every, "most": MOST_RULES} if small else {"tests": FEW_TESTS}
        found = smallest(universe, maybe, surely, **how)
        names = None if found is None else tuple(r.family for r in universe if r in found)
        self.smallest[demand] = names
        self.proven[demand] = found is not None and len(found) <= max(1, every + 1)

    def _alone_leaves(self, demand: str, family: str) -> tuple[float, bool, float]:
        """Give the least that is known to stay unmet once a family is relaxed, to rank it by."""
        total = self.unserved.total(demand)
        rules = self.of(family)
        keys = frozenset([rules]), self.trials.priced([rules])
        found = [t for key in keys if (t := self.trials.whole.get(key)) is not None and t.found]
        left = min((trial.left(demand) for trial in found), default=total)
        spending = min((trial.spending or 0.0 for trial in found), default=inf)
        return round(left / total, 2), family == NOT_FOR_SALE, spending

    def of(self, family: str) -> Relaxation:
        """Give a family as it is relaxed."""
        return self.trials.price if family == PRICE else self.families[family]

    def groups(self, demand: str) -> dict[tuple[str, ...], list[str]]:
        """Group the periods in which a demand is unmet by the families that block it there."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for t in self.trials.instance.horizon.names:
            if (demand, t) in self.unserved.unmet and (demand, t) not in self.unserved.slight:
                groups.setdefault(self._dominant(demand, t), []).append(t)
        return groups

    def _dominant(self, demand: str, t: str) -> tuple[str, ...]:
        """Name what recovers most of what is unmet in a period: price, a family, or several."""
        lacking = self.unserved.unmet[demand, t]
        gains = dict(self._gains(demand, t))

        def rank(name: str) -> tuple[float, bool, float]:
            gain, spending = gains[name]
            return round(gain / lacking, 2), name != NOT_FOR_SALE, -spending

        best = max(gains, key=rank, default="")
        gain = gains[best][0] if best else 0.0
        enough = MOSTLY if self.trials.small else MATTERS
        if gain < enough * lacking:
            if not self.known_only:
                self.find_smallest(demand)
            together = self.smallest.get(demand) or ()
            if len(together) > 1:
                return together
        return (best,) if gain >= MATTERS * lacking else ()

    def _gains(self, demand: str, t: str) -> Iterator[tuple[str, tuple[float, float]]]:
        """Give what each family recovers in a period, and what the plan that does so costs.

        With unmet work dear it is what the family recovers beyond that.
        """
        lacking = self.unserved.unmet[demand, t]
        dear = self.trials.whole.get(self.trials.priced(()))
        priced = lacking
        if dear is not None and dear.found:
            priced = min(lacking, dear.left(demand, (t,)))
            yield PRICE, (lacking - priced, -inf)
        for name, rules in self.families.items():
            found = []
            for start, key in ((lacking, [rules]), (priced, self.trials.priced([rules]))):
                trial = self.trials.whole.get(frozenset(key))
                if trial is not None and trial.found:
                    found.append((start - trial.left(demand, (t,)), trial.spending or 0.0))
            if found:
                yield name, max(found, key=lambda each: each[0])

    def pays(self, demand: str, periods: tuple[str, ...], families: Sequence[Relaxation]) -> bool:
        """Say whether relaxing rules helps at the prices given, too."""
        start = self.trials.quick(()).left(demand, periods)
        at_price = start - self.trials.quick(families).left(demand, periods)
        priced = start - self.trials.quick(self.trials.priced(families)).left(demand, periods)
        return at_price >= AT_THE_PRICE * priced
