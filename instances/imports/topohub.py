"""A WAN of TopoHub (PyPI topohub): backbones with sea cables, Topology Zoo, CAIDA, SNDlib.

JSON as the package holds it: ``nodes`` of ``id``, ``pos`` (longitude, latitude) and perhaps
``name``, ``edges`` of ``source`` and ``target``; other fields are left out. Nodes become regions,
edges links without a limit, whose time follows from the coordinates. Nets that are drawn in a
picture, with positions that are not on Earth, are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridblock.instances.imports.fields import document, listed
from gridblock.instances.imports.source import Reading, based

if TYPE_CHECKING:
    from gridblock.instances.imports.fields import Entry
    from gridblock.instances.imports.source import Source


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it is not of this format, or its positions are not on Earth.
    """
    top = document(source)
    nodes = listed(top, "nodes")
    names = _names(nodes)
    regions = {names[node.text("id")]: _position(node) for node in nodes}
    links: list[dict[str, Any]] = []
    taken: dict[str, int] = {}
    for edge in listed(top, "edges"):
        ends = [names[edge.one_of(end, names)] for end in ("source", "target")]
        label = "-".join(ends)
        taken[label] = taken.get(label, 0) + 1
        parallel = {"name": f"{label} {taken[label]}"} if taken[label] > 1 else {}
        links.append({**parallel, "between": ends})
    network = {"regions": regions, "links": links}
    return Reading({**based(source, "a WAN of TopoHub"), "network": network})


def _names(nodes: list[Entry]) -> dict[str, str]:
    """Name each node by its id: its name where no other has it, or else its id beside it."""
    named = [node.text("name") if node.has("name") else "" for node in nodes]
    names: dict[str, str] = {}
    for node, name in zip(nodes, named, strict=True):
        key = node.text("id")
        if key in names:
            node.refuse("id", f"names the node {key} a second time")
        names[key] = (name if named.count(name) == 1 else f"{name} {key}").strip() or key
    return names


def _position(node: Entry) -> dict[str, float]:
    lon, lat = node.pair("pos")
    if abs(lon) > 180 or abs(lat) > 90:
        node.refuse("pos", f"({lon:g}, {lat:g}) is no position on Earth, but one in a picture")
    return {"lat": lat, "lon": lon}
