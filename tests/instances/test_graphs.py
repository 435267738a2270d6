"""Graph files: regions and links from GraphML, GML and JSON node-link, and bad ones refused."""

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.read import read

MEMPHIS, DALLAS, LONDON = "memphis", "dallas", "london"


@pytest.fixture
def wan() -> nx.Graph:
    """Memphis and two regions, two links."""
    graph = nx.Graph()
    graph.add_node(MEMPHIS, lat=35.1, lon=-90.0)
    graph.add_node(DALLAS, Latitude=32.8, Longitude=-96.8)
    graph.add_node(LONDON, latitude=51.5, longitude=-0.1)
    graph.add_edge(MEMPHIS, DALLAS, name="west", gbps=400, ms=10.5, capacity="shared")
    graph.add_edge(MEMPHIS, LONDON, cost_per_gbps=3)
    return graph


def write(graph: nx.Graph, path: Path) -> None:
    """Write a graph in the format that the name of the file says."""
    if path.suffix == ".graphml":
        nx.write_graphml(graph, path)
    elif path.suffix == ".gml":
        nx.write_gml(graph, path)
    else:
        path.write_text(json.dumps(nx.node_link_data(graph, edges="edges")), encoding="utf-8")


def planned(folder: Path, graph: object, **network: Any) -> Instance:
    """Read an instance in a folder whose network has a graph."""
    data = {
        "gridblock": 1,
        "facilities": {MEMPHIS: {"at": {"lat": 35.1, "lon": -90.0}}},
        "network": {"graph": graph, **network},
    }
    path = folder / "deal.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return read(path)


@pytest.mark.parametrize("suffix", [".graphml", ".gml", ".json"])
def test_nodes_become_regions_and_edges_links(wan: nx.Graph, tmp_path: Path, suffix: str) -> None:
    write(wan, tmp_path / f"wan{suffix}")
    network = planned(tmp_path, f"wan{suffix}").network
    assert set(network.regions) == {DALLAS, LONDON}
    assert (network.regions[DALLAS].lat, network.regions[LONDON].lon) == (32.8, -0.1)
    west, east = network.links
    assert (west.label, set(west.between)) == ("west", {MEMPHIS, DALLAS})
    assert (west.gbps, west.ms, west.capacity) == (400, 10.5, "shared")
    assert (east.cost_per_gbps, east.ms, east.gbps) == (3, None, None)


def test_the_instance_is_whole_without_the_file(wan: nx.Graph, tmp_path: Path) -> None:
    write(wan, tmp_path / "wan.gml")
    instance = planned(tmp_path, "wan.gml")
    assert instance.network.graph is None
    assert Instance.parse(instance.plain()) == instance


def test_what_the_instance_says_of_a_region_goes_first(wan: nx.Graph, tmp_path: Path) -> None:
    write(wan, tmp_path / "wan.gml")
    own = {DALLAS: {"lat": 1, "lon": 2}, "austin": {}}
    link = {"name": "own", "between": [DALLAS, "austin"], "ms": 1}
    network = planned(tmp_path, "wan.gml", regions=own, links=[link]).network
    assert network.regions[DALLAS].lat == 1
    assert network.links[0].label == "own"
    assert len(network.links) == 3


def test_parallel_edges_get_names_of_their_own(tmp_path: Path) -> None:
    graph = nx.MultiGraph()
    graph.add_edge(MEMPHIS, DALLAS, ms=5)
    graph.add_edge(MEMPHIS, DALLAS, ms=7)
    graph.add_edge(MEMPHIS, DALLAS, ms=9)
    write(graph, tmp_path / "wan.graphml")
    labels = [k.label for k in planned(tmp_path, "wan.graphml").network.links]
    assert labels == ["memphis-dallas", "memphis-dallas 2", "memphis-dallas 3"]


def test_directed_edges_become_links_both_ways(tmp_path: Path) -> None:
    graph = nx.DiGraph()
    graph.add_edge(MEMPHIS, DALLAS, ms=5)
    graph.add_edge(DALLAS, MEMPHIS, ms=5)
    write(graph, tmp_path / "wan.gml")
    assert len(planned(tmp_path, "wan.gml").network.links) == 1


def test_numbers_as_names_become_text(tmp_path: Path) -> None:
    graph = nx.Graph()
    graph.add_edge(MEMPHIS, 7, ms=5)
    write(graph, tmp_path / "wan.json")
    assert list(planned(tmp_path, "wan.json").network.regions) == ["7"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("wan.csv", "a,b", "must end in one of .graphml, .gml, .json"),
        ("missing.gml", None, "there is no file 'missing.gml'"),
        ("../wan.gml", None, "must lie beside the instance"),
        ("sub/../../wan.gml", None, "must lie beside the instance"),
        ("/etc/wan.gml", None, "must lie beside the instance"),
        ("http://example.com/wan.gml", None, "must lie beside the instance"),
        ("wan.graphml", "<graphml", "cannot be read as a graph"),
        ("wan.graphml", "", "cannot be read as a graph"),
        ("wan.graphml", "<html/>", "cannot be read as a graph"),
        ("wan.gml", "graph [ node [", "cannot be read as a graph"),
        ("wan.gml", "caf\u00e9", "cannot be read as a graph"),
        ("wan.json", "{", "cannot be read as a graph"),
        ("wan.json", "[]", "cannot be read as a graph"),
        ("wan.json", "3", "cannot be read as a graph"),
        ("wan.json", "{}", "cannot be read as a graph"),
        ("wan.json", '{"nodes": 3, "edges": []}', "cannot be read as a graph"),
        ("wan.json", '{"nodes": [3], "edges": []}', "cannot be read as a graph"),
        ("wan.json", '{"nodes": [], "edges": [{"source": 1}]}', "cannot be read as a graph"),
        ("wan.json", "[" * 100_000, "cannot be read as a graph"),
    ],
)
def test_a_bad_graph_is_refused(tmp_path: Path, name: str, content: str | None, told: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InstanceError, match=r"network\.graph: ") as caught:
        planned(tmp_path, name)
    assert told in str(caught.value)
    assert caught.value.faults[0].line is not None


@pytest.mark.parametrize(
    "node",
    [
        {"lat": "north", "lon": 1},
        {"lat": [1], "lon": 1},
        {"lat": 100, "lon": 1},
        {"lat": float("nan"), "lon": 1},
    ],
    ids=str,
)
def test_a_position_that_is_none_is_refused(tmp_path: Path, node: dict[str, Any]) -> None:
    data = {"nodes": [{"id": DALLAS, **node}], "edges": [], "links": []}
    (tmp_path / "wan.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InstanceError):
        planned(tmp_path, "wan.json")


@pytest.mark.parametrize(
    "edge", [{"gbps": "fast"}, {"ms": -1}, {"capacity": "huge"}, {"name": 3.5, "ms": []}], ids=str
)
def test_a_link_that_is_none_is_refused(tmp_path: Path, edge: dict[str, Any]) -> None:
    nodes = [{"id": DALLAS}, {"id": MEMPHIS}]
    data = {"nodes": nodes, "edges": [{"source": DALLAS, "target": MEMPHIS, **edge}]}
    (tmp_path / "wan.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InstanceError, match=r"network\.links\[0\]"):
        planned(tmp_path, "wan.json")


def test_a_link_of_a_graph_reads_like_one_that_is_written(wan: nx.Graph, tmp_path: Path) -> None:
    write(wan, tmp_path / "wan.gml")
    drawn = planned(tmp_path, "wan.gml")
    plain = drawn.plain()
    assert [link["name"] for link in plain["network"]["links"]] == ["west", "memphis-london"]


def test_plain_data_finds_its_graph_in_the_working_folder(
    wan: nx.Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(wan, tmp_path / "wan.gml")
    monkeypatch.chdir(tmp_path)
    site = {"at": {"lat": 35.1, "lon": -90.0}}
    data = {"gridblock": 1, "facilities": {MEMPHIS: site}, "network": {"graph": "wan.gml"}}
    assert len(read(data).network.links) == 2
    # The data itself stays as it was.
    assert data["network"] == {"graph": "wan.gml"}


def test_a_graph_is_followed_only_on_reading() -> None:
    with pytest.raises(InstanceError, match=r"network\.graph: is only followed in a file"):
        Instance.parse({"gridblock": 1, "network": {"graph": "wan.gml"}})
