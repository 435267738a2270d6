"""Draw what ``gridblock solve`` prints: ``python docs/picture.py RUN docs/solve.svg``."""

import sys
from pathlib import Path

from rich.console import Console

import gridblock as gb
from gridblock.reports.terminal import answer


def main(run: str, picture: str) -> None:
    """Write the answer of a saved run as SVG."""
    plan = gb.read_plan(run)
    with Path(picture).with_suffix(".txt").open("w", encoding="utf-8") as text:
        console = Console(record=True, width=80, file=text, force_terminal=True)
        answer(plan.instance, plan.data, plan.account, console)
    Path(picture).with_suffix(".txt").unlink()
    console.save_svg(picture, title="gridblock solve instances/gallery/colossus.yaml")


if __name__ == "__main__":
    main(*sys.argv[1:])
