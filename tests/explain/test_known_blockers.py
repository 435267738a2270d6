"""Instances built to have a known blocker: it is named, proven, and what it takes is right."""

from typing import Any

import pytest

from explain.conftest import Explain
from gridblock.instances.instance import Instance
from gridblock.model.explanation import Blocker
from gridblock.plan import solve
from gridblock.reports.plain_text import markdown
from gridblock.solvers.session import Session
from gridblock.why import explain

THREE: dict[str, dict[str, Any]] = {
    "power_mw": {"facilities.north.limits.power_mw": 0.3},
    "grid_mw": {"facilities.north.grid_mw": 0.3},
    "air_cooling_mw": {"facilities.north.limits.air_cooling_mw": 0.3},
    "racks": {"facilities.north.limits.racks": 3},
    "water": {"facilities.north.limits.water": 6},
    "limits": {"limits": [{"name": "capex", "measure": "spend_once", "per": "horizon", "max": 3}]},
    "supply": {"blocks.pod.supply": [3, 0]},
    "gbps": {
        "network": {
            "regions": {"east": {}},
            "links": [{"between": ["east", "north"], "ms": 1, "gbps": 3}],
        },
        "demands.chat.from": {"east": 1},
        "demands.chat.gbps_per_unit": 0.1,
    },
    "uplink_gbps": {
        "facilities.north.zones": {"room": {"uplink_gbps": 3}},
        "demands.chat.gbps_per_unit": 0.1,
    },
    "feeds": {
        "facilities.north.feeds": {"ups": {"mw": 0.3}},
        "facilities.north.fed_by": ["ups"],
    },
    "max": {
        "blocks.pod.supply": 0,
        "options": [
            {"name": "lease", "max": 3, "adds": [{"blocks": "pod", "at": "north", "count": 1}]}
        ],
    },
}
"""Rules that let three of six pods in: 30 units of 60 stay unmet in both hours."""
ITEMS = {
    "limits": "capex",
    "supply": "h100",
    "gbps": "east-north",
    "max": "lease",
}
ALL: dict[str, dict[str, Any]] = {
    "max_ms": {
        "facilities.north.at": {"lat": 0, "lon": 0},
        "network": {"regions": {"east": {"lat": 0, "lon": 90}}},
        "demands.chat.from": {"east": 1},
        "demands.chat.max_ms": 100,
    },
    "where": {"demands.chat.where": {"not_facilities": ["north"]}},
    "block_where": {"blocks.pod.where": {"not_facilities": ["north"]}},
    "cost_once": {},
}
"""Rules that let nothing in: all 120 unit-hours stay unmet."""


def only(explained: Explain, instance: Instance) -> Blocker:
    """Explain an instance with one blocker."""
    why = explained(instance)
    assert why.status == "explained"
    (blocker,) = why.blockers
    return blocker


@pytest.mark.parametrize("family", THREE)
def test_a_rule_that_lets_half_in_is_the_blocker(
    family: str, hall: Instance, explained: Explain
) -> None:
    blocker = only(explained, hall.replace(THREE[family]))
    (rule,) = blocker.relaxed
    assert (rule.family, rule.items) == (family, (ITEMS.get(family, "north"),))
    assert blocker.periods == ("first", "second")
    # 30 of 60 units in two hours.
    assert (blocker.unmet, blocker.after) == pytest.approx((60, 0))


@pytest.mark.parametrize("family", ALL)
def test_a_rule_that_lets_nothing_in_is_the_blocker(
    family: str, hall: Instance, explained: Explain
) -> None:
    data = hall.plain()
    if family == "cost_once":
        for field in ("cost_once", "end_share", "supply"):
            del data["blocks"]["pod"][field]
        given = Instance.parse(data)
    else:
        given = hall.replace(ALL[family])
    blocker = only(explained, given)
    assert [rule.family for rule in blocker.relaxed] == [family]
    assert (blocker.unmet, blocker.after) == pytest.approx((120, 0))


def test_nothing_unmet_needs_no_explanation(hall: Instance, explained: Explain) -> None:
    why = explained(hall)
    assert why.blockers == ()
    assert why.reasons == {}


def test_a_lead_blocks_until_it_has_passed(hall: Instance, explained: Explain) -> None:
    # Ordered in the first hour, pods serve in the second: 60 unit-hours are lost.
    blocker = only(explained, hall.replace({"blocks.pod.lead": 1}))
    assert [(rule.family, rule.items) for rule in blocker.relaxed] == [("lead", ("pod",))]
    assert (blocker.periods, blocker.unmet, blocker.after) == (("first",), 60, 0)
    # One period less of lead saves $60 of unmet work; the pods are bought in any case.
    assert [worth.value for worth in blocker.worth] == pytest.approx([60])


def test_what_is_too_dear_to_serve_has_a_price_at_which_it_pays(
    hall: Instance, explained: Explain
) -> None:
    # A pod at $1,000 serves 20 unit-hours, worth $20: it would pay from $50 a unit-hour on.
    blocker = only(explained, hall.replace({"blocks.pod.cost_once": 1000}))
    assert [rule.family for rule in blocker.relaxed] == ["unmet_cost"]
    assert blocker.break_even is not None
    assert blocker.break_even.price == pytest.approx(50, rel=1e-3)
    assert blocker.break_even.average == pytest.approx(50, rel=1e-3)
    assert blocker.break_even.proven


def test_the_price_at_which_some_pays_is_below_that_of_all(
    hall: Instance, explained: Explain
) -> None:
    # Three pods of the cheap type at $500, the rest at $1,000: from $25 on, $37.50 on average.
    cheap = {**hall.plain()["blocks"]["pod"], "cost_once": 500, "supply": [3, 0]}
    dear = {**cheap, "cost_once": 1000, "supply": 100}
    blocker = only(explained, hall.replace({"blocks": {"cheap": cheap, "dear": dear}}))
    assert blocker.break_even is not None
    assert blocker.break_even.price == pytest.approx(25, rel=1e-3)
    assert blocker.break_even.average == pytest.approx(37.5, rel=1e-3)


def test_two_blockers_that_must_go_together_are_named_together(
    hall: Instance, explained: Explain
) -> None:
    # Three pods fit by power and three by racks: one alone relaxed lets no further pod in.
    both = {**THREE["power_mw"], **THREE["racks"]}
    why = explained(hall.replace(both))
    (blocker,) = why.blockers
    assert {rule.family for rule in blocker.relaxed} == {"power_mw", "racks"}
    assert blocker.alone == pytest.approx({"power_mw": 60, "racks": 60})
    assert blocker.after == 0
    assert set(why.data.shortfalls[0].smallest or ()) == {"power_mw", "racks"}


def test_a_rule_that_is_too_dear_to_use_goes_together_with_the_price(
    hall: Instance, explained: Explain
) -> None:
    # No pod fits; one that did would cost $1,000 and serve for $20.
    given = hall.replace({"facilities.north.limits.power_mw": 0.05, "blocks.pod.cost_once": 1000})
    blocker = only(explained, given)
    assert {rule.family for rule in blocker.relaxed} == {"power_mw", "unmet_cost"}


def test_the_place_and_the_periods_that_matter_are_named(
    hall: Instance, explained: Explain
) -> None:
    # The south has power for three pods in the first hour and none in the second; the north is
    # closed by its racks. Grid power is no matter.
    site = hall.plain()["facilities"]["north"]
    south = {"limits": {**site["limits"], "power_mw": [0.6, 0.0]}}
    north = {"limits": {**site["limits"], "racks": 0}}
    blocker = only(explained, hall.replace({"facilities": {"north": north, "south": south}}))
    (rule,) = blocker.relaxed
    if rule.family == "power_mw":
        assert (rule.items, rule.periods) == (("south",), ("second",))
    else:
        assert (rule.family, rule.items) == ("racks", ("north",))
    assert (blocker.periods, blocker.unmet, blocker.after) == (("second",), 60, 0)


def test_what_it_takes_and_what_that_is_worth(hall: Instance, explained: Explain) -> None:
    # Three more pods take 0.3 MW, cost $3 and serve 60 unit-hours at $1: $57.
    blocker = only(explained, hall.replace(THREE["power_mw"]))
    (need,) = blocker.needs
    assert (need.amount, need.limit) == pytest.approx((0.3, 0.3))
    step, whole = blocker.worth
    assert (whole.linear, whole.step, whole.value) == (False, pytest.approx(0.3), pytest.approx(57))
    # By the linear relaxation a whole MW is worth no more than the 0.3 that are of use.
    assert step.linear
    assert step.value == pytest.approx(57)


def test_a_choice_of_one_chip_blocks(hall: Instance, explained: Explain) -> None:
    # Three pods of each kind stand: one chip alone serves 30 of 60 units.
    pod = {"accelerator": "h100", "accelerators": 10}
    given = hall.replace(
        {
            "accelerators": {"h100": {}, "tpu": {}},
            "blocks": {"pod": pod, "rack": {**pod, "accelerator": "tpu"}},
            "facilities": {"north": {"installed": {"pod": 3, "rack": 3}}},
            "demands.chat.yields": {"h100": 1, "tpu": 1},
            "demands.chat.one_accelerator": True,
        }
    )
    blocker = only(explained, given)
    assert [rule.family for rule in blocker.relaxed] == ["one_accelerator"]
    assert (blocker.unmet, blocker.after) == pytest.approx((60, 0))


def test_a_limit_of_facilities_blocks(hall: Instance, explained: Explain) -> None:
    half = {"installed": {"pod": 3}}
    pod = {"accelerator": "h100", "accelerators": 10}
    given = hall.replace(
        {
            "blocks": {"pod": pod},
            "facilities": {"north": half, "south": half},
            "demands.chat.max_facilities": 1,
        }
    )
    blocker = only(explained, given)
    assert [rule.family for rule in blocker.relaxed] == ["max_facilities"]


def test_a_run_that_is_too_large_for_a_facility_names_it(
    hall: Instance, explained: Explain
) -> None:
    # A gang of 60 units is all or nothing: with room for 50 nothing of it starts.
    run = {"run": {"periods": 2, "start": ["first", "first"]}, "whole_blocks": True}
    chat = {**hall.plain()["demands"][0], **run}
    given = hall.replace({"demands": [chat], "facilities.north.limits.power_mw": 0.5})
    blocker = only(explained, given)
    assert [rule.family for rule in blocker.relaxed] == ["power_mw"]
    assert (blocker.unmet, blocker.after) == pytest.approx((120, 0))


def test_whole_blocks_that_leave_a_part_block_it(hall: Instance, explained: Explain) -> None:
    # Five pods of 10; a wants 25 on whole blocks and b 25: a takes three pods, b is 5 short.
    pod = {"accelerator": "h100", "accelerators": 10}
    wants = {"name": "a", "amount": 25, "yields": {"h100": 1}, "unmet_cost": 2}
    given = hall.replace(
        {
            "blocks": {"pod": pod},
            "facilities": {"north": {"installed": {"pod": 5}}},
            "demands": [
                {**wants, "whole_blocks": True},
                {**wants, "name": "b", "unmet_cost": 1},
            ],
        }
    )
    blocker = only(explained, given)
    assert [(rule.family, rule.items) for rule in blocker.relaxed] == [("whole_blocks", ("a",))]
    assert (blocker.demand, blocker.unmet) == ("b", pytest.approx(10))


def test_less_than_one_more_is_not_told_by_the_unit(hall: Instance, session: Session) -> None:
    # Three pods of 0.1 MW are missing: more than those 0.3 MW bring nothing, so no price a MW.
    plan = solve(hall.replace({"facilities.north.limits.power_mw": 0.3}), session=session)
    text = " ".join(markdown(explain(plan, session=session).document).split())
    assert "0.3 MW more of north are worth" in text
    assert " each (re-solve" not in text
