"""A sweep: cost and unmet work along an axis, or over two of them."""

from typing import Any, Final

import plotly.graph_objects as go

from gridblock.instances.faults import shown
from gridblock.reports.charts.style import (
    ACCENT,
    HOT,
    Chart,
    figure,
    hover,
    label,
    rows_axis,
    rows_height,
)
from gridblock.reports.study import Entry, Study, number_of
from gridblock.reports.words import Scale, in_percent, percent, scale_for

HEIGHT: Final = 320
MOST_CELLS: Final = 400
"""Cells of a heat map in which the figure is written."""
LONGEST_VALUE: Final = 18
COOL: Final = ((0.0, "#f6f8f9"), (0.5, "#9ccbd3"), (1.0, "#177f93"))
WARM: Final = ((0.0, "#f6f8f9"), (0.5, "#e9b5b3"), (1.0, HOT))


def charts(study: Study) -> list[Chart]:
    """Draw a sweep of one axis as lines, of two as heat maps; nothing for more.

    Of axes that change together the first one is drawn.
    """
    if not study.planned:
        return []
    counts = [len(_places(study, axis)) for axis in study.axes]
    if len(counts) == 1 or set(counts) == {len(study.entries)}:
        return [_line(study, "objective"), _line(study, "unmet_share")]
    if len(counts) == 2:
        return [_heat(study, "objective"), _heat(study, "unmet_share")]
    return []


def _writing(study: Study, measure: str) -> tuple[Scale, str, str]:
    """Give the scale of a measure, its unit and what it is called."""
    if measure == "unmet_share":
        return Scale("", 0.01, 1), "% of unit-hours", "unmet"
    scale = scale_for(float(abs(study.measured(measure)).max()))
    return scale, scale.of(study.instance.currency), "cost"


def _line(study: Study, measure: str) -> Chart:
    """Draw a measure along the only axis, by size where it has numbers."""
    scale, unit, what = _writing(study, measure)
    axis = study.axes[0]
    numbers = [number_of(each.values[axis]) for each in study.planned]
    by_number = all(number is not None for number in numbers)
    pairs = list(zip(numbers if by_number else range(len(numbers)), study.planned, strict=True))
    pairs = sorted(pairs, key=lambda pair: pair[0]) if by_number else pairs  # type: ignore[arg-type, return-value]
    x = [at for at, _ in pairs]
    y = [_figure(each, measure) for _, each in pairs]
    drawn_as = {"mode": "lines+markers"} if by_number else {"mode": "markers"}
    colour = HOT if measure == "unmet_share" else ACCENT
    trace = go.Scatter(
        x=x,
        y=[value / scale.size for value in y],
        line={"color": colour, "width": 2},
        marker={"size": 7, "color": colour},
        hoverinfo="text",
        hovertext=[
            hover(label(f"{axis} {_value(each.values[axis])}", 60), _written(value, measure, scale))
            for (_, each), value in zip(pairs, y, strict=True)
        ],
        **drawn_as,
    )
    named = {
        "tickvals": x,
        "ticktext": [label(_value(each.values[axis]), LONGEST_VALUE) for _, each in pairs],
    }
    drawn = figure(
        (trace,),
        HEIGHT,
        showlegend=False,
        xaxis={"title": {"text": label(axis, 60)}, "automargin": True}
        | ({} if by_number else named),
        yaxis={"title": {"text": label(f"{what}, {unit}", 60)}, "automargin": True}
        | ({"rangemode": "tozero"} if measure == "unmet_share" else {"tickformat": ","}),
    )
    return Chart(f"line-{what}", f"{_says(what)} along {axis}.", drawn, None)


def _heat(study: Study, measure: str) -> Chart:
    """Draw a measure over two axes; a combination without a plan is left blank."""
    scale, unit, what = _writing(study, measure)
    across, up = study.axes
    columns, rows = (_places(study, axis) for axis in (across, up))
    at = {(_value(e.values[across]), _value(e.values[up])): e for e in study.entries}
    cells = [[at.get((column, row)) for column in columns] for row in rows]
    few = len(columns) * len(rows) <= MOST_CELLS
    heat = go.Heatmap(
        x=list(range(len(columns))),
        y=list(range(len(rows))),
        z=[[_cell(each, measure, scale) for each in row] for row in cells],
        colorscale=[list(stop) for stop in (WARM if measure == "unmet_share" else COOL)],
        xgap=2,
        ygap=2,
        showscale=not few,
        text=[[_text(each, measure, scale) for each in row] for row in cells],
        texttemplate="%{text}" if few else "",
        textfont={"size": 12},
        hoverinfo="text",
        hovertext=[[_hover(study, each, measure, scale) for each in row] for row in cells],
    )
    drawn = figure(
        (heat,),
        rows_height(len(rows), 110),
        yaxis=rows_axis(rows, LONGEST_VALUE) | {"automargin": True},
        xaxis={
            "title": {"text": label(across, 60)},
            "tickvals": list(range(len(columns))),
            "ticktext": [label(column, LONGEST_VALUE) for column in columns],
            "automargin": True,
            "showgrid": False,
            "zeroline": False,
            "side": "bottom",
        },
    )
    says = f"{_says(what)}, {unit}: {across} to the right, {up} downwards."
    return Chart(f"heat-{what}", says, drawn, None)


def _says(what: str) -> str:
    return "Cost with unmet work at its price" if what == "cost" else "What stays unmet"


def _places(study: Study, axis: str) -> list[str]:
    """Give the values of an axis as text, by size where they are numbers."""
    values = list({_value(each.values[axis]): each.values[axis] for each in study.entries}.items())
    numbers = [number_of(value) for _, value in values]
    if all(number is not None for number in numbers):
        values.sort(key=lambda pair: number_of(pair[1]) or 0.0)
    return [text for text, _ in values]


def _value(value: Any) -> str:
    return shown(str(value), 40)


def _figure(each: Entry, measure: str) -> float:
    return float(each.row[measure]) if each.row else 0.0


def _cell(each: Entry | None, measure: str, scale: Scale) -> float | None:
    if each is None or not each.has_plan:
        return None
    return _figure(each, measure) / scale.size


def _text(each: Entry | None, measure: str, scale: Scale) -> str:
    if each is None:
        return ""
    if not each.has_plan:
        return each.status.replace("_", " ")
    value = _figure(each, measure)
    return in_percent(value) if measure == "unmet_share" else scale.write(value)


def _written(value: float, measure: str, scale: Scale) -> str:
    return percent(value) if measure == "unmet_share" else scale.write(value)


def _hover(study: Study, each: Entry | None, measure: str, scale: Scale) -> str:
    if each is None:
        return ""
    what = _written(_figure(each, measure), measure, scale) if each.has_plan else each.status
    values = [label(f"{axis} {_value(each.values[axis])}", 60) for axis in study.axes]
    return hover(*values, label(what))
