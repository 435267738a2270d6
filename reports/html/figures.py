"""The few figures that a report begins with."""

from collections.abc import Iterator
from typing import NamedTuple

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import PlanData, spending
from gridblock.reports.capacity import powered_mw
from gridblock.reports.unmet import price_of_lacking, unmet_share
from gridblock.reports.words import gap_percent, money, number, percent


class Figure(NamedTuple):
    """A figure: what it is called, its value, and a few words on it."""

    name: str
    value: str
    note: str


def key_figures(instance: Instance, plan: PlanData, account: Account) -> tuple[Figure, ...]:
    """Give spending, work served, gap, accelerators and power."""
    return tuple(_figures(instance, plan, account))


def _figures(instance: Instance, plan: PlanData, account: Account) -> Iterator[Figure]:
    spent = spending(plan.costs)
    worth = "present value, credits taken off" if instance.discount_rate else "credits taken off"
    yield Figure("Spending", money(spent, instance.currency), worth)
    unmet = unmet_share(instance, account)
    priced = money(price_of_lacking(instance, account), instance.currency)
    note = f"the rest is priced at {priced}" if unmet else "of all unit-hours"
    yield Figure("Work served", percent(1 - unmet), note)
    if plan.gap is not None:
        yield Figure("Gap", gap_percent(plan.gap), "at most, to the best possible plan")
    first, last = instance.horizon.names[0], instance.horizon.names[-1]
    chips = {t: _accelerators(instance, account, t) for t in (first, last)}
    many = len(instance.horizon) > 1
    since = f"{chips[first]:,} in {first}" if many else "in service"
    yield Figure("Accelerators", f"{chips[last]:,}", f"in {last}; {since}" if many else since)
    mw = {t: sum(powered_mw(instance, account, t).values()) for t in (first, last)}
    if mw[last] or mw[first]:
        since = f"{number(mw[first])} in {first}" if many else "rated, critical"
        note = f"rated, in {last}; {since}" if many else since
        yield Figure("Power", f"{number(mw[last])} MW", note)


def _accelerators(instance: Instance, account: Account, period: str) -> int:
    return sum(
        count * instance.blocks[kind].accelerators
        for (kind, _, t), count in account.installed.items()
        if t == period
    )
