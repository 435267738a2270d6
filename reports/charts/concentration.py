"""How much rests on one vendor and on one site."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import plotly.graph_objects as go

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.reports.charts.style import (
    HALF,
    TINTS,
    Chart,
    figure,
    hover,
    label,
    periods_axis,
)
from gridblock.reports.sections import Column, Section, spells
from gridblock.reports.words import in_percent, whole_percent

MOST_PARTS: Final = len(TINTS) - 1
HEIGHT: Final = 300
Shares = dict[str, list[float]]


def vendors(instance: Instance, account: Account) -> Chart | None:
    """Draw each vendor's share of the accelerators in service; None where none is."""
    counts: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(instance.horizon))
    for (kind, _, t), count in account.installed.items():
        block = instance.blocks[kind]
        vendor = instance.accelerators[block.accelerator].vendor or "vendor not named"
        counts[vendor][instance.horizon.index[t]] += count * block.accelerators
    return _chart(instance, counts, "vendors", "of the accelerators in service", "vendor")


def sites(instance: Instance, account: Account) -> Chart | None:
    """Draw each facility's share of what is in service, by rated power where blocks have any."""
    uses = {name: block.uses.get("power_kw", 0.0) for name, block in instance.blocks.items()}
    by_power = all(uses.values())
    counts: dict[str, list[float]] = defaultdict(lambda: [0.0] * len(instance.horizon))
    for (kind, path, t), count in account.installed.items():
        each = uses[kind] if by_power else instance.blocks[kind].accelerators
        facility = instance.leaves[path].facility
        counts[facility][instance.horizon.index[t]] += count * each
    of = "of the rated power in service" if by_power else "of the accelerators in service"
    return _chart(instance, counts, "sites", of, "facility")


def _chart(
    instance: Instance, counts: Mapping[str, list[float]], key: str, of: str, noun: str
) -> Chart | None:
    """Draw what share of the accelerators each vendor or site has, period by period."""
    totals = [sum(column) for column in zip(*counts.values(), strict=True)]
    if not any(totals):
        return None
    shares = {
        name: [n / total if total else 0.0 for n, total in zip(values, totals, strict=True)]
        for name, values in sorted(counts.items(), key=lambda item: -sum(item[1]))
        if any(values)
    }
    parts = _largest(shares)
    names = instance.horizon.names
    bars = [
        go.Bar(
            name=label(name, 22),
            x=list(range(len(names))),
            y=[100 * share for share in values],
            marker={"color": colour},
            width=0.72,
            hoverinfo="text",
            hovertext=[
                hover(f"{label(name)}, {label(t)}", in_percent(share))
                for t, share in zip(names, values, strict=True)
            ],
        )
        for (name, values), colour in zip(parts.items(), TINTS, strict=False)
    ]
    drawn = figure(
        bars,
        HEIGHT,
        barmode="stack",
        showlegend=True,
        xaxis=periods_axis(instance.horizon, HALF),
        yaxis={"range": [0, 100], "ticksuffix": " %", "nticks": 6, "automargin": True},
        legend={"traceorder": "normal", "font": {"size": 12}},
    )
    return Chart(key, _says(shares, of, names), drawn, _table(instance, shares, of, noun))


def _largest(shares: Shares) -> Shares:
    """Let the smallest share one part, where there are many."""
    if len(shares) <= len(TINTS):
        return shares
    names = list(shares)
    rest = [shares[name] for name in names[MOST_PARTS:]]
    parts = {name: shares[name] for name in names[:MOST_PARTS]}
    parts[f"{len(rest)} others"] = [sum(column) for column in zip(*rest, strict=True)]
    return parts


def _says(shares: Shares, of: str, names: tuple[str, ...]) -> str:
    """Name the largest in the first and the last period."""
    first, last = (max(shares, key=lambda name: shares[name][i]) for i in (0, -1))
    a, b = in_percent(shares[first][0]), in_percent(shares[last][-1])
    if len(names) == 1:
        return f"The largest, {first}, has {a} {of}."
    if first == last and a == b:
        return f"The largest, {first}, has {a} {of}, first and last."
    if first == last:
        return f"The largest, {first}, has {a} {of} in {names[0]} and {b} in {names[-1]}."
    return f"The largest has {a} {of} in {names[0]} ({first}) and {b} in {names[-1]} ({last})."


def _table(instance: Instance, shares: Shares, of: str, noun: str) -> Section:
    groups = spells(instance.horizon)
    return Section(
        title="Concentration",
        unit=f"% {of}",
        columns=(Column(noun), *(group.column for group in groups)),
        rows=tuple(
            (name, *(whole_percent(values[group.periods[-1]]) for group in groups))
            for name, values in shares.items()
        ),
    )
