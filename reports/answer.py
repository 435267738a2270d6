"""What a planner sees of a plan: the cost, what stays unmet, what to order, and the fleet."""

from typing import Final

from gridblock.instances.instance import Instance
from gridblock.model.account import CATEGORIES, Account
from gridblock.model.plan import Decisions, PlanData, spending
from gridblock.reports import (
    capacity,
    changes,
    gangs,
    link_losses,
    lots,
    purchases,
    surviving,
    tight,
)
from gridblock.reports.headline import headline, verdict
from gridblock.reports.sections import (
    Bar,
    Cell,
    Column,
    Document,
    Heat,
    Section,
    first_to_last,
    spells,
    spells_note,
)
from gridblock.reports.stages import stages
from gridblock.reports.unmet import lacking, priced_unmet, share_over, unmet_summary
from gridblock.reports.words import and_more, number, plural, scale_for

MOST_ROWS: Final = 12
PRICED: Final = {"unmet": "unmet, at its price", "penalty": "limits exceeded"}
"""The categories that are not money spent, in words."""


def answer(instance: Instance, plan: PlanData, account: Account | None) -> Document:
    """Tell a plan: sentences first, then the tables that matter."""
    horizon = instance.horizon
    counts = plural(len(instance.facilities), "facility"), plural(len(instance.demands), "demand")
    sentences = [
        headline(instance, plan, account),
        verdict(plan, instance.currency),
        changes.sentence(instance, plan),
    ]
    sections: tuple[Section | None, ...] = ()
    if account is not None and plan.decisions is not None:
        sentences.append(link_losses.sentence(instance, plan.decisions, account))
        sections = (
            costs(instance, plan, plan.decisions, account),
            unmet(instance, account),
            stages(instance, plan, account),
            changes.section(instance, plan.decisions),
            gangs.runs(instance, plan.decisions),
            surviving.section(instance, plan.decisions, account),
            purchases.orders(instance, plan.decisions),
            purchases.retirements(instance, plan.decisions),
            lots.orders(instance, account),
            lots.costs(instance, account),
            capacity.facilities(instance, account),
            capacity.accelerators(instance, account),
            tight.limits(instance, plan.decisions, account),
        )
    return Document(
        title=instance.name,
        subtitle=", ".join((first_to_last(horizon), *counts)),
        sentences=tuple(filter(None, sentences)),
        points=plan.conflict,
        sections=tuple(section for section in sections if section is not None),
    )


def costs(instance: Instance, plan: PlanData, decisions: Decisions, account: Account) -> Section:
    """Give the costs by category, what is spent in all, and unmet work at its price."""
    largest = max([abs(value) for value in plan.costs.values()], default=0.0)
    spent = spending(plan.costs)
    priced = {name: plan.costs[name] for name in PRICED if plan.costs.get(name)}
    scale = scale_for(max(largest, abs(plan.objective or 0.0)))
    waiting = gangs.waiting(instance, decisions, account)

    def row(label: str, value: float) -> tuple[Cell, ...]:
        length = Bar(abs(value) / largest if largest else 0.0, credit=value < 0)
        return label, scale.write(value), length

    known = [name for name in (*CATEGORIES, *plan.costs) if name not in PRICED]
    rows = [
        row(name.replace("_", " "), plan.costs[name])
        for name in dict.fromkeys(known)
        if plan.costs.get(name)
    ]
    totals: list[tuple[Cell, ...]] = [("spending", scale.write(spent), "")]
    if priced:
        totals += [row(PRICED[name], value) for name, value in priced.items()]
        totals.append(("total", scale.write(spent + sum(priced.values())), ""))
    rate = number(100 * instance.discount_rate)
    value = f"present value at {rate} % a year" if instance.discount_rate else "over the horizon"
    return Section(
        title="Costs",
        unit=f"{value}, {scale.of(instance.currency)}",
        columns=(Column("category"), Column("cost", right=True), Column("", width=36)),
        rows=tuple(rows),
        totals=tuple(totals),
        note=f"Of {PRICED['unmet']}, {scale.write(waiting)} is for runs that wait." * bool(waiting),
    )


def unmet(instance: Instance, account: Account) -> Section | None:
    """Give the unmet share of each demand in each period, the dearest first; None if all is met."""
    summary, priced = unmet_summary(instance, account), priced_unmet(account)
    names = sorted(lacking(summary), key=lambda name: -priced.get(name, 0.0))
    if not names:
        return None
    groups = spells(instance.horizon) if len(instance.horizon) > 1 else ()
    scale = scale_for(max(priced.values(), default=0.0))

    def row(name: str) -> tuple[Cell, ...]:
        of, price = summary[name], scale.write(priced.get(name, 0.0))
        heats = (Heat(share_over(instance, of, group.periods)) for group in groups)
        return name, *heats, Heat(of["share"]), price

    notes = (spells_note(instance.horizon), and_more(len(names) - MOST_ROWS, "unmet"))
    return Section(
        title="Unmet",
        unit=f"% of the amount; price in {scale.of(instance.currency)}",
        columns=(
            Column("demand"),
            *(group.column for group in groups),
            Column("all", right=True),
            Column("priced at", right=True),
        ),
        rows=tuple(map(row, names[:MOST_ROWS])),
        note=" ".join(filter(None, notes)),
    )
