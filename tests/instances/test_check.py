"""Cross-checks: what no single field shows is refused, with the field and a remedy."""

import copy
from typing import Any

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance

SOUND: dict[str, Any] = {
    "gridblock": 1,
    "periods": [{"name": "a", "hours": 10}, {"name": "b", "hours": 10}],
    "accelerators": {"h100": {}},
    "blocks": {"su": {"accelerator": "h100", "accelerators": 8, "cost_once": 1}},
    "facilities": {
        "north": {"tags": ["us"], "at": {"lat": 1, "lon": 1}},
        "south": {"zones": {"hall": {}}},
    },
    "network": {
        "regions": {"east": {"lat": 1, "lon": 2}, "west": {}},
        "links": [{"between": ["east", "north"], "ms": 5}],
    },
    "demands": [{"name": "chat", "amount": 1, "yields": {"h100": 1}, "unmet_cost": 1}],
}
CHAT, LINK = ("demands", 0), ("network", "links", 0)
SU, NORTH = ("blocks", "su"), ("facilities", "north")
Path = tuple[str | int, ...]


def changed(*changes: tuple[Path, Any]) -> dict[str, Any]:
    """Give the sound instance with other values at some paths."""
    data = copy.deepcopy(SOUND)
    for path, value in changes:
        holder: Any = data
        for key in path[:-1]:
            holder = holder.setdefault(key, {}) if isinstance(holder, dict) else holder[key]
        if isinstance(holder, list) and path[-1] == len(holder):
            holder.append(value)
        else:
            holder[path[-1]] = value
    return data


def faults(data: dict[str, Any]) -> list[str]:
    """Give the faults of an instance as text."""
    with pytest.raises(InstanceError) as caught:
        Instance.parse(data)
    return str(caught.value).splitlines()


def test_the_sound_instance_is_sound() -> None:
    assert Instance.parse(SOUND)


# The path that is changed, what stands there then, and what is told, with the path in front.
UNSOUND: list[tuple[Path, Any, str]] = [
    # Names that must exist.
    (
        (*SU, "accelerator"),
        "h10",
        "su.accelerator: names the accelerator 'h10', which is not defined; did you mean 'h100'?",
    ),
    (
        (*SU, "where"),
        {"facilities": ["nort"]},
        "blocks.su.where.facilities[0]: names the facility 'nort'",
    ),
    (
        (*SU, "where"),
        {"not_facilities": ["x"]},
        "blocks.su.where.not_facilities[0]: names the facility 'x'",
    ),
    (
        (*SU, "where"),
        {"tags": ["us", "uss"]},
        "su.where.tags[1]: names the tag 'uss', which no facility carries; did you mean 'us'?",
    ),
    (
        (*CHAT, "where"),
        {"facilities": ["x"]},
        "demands[0].where.facilities[0]: names the facility 'x'",
    ),
    ((*CHAT, "yields"), {"h10": 1}, "demands[0].yields.h10: names the accelerator"),
    (
        (*CHAT, "from"),
        {"eeast": 1},
        "from.eeast: names the region 'eeast', which is not defined; did you mean 'east'?",
    ),
    # A facility is no region.
    ((*CHAT, "from"), {"north": 1}, "demands[0].from.north: names the region 'north'"),
    ((*NORTH, "installed"), {"sux": 1}, "facilities.north.installed.sux: names the block 'sux'"),
    (
        (*NORTH, "on_order"),
        {"sux": {"a": 1}},
        "facilities.north.on_order.sux: names the block 'sux'",
    ),
    ((*NORTH, "on_order"), {"su": {"c": 1}}, "facilities.north.on_order.su.c: is not a period"),
    (
        (*LINK, "between"),
        ["east", "norht"],
        "links[0].between[1]: names the place 'norht', which is not defined; did you mean 'north'?",
    ),
    (
        (*LINK, "between"),
        ["east", "south/hall"],
        "network.links[0].between[1]: names the place 'south/hall'",
    ),
    # Blocks where they cannot stand.
    (
        ("facilities", "south", "installed"),
        {"su": 1},
        "facilities.south.installed: stands at a place with zones",
    ),
    (
        ("facilities", "south", "on_order"),
        {"su": {"a": 1}},
        "facilities.south.on_order: stands at a place with zones",
    ),
    # Names that come twice.
    (
        ("periods", 1),
        {"name": "a", "hours": 10},
        "periods[1].name: names the period 'a' a second time",
    ),
    (("demands", 1), SOUND["demands"][0], "demands[1].name: names the demand 'chat' a second time"),
    (
        ("network", "links", 1),
        {"between": ["east", "north"], "ms": 9},
        "network.links[1]: names the link 'east-north' a second time",
    ),
    (
        ("network", "regions", "north"),
        {},
        "network.regions.north: names the place 'north' a second time",
    ),
    (("network", "regions", "south/hall"), {}, "names the place 'south/hall' a second time"),
    # Links.
    ((*LINK, "between"), ["east", "east"], "network.links[0].between: joins 'east' to itself"),
    (
        LINK,
        {"between": ["west", "north"]},
        "network.links[0].ms: is needed: 'west' has no coordinates",
    ),
    # Series.
    (
        (*NORTH, "grid_mw"),
        [1],
        "facilities.north.grid_mw: must have one value for each of the 2 periods, not 1",
    ),
    (
        (*NORTH, "limits"),
        {"power_mw": [1, 2, 3]},
        "facilities.north.limits.power_mw: must have one value",
    ),
    (
        (*NORTH, "energy_per_mwh"),
        {"b": 1},
        "facilities.north.energy_per_mwh: has no value for the first period",
    ),
    (
        (*NORTH, "carbon_kg_per_mwh"),
        {"c": 1},
        "facilities.north.carbon_kg_per_mwh.c: is not a period",
    ),
    ((*NORTH, "cost_per_period"), [1], "facilities.north.cost_per_period: must have one value"),
    (
        ("facilities", "south", "zones", "hall", "uplink_gbps"),
        [1],
        "facilities.south.zones.hall.uplink_gbps: must have one value",
    ),
    ((*SU, "cost_once"), [1], "blocks.su.cost_once: must have one value"),
    ((*SU, "cost_per_period"), [1], "blocks.su.cost_per_period: must have one value"),
    ((*SU, "supply"), [1], "blocks.su.supply: must have one value"),
    (("accelerators", "h100", "supply"), [1], "accelerators.h100.supply: must have one value"),
    (("carbon_price_per_t",), [1], "carbon_price_per_t: must have one value"),
    ((*CHAT, "amount"), [1], "demands[0].amount: must have one value"),
    ((*CHAT, "unmet_cost"), [1], "demands[0].unmet_cost: must have one value"),
    ((*CHAT, "yields"), {"h100": [1]}, "demands[0].yields.h100: must have one value"),
    ((*LINK, "gbps"), [1], "network.links[0].gbps: must have one value"),
    ((*LINK, "cost_per_gbps"), [1], "network.links[0].cost_per_gbps: must have one value"),
    # Where traffic comes from.
    (
        (*CHAT, "from"),
        {"east": 0.5, "west": 0.4},
        "demands[0].from: must have shares that sum to 1, not 0.9",
    ),
    ((*CHAT, "max_ms"), 5, "demands[0].max_ms: needs `from`"),
    ((*CHAT, "gbps_per_unit"), 5, "demands[0].gbps_per_unit: needs `from`"),
    # Resources.
    (
        (*SU, "uses"),
        {"power_kv": 1},
        "su.uses.power_kv: is a resource that is named nowhere else; did you mean 'power_kw'?",
    ),
    (
        (*NORTH, "limits"),
        {"rack": 1},
        "north.limits.rack: is a resource that is named nowhere else; did you mean 'racks'?",
    ),
    # Runs.
    (
        (*CHAT, "run"),
        {"periods": 1, "start": ["a", "c"]},
        "demands[0].run.start[1]: is not a period",
    ),
    (
        (*CHAT, "run"),
        {"periods": 1, "start": ["b", "a"]},
        "demands[0].run.start: ends in a, before it begins in b",
    ),
    (
        (*CHAT, "run"),
        {"periods": 2, "start": ["b", "b"]},
        "demands[0].run.periods: is more than the 1 that are left from b on",
    ),
    ((*CHAT, "run"), {"periods": 0, "start": ["a", "a"]}, "demands[0].run.periods: "),
    ((*CHAT, "run"), {"periods": 1}, "demands[0].run.start: "),
    (
        (*CHAT, "run"),
        {"periods": 1, "start": ["a", "a"], "delay_cost": -1},
        "demands[0].run.delay_cost: ",
    ),
    # Interconnect.
    ((*CHAT, "interconnect"), {"max_ms": 5}, "demands[0].interconnect.gbps: "),
    ((*CHAT, "interconnect"), {"gbps": -5}, "demands[0].interconnect.gbps: "),
    # Periods.
    (
        ("periods",),
        {"first": "2026Q5", "count": 2},
        "periods.first: must be like 2026Q3, 2026-07 or 2026",
    ),
    (
        ("periods",),
        {"first": "2026Q3", "count": 2, "every": "month"},
        "periods.every: is month, but 2026Q3 is a quarter",
    ),
    (("periods",), {"first": "2998", "count": 5}, "periods.count: reaches beyond the year 2999"),
    (("periods",), [], "periods: "),
]


@pytest.mark.parametrize(("path", "value", "told"), UNSOUND, ids=[told for *_, told in UNSOUND])
def test_what_does_not_hold_together_is_refused(path: Path, value: Any, told: str) -> None:
    (fault,) = faults(changed((path, value)))
    assert told in fault


@pytest.mark.parametrize("field", ["resale_share", "end_share", "supply", "lead"])
def test_what_needs_a_price_is_refused_without_one(field: str) -> None:
    bare = {"accelerator": "h100", "accelerators": 8, field: 1}
    (fault,) = faults(changed((SU, bare)))
    assert fault.startswith(f"blocks.su.{field}: has no meaning without cost_once")


def test_a_block_stands_only_where_it_may() -> None:
    where = ((*SU, "where"), {"facilities": ["south"]})
    (fault,) = faults(changed(where, ((*NORTH, "installed"), {"su": 1})))
    assert fault.startswith("facilities.north.installed.su: stands at 'north', where the block's")


def test_idle_above_load_is_refused() -> None:
    (fault,) = faults(changed(((*SU, "load_factor"), 0.5), ((*SU, "idle_factor"), 0.6)))
    assert "idle_factor 0.6 is above load_factor 0.5" in fault


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*SU, "lead"), 1),
        ((*SU, "cost_per_period"), 5),
        ((*NORTH, "cost_per_period"), 5),
    ],
)
def test_unequal_periods_leave_nothing_to_count_in(path: Path, value: Any) -> None:
    unequal = (("periods", 1, "hours"), 20)
    (fault,) = faults(changed(unequal, (path, value)))
    assert "unequal hours" in fault
    # Nothing costs nothing in any period, and a value for each is fine.
    fine = [5, 6] if path[-1] == "cost_per_period" else 0
    assert Instance.parse(changed(unequal, (path, fine)))
    assert Instance.parse(changed(unequal, (path, 0)))


def test_a_run_is_not_counted_in_unequal_periods() -> None:
    run = ((*CHAT, "run"), {"periods": 1, "start": ["a", "b"]})
    assert Instance.parse(changed(run))
    (fault,) = faults(changed((("periods", 1, "hours"), 20), run))
    assert fault.startswith("demands[0].run: counts in periods, which have unequal hours")


def test_an_interconnect_has_a_latency_only_where_there_is_one() -> None:
    near = ((*CHAT, "interconnect"), {"gbps": 5, "max_ms": 3})
    assert Instance.parse(changed(near))
    (fault,) = faults(changed(near, (("network", "routing"), "any")))
    assert fault.startswith("demands[0].interconnect.max_ms: cannot be kept with `routing: any`")
    (fault,) = faults(changed(near, (("network", "links"), [])))
    assert (
        fault == "demands[0].interconnect.max_ms: needs coordinates or links: 'south' has neither"
    )


def test_quarters_are_counted_in_although_their_hours_differ() -> None:
    quarters = (("periods",), {"first": "2026Q3", "count": 3})
    assert Instance.parse(changed(quarters, ((*SU, "lead"), 1), ((*SU, "cost_per_period"), 5)))


def test_any_route_keeps_no_latency() -> None:
    routed = (("network", "routing"), "any")
    bounded = (((*CHAT, "from"), {"east": 1}), ((*CHAT, "max_ms"), 5))
    assert Instance.parse(changed(*bounded))
    (fault,) = faults(changed(routed, *bounded))
    assert fault.startswith("demands[0].max_ms: cannot be kept with `routing: any`")
    # It needs none either.
    assert Instance.parse(changed(routed, (LINK, {"between": ["west", "north"]})))


def test_a_bound_without_links_needs_coordinates() -> None:
    bounded = (
        (("network", "links"), []),
        ((*CHAT, "from"), {"east": 1}),
        ((*CHAT, "max_ms"), 5),
    )
    (fault,) = faults(changed(*bounded))
    assert "needs coordinates or links: 'south' has neither" in fault
    # Only for sites that may serve it.
    assert Instance.parse(changed(*bounded, ((*CHAT, "where"), {"facilities": ["north"]})))


def test_traffic_without_a_region_needs_an_uplink() -> None:
    uplink = (("facilities", "south", "zones", "hall", "uplink_gbps"), 5)
    assert Instance.parse(changed(uplink, ((*CHAT, "gbps_per_unit"), 5)))


def test_shares_of_thirds_sum_to_one() -> None:
    thirds = {"east": 1 / 3, "west": 2 / 3}
    assert Instance.parse(changed(((*CHAT, "from"), thirds)))


def test_a_resource_may_be_used_or_limited_alone() -> None:
    alone = (((*SU, "uses"), {"water_m3_per_h": 5}), ((*NORTH, "limits"), {"land": 3}))
    assert Instance.parse(changed(*alone))


def test_every_fault_is_told_at_once() -> None:
    told = faults(changed(*((path, value) for path, value, _ in UNSOUND if path in FAR_APART)))
    assert len(told) == len(FAR_APART)


FAR_APART = {
    (*SU, "accelerator"), (*CHAT, "amount"), (*LINK, "gbps"), (*NORTH, "grid_mw"),
    ("carbon_price_per_t",), ("accelerators", "h100", "supply"),
}  # fmt: skip
