"""A measured matrix of round-trip times, such as Azure's between its regions.

CSV: the first row has names after its first cell, each further row a name and the milliseconds
from it to each of them; empty cells were not measured. Each pair becomes a link of the longer of
its two times, without a limit, over which the two reach each other directly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridblock.instances.imports.rows import rows
from gridblock.instances.imports.source import Reading, based

if TYPE_CHECKING:
    from gridblock.instances.imports.source import Source


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it is not of this format.
    """
    heading, *body = rows(source)
    names = [heading.text(i, "a name") for i in range(1, len(heading.cells))]
    if not body:
        source.refuse("has no row of times", heading.line)
    longest: dict[tuple[str, str], float] = {}
    for row in body:
        start = row.text(0, "a name")
        for i, end in enumerate(names, 1):
            if row.given(i) and end != start:
                pair = (start, end) if start < end else (end, start)
                ms = row.number(i, f"the time from {start} to {end}")
                longest[pair] = max(ms, longest.get(pair, 0.0))
    if not longest:
        source.refuse("holds no time between two regions", heading.line)
    places = dict.fromkeys([*names, *(row.text(0, "a name") for row in body)])
    network = {
        "regions": {name: {} for name in places},
        "links": [{"between": list(pair), "ms": ms} for pair, ms in longest.items()],
        "tunnels": 1,
    }
    return Reading({**based(source, "measured round-trip times"), "network": network})
