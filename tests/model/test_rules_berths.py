"""Berths: where a run stands, on what and from when, is one choice."""

from collections.abc import Callable
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.build import FAMILIES, build
from gridblock.model.constraints import berths, interconnect
from gridblock.plan import Plan
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session

Solve = Callable[..., Plan]
Cost = Callable[[Instance], float]

GANG: dict[str, Any] = {
    "name": "gang",
    "amount": 40,
    "yields": {"h100": 1},
    "whole_blocks": True,
    "unmet_cost": 1,
    "run": {"periods": 1, "start": ["u", "v"]},
}


@pytest.fixture
def sites(one_hall: Instance) -> Instance:
    """Two hours; 5, 3 and 2 pods of 10 units at three sites, and a gang of 40 for one hour."""
    counts = {"north": 5, "south": 3, "west": 2}
    return one_hall.replace(
        {
            "periods": [{"name": name, "hours": 1} for name in "uv"],
            "facilities": {name: {"installed": {"pod": n}} for name, n in counts.items()},
            "demands": [GANG],
        }
    )


def berths_of(instance: Instance) -> set[tuple[str, ...]]:
    return set(build(instance).berth)


def test_there_is_a_berth_only_where_the_whole_run_fits(sites: Instance, cost: Cost) -> None:
    # Of 5, 3 and 2 pods only the north has the 4 that 40 units take.
    assert berths_of(sites) == {("gang", "north", "h100", start) for start in "uv"}
    assert cost(sites) == 0
    # Without the north there is none, and all stays unmet for its hour.
    small = sites.replace({"facilities.north.installed.pod": 3})
    assert not berths_of(small)
    assert cost(small) == 40


@pytest.mark.parametrize(
    ("amount", "periods", "start", "left"),
    [
        ([40, 0], 1, ["u", "v"], 0),
        ([0, 40], 2, ["u", "u"], 0),
        ([0, 0], 1, ["u", "v"], 0),
        ([0, 90], 2, ["u", "u"], 90),
        ([90, 0], 1, ["u", "u"], 90),
    ],
)
def test_a_run_needs_no_berth_in_a_period_in_which_it_asks_for_nothing(
    sites: Instance, cost: Cost, amount: list[float], periods: int, start: list[str], left: float
) -> None:
    # 40 fit in anywhere and 90 nowhere; what starts where nothing is asked for from then on is
    # free. In one zone, or at more sites than two, a run has no berths: the answer is the same.
    run = {"periods": periods, "start": start}
    asked = sites.replace({"demands.gang.amount": amount, "demands.gang.run": run})
    assert cost(asked) == left
    assert cost(asked.replace({"demands.gang.together": "zone"})) == left
    # So it is where a floor asks for the run, if it can be had.
    if not left:
        assert cost(asked.replace({"demands.gang.min_share": 1})) == 0


def test_a_run_that_asks_for_nothing_starts_where_nothing_stands(
    sites: Instance, cost: Cost
) -> None:
    # The first case of all: called infeasible, or dearer than it is, for want of a berth.
    nowhere = {f"facilities.{name}.installed": {} for name in ("north", "south", "west")}
    bare = sites.replace({**nowhere, "demands.gang.amount": [1, 0]})
    assert cost(bare) == 0
    assert cost(bare.replace({"demands.gang.amount": 0, "demands.gang.min_share": 1})) == 0


def test_a_run_at_two_facilities_has_a_berth_for_each_pair_that_holds_it(
    sites: Instance, cost: Cost
) -> None:
    pair = sites.replace({"facilities.north.installed.pod": 3, "demands.gang.max_facilities": 2})
    # 3 + 3 and 3 + 2 pods hold 4, twice; no site holds them alone.
    assert {key[1] for key in berths_of(pair)} == {
        "north + south", "north + west", "south + west"
    }  # fmt: skip
    assert cost(pair) == 0


def test_there_is_a_berth_only_where_its_blocks_can_come_in_time(
    sites: Instance, cost: Cost
) -> None:
    # Three pods stand in the north, two at each of the others, and one is delivered each hour, from
    # the second on: the four that the gang takes are there in v, for the price of one.
    few = sites.replace(
        {
            "facilities.north.installed.pod": 3,
            "facilities.south.installed.pod": 2,
            "blocks.pod.cost_once": 7,
            "blocks.pod.lead": 1,
            "blocks.pod.supply": 1,
        }
    )
    assert berths_of(few) == {("gang", "north", "h100", "v")}
    assert cost(few) == 7
    # Two that stand and one delivered are three, never four; with one on order they are four.
    assert not berths_of(few.replace({"facilities.north.installed.pod": 2}))
    due = {"installed": {"pod": 2}, "on_order": {"pod": {"v": 1}}}
    assert berths_of(few.replace({"facilities.north": due})) == {("gang", "north", "h100", "v")}
    # A vendor of accelerators that delivers none leaves three, too.
    chips = {"accelerators.h100.supply": 0}
    assert not berths_of(few.replace(chips))


def test_what_one_vendor_delivers_is_shared_by_the_facilities_of_a_berth(sites: Instance) -> None:
    # Two and one pods stand; one more comes to either, and makes four; without it they are three.
    pair = sites.replace(
        {
            "facilities": {"north": {"installed": {"pod": 2}}, "south": {"installed": {"pod": 1}}},
            "demands.gang.max_facilities": 2,
            "blocks.pod.cost_once": 7,
            "blocks.pod.supply": [0, 1],
        }
    )
    assert {key[1:] for key in berths_of(pair)} == {("north + south", "h100", "v")}


def test_facilities_too_far_apart_have_no_berth_together(sites: Instance, cost: Cost) -> None:
    apart = sites.replace(
        {
            "facilities.north": {"installed": {"pod": 3}, "at": {"lat": 40, "lon": -75}},
            "facilities.south": {"installed": {"pod": 3}, "at": {"lat": 34, "lon": -118}},
            "facilities.west": {"installed": {"pod": 2}, "at": {"lat": 40.5, "lon": -75}},
            "demands.gang.max_facilities": 2,
            "demands.gang.interconnect": {"gbps": 1, "max_ms": 5},
        }
    )
    # Los Angeles is 3,900 km from the two in the east, 54 ms and more.
    assert {key[1] for key in berths_of(apart)} == {"north + west"}
    assert cost(apart) == 0
    assert cost(apart.replace({"demands.gang.interconnect.max_ms": 0.1})) == 40


def test_two_facilities_are_the_same_two_on_every_accelerator(sites: Instance, cost: Cost) -> None:
    # Pods stand at both from the beginning; cubes, of another chip, come to the north in v.
    pod = sites.plain()["blocks"]["pod"]
    mixed = sites.replace(
        {
            "accelerators.tpu": {},
            "blocks.cube": {**pod, "accelerator": "tpu"},
            "facilities": {
                "north": {"installed": {"pod": 2}, "on_order": {"cube": {"v": 2}}},
                "south": {"installed": {"pod": 2, "cube": 2}},
            },
            "network.links": [
                {"name": "ns", "between": ["north", "south"], "ms": 1, "cost_per_gbps": 0.1}
            ],
            "demands.gang.yields": {"h100": 1, "tpu": 1},
            "demands.gang.max_facilities": 2,
            "demands.gang.interconnect": {"gbps": 5},
        }
    )
    pairs = [("h100", "u"), ("h100", "v"), ("tpu", "v")]
    assert berths_of(mixed) == {("gang", "north + south", *pair) for pair in pairs}
    # On either 5 Gbps there and back are paid for an hour.
    assert cost(mixed) == 1
    assert cost(mixed.replace({"demands.gang.yields": {"h100": 1}})) == 1
    assert cost(mixed.replace({"demands.gang.yields": {"tpu": 1}})) == 1


def test_facilities_have_no_berth_together_where_links_cannot_carry_it(
    sites: Instance, cost: Cost
) -> None:
    # The gang has to stand at both of two sites and asks for 4 Gbps each way between them.
    pair = sites.replace(
        {
            "facilities": {name: {"installed": {"pod": 3}} for name in ("north", "south")},
            "demands.gang.max_facilities": 2,
            "demands.gang.interconnect": {"gbps": 4},
        }
    )

    def linked(*links: dict[str, Any], **network: object) -> Instance:
        ends = [{"between": ["north", "south"], "ms": 1, **link} for link in links]
        return pair.replace({"network": {"links": ends, **network}})

    both = {("gang", "north + south", "h100", start) for start in "uv"}
    assert berths_of(linked({"gbps": 4})) == both
    assert cost(linked({"gbps": 4})) == 0
    # 3.9 do not carry it, and all stays unmet for its hour.
    assert not berths_of(linked({"gbps": 3.9}))
    assert cost(linked({"gbps": 3.9})) == 40
    # A link that both ways share has to have twice as much.
    assert berths_of(linked({"gbps": 8, "capacity": "shared"})) == both
    assert not berths_of(linked({"gbps": 7.9, "capacity": "shared"}))
    # Two links side by side carry 1.5 and 2.5 where both are tunnels, or traffic goes anywhere.
    two = {"name": "a", "gbps": 1.5}, {"name": "b", "gbps": 2.5}
    assert berths_of(linked(*two)) == both
    assert berths_of(linked(*two, routing="any")) == both
    assert not berths_of(linked(*two, tunnels=1))
    # From the second hour on there is more, at first or as an option that may be ordered.
    late = {("gang", "north + south", "h100", "v")}
    assert berths_of(linked({"gbps": [3, 4]})) == late
    wave = {"name": "wave", "lead": 1, "cost_once": 7, "adds": [{"link": "only", "gbps": 1}]}
    lit = linked({"name": "only", "gbps": 3}).replace({"options": [wave]})
    assert berths_of(lit) == late
    assert cost(lit) == 7


def test_a_berth_takes_whole_blocks_in_the_relaxation_too(sites: Instance) -> None:
    # 35 units in pods of 10 take 4; drawing costs 1 a pod-hour. The relaxation of the run alone
    # would assign 3.5 pods; that with berths knows 4.
    priced = sites.replace(
        {
            "demands.gang.amount": 35,
            "blocks.pod.uses": {"power_kw": 1000},
            "blocks.pod.idle_factor": 0,
            **{f"facilities.{name}.energy_per_mwh": 1 for name in ("north", "south", "west")},
        }
    )
    with Session() as session:
        costs = []
        alone = tuple(family for family in FAMILIES if family is not interconnect)
        for families in (tuple(family for family in alone if family is not berths), alone):
            session.load(compile_model(build(priced, families=families)).matrix)
            costs.append(session.run(Settings(relaxation=True)).objective)
    assert costs == [pytest.approx(3.5), pytest.approx(4.0)]


def test_a_run_may_have_more_blocks_than_serve_it_where_that_pays(
    sites: Instance, cost: Cost
) -> None:
    # The gang takes 4 of 5 pods, in one hall or the other. A floor asks for 5 blocks in use in v:
    # one short costs 7, and nothing once it has a pod in each hall, four in one of them.
    halls = {name: {"installed": {"pod": n}} for name, n in (("a", 4), ("b", 1))}
    floor = {"name": "busy", "measure": "blocks_used", "min": {"u": 0, "v": 5}, "penalty": 7}
    given = sites.replace(
        {
            "facilities": {"north": {"zones": halls}},
            "demands.gang.run.start": ["v", "v"],
            "limits": [floor],
        }
    )
    assert berths_of(given) == {("gang", "north", "h100", "v")}
    assert cost(given) == 0
    assert cost(given.replace({"limits": []})) == 0
    assert cost(given.replace({"facilities.north.zones.b.installed.pod": 0})) == 7


def test_a_run_may_have_a_block_in_each_zone_that_an_uplink_makes_it_use(
    sites: Instance, cost: Cost
) -> None:
    # 8 units take one pod, and a Gbps each of uplinks that carry 5: a pod in each hall, not one.
    hall = {"installed": {"pod": 2}, "uplink_gbps": 5}
    given = sites.replace(
        {
            "facilities": {"north": {"zones": {"a": hall, "b": hall}}},
            "network.regions": {"town": {}},
            "demands.gang.amount": 8,
            "demands.gang.from": {"town": 1},
            "demands.gang.gbps_per_unit": 1,
        }
    )
    assert berths_of(given) == {("gang", "north", "h100", start) for start in "uv"}
    assert cost(given) == 0
    # With 3 each they carry 6 of 8: it is all unmet, for its hour.
    zones = "facilities.north.zones"
    narrow = {f"{zones}.{zone}.uplink_gbps": 3 for zone in "ab"}
    assert cost(given.replace(narrow)) == 8


def test_a_run_spread_over_two_facilities_has_a_block_at_each(
    sites: Instance, solve: Solve
) -> None:
    pair = sites.replace({"facilities.north.installed.pod": 3, "demands.gang.max_facilities": 2})
    table = solve(pair).table("allocation")
    assert table["blocks"].sum() == 4
    assert len(set(table["place"])) == 2
    assert (table["blocks"] >= 1).all()
