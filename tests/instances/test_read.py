"""Reading: from a file to a checked value, with every fault, its file, line and field at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.instances.shipped import GALLERY
from gridblock.instances.write import to_json, to_yaml

TEN_LINES = """\
gridblock: 1
blocks:
  h100-pod: {accelerator: h100, accelerators: 256, uses: {power_kw: 350}, cost_once: 9.0e6}
accelerators: {h100: {vendor: nvidia}}
facilities:
  memphis: {limits: {power_mw: 10}, pue: 1.2}
demands:
  - {name: chat, amount: 6000, yields: {h100: 1}, unmet_cost: 3}
  - name: research
    amount: 3000
    yields: {h100: 1}
    unmet_cost: 2
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of ten lines or so."""
    path = tmp_path / "deal.yaml"
    path.write_text(TEN_LINES, encoding="utf-8")
    return path


def told(path: Path, text: str) -> list[str]:
    """Give the faults of a file with some text, without its folder."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InstanceError) as caught:
        read(path)
    return [line.removeprefix(f"{path.parent}/") for line in str(caught.value).splitlines()]


def test_ten_lines_are_an_instance(file: Path) -> None:
    instance = read(file)
    assert instance.name == "deal"
    assert instance.horizon.hours == (8760.0,)
    assert instance.blocks["h100-pod"].cost_once == 9_000_000
    assert [demand.name for demand in instance.demands] == ["chat", "research"]


def test_a_path_may_be_text(file: Path) -> None:
    assert read(str(file)) == read(file)


def test_yaml_json_and_plain_data_are_one_instance(file: Path, tmp_path: Path) -> None:
    instance = read(file)
    (tmp_path / "other.json").write_text(to_json(instance.plain()), encoding="utf-8")
    (tmp_path / "other.yaml").write_text(to_yaml(instance.plain()), encoding="utf-8")
    for other in (tmp_path / "other.json", tmp_path / "other.yaml", instance.plain()):
        assert read(other) == instance
        assert read(other).hash == instance.hash


def test_the_name_in_the_file_goes_before_that_of_the_file(file: Path) -> None:
    file.write_text(TEN_LINES + "name: own\n", encoding="utf-8")
    assert read(file).name == "own"


def test_plain_data_stays_as_it_was() -> None:
    data: dict[str, Any] = {"gridblock": 1, "demands": [{"name": "chat", "amount": -1}]}
    before = json.dumps(data)
    with pytest.raises(InstanceError):
        read(data)
    assert json.dumps(data) == before


def test_every_fault_is_told_in_the_order_of_the_file(file: Path) -> None:
    text = (
        TEN_LINES.replace("256", "0")
        .replace("pue: 1.2", "pu: 1.2")
        .replace("6000", "-5")
        .replace("h100: 1}\n", "h10: 1}\n")
    )
    assert told(file, text) == [
        "deal.yaml:3:47: blocks.h100-pod.accelerators: must be at least 1, not 0",
        "deal.yaml:6:37: facilities.memphis.pu: is not a field of a facility; did you mean 'pue'?",
        "deal.yaml:8:26: demands[0].amount: must be at least 0, not -5",
        "deal.yaml:11:19: demands[1].yields.h10: names the accelerator 'h10', which is not defined;"
        " did you mean 'h100'?",
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("gridblock: 1", "gridblock: 2", "deal.yaml:1:12: gridblock: must be 1"),
        ("gridblock: 1", "gridblock: true", "deal.yaml:1:12: gridblock: must be a number"),
        ("gridblock: 1\n", "", "gridblock: is required"),
        ("    amount: 3000\n", "", "deal.yaml:9:5: demands[1].amount: is required"),
        ("256", "2.5", "blocks.h100-pod.accelerators: must be a whole number, not 2.5"),
        ("256", "true", "blocks.h100-pod.accelerators: must be a whole number"),
        ("350", '"350"', "uses.power_kw: must be a number"),
        ("350", "yes", "uses.power_kw: must be a number"),
        ("350", "-1", "uses.power_kw: must be at least 0"),
        ("350", ".nan", "finite"),
        ("350", "1e-300", "too small"),
        ("350", "1e16", "too large"),
        ("10}", "[]}", "limits.power_mw: must have one value for each of the 1 periods, not 0"),
        ("name: research", "name: chat", "deal.yaml:9:11: demands[1].name: names the demand"),
        ("name: research", "name: ' x'", "demands[1].name: must be a name without blanks"),
        ("name: research", 'name: "\\u202e"', "must not hold the invisible character U+202E"),
        ("name: research", f"name: {'x' * 201}", "must have at most 200 characters"),
        ("unmet_cost: 2", "unmet_cost: {}", "demands[1].unmet_cost: has no value for the first"),
        ("unmet_cost: 2", "survive: 1", "demands[1].survive: must be a group of fields"),
        ("  unmet_cost: 2", "  survive: {facility: 0}", "survive.facility: must be above 0"),
        ("  unmet_cost: 2", "  survive: {facility: 1.1}", "survive.facility: must be at most 1"),
        ("  unmet_cost: 2", "  survive: {site: 1}", "demands[1].survive.site: is not a field"),
        ("unmet_cost: 2", "reserved: 1", "demands[1].reserved: is not a field of a demand"),
        ("unmet_cost: 2", "tier: 0", "demands[1].tier: must be at least 1"),
        ("demands:", "stress: []\ndemands:", "stress: is not a"),
        ("demands:", "limits: {}\ndemands:", "limits: must be a list"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(file: Path, old: str, new: str, fault: str) -> None:
    assert old in TEN_LINES
    lines = told(file, TEN_LINES.replace(old, new, 1))
    assert any(fault in line for line in lines), lines
    assert all(line.startswith("deal.yaml:") for line in lines)


@pytest.mark.parametrize(
    "name",
    [
        "reserved",
    ],
)  # fmt: skip
def test_what_is_not_obeyed_yet_is_refused(file: Path, name: str) -> None:
    lines = told(file, TEN_LINES + f"    {name}: 1\n")
    assert any(f"demands[1].{name}: is not a field of a demand" in line for line in lines)


def test_faults_of_references_come_with_those_of_fields(file: Path) -> None:
    # The amount is mended while the accelerator is looked up.
    text = TEN_LINES.replace("3000", "soon").replace("accelerator: h100", "accelerator: h1000")
    lines = told(file, text)
    assert len(lines) == 2
    assert "blocks.h100-pod.accelerator: names the accelerator 'h1000'" in lines[0]
    assert "demands[1].amount" in lines[1]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match=r"none\.yaml"):
        read(tmp_path / "none.yaml")


@pytest.mark.parametrize("data", [{}, {"gridblock": 1, "demands": 3}, {"gridblock": None}])
def test_bad_plain_data_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(InstanceError):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        {"gridblock": 1, "periods": value, "facilities": {"a": {"pue": -1}}}
        for value in (3, "x", None, [3], [None], {"first": []}, {"count": 3}, [{}], {"first": 1.5})
    ],
    ids=lambda data: str(data["periods"]),
)
def test_bad_periods_make_no_traceback(data: dict[str, Any]) -> None:
    with pytest.raises(InstanceError) as caught:
        read(data)
    text = str(caught.value)
    assert "periods" in text
    assert "facilities.a.pue" in text


@pytest.mark.parametrize(
    "field",
    [
        {"source": "a\ud800b"},
        {"accelerators": {"h100": {"source": "a\udfff"}}},
        {"scenarios": [{"name": "s", "set": {"accelerators": {"h100": {"source": "\ud800"}}}}]},
        {"scenarios": [{"name": "s", "set": {"accelerators": {"\ud800": {}}}}]},
        {"scenarios": [{"name": "s", "set": {"\ud800": 1}}]},
    ],
)
def test_half_a_letter_is_refused_in_plain_data_as_in_files(field: dict[str, Any]) -> None:
    # No file can hold it, so a saved run could never be read again.
    with pytest.raises(InstanceError, match="holds half of a surrogate pair") as caught:
        read({"gridblock": 1, "name": "halved", **field})
    assert len(caught.value.faults) == 1


def test_an_instance_never_changes(file: Path) -> None:
    instance = read(file)
    with pytest.raises(Exception, match="frozen"):
        instance.name = "other"  # type: ignore[misc]
    assert instance == Instance.parse(instance.plain())


def test_a_shipped_example_is_read_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read("power-binds") == read(GALLERY / "power-binds.yaml")
    # A file of that name goes first.
    (tmp_path / "power-binds").mkdir()
    with pytest.raises(InstanceError, match="power-binds"):
        read("power-binds")
