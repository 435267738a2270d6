"""Bounds: as small as they may be, and no plan is cut off."""

import sys
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

import pyomo.environ as pyo
import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.model.bounds import Bounds
from gridblock.model.build import build
from gridblock.model.facts import Facts
from gridblock.model.holding import holding_pays
from gridblock.plan import InfeasibleError, solve
from gridblock.solvers.session import Session
from rivals.worlds import world

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"


def bounds_of(instance: Instance) -> Bounds:
    """Give the bounds of an instance."""
    return Bounds(Facts(instance))


def test_room_is_the_tightest_of_all_limits_around_a_place(one_hall: Instance) -> None:
    hall = {"limits": {"racks": 13, "power_mw": 0.9}}
    tree = one_hall.replace(
        {
            "blocks.pod.uses.racks": 2,
            "facilities.north": {"zones": {"hall": hall}, "limits": {"power_mw": 0.8}},
        }
    )
    # 13 racks hold 6 of 2, 0.9 MW 9 and 0.8 MW 8 pods of 100 kW.
    assert bounds_of(tree).room("pod", "north/hall", 0, standing=False) == 6
    # 0.55 MW from the grid at PUE 1.1 hold exactly 5.
    grid = tree.replace({"facilities.north.grid_mw": 0.55, "facilities.north.pue": 1.1})
    assert bounds_of(grid).room("pod", "north/hall", 0, standing=False) == 5


def test_room_to_stand_leaves_power_out_where_blocks_may_be_off(two_hours: Instance) -> None:
    falls = two_hours.replace({"facilities.north.limits.power_mw": [0.9, 0.3]})
    bounds = bounds_of(falls)
    assert bounds.room("pod", "north", 1, standing=False) == 3
    assert bounds.room("pod", "north", 1, standing=True) == float("inf")
    assert bounds.owned["pod", "north", "second"] == 5
    assert bounds.powered["pod", "north", "second"] == 3


def test_no_more_is_owned_than_demands_can_use(empty_hall: Instance) -> None:
    # 60 units are six pods of 10, 61 seven.
    assert bounds_of(empty_hall).owned == {("pod", "north", "now"): 6}
    more = empty_hall.replace({"demands.chat.amount": 61})
    assert bounds_of(more).owned == {("pod", "north", "now"): 7}


def test_what_stands_may_be_kept_although_nobody_wants_it(empty_hall: Instance) -> None:
    nine = empty_hall.replace({"facilities.north.installed": {"pod": 9}})
    assert bounds_of(nine).owned == {("pod", "north", "now"): 9}


def test_nothing_is_bought_before_its_lead(market: Instance) -> None:
    late = market.replace({"blocks.pod.lead": 1})
    assert bounds_of(late).owned == {("pod", "north", "first"): 0, ("pod", "north", "second"): 1}


def test_what_is_on_order_may_come_on_top_of_what_is_bought(
    market: Instance, session: Session
) -> None:
    later = market.replace({"facilities.north.on_order": {"pod": {"second": 1}}})
    assert bounds_of(later).owned == {("pod", "north", "first"): 1, ("pod", "north", "second"): 2}
    # The pod that is bought for the first hour, at $8, is worth $3 at the end, beside the other.
    cheap = later.replace({"blocks.pod.cost_once": 8, "blocks.pod.end_share": 0.375})
    assert solve(cheap, session=session).objective == 8 - 3 - 3


def test_no_more_is_retired_than_there_was(two_hours: Instance) -> None:
    bounds = bounds_of(two_hours.replace({"facilities.north.on_order": {"pod": {"second": 2}}}))
    assert bounds.retired("pod", "north", "first") == 5
    assert bounds.retired("pod", "north", "second") == 7


def test_no_more_is_assigned_than_a_demand_can_use(one_hall: Instance) -> None:
    few = one_hall.replace({"demands.chat.amount": 25})
    assert bounds_of(few).assigned("chat", "pod", "north", "now") == 2.5
    whole = few.replace({"demands.chat.whole_blocks": True})
    assert bounds_of(whole).assigned("chat", "pod", "north", "now") == 3


def test_holding_pays_where_the_end_credit_beats_the_price(market: Instance) -> None:
    def pays(**fields: object) -> bool:
        changed = market.replace({f"blocks.pod.{name}": value for name, value in fields.items()})
        return holding_pays(Facts(changed), "pod", "north")

    # Half of $15 comes back; of a price that rises to $40 $20; keeping two hours costs $8.
    assert not pays(end_share=0.5)
    assert pays(end_share=0.5, cost_once=[15, 40])
    assert not pays(end_share=0.5, cost_once=[15, 40], cost_per_period=4)
    # Resale may pay as well, in a period after it was bought.
    assert pays(resale_share=0.5, end_share=0, cost_once=[15, 40])
    # Getting the whole price back is no gain, though no loss either.
    assert not pays(end_share=1)


def test_a_profit_without_end_is_refused(market: Instance) -> None:
    rising = market.replace({"blocks.pod.cost_once": [15, 40], "blocks.pod.end_share": 0.5})
    with pytest.raises(InstanceError, match=r"blocks\.pod: can be bought at a profit without end"):
        build(rising)


def test_a_profit_has_an_end_in_a_place_with_limits(market: Instance, session: Session) -> None:
    rising = market.replace({"blocks.pod.cost_once": [15, 40], "blocks.pod.end_share": 0.5})
    # Four pods fit: each costs $15 and brings $20; nothing stays unmet.
    limited = rising.replace({"facilities.north.limits": {"power_mw": 0.4}})
    assert solve(limited, session=session).objective == -20
    # Three are delivered in all.
    supplied = rising.replace({"blocks.pod.supply": [3, 0]})
    assert solve(supplied, session=session).objective == -15
    # So are chips for two in the first hour, and for none in the second.
    chips = rising.replace({"accelerators.h100.supply": [29, 5]})
    assert solve(chips, session=session).objective == -10


def test_a_profit_from_drawing_power_ends_where_the_power_does(
    market: Instance, session: Session
) -> None:
    # A pod of 100 kW earns $10 an hour. Power for two, then for one: pods may stand dark, but those
    # earn nothing. The first pod brings 20 - 8, the second 10 - 8.
    paid = market.replace(
        {
            "blocks.pod.cost_once": 8,
            "facilities.north": {"limits": {"power_mw": [0.2, 0.1]}, "energy_per_mwh": -100},
            "demands": [],
        }
    )
    assert solve(paid, session=session).objective == -14
    # What brings more than its price without any power has no end all the same.
    with pytest.raises(InstanceError, match="profit without end"):
        build(paid.replace({"blocks.pod.cost_once": [8, 20], "blocks.pod.end_share": 0.5}))


def unbounded(instance: Instance) -> pyo.ConcreteModel:
    """Build a model in which far more blocks may be owned, bought, retired and powered."""
    with patch.object(Bounds, "draw_kw", lambda *_: Fraction(10**12)):
        model = build(instance)
    for variable in (model.owned, model.bought, model.retired, model.powered_on):
        variable.setub(sys.maxsize // 2**40)
    return model


FILES = (
    "first", "hall-tree", "idle-draw", "lead-makes-a-gap", "liquid-or-air", "retire-for-power",
    "supply-binds", "dip-switches-off",
)  # fmt: skip
WORLDS = range(1000, 1025)


@pytest.mark.parametrize("source", [*FILES, *WORLDS], ids=str)
def test_bounds_cut_no_better_plan_off(source: str | int, session: Session) -> None:
    data = world(source) if isinstance(source, int) else GALLERY / f"{source}.yaml"
    instance = read(data)
    try:
        bounded = solve(instance, gap=1e-9, session=session).objective
    except InfeasibleError:
        return
    free = solve(instance, gap=1e-9, session=session, model=unbounded(instance)).objective
    assert free == pytest.approx(bounded, rel=1e-6, abs=1e-6)
