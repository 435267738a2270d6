"""What the audit says of reserve: whose it is, where it stands, and what it serves after a loss."""

from dataclasses import replace
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.audit import audit
from gridblock.model.plan import Assignment, Decisions, PlanData, Service, Standing

# East reaches all three sites, west only the north and the south. Chat serves 16 from each region:
# 16 + 8 in the north, 8 in the south. Batch works in the south and at the pole, train in the pole.
LINKS = [
    {"between": [region, site], "ms": 5}
    for region, site in (
        *(("east", "north"), ("east", "south"), ("east", "pole")),
        *(("west", "north"), ("west", "south")),
    )
]
GIVEN: dict[str, Any] = {
    "gridblock": 1,
    "periods": [{"name": "now", "hours": 10}],
    "accelerators": {"h100": {}, "trn2": {}},
    "blocks": {
        "su": {"accelerator": "h100", "accelerators": 8, "uses": {"power_kw": 10}},
        "pod": {"accelerator": "trn2", "accelerators": 8},
    },
    "facilities": {
        "north": {"installed": {"su": 3, "pod": 2}},
        "south": {"installed": {"su": 4, "pod": 2}},
        "pole": {"installed": {"su": 2}},
    },
    "network": {"regions": {"east": {}, "west": {}}, "links": LINKS},
    "demands": [
        {
            "name": "chat", "amount": 32, "yields": {"h100": 1}, "unmet_cost": 1,
            "from": {"east": 0.5, "west": 0.5}, "max_ms": 9, "survive": {"facility": 0.75},
        },
        {
            "name": "train", "amount": 16, "yields": {"trn2": 1, "h100": 1}, "unmet_cost": 1,
            "whole_blocks": True, "one_accelerator": True, "survive": {"facility": 1},
            "where": {"facilities": ["north", "south"]},
        },
        {"name": "batch", "tier": 2, "amount": 24, "yields": {"h100": 1}, "unmet_cost": 1},
    ],
}  # fmt: skip


def at(demand: str, block: str, place: str) -> Assignment:
    return Assignment(demand, block, place, "now")


def service(demand: str, region: str, facility: str) -> Service:
    return Service(demand, region, facility, "now")


@pytest.fixture
def given() -> Instance:
    return Instance.parse(GIVEN)


@pytest.fixture
def decided() -> Decisions:
    """Without the north three quarters of chat, 12 units from each region, are served elsewhere."""
    return Decisions(
        assigned={
            at("chat", "su", "north"): 3,
            at("chat", "su", "south"): 1,
            at("train", "pod", "north"): 2,
            at("batch", "su", "south"): 2,
            at("batch", "su", "pole"): 1,
        },
        reserved={
            # Chat's 12 from the west and 4 from the east in the south, the other 8 at the pole.
            at("chat", "su", "south"): 1,
            at("chat", "su", "pole"): 1,
            at("train", "pod", "south"): 2,
        },
        served={
            service("chat", "east", "north"): 12,
            service("chat", "west", "north"): 12,
            service("chat", "east", "south"): 4,
            service("chat", "west", "south"): 4,
            service("train", "", "north"): 16,
            service("batch", "", "south"): 16,
            service("batch", "", "pole"): 8,
        },
    )


def stated(instance: Instance, decisions: Decisions) -> PlanData:
    """Give a plan that states truly what its decisions cost."""
    books = account(instance, decisions)
    return PlanData(
        instance=instance.name,
        instance_hash=instance.hash,
        status="feasible",
        stop="",
        decisions=decisions,
        objective=float(books.objective),
        costs={category: float(cost) for category, cost in books.costs.items()},
    )


def found(instance: Instance, decisions: Decisions, **reserved: float) -> dict[str, list[str]]:
    """Give what the audit finds, by rule, with some reserve changed: ``chat_su_pole=1``."""
    changed = {at(*name.split("_")): blocks for name, blocks in reserved.items()}
    kept = {key: n for key, n in {**decisions.reserved, **changed}.items() if n}
    report = audit(instance, stated(instance, replace(decisions, reserved=kept)))
    rules: dict[str, list[str]] = {}
    for finding in report.findings:
        rules.setdefault(finding.rule, []).append(str(finding))
    return rules


def test_a_plan_that_survives_passes(given: Instance, decided: Decisions) -> None:
    assert found(given, decided) == {}
    report = audit(given, stated(given, decided))
    # Chat holds blocks at three sites, train at two.
    assert report.checked["share_survives_the_loss_of_any_facility"] == 5
    assert report.checked["reserved_blocks_can_be_had"] == 3


def test_too_little_is_left_after_a_loss(given: Instance, decided: Decisions) -> None:
    survives = "share_survives_the_loss_of_any_facility"
    assert found(given, decided, chat_su_pole=0.9) == {
        survives: ["chat in now without north: 23.2 units can be served elsewhere, 24 must be"]
    }
    more = given.replace({"demands.chat.survive.facility": 0.7501})
    assert list(found(more, decided)) == [survives]
    assert list(found(given, decided, train_pod_south=1)) == [survives]


def test_a_region_is_not_served_where_it_does_not_reach(
    given: Instance, decided: Decisions
) -> None:
    # Without the north 12 for the east at the pole; in the south 8 of 12 for the west.
    moved = found(given, decided, chat_su_pole=2, chat_su_south=0)
    assert moved == {
        "share_survives_the_loss_of_any_facility": [
            "chat in now without north: 20 units can be served elsewhere, 24 must be"
        ]
    }


def test_reserve_needs_blocks_of_its_own(given: Instance, decided: Decisions) -> None:
    had = "reserved_blocks_can_be_had"
    # In the south one block is idle and two work for batch: three may be reserve, at the pole two.
    assert found(given, decided, chat_su_south=3, chat_su_pole=2) == {}
    assert found(given, decided, chat_su_south=3.5) == {
        had: ["reserve of su at south in now: 3.5 blocks kept, 3 can be had"]
    }
    # Batch of the same tier lends none, and neither does it with a promise of its own.
    same = given.replace({"demands.batch.tier": 1})
    assert found(same, decided) == {}
    assert list(found(same, decided, chat_su_south=1.1)) == [had]
    own = given.replace({"demands.batch.survive": {"facility": 0.1}})
    assert list(found(own, decided, chat_su_south=1.1)) == [had]
    # Whole blocks have no slack at all.
    assert list(found(given, decided, train_pod_south=3)) == [had]


def test_reserves_do_not_share_a_block(given: Instance, decided: Decisions) -> None:
    # Train may run on both kinds now: its blocks and chat's are three, where three can be had.
    both = given.replace({"demands.train.one_accelerator": False})
    assert found(both, decided, train_su_south=2) == {}
    assert list(found(both, decided, train_su_south=3)) == ["reserved_blocks_can_be_had"]


def test_reserve_is_for_those_that_survive(given: Instance, decided: Decisions) -> None:
    assert list(found(given, decided, batch_su_pole=0.5)) == [
        "reserved_only_for_demands_that_survive"
    ]
    nobody = given.replace({"demands.train.survive": None})
    assert list(found(nobody, decided)) == ["reserved_only_for_demands_that_survive"]


def test_reserve_stands_where_the_demand_may_run(given: Instance, decided: Decisions) -> None:
    only = given.replace({"demands.chat.where": {"not_facilities": ["pole"]}})
    assert set(found(only, decided)) == {
        "reserved_only_where_the_demand_may_run",
        "share_survives_the_loss_of_any_facility",
    }


def test_reserve_is_of_an_accelerator_with_a_yield(given: Instance, decided: Decisions) -> None:
    extra = given.replace({"facilities.south.installed.pod": 3})
    assert list(found(extra, decided, chat_pod_south=1)) == ["reserved_only_with_a_yield"]


def test_reserve_is_of_the_accelerator_used(given: Instance, decided: Decisions) -> None:
    assert found(given, decided, train_su_south=1) == {
        "reserved_of_the_accelerator_used": ["train in now: runs on, or keeps, h100 and trn2"]
    }


def test_whole_demands_keep_whole_blocks(given: Instance, decided: Decisions) -> None:
    assert list(found(given, decided, train_pod_south=1.5)) == ["counts_are_whole_numbers"]
    assert list(found(given, decided, train_pod_south=-1)) == ["nothing_is_negative"]


def test_reserve_that_is_switched_off_is_none(given: Instance, decided: Decisions) -> None:
    dips = {"limits": {"power_mw": [0.04, 0.03]}, "installed": {"su": 4, "pod": 2}}
    hours = [{"name": "then", "hours": 10}, {"name": "now", "hours": 10}]
    falling = given.replace({"facilities.south": dips, "periods": hours})
    off = replace(decided, switched_off={Standing("su", "south", "now"): 1})
    assert found(falling, off) == {}
    assert list(found(falling, off, chat_su_south=2.5)) == ["reserved_blocks_can_be_had"]
