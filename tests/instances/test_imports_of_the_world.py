"""Readers of WANs, regions, latencies, campuses and traces: files that were made up here."""

from pathlib import Path

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.imports.kinds import KINDS
from toys import (
    CAMPUSES,
    FILES,
    GRAPHML,
    LATENCY,
    REGIONS,
    TIMELINES,
    TOPOHUB,
    TRACE,
    imported,
)

ENDINGS = {"graphml": "toy.graphml", "topohub": "toy.json", "cloud-regions": "toy.json"}


def refused(folder: Path, kind: str, text: str, problem: str | None = None) -> str:
    """Give what is said of a file that is refused, after its name."""
    name = ENDINGS.get(kind, "toy.txt")
    with pytest.raises(InstanceError) as caught:
        imported(folder, kind, text, problem, name=name)
    (fault,) = caught.value.faults
    return str(fault).removeprefix(str(folder / name) + ":").strip()


def test_a_graph_file_becomes_regions_and_links(tmp_path: Path) -> None:
    given = imported(tmp_path, "graphml", GRAPHML, name="toy.graphml").instance
    assert given.network.regions["b"].lat == 51
    assert [(link.between, link.gbps) for link in given.network.links] == [(("a", "b"), 400)]
    assert "cannot be read as a graph" in refused(tmp_path, "graphml", GRAPHML[:-20])
    without = GRAPHML.replace('<data key="a">51</data>', "")
    assert "'b' has no coordinates" in refused(tmp_path, "graphml", without)


def test_nodes_of_topohub_have_their_names_where_no_other_has_them(tmp_path: Path) -> None:
    given = imported(tmp_path, "topohub", TOPOHUB, name="toy.json").instance
    assert list(given.network.regions) == ["Ulm", "1", "Hof 2", "Hof 3"]
    assert given.network.regions["Ulm"].lon == 10
    labels = [link.label for link in given.network.links]
    assert labels == ["Ulm-1", "Ulm-1 2", "1-Hof 2", "Hof 2-Hof 3"]


def test_regions_of_a_cloud_have_coordinates_and_say_where_they_are(tmp_path: Path) -> None:
    given = imported(tmp_path, "cloud-regions", REGIONS, name="toy.json").instance
    west = given.network.regions["west-1"]
    assert (west.lat, west.lon, west.source) == (48.39, -4.49, "Brest, France")


def test_of_two_times_of_a_pair_the_longer_counts(tmp_path: Path) -> None:
    given = imported(tmp_path, "latency", LATENCY).instance
    times = {link.between: link.ms for link in given.network.links}
    assert times == {("a", "b"): 12, ("a", "c"): 20, ("b", "c"): 7}


def test_a_campus_grows_quarter_by_quarter(tmp_path: Path) -> None:
    given = imported(tmp_path, "epoch", TIMELINES).instance
    # On 1 January 2026 there is nothing yet, on 1 October the second step, on 1 January 2027 not
    # yet the third.
    assert list(given.facilities) == ["Up"]
    assert given.horizon.names[0] == "2026Q1"
    assert given.facilities["Up"].limits["power_mw"] == (0, 100, 100, 250.5, 250.5)
    asked = imported(tmp_path, "epoch", TIMELINES, "2027Q1-2027Q2").instance
    assert asked.facilities["Up"].limits["power_mw"] == (250.5, 400)
    assert "CC BY 4.0" in (asked.source or "")


def test_a_campus_of_today_has_its_place(tmp_path: Path) -> None:
    given = imported(tmp_path, "epoch", CAMPUSES).instance
    assert list(given.facilities) == ["Up", "South"]
    up, south = (given.facilities[name].at for name in ("Up", "South"))
    assert up is not None
    assert south is not None
    assert (up.lat, up.lon) == pytest.approx((41.693333, -86.460833))
    assert (south.lat, south.lon) == (-1.5, 2)


def test_a_trace_is_a_rate_by_hour(tmp_path: Path) -> None:
    peak = imported(tmp_path, "llm-trace", TRACE).instance
    # Minute 1 has 600 tokens, minute 2 1,800, the other 58 none. Of the second hour the trace has
    # two minutes: the first is empty, the second has 60.
    assert [demand.amount for demand in peak.demands] == [(30, 1), (1, 0.1)]
    assert peak.horizon.hours == pytest.approx((1, 2 / 60))
    mean = imported(tmp_path, "llm-trace", TRACE, "mean").instance
    assert mean.demands[0].amount == pytest.approx((2400 / 3600, 0.5))
    median = imported(tmp_path, "llm-trace", TRACE, "p50").instance
    assert median.demands[0].amount == (0, 0)


@pytest.mark.parametrize(
    ("kind", "text", "problem", "said"),
    [
        (
            "topohub",
            TOPOHUB.replace("48.4]", "248.4]"),
            None,
            "nodes[0].pos: (10, 248.4) is no",
        ),
        ("topohub", TOPOHUB.replace('"target": 1', '"target": 9'), None, "names '9', which is not"),
        ("topohub", TOPOHUB.replace('"edges"', '"egdes"'), None, "edges: must be a list that is"),
        ("topohub", TOPOHUB.replace('"id": 1', '"id": "2"'), None, "names the node 2 a second"),
        ("topohub", TOPOHUB.replace("[10.0, 48.4]", "[10.0]"), None, "must be two numbers, not a"),
        ("cloud-regions", REGIONS.replace("48.4,", "98.4,"), None, "latitude: must be from -90 to"),
        (
            "cloud-regions",
            REGIONS.replace("48.4,", '"x",'),
            None,
            "latitude: must be a number",
        ),
        (
            "cloud-regions",
            REGIONS.replace("latitude", "lattitude"),
            None,
            "has no latitude; did",
        ),
        ("cloud-regions", '{"a": 3}', None, "a: must be a group of fields, not the number 3"),
        ("cloud-regions", "{}", None, "holds nothing"),
        (
            "latency",
            LATENCY.replace("12", "-1"),
            None,
            "3:2: the time from b to a must be",
        ),
        ("latency", "Source,a\n", None, "1: has no row of times"),
        ("latency", "", None, "is empty"),
        ("epoch", TIMELINES.replace("Date", "Day"), None, "1: has no column 'Date'"),
        ("epoch", TIMELINES.replace("2026-03-15", "15.3.26"), None, "2:1: the date must be like"),
        ("epoch", TIMELINES, "2026", "'2026' are no quarters such as 2026Q3-2028Q2"),
        ("epoch", TIMELINES, "2027Q2-2027Q1", "the quarters must be 1 to 200, not 0"),
        ("epoch", TIMELINES, "2020Q1-2020Q2", "has no data centre with power then"),
        ("epoch", CAMPUSES.replace("41°", "41 "), None, "2:4: must be degrees such as 41°41'36"),
        ("epoch", CAMPUSES, "2020Q1-2020Q2", "is what stands today, so --problem means nothing"),
        ("llm-trace", TRACE, "p101", "'p101' is neither mean nor a share of the minutes such as"),
        ("llm-trace", TRACE.replace("2023-11-16 19", "x"), None, "5:1: the time must be like 2023"),
        ("llm-trace", TRACE.replace("600,60", "600,"), None, "2:3: GeneratedTokens is missing"),
        ("llm-trace", TRACE.replace("2023-11-16 19", "2033-11-16 19"), None, "lasts longer than"),
    ],
)
def test_what_is_not_understood_is_refused(
    tmp_path: Path, kind: str, text: str, problem: str | None, said: str
) -> None:
    assert said in refused(tmp_path, kind, text, problem)


def test_every_kind_has_a_file_here_and_says_its_format() -> None:
    from importlib import import_module

    assert {*FILES} == {*KINDS}
    for kind in KINDS.values():
        module = import_module(f"gridblock.instances.imports.{kind.module}")
        assert len((module.__doc__ or "").splitlines()) > 3
