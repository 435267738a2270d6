"""The page of what may happen to a plan: one HTML file that says which shock hurts most."""

import math
from collections.abc import Iterator

from gridblock.reports.charts import stress as charts
from gridblock.reports.html.figures import Figure
from gridblock.reports.html.many import filled
from gridblock.reports.stress import Stressed, comes_in
from gridblock.reports.stress_document import document
from gridblock.reports.words import gap_percent, money, number, plural


def page(data: Stressed) -> str:
    """Write the page.

    Args:
        data: what may happen to a plan.

    Returns:
        An HTML document that loads nothing.
    """
    parts = {}
    for size in range(len(data.rounds), 0, -1):
        found = data.damages[size - 1]
        drawn = list(filter(None, (charts.tornado(data, found), charts.unmet(found))))
        title = "What each shock costs" if size == 1 else f"What {size} shocks cost together"
        parts[title] = [
            chart._replace(key=f"{chart.key}-{size}" if size > 1 else chart.key) for chart in drawn
        ]
    return filled(document(data), parts, _figures(data), data.instance, _facts(data))


def _figures(data: Stressed) -> Iterator[Figure]:
    """Give the few figures that the page begins with."""
    currency = data.instance.currency
    solved = sum(each.row is not None for each in data.struck)
    tried = sum(map(len, data.rounds))
    yield Figure("Shocks", f"{tried:,}", f"{solved:,} solved again, the rest bounded")
    yield Figure("Plan", money(data.cost, currency), "what it costs without a shock")
    worst = data.damages[-1][0]
    if worst.extra is not None:
        yield Figure("Worst", money(worst.extra, currency), f"more: {worst.name}")
    elif worst.least == math.inf:
        yield Figure("Worst", "no plan", f"keeps the hard rules: {worst.name}")
    if worst.unmet is not None:
        yield Figure("Unmet", number(worst.unmet), "GPU-quarters more under it")


def _facts(data: Stressed) -> Iterator[tuple[str, str]]:
    yield "kind", "stress"
    yield "shock comes in", comes_in(data) or "after all orders"
    yield "shocks at a time", str(data.budget.shocks)
    exact = data.budget.exact or data.budget.shocks == 1
    yield "search", "every one" if exact else "the worst joined one by one"
    yield "worst told apart", str(data.budget.top)
    statuses = (f"{plural(n, 'shock')} {name}" for name, n in data.statuses.items())
    yield "how they ended", ", ".join(statuses).replace("_", " ") or "none had to be solved"
    yield "gap of each recourse", gap_percent(data.gap)
    if data.bound is not None:
        yield "gap of the plan", money(data.cost - data.bound, data.instance.currency)
