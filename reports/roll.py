"""A rolling horizon as plain data: what was planned when, and what it came to, period by period."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.instance import Instance
from gridblock.model.account import Account, account
from gridblock.model.plan import PlanData, RunStart
from gridblock.reports.unmet import unmet_share

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = (
    *("period", "expected", "realised", "foresight", "regret", "regret_to_date"),
    *("unmet_realised", "unmet_foresight"),
)
STAGES: Final = (
    *("stage", "planned_in", "orders_to", "lots", "blocks", "status", "cost", "bound", "gap"),
    "seconds",
)


@dataclass(frozen=True)
class Stage:
    """One time of planning.

    Attributes:
        first: the position of the first period whose orders it fixes.
        last: that of the last one.
        instance: what was known.
        plan: the plan.
    """

    first: int
    last: int
    instance: Instance
    plan: PlanData

    def fixed(self) -> tuple[int, int]:
        """Count the lots and blocks that are ordered in the periods that it fixes."""
        index, made = self.instance.horizon.index, self.plan.decisions
        if made is None:
            return 0, 0
        mine = range(self.first, self.last + 1)
        lots = sum(n for key, n in made.ordered.items() if index[key.period] in mine)
        leads = {kind: block.lead for kind, block in self.instance.blocks.items()}
        bought = made.bought.items()
        blocks = sum(n for key, n in bought if index[key.period] - leads[key.block] in mine)
        return int(lots), int(blocks)


@dataclass(frozen=True)
class Rolled:
    """What a rolling horizon came to.

    Attributes:
        forecast: what was expected at first.
        truth: what really came.
        called: what the truth is called.
        stages: what was planned, in order.
        realised: the plan that came of it, under the truth.
        foresight: the best plan of who knows the truth from the start.
        once: the plan that keeps all orders of the first stage, under the truth; None if it was
            not looked at.
        every: how many periods each stage fixes.
    """

    forecast: Instance
    truth: Instance
    called: str
    stages: tuple[Stage, ...]
    realised: PlanData
    foresight: PlanData
    once: PlanData | None
    every: int

    @property
    def regret(self) -> float | None:
        """What the realised plan costs more than that of perfect foresight."""
        if self.realised.objective is None or self.foresight.objective is None:
            return None
        return self.realised.objective - self.foresight.objective

    @property
    def least_regret(self) -> float | None:
        """What it costs more at least, given the gaps of both; not known of plans by tiers.

        Who does not know what comes may have left earlier tiers less, and paid less for that.
        """
        if self.realised.bound is None or self.foresight.objective is None or self.truth.tiered:
            return None
        return self.realised.bound - self.foresight.objective

    @property
    def most_regret(self) -> float | None:
        """What it costs more at most; not known of plans by tiers."""
        if self.realised.objective is None or self.foresight.bound is None or self.truth.tiered:
            return None
        return self.realised.objective - self.foresight.bound

    @cached_property
    def lost(self) -> tuple[RunStart, ...]:
        """The starts of runs that a stage fixed, and that did not come to their end."""
        index = self.forecast.horizon.index
        came = {} if self.realised.decisions is None else self.realised.decisions.starts
        return tuple(
            key
            for each in self.stages
            if each.plan.decisions is not None
            for key, count in each.plan.decisions.starts.items()
            if each.first <= index[key.period] <= each.last and count and not came.get(key)
        )

    @cached_property
    def books(self) -> dict[str, Account]:
        """The accounts of what was expected, of what came, and of foresight, where there are."""
        plans = {
            "expected": (self.stages[0].instance, self.stages[0].plan),
            "realised": (self.truth, self.realised),
            "foresight": (self.truth, self.foresight),
        }
        return {
            name: account(given, plan.decisions)
            for name, (given, plan) in plans.items()
            if plan.decisions is not None
        }

    def cost(self, which: str) -> list[float]:
        """Give what a plan costs by period: present value, unmet work at its price."""
        values = self.books[which].ledger.values
        return [
            float(sum((v for (_, t), v in values.items() if t == period), start=0))
            for period in self.truth.horizon.names
        ]

    def unmet(self, which: str) -> float:
        """Give the share of the priced work that stays unmet."""
        given = self.stages[0].instance if which == "expected" else self.truth
        return unmet_share(given, self.books[which])


def rows(data: Rolled) -> Iterator[tuple[Any, ...]]:
    """Give what each period came to, and would have with foresight."""
    if len(data.books) < 3:
        return
    to_date = 0.0
    names = data.truth.horizon.names
    unmet = {which: _unmet_cost(data, which) for which in ("realised", "foresight")}
    columns = zip(
        *(data.cost(which) for which in ("expected", "realised", "foresight")), strict=True
    )
    for i, (expected, realised, foresight) in enumerate(columns):
        to_date += realised - foresight
        regret = realised - foresight
        priced = (unmet["realised"][i], unmet["foresight"][i])
        yield (names[i], expected, realised, foresight, regret, to_date, *priced)


def _unmet_cost(data: Rolled, which: str) -> list[float]:
    values = data.books[which].ledger.values
    return [float(values.get(("unmet", t), 0)) for t in data.truth.horizon.names]


def table(data: Rolled) -> "pd.DataFrame":
    """Give cost by period as a data frame."""
    import pandas as pd

    return pd.DataFrame(list(rows(data)), columns=list(COLUMNS))


def stage_rows(data: Rolled) -> Iterator[tuple[Any, ...]]:
    """Give what was planned when."""
    names = data.forecast.horizon.names
    for number, each in enumerate(data.stages, 1):
        plan = each.plan
        seconds = round(sum(plan.seconds.values()), 3)
        figures = (plan.status, plan.objective, plan.bound, plan.gap, seconds)
        yield (number, names[each.first], names[each.last], *each.fixed(), *figures)


def as_json(data: Rolled) -> dict[str, Any]:
    """Give it as plain data."""
    return {
        "format_version": 1,
        "kind": "roll",
        "instance": data.forecast.name,
        "instance_hash": data.forecast.hash,
        "truth_hash": data.truth.hash,
        "currency": data.truth.currency,
        "truth": data.called,
        "every": data.every,
        "realised": data.realised.objective,
        "realised_bound": data.realised.bound,
        "foresight": data.foresight.objective,
        "foresight_bound": data.foresight.bound,
        "planned_once": None if data.once is None else data.once.objective,
        "regret": data.regret,
        "regret_at_least": data.least_regret,
        "regret_at_most": data.most_regret,
        "lost": [key._asdict() for key in data.lost],
        "stages": [dict(zip(STAGES, row, strict=True)) for row in stage_rows(data)],
        "periods": [dict(zip(COLUMNS, row, strict=True)) for row in rows(data)],
    }
