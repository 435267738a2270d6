"""The files that docs/many-cases.md shows are read as it says."""

import re
from pathlib import Path

import pytest

from gridblock.instances.document import parse
from gridblock.instances.grids import variants_of
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.instances.shock_sizes import Sizes
from gridblock.instances.uncertainty import draws_of
from gridblock.instances.variants import read_given

ROOT = Path(__file__).parents[1]


@pytest.fixture
def first() -> Instance:
    return read(ROOT / "instances" / "gallery" / "first.yaml")


@pytest.fixture
def files() -> list[str]:
    text = (ROOT / "docs" / "many-cases.md").read_text(encoding="utf-8")
    return re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)


def test_the_grid_has_so_many_valid_cases(first: Instance, files: list[str]) -> None:
    found = variants_of(first, parse(files[0], ".yaml"))
    assert len(found) == 72
    assert found[-1].changes[0]["facilities.*.energy_per_mwh"] == 65
    assert found[0].changes[0]["demands.research.amount"] == 3000


def test_the_draws_are_of_five_fields(first: Instance, files: list[str]) -> None:
    found = draws_of(first, parse(files[1], ".yaml")).variants(50, 0)
    assert len(found[0].values) == 5
    assert min(each.values["blocks.h100-pod.cost_once"] for each in found) >= 7e6
    assert {each.values["facilities.memphis.limits.power_mw"] for each in found} == {8, 10, 12}


def test_the_shocks_are_read(files: list[str]) -> None:
    found = read_given(Sizes, parse(files[2], ".yaml"))
    assert (found.late, found.outage, found.shocks[0].name) == (3, 1, "storm")
