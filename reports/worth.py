"""The worth of an option: with it, without it, and the price at which it is no longer taken."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from gridblock.instances.instance import Instance
from gridblock.model.account import Account, Entry
from gridblock.model.plan import PlanData
from gridblock.reports.dependence import dependence
from gridblock.reports.headline import without_plan
from gridblock.reports.sections import Column, Document, Row, Section, first_to_last
from gridblock.reports.unmet import unmet_share
from gridblock.reports.words import in_percent, money, number, percent, plural, scale_for
from gridblock.solvers.value import Worth, is_price_of


def worth_document(
    instance: Instance, worth: Worth, with_it: Account | None, without_it: Account | None
) -> Document:
    """Say what an option is worth.

    Args:
        instance: what is given.
        worth: both plans and the break-even price.
        with_it: the account of the plan with the option; None if there is no such plan.
        without_it: the account of the plan without it; likewise.
    """
    subtitle = f"what it is worth in {instance.name}, {first_to_last(instance.horizon)}"
    if with_it is None or without_it is None:
        lacking = worth.with_it if with_it is None else worth.without_it
        return Document(worth.option, subtitle, _incomparable(instance, worth), lacking.conflict)
    return Document(
        title=worth.option,
        subtitle=subtitle,
        sentences=(
            _surplus(instance, worth),
            _unmet(instance, worth, with_it, without_it),
            *_break_even(instance, worth, with_it),
        ),
        sections=(
            _by_period(instance, worth, with_it, without_it),
            *dependence(instance, with_it, without_it),
            _compared(instance, worth),
        ),
    )


def _incomparable(instance: Instance, worth: Worth) -> tuple[str, ...]:
    """Say which plan there is not, and what that means."""
    cost, name = worth.with_it.objective, instance.name
    if cost is None:
        return (f"{without_plan(f'{name} with {worth.option}', worth.with_it)}.",)
    told = f"With it the best plan found costs {money(cost, instance.currency)}."
    if worth.without_it.status == "infeasible":
        return told, "Without it no plan can exist: it is needed, whatever it costs."
    return told, f"{without_plan(f'{name} without {worth.option}', worth.without_it)}."


def _surplus(instance: Instance, worth: Worth) -> str:
    surplus = worth.surplus or 0.0
    if not lots_ordered(worth):
        return "It is not taken at its price."
    saved = money(abs(surplus), instance.currency)
    lots, less = plural(lots_ordered(worth), "lot"), "less" if surplus >= 0 else "more"
    message = f"With it ({lots} ordered) the best plan found costs {saved} {less} than without it"
    plans = (worth.with_it, worth.without_it)
    open_by = sum((p.gap or 0.0) * abs(p.objective or 0.0) for p in plans)
    if open_by > abs(surplus):
        message += f", which the gaps of the two plans, {money(open_by, instance.currency)}, exceed"
    return f"{message}."


def _unmet(instance: Instance, worth: Worth, with_it: Account, without_it: Account) -> str:
    priced = [plan.costs["unmet"] for plan in (worth.without_it, worth.with_it)]
    words = [
        f"{money(cost, instance.currency)} ({percent(unmet_at_its_price(instance, books))} of all)"
        for cost, books in zip(priced, (without_it, with_it), strict=True)
    ]
    message = f"Unmet work is priced at {words[0]} without it and {words[1]} with it"
    if priced[0] > priced[1]:
        message += f", so that it closes {in_percent(1 - priced[1] / priced[0])} of that gap"
    return f"{message}."


def _break_even(instance: Instance, worth: Worth, with_it: Account) -> tuple[str, ...]:
    if not worth.alike:
        message = "Up to which price it is taken is not told: an earlier tier is served otherwise"
        return (f"{message} with it, and tiers come before costs.",)
    if worth.factor is None:
        return ("At no price above 0 would it be taken, or it costs nothing.",)
    asked, most = break_even_prices(instance, worth, 1.0), break_even_prices(instance, worth)
    prices = "; ".join(f"{name} {number(most[name])}, asked {number(asked[name])}" for name in most)
    message = f"It is taken up to {number(worth.factor)} times its price"
    paid = own_cost(worth, with_it)
    after = float(with_it.committed_after.get(worth.option, 0))
    told = f"{message}{f' ({prices})' if prices else ''}."
    if not lots_ordered(worth):
        return (told,)
    due = f"At its price it costs {money(paid, instance.currency)} in present value"
    if after:
        due += f", and {money(after, instance.currency)} more is due after the horizon, not counted"
    return told, f"{due}."


def own_cost(worth: Worth, books: Account) -> float:
    """Give the net present value of what is paid for the option itself."""
    return float(sum(e.value for e in books.ledger.entries if is_price_of(worth.option, e)))


def break_even_prices(
    instance: Instance, worth: Worth, factor: float | None = None
) -> dict[str, float]:
    """Give the option's prices in the first period, times the break-even or another factor."""
    times = (worth.factor or 0.0) if factor is None else factor
    option = instance.contracts[worth.option].option
    given = {"cost_once": option.cost_once, "cost_per_period": option.cost_per_period}
    if option.usage is not None:
        given["per_block_hour"] = option.usage.per_block_hour
    first = {name: next(iter(instance.over_periods(v).values())) for name, v in given.items()}
    return {name: value * times for name, value in first.items() if value}


def lots_ordered(worth: Worth) -> int:
    """Give the lots ordered in the plan with the option."""
    decisions = worth.with_it.decisions
    ordered: Mapping[Any, int] = {} if decisions is None else decisions.ordered
    return sum(int(lots) for key, lots in ordered.items() if key.option == worth.option)


def _compared(instance: Instance, worth: Worth) -> Section:
    rows: list[Row] = []
    totals = [worth.without_it.objective or 0.0, worth.with_it.objective or 0.0]
    scale = scale_for(max(map(abs, totals)))

    def counted(*amounts: float) -> tuple[str, ...]:
        return tuple(map(scale.write, amounts))

    for category, cost in worth.with_it.costs.items():
        other = worth.without_it.costs[category]
        if cost or other:
            rows.append((category.replace("_", " "), *counted(other, cost, cost - other)))
    columns = (
        Column("category"),
        *(Column(name, right=True) for name in ("without", "with", "change")),
    )
    total = ("total", *counted(*totals, totals[1] - totals[0]))
    unit = f"present value, {scale.of(instance.currency)}"
    return Section("Costs", unit, columns, tuple(rows), (total,))


def _by_period(instance: Instance, worth: Worth, with_it: Account, without_it: Account) -> Section:
    """Say by period what stays unmet, and what it saves: on unmet work, and on all else."""
    gained = gains_by_period(instance, worth, with_it, without_it)
    scale = scale_for(max((abs(x) for of in gained.values() for x in of.values()), default=0.0))
    rows: list[Row] = []
    sums: dict[str, float] = {}
    for t, gains in gained.items():
        lots = with_it.in_effect.get((worth.option, t), 0)
        unmet = [unmet_at_its_price(instance, books, t) for books in (without_it, with_it)]
        for name, amount in gains.items():
            sums[name] = sums.get(name, 0.0) + amount
        if lots or any(gains.values()):
            cells = map(scale.write, gains.values())
            rows.append((t, f"{lots:,}", *map(percent, unmet), *cells))
    columns = (
        Column("period"),
        *(Column(name, right=True) for name in ("lots", "without", "with", *sums)),
    )
    total = ("all", "", "", "", *map(scale.write, sums.values()))
    return Section(
        "Where it matters",
        f"unmet share; saved, present value, {scale.of(instance.currency)}",
        columns if rows else (Column("period"),),
        tuple(rows),
        (total,) if rows[1:] else (),
        note="" if rows else "In no period does it make a difference.",
    )


def gains_by_period(
    instance: Instance, worth: Worth, with_it: Account, without_it: Account
) -> dict[str, dict[str, float]]:
    """Give what the option saves in each period, as a net present value.

    Returns:
        By period: on ``unmet`` work; its own ``price``, below 0; on all ``else``; ``in all``.
    """

    def kind(entry: Entry) -> tuple[str, str]:
        if is_price_of(worth.option, entry):
            return entry.period, "price"
        return entry.period, "unmet" if entry.category == "unmet" else "else"

    before, after = (books.ledger.value_by(kind) for books in (without_it, with_it))
    found: dict[str, dict[str, float]] = {}
    for t in instance.horizon.names:
        gains = {
            name: float(before.get((t, name), 0) - after.get((t, name), 0))
            for name in ("unmet", "price", "else")
        }
        found[t] = {**gains, "in all": sum(gains.values())}
    return found


def unmet_at_its_price(instance: Instance, books: Account, period: str | None = None) -> float:
    """Give the unmet share of all work in a period, or in all: units may differ, prices do not."""
    price = {d.name: instance.over_periods(d.unmet_cost) for d in instance.demands}
    hours = dict(zip(instance.horizon.names, instance.horizon.hours, strict=True))

    def value(units: Mapping[tuple[str, str, str], Fraction]) -> float:
        return sum(
            float(count) * price[demand][t] * hours[t]
            for (demand, _, t), count in units.items()
            if period in {None, t}
        )

    asked = value(books.amount)
    return value(books.unmet) / asked if asked else 0.0


def worth_json(
    instance: Instance, worth: Worth, with_it: Account | None, without_it: Account | None
) -> dict[str, Any]:
    """Give the worth of an option as plain data; None where a plan is missing."""
    both = None if with_it is None or without_it is None else (with_it, without_it)
    return {
        "format_version": 1,
        "instance": instance.name,
        "option": worth.option,
        "currency": instance.currency,
        "surplus": worth.surplus,
        "tiers_served_alike": worth.alike,
        "break_even_factor": worth.factor,
        "break_even_prices": break_even_prices(instance, worth)
        if worth.factor is not None
        else None,
        "lots_ordered": None if with_it is None else lots_ordered(worth),
        "saved_by_period": None if both is None else gains_by_period(instance, worth, *both),
        "with": _plan_json(instance, worth.with_it, with_it),
        "without": _plan_json(instance, worth.without_it, without_it),
    }


def _plan_json(instance: Instance, plan: PlanData, books: Account | None) -> dict[str, Any]:
    by_period = None
    if books is not None:
        by_period = [unmet_at_its_price(instance, books, t) for t in instance.horizon.names]
    return {
        "status": plan.status,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "costs": None if books is None else dict(plan.costs),
        "unmet_share": None if books is None else unmet_share(instance, books),
        "unmet_share_by_period": by_period,
    }
