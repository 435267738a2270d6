"""The charts of a report, and how they are put into a page without a network."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup
from plotly.offline import get_plotlyjs

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import Decisions, PlanData
from gridblock.reports.charts import (
    concentration,
    costs,
    flows,
    power,
    timeline,
    utilization,
    where,
)
from gridblock.reports.charts.style import Chart

ASSETS: Final = Path(__file__).parent / "assets"
CONFIG: Final[Mapping[str, Any]] = {
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "displaylogo": False,
    "displayModeBar": False,
    "responsive": True,
}
"""How Plotly behaves: without it every chart has a button that sends it to a cloud."""
MOST_DOTS: Final = 600
"""Facilities times periods up to which the map can be gone through period by period."""
KEYS: Final = (
    *("costs", "baseline", "timeline", "map", "sankey", "utilization", "power"),
    *("vendors", "sites"),
)
"""The charts that a report may have."""


def charts(
    instance: Instance, plan: PlanData, decisions: Decisions, account: Account
) -> dict[str, Chart]:
    """Draw every chart that a plan has something for."""
    drawn = (
        costs.waterfall(instance, plan, decisions, account),
        timeline.timeline(instance, decisions, account),
        where.places_map(instance, decisions, account),
        flows.sankey(instance, decisions),
        utilization.utilization(instance, decisions, account),
        power.power(instance, decisions, account),
        concentration.vendors(instance, account),
        concentration.sites(instance, account),
    )
    return {chart.key: chart for chart in drawn if chart is not None}


def maps(instance: Instance, decisions: Decisions, account: Account) -> dict[str, Chart]:
    """Draw the map of each period, where there are several, and not too many to look through."""
    names = instance.horizon.names
    if len(names) == 1 or len(names) * len(instance.facilities) > MOST_DOTS:
        return {}
    drawn = ((t, where.places_map(instance, decisions, account, t)) for t in names)
    return {t: chart for t, chart in drawn if chart is not None}


def maps_by_period(drawn: Mapping[str, Chart]) -> str:
    """Write maps as a JSON list: period, sentence and chart of each."""
    parts = (
        f'{{"period":{json.dumps(t)},"says":{json.dumps(chart.says)},'
        f'"figure":{chart.figure.to_json(engine="json")}}}'
        for t, chart in drawn.items()
    )
    return "[" + ",".join(parts) + "]"


def data_script(key: str, data: Any) -> Markup:
    """Give data as a script that is read and never run; nothing in it can end the script."""
    text = data if isinstance(data, str) else json.dumps(data, allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(f'<script type="application/json" id="{key}">{text}</script>')


def figures(drawn: Iterable[Chart]) -> str:
    """Write charts as one JSON object by key."""
    parts = (f'"{chart.key}":{chart.figure.to_json(engine="json")}' for chart in drawn)
    return "{" + ",".join(parts) + "}"


def programs() -> tuple[str, ...]:
    """Give the scripts of a page in the order of running: Plotly, then what draws the charts."""
    return get_plotlyjs().replace("</script", "<\\/script"), asset("report.js")


def policy(scripts: Iterable[str]) -> str:
    """Give a content security policy: nothing is loaded, and no script runs but these."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in scripts
    )
    return (
        "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; "
        f"script-src {hashes}; base-uri 'none'; form-action 'none'"
    )


def asset(name: str) -> str:
    """Read a file that the report is made of."""
    return (ASSETS / name).read_text(encoding="utf-8")
