"""A WAN as a graph file: GraphML, GML or JSON node-link, as networkx reads them.

The file ends in .graphml, .gml or .json. Nodes become regions, by their ``lat`` and ``lon`` (or
``Latitude`` and ``Longitude``, as in the Topology Zoo); edges links, with their ``name``,
``gbps``, ``ms``, ``cost_per_gbps`` and ``capacity``. Other attributes are left out. An instance can
name such a file itself, as ``network.graph``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridblock.instances import files, graphs
from gridblock.instances.imports.source import Reading, based

if TYPE_CHECKING:
    from gridblock.instances.imports.source import Source


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it cannot be read as a graph.
    """
    files.bytes_of(source.file, max(graphs.MOST_BYTES.values()))
    path = Path(source.file)
    data: dict[str, Any] = {**based(source, "a WAN"), "network": {"graph": path.name}}
    graphs.inline(data, path.parent)
    return Reading(data)
