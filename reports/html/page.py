"""The report: one HTML file that says what a plan does, why, and how good it is."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gridblock.instances.faults import shown
from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.findings import MOST_SHOWN
from gridblock.model.plan import PlanData
from gridblock.reports.answer import answer
from gridblock.reports.charts.style import Chart
from gridblock.reports.html import drawn as drawing
from gridblock.reports.html.compare import Comparison, Other, comparison
from gridblock.reports.html.figures import Figure, key_figures
from gridblock.reports.html.panels import Explanations
from gridblock.reports.html.provenance import checked, facts
from gridblock.reports.html.sources import sources
from gridblock.reports.html.unmet import Heatmap, heatmap
from gridblock.reports.sections import Bar, Document, Heat, Section
from gridblock.reports.understood import understood
from gridblock.reports.words import GLUE, whole_percent

TEMPLATES: Final = Path(__file__).parent / "templates"
LONGEST_TEXT: Final = 4000
PLACED: Final = {
    "Costs": "costs",
    "Unmet": "unmet",
    "Runs": "orders",
    "Orders": "orders",
    "Retire": "orders",
    "Changes to the plan in force": "orders",
    "Options": "orders",
    "Cost of options": "orders",
    "Facilities": "fleet",
    "Accelerators": "fleet",
    "Limits that are full": "use",
    "Loss of a facility": "losses",
}
"""In which part of the report a table of the answer stands; others follow under their own title."""


class Parts(NamedTuple):
    """What the report shows of a plan with decisions."""

    charts: Mapping[str, Chart]
    maps: Mapping[str, Chart]
    heatmap: Heatmap | None
    comparison: Comparison | None
    figures: tuple[Figure, ...]


def report(
    instance: Instance,
    plan: PlanData,
    account: Account | None,
    *,
    baseline: Other | None = None,
    explanations: Explanations | None = None,
) -> str:
    """Write the report of a plan.

    Args:
        instance: what is given.
        plan: what is decided.
        account: what follows from it; None without decisions.
        baseline: a plan to compare with, such as the one with the current fleet only.
        explanations: why demands are unmet, by demand and period, as far as that is known.

    Returns:
        An HTML document that loads nothing.
    """
    audited = checked(instance, plan)
    told = answer(instance, plan, account)
    if audited is not None and not audited.ok:
        # No sentence says what the plan costs, or that none costs less, where that is not so.
        told = replace(told, sentences=())
    parts = _parts(instance, plan, account, baseline, explanations or {})
    charts: dict[str, Chart | None] = dict.fromkeys(drawing.KEYS)
    charts |= parts.charts if parts else {}
    charts["baseline"] = parts.comparison.chart if parts and parts.comparison else None
    scripts = drawing.programs()
    return (
        environment()
        .get_template("report.html")
        .render(
            told=told,
            currency=instance.currency,
            parts=parts,
            waits=plan.costs.get("unmet", 0.0) > 0,
            charts=charts,
            tables=_by_part(told),
            inputs=understood(instance).sections,
            sources=sources(instance),
            broken=() if audited is None else [str(each) for each in audited.findings[:MOST_SHOWN]],
            facts=facts(instance, plan, audited),
            policy=drawing.policy(scripts),
            style=Markup(drawing.asset("report.css")),
            scripts=[Markup(text) for text in scripts],
            data=(
                drawing.data_script("figures", drawing.figures(filter(None, charts.values()))),
                drawing.data_script("maps", drawing.maps_by_period(parts.maps if parts else {})),
                drawing.data_script("land", drawing.asset("land-110m.json")),
                drawing.data_script("config", dict(drawing.CONFIG)),
            ),
            licence=drawing.asset("land-110m.LICENSE"),
        )
    )


def _parts(
    instance: Instance,
    plan: PlanData,
    account: Account | None,
    baseline: Other | None,
    explanations: Explanations,
) -> Parts | None:
    """Draw what there is to draw; nothing without decisions."""
    if account is None or plan.decisions is None:
        return None
    return Parts(
        charts=drawing.charts(instance, plan, plan.decisions, account),
        maps=drawing.maps(instance, plan.decisions, account),
        heatmap=heatmap(instance, plan.decisions, account, explanations),
        comparison=None if baseline is None else comparison(instance, plan, account, baseline),
        figures=key_figures(instance, plan, account),
    )


def _by_part(told: Document) -> dict[str, list[Section]]:
    """Sort the tables of the answer into the parts of the report."""
    parts: dict[str, list[Section]] = {part: [] for part in (*PLACED.values(), "more")}
    for section in told.sections:
        parts[PLACED.get(section.title, "more")].append(section)
    return parts


def environment() -> Environment:
    """Give what templates are filled in with; what a name holds is never taken for markup."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    made.filters["heat"] = lambda share: f"{0.03 + 0.7 * min(share, 1.0) ** 0.6:.2f}"
    made.filters["sentence"] = lambda text: f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."
    made.filters["percent_sign"] = whole_percent
    made.tests["bar"] = lambda cell: isinstance(cell, Bar)
    made.tests["heat"] = lambda cell: isinstance(cell, Heat)
    return made


def _plain(value: Any) -> Any:
    """Show what does not print, such as marks that turn text around; lines are folded."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    folded = re.sub(r"[\t\n\r ]+", " ", value)
    return GLUE.join(shown(part, LONGEST_TEXT) for part in folded.split(GLUE))
