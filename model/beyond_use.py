"""Where blocks may be worth assigning to a demand beyond what it can use."""

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.schema.limits import Limit, Selection
from gridblock.model.appetite import AT_WORK, DRAWN
from gridblock.model.selections import Chooser, chooser


class Reward(NamedTuple):
    """A limit that is easier to keep with more of what it counts.

    Attributes:
        measure: what is counted.
        demands: the demands that it names; None stands for any of them.
        of: what is selected of it.
        but_not: what is selected of the part that may be no more than a share, and so not rewarded.
    """

    measure: str
    demands: tuple[str | None, ...]
    of: Chooser
    but_not: Chooser | None = None

    def counts(self, facility: str, kind: str, demand: str | None) -> bool:
        """Say whether it helps to assign a demand more blocks of a type at a facility."""
        of = facility, kind, demand if self.measure in AT_WORK else None, None
        return self.of(*of) and not (self.but_not is not None and self.but_not(*of))


class BeyondUse:
    """What rewards blocks that are assigned and serve nothing.

    They draw as much as those that work, which pays where energy has a negative price; and a floor
    or a share of blocks in use, of energy, carbon or spending may be easier to keep with them.
    """

    def __init__(self, instance: Instance) -> None:
        """Remember the instance, and the limits that ask for more."""
        self.instance = instance
        self._known: dict[tuple[str, str, str], bool] = {}
        asking = AT_WORK | DRAWN | {"spend"}
        limits = [limit for limit in instance.limits if limit.measure in asking]
        self._rewards = [each for limit in limits for each in _rewards(instance, limit)]

    def may_pay(self, facility: str, period: str) -> bool:
        """Say whether any blocks at a facility may be worth assigning beyond use."""
        return bool(self._rewards) or (facility, period) in self._at_a_negative_price

    def pays(self, demand: str, kind: str, facility: str, period: str) -> bool:
        """Say whether blocks of a type may be worth assigning to a demand beyond use."""
        if (facility, period) in self._at_a_negative_price:
            return True
        key = demand, kind, facility
        if key not in self._known:
            self._known[key] = any(
                each.measure == "spend" or each.counts(facility, kind, demand)
                for each in self._rewards
            )
        return self._known[key]

    def asks_for_work(self, kind: str, facility: str) -> bool:
        """Say whether some limit is easier to keep with more blocks of a type in use there."""
        return any(
            each.counts(facility, kind, demand)
            for each in self._rewards
            if each.measure in AT_WORK
            for demand in each.demands
        )

    @cached_property
    def _at_a_negative_price(self) -> frozenset[tuple[str, str]]:
        """The facilities and periods in which energy has a negative price."""
        return frozenset(
            (name, t)
            for name, site in self.instance.facilities.items()
            for t, price in self.instance.over_periods(site.energy_per_mwh).items()
            if price < 0
        )


def _rewards(instance: Instance, limit: Limit) -> Iterator[Reward]:
    """Give what a limit asks for: a floor what it is of, a largest share what that is a share of.

    What counts on both sides of a share of at most 1 makes it no easier to keep.
    """
    of = chooser(instance, limit.of)
    if limit.min is not None:
        yield Reward(limit.measure, _demands(limit.of), of)
    if limit.max_share is not None:
        among = limit.among or Selection()
        yield Reward(limit.measure, _demands(among), chooser(instance, among), of)


def _demands(selection: Selection) -> tuple[str | None, ...]:
    return selection.chosen.get("demand", (None,))
