"""What may happen to a plan, as plain data: what each shock costs, and what stays unmet then."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.shocks import Shock
from gridblock.model.account import account
from gridblock.model.plan import PlanData
from gridblock.solvers.stress import Budget
from gridblock.solvers.struck import Struck

if TYPE_CHECKING:
    import pandas as pd

QUARTER: Final = 2190.0
"""Hours of a quarter of a year, in which unmet work is counted."""
COLUMNS: Final = (
    *("shocks", "status", "cost", "extra_cost", "at_least", "at_most", "extra_unmet_gpu_quarters"),
    *("gap", "within_gap", "seconds", "message"),
)


class Damage(NamedTuple):
    """What some shocks do to a plan.

    Attributes:
        shocks: their names.
        status: of the best recourse; ``bounded`` where it need not be solved.
        extra: what it costs more than the plan; None where there is none.
        least: what it costs more at least, by proof; infinite where no plan can exist.
        most: what it costs more at most; infinite where that is not known.
        unmet: accelerator-quarters that stay unmet besides; None where that is not known.
    """

    shocks: tuple[str, ...]
    status: str
    extra: float | None
    least: float
    most: float
    unmet: float | None

    @property
    def name(self) -> str:
        """What it is called."""
        return " + ".join(self.shocks)

    @property
    def within_gap(self) -> bool:
        """Whether the gaps of the two plans leave open whether it costs anything."""
        return self.extra is not None and self.least <= 0


@dataclass(frozen=True)
class Stressed:
    """What may happen to a plan.

    Attributes:
        instance: what is given, with the plan as the one in force.
        plan: the plan that is tried.
        shocks: what may come.
        rounds: what was found for each number of shocks at a time, the worst first.
        cost: what the plan costs.
        bound: what it has to cost at least; None where that is not known.
        budget: how far the search went.
        gap: the gap that was asked for.
        resolves: the position of the period in which a shock comes.
    """

    instance: Instance
    plan: PlanData
    shocks: tuple[Shock, ...]
    rounds: tuple[tuple[Struck, ...], ...]
    cost: float
    bound: float | None
    budget: Budget
    gap: float
    resolves: int

    @property
    def statuses(self) -> dict[str, int]:
        """How many recourses have each status, over those that were solved."""
        counts: dict[str, int] = defaultdict(int)
        for each in self.struck:
            if each.row is not None:
                counts[each.status] += 1
        return dict(counts)

    @property
    def struck(self) -> Iterator[Struck]:
        """Everything that was tried, round after round."""
        return (each for of in self.rounds for each in of)

    @cached_property
    def damages(self) -> tuple[tuple[Damage, ...], ...]:
        """What the shocks of each round do, the worst first."""
        return tuple(tuple(self._damage(each) for each in of) for of in self.rounds)

    def _damage(self, struck: Struck) -> Damage:
        objective = None if struck.row is None else struck.row.get("objective")
        extra = None if objective is None else objective - self.cost
        least, most = struck.least(self.cost), struck.most(self.bound)
        return Damage(struck.shocks, struck.status, extra, least, most, self._unmet(struck))

    def _unmet(self, struck: Struck) -> float | None:
        hours = None if struck.row is None else struck.row.get("unmet_hours")
        if hours is None:
            return None
        more = ((name, sum(of) - self._before[name]) for name, of in hours.items())
        return float(sum(n / self.per_accelerator[name] for name, n in more)) / QUARTER

    @cached_property
    def _before(self) -> Mapping[str, float]:
        """Unit-hours that stay unmet in the plan, by demand."""
        assert self.plan.decisions is not None
        hours = dict(zip(self.instance.horizon.names, self.instance.horizon.hours, strict=True))
        sums: dict[str, float] = defaultdict(float)
        for (demand, _, t), units in account(self.instance, self.plan.decisions).unmet.items():
            sums[demand] += float(units) * hours[t]
        return sums

    @cached_property
    def per_accelerator(self) -> dict[str, float]:
        """Units that one of the accelerators serves which serve a demand in the plan, on average.

        Of a demand that the plan does not serve it is the best that any accelerator would serve.
        """
        assert self.plan.decisions is not None
        hours = dict(zip(self.instance.horizon.names, self.instance.horizon.hours, strict=True))
        given: dict[str, float] = defaultdict(float)
        used: dict[str, float] = defaultdict(float)
        for served, units in self.plan.decisions.served.items():
            given[served.demand] += units * hours[served.period]
        for key, blocks in self.plan.decisions.assigned.items():
            chips = blocks * self.instance.blocks[key.block].accelerators
            used[key.demand] += chips * hours[key.period]
        found = {}
        for demand in self.instance.demands:
            yields = [max(self.instance.over_periods(y).values()) for y in demand.yields.values()]
            share = given[demand.name] / used[demand.name] if used[demand.name] else 0.0
            found[demand.name] = share or max(yields, default=0.0) or 1.0
        return found


def rows(data: Stressed) -> Iterator[tuple[Any, ...]]:
    """Give a row for everything that was tried; what is not known is None."""
    for struck, each in zip(data.struck, (d for of in data.damages for d in of), strict=True):
        row = struck.row or {}
        message = str(row.get("message") or "") or None
        yield (
            each.name,
            each.status,
            row.get("objective"),
            each.extra,
            _known(each.least),
            _known(each.most),
            each.unmet,
            row.get("gap"),
            each.within_gap,
            row.get("seconds"),
            message,
        )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def table(data: Stressed) -> "pd.DataFrame":
    """Give everything that was tried as a data frame."""
    import pandas as pd

    return pd.DataFrame(list(rows(data)), columns=list(COLUMNS))


def comes_in(data: Stressed) -> str | None:
    """Name the period in which a shock comes; None where no order can answer it."""
    names = data.instance.horizon.names
    return names[data.resolves] if data.resolves < len(names) else None
