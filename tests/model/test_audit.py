"""The audit lets a valid plan pass, and names the rule that each tampered plan breaks."""

import ast
import copy
import math
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gridblock.model.audit
from deals import DEAL, DEAL_TAMPERS, hand_made_deal
from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.audit import RULES, AuditError, Report, audit
from gridblock.model.plan import (
    ArcFlow,
    Assignment,
    Decisions,
    InterconnectFlow,
    PlanData,
    RunStart,
    Service,
    Standing,
    TunnelFlow,
    ZoneService,
    relative_gap,
)

Q3, Q4, Q1 = "2026Q3", "2026Q4", "2027Q1"
HALL_1, HALL_2, ROW_A, ROW_B = (
    "north/hall-1",
    "north/hall-2",
    "north/annex/row-a",
    "north/annex/row-b",
)
EAST_NORTH, EAST_NORTH_B = ("east-north",), ("e-n-b",)

# Two sites that serve chat from two regions, one of them with halls and an annex of rows, where a
# training run takes whole blocks; a third site that neither chat nor the su may use.
RICH: dict[str, Any] = {
    "gridblock": 1,
    "discount_rate": 0.1,
    "carbon_price_per_t": 50,
    "periods": {"first": Q3, "count": 3},
    "accelerators": {"h100": {"supply": 16}, "trn2": {}},
    "blocks": {
        "su": {
            "accelerator": "h100",
            "accelerators": 8,
            "uses": {"power_kw": 10, "air_cooling_kw": 10, "racks": 1, "water": 2},
            "load_factor": 0.8,
            "idle_factor": 0.5,
            "where": {"tags": ["us"]},
            "cost_once": [1000, 900, 800],
            "cost_per_period": 10,
            "resale_share": 0.2,
            "end_share": 0.4,
            "lead": 1,
            "supply": 3,
        },
        "pod": {
            "accelerator": "trn2",
            "accelerators": 16,
            "uses": {"power_kw": 20, "liquid_cooling_kw": 20, "racks": 1},
        },
    },
    "facilities": {
        "north": {
            "tags": ["us"],
            "grid_mw": [0.2, 0.2, 0.225],
            "pue": 1.25,
            "energy_per_mwh": 50,
            "carbon_kg_per_mwh": 400,
            "cost_per_period": 500,
            "limits": {"power_mw": 0.18, "water": 24},
            "zones": {
                "hall": {
                    "count": 2,
                    "limits": {"power_mw": 0.1, "air_cooling_mw": 0.1, "racks": 7},
                    "uplink_gbps": 0.5,
                    "installed": {"su": 5},
                },
                "annex": {
                    "limits": {"power_mw": 0.06},
                    "uplink_gbps": [0.08, 0.08, 0.12],
                    "zones": {
                        "row-a": {"limits": {"liquid_cooling_mw": 0.04}, "installed": {"pod": 2}},
                        "row-b": {"on_order": {"pod": {Q1: 1}}},
                    },
                },
            },
        },
        "south": {
            "tags": ["us"],
            "energy_per_mwh": 30,
            "limits": {"power_mw": {Q3: 0.1, Q1: 0.06}, "racks": 8},
            "installed": {"su": 8},
        },
        "far": {"tags": ["eu"], "limits": {"power_mw": 1}},
    },
    "network": {
        "regions": {"east": {}, "west": {}, "isle": {}},
        "links": [
            {"between": ["east", "north"], "ms": 10, "gbps": 0.6, "cost_per_gbps": 5},
            {
                "name": "e-n-b",
                "between": ["north", "east"],
                "ms": 12,
                "gbps": 0.12,
                "cost_per_gbps": 4,
                "capacity": "shared",
            },
            {"between": ["west", "south"], "ms": 10, "gbps": 0.48, "cost_per_gbps": 3},
            {"between": ["south", "north"], "ms": 8, "cost_per_gbps": 2},
            {"between": ["east", "far"], "ms": 50},
        ],
    },
    "demands": [
        {
            "name": "chat",
            "unit": "workflows/s",
            "amount": [100, 120, 120],
            "yields": {"h100": 1, "trn2": 0.5},
            "unmet_cost": 2,
            "cost_per_unit_hour": {"north": 0.01},
            "min_share": 0.9,
            "where": {"tags": ["us"]},
            "from": {"east": 0.6, "west": 0.4},
            "gbps_per_unit": 0.01,
            "max_ms": 30,
            "max_facilities": 2,
            "max_share_per_facility": 0.64,
        },
        {
            "name": "train",
            "amount": 24,
            "yields": {"h100": 1, "trn2": 0.5},
            "whole_blocks": True,
            "unmet_cost": 1,
            "where": {"facilities": ["north", "south"]},
            "max_facilities": 1,
            "one_accelerator": True,
            "together": "zone",
        },
    ],
}


def tunnel(region: str, facility: str, links: tuple[str, ...], period: str) -> TunnelFlow:
    return TunnelFlow(region, facility, 30, links, period)


def hand_made() -> Decisions:
    """A plan of RICH in which nearly every rule binds. A block serves 8 units of either demand."""
    assigned: dict[Assignment, float] = {}
    for t, hall_2, pods, south in ((Q3, 4.5, 1, 5), (Q4, 6, 1, 6), (Q1, 6, 1.5, 6)):
        assigned |= {
            Assignment("train", "su", HALL_1, t): 3,
            Assignment("chat", "su", HALL_1, t): 2,
            Assignment("chat", "su", HALL_2, t): hall_2,
            Assignment("chat", "pod", ROW_A, t): pods,
            Assignment("chat", "su", "south", t): south,
        }
    return Decisions(
        bought={Standing("su", HALL_2, Q4): 2},
        # South may draw 60 kW in the last period: of 8 blocks one is sold, one stands dark.
        retired={Standing("su", "south", Q1): 1},
        switched_off={Standing("su", "south", Q1): 1},
        assigned=assigned,
        served={
            **{Service("train", "", "north", t): 24 for t in (Q3, Q4, Q1)},
            Service("chat", "east", "north", Q3): 60,
            Service("chat", "west", "south", Q3): 40,
            Service("chat", "east", "north", Q4): 72,
            Service("chat", "west", "south", Q4): 48,
            Service("chat", "east", "north", Q1): 72,
            Service("chat", "west", "north", Q1): 4,
            Service("chat", "west", "south", Q1): 40,
        },
        # 2 x 8 + 4.5 x 8 + 1 x 8 = 60; 16 + 48 + 8 = 72; 16 + 48 + 12 = 76.
        served_in={
            ZoneService("chat", HALL_1, Q3): 16,
            ZoneService("chat", HALL_2, Q3): 36,
            ZoneService("chat", ROW_A, Q3): 8,
            ZoneService("chat", HALL_1, Q4): 16,
            ZoneService("chat", HALL_2, Q4): 48,
            ZoneService("chat", ROW_A, Q4): 8,
            ZoneService("chat", HALL_1, Q1): 16,
            ZoneService("chat", HALL_2, Q1): 48,
            ZoneService("chat", ROW_A, Q1): 12,
        },
        # 0.01 Gbps a unit.
        tunnel_gbps={
            tunnel("east", "north", EAST_NORTH, Q3): 0.5,
            tunnel("east", "north", EAST_NORTH_B, Q3): 0.1,
            tunnel("west", "south", ("west-south",), Q3): 0.4,
            tunnel("east", "north", EAST_NORTH, Q4): 0.6,
            tunnel("east", "north", EAST_NORTH_B, Q4): 0.12,
            tunnel("west", "south", ("west-south",), Q4): 0.48,
            tunnel("east", "north", EAST_NORTH, Q1): 0.6,
            tunnel("east", "north", EAST_NORTH_B, Q1): 0.12,
            tunnel("west", "south", ("west-south",), Q1): 0.4,
            tunnel("west", "north", ("west-south", "south-north"), Q1): 0.04,
        },
    )


# A triangle of links over which the traffic of one region takes any way.
ANYWHERE: dict[str, Any] = {
    "gridblock": 1,
    "accelerators": {"h100": {}},
    "blocks": {"su": {"accelerator": "h100", "accelerators": 8}},
    "facilities": {"north": {"installed": {"su": 1}}, "south": {}},
    "network": {
        "routing": "any",
        "regions": {"east": {}},
        "links": [
            {"between": ["east", "north"], "gbps": 0.5},
            {"between": ["east", "south"], "gbps": 0.3},
            {"between": ["north", "south"], "gbps": 0.3},
        ],
    },
    "demands": [
        {
            "name": "chat",
            "amount": 8,
            "yields": {"h100": 1},
            "unmet_cost": 2,
            "from": {"east": 1},
            "gbps_per_unit": 0.1,
        }
    ],
}


def hand_made_anywhere() -> Decisions:
    """0.8 Gbps to north: 0.5 at once, 0.3 by way of south."""
    return Decisions(
        assigned={Assignment("chat", "su", "north", "1"): 1},
        served={Service("chat", "east", "north", "1"): 8},
        arc_gbps={
            ArcFlow("east", "east-north", "east", "1"): 0.5,
            ArcFlow("east", "east-south", "east", "1"): 0.3,
            ArcFlow("east", "north-south", "south", "1"): 0.3,
        },
    )


# A gang on whole blocks of two sites, two quarters long, and a tune on shared ones at one site.
GANGS: dict[str, Any] = {
    "gridblock": 1,
    "periods": {"first": Q3, "count": 3},
    "accelerators": {"h100": {}, "trn2": {}},
    "blocks": {
        "su": {"accelerator": "h100", "accelerators": 8},
        "pod": {"accelerator": "trn2", "accelerators": 8},
    },
    "facilities": {
        "north": {"installed": {"su": 3, "pod": 3}},
        "south": {"installed": {"su": 3, "pod": 3}},
        "west": {"installed": {"su": 3}},
    },
    "network": {
        "links": [
            {"between": ["north", "south"], "ms": 5, "gbps": 4, "cost_per_gbps": 2},
            {"between": ["north", "west"], "ms": 5, "gbps": 10},
            {"between": ["west", "south"], "ms": 4, "gbps": 4, "capacity": "shared"},
            {"name": "long", "between": ["north", "south"], "ms": 20},
        ]
    },
    "demands": [
        {
            "name": "gang",
            "amount": 24,
            "yields": {"h100": 1, "trn2": 1},
            "whole_blocks": True,
            "unmet_cost": 2,
            "run": {"periods": 2, "start": [Q3, Q1], "delay_cost": 100},
            "max_facilities": 2,
            "interconnect": {"gbps": 6, "max_ms": 9},
        },
        {
            "name": "tune",
            "amount": 4,
            "yields": {"h100": 1},
            "unmet_cost": 2,
            "run": {"periods": 1, "start": [Q4, Q1]},
        },
    ],
}


def gang(site: str, period: str, kind: str = "su") -> Assignment:
    return Assignment("gang", kind, site, period)


def gang_served(site: str, period: str) -> Service:
    return Service("gang", "", site, period)


DIRECT, AROUND = ("north-south",), ("north-west", "west-south")


def reserved(start: str, end: str, links: tuple[str, ...], period: str) -> InterconnectFlow:
    return InterconnectFlow("gang", start, end, links, period)


def hand_made_gangs() -> Decisions:
    """The gang waits a quarter for two blocks in the north and one in the south; tune does not."""
    return Decisions(
        assigned={
            **{gang("north", t): 2 for t in (Q4, Q1)},
            **{gang("south", t): 1 for t in (Q4, Q1)},
            Assignment("tune", "su", "north", Q4): 0.5,
        },
        served={
            **{gang_served("north", t): 16 for t in (Q4, Q1)},
            **{gang_served("south", t): 8 for t in (Q4, Q1)},
            Service("tune", "", "north", Q4): 4,
        },
        starts={RunStart("gang", Q4): 1, RunStart("tune", Q4): 1},
        interconnect_gbps={
            reserved(*ends, links, t): gbps
            for t in (Q4, Q1)
            for ends in (("north", "south"), ("south", "north"))
            for links, gbps in ((DIRECT, 4), (AROUND if ends[0] == "north" else AROUND[::-1], 2))
        },
    )


# A tree of feeds that carry exactly what they may, intact and after a loss: each row draws 300 kW,
# the annex 200. A PDU carries 150 and 300, a UPS 150 + 150 + 100 and 800, a substation 1.25 x that.
# A lot adds the last 100 to UPS b.
FED: dict[str, Any] = {
    "gridblock": 1,
    "periods": [{"name": "p1", "hours": 1}, {"name": "p2", "hours": 1}],
    "accelerators": {"h100": {}},
    "blocks": {
        "pod": {
            "accelerator": "h100",
            "accelerators": 8,
            "uses": {"power_kw": 100},
            "cost_once": 10,
        }
    },
    "facilities": {
        "north": {
            "pue": 1.25,
            "feeds": {
                "sub-a": {"mw": 0.5, "failover_mw": 1, "pue": True},
                "sub-b": {"mw": 0.5, "failover_mw": 1, "pue": True},
                "ups-a": {"mw": 0.4, "failover_mw": 0.8, "parent": "sub-a"},
                "ups-b": {"mw": 0.3, "failover_mw": 0.7, "parent": "sub-b"},
            },
            "zones": {
                "hall": {
                    "count": 2,
                    "feeds": {"pdu": {"mw": 0.15, "failover_mw": 0.3, "parent": "ups-a"}},
                    "fed_by": ["pdu", "ups-b"],
                    "zones": {"row": {"installed": {"pod": 3}}},
                },
                "annex": {"fed_by": ["ups-a", "ups-b"], "installed": {"pod": 2}},
            },
        },
        "south": {
            "feeds": {"ups": {"mw": [0.2, 0.1]}},
            "fed_by": ["ups"],
            "installed": {"pod": 2},
        },
    },
    "options": [
        {
            "name": "more",
            "adds": [{"feed": "ups-b", "at": "north", "mw": 0.1}],
            "signed": {"p1": 1},
        }
    ],
}


def hand_made_fed() -> Decisions:
    """Of two pods in the south one stands dark when its UPS is worth less."""
    return Decisions(switched_off={Standing("pod", "south", "p2"): 1})


def stated(instance: Instance, decisions: Decisions, **changes: Any) -> PlanData:
    """Give a plan that states what its decisions cost, with a bound 1 % below."""
    books = account(instance, decisions)
    objective = float(books.objective)
    bound = objective - 0.01 * abs(objective)
    plan = PlanData(
        instance=instance.name,
        instance_hash=instance.hash,
        status="optimal",
        stop="finished",
        decisions=decisions,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
        gap_asked=0.02,
        costs={category: float(cost) for category, cost in books.costs.items()},
    )
    return replace(plan, **changes)


class Case(NamedTuple):
    """An instance with a valid plan of it."""

    instance: Instance
    decisions: Decisions
    plan: PlanData


CASES = {
    name: Case(instance, decisions, stated(instance, decisions))
    for name, instance, decisions in (
        ("rich", Instance.parse(RICH), hand_made()),
        ("anywhere", Instance.parse(ANYWHERE), hand_made_anywhere()),
        ("gangs", Instance.parse(GANGS), hand_made_gangs()),
        ("deal", Instance.parse(DEAL), hand_made_deal()),
        ("fed", Instance.parse(FED), hand_made_fed()),
    )
}


@pytest.fixture
def rich() -> Case:
    return CASES["rich"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_valid_plan_passes(case: Case) -> None:
    report = audit(case.instance, case.plan)
    assert report.findings == ()
    assert report.ok
    report.raise_if_broken()
    assert set(report.checked) == set(RULES)


def test_fabric_stays_within_a_zone_that_holds_all_of_a_demand(rich: Case) -> None:
    # Train stands in hall 1 alone.
    woven = rich.instance.replace({"demands.train.fabric_gbps_per_block": 1000})
    assert audit(woven, stated(woven, rich.decisions)).ok


def test_the_report_says_how_much_was_checked(rich: Case) -> None:
    checked = audit(rich.instance, rich.plan).checked
    # north 2, halls 2 x 3 + no liquid 2, annex 1, row-a 1 + no air 1, south 2, far 1; 3 periods.
    assert checked["limits_of_places_hold"] == 3 * 16
    # north names its grid in 3 periods.
    assert checked["grid_power_holds"] == 3
    # Each way of three links, both ways of one; the link between south and north has no limit.
    assert checked["links_carry_within_capacity"] == 3 * (2 + 1 + 2)
    # Nothing goes over single links here.
    assert checked["traffic_is_conserved_at_every_place"] == 0
    assert audit(rich.instance, rich.plan).rows == sum(checked.values())


# ---- tampering with decisions; what the tampered plan costs is stated truly ----


class Tamper(NamedTuple):
    """A change to a valid plan, with the rules that it breaks.

    Attributes:
        name: what is wrong with the plan.
        changes: decisions that are changed, by table; None takes one away.
        rules: the rules that are broken, all of them.
        given: fields of the instance that are changed as well, by path.
        case: which plan is tampered with.
    """

    name: str
    changes: dict[str, dict[Any, Any]]
    rules: set[str]
    given: Mapping[str, Any] = MappingProxyType({})
    case: str = "rich"


def su(place: str, period: str) -> Standing:
    return Standing("su", place, period)


def chat_su(place: str, period: str) -> Assignment:
    return Assignment("chat", "su", place, period)


def train_su(place: str, period: str) -> Assignment:
    return Assignment("train", "su", place, period)


SOUTH = {"feed": "ups", "at": "south", "mw": [0.1, 0]}
FED_RULES = {"feeds_carry_within_rating", "feeds_carry_within_failover_rating"}
TAMPERS = [
    # Decisions that cannot be.
    Tamper(
        "unknown block",
        {"bought": {Standing("sux", HALL_2, Q4): 2}},
        {"decisions_name_what_exists"},
    ),
    Tamper(
        "unknown place", {"retired": {su("north/hall-3", Q4): 1}}, {"decisions_name_what_exists"}
    ),
    Tamper("a place with zones", {"bought": {su("north", Q4): 1}}, {"decisions_name_what_exists"}),
    Tamper("unknown period", {"bought": {su(HALL_2, "2027Q2"): 1}}, {"decisions_name_what_exists"}),
    Tamper(
        "unknown demand",
        {"assigned": {Assignment("chatt", "su", HALL_1, Q3): 1}},
        {"decisions_name_what_exists"},
    ),
    Tamper(
        "unknown region",
        {"served": {Service("chat", "mars", "north", Q3): 1}},
        {"decisions_name_what_exists"},
    ),
    Tamper(
        "unknown facility",
        {"served": {Service("chat", "east", "nord", Q3): 1}},
        {"decisions_name_what_exists"},
    ),
    Tamper(
        "unknown link in a tunnel",
        {"tunnel_gbps": {tunnel("east", "north", ("e-n",), Q3): 0.1}},
        {"decisions_name_what_exists"},
    ),
    Tamper(
        "unknown link",
        {"arc_gbps": {ArcFlow("east", "e-n", "east", "1"): 0.1}},
        {"decisions_name_what_exists"},
        case="anywhere",
    ),
    Tamper(
        "infinitely many",
        {"served": {Service("chat", "east", "north", Q3): math.inf}},
        {"decided_numbers_are_finite"},
    ),
    Tamper(
        "not a number",
        {"assigned": {chat_su(HALL_2, Q3): math.nan}},
        {"decided_numbers_are_finite"},
    ),
    Tamper("a truth value", {"bought": {su(HALL_2, Q4): True}}, {"decided_numbers_are_finite"}),
    Tamper("text", {"bought": {su(HALL_2, Q4): "2"}}, {"decided_numbers_are_finite"}),
    Tamper(
        "beyond any plan", {"bought": {su(HALL_2, Q4): 10**400}}, {"decided_numbers_are_finite"}
    ),
    Tamper(
        "served from where it does not come from",
        {"served": {Service("chat", "isle", "north", Q3): 0.0}},
        {"demands_come_from_their_regions"},
    ),
    Tamper(
        "served from nowhere",
        {"served": {Service("chat", "", "north", Q3): 1.0}},
        {"demands_come_from_their_regions"},
    ),
    Tamper("half a block bought", {"bought": {su(HALL_2, Q4): 1.5}}, {"counts_are_whole_numbers"}),
    Tamper(
        "nearly whole block",
        {"assigned": {train_su(HALL_1, Q3): 3 - 1e-9}},
        {"counts_are_whole_numbers"},
    ),
    Tamper("bought below 0", {"bought": {su(HALL_2, Q1): -1}}, {"nothing_is_negative"}),
    Tamper(
        "switched off below 0", {"switched_off": {su("south", Q1): -1}}, {"nothing_is_negative"}
    ),
    Tamper(
        "served below 0",
        {"served": {Service("chat", "west", "north", Q3): -0.001}},
        {"nothing_is_negative"},
    ),
    Tamper(
        "single links with tunnels",
        {"arc_gbps": {ArcFlow("east", "east-north", "east", Q3): 0.0}},
        {"traffic_takes_the_routing_of_the_instance"},
    ),
    Tamper(
        "tunnels with any routing",
        {"tunnel_gbps": {TunnelFlow("east", "north", None, EAST_NORTH, "1"): 0.0}},
        {"traffic_takes_the_routing_of_the_instance"},
        case="anywhere",
    ),
    Tamper(
        "a tunnel with a gap",
        {"tunnel_gbps": {tunnel("west", "north", ("west-south", "east-north"), Q1): 0.04}},
        {"tunnels_are_paths"},
    ),
    Tamper(
        "a tunnel that ends elsewhere",
        {"tunnel_gbps": {tunnel("west", "north", ("west-south",), Q1): 0.04}},
        {"tunnels_are_paths"},
    ),
    Tamper(
        "a tunnel over no link",
        {"tunnel_gbps": {tunnel("west", "north", (), Q1): 0.04}},
        {"tunnels_are_paths"},
    ),
    Tamper(
        "a tunnel that goes round",
        {"tunnel_gbps": {tunnel("east", "north", ("east-north", "e-n-b", "east-north"), Q1): 0.1}},
        {"tunnels_are_paths"},
    ),
    Tamper(
        "traffic that enters a link midway",
        {"arc_gbps": {ArcFlow("east", "east-south", "north", "1"): 0.0}},
        {"traffic_enters_links_at_their_ends"},
        case="anywhere",
    ),
    # Fleet.
    Tamper(
        "bought what is not for sale",
        {"bought": {Standing("pod", ROW_B, Q1): 1}},
        {"bought_only_at_a_price", "limits_of_places_hold", "grid_power_holds"},
    ),
    Tamper(
        "bought too early",
        {"bought": {su(HALL_2, Q3): 1, su(HALL_2, Q4): 1}},
        {"bought_only_after_the_lead"},
    ),
    Tamper(
        "bought where it may not stand",
        {"bought": {su(HALL_2, Q4): 2, su("far", Q1): 1}},
        {"bought_only_where_the_block_may_stand"},
    ),
    Tamper(
        "more than the vendor delivers",
        {"bought": {su("south", Q1): 4}},
        {"bought_within_block_supply", "limits_of_places_hold", "bought_within_accelerator_supply"},
    ),
    Tamper(
        "more accelerators than delivered",
        {"bought": {su("south", Q1): 3}, "retired": {su("south", Q1): 3}},
        {"bought_within_accelerator_supply"},
        {"facilities.south.limits.power_mw": {Q3: 0.1, Q1: 0.07}},
    ),
    Tamper(
        "more retired than there are",
        {"retired": {Standing("pod", ROW_B, Q4): 1}},
        {"owned_never_below_zero"},
    ),
    Tamper(
        "a sale beyond the fleet",
        {"retired": {su("south", Q1): 9}, "switched_off": {su("south", Q1): None}},
        {"owned_never_below_zero", "assigned_within_powered"},
    ),
    Tamper(
        "switched off at no dip",
        {"switched_off": {Standing("pod", ROW_A, Q3): 1}},
        {"switched_off_only_where_a_limit_falls"},
    ),
    Tamper(
        "more switched off than there are",
        {"switched_off": {su("south", Q1): 8}},
        {"switched_off_within_installed", "assigned_within_powered"},
    ),
    # Capacity: zones, cooling, racks, water, grid.
    Tamper(
        "one more block on", {"switched_off": {su("south", Q1): None}}, {"limits_of_places_hold"}
    ),
    Tamper(
        "racks taken by dark blocks",
        {},
        {"limits_of_places_hold"},
        {"facilities.south.limits.racks": [8, 8, 6]},
    ),
    Tamper(
        "a row beyond its annex",
        {},
        {"limits_of_places_hold"},
        {"facilities.north.zones.annex.limits.power_mw": 0.059999999},
    ),
    Tamper(
        "halls beyond their facility",
        {},
        {"limits_of_places_hold"},
        {"facilities.north.limits.power_mw": 0.17999},
    ),
    Tamper(
        "air cooling where only liquid is named",
        {},
        {"limits_of_places_hold"},
        {"facilities.north.zones.hall.limits": {"power_mw": 0.1, "liquid_cooling_mw": 0.1}},
    ),
    Tamper(
        "more water than there is",
        {},
        {"limits_of_places_hold"},
        {"facilities.north.limits.water": [20, 24, 23.999]},
    ),
    Tamper("the grid carries PUE", {}, {"grid_power_holds"}, {"facilities.north.pue": 1.2500001}),
    # Feeds: intact, after a loss, up the tree.
    Tamper(
        "one more block on two feeds",
        {"bought": {Standing("pod", "north/annex", "p1"): 1}},
        FED_RULES,
        {},
        case="fed",
    ),
    Tamper(
        "a PDU beyond its rating",
        {},
        {"feeds_carry_within_rating"},
        {"facilities.north.zones.hall.feeds.pdu.mw": 0.1499999},
        case="fed",
    ),
    Tamper(
        "a PDU beyond its rating after a loss",
        {},
        {"feeds_carry_within_failover_rating"},
        {"facilities.north.zones.hall.feeds.pdu.failover_mw": 0.2999999},
        case="fed",
    ),
    Tamper(
        "a feed rated after a loss as before it",
        {},
        {"feeds_carry_within_failover_rating"},
        {"facilities.north.feeds.ups-b.failover_mw": None},
        case="fed",
    ),
    Tamper(
        "a substation after the loss of the other",
        {},
        {"feeds_carry_within_failover_rating"},
        {"facilities.north.feeds.sub-a.failover_mw": 0.999},
        case="fed",
    ),
    Tamper(
        "substations carry PUE",
        {},
        FED_RULES,
        {"facilities.north.pue": 1.2500001},
        case="fed",
    ),
    Tamper(
        "a feed that carries PUE",
        {},
        FED_RULES,
        {"facilities.north.feeds.ups-b.pue": True},
        case="fed",
    ),
    Tamper(
        "PDUs hung on the other UPS",
        {},
        {"feeds_carry_within_rating"},
        {"facilities.north.zones.hall.feeds.pdu.parent": "ups-b"},
        case="fed",
    ),
    Tamper(
        "an annex on one feed",
        {},
        {"feeds_carry_within_rating"},
        {"facilities.north.zones.annex.fed_by": ["ups-a"]},
        case="fed",
    ),
    Tamper(
        "a nearer feed of the same name",
        {},
        FED_RULES,
        {"facilities.north.zones.hall.feeds.ups-b": {"mw": 0.1}},
        case="fed",
    ),
    Tamper(
        "a block on when its feed is worth less",
        {"switched_off": {Standing("pod", "south", "p2"): None}},
        {"feeds_carry_within_rating"},
        {},
        case="fed",
    ),
    Tamper(
        "dark where the rating of a feed grows",
        {},
        {"feeds_carry_within_rating", "switched_off_only_where_a_limit_falls"},
        {"facilities.south.feeds.ups.mw": [0.1, 0.2]},
        case="fed",
    ),
    Tamper(
        "dark where only a lot ends",
        {},
        {"switched_off_only_where_a_limit_falls"},
        {
            "facilities.south.feeds.ups.mw": 0.1,
            "options.more.adds": [*FED["options"][0]["adds"], SOUTH],
        },
        case="fed",
    ),
    Tamper(
        "more than lots add to a feed",
        {},
        FED_RULES,
        {"options.more.adds.0.mw": 0.0999999},
        case="fed",
    ),
    Tamper("lots of another feed", {}, FED_RULES, {"options.more.adds.0.feed": "ups-a"}, "fed"),
    Tamper("half a lot on a feed at first", {}, FED_RULES, {"options.more.ramp": [0.5, 1]}, "fed"),
    Tamper("a lot on a feed that has ended", {}, FED_RULES, {"options.more.term": 1}, "fed"),
    # Placement.
    Tamper(
        "a block assigned twice",
        {"assigned": {train_su(HALL_1, Q3): 4}},
        {"assigned_within_powered"},
    ),
    Tamper(
        "a little more than a block",
        {"assigned": {chat_su("south", Q4): 8.001}},
        {"assigned_within_powered"},
    ),
    Tamper(
        "assigned where the demand may not run",
        {},
        {"assigned_only_where_the_demand_may_run", "served_only_where_the_demand_may_run"},
        {"demands.train.where": {"facilities": ["south"]}},
    ),
    Tamper(
        "assigned without a yield",
        {"assigned": {Assignment("chat", "pod", ROW_A, Q1): 1.5}},
        {
            "assigned_only_with_a_yield",
            "served_within_what_is_assigned",
            "served_in_zones_within_what_is_assigned",
        },
        {"demands.chat.yields": {"h100": 1}},
    ),
    Tamper(
        "at a facility too many", {}, {"at_most_max_facilities"}, {"demands.chat.max_facilities": 1}
    ),
    Tamper(
        "blocks at a second facility",
        {"assigned": {train_su("south", Q3): 1}},
        {"at_most_max_facilities"},
    ),
    Tamper(
        "too much at one facility",
        {},
        {"served_within_max_share_per_facility"},
        {"demands.chat.max_share_per_facility": 0.6333},
    ),
    Tamper(
        "two accelerators at once",
        {"assigned": {Assignment("train", "pod", ROW_A, Q3): 1, train_su(HALL_1, Q3): 2}},
        {"one_accelerator_at_a_time", "together_in_one_zone"},
    ),
    Tamper(
        "in two zones",
        {
            "assigned": {
                train_su(HALL_1, Q3): 2,
                train_su(HALL_2, Q3): 1,
                chat_su(HALL_2, Q3): 4,
                chat_su(HALL_1, Q3): 2.5,
            },
            "served_in": {ZoneService("chat", HALL_1, Q3): 20, ZoneService("chat", HALL_2, Q3): 32},
        },
        {"together_in_one_zone"},
    ),
    # Demand.
    Tamper(
        "more served than is assigned",
        {"assigned": {chat_su("south", Q3): 4.999}},
        {"served_within_what_is_assigned"},
    ),
    Tamper(
        "the rest of a whole block serves nothing more",
        {"assigned": {train_su(HALL_1, Q4): 2}},
        {"served_within_what_is_assigned"},
    ),
    Tamper(
        "more met than asked for",
        {
            "served": {Service("chat", "west", "south", Q3): 41},
            "tunnel_gbps": {tunnel("west", "south", ("west-south",), Q3): 0.41},
            "assigned": {chat_su("south", Q3): 5.125},
        },
        {"met_within_the_amount"},
    ),
    Tamper(
        "less met than the floor",
        {
            "served": {Service("chat", "west", "south", Q1): 39},
            "tunnel_gbps": {tunnel("west", "south", ("west-south",), Q1): 0.39},
        },
        {"min_share_is_met"},
    ),
    # Network.
    Tamper(
        "no path within the bound",
        {},
        {"served_only_within_reach", "tunnels_carry_the_traffic"},
        {"demands.chat.max_ms": 12},
    ),
    Tamper(
        "a detour beyond the bound",
        {},
        {"tunnels_keep_the_latency_bound"},
        {"network.links.e-n-b.ms": 31},
    ),
    Tamper(
        "traffic left behind",
        {"tunnel_gbps": {tunnel("east", "north", EAST_NORTH_B, Q3): None}},
        {"tunnels_carry_the_traffic"},
    ),
    Tamper(
        "traffic under another bound",
        {
            "tunnel_gbps": {
                tunnel("east", "north", EAST_NORTH_B, Q3): None,
                TunnelFlow("east", "north", 40, EAST_NORTH_B, Q3): 0.1,
            }
        },
        {"tunnels_carry_the_traffic"},
    ),
    Tamper(
        "traffic of nobody",
        {"tunnel_gbps": {tunnel("west", "north", ("west-south", "south-north"), Q3): 0.01}},
        {"tunnels_carry_the_traffic"},
    ),
    Tamper(
        "one way of a link is full",
        {},
        {"links_carry_within_capacity"},
        {"network.links.2.gbps": 0.479},
    ),
    Tamper(
        "a shared link is full",
        {},
        {"links_carry_within_capacity"},
        {"network.links.e-n-b.gbps": 0.1199},
    ),
    Tamper(
        "traffic vanishes",
        {"arc_gbps": {ArcFlow("east", "north-south", "south", "1"): 0.29}},
        {"traffic_is_conserved_at_every_place"},
        case="anywhere",
    ),
    Tamper(
        "a single link is full",
        {
            "arc_gbps": {
                ArcFlow("east", "east-north", "east", "1"): 0.51,
                ArcFlow("east", "east-south", "east", "1"): 0.29,
                ArcFlow("east", "north-south", "south", "1"): 0.29,
            }
        },
        {"links_carry_within_capacity"},
        case="anywhere",
    ),
    Tamper(
        "served in no zone",
        {"served_in": {ZoneService("chat", ROW_A, Q3): None}},
        {"served_in_zones_adds_up"},
    ),
    Tamper(
        "served in a zone without blocks",
        {"served_in": {ZoneService("chat", ROW_A, Q3): 9, ZoneService("chat", HALL_1, Q3): 15}},
        {"served_in_zones_within_what_is_assigned", "uplinks_carry_within_capacity"},
    ),
    Tamper(
        "an uplink is full",
        {},
        {"uplinks_carry_within_capacity"},
        {"facilities.north.zones.hall.uplink_gbps": 0.479},
    ),
    Tamper(
        "an uplink around rows is full",
        {},
        {"uplinks_carry_within_capacity"},
        {"facilities.north.zones.annex.uplink_gbps": 0.119},
    ),
    # Runs.
    Tamper(
        "a start of what is no run",
        {"starts": {RunStart("chat", Q3): 1}},
        {"only_runs_start"},
    ),
    Tamper(
        "a start of an unknown run",
        {"starts": {RunStart("gong", Q3): 1}},
        {"decisions_name_what_exists"},
        case="gangs",
    ),
    Tamper(
        "half a start",
        {"starts": {RunStart("gang", Q4): 0.5}},
        {"counts_are_whole_numbers"},
        case="gangs",
    ),
    Tamper(
        "a start too early",
        {
            "starts": {RunStart("tune", Q4): None, RunStart("tune", Q3): 1},
            "served": {
                Service("tune", "", "north", Q4): None,
                Service("tune", "", "north", Q3): 4,
            },
            "assigned": {
                Assignment("tune", "su", "north", Q4): None,
                Assignment("tune", "su", "north", Q3): 0.5,
            },
        },
        {"runs_start_within_their_window"},
        case="gangs",
    ),
    Tamper(
        "a start that leaves no time",
        {
            "starts": {RunStart("gang", Q4): None, RunStart("gang", Q1): 1},
            "served": {gang_served("north", Q4): None, gang_served("south", Q4): None},
            "assigned": {gang("north", Q4): None, gang("south", Q4): None},
            "interconnect_gbps": {
                key: None for key in hand_made_gangs().interconnect_gbps if key.period == Q4
            },
        },
        {"runs_start_within_their_window"},
        case="gangs",
    ),
    Tamper(
        "two starts",
        {"starts": {RunStart("gang", Q3): 1}},
        {"runs_start_at_most_once"},
        case="gangs",
    ),
    Tamper(
        "a start that counts twice",
        {"starts": {RunStart("gang", Q4): 2}},
        {"runs_start_at_most_once"},
        case="gangs",
    ),
    Tamper(
        "a run that never starts and is served",
        {"starts": {RunStart("gang", Q4): None}},
        {"runs_are_served_wholly_or_not_at_all", "met_within_the_amount"},
        case="gangs",
    ),
    Tamper(
        "a run that starts and is not served",
        {"served": {gang_served("south", Q1): 7}},
        {"runs_are_served_wholly_or_not_at_all"},
        case="gangs",
    ),
    Tamper(
        "blocks for a run that is over",
        {"assigned": {Assignment("tune", "su", "north", Q1): 0.5}},
        {"runs_are_served_wholly_or_not_at_all"},
        case="gangs",
    ),
    Tamper(
        "a run that goes elsewhere",
        {
            "assigned": {gang("south", Q1): None, gang("north", Q1): 3},
            "served": {gang_served("south", Q1): None, gang_served("north", Q1): 24},
        },
        {"runs_stay_at_the_same_facilities"},
        case="gangs",
    ),
    Tamper(
        "a run at more facilities than it may use",
        {
            "assigned": {
                Assignment("tune", "su", "north", Q4): 0.25,
                Assignment("tune", "su", "south", Q4): 0.25,
            },
            "served": {
                Service("tune", "", "north", Q4): 2,
                Service("tune", "", "south", Q4): 2,
            },
        },
        {"runs_stay_at_the_same_facilities"},
        case="gangs",
    ),
    Tamper(
        "a run that changes its accelerator",
        {"assigned": {gang("south", Q1): None, gang("south", Q1, "pod"): 1}},
        {"runs_keep_one_accelerator"},
        case="gangs",
    ),
    # Interconnect: 6 Gbps from north to south and back, 4 at once and 2 by way of west.
    Tamper(
        "reserved for an unknown demand",
        {"interconnect_gbps": {InterconnectFlow("gong", "north", "south", DIRECT, Q4): 4}},
        {"decisions_name_what_exists"},
        case="gangs",
    ),
    Tamper(
        "reserved on an unknown link",
        {"interconnect_gbps": {reserved("north", "south", ("n-s",), Q4): 4}},
        {"decisions_name_what_exists"},
        case="gangs",
    ),
    Tamper(
        "reserved to an unknown facility",
        {"interconnect_gbps": {reserved("north", "sud", DIRECT, Q4): 4}},
        {"decisions_name_what_exists"},
        case="gangs",
    ),
    Tamper(
        "reserved on what is no path",
        {"interconnect_gbps": {reserved("north", "south", ("west-south",), Q4): 2}},
        {"reserved_paths_lead_between_their_facilities"},
        case="gangs",
    ),
    Tamper(
        "reserved on a path that ends elsewhere",
        {"interconnect_gbps": {reserved("north", "south", ("north-west",), Q4): 2}},
        {"reserved_paths_lead_between_their_facilities"},
        case="gangs",
    ),
    Tamper(
        "reserved on no link",
        {"interconnect_gbps": {reserved("north", "south", (), Q4): 2}},
        {"reserved_paths_lead_between_their_facilities"},
        case="gangs",
    ),
    Tamper(
        "reserved in circles",
        {
            "interconnect_gbps": {
                reserved("north", "south", (*AROUND, "long", "north-south"), Q4): 2
            }
        },
        {"reserved_paths_lead_between_their_facilities"},
        case="gangs",
    ),
    Tamper(
        "reserved in one direction only",
        {
            "interconnect_gbps": {
                reserved("south", "north", DIRECT, Q1): None,
                reserved("south", "north", AROUND[::-1], Q1): None,
            }
        },
        {"reserved_between_facilities_used"},
        case="gangs",
    ),
    Tamper(
        "less reserved than asked for",
        {"interconnect_gbps": {reserved("north", "south", AROUND, Q4): 1.99}},
        {"reserved_between_facilities_used"},
        case="gangs",
    ),
    Tamper(
        "reserved where nothing is used",
        {"interconnect_gbps": {reserved("north", "south", DIRECT, Q3): 1}},
        {"reserved_between_facilities_used"},
        case="gangs",
    ),
    Tamper(
        "reserved on a path that is too long",
        {
            "interconnect_gbps": {
                reserved("north", "south", AROUND, Q4): None,
                reserved("north", "south", ("long",), Q4): 2,
            }
        },
        {"reserved_paths_keep_the_latency_bound"},
        case="gangs",
    ),
    Tamper(
        "more reserved than a link carries",
        {
            "interconnect_gbps": {
                reserved("north", "south", AROUND, Q4): 1.5,
                reserved("north", "south", DIRECT, Q4): 4.5,
            }
        },
        {"links_carry_within_capacity"},
        case="gangs",
    ),
    Tamper(
        "more reserved than a link carries both ways",
        {},
        {"links_carry_within_capacity"},
        given={"network.links.2.gbps": 3.9},
        case="gangs",
    ),
    Tamper(
        "facilities too far apart",
        {"interconnect_gbps": dict.fromkeys(hand_made_gangs().interconnect_gbps)},
        {"facilities_used_are_close_enough"},
        given={
            "network": {},
            **{f"facilities.{site}.at": {"lat": 0, "lon": 0} for site in ("north", "west")},
            "facilities.south.at": {"lat": 0, "lon": 6},
        },
        case="gangs",
    ),
    # Fabric: chat has 6 blocks in hall 2 and others beside it; 0.48 of 0.5 Gbps are used.
    Tamper(
        "fabric beside traffic over an uplink",
        {},
        {"uplinks_carry_within_capacity"},
        given={"demands.chat.fabric_gbps_per_block": 0.01},
    ),
    Tamper(
        "fabric without traffic over an uplink",
        {"assigned": {train_su(HALL_1, Q3): 2, train_su(HALL_2, Q3): 1, chat_su(HALL_2, Q3): 4}}
        | {"served": {Service("chat", "east", "north", Q3): 56}}
        | {"served_in": {ZoneService("chat", HALL_2, Q3): 32}}
        | {"tunnel_gbps": {tunnel("east", "north", EAST_NORTH_B, Q3): 0.06}},
        {"uplinks_carry_within_capacity"},
        given={
            "demands.chat.min_share": 0,
            "demands.train.together": "facility",
            "demands.train.fabric_gbps_per_block": 0.3,
        },
    ),
    *(Tamper(*tamper, case="deal") for tamper in DEAL_TAMPERS),
]


def tampered(tamper: Tamper) -> tuple[Instance, PlanData]:
    """Apply a tamper; state true costs where the tampered decisions have any."""
    case = CASES[tamper.case]
    instance = case.instance.replace(tamper.given)
    decisions = changed(case.decisions, tamper.changes)
    try:
        return instance, stated(instance, decisions)
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return instance, replace(case.plan, decisions=decisions, instance_hash=instance.hash)


def changed(decisions: Decisions, changes: dict[str, dict[Any, Any]]) -> Decisions:
    """Set or, with None, take away some decisions."""
    tables = {name: {**getattr(decisions, name), **table} for name, table in changes.items()}
    return replace(
        decisions,
        **{
            name: {key: value for key, value in table.items() if value is not None}
            for name, table in tables.items()
        },
    )


def broken_rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize("tamper", TAMPERS, ids=lambda tamper: tamper.name)
def test_tampered_decisions_are_caught(tamper: Tamper) -> None:
    instance, plan = tampered(tamper)
    assert broken_rules(audit(instance, plan)) == tamper.rules


# ---- tampering with what the plan states ----

OFF = {
    "hardware",
    "standing",
    "energy",
    "carbon",
    "network",
    "serving",
    "unmet",
    "resale",
    "end_credit",
    "options",
    "usage",
}
TRUE = CASES["rich"].plan
NOTHING: dict[str, Any] = {
    "decisions": None,
    "objective": None,
    "bound": None,
    "gap": None,
    "costs": {},
}
FALSE_STATEMENTS: list[tuple[str, dict[str, Any], set[str]]] = [
    *(
        (
            f"{category} cost is off",
            {"costs": {**TRUE.costs, category: TRUE.costs[category] + 0.01}},
            {"costs_are_as_stated"},
        )
        for category in sorted(OFF)
    ),
    (
        "a cost is missing",
        {"costs": {name: cost for name, cost in TRUE.costs.items() if name != "carbon"}},
        {"stated_figures_are_complete"},
    ),
    (
        "the objective is off",
        {"objective": TRUE.objective + 0.01},
        {"objective_is_the_sum_of_costs", "gap_follows_from_the_bound"},
    ),
    (
        "the bound is above",
        {"bound": TRUE.objective * 1.01, "gap": 0.01},
        {"bound_is_not_above_the_objective"},
    ),
    ("the gap is better than it is", {"gap": 0.005}, {"gap_follows_from_the_bound"}),
    (
        "optimal beyond the gap asked",
        {"gap_asked": 0.009},
        {"optimal_only_within_the_gap_asked"},
    ),
    (
        "optimal without a bound",
        {"bound": None, "gap": None},
        {"optimal_only_within_the_gap_asked"},
    ),
    ("another instance", {"instance_hash": "0" * 64}, {"plan_is_of_this_instance"}),
    ("an unknown status", {"status": "perfect"}, {"status_fits_what_is_held"}),
    ("infeasible with a plan", {"status": "infeasible"}, {"status_fits_what_is_held"}),
    ("optimal without a plan", NOTHING, {"status_fits_what_is_held"}),
    ("a conflict with a plan", {"conflict": ("chat",)}, {"conflict_only_where_infeasible"}),
    ("no objective", {"objective": None}, {"stated_figures_are_complete"}),
    ("no costs", {"costs": {}}, {"stated_figures_are_complete"}),
    ("an unknown cost", {"costs": {**TRUE.costs, "bribes": 0.0}}, {"stated_figures_are_complete"}),
    ("a gap without a bound", {"bound": None}, {"stated_figures_are_complete"}),
    ("a bound without a gap", {"gap": None}, {"stated_figures_are_complete"}),
    (
        "costs of no plan",
        {**NOTHING, "status": "no_plan", "costs": TRUE.costs},
        {"stated_figures_are_complete"},
    ),
    (
        "an objective of no plan",
        {**NOTHING, "status": "infeasible", "objective": 1.0},
        {"stated_figures_are_complete"},
    ),
    ("an infinite bound", {"bound": -math.inf}, {"stated_figures_are_numbers"}),
    ("an objective that is no number", {"objective": math.nan}, {"stated_figures_are_numbers"}),
    (
        "a cost that is nothing",
        {"costs": {**TRUE.costs, "carbon": None}},
        {"stated_figures_are_numbers"},
    ),
    ("a gap that is a truth value", {"gap": False}, {"stated_figures_are_numbers"}),
]


@pytest.mark.parametrize(
    ("changes", "rules"),
    [case[1:] for case in FALSE_STATEMENTS],
    ids=[case[0] for case in FALSE_STATEMENTS],
)
def test_false_statements_are_caught(rich: Case, changes: dict[str, Any], rules: set[str]) -> None:
    assert broken_rules(audit(rich.instance, replace(rich.plan, **changes))) == rules


def test_every_rule_is_broken_by_some_tamper() -> None:
    rules = [tamper.rules for tamper in TAMPERS] + [rules for _, _, rules in FALSE_STATEMENTS]
    files = [
        file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_audit_*")
    ]
    rules += [{rule for rule in RULES if f'"{rule}"' in text} for text in files]
    assert set().union(*rules) == set(RULES)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "infeasible", "conflict": ("chat must be met",)},
        {"status": "no_plan"},
        {"status": "no_plan", "bound": 17.0},
        {"status": "interrupted"},
    ],
)
def test_a_plan_without_decisions_passes_if_it_states_nothing(
    rich: Case, changes: dict[str, Any]
) -> None:
    report = audit(rich.instance, replace(rich.plan, **{**NOTHING, **changes}))
    assert report.findings == ()
    assert report.checked.keys() < set(RULES)


def test_a_plan_stopped_early_may_have_any_gap_or_none(rich: Case) -> None:
    for status in ("feasible", "interrupted"):
        assert audit(rich.instance, replace(rich.plan, status=status, gap_asked=0.0)).ok
        assert audit(rich.instance, replace(rich.plan, status=status, bound=None, gap=None)).ok


# ---- what a finding says ----


def test_findings_speak_in_names_and_units(rich: Case) -> None:
    weak = rich.instance.replace({"facilities.north.grid_mw": [0.2, 0.19, 0.225]})
    report = audit(weak, stated(weak, rich.decisions))
    # 12 su of 10 kW and 2 pods of 20 kW draw 160 kW x 1.25.
    assert [str(finding) for finding in report.findings] == [
        "grid power at north in 2026Q4: 0.2 MW drawn, 0.19 MW delivered"
    ]
    with pytest.raises(AuditError, match="grid power at north in 2026Q4") as caught:
        report.raise_if_broken()
    assert caught.value.findings == report.findings


def test_findings_name_the_feed_and_what_is_lost() -> None:
    case = CASES["fed"]
    weak = case.instance.replace({"facilities.north.zones.hall.feeds.pdu.failover_mw": [0.2, 0.3]})
    report = audit(weak, stated(weak, case.decisions))
    # Each hall hangs on its PDU alone when UPS b or what it draws from is lost.
    assert [str(finding) for finding in report.findings] == [
        f"feed pdu at north/hall-{i} after losing {lost} at north in p1: "
        "0.3 MW carried, 0.2 MW allowed"
        for lost in ("sub-b", "ups-b")
        for i in (1, 2)
    ]
    # Two periods of 6 feeds in the north and 1 in the south.
    assert report.checked["feeds_carry_within_rating"] == 2 * 7
    # Substation a takes four with it, b two, UPS a three; UPS b and a PDU go alone.
    living = (6 - 4) + (6 - 2) + (6 - 3) + 3 * (6 - 1)
    assert report.checked["feeds_carry_within_failover_rating"] == 2 * living


def test_figures_that_nearly_agree_are_told_apart(rich: Case) -> None:
    weak = rich.instance.replace({"facilities.north.pue": 1.2500000001})
    (first, _) = audit(weak, stated(weak, rich.decisions)).findings
    assert first.message == "0.200000000016 MW drawn, 0.2 MW delivered"


def test_an_error_lists_the_first_findings_only(rich: Case) -> None:
    nothing = rich.instance.replace({"demands.chat.yields": {}, "demands.train.yields": {}})
    with pytest.raises(AuditError, match=r"and \d+ more$") as caught:
        audit(nothing, stated(nothing, rich.decisions)).raise_if_broken()
    assert len(str(caught.value).splitlines()) == 21


# ---- tolerance ----


def served_at_south(units: float) -> dict[str, dict[Any, Any]]:
    return {"served": {Service("chat", "west", "south", Q3): units}}


def test_rows_with_continuous_terms_have_a_little_slack(rich: Case) -> None:
    # 40 units served may be 4e-5 above 5 blocks x 8.
    for units, ok in ((40 + 3e-5, True), (40 + 5e-5, False)):
        decisions = changed(rich.decisions, served_at_south(units))
        assert audit(rich.instance, stated(rich.instance, decisions)).ok is ok


def test_slack_is_no_share_of_the_right_hand_side(rich: Case) -> None:
    # A floor of 43.2 is met by 4 and 39.19995: the largest term allows 3.9e-5 only.
    for units, ok in ((39.2 - 3e-5, True), (39.2 - 5e-5, False)):
        changes: dict[str, dict[Any, Any]] = {
            "served": {Service("chat", "west", "south", Q1): units},
            "tunnel_gbps": {tunnel("west", "south", ("west-south",), Q1): 0.01 * units},
        }
        decisions = changed(rich.decisions, changes)
        assert audit(rich.instance, stated(rich.instance, decisions)).ok is ok


def test_rows_of_whole_blocks_have_none(rich: Case) -> None:
    tight = rich.instance.replace({"blocks.su.uses.water": 2.000000000001})
    assert broken_rules(audit(tight, stated(tight, rich.decisions))) == {"limits_of_places_hold"}


def test_limits_are_the_decimals_as_written() -> None:
    # 3 x 0.1 kW in 0.0003 MW: as floats 0.30000000000000004 would not fit.
    exact = Instance.parse(
        {
            "gridblock": 1,
            "accelerators": {"a": {}},
            "blocks": {"b": {"accelerator": "a", "accelerators": 1, "uses": {"power_kw": 0.1}}},
            "facilities": {"f": {"limits": {"power_mw": 0.0003}, "installed": {"b": 3}}},
        }
    )
    assert audit(exact, stated(exact, Decisions())).ok


# ---- any tampering at all ----

COUNTS = [
    (table, Standing(block, place, period))
    for table in ("bought", "retired", "switched_off")
    for block in ("su", "pod")
    for place in (HALL_1, HALL_2, ROW_A, ROW_B, "south", "far")
    for period in (Q3, Q4, Q1)
] + [("assigned", train_su(place, period)) for place in (HALL_1, HALL_2) for period in (Q3, Q4, Q1)]


@given(st.sampled_from(COUNTS), st.sampled_from([-1, 1]))
def test_no_count_can_be_changed_unseen(count: tuple[str, Any], by: int) -> None:
    instance, decisions, plan = CASES["rich"]
    table, key = count
    value = getattr(decisions, table).get(key, 0) + by
    other = changed(decisions, {table: {key: value}})
    # With the old figures the plan is never right, not even where the new one keeps every rule.
    assert not audit(instance, replace(plan, decisions=other)).ok
    try:
        report = audit(instance, stated(instance, other))
    except KeyError:
        return
    if report.ok:
        assert account(instance, other).objective != account(instance, decisions).objective


def test_every_count_of_the_plan_matters(rich: Case) -> None:
    for table in ("bought", "retired", "switched_off", "assigned"):
        for key, value in getattr(rich.decisions, table).items():
            # Chat takes parts of blocks: a pod that idles costs what one at work does.
            for by in (-1, 1) if key[0] != "chat" else ():
                other = changed(rich.decisions, {table: {key: value + by}})
                assert not audit(rich.instance, replace(rich.plan, decisions=other)).ok


ODD = st.one_of(
    st.floats(),
    st.integers(),
    st.booleans(),
    st.none(),
    st.text(max_size=3),
    st.sampled_from([10**400, -(10**400), 5e-324, -0.0]),
)
ODD_KEY_PARTS = st.one_of(
    st.sampled_from(
        ["chat", "train", "su", "pod", "north", HALL_1, ROW_A, "south", "east", Q3, Q1]
    ),
    st.text(max_size=3),
    st.none(),
    st.integers(),
    st.just(("east-north",)),
)
TABLES = {
    "bought": Standing,
    "retired": Standing,
    "switched_off": Standing,
    "assigned": Assignment,
    "reserved": Assignment,
    "served": Service,
    "served_in": ZoneService,
    "tunnel_gbps": TunnelFlow,
    "arc_gbps": ArcFlow,
}


@given(st.data(), st.sampled_from(sorted(TABLES)), ODD)
def test_no_decision_makes_the_audit_fail(data: st.DataObject, table: str, value: Any) -> None:
    instance, decisions, plan = CASES["rich"]
    kind: Any = TABLES[table]
    old = data.draw(st.sampled_from([*getattr(decisions, table), None]))
    key = old or kind(*(data.draw(ODD_KEY_PARTS) for _ in kind._fields))
    tables = {**getattr(decisions, table), key: value}
    report = audit(instance, replace(plan, decisions=replace(decisions, **{table: tables})))
    assert [str(finding) for finding in report.findings] or report.ok


# ---- independence ----

ALONE = """
import sys
for name in {blocked}:
    sys.modules[name] = None
from gridblock.instances.instance import Instance
from gridblock.model.audit import audit
from gridblock.model.plan import Decisions, PlanData
given = Instance.parse({instance!r})
plan = PlanData(given.name, given.hash, "feasible", "", Decisions(), 0.0, costs={{}})
report = audit(given, plan)
assert not report.ok
from gridblock.model.ledger import CATEGORIES
costs = dict.fromkeys(CATEGORIES, 0.0)
plan = PlanData(given.name, given.hash, "feasible", "", Decisions(), 0.0, costs=costs)
report = audit(given, plan)
assert {{f.rule for f in report.findings}} <= {{
    "costs_are_as_stated", "objective_is_the_sum_of_costs", "min_share_is_met",
    "limits_of_places_hold"}}, report.findings
"""


@pytest.mark.parametrize(
    "blocked", [["pyomo", "highspy"], ["pyomo", "highspy", "pandas", "numpy", "scipy"]]
)
def test_the_audit_needs_no_optimiser(blocked: list[str]) -> None:
    code = ALONE.format(blocked=blocked, instance=copy.deepcopy(RICH))
    subprocess.run([sys.executable, "-I", "-c", code], check=True)


def test_the_audit_shares_nothing_with_the_optimisation_model() -> None:
    model = Path(gridblock.model.audit.__file__).parent
    own = {"plan", "exact", "account", "quantities", "ledger", "findings", "rules", "used"}
    own |= {"flows", "lots", "moved", "option_costs", "traffic"}
    files = [model / f"{name}.py" for name in (own | {"audit"}) - {"rules"}]
    for file in (*files, *(model / "rules").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("gridblock."):
                package, _, rest = str(node.module).removeprefix("gridblock.").partition(".")
                parts = {rest.partition(".")[0]} if rest else {a.name for a in node.names}
                assert package == "instances" or (package == "model" and parts <= own), file
