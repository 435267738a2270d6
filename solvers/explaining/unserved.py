"""What a plan leaves unmet: how much, when, at what price, and whether that is worth a look."""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.explanation import Blocker, Trial
from gridblock.model.plan import PlanData, spending
from gridblock.solvers.explaining.trials import unmet_work

SLIGHT: Final = 0.25
"""What is priced at less than this part of the gap of the plan is not looked into."""


class Unserved:
    """What a plan leaves unmet.

    Attributes:
        instance: what is given.
        plan: the plan, with decisions.
        unmet: unit-hours by demand and period.
    """

    def __init__(self, instance: Instance, plan: PlanData) -> None:
        """Draw up the account of the plan."""
        self.instance, self.plan = instance, plan
        self._books = account(instance, plan.decisions)  # type: ignore[arg-type]
        self.unmet = unmet_work(instance, self._books)

    @property
    def trial(self) -> Trial:
        """The plan as the re-solve with nothing relaxed."""
        plan = self.plan
        return Trial(
            (),
            plan.status,
            linear=False,
            unmet=self.unmet,
            objective=plan.objective,
            spending=spending(plan.costs),
            bound=plan.bound,
            gap=plan.gap,
        )

    @cached_property
    def priced(self) -> Mapping[tuple[str, str], float]:
        """What unmet work is priced at, by demand and period, in present value."""
        values = self._books.ledger.value_by(lambda e: (e.category, e.item, e.period))
        return {key: float(values.get(("unmet", *key), 0)) for key in self.unmet}

    @cached_property
    def slight(self) -> frozenset[tuple[str, str]]:
        """What is priced at so little that a plan as good may well serve it."""
        if self.plan.bound is None or self.plan.objective is None:
            return frozenset()
        within = SLIGHT * (self.plan.objective - self.plan.bound)
        return frozenset(key for key, price in self.priced.items() if price < within)

    @cached_property
    def demands(self) -> tuple[str, ...]:
        """The demands with unmet work, the dearest first."""
        price = dict.fromkeys((name for name, _ in self.unmet), 0.0)
        for (name, _), each in self.priced.items():
            price[name] += each
        return tuple(sorted(price, key=lambda name: -price[name]))

    @cached_property
    def large(self) -> tuple[str, ...]:
        """Those of them whose unmet work is worth a look."""
        worthy = {name for name, _ in set(self.unmet) - self.slight}
        return tuple(name for name in self.demands if name in worthy)

    def by_period(self, demand: str) -> dict[str, float]:
        """Give the unit-hours of a demand that stay unmet, by period."""
        return {t: work for (name, t), work in self.unmet.items() if name == demand}

    def total(self, demand: str) -> float:
        """Give the unit-hours of a demand that stay unmet."""
        return sum(self.by_period(demand).values())

    def price(self, demand: str) -> float:
        """Give the price of a unit-hour of a demand that stays unmet, in present value."""
        priced = sum(price for (name, _), price in self.priced.items() if name == demand)
        return priced / self.total(demand)

    def amount(self, demand: str) -> float:
        """Give the unit-hours that a demand asks for."""
        hours = self.instance.over_periods(tuple(self.instance.horizon.hours))
        asked = self._books.amount.items()
        return sum(float(units) * hours[t] for (name, _, t), units in asked if name == demand)

    def passed_over(self) -> list[Blocker]:
        """Name what is not looked into, demand by demand."""
        passed = []
        for demand in self.demands:
            slight = [t for t in self.instance.horizon.names if (demand, t) in self.slight]
            work = sum(self.unmet[demand, t] for t in slight)
            if slight:
                passed.append(Blocker(demand, tuple(slight), (), work, work, in_the_gap=True))
        return passed
