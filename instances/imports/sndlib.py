"""Network design in SNDlib's native format, its network file.

Sections of entries; what follows ``#`` is a remark::

    NODES ( id [( x y )] … )
    LINKS ( id ( a b ) installed its-cost routing-cost setup-cost ( {capacity cost} … ) … )
    DEMANDS ( id ( a b ) routing-unit value longest-path … )

Which problem it is say the letters of its name, in the file's name or with ``--problem``, such as
``polska--D-B-M-N-C-A-N-N``. What can be planned:

======== =====================================================================================
demands  U undirected (with links U), D directed
links    U both directions share the capacity, B each has it; D, one-way links, are refused
capacity M any number of each module on top of what is installed, S of the smallest module
         alone, E at most one module
setup    N costs nothing, Y once for each link with a module, where nothing is installed
others   C-A-N-N: flows that may be split, over any path of any length, without failures
======== =====================================================================================

A node becomes a region, and a facility where traffic ends; a module an option that adds to its
link; traffic flows with ``routing: any``. Modules that smaller ones add up to at no more cost are
left out.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.faults import quoted
from gridblock.instances.imports.modules import options_of
from gridblock.instances.imports.native import Demand, Native, parsed
from gridblock.instances.imports.source import Reading, base

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridblock.instances.imports.source import Source

LETTERS: Final = re.compile(r"(?:(.*)--)?([A-Z](?:-[A-Z]){7})")
KNOWN: Final = (
    ("demands", "UD"),
    ("links", "UB"),
    ("capacity", "MSE"),
    ("setup", "NY"),
    ("routing", "C"),
    ("paths", "A"),
    ("longest paths", "N"),
    ("failures", "N"),
)
"""What each letter says, and the letters that can be planned."""


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it is not of this format, or a problem that no plan can say.
    """
    name, letters = _problem(source)
    given = parsed(source)
    traffic = _oriented(given) if letters[0] == "U" else given.demands
    most = math.fsum(demand.unit * demand.units for demand in traffic)
    if letters[3] == "Y":
        _refuse_used_without_setup(source, given)
    data = {
        **base(name, f"{source.file_name}: network design"),
        "accelerators": {"port": {}},
        "blocks": {"port": {"accelerator": "port", "accelerators": 1}},
        **_places(given, traffic, "shared" if letters[1] == "U" else "each_way"),
        "demands": [_demand(demand) for demand in traffic if demand.units],
        "options": [
            option
            for link in given.links
            for option in options_of(link, letters[2], letters[3], most)
        ],
    }
    return Reading(data)


def _problem(source: Source) -> tuple[str, str]:
    """Give the name of the problem and its letters.

    Raises:
        InstanceError: they are not given, or say what cannot be planned.
    """
    asked = source.name if source.problem is None else source.problem
    found = LETTERS.fullmatch(asked)
    if not found and source.problem is None:
        source.refuse("does not say which problem it is; --problem U-U-M-N-C-A-N-N does")
    if not found:
        source.refuse(f"{quoted(asked)} are not eight letters such as U-U-M-N-C-A-N-N")
    letters = found[2].replace("-", "")
    for letter, (what, known) in zip(letters, KNOWN, strict=True):
        if letter not in known:
            can = " or ".join(known)
            source.refuse(f"is a problem with {what} {letter}; only {can} can be planned")
    if letters[0] == "U" and letters[1] != "U":
        source.refuse(f"has undirected demands, which go with links U, not {letters[1]}")
    network = LETTERS.fullmatch(source.name)
    return f"{(network and network[1]) or found[1] or source.name}--{found[2]}", letters


def _refuse_used_without_setup(source: Source, given: Native) -> None:
    for link in given.links:
        if link.installed:
            message = f"{link.name} has preinstalled capacity, whose setup cost is not understood"
            source.refuse(message, link.line)


def _oriented(given: Native) -> list[Demand]:
    """Let traffic without direction go from the node that is named first, so that few send any."""
    position = {node: i for i, node in enumerate(given.nodes)}
    return [
        Demand(each.name, (ends[0], ends[1]), each.unit, each.units)
        for each in given.demands
        for ends in [sorted(each.ends, key=position.__getitem__)]
    ]


def _end(node: str) -> str:
    """Name the facility where the traffic to a node ends."""
    return f"at {node}"


def _places(given: Native, traffic: Sequence[Demand], capacity: str) -> dict[str, Any]:
    """Give facilities where traffic ends, and the network."""
    into: dict[str, float] = {}
    for demand in traffic:
        into[demand.ends[1]] = into.get(demand.ends[1], 0.0) + demand.units
    points = _points(given)
    links: list[dict[str, Any]] = [
        {
            "name": link.name,
            "between": list(link.ends),
            "gbps": link.installed,
            "capacity": capacity,
            **({"cost_per_gbps": link.routing_cost} if link.routing_cost else {}),
        }
        for link in given.links
    ]
    links += [{"name": f"end of {node}", "between": [node, _end(node)]} for node in into]
    return {
        "facilities": {
            _end(node): {
                **({"at": points[node]} if points else {}),
                "installed": {"port": max(1, math.ceil(units))},
            }
            for node, units in into.items()
        },
        "network": {
            "regions": {node: points.get(node, {}) for node in given.nodes},
            "links": links,
            "routing": "any",
        },
    }


def _points(given: Native) -> dict[str, dict[str, float]]:
    """Give the positions of nodes on Earth; none where they are positions in a picture."""
    points: dict[str, dict[str, float]] = {}
    for node, at in given.nodes.items():
        if at is None or abs(at[0]) > 180 or abs(at[1]) > 90:
            return {}
        points[node] = {"lat": at[1], "lon": at[0]}
    return points


def _demand(demand: Demand) -> dict[str, Any]:
    return {
        "name": demand.name,
        "amount": demand.units,
        "yields": {"port": 1},
        "min_share": 1,
        "unmet_cost": 0,
        "where": {"facilities": [_end(demand.ends[1])]},
        "from": {demand.ends[0]: 1},
        "gbps_per_unit": demand.unit,
    }
