"""One plan for several scenarios as tables for people: what each costs, what is regretted."""

from collections.abc import Iterator
from typing import Final

from gridblock.instances.outlook import AS_IT_STANDS
from gridblock.model.account import account
from gridblock.reports.sections import Column, Row, Section
from gridblock.reports.stochastic_words import in_time, listed, more, what
from gridblock.reports.unmet import unmet_share
from gridblock.reports.words import Scale, number, percent, scale_for
from gridblock.solvers.stochastic.found import Hedge, Strategy
from gridblock.solvers.stochastic.measures import expected
from gridblock.solvers.stochastic.plan import StochasticPlan, ordered

MOST_ROWS: Final = 12
MOST_COLUMNS: Final = 5
"""So many scenarios have a column each in the table of regrets."""
LONGEST: Final = 12
NEAR: Final = 1e-6
"""A difference below this share of the cost is the solver's rounding."""
NO_PLAN: Final = "none"
LESS_FOR_TIERS: Final = "Below 0: what is ordered gives earlier tiers less."


def sections(plan: StochasticPlan) -> Iterator[Section]:
    """Give every table that there is something for."""
    if plan.hedge.plan is not None:
        yield scenarios(plan)
    if plan.hedge.own:
        yield regrets(plan)
        yield without_regret(plan)
    if plan.kept and plan.hedge.mean is not None:
        text = ", ".join(plan.kept[:MOST_ROWS])
        note = f"As they stand, since they have no mean: {text}."
        yield Section("Fields without a mean", "", (), (), note=note)


def scenarios(plan: StochasticPlan) -> Section:
    """Give what the plan costs in each scenario, beside knowing beforehand that it comes."""
    hedge, scale = plan.hedge, scale_for(max(map(abs, plan.hedge.costs.values()), default=0.0))
    compared = hedge.future is not None

    def row(name: str, instance_cost: float) -> Row:
        known = None if hedge.future is None else hedge.future.costs.get(name)
        regret = None if hedge.plan is None else hedge.regret(hedge.plan, name)
        data = plan.plans.get(name)
        unmet = ""
        if data is not None and data.decisions is not None:
            books = account(plan.given[name], data.decisions)
            unmet = percent(unmet_share(plan.given[name], books))
        amounts = ("" if each is None else scale.write(each) for each in (known, regret))
        cells = (name, _chance(hedge.probability[name]), scale.write(instance_cost))
        return (*cells, *(amounts if compared else ()), unmet)

    rows = [row(name, cost) for name, cost in hedge.costs.items()]
    extra = (Column("if known", right=True), Column("regret", right=True)) if compared else ()
    return Section(
        title="Scenarios",
        unit=f"cost with unmet work at its price, {scale.of(plan.instance.currency)}",
        columns=(
            Column("scenario"),
            Column("probability", right=True, brief="prob-\nability"),
            Column("cost", right=True),
            *extra,
            Column("unmet", right=True),
        ),
        rows=tuple(rows[:MOST_ROWS]),
        totals=(_expected(hedge, scale),),
        note=more(len(rows) - MOST_ROWS, "scenarios"),
    )


def _expected(hedge: Hedge, scale: Scale) -> Row:
    """Give the expected cost, that of knowing what comes, and what is lost by not knowing it."""
    amounts = [hedge.expected]
    if hedge.future is not None:
        known = hedge.future.known
        mean = None if known is None else expected(known, hedge.probability)
        amounts += [mean, None if mean is None else (hedge.expected or 0.0) - mean]
    cells = ("" if amount is None else scale.write(amount) for amount in amounts)
    return ("expected", "", *cells, "")


def _chance(share: float) -> str:
    return f"{number(100 * share)} %"


def strategies(plan: StochasticPlan) -> list[tuple[str, Strategy]]:
    """Give what was carried through in every scenario, in words; the same orders once."""
    hedge = plan.hedge
    named = [] if hedge.plan is None else [("this plan", hedge.plan)]
    named += [] if hedge.mean is None or not hedge.mean.costs else [("for the mean", hedge.mean)]
    named += [(_called(strategy.name), strategy) for strategy in hedge.own]
    return named


def _called(name: str) -> str:
    return name if name == AS_IT_STANDS else f"for {name}"


def regrets(plan: StochasticPlan) -> Section:
    """Give what the orders for one scenario cost more in each, beyond its own best plan."""
    hedge = plan.hedge
    names = list(hedge.probability)
    found = [
        (called, [hedge.regret(strategy, name) for name in names], strategy)
        for called, strategy in strategies(plan)
    ]
    largest = max((abs(r) for _, row, _ in found for r in row if r is not None), default=0.0)
    scale = scale_for(largest)
    wide = len(names) <= MOST_COLUMNS

    def cell(regret: float | None) -> str:
        if regret is None:
            return NO_PLAN
        near = abs(regret) <= NEAR * max(1.0, abs(hedge.objective or 0.0))
        return "0" if near else scale.write(regret)

    def row(called: str, of: list[float | None]) -> Row:
        known = [regret for regret in of if regret is not None]
        whole = len(known) == len(of)
        mean = sum(hedge.probability[n] * r for n, r in zip(names, known, strict=False))
        ends = (cell(mean), cell(max(known))) if whole else (NO_PLAN, NO_PLAN)
        return (called, *(map(cell, of) if wide else ()), *ends)

    shown = [name if len(name) <= LONGEST else f"{i}" for i, name in enumerate(names, 1)]
    numbered = [f"{i} is {n}" for i, n in enumerate(names, 1) if len(n) > LONGEST]
    note = "None: what is ordered for one cannot be carried out in the other. "
    if not any(NO_PLAN in row(called, of) for called, of, _ in found):
        note = ""
    note += f"Column {listed(numbered)}. " if wide and numbered else ""
    note += LESS_FOR_TIERS if hedge.stages else ""
    return Section(
        title="Regret",
        unit=f"cost beyond the best plan of what comes, {scale.of(plan.instance.currency)}",
        columns=(
            Column("ordered"),
            *(Column(name, right=True) for name in (shown if wide else ())),
            Column("expected", right=True),
            Column("most", right=True),
        ),
        rows=tuple(row(called, of) for called, of, _ in found[:MOST_ROWS]),
        note=note.strip() or more(len(found) - MOST_ROWS, "regret"),
    )


def without_regret(plan: StochasticPlan) -> Section:
    """Give what is ordered in the best plan of every scenario alone."""
    common = ordered(plan.hedge.without_regret)
    shown = sorted(common, key=lambda key: in_time(plan.instance, key))
    rows = [
        (key.period, what(key, common[key]), f"{plan.orders.get(key, 0):,}")
        for key in shown[:MOST_ROWS]
    ]
    if not rows:
        note = "Nothing is ordered in the best plan of every scenario."
        return Section("No regret", "", (), (), note=note)
    return Section(
        title="No regret",
        unit="in the best plan of every scenario, known alone",
        columns=(
            Column("order by", brief="order\nby"),
            Column("at least"),
            Column("in this plan", right=True),
        ),
        rows=tuple(rows),
        note=more(len(shown) - MOST_ROWS, "orders"),
    )
