"""What stays unmet, cell by cell: a heat map of demands and periods, with a panel for each cell."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.reports.html.panels import Explanations, Panel, Panels
from gridblock.reports.unmet import DUST, Summary, lacking, priced_unmet, unmet_summary
from gridblock.reports.words import (
    and_more,
    in_percent,
    percent,
    plural,
    scale_for,
    whole_percent,
)

MOST_ROWS: Final = 60
MOST_PANELS: Final = 600


class Cell(NamedTuple):
    """A demand in a period; ``panel`` is the id of its panel, or nothing."""

    share: float
    text: str
    panel: str
    says: str


class Line(NamedTuple):
    """A row of the heat map."""

    demand: str
    cells: tuple[Cell, ...]
    all: str
    price: str


class Heatmap(NamedTuple):
    """The heat map, its panels, what is not in it, and whether any panel says why."""

    periods: tuple[str, ...]
    lines: tuple[Line, ...]
    unit: str
    panels: tuple[Panel, ...]
    note: str
    explained: bool


def heatmap(
    instance: Instance, decisions: Decisions, account: Account, explanations: Explanations
) -> Heatmap | None:
    """Give what stays unmet of each demand and when, the dearest first; None if all is met."""
    summary, priced = unmet_summary(instance, account), priced_unmet(account)
    names = sorted(lacking(summary), key=lambda name: -priced.get(name, 0.0))
    if not names:
        return None
    shown = names[:MOST_ROWS]
    maker = Panels(instance, decisions, account, explanations)
    ids = _ids(instance, summary, shown)
    panels = tuple(maker.panel(name, i, id_, summary[name]) for (name, i), id_ in ids.items())
    met = len(instance.demands) - len(names)
    fully = f"{plural(met, 'other demand')} served in full." if met else ""
    scale = scale_for(max(priced.values(), default=0.0))
    prices = {name: scale.write(priced.get(name, 0.0)) for name in shown}
    return Heatmap(
        periods=instance.horizon.names,
        lines=tuple(_line(instance, name, summary[name], prices[name], ids) for name in shown),
        unit=scale.of(instance.currency),
        panels=panels,
        explained=any(panel.explanation for panel in panels),
        note=" ".join(filter(None, (fully, and_more(len(names) - len(shown), "unmet")))),
    )


def _ids(
    instance: Instance, summary: Mapping[str, Summary], names: Sequence[str]
) -> dict[tuple[str, int], str]:
    """Name the panels: one for each period in which a demand is unmet, the dearest ones first."""
    cells = [
        (name, i)
        for name in names
        for i in range(len(instance.horizon))
        if summary[name]["unmet"][i] > DUST * summary[name]["amount"][i]
    ]
    numbers = {name: row for row, name in enumerate(names)}
    return {(name, i): f"unmet-{numbers[name]}-{i}" for name, i in cells[:MOST_PANELS]}


def _line(
    instance: Instance, name: str, of: Summary, price: str, ids: Mapping[tuple[str, int], str]
) -> Line:
    def cell(i: int) -> Cell:
        amount, unmet = of["amount"][i], of["unmet"][i]
        if not amount:
            return Cell(0.0, "", "", "nothing is asked for")
        share = unmet / amount if unmet > DUST * amount else 0.0
        says = f"{name}, {instance.horizon.names[i]}: {percent(share)} unmet"
        return Cell(share, whole_percent(share) or "0", ids.get((name, i), ""), says)

    cells = tuple(cell(i) for i in range(len(instance.horizon)))
    return Line(name, cells, in_percent(of["share"]), price)
