"""The page of a study: one HTML file that says what many cases say together."""

from collections.abc import Iterator

from gridblock.reports import study_figures as numbers
from gridblock.reports.charts import grid, many
from gridblock.reports.charts.style import Chart
from gridblock.reports.html.figures import Figure
from gridblock.reports.html.many import filled
from gridblock.reports.study import MONTE_CARLO, Study
from gridblock.reports.study_document import document
from gridblock.reports.words import money, percent, plural


def page(study: Study, facts: tuple[tuple[str, str], ...] = ()) -> str:
    """Write the page of a study.

    Args:
        study: the cases.
        facts: what else is known of its making, a name and a value each.

    Returns:
        An HTML document that loads nothing.
    """
    parts = _parts(study) if study.planned else {}
    figures = _figures(study) if study.planned else ()
    return filled(document(study), parts, figures, study.instance, (*_facts(study), *facts))


def _parts(study: Study) -> dict[str, list[Chart]]:
    """Draw what there is to draw, by the title of its part."""
    swings = list(filter(None, [many.swings(study)]))
    if study.kind != MONTE_CARLO:
        parts = {"What it costs, and what stays unmet": grid.charts(study)}
        parts["What moves the cost"] = swings if len(study.axes) > 1 else []
    else:
        parts = {
            "What it may cost": [many.histogram(study)],
            "How it unfolds": many.fans(study),
            "What explains the cost": swings,
            "Whether more draws would change it": list(filter(None, [many.convergence(study)])),
        }
    return {title: drawn for title, drawn in parts.items() if drawn}


def _figures(study: Study) -> Iterator[Figure]:
    """Give the few figures that the page begins with."""
    currency = study.instance.currency
    planned, count = len(study.planned), len(study.entries)
    rest = f"{planned:,} of them with a plan" if planned < count else "each with its best plan"
    yield Figure("Cases", f"{count:,}", rest)
    cost = numbers.quantiles(study)[0]
    if study.kind == MONTE_CARLO:
        course = numbers.running(study.measured("objective"))
        half = "one case"
        if course:
            wide = money(float(f"{course[-1].half:.2g}"), currency)
            half = f"± {wide}, 95 % confidence"
        yield Figure("Mean cost", money(cost.mean, currency, 4), half)
        dear = cost.at[numbers.SHARES.index(0.95)]
        yield Figure("Cost, 95 %", money(dear, currency), "or less in 19 of 20 cases")
        short = numbers.shortfalls(study)
        if short:
            worst = max(short, key=lambda each: (each.share, each.mean))
            more = f"more than {percent(study.above)}" if study.above else "some"
            note = f"that {more} of {worst.demand} stays unmet"
            yield Figure("Probability", percent(worst.share), note)
        return
    values, unmet = study.measured("objective"), study.measured("unmet_share")
    yield Figure("Cheapest", money(float(values.min()), currency), "with unmet work at its price")
    yield Figure("Dearest", money(float(values.max()), currency), "with unmet work at its price")
    low, high = percent(float(unmet.min())), percent(float(unmet.max()))
    yield Figure("Unmet", f"{low} to {high}" if low != high else low, "of unit-hours")


def _facts(study: Study) -> Iterator[tuple[str, str]]:
    yield "kind", study.kind
    yield "cases", f"{len(study.entries):,}"
    statuses = (
        f"{plural(n, 'case')} {name}".replace("_", " ") for name, n in study.statuses.items()
    )
    yield "how they ended", ", ".join(statuses)
    if study.kind == MONTE_CARLO:
        yield "seed", str(study.seed)
    yield "fields", ", ".join(study.axes)
