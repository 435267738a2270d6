"""Rows: a plan as plain data, a few figures of it that a table can hold."""

from collections import defaultdict
from fractions import Fraction
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.model.account import Account, account
from gridblock.model.plan import ONLY_PRICED, Decisions, PlanData
from gridblock.model.quantities import hours_of

Row = dict[str, Any]

DUST: Final = 1e-9
"""A share that stems from the rounding of what is served."""


def row_of(instance: Instance, plan: PlanData, *, full: bool = False) -> Row:
    """Give what a table says of a plan.

    A ``full`` one also has what the plan orders, ``ordered`` with option, period and lots,
    ``bought`` and ``retired`` with block type, place, period and blocks; and ``unmet_hours``,
    unit-hours by demand, one for each period.
    """
    row: Row = {
        "status": plan.status,
        "stop": plan.stop,
        "message": "; ".join(plan.conflict),
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "seconds": round(sum(plan.seconds.values()), 3),
    }
    if plan.decisions is None:
        return row
    books = account(instance, plan.decisions)
    spending = _spending(books)
    unmet, asked = _by_demand_and_period(instance, books)
    periods, demands = instance.horizon.names, [demand.name for demand in instance.demands]
    in_period = [([(d, t) for d in demands]) for t in periods]
    of_demand = {d: [(d, t) for t in periods] for d in demands}
    more = _details(instance, plan.decisions, unmet) if full else {}
    return row | {
        "costs": dict(plan.costs),
        "spending": float(sum(spending.values())),
        "spending_by_period": [float(spending[t]) for t in periods],
        "unmet": {d: _share(unmet, asked, keys) for d, keys in of_demand.items()},
        "unmet_share": _share(unmet, asked, asked),
        "unmet_by_period": [_share(unmet, asked, keys) for keys in in_period],
        **more,
    }


Amounts = dict[tuple[str, str], Fraction]


def _spending(books: Account) -> dict[str, Fraction]:
    """Sum the present value of all but what is only priced, by period."""
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for entry in books.ledger.entries:
        if entry.category not in ONLY_PRICED:
            sums[entry.period] += entry.value
    return sums


def _by_demand_and_period(instance: Instance, books: Account) -> tuple[Amounts, Amounts]:
    """Give unit-hours that stay unmet and that are asked for, by demand and period."""
    hours = hours_of(instance)
    unmet: Amounts = defaultdict(Fraction)
    asked: Amounts = defaultdict(Fraction)
    for sums, amounts in ((unmet, books.unmet), (asked, books.amount)):
        for (demand, _, t), units in amounts.items():
            sums[demand, t] += units * hours[t]
    return unmet, asked


def _share(unmet: Amounts, asked: Amounts, keys: Any) -> float:
    """Give the share of unit-hours that stays unmet; 0 for dust, or where none are asked for."""
    keys = list(keys)
    whole = sum((asked[key] for key in keys), Fraction(0))
    share = float(sum((unmet[key] for key in keys), Fraction(0)) / whole) if whole else 0.0
    return share if abs(share) > DUST else 0.0


def _details(instance: Instance, made: Decisions, unmet: Amounts) -> Row:
    return {
        "ordered": [[*key, int(n)] for key, n in made.ordered.items() if n],
        "bought": [[*key, int(n)] for key, n in made.bought.items() if n],
        "retired": [[*key, int(n)] for key, n in made.retired.items() if n],
        "unmet_hours": {
            demand.name: [float(unmet[demand.name, t]) for t in instance.horizon.names]
            for demand in instance.demands
        },
    }
