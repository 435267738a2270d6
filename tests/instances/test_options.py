"""Options as they are read: faults, contracts, and what looks odd."""

from typing import Any

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.plausibility import warnings

LEASE: dict[str, Any] = {"name": "lease", "adds": [{"blocks": "pod", "at": "west", "count": 2}]}


@pytest.fixture
def two_sites() -> Instance:
    """Two sites over four quarters, one of them with two halls and a grid limit that falls."""
    return Instance.parse(
        {
            "gridblock": 1,
            "periods": {"first": "2027Q1", "count": 4},
            "accelerators": {"h100": {}},
            "blocks": {
                "pod": {
                    "accelerator": "h100", "accelerators": 8, "uses": {"power_kw": 10},
                    "where": {"facilities": ["west", "east"]},
                }
            },
            "facilities": {
                "west": {
                    "limits": {"power_mw": 1},
                    "zones": {"hall": {"count": 2, "feeds": {"pdu": {"mw": 0}}, "fed_by": ["pdu"]}},
                },
                "east": {
                    "grid_mw": [3, 2, 2, 2], "installed": {"pod": 1},
                    "feeds": {"ups": {"mw": 1}}, "fed_by": ["ups"],
                },
                "moon": {},
            },
            "network": {
                "regions": {"city": {}},
                "links": [{"name": "line", "between": ["city", "west"], "ms": 1}],
            },
            "demands": [{"name": "chat", "amount": 9, "yields": {"h100": 1}, "unmet_cost": 1}],
        }
    )  # fmt: skip


FAULTS: list[tuple[dict[str, Any], str]] = [
    (
        {"adds": [{"nothing": 1}]},
        "adds[0]: must name what it adds: blocks, limit, link, feed or opens",
    ),
    ({"adds": [{"blocks": "pd", "at": "west", "count": 1}]}, "did you mean 'pod'"),
    ({"adds": [{"blocks": "pod", "at": "wst", "count": 1}]}, "did you mean 'west'"),
    ({"adds": [{"blocks": "pod", "at": "moon", "count": 1}]}, "they may not stand"),
    (
        {"adds": [*LEASE["adds"], {"blocks": "pod", "at": "west/hall-1", "count": 1}]},
        "a second time",
    ),
    ({"adds": [{"limit": "racks", "at": "west", "amount": 1}]}, "'west' does not limit"),
    ({"adds": [{"limit": "grid_mw", "at": "west", "amount": 1}]}, "'west' does not limit"),
    ({"adds": [{"limit": "power_mw", "at": "west/hall", "amount": 1}]}, "names 2 copies"),
    ({"adds": [{"feed": "ups-1", "at": "west", "mw": 1}]}, "'ups-1', which 'west' does not define"),
    ({"adds": [{"feed": "upss", "at": "east", "mw": 1}]}, "did you mean 'ups'"),
    ({"adds": [{"feed": "pdu", "at": "east", "mw": 1}]}, "; 'west/hall-1' does"),
    ({"adds": [{"feed": "pdu", "at": "west/hall", "mw": 1}]}, "names 2 copies"),
    ({"adds": [{"feed": "ups", "at": "eas", "mw": 1}]}, "did you mean 'east'"),
    (
        {"adds": [{"feed": "ups", "at": "east", "mw": [1, 2]}]},
        "for each of the 4 periods, not 2",
    ),
    ({"adds": [{"link": "line", "gbps": 1}]}, "names no gbps to add to"),
    ({"adds": [{"link": "lin", "gbps": 1}]}, "did you mean 'line'"),
    ({"adds": [{"opens": "east"}]}, "where blocks stand or are due already"),
    ({"adds": [{"opens": "west/hall"}, {"opens": "west/hall-1"}]}, "is opened as 'west/hall' too"),
    ({"order": {"earliest": "2027Q9"}}, "is not a period"),
    ({"order": {"earliest": "2027Q3", "latest": "2027Q2"}}, "before it begins"),
    ({"signed": {"2028Q3": 1}}, "lies beyond the horizon"),
    ({"signed": {"2026-11": 1}}, "is not a period of this calendar"),
    ({"signed": {"2026Q1": 2}}, "2 lots are signed, and max is 1"),
    ({"min_if_taken": 2}, "min_if_taken is 2, and max is 1"),
    ({"requires": ["lese"]}, "did you mean 'lease'"),
    ({"excludes": ["lease"]}, "names the option itself"),
    ({"pay": [0.5, 0.4]}, "pay must sum to 1, not 0.9"),
    ({"ramp": []}, "ramp"),
    ({"adds": [], "usage": {"per_block_hour": 1}}, "usage needs blocks that it leases"),
    (
        {
            "adds": [{"blocks": "pod", "at": "east", "count": 1}],
            "usage": {"per_block_hour": 1, "energy": "included"},
        },
        "cannot include energy where a power or cooling limit falls",
    ),
    ({"cost_once": [1, 2]}, "one value for each of the 4 periods"),
]


@pytest.mark.parametrize(("changes", "message"), FAULTS)
def test_a_fault_is_named(two_sites: Instance, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InstanceError) as caught:
        two_sites.replace({"options": [{**LEASE, **changes}]})
    assert message in str(caught.value)


def test_nothing_counts_in_periods_of_unequal_hours(two_sites: Instance) -> None:
    unequal = [{"name": "a", "hours": 1}, {"name": "b", "hours": 2}]
    uneven = two_sites.replace({"periods": unequal, "facilities.east.grid_mw": 3})
    for field, value in {"lead": 1, "term": 1, "pay": [1.0], "ramp": [0.5, 1]}.items():
        with pytest.raises(InstanceError, match="unequal hours here; leave it out"):
            uneven.replace({"options": [{**LEASE, field: value}]})
    with pytest.raises(InstanceError, match="give a value for each period"):
        uneven.replace({"options": [{**LEASE, "cost_per_period": 1}]})


def test_lots_are_in_effect_from_service_to_the_end_of_the_term(two_sites: Instance) -> None:
    lease = {**LEASE, "lead": 1, "term": 2, "order": {"latest": "2027Q2"}, "ramp": [0.5, 1]}
    signed = {**lease, "max": 3, "signed": {"2026Q4": 1, "2026Q2": 1}}
    contract = two_sites.replace({"options": [signed]}).contracts["lease"]
    assert contract.orders == (0, 1)
    assert contract.on_offer == 1
    # 2026Q4 lies one quarter before the horizon, 2026Q2 three: its term has ended.
    assert contract.signed == ((-1, 1), (-3, 1))
    assert [list(contract.in_effect(t)) for t in range(4)] == [[], [0], [0, 1], [1]]
    assert [list(contract.signed_in_effect(t)) for t in range(4)] == [[(-1, 1)], [], [], []]
    assert [contract.ramp(-1, 0), contract.ramp(1, 1), contract.ramp(1, 2)] == [1, 0.5, 1]


ODDITIES: list[tuple[dict[str, Any], str]] = [
    ({"lead": 4}, "nothing ordered in its window enters service in time"),
    ({"term": 9}, "always passes the end of the horizon"),
    ({"cost_once": 5}, "has no end_share beside it"),
    ({"adds": []}, "adds nothing, and no option requires it"),
    ({"adds": [{"opens": "west/hall"}], "max": 3}, "opens 2 place(s), fewer than its 3 lots"),
    ({"adds": [{"opens": "west"}], "ramp": [0.5, 1]}, "a place is open as soon as"),
]


@pytest.mark.parametrize(("changes", "message"), ODDITIES)
def test_what_looks_odd_is_said(two_sites: Instance, changes: dict[str, Any], message: str) -> None:
    def said(options: list[dict[str, Any]]) -> str:
        return "\n".join(map(str, warnings(two_sites.replace({"options": options}))))

    assert message in said([{**LEASE, **changes}])
    assert message not in said([LEASE])


def test_writing_back_is_lossless(two_sites: Instance) -> None:
    full = {
        **LEASE, "kind": "lease", "max": 4, "order": {"latest": "2027Q2"}, "ramp": [0.5, 1],
        "usage": {"per_block_hour": [1, 2, 3, 4], "committed_share": 0.5}, "pay": [0.5, 0.5],
        "signed": {"2026Q4": 1},
    }  # fmt: skip
    given = two_sites.replace({"options": [full, {"name": "site", "adds": [{"opens": "moon"}]}]})
    assert Instance.parse(given.plain()) == given
