"""What stays unmet: by demand and period, as a share of unit-hours, and at its price."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final, TypedDict

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.quantities import Amounts, hours_of

NONE: Final = Fraction(0)
DUST: Final = 1e-9
"""A share that stems from the rounding of what is served, and is not worth a sentence."""


class Summary(TypedDict):
    """Units of a demand in each period, and the share of its unit-hours that stays unmet."""

    amount: list[float]
    served: list[float]
    unmet: list[float]
    share: float


def unmet_summary(instance: Instance, account: Account) -> dict[str, Summary]:
    """Give amount, served and unmet units by period of each demand, over its regions."""
    periods, hours = instance.horizon.names, hours_of(instance)
    amount, met, unmet = (_by_demand(a) for a in (account.amount, account.met, account.unmet))
    summary: dict[str, Summary] = {}
    for demand in instance.demands:
        keys = [(demand.name, t) for t in periods]
        asked = sum((amount[key] * hours[key[1]] for key in keys), NONE)
        lacking = sum((unmet[key] * hours[key[1]] for key in keys), NONE)
        summary[demand.name] = {
            "amount": [float(amount[key]) for key in keys],
            "served": [float(met[key]) for key in keys],
            "unmet": [float(unmet[key]) for key in keys],
            "share": share(lacking, asked),
        }
    return summary


def unmet_share(instance: Instance, account: Account) -> float:
    """Give the share of all unit-hours that stays unmet, whatever the units of the demands."""
    hours = hours_of(instance)
    asked = sum((units * hours[t] for (_, _, t), units in account.amount.items()), NONE)
    lacking = sum((units * hours[t] for (_, _, t), units in account.unmet.items()), NONE)
    return share(lacking, asked)


def share(part: Fraction, whole: Fraction) -> float:
    """Give part / whole, 0 where there is no whole."""
    return float(part / whole) if whole else 0.0


def lacking(summary: Mapping[str, Summary]) -> list[str]:
    """Name the demands of which more than rounding dust stays unmet."""
    return [name for name, of in summary.items() if of["share"] > DUST]


def share_over(instance: Instance, of: Summary, periods: Iterable[int]) -> float:
    """Give the share of the unit-hours of some periods that stays unmet, dust left out."""
    hours, chosen = instance.horizon.hours, list(periods)
    asked = sum(of["amount"][i] * hours[i] for i in chosen)
    short = sum(of["unmet"][i] * hours[i] for i in chosen)
    return short / asked if short > DUST * asked else 0.0


def priced_unmet(account: Account) -> dict[str, float]:
    """Give the present value of what stays unmet of each demand, at its price, where any does."""
    lines = [entry for entry in account.ledger.entries if entry.category == "unmet"]
    sums: dict[str, Fraction] = defaultdict(Fraction)
    for entry in lines:
        sums[entry.item or ""] += entry.value
    return {demand: float(value) for demand, value in sums.items() if value}


def price_of_lacking(instance: Instance, account: Account) -> float:
    """Give the present value of all that stays unmet, at its price.

    What runs that wait cost is charged under unmet as well, and nothing of them is unmet.
    """
    priced = priced_unmet(account)
    return sum(priced.get(name, 0.0) for name in lacking(unmet_summary(instance, account)))


def _by_demand(amounts: Amounts) -> dict[tuple[str, str], Fraction]:
    """Sum over regions."""
    sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for (demand, _, t), units in amounts.items():
        sums[demand, t] += units
    return sums
