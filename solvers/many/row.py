"""Rows: a plan as plain data, a few figures of it that a table can hold."""

import math
from collections import defaultdict
from fractions import Fraction
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.model.account import Account, account
from gridblock.model.plan import ONLY_PRICED, Decisions, PlanData
from gridblock.model.quantities import hours_of

Row = dict[str, Any]

DETAILS: Final = {"ordered": 3, "bought": 4, "retired": 4}
"""What a full row says of orders, and how many things it says of each."""
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


def is_row(row: Any) -> bool:
    """Say whether plain data that was read has the shape of a row, with a plan or without one."""
    if not isinstance(row, dict) or not isinstance(row.get("status"), str):
        return False
    if not isinstance(row.get("message", ""), str):
        return False
    if row.get("objective") is None:
        return True
    known = all(row.get(name) is None or _is_number(row[name]) for name in ("bound", "gap"))
    single = all(_is_number(row.get(name)) for name in ("objective", "spending", "unmet_share"))
    named = all(_are_numbers(row.get(name), dict) for name in ("costs", "unmet"))
    listed = all(_are_numbers(row.get(f"{name}_by_period"), list) for name in ("spending", "unmet"))
    return known and single and named and listed and ("ordered" not in row or _has_details(row))


def _has_details(row: Row) -> bool:
    hours = row.get("unmet_hours")
    return (
        all(_are_orders(row.get(name), length) for name, length in DETAILS.items())
        and isinstance(hours, dict)
        and all(_are_numbers(of, list) for of in hours.values())
    )


def _are_orders(orders: Any, length: int) -> bool:
    """Say whether something is a list of names with a number behind them each."""
    if not isinstance(orders, list):
        return False
    return all(
        isinstance(each, list)
        and len(each) == length
        and all(isinstance(name, str) for name in each[:-1])
        and _is_number(each[-1])
        for each in orders
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _are_numbers(values: Any, kind: type) -> bool:
    inner: Any = values.values() if isinstance(values, dict) else values
    return isinstance(values, kind) and all(map(_is_number, inner))


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
