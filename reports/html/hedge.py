"""The page of one plan for several scenarios: what to order now, and what is regretted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from markupsafe import Markup

from gridblock.reports.charts import hedge as charts
from gridblock.reports.html import drawn as drawing
from gridblock.reports.html.figures import Figure
from gridblock.reports.html.page import environment
from gridblock.reports.stochastic import document
from gridblock.reports.stochastic_words import before
from gridblock.reports.understood import understood
from gridblock.reports.words import gap_percent, money, number, percent, plural
from gridblock.solvers.stochastic.plan import StochasticPlan, resolves_in

TITLES: Final = {
    "orders": "What to order now, for all scenarios or for one",
    "costs": "What each scenario costs",
    "regret": "What is regretted, if another one comes",
}
"""The parts of the page, by the chart in it."""


def page(plan: StochasticPlan) -> str:
    """Write the page.

    Args:
        plan: one plan for several scenarios.

    Returns:
        An HTML document that loads nothing.
    """
    drawn = charts.all_of(plan)
    scripts = drawing.programs()
    return (
        environment()
        .get_template("hedge.html")
        .render(
            told=document(plan),
            figures=tuple(_figures(plan)),
            parts={TITLES[key]: chart for key, chart in drawn.items()},
            inputs=understood(plan.instance).sections,
            facts=tuple(_facts(plan)),
            policy=drawing.policy(scripts),
            style=Markup(drawing.asset("report.css")),
            scripts=[Markup(text) for text in scripts],
            data=(
                drawing.data_script("figures", drawing.figures(drawn.values())),
                drawing.data_script("maps", []),
                drawing.data_script("land", {}),
                drawing.data_script("config", dict(drawing.CONFIG)),
            ),
        )
    )


def _figures(plan: StochasticPlan) -> Iterator[Figure]:
    """Give the few figures that the page begins with."""
    hedge, currency = plan.hedge, plan.instance.currency
    if hedge.expected is None or hedge.at_risk is None:
        return
    yield Figure("Expected cost", money(hedge.expected, currency), "with unmet work at its price")
    tail = f"the worst {percent(1 - hedge.risk.level)}, on average"
    yield Figure("Worst outcomes", money(hedge.at_risk, currency), tail)
    yield Figure("Orders", f"{len(plan.orders)}", f"to place {before(plan)}, whatever comes")
    worths = (
        ("Planning for all", hedge.value_of_solution, "saved over planning for the mean"),
        ("Knowing", hedge.value_of_information, "what comes would save at most so much"),
    )
    for name, worth, note in worths:
        if worth is not None:
            yield Figure(name, money(worth.value, currency), note)


def _facts(plan: StochasticPlan) -> Iterator[tuple[str, str]]:
    hedge = plan.hedge
    yield "scenarios", plural(len(plan.futures), "scenario")
    yield "known from", resolves_in(plan.instance, plan.resolves) or "after the horizon"
    weight = f"{percent(hedge.risk.weight)} by the worst {percent(1 - hedge.risk.level)}"
    yield "minimised", f"expected cost, {weight}" if hedge.risk.weight else "expected cost"
    yield "status", hedge.status.replace("_", " ")
    if hedge.gap is not None:
        yield "gap", f"{gap_percent(hedge.gap)}, asked for {gap_percent(plan.gap_asked)}"
    yield "fields with a mean", ", ".join(plan.averaged) or "none"
    yield "fields without one", ", ".join(plan.kept) or "none"
    for note in hedge.notes:
        yield "note", note
    rate = number(100 * plan.instance.discount_rate)
    yield "money", f"{plan.instance.currency}, discounted at {rate} % a year"
    yield "instance hash", plan.instance.hash
    yield "report written", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
