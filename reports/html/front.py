"""The page of a front: one HTML file that says what less unmet work costs."""

from collections.abc import Iterator

from gridblock.instances.instance import Instance
from gridblock.reports.charts import front as charts
from gridblock.reports.front import document
from gridblock.reports.html.figures import Figure
from gridblock.reports.html.many import filled
from gridblock.reports.words import gap_percent, money, percent
from gridblock.solvers.points import Front


def page(instance: Instance, front: Front) -> str:
    """Write the page.

    Args:
        instance: what is given.
        front: the plans.

    Returns:
        An HTML document that loads nothing.
    """
    parts = {}
    if front.points:
        parts["Cost against unmet work"] = [charts.front(instance, front)]
    figures = _figures(instance, front)
    return filled(document(instance, front), parts, figures, instance, _facts(front))


def _figures(instance: Instance, front: Front) -> Iterator[Figure]:
    """Give the few figures that the page begins with."""
    if not front.points:
        return
    ends = (("Fullest", front.points[0]), ("Cheapest", front.points[-1]))
    for name, point in ends:
        cost = money(point.cost, instance.currency)
        yield Figure(name, cost, f"leaves {percent(point.share)} unmet")
    given = next((point for point in front.points if point.given), None)
    if given is not None:
        cost = money(given.cost, instance.currency)
        yield Figure("At the prices given", cost, f"leaves {percent(given.share)} unmet")


def _facts(front: Front) -> Iterator[tuple[str, str]]:
    yield "kind", "front"
    yield "plans", f"{len(front.points):,}"
    yield "unmet counts", {"share": "by unit-hours", "price": "at its price"}[front.measure]
    gaps = [point.gap for point in front.points if point.gap is not None]
    if gaps:
        yield "largest gap", gap_percent(max(gaps))
    yield "ended", str(front.stop).replace("_", " ")
