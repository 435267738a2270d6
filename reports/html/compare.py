"""The plan beside another one of the same demands: what doing nothing would cost."""

from typing import Final, NamedTuple

import plotly.graph_objects as go

from gridblock.instances.instance import Instance
from gridblock.model.account import CATEGORIES, Account
from gridblock.model.plan import PlanData, spending
from gridblock.reports.answer import PRICED
from gridblock.reports.charts.style import (
    HOT,
    MUTED,
    Chart,
    figure,
    hover,
    label,
    periods_axis,
)
from gridblock.reports.sections import Column, Row, Section
from gridblock.reports.unmet import NONE, share, unmet_share
from gridblock.reports.words import gap_percent, money, percent, scale_for, told_apart

HEIGHT: Final = 280


class Other(NamedTuple):
    """A plan to compare with.

    Attributes:
        name: what it is called in the report: ``current fleet only``.
        title: of the part of the report that compares: ``Against doing nothing``.
        instance: what it plans.
        data: the plan, which may have no decisions.
        account: what follows from it; None without decisions.
    """

    name: str
    title: str
    instance: Instance
    data: PlanData
    account: Account | None


class Comparison(NamedTuple):
    """Title, sentences, costs side by side, and the chart of a comparison."""

    title: str
    sentences: tuple[str, ...]
    table: Section | None
    chart: Chart | None


def comparison(instance: Instance, plan: PlanData, account: Account, other: Other) -> Comparison:
    """Compare a plan with another one."""
    if other.account is None or other.data.objective is None or plan.objective is None:
        why = "; ".join(other.data.conflict) or other.data.stop.replace("_", " ")
        text = "no plan can exist" if other.data.status == "infeasible" else "no plan was found"
        return Comparison(other.title, (f"With the {other.name} {text}: {why}.",), None, None)
    ours, theirs = unmet_share(instance, account), unmet_share(other.instance, other.account)
    costs = plan.objective, other.data.objective
    sentences = (
        f"With the {other.name}, {percent(1 - theirs)} of the work would be served; the plan "
        f"serves {percent(1 - ours)}.",
        f"With unmet work at its price, the plan costs {_difference(*costs, instance.currency)}.",
        *_caveat(other),
    )
    table = _table(instance, plan, account, other)
    chart = _chart(instance, account, other) if len(instance.horizon) > 1 else None
    return Comparison(other.title, sentences, table, chart)


def _difference(ours: float, theirs: float, currency: str) -> str:
    """Say by how much one amount is below or above another."""
    if ours == theirs:
        return f"as much: {money(ours, currency, 4)}"
    a, b = told_apart(ours, theirs, currency)
    less = "less" if ours < theirs else "more"
    return f"{money(abs(theirs - ours), currency)} {less}: {a} against {b}"


def _caveat(other: Other) -> tuple[str, ...]:
    gap = other.data.gap
    if gap is None or gap <= 1e-9:
        return ()
    return (f"That plan is proven within {gap_percent(gap)} of the best of its kind.",)


def _chart(instance: Instance, account: Account, other: Other) -> Chart:
    names = instance.horizon.names
    lines = [
        _line(other.name, names, _shares(other.instance, other.account), MUTED, "dot"),
        _line("this plan", names, _shares(instance, account), HOT, "solid"),
    ]
    most = max(0.05, *(n / 100 for line in lines for n in line.y))
    drawn = figure(
        lines,
        HEIGHT,
        showlegend=True,
        xaxis=periods_axis(instance.horizon),
        yaxis={"range": [0, 105 * most], "ticksuffix": " %", "nticks": 6, "automargin": True},
    )
    says = f"Unmet share of all work by period: this plan, and the {other.name}."
    return Chart("baseline", says, drawn, None)


def _line(
    name: str, names: tuple[str, ...], shares: list[float], colour: str, dash: str
) -> go.Scatter:
    return go.Scatter(
        name=label(name),
        mode="lines+markers",
        x=list(range(len(shares))),
        y=[100 * share for share in shares],
        line={"color": colour, "width": 2.5, "dash": dash},
        marker={"size": 7},
        hoverinfo="text",
        hovertext=[
            hover(f"{label(name)}, {label(t)}", f"{percent(share)} unmet")
            for t, share in zip(names, shares, strict=False)
        ],
    )


def _shares(instance: Instance, account: Account | None) -> list[float]:
    """Give the unmet share of all units asked for in each period."""
    if account is None:
        return []
    shares = []
    for t in instance.horizon.names:
        asked = sum((n for (_, _, p), n in account.amount.items() if p == t), NONE)
        lack = sum((n for (_, _, p), n in account.unmet.items() if p == t), NONE)
        shares.append(share(lack, asked))
    return shares


def _table(instance: Instance, plan: PlanData, account: Account, other: Other) -> Section:
    """Put costs by category of both plans side by side, what is only priced apart."""
    ours, theirs = plan.costs, other.data.costs
    known = [name for name in dict.fromkeys((*CATEGORIES, *ours, *theirs)) if name not in PRICED]
    largest = max(abs(value) for value in (plan.objective, other.data.objective, 1.0) if value)
    scale = scale_for(largest)

    def row(name: str, a: float, b: float) -> Row:
        return name, scale.write(b), scale.write(a), scale.write(a - b)

    rows = [
        row(name.replace("_", " "), ours.get(name, 0.0), theirs.get(name, 0.0))
        for name in known
        if ours.get(name) or theirs.get(name)
    ]
    totals = [row("spending", spending(ours), spending(theirs))]
    totals += [
        row(words, ours.get(name, 0.0), theirs.get(name, 0.0))
        for name, words in PRICED.items()
        if ours.get(name) or theirs.get(name)
    ]
    totals.append(row("total", plan.objective or 0.0, other.data.objective or 0.0))
    unmet = [unmet_share(instance, account)]
    if other.account is not None:
        unmet.append(unmet_share(other.instance, other.account))
    totals.append(("unmet share", *(percent(one) for one in reversed(unmet)), ""))
    return Section(
        title="Costs of both",
        unit=f"present value, {scale.of(instance.currency)}",
        columns=(
            Column("category"),
            Column(other.name, right=True),
            Column("this plan", right=True),
            Column("difference", right=True),
        ),
        rows=tuple(rows),
        totals=tuple(totals),
    )
