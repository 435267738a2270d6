"""Plausibility warnings: each about one thing that looks odd, and gone when it is put right."""

from typing import Any

import pytest

from gridblock.commands.sources import examples
from gridblock.instances.faults import dotted
from gridblock.instances.plausibility import warnings
from gridblock.instances.read import read


def plain(**changes: Any) -> dict[str, Any]:
    """An instance without anything odd; ``a__0__b=1`` changes the field at a[0].b."""
    data: dict[str, Any] = {
        "gridblock": 1,
        "periods": [{"name": "p1", "hours": 1000}, {"name": "p2", "hours": 1000}],
        "accelerators": {"h100": {}},
        "blocks": {
            "pod": {
                "accelerator": "h100",
                "accelerators": 256,
                "uses": {"power_kw": 350, "racks": 32},
                "cost_once": 9e6,
                "end_share": 0.5,
            }
        },
        "facilities": {
            "memphis": {
                "at": {"lat": 35.06, "lon": -90.16},
                "energy_per_mwh": 55,
                "limits": {"power_mw": 10, "racks": 1000},
                "installed": {"pod": 10},
            }
        },
        "network": {"regions": {"east": {"lat": 39.0, "lon": -77.5}}},
        "demands": [
            {"name": "chat", "amount": 1000, "yields": {"h100": 1}, "unmet_cost": 2, "max_ms": 40}
            | {"from": {"east": 1}}
        ],
    }
    for path, value in changes.items():
        holder: Any = data
        *way, last = path.split("__")
        for key in way:
            holder = holder[int(key)] if isinstance(holder, list) else holder.setdefault(key, {})
        if value is None:
            del holder[last]
        else:
            holder[last] = value
    return data


def said(data: dict[str, Any]) -> list[str]:
    return [str(fault) for fault in warnings(read(data))]


def test_nothing_is_said_where_nothing_is_odd() -> None:
    assert said(plain()) == []


MEANT = {
    # The lease of the deal runs for three years, the horizon for two.
    "colossus": "of 12 periods always passes the end",
    # No campus of some labs is within 150 ms of some regions: an answer of the frontier.
    "frontier": "is 150 ms, and the nearest facility is ",
}
"""What is true, and worth saying, of instances of the gallery."""


@pytest.mark.parametrize("name", sorted(examples()))
def test_the_gallery_is_plausible(name: str) -> None:
    told = warnings(read(examples()[name]))
    if name in MEANT:
        assert all(fault.message.startswith(MEANT[name]) for fault in told)
    else:
        assert [str(fault) for fault in told] == []


AUSTIN = {"at": {"lat": 30.3, "lon": -97.7}}
LINK = {"between": ["east", "memphis"], "gbps": 100}
ODD: list[tuple[dict[str, Any], str]] = [
    ({"blocks__pod__uses__power_kw": 9000}, "blocks.pod.uses.power_kw: makes 35.1562 kW for each"),
    ({"blocks__pod__uses__power_kw": 1}, "blocks.pod.uses.power_kw: makes 0.00390625 kW for each"),
    ({"facilities__memphis__pue": 0.8}, "facilities.memphis.pue: is 0.8, usual are 1 to 2.5"),
    ({"facilities__memphis__pue": 12}, "facilities.memphis.pue: is 12, usual"),
    ({"facilities__memphis__energy_per_mwh": [55, 5500]}, "energy_per_mwh: is 5,500 per MWh"),
    ({"facilities__memphis__energy_per_mwh": -5}, "energy_per_mwh: is -5 per MWh"),
    ({"facilities__memphis__carbon_kg_per_mwh": 0.39}, "carbon_kg_per_mwh: is 0.39 kg per MWh"),
    ({"facilities__memphis__carbon_kg_per_mwh": 390000}, "carbon_kg_per_mwh: is 390,000 kg"),
    ({"blocks__pod__end_share": None}, "blocks.pod.cost_once: has no end_share beside it"),
    ({"blocks__pod__lead": 2}, "blocks.pod.lead: reaches past the horizon of 2 periods"),
    ({"discount_rate": 5}, "discount_rate: is 500 % a year"),
    ({"facilities__memphis__grid_mw": 300_000}, "grid_mw: is 300,000 MW, more than any site"),
    ({"facilities__memphis__limits__power_mw": 10_000}, "limits.power_mw: is 10,000 MW, more"),
    (
        {"facilities__new": AUSTIN | {"limits": {"power_mw": 0.3}}},
        "is 300 kW, and the smallest block uses",
    ),
    (
        {"facilities__new": AUSTIN | {"limits": {"racks": 8}}},
        "limits.racks: is 8, and the smallest block",
    ),
    ({"facilities__memphis__installed__pod": 29}, "allow 10,000 of power_kw and what stands there"),
    ({"facilities__memphis__grid_mw": 3}, "grid_mw: delivers 3 MW and what stands there draws 3.5"),
    ({"blocks__pod__uses__water_m3h": 30}, "uses.water_m3h: is a resource that no place limits"),
    ({"facilities__memphis__limits__land": 3}, "limits.land: limits a resource that no block uses"),
    ({"accelerators__trn2": {}}, "accelerators.trn2: is held by no block type"),
    ({"demands__0__yields": {}}, "accelerators.h100: serves no demand; name it in the `yields`"),
    ({"demands__0__yields": {}}, "demands[0].yields: names no accelerator that some block holds"),
    ({"demands__0__amount": 0}, "demands[0].amount: is 0 in every period"),
    ({"demands__0__unmet_cost": 0}, "demands[0].unmet_cost: is 0, so that nothing is bought"),
    ({"demands": []}, "has no demands, so there is nothing to plan"),
    ({"facilities": {}}, "has no facilities, so that nothing can be served"),
    ({"demands__0__max_ms": 10}, "demands[0].max_ms: is 10 ms, and the nearest facility is 16.87"),
    ({"network__links": [LINK | {"ms": 6}]}, "network.links[0].ms: is 6 ms, less than light in"),
    (
        {
            "network__links": [{"between": ["east", "hub"]}],
            "network__regions__hub": {"lat": 1, "lon": 1},
        },
        "facilities.memphis: has no link",
    ),
    (
        {
            "network__links": [{"between": ["east", "hub"]}],
            "network__regions__hub": {"lat": 1, "lon": 1},
        },
        "demands[0].from.east: reaches no facility of this demand; add links: 100 % of it stays",
    ),
    (
        {
            "periods": [{"name": "p1", "hours": 1000}, {"name": "p2", "hours": 2000}],
            "network__links": [LINK | {"cost_per_gbps": 3}],
        },
        "network.links[0].cost_per_gbps: is one number for periods of unequal hours",
    ),
    (
        {
            "blocks__pod__where": {"not_facilities": ["memphis"]},
            "facilities__memphis__installed": {},
        },
        "blocks.pod.where: selects no facility",
    ),
    (
        {"demands__0__where": {"not_facilities": ["memphis"]}, "demands__0__min_share": 0.5},
        "where: selects no facility; widen it: all of it stays unmet, and min_share 0.5 cannot be",
    ),
    (
        {"blocks__pod__where": {"facilities": ["memphis"]}, "facilities__new": AUSTIN}
        | {"demands__0__where": {"facilities": ["new"]}},
        "demands[0].where: selects no facility at which a block that serves it may stand",
    ),
    (
        {"blocks__pod__cost_once": None, "blocks__pod__end_share": None}
        | {"facilities__memphis__installed": {}},
        "demands[0].yields: names accelerators of which none is installed, on order or for sale",
    ),
]


@pytest.mark.parametrize(("changes", "start"), ODD, ids=[start for _, start in ODD])
def test_what_is_odd_is_said(changes: dict[str, Any], start: str) -> None:
    assert any(start in line for line in said(plain(**changes))), said(plain(**changes))


FINE: list[dict[str, Any]] = [
    {"blocks__pod__end_share": 0},
    {"blocks__pod__end_share": None, "blocks__pod__resale_share": 0.2},
    {"blocks__pod__lead": 1},
    {"facilities__memphis__carbon_kg_per_mwh": [0, 390]},
    {"facilities__memphis__energy_per_mwh": 0},
    {"facilities__memphis__installed__pod": 28},
    {"facilities__memphis__limits__power_mw": [10, 0]},
    {"network__links": [LINK | {"ms": 13}]},
    {"blocks__pod__uses__water": 3, "facilities__memphis__limits__water": 100},
]


@pytest.mark.parametrize("changes", FINE, ids=[str(changes) for changes in FINE])
def test_what_is_usual_is_not_said(changes: dict[str, Any]) -> None:
    assert said(plain(**changes)) == []


def test_copies_of_a_zone_say_a_thing_once_at_its_place() -> None:
    # Each hall allows 1,000 kW, and three pods use 1,050.
    hall = {"count": 4, "limits": {"power_mw": 1}, "installed": {"pod": 3}}
    data = plain(facilities__memphis__installed=None, facilities__memphis__zones={"hall": hall})
    (warning,) = warnings(read(data))
    assert dotted(warning.path) == "facilities.memphis.zones.hall.limits.power_mw"
    assert warning.message.endswith("uses 1,050: some is retired at once")


def test_where_a_limit_falls_blocks_may_be_switched_off_instead() -> None:
    (line,) = said(plain(facilities__memphis__limits__power_mw=[3, 2]))
    assert line.endswith("some is switched off or retired at once")


def test_cooling_that_a_place_lacks_is_found_where_its_limits_are() -> None:
    data = plain(
        blocks__pod__uses__liquid_cooling_kw=300, facilities__memphis__limits__air_cooling_mw=5
    )
    lines = said(data)
    assert lines == [
        "facilities.memphis.limits: allow 0 of liquid_cooling_kw and what stands there uses "
        "3,000: some is retired at once"
    ]


def test_a_run_should_have_time_to_end_from_each_start() -> None:
    run = {"periods": 2, "start": ["p1", "p2"]}
    (line,) = said(plain(demands__0__run=run))
    assert line.startswith(
        "demands[0].run.start: ends in p2, and a start after p1 leaves no time to end"
    )
    assert said(plain(demands__0__run={**run, "start": ["p1", "p1"]})) == []


def test_an_interconnect_should_matter_and_be_possible() -> None:
    far = {"at": {"lat": 35.06, "lon": -80.0}, "installed": {"pod": 10}}
    both = {"facilities__far": far, "demands__0__interconnect": {"gbps": 100, "max_ms": 20}}
    assert said(plain(**both)) == []
    # 920 km apart, 12.9 ms there and back.
    (line,) = said(plain(**both, demands__0__interconnect__max_ms=12))
    assert "keeps any two of its facilities from being used together" in line
    (line,) = said(plain(**both, demands__0__max_facilities=1))
    assert line.startswith("demands[0].interconnect: has no effect, since one facility serves it")


def test_fabric_should_have_an_uplink_to_pass() -> None:
    woven = {"demands__0__fabric_gbps_per_block": 100}
    (line,) = said(plain(**woven))
    assert "has no effect: no zone of its facilities names uplink_gbps" in line
    hall = {"limits": {"power_mw": 5}, "installed": {"pod": 5}, "uplink_gbps": 1000}
    halls = {"facilities__memphis__zones": {"a": hall, "b": hall}}
    zoned = {**woven, **halls, "facilities__memphis__installed": None}
    assert said(plain(**zoned)) == []
    (line,) = said(plain(**zoned, demands__0__together="zone"))
    assert line.endswith("has no effect with `together: zone`; leave it out")


def test_what_survives_a_loss_needs_another_facility() -> None:
    alone = plain(demands__0__survive={"facility": 0.5})
    (found,) = warnings(read(alone))
    assert dotted(found.path) == "demands[0].survive.facility"
    assert found.message.startswith(
        "leaves nothing: only 'memphis' can serve what comes from east, so that none of it is met"
    )
    alone["facilities"]["ohio"] = {
        "at": {"lat": 40.0, "lon": -82.0}, "limits": {"power_mw": 9, "racks": 900}
    }  # fmt: skip
    assert not warnings(read(alone))
    # One that is too far for the demand, or at which its blocks may not stand, is none.
    alone["demands"][0]["max_ms"] = 12
    assert [dotted(found.path) for found in warnings(read(alone))] == [
        "demands[0].survive.facility"
    ]
    alone["demands"][0]["max_ms"] = 40
    alone["blocks"]["pod"]["where"] = {"facilities": ["memphis"]}
    assert [dotted(found.path) for found in warnings(read(alone))] == [
        "demands[0].survive.facility"
    ]


def test_a_promise_should_say_what_survives() -> None:
    (found,) = warnings(read(plain(demands__0__survive={})))
    assert (dotted(found.path), found.message) == (
        "demands[0].survive",
        "asks for nothing; name a share, or leave it out",
    )
