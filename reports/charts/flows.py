"""Which demand runs at which facility on which accelerator."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

import plotly.graph_objects as go

from gridblock.instances.instance import Instance
from gridblock.model.plan import Decisions
from gridblock.reports.charts.style import (
    ACCENT,
    INK,
    MUTED,
    Chart,
    figure,
    hover,
    label,
    rows_height,
)
from gridblock.reports.sections import Column, Section
from gridblock.reports.words import number

MOST_NODES: Final = 18
"""Names of one column that have a node of their own; the rest share one."""
PALE: Final = "rgba(23,127,147,0.22)"
DUST: Final = 1e-6

Flow = tuple[str, str, str]


def sankey(instance: Instance, decisions: Decisions) -> Chart | None:
    """Draw accelerators at work, demand -> facility -> accelerator; None where none works."""
    flows = _grouped(accelerators_at_work(instance, decisions))
    if not flows:
        return None
    nodes: dict[tuple[int, str], int] = {}
    links: dict[tuple[int, int], float] = defaultdict(float)
    through: dict[int, float] = defaultdict(float)
    for flow, count in flows.items():
        at = [nodes.setdefault((column, name), len(nodes)) for column, name in enumerate(flow)]
        for start, end in pairwise(at):
            links[start, end] += count
        for node in at:
            through[node] += count
    names = {node: name for (_, name), node in nodes.items()}
    drawn = go.Sankey(
        arrangement="snap",
        node={
            "label": [label(names[i]) for i in range(len(nodes))],
            "color": [(MUTED, INK, ACCENT)[column] for column, _ in nodes],
            "pad": 14,
            "thickness": 12,
            "line": {"width": 0},
            "customdata": [_count(through[i]) for i in range(len(nodes))],
            "hovertemplate": "%{label}<br>%{customdata}<extra></extra>",
        },
        link={
            "source": [start for start, _ in links],
            "target": [end for _, end in links],
            "value": list(links.values()),
            "color": PALE,
            "customdata": [
                hover(f"{label(names[a])} to {label(names[b])}", _count(count))
                for (a, b), count in links.items()
            ],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    )
    tallest = max(sum(1 for column, _ in nodes if column == i) for i in range(3))
    return Chart(
        "sankey",
        "Accelerators at work, on average over the horizon: from demands over facilities to kinds.",
        figure((drawn,), max(300, rows_height(tallest, 90)), font={"size": 12, "color": INK}),
        _table(flows),
    )


def accelerators_at_work(instance: Instance, decisions: Decisions) -> dict[Flow, float]:
    """Count accelerators assigned, averaged over the hours of the horizon."""
    hours = dict(zip(instance.horizon.names, instance.horizon.hours, strict=True))
    total = sum(hours.values())
    sums: dict[Flow, float] = defaultdict(float)
    for (demand, kind, path, t), count in decisions.assigned.items():
        block = instance.blocks[kind]
        key = demand, instance.leaves[path].facility, block.accelerator
        sums[key] += float(count) * block.accelerators * hours[t] / total
    return {key: count for key, count in sums.items() if count > DUST}


def _grouped(flows: Mapping[Flow, float]) -> dict[Flow, float]:
    """Let the smallest names of each column share a node, where there are many."""
    columns = [_kept(flows, column) for column in range(3)]
    sums: dict[Flow, float] = defaultdict(float)
    for flow, count in flows.items():
        a, b, c = (kept[name] for name, kept in zip(flow, columns, strict=True))
        sums[a, b, c] += count
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def _kept(flows: Mapping[Flow, float], column: int) -> dict[str, str]:
    sizes: dict[str, float] = defaultdict(float)
    for flow, count in flows.items():
        sizes[flow[column]] += count
    largest = sorted(sizes, key=lambda name: -sizes[name])
    left = largest[MOST_NODES:] if len(largest) > MOST_NODES + 1 else []
    return {name: f"{len(left)} others" if name in left else name for name in largest}


def _count(count: float) -> str:
    return f"{number(count)} accelerators"


def _table(flows: Mapping[Flow, float]) -> Section:
    rows: Iterable[tuple[str, ...]] = ((*flow, number(count)) for flow, count in flows.items())
    return Section(
        title="Accelerators at work",
        unit="average over the horizon",
        columns=(
            Column("demand"),
            Column("facility"),
            Column("accelerator"),
            Column("accelerators", right=True),
        ),
        rows=tuple(rows),
    )
