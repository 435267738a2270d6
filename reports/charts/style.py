"""What all charts share: colours, letters, room, and names that are never taken for markup."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import plotly.graph_objects as go

from gridblock.instances.calendar import Horizon
from gridblock.reports.sections import Section
from gridblock.reports.words import printable

INK: Final = "#1b2329"
MUTED: Final = "#5f6b73"
LINE: Final = "#d9dee2"
FAINT: Final = "#eef1f3"
ACCENT: Final = "#177f93"
LIGHT: Final = "#9ccbd3"
DEEP: Final = "#0c4652"
"""What is full."""
HOT: Final = "#c2413d"
"""What stays unmet."""
TINTS: Final = (ACCENT, "#5fa9b7", "#b5d6dc", "#3d4a52", "#7d8a92", "#c3cbd0")
"""Colours of parts of a whole, the largest first."""
LETTERS: Final = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
LONGEST_LABEL: Final = 34
ROW: Final = 26
"""Height of a row of a chart with rows, in pixels."""
WIDE, HALF = 660, 330
"""Room for the names of periods, in pixels: of a chart with rows, and of one beside another."""
LETTER, GAP = 7, 10
"""Width of a letter of a name, and room between two names, in pixels."""
LONGEST_PERIOD: Final = 14


class Chart(NamedTuple):
    """A chart with what a reader needs who does not see it.

    Attributes:
        key: its name in the report: ``costs``, ``map``.
        says: what it shows, in a sentence.
        figure: the chart.
        table: the figures that it draws.
    """

    key: str
    says: str
    figure: go.Figure
    table: Section | None


def label(text: str, longest: int = LONGEST_LABEL) -> str:
    """Give a name as text of a chart, which Plotly would otherwise read as markup."""
    shown = printable(text)
    if len(shown) > longest:
        shown = f"{shown[: longest - 1]}…"
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def hover(*lines: str) -> str:
    """Give lines, made of labels, as what is shown at the pointer."""
    return "<br>".join(line for line in lines if line)


def figure(traces: Sequence[Any], height: int, **layout: Any) -> go.Figure:
    """Give a chart in the style of all charts."""
    axis = {
        "automargin": True,
        "gridcolor": FAINT,
        "linecolor": LINE,
        "ticks": "",
        "zerolinecolor": LINE,
        "fixedrange": True,
    }
    drawn = go.Figure(data=list(traces))
    drawn.update_layout(
        template="none",
        height=height,
        autosize=True,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        font={"family": LETTERS, "size": 13, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        hoverlabel={"bgcolor": "white", "bordercolor": LINE, "font": {"color": INK, "size": 13}},
        legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "itemclick": False},
        dragmode=False,
        xaxis=axis,
        yaxis=axis,
    )
    drawn.update_layout(**layout)
    return drawn


def rows_axis(names: Sequence[str], longest: int = LONGEST_LABEL) -> dict[str, Any]:
    """Give an axis of rows from the top down; two rows may have the same name."""
    return {
        "tickvals": list(range(len(names))),
        "ticktext": [label(name, longest) for name in names],
        "range": [len(names) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
    }


def periods_axis(horizon: Horizon, room: int = WIDE) -> dict[str, Any]:
    """Give an axis of periods: period i lies between i - 0.5 and i + 0.5.

    Args:
        horizon: the periods.
        room: what their names have, in pixels; only so many are named as fit.
    """
    longest = max(min(len(name), LONGEST_PERIOD) for name in horizon.names)
    step = -(-len(horizon) * (LETTER * longest + GAP) // room)
    at = list(range(0, len(horizon), step))
    return {
        "tickvals": at,
        "ticktext": [label(horizon.names[i], LONGEST_PERIOD) for i in at],
        "tickangle": 0,
        "range": [-0.5, len(horizon) - 0.5],
        "showgrid": False,
        "zeroline": False,
    }


def rows_height(rows: int, around: int = 60) -> int:
    """Give the height of a chart with so many rows."""
    return rows * ROW + around
