"""What the pages of many plans share: how their parts are put together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from markupsafe import Markup

from gridblock.instances.instance import Instance
from gridblock.reports.charts.style import Chart
from gridblock.reports.html import drawn as drawing
from gridblock.reports.html.figures import Figure
from gridblock.reports.html.page import environment
from gridblock.reports.sections import Document
from gridblock.reports.understood import understood
from gridblock.reports.words import number


def filled(
    told: Document,
    parts: Mapping[str, Sequence[Chart]],
    figures: Iterable[Figure],
    instance: Instance,
    facts: Iterable[tuple[str, str]],
) -> str:
    """Write a page: sentences and figures, charts by the title of their part, tables, inputs.

    Returns:
        An HTML document that loads nothing.
    """
    charts = [chart for drawn in parts.values() for chart in drawn]
    scripts = drawing.programs()
    return (
        environment()
        .get_template("study.html")
        .render(
            told=told,
            parts={title: drawn for title, drawn in parts.items() if drawn},
            figures=tuple(figures),
            inputs=understood(instance).sections,
            facts=(*facts, *_made(instance)),
            policy=drawing.policy(scripts),
            style=Markup(drawing.asset("report.css")),
            scripts=[Markup(text) for text in scripts],
            data=(
                drawing.data_script("figures", drawing.figures(charts)),
                drawing.data_script("maps", []),
                drawing.data_script("land", {}),
                drawing.data_script("config", dict(drawing.CONFIG)),
            ),
        )
    )


def _made(instance: Instance) -> Iterable[tuple[str, str]]:
    rate = number(100 * instance.discount_rate)
    yield "money", f"{instance.currency}, discounted at {rate} % a year"
    yield "instance", instance.name
    yield "instance hash", instance.hash
    yield "report written", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
