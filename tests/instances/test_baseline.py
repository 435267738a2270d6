"""Doing nothing: what is there, on order and signed stays, and nothing comes."""

from pathlib import Path

import pytest

import gridblock
from gridblock.instances.baseline import current_fleet_only
from gridblock.instances.instance import Instance
from gridblock.instances.read import read

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"

GIVEN = {
    "gridblock": 1,
    "periods": {"first": "2026Q3", "count": 2},
    "accelerators": {"h100": {}},
    "blocks": {
        "su": {"accelerator": "h100", "accelerators": 10, "cost_once": 10, "end_share": 0.5},
        "old": {"accelerator": "h100", "accelerators": 10},
    },
    "facilities": {
        "north": {"installed": {"su": 1}, "on_order": {"su": {"2026Q4": 1}}},
        "south": {},
    },
    "demands": [{"name": "chat", "amount": 100, "yields": {"h100": 1}, "unmet_cost": 1}],
    "options": [
        {"name": "open", "adds": [{"opens": "south"}]},
        {
            "name": "lease",
            "max": 3,
            "min_if_taken": 2,
            "signed": {"2026Q4": 1},
            "adds": [{"blocks": "old", "at": "north", "count": 1}],
        },
        {
            "name": "more",
            "requires": ["open"],
            "adds": [{"blocks": "old", "at": "south", "count": 1}],
        },
    ],
    "limits": [{"name": "few", "measure": "spend", "of": {"option": ["open", "more"]}, "max": 9}],
}


def test_nothing_is_bought_or_ordered_and_what_is_agreed_stays() -> None:
    given = Instance.parse(GIVEN)
    # Hours of 2026Q3 and 2026Q4.
    first, second = given.horizon.hours
    with_all = gridblock.solve(given, gap=0)
    # Ten blocks in either period serve all 100.
    assert with_all.unmet_share == 0
    nothing = gridblock.solve(current_fleet_only(given), gap=0)
    # One block serves 10 of 100; then one more on order and one of the lease that is signed: 30.
    assert nothing.unmet["chat"]["served"] == [10, 30]
    # 90 and 70 unmet at 1; two owned at the end are credited at half of 10.
    assert nothing.objective == 90 * first + 70 * second - 2 * 0.5 * 10
    assert nothing.data.decisions is not None
    assert not nothing.data.decisions.bought
    assert not nothing.data.decisions.ordered


def test_doing_nothing_twice_is_doing_nothing() -> None:
    once = current_fleet_only(Instance.parse(GIVEN))
    assert current_fleet_only(once).hash == once.hash


def test_orders_of_the_plan_in_force_that_stand_are_kept() -> None:
    given = read(GALLERY / "permit-slips.yaml")
    nothing = gridblock.solve(current_fleet_only(given), gap=0)
    # The permit stands; without the building after it, dallas serves 50 of training's 100 in six
    # quarters of 1,000 h, and nothing of batch's 50 at 0.4 in the last four.
    assert nothing.data.decisions is not None
    assert {key.option: n for key, n in nothing.data.decisions.ordered.items() if n} == {
        "permit": 1
    }
    unmet = 6 * 50 * 1000 + 4 * 50 * 0.4 * 1000
    # In the last four, the five pods that batch has at dallas are moved to training for 2,000 each.
    assert nothing.objective == pytest.approx(5000 + unmet + 5 * 2000)
