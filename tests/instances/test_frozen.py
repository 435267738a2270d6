"""Instances and plans are values: nothing in them changes, and copies are equal."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import gridblock as gb

EDITS: dict[str, Callable[[Any], object]] = {
    "a number": lambda given: given.facilities["memphis"].limits.update(power_mw=20.0),
    "a record": lambda given: given.facilities.__setitem__("x", 1),
    "a removal": lambda given: given.blocks.pop("h100-pod"),
    "a default": lambda given: given.facilities["memphis"].feeds.setdefault("ups", None),
    "a scenario": lambda given: given.scenarios[0].set.clear(),
}


@pytest.fixture(scope="module")
def first() -> gb.Instance:
    late = {"name": "late", "set": {"facilities.memphis.limits.power_mw": 5}}
    return gb.read("first").replace({"scenarios": [late]})


@pytest.mark.parametrize("edit", EDITS)
def test_no_mapping_of_an_instance_changes(first: gb.Instance, edit: str) -> None:
    before = first.plain()
    with pytest.raises(TypeError, match=r"instance\.replace"):
        EDITS[edit](first)
    assert first.plain() == before


def test_what_is_replaced_is_what_is_planned(first: gb.Instance) -> None:
    # 10 MW hold 28 blocks of 350 kW, see first.yaml. In 20 MW there is room for 9,000 / 256 =
    # 35.2 blocks. A block costs 9 m x (1 - 0.6) and 0.35 x 1.2 x 55 x 8,760 = 202,356 of energy,
    # more than the 40 units left after 35 of them: 40 x 2 x 8,760 = 700,800.
    # So 35 x 3,802,356 + 700,800 = 133,783,260.
    assert gb.solve(first).objective == pytest.approx(138_562_608)
    more = first.replace({"facilities.memphis.limits.power_mw": 20})
    assert gb.solve(more).objective == pytest.approx(133_783_260)
    assert more.hash != first.hash


def test_no_figure_of_a_plan_changes(first: gb.Instance) -> None:
    plan = gb.solve(first)
    costs: Any = plan.costs
    with pytest.raises(TypeError, match="values, which do not change"):
        costs["energy"] = 0
    for mapping in (plan.data.seconds, plan.data.solver):
        with pytest.raises(TypeError, match="values, which do not change"):
            mapping.clear()  # type: ignore[attr-defined]
    # 28 x 202,356.
    assert plan.costs["energy"] == pytest.approx(5_665_968)


def test_copies_are_equal(first: gb.Instance) -> None:
    for again in (pickle.loads(pickle.dumps(first)), copy.deepcopy(first), gb.read(first.plain())):
        assert again == first
        assert again.hash == first.hash
        assert hash(again.facilities["memphis"]) == hash(first.facilities["memphis"])
    assert type(first.facilities | {}) is dict
