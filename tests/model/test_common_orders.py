"""Orders that are the same whatever comes: what they are, and what becomes of them."""

from typing import Any

import pyomo.environ as pyo
import pytest

from gridblock.instances.instance import Instance
from gridblock.model.common_orders import Order, add_scenario, shared_blocks
from gridblock.model.extensive import Stage

Y1, Y2, Y3 = "y1", "y2", "y3"


@pytest.fixture
def given() -> Instance:
    """Three years; a pod of 10 for $5, a hall of two zones, a permit paid on order."""
    return Instance.parse(
        {
            "gridblock": 1,
            "discount_rate": 0,
            "periods": [{"name": name, "hours": 10} for name in (Y1, Y2, Y3)],
            "accelerators": {"h100": {}},
            "blocks": {
                "pod": {
                    "accelerator": "h100",
                    "accelerators": 10,
                    "uses": {"racks": 1},
                    "cost_once": 5,
                    "lead": 1,
                }
            },
            "facilities": {"a": {"zones": {"z": {"count": 2, "limits": {"racks": 2}}}}},
            "demands": [{"name": "d", "amount": 40, "yields": {"h100": 1}, "unmet_cost": 2}],
            "options": [
                {
                    "name": "permit",
                    "adds": [{"limit": "racks", "at": "a/z-1", "amount": 1}],
                    "lead": 2,
                    "cost_once": 8,
                    "pay": [0.25, 0.75],
                    "max": 3,
                }
            ],
        }
    )


def staged(instance: Instance, resolves: int, shared: Any = None) -> tuple[pyo.Block, Stage]:
    model = pyo.ConcreteModel()
    return model, add_scenario(model, instance, resolves, shared)


def test_what_is_ordered_before_is_common_by_facility(given: Instance) -> None:
    _, stage = staged(given, 1)
    assert set(stage.first) == {Order(Y1, "pod", "a"), Order(Y1, "permit")}
    # A pod has a variable in each of the two zones.
    assert len(stage.first[Order(Y1, "pod", "a")].args) == 2
    _, stage = staged(given, 2)
    assert Order(Y2, "pod", "a") in stage.first
    # Ordered in y2, a permit comes after the horizon: a quarter is due at once, the rest in y3.
    assert Order(Y2, "permit") not in stage.first
    assert stage.unmoved == {Order(Y2, "permit"): 8}


def test_orders_that_come_too_late_cost_what_falls_due(given: Instance) -> None:
    slow = given.replace({"options.permit.lead": 3, "blocks.pod.lead": 3})
    _, stage = staged(slow, 3)
    assert stage.first == {}
    # Blocks are paid when they enter service; 0.25 x 8 in y3, and 0.75 x 8 in y4, not counted.
    assert stage.unmoved == {
        Order(Y1, "pod", "a"): 0,
        Order(Y2, "pod", "a"): 0,
        Order(Y3, "pod", "a"): 0,
        Order(Y1, "permit"): 8,
        Order(Y2, "permit"): 8,
        Order(Y3, "permit"): 2,
    }
    # Without pay it is all due on entering service.
    later = slow.replace({"options.permit.pay": []})
    assert staged(later, 1)[1].unmoved[Order(Y1, "permit")] == 0


def test_what_cannot_be_ordered_is_neither(given: Instance) -> None:
    shut = given.replace(
        {
            "options.permit.order": {"earliest": Y2},
            "blocks.pod.cost_once": None,
            "blocks.pod.lead": 0,
        }
    )
    _, stage = staged(shut, 1)
    assert (stage.first, stage.unmoved) == ({}, {})
    sold = given.replace({"options.permit.signed": {Y3: 3}})
    assert Order(Y1, "permit") not in staged(sold, 1)[1].first


def test_orders_of_the_plan_in_force_are_not_decided_again(given: Instance) -> None:
    kept = given.replace({"current": {"plan": {"periods": [Y1]}, "keep_to": Y1}})
    assert {key.period for key in staged(kept, 2)[1].first} == {Y2}


def test_blocks_that_others_want_may_come_and_go_at_once(given: Instance) -> None:
    small = given.replace({"demands.d.amount": 10})
    none = given.replace({"demands.d.amount": 0})
    instances = {"as it is": given, "small": small, "none": none}
    shared = shared_blocks(instances, 1)
    # 40 units want 4 pods, of which 2 fit into a zone in y2; permits come in y3.
    wanted = {("pod", "a/z-1", Y2): 2, ("pod", "a/z-2", Y2): 2}
    assert shared == dict.fromkeys(instances, wanted)
    alone, _ = staged(none, 1)
    assert [*alone.bought] == []
    block, stage = staged(none, 1, shared["none"])
    assert Order(Y1, "pod", "a") in stage.first
    key = ("pod", "a/z-1", Y2)
    assert (block.bought[key].ub, block.owned[key].ub, block.retired[key].ub) == (2, 2, 2)
    # Where there is no room they may come, and must go.
    full = none.replace({"facilities.a.zones.z.limits.racks": 0})
    block, _ = staged(full, 1, shared["none"])
    assert (block.bought[key].ub, block.owned[key].ub, block.retired[key].ub) == (2, 0, 2)
