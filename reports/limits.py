"""How much of each limit over the plan is used."""

from collections.abc import Iterator
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.instances.schema.limits import Limit, counted_in
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.model.used import uses
from gridblock.reports.remembered import remembered
from gridblock.reports.usage import Use

COLUMNS: Final = (
    *("limit", "measure", "bound", "per", "period", "used", "allowed", "share"),
    *("headroom", "beyond", "penalty", "unit"),
)
"""The columns of the table ``limits``."""


@remembered
def of_limits(
    instance: Instance, decisions: Decisions, account: Account
) -> Iterator[tuple[Limit, str, Use, float]]:
    """Give each limit with its bound, its use and what is beyond it, period by period."""
    for use in uses(instance, decisions, account):
        figures = float(use.used), float(use.allowed)
        row = Use(use.limit.name, use.limit.measure, use.period, *figures)
        yield use.limit, use.bound, row, float(use.excess)


def unit_of(instance: Instance, limit: Limit) -> str:
    """Name the unit that a limit is counted in: MW, MWh, block-hours, USD."""
    return counted_in(limit.measure, limit.per, instance.currency)


def rows(instance: Instance, decisions: Decisions, account: Account) -> Iterator[tuple[Any, ...]]:
    """Give the rows of the table ``limits``."""
    for limit, bound, use, beyond in of_limits(instance, decisions, account):
        what = (limit.name, limit.measure, bound, limit.per, use.period)
        price = beyond * (limit.penalty or 0.0)
        figures = (use.used, use.limit, use.share, use.headroom, beyond, price)
        yield (*what, *figures, unit_of(instance, limit))
