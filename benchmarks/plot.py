"""The proven gap over time, method by method, as one picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.methods import METHODS
from benchmarks.tables import RUNGS, best_bounds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.measured import Measured

LEAST_GAP = 1e-4


def draw(all_: Sequence[Measured], path: Path) -> None:
    """Draw a panel for each rung: time across, proven gap upwards, a line for each seed.

    A method that proves nothing is a dot, where its plan lies above the best bound of any.

    Args:
        all_: the measurements.
        path: an SVG or PNG file.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "gridblock"
    from matplotlib import pyplot as plt
    from matplotlib.ticker import NullFormatter

    rungs = [rung for rung in RUNGS if any(each.key[0] == rung for each in all_)]
    names = [name for name in METHODS if any(each.job["method"] == name for each in all_)]
    colours = {name: f"C{at % 10}" for at, name in enumerate(names)}
    figure, panels = plt.subplots(
        1, len(rungs), figsize=(6.5 * len(rungs), 4.6), sharey=True, squeeze=False
    )
    bounds = best_bounds(all_)
    for rung, panel in zip(rungs, panels[0], strict=True):
        for each in (each for each in all_ if each.key[0] == rung):
            name = each.job["method"]
            curve = _curve(each)
            label = METHODS[name].label if each.key[1] == _first_seed(all_, rung, name) else None
            off = each.off(bounds.get(each.key[:2]))
            if curve:
                across, upwards = zip(*curve, strict=True)
                panel.step(across, upwards, where="post", color=colours[name], label=label, lw=1.4)
            elif off is not None:
                panel.plot(each.first, max(off, LEAST_GAP), "o", color=colours[name], label=label)
        panel.set(
            xscale="log", yscale="log", title=f"Rung {rung}", xlabel="seconds from reading on"
        )
        panel.grid(alpha=0.3, which="both")
        panel.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
        panel.xaxis.set_major_formatter(lambda seconds, _: f"{seconds:g}")
        panel.xaxis.set_minor_formatter(NullFormatter())
        panel.yaxis.set_minor_formatter(NullFormatter())
        panel.set_ylim(LEAST_GAP * 0.8, 2.0)
        if panel.get_legend_handles_labels()[1]:
            panel.legend(fontsize="x-small")
    panels[0][0].set_ylabel("proven gap; dots: off the best bound of any")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)


def _first_seed(all_: Sequence[Measured], rung: str, method: str) -> int:
    return min(e.key[1] for e in all_ if e.key[0] == rung and e.job["method"] == method)


def _curve(each: Measured) -> list[tuple[float, float]]:
    """Give time and proven gap, from the moment on when there are a plan and a bound."""
    points = [
        (at, max((best - bound) / max(1e-9, abs(best)), LEAST_GAP))
        for at, best, bound in each.course
        if best is not None and bound is not None
    ]
    return [*points, (max(each.wall, points[-1][0]), points[-1][1])] if points else []
