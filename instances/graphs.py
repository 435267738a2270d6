"""Graph files: a WAN that some other tool keeps, turned into regions and links of an instance."""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import networkx as nx

from gridblock.instances.faults import Fault, InstanceError

MOST_BYTES: Final = {".graphml": 4_000_000, ".gml": 1_000_000, ".json": 8_000_000}
"""What is read in a second or so."""
LATITUDES: Final = ("lat", "latitude", "Latitude")
LONGITUDES: Final = ("lon", "lng", "longitude", "Longitude")
LINK_FIELDS: Final = ("gbps", "ms", "cost_per_gbps", "capacity")


def _node_link(path: Path) -> nx.Graph:
    data = json.loads(path.read_text(encoding="utf-8"))
    return nx.node_link_graph(data, edges="links" if "links" in data else "edges")


READERS: Final[Mapping[str, Callable[[Path], nx.Graph]]] = {
    ".graphml": nx.read_graphml,
    ".gml": nx.read_gml,
    ".json": _node_link,
}


def inline(data: dict[str, Any], folder: Path) -> None:
    """Add the nodes and links of ``network.graph`` to the plain data of an instance, in place.

    A node that is no facility becomes a region; ``lat`` and ``lon`` of nodes, ``name``, ``gbps``,
    ``ms``, ``cost_per_gbps`` and ``capacity`` of edges are taken over.

    Raises:
        InstanceError: the file cannot be read, or lies outside the folder of the instance.
    """
    network = data.get("network")
    if not isinstance(network, dict) or not isinstance(network.get("graph"), str):
        return
    name = network.pop("graph")
    graph = _read(folder, name)
    facilities = data.get("facilities") or ()
    regions = network.setdefault("regions", {})
    for node, attributes in graph.nodes(data=True):
        if str(node) not in facilities:
            regions.setdefault(str(node), _position(attributes))
    links = network.setdefault("links", [])
    taken = {link.get("name") for link in links if isinstance(link, dict)}
    for a, b, attributes in graph.edges(data=True):
        link = _link(str(a), str(b), attributes, taken)
        taken.add(link["name"])
        links.append(link)


def _read(folder: Path, name: str) -> nx.Graph:
    """Read a graph file beside an instance; refuse what lies elsewhere or is no graph."""
    path = folder / name
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        _refuse(f"{name!r} must end in one of {', '.join(READERS)}")
    if Path(name).is_absolute() or ".." in Path(name).parts or "://" in name:
        _refuse(f"{name!r} must lie beside the instance")
    if not path.is_file():
        _refuse(f"there is no file {name!r} beside the instance")
    most = MOST_BYTES[path.suffix.lower()]
    if path.stat().st_size > most:
        _refuse(f"{name!r} is larger than {most // 1_000_000} MB")
    try:
        graph = reader(path)
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        nx.NetworkXException,
        ElementTree.ParseError,
    ) as error:
        _refuse(f"{name!r} cannot be read as a graph: {error}")
    if graph.is_directed() and graph.is_multigraph():
        _refuse(f"{name!r} has parallel directed edges; give each link once, undirected")
    return graph.to_undirected()


def _refuse(message: str) -> NoReturn:
    raise InstanceError((Fault(("network", "graph"), message),))


def _position(attributes: Mapping[str, Any]) -> dict[str, Any]:
    lat = next((attributes[key] for key in LATITUDES if key in attributes), None)
    lon = next((attributes[key] for key in LONGITUDES if key in attributes), None)
    return {} if lat is None or lon is None else {"lat": _degrees(lat), "lon": _degrees(lon)}


def _degrees(value: Any) -> Any:
    """Give a number that a file may hold as text; what is none is refused with all other faults."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def _link(a: str, b: str, attributes: Mapping[str, Any], taken: set[Any]) -> dict[str, Any]:
    base = str(attributes.get("name") or f"{a}-{b}")
    name = next(
        n for n in (base, *(f"{base} {i}" for i in range(2, len(taken) + 3))) if n not in taken
    )
    fields = {key: attributes[key] for key in LINK_FIELDS if key in attributes}
    return {"name": name, "between": [a, b], **fields}
