"""The size of a model before it is built: never more than it is, and what cannot fit is refused."""

from __future__ import annotations

from typing import Any

import pyomo.environ as pyo
import pytest

from gridblock.commands.sources import GALLERY
from gridblock.instances.faults import InstanceError
from gridblock.instances.generate import generate
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.model import size
from gridblock.model.build import INTACT, build
from gridblock.model.facts import Facts
from gridblock.model.pools import EXACT
from gridblock.plan import solve
from rivals.every import every

SHOWN = ("first", "wan-link-binds", "colossus")


def reckoned(instance: Instance) -> int:
    return size.beyond(instance, 0)


def built(instance: Instance) -> int:
    model = build(instance, INTACT, EXACT)
    return sum(len(each) for each in model.component_objects(pyo.Var))


def large(demands: int = 1000, periods: int = 1200) -> dict[str, Any]:
    """A small file of a large model: each demand in each month at each of 100 facilities."""
    return {
        "gridblock": 1,
        "periods": {"first": "2027-01", "count": periods, "every": "month"},
        "accelerators": {"chip": {}},
        "blocks": {"b": {"accelerator": "chip", "accelerators": 8, "uses": {"power_kw": 10}}},
        "facilities": {f"f{i}": {"installed": {"b": 1}} for i in range(100)},
        "demands": [
            {"name": f"d{i}", "amount": 1e12, "yields": {"chip": 1}, "unmet_cost": 1}
            for i in range(demands)
        ],
    }


@pytest.mark.parametrize("name", SHOWN)
def test_no_more_is_reckoned_than_is_built_and_not_much_less(name: str) -> None:
    instance = read(GALLERY / f"{name}.yaml")
    assert built(instance) / 3 <= reckoned(instance) <= built(instance)


def test_no_more_is_reckoned_of_a_rung_than_is_built() -> None:
    instance = generate("S", 0)
    assert built(instance) / 2 <= reckoned(instance) <= built(instance)


def test_no_more_is_reckoned_of_any_world_than_is_built() -> None:
    for seed in range(12):
        instance = Instance.parse(every(seed))
        assert size.least_columns(Facts(instance), _reached(instance)) <= built(instance)


def _reached(instance: Instance) -> size.Near:
    facts = Facts(instance)
    return lambda demand, region: facts.reach[demand.name, region]


def test_what_cannot_fit_is_refused_before_it_is_built() -> None:
    # 2 x 100 x 1,200 of the fleet and 1,000 x 1,200 x (100 served + 1 unmet): 121,440,000, at
    # 1,200 bytes each 146 GB.
    instance = Instance.parse(large())
    assert reckoned(instance) == 121_440_000
    size.refuse_beyond(instance, 150e9)
    size.refuse_beyond(instance, None)
    with pytest.raises(InstanceError, match=r"121,440,000 variables or more.* 146 GB.*16\.0 GB"):
        size.refuse_beyond(instance, 16e9)


def test_what_can_hardly_be_solved_is_warned_of() -> None:
    instance = Instance.parse(large())
    assert size.warning(instance, None) == ()
    assert size.warning(instance, 500e9) == ()
    assert "437 GB to be solved" in size.warning(instance, 400e9)[0].message


def test_a_solve_looks_at_the_memory_there_is(
    one_hall: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gridblock.plan.memory", lambda: 1000.0)
    with pytest.raises(InstanceError, match="plan fewer periods"):
        solve(one_hall)


def test_reach_counts_where_it_is_all_that_matters() -> None:
    # Without the bound on latency each region would reach every facility.
    instance = read(GALLERY / "latency-decides.yaml")
    everywhere = size.least_columns(Facts(instance), lambda d, _: instance.chosen(d.where))
    assert reckoned(instance) < everywhere
