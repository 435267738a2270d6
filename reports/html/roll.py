"""The page of a rolling horizon: one HTML file that says what it cost, against foresight."""

from collections.abc import Iterator

from gridblock.reports.charts import roll as charts
from gridblock.reports.html.figures import Figure
from gridblock.reports.html.many import filled
from gridblock.reports.roll import Rolled
from gridblock.reports.roll_document import document
from gridblock.reports.words import money, percent, plural


def page(data: Rolled) -> str:
    """Write the page.

    Args:
        data: what a rolling horizon came to.

    Returns:
        An HTML document that loads nothing.
    """
    parts = {
        "What each period cost": list(filter(None, [charts.by_period(data)])),
        "What was regretted when": list(filter(None, [charts.regret(data)])),
    }
    return filled(document(data), parts, _figures(data), data.forecast, _facts(data))


def _figures(data: Rolled) -> Iterator[Figure]:
    """Give the few figures that the page begins with."""
    currency = data.truth.currency
    plans = (("Came to", data.realised, "with unmet work at its price"),
             ("Foresight", data.foresight, "knowing the truth from the start"))  # fmt: skip
    for name, plan, note in plans:
        if plan.objective is not None:
            yield Figure(name, money(plan.objective, currency, 4), note)
    if data.regret is not None:
        yield Figure("Regret", money(data.regret, currency), "more than with foresight")
    if data.once is not None and data.once.objective is not None:
        cost = money(data.once.objective, currency, 4)
        yield Figure("Planned once", cost, "with all orders of the first plan")
    yield Figure("Unmet", percent(data.unmet("realised")), "of unit-hours")


def _facts(data: Rolled) -> Iterator[tuple[str, str]]:
    yield "kind", "roll"
    yield "truth", data.called
    yield "stages", plural(len(data.stages), "stage")
    yield "periods that each fixes", str(data.every)
    yield "truth hash", data.truth.hash
