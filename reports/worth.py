"""The worth of an option: with it, without it, and the price at which it is no longer taken."""

from typing import TYPE_CHECKING, Any

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.lots import lots_of
from gridblock.reports.sections import Column, Document, Row, Section, first_to_last
from gridblock.reports.unmet import unmet_share
from gridblock.reports.words import money, number, percent, plural
from gridblock.solvers.value import Worth

if TYPE_CHECKING:
    from collections.abc import Mapping


def worth_document(
    instance: Instance, worth: Worth, with_it: Account, without_it: Account
) -> Document:
    """Say what an option is worth.

    Args:
        instance: what is given.
        worth: both plans and the break-even price.
        with_it: the account of the plan with the option.
        without_it: the account of the plan without it.
    """
    shares = [unmet_share(instance, books) for books in (with_it, without_it)]
    return Document(
        title=worth.option,
        subtitle=f"what it is worth in {instance.name}, {first_to_last(instance.horizon)}",
        sentences=(_surplus(instance, worth), _unmet(shares), *_break_even(instance, worth)),
        sections=(
            _compared(instance, worth, shares),
            _by_period(instance, worth, with_it, without_it),
        ),
    )


def _surplus(instance: Instance, worth: Worth) -> str:
    surplus = worth.surplus or 0.0
    if not lots_ordered(worth):
        return "It is not taken at its price."
    saved = money(surplus, instance.currency)
    lots = plural(lots_ordered(worth), "lot")
    return f"With it ({lots} ordered) the best plan found costs {saved} less than without it."


def _unmet(shares: list[float]) -> str:
    return f"Unmet work is {percent(shares[0])} with it and {percent(shares[1])} without it."


def _break_even(instance: Instance, worth: Worth) -> tuple[str, ...]:
    if worth.factor is None:
        return ("At no price above 0 would it be taken, or it costs nothing.",)
    prices = "; ".join(
        f"{field} {number(value)}" for field, value in break_even_prices(instance, worth).items()
    )
    what = f"It is taken up to {number(worth.factor)} times its price"
    return (f"{what}: {prices}." if prices else f"{what}.",)


def break_even_prices(instance: Instance, worth: Worth) -> dict[str, float]:
    """Give the option's prices in the first period, times the break-even factor."""
    option = instance.contracts[worth.option].option
    given = {"cost_once": option.cost_once, "cost_per_period": option.cost_per_period}
    if option.usage is not None:
        given["per_block_hour"] = option.usage.per_block_hour
    first = {name: next(iter(instance.over_periods(v).values())) for name, v in given.items()}
    return {name: value * (worth.factor or 0.0) for name, value in first.items() if value}


def lots_ordered(worth: Worth) -> int:
    """Give the lots ordered in the plan with the option."""
    decisions = worth.with_it.decisions
    ordered: Mapping[Any, int] = {} if decisions is None else decisions.ordered
    return sum(int(lots) for key, lots in ordered.items() if key.option == worth.option)


def _compared(instance: Instance, worth: Worth, shares: list[float]) -> Section:
    rows: list[Row] = []
    for category, cost in worth.with_it.costs.items():
        other = worth.without_it.costs[category]
        if cost or other:
            rows.append(
                (
                    category.replace("_", " "),
                    _thousands(cost),
                    _thousands(other),
                    _thousands(cost - other),
                )
            )
    totals = [worth.with_it.objective or 0.0, worth.without_it.objective or 0.0]
    total = ("total", *map(_thousands, (*totals, totals[0] - totals[1])))
    columns = (
        Column("category"),
        *(Column(name, right=True) for name in ("with", "without", "change")),
    )
    unit = f"present value, {instance.currency} thousand"
    return Section("Costs", unit, columns, tuple(rows), (total,))


def _thousands(value: float) -> str:
    return f"{value / 1000:,.0f}"


def _by_period(instance: Instance, worth: Worth, with_it: Account, without_it: Account) -> Section:
    lots = (
        [x for x in lots_of(instance, worth.with_it.decisions) if x.option.name == worth.option]
        if worth.with_it.decisions
        else []
    )
    rows: list[Row] = []
    for at, t in enumerate(instance.horizon.names):
        effect = sum(x.count for x in lots if x.in_effect(at))
        unmet = [unmet_in(instance, books, t) for books in (with_it, without_it)]
        if effect or unmet[0] != unmet[1]:
            rows.append((t, f"{effect:,}", *map(percent, unmet)))
    columns = (
        Column("period"),
        Column("lots", right=True),
        Column("unmet with", right=True),
        Column("without", right=True),
    )
    note = "" if rows else "In no period does it make a difference."
    return Section(
        "Where it matters",
        "lots in effect; unmet share of the work",
        columns,
        tuple(rows),
        note=note,
    )


def unmet_in(instance: Instance, books: Account, period: str) -> float:
    """Give the unmet share of all units in a period."""
    asked = sum(units for (_, _, t), units in books.amount.items() if t == period)
    unmet = sum(units for (_, _, t), units in books.unmet.items() if t == period)
    return float(unmet / asked) if asked else 0.0


def worth_json(
    instance: Instance, worth: Worth, with_it: Account, without_it: Account
) -> dict[str, Any]:
    """Give the worth of an option as plain data."""
    plans = {"with": (worth.with_it, with_it), "without": (worth.without_it, without_it)}
    return {
        "format_version": 1,
        "instance": instance.name,
        "option": worth.option,
        "currency": instance.currency,
        "surplus": worth.surplus,
        "break_even_factor": worth.factor,
        "break_even_prices": break_even_prices(instance, worth)
        if worth.factor is not None
        else None,
        "lots_ordered": lots_ordered(worth),
        **{
            name: {
                "status": plan.status,
                "objective": plan.objective,
                "bound": plan.bound,
                "gap": plan.gap,
                "costs": dict(plan.costs),
                "unmet_share": unmet_share(instance, books),
                "unmet_share_by_period": [
                    unmet_in(instance, books, t) for t in instance.horizon.names
                ],
            }
            for name, (plan, books) in plans.items()
        },
    }
