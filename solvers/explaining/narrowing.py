"""From a family of rules to the ones of it that matter: where, and when."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from gridblock.instances.relaxing import Relaxation
from gridblock.model.explanation import Trial
from gridblock.solvers.explaining.trials import Trials

ENOUGH: Final = 0.8
"""What a few rules must recover of what their whole family does, to be named alone."""
AS_GOOD: Final = 0.95
MOST_ITEMS: Final = 4
"""Where it takes more places than these, all of them are named."""
WITHOUT_PERIODS: Final = frozenset(
    {
        *("lead", "cost_once", "block_where", "order", "option_lead", "max", "requires", "limits"),
        *("max_ms", "where", "max_facilities", "max_share_per_facility", "interconnect", "run"),
        *("fabric_gbps_per_block", "one_accelerator", "together", "whole_blocks", "tier"),
        *("min_share", "unmet_cost", "survive", "current"),
    }
)
"""Families of rules that hold in every period."""
BEFOREHAND: Final = frozenset({"supply"})
"""Families of which more in a period helps all later ones."""


class Narrowed(NamedTuple):
    """What is left of some families.

    Attributes:
        relaxed: the rules that matter, one relaxation a family.
        trial: the re-solve of the whole model that shows it.
        context: what else was relaxed in it.
        instead: items of which each alone would do as well.
    """

    relaxed: tuple[Relaxation, ...]
    trial: Trial
    context: frozenset[Relaxation]
    instead: tuple[str, ...]


class Narrowing:
    """Narrows families to items and periods, for one demand.

    Attributes:
        trials: the re-solves.
        demand: whose work.
        periods: when it is unmet.
    """

    def __init__(self, trials: Trials, demand: str, periods: Sequence[str]) -> None:
        """Remember for whom, and when."""
        self.trials, self.demand, self.periods = trials, demand, tuple(periods)

    def narrow(self, families: Sequence[Relaxation], context: frozenset[Relaxation]) -> Narrowed:
        """Give the fewest items, in the fewest periods, that recover most of what families do."""
        aim = self._left(self.trials.quick(context)) - self._left(
            self.trials.quick(context | {*families})
        )
        chosen = list(families)
        instead: tuple[str, ...] = ()
        for i, family in enumerate(families):
            others = context | {*chosen[:i], *chosen[i + 1 :]}
            chosen[i], instead = self._items(family, others, aim)
        for timed in (self._timed(chosen), tuple(chosen), tuple(families)):
            trial = self.trials.solve(context | {*timed})
            if self._recovers(trial, families, context):
                break
        few = () if len(families) > 1 else instead
        return Narrowed(timed, trial, context, few)

    def _left(self, trial: Trial) -> float:
        return trial.left(self.demand, self.periods) if trial.found else float("inf")

    def _recovers(
        self, trial: Trial, families: Sequence[Relaxation], context: frozenset[Relaxation]
    ) -> bool:
        """Say whether a re-solve recovers enough of what that of the whole families does."""
        before = self._left(self.trials.solve(context))
        aim = before - self._left(self.trials.solve(context | {*families}))
        return before - self._left(trial) >= ENOUGH * aim

    def _items(
        self, family: Relaxation, others: frozenset[Relaxation], aim: float
    ) -> tuple[Relaxation, tuple[str, ...]]:
        """Give the best items of a family, and other ones that would do as well each."""
        if len(family.items) < 2:
            return family, ()
        start = self._left(self.trials.quick(others - {family}))
        before = max(start, self._left(self.trials.quick(others | {family})) + aim)
        chosen: tuple[str, ...] = ()
        as_good: tuple[str, ...] = ()
        for _ in range(min(MOST_ITEMS, len(family.items) - 1)):
            found = {
                item: self.trials.quick(others | {replace(family, items=(*chosen, item))})
                for item in family.items
                if item not in chosen
            }
            gains = {item: before - self._left(trial) for item, trial in found.items()}
            best = max(
                gains, key=lambda item: (round(gains[item] / (aim or 1.0), 2), -_cost(found[item]))
            )
            chosen = (*chosen, best)
            if gains[best] >= ENOUGH * aim:
                if len(chosen) == 1:
                    as_good = tuple(
                        item
                        for item, gain in gains.items()
                        if item != best and gain >= AS_GOOD * gains[best]
                    )
                ordered = tuple(item for item in family.items if item in chosen)
                return replace(family, items=ordered), as_good
        return family, ()

    def _timed(self, chosen: Sequence[Relaxation]) -> tuple[Relaxation, ...]:
        """Relax series only while the work is unmet, or up to then where that is what helps."""
        names, index = self.trials.instance.horizon.names, self.trials.instance.horizon.index
        first, last = index[self.periods[0]], index[self.periods[-1]]
        while_unmet, up_to = names[first : last + 1], names[: last + 1]
        timed = []
        for each in chosen:
            spell = up_to if each.family in BEFOREHAND else while_unmet
            whole = each.family in WITHOUT_PERIODS or len(spell) == len(names)
            timed.append(each if whole else replace(each, periods=spell))
        return tuple(timed)


def _cost(trial: Trial) -> float:
    return trial.objective if trial.objective is not None else float("inf")
