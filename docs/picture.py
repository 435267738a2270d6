"""Draw what ``gridblock solve`` prints: ``python docs/picture.py RUN docs/solve.svg``."""

import re
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
    svg = console.export_svg(title="gridblock solve instances/gallery/colossus.yaml")
    # Fonts of the reader's machine only: the picture asks no server for any.
    local = re.sub(r',\s*url\("https?://[^)]*\) format\("[^"]*"\)', "", svg)
    Path(picture).write_text(local, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
