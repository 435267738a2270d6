"""Grids: every combination, together, as a list; what leads nowhere is told with its place."""

from pathlib import Path
from typing import Any

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.grids import Range, variants_of
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.instances.variants import opened

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
MW = "facilities.abilene.grid_mw"


@pytest.fixture(scope="module")
def given() -> Instance:
    return read(GALLERY / "permit-late-or-demand-high.yaml")


def faults(given: Instance, grid: Any) -> list[str]:
    with pytest.raises(InstanceError) as caught:
        variants_of(given, opened(grid))
    return [str(fault) for fault in caught.value.faults]


def test_parts_are_combined_with_each_other(given: Instance) -> None:
    # Two values, two that go together, two entries: 2 x 2 x 2 variants, the last part fastest.
    grid = {
        "cartesian": {MW: [[1, 2], 3]},
        "zipped": {"demands.chat.amount": [80, 90], "demands.batch.amount": ["*1", "*2"]},
        "list": [{"name": "a", "set": {"discount_rate": 0.1}}, {"name": "b"}],
    }
    found = variants_of(given, opened(grid))
    assert [each.name for each in found] == list("12345678")
    assert found[0].values == {
        MW: [1, 2], "demands.chat.amount": 80, "demands.batch.amount": "*1", "name": "a",
    }  # fmt: skip
    assert found[3].changes == (
        {MW: [1, 2], "demands.chat.amount": 90, "demands.batch.amount": "*2"},
    )
    assert [each.values["name"] for each in found] == list("abababab")


def test_a_list_alone_is_called_by_its_names(given: Instance) -> None:
    grid = {"list": [{"name": "late", "scenario": "permit-late"}, {"name": "as planned"}]}
    late, planned = variants_of(given, opened(grid))
    assert (late.name, late.changes) == ("late", (given.scenarios[0].set,))
    assert (planned.name, planned.changes) == ("as planned", ())


def test_scenarios_are_an_axis_and_come_true_first(given: Instance) -> None:
    names = ["as it stands", "permit-late", "permit-late,demand-high"]
    grid = {"cartesian": {"scenario": names, "demands.chat.amount": ["*2"]}}
    found = variants_of(given, opened(grid))
    late, high = (each.set for each in given.scenarios)
    double = {"demands.chat.amount": "*2"}
    assert [each.changes for each in found] == [(double,), (late, double), (late, high, double)]


def test_a_scenario_may_be_called_like_the_instance_without_any(given: Instance) -> None:
    named = given.replace({"scenarios.0.name": "as it stands"})
    grid = {"cartesian": {"scenario": ["as it stands", ""]}}
    found = variants_of(named, opened(grid))
    assert [each.changes for each in found] == [(given.scenarios[0].set,), ()]


@pytest.mark.parametrize(
    ("given_as", "numbers"),
    [
        ({"from": 1, "to": 2, "step": 0.25}, [1, 1.25, 1.5, 1.75, 2]),
        # 0.1 + 2 x 0.1 is 0.30000000000000004 in floats; the decimal is meant.
        ({"from": 0.1, "to": 0.3, "step": 0.1}, [0.1, 0.2, 0.3]),
        ({"from": 0, "to": 1, "step": 0.4}, [0, 0.4, 0.8]),
        ({"from": 0, "to": 10, "count": 5}, [0, 2.5, 5, 7.5, 10]),
    ],
)
def test_ranges(given_as: dict[str, Any], numbers: list[float]) -> None:
    assert Range.model_validate(given_as).values() == numbers


def test_values_may_have_units(given: Instance) -> None:
    grid = {"cartesian": {MW: ["120 MW", "+500 kW", ["50 kW", "0.1 MW"], 3]}}
    found = variants_of(given, opened(grid))
    assert [each.values[MW] for each in found] == [120, "+0.5", [0.05, 0.1], 3]
    assert [each.changes[0][MW] for each in found] == [120, "+0.5", [0.05, 0.1], 3]


@pytest.mark.parametrize(
    ("grid", "said"),
    [
        ({}, "holds nothing: give cartesian, zipped or list"),
        ({"cartesian": {"demands.chatt.amount": [1]}}, "did you mean 'chat'?"),
        ({"cartesian": {"facilities.*.grid_mv": [1]}}, "did you mean 'grid_mw'?"),
        ({"cartesian": {"foo": [1]}}, "cartesian.foo: is not a field of an instance"),
        ({"cartesian": {"demands.*.tier": ["*2"], "scenario": ["late"]}}, "no scenario 'late'"),
        ({"cartesian": {MW: {"from": 2, "to": 1, "step": 1}}}, "must go up"),
        ({"cartesian": {MW: {"from": 1, "to": 2}}}, "needs a step or a count"),
        ({"zipped": {MW: [1, 2], "discount_rate": [0]}}, "equally many values"),
        ({"cartesian": {MW: [1]}, "list": [{"name": "a", "set": {MW: 2}}]}, "set by cartesian"),
        ({"list": [{"name": "a"}, {"name": "a"}]}, "names 'a' a second time"),
    ],
)
def test_what_cannot_be_is_said(given: Instance, grid: Any, said: str) -> None:
    assert said in "\n".join(faults(given, grid))


def test_a_fault_of_a_file_has_its_place(given: Instance, tmp_path: Path) -> None:
    file = tmp_path / "grid.yaml"
    file.write_text("cartesian:\n  demands.chat.amount: [1]\n  demands.chatt.amount: [1]\n")
    (fault,) = faults(given, file)
    assert fault.startswith(f"{file}:3:25: ")
