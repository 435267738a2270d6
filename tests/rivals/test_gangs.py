"""The rival by hand, on runs and on what the places of a demand exchange."""

from fractions import Fraction
from typing import Any

import pytest

from rivals.enumerate import best

Data = dict[str, Any]


@pytest.fixture
def gang() -> Data:
    """Three hours; two blocks of 2 units at f, one at g. A gang of 4 takes two, from u or v."""
    return {
        "periods": [{"name": name, "hours": 1} for name in "uvw"],
        "accelerators": {"x": {}},
        "blocks": {"b": {"accelerator": "x", "accelerators": 2}},
        "facilities": {"f": {"installed": {"b": 2}}, "g": {"installed": {"b": 1}}},
        "demands": [
            {
                "name": "d", "amount": 4, "yields": {"x": 1}, "unmet_cost": [1, 2, 2],
                "whole_blocks": True,
                "run": {"periods": 2, "start": ["u", "v"], "delay_cost": 3},
            }
        ],
    }  # fmt: skip


def test_a_run_starts_or_is_unmet_in_its_earliest_window(gang: Data) -> None:
    assert best(gang) == 0
    # 6 need both sites, which a run may not use by itself: 6 x (1 + 2).
    gang["demands"][0]["amount"] = 6
    assert best(gang) == 18
    gang["demands"][0]["max_facilities"] = 2
    assert best(gang) == 0
    # The block at g comes in v: waiting costs 3.
    gang["facilities"]["g"] = {"on_order": {"b": {"v": 1}}}
    assert best(gang) == 3
    gang["demands"][0]["run"]["delay_cost"] = 20
    assert best(gang) == 18
    gang["demands"][0]["min_share"] = 0.1
    assert best(gang) == 20


def test_whole_blocks_stand_at_each_site_of_a_run(gang: Data) -> None:
    # 6 in u ask for both sites; in v 2 would fit at either, and a block at g costs 1 to run.
    gang["blocks"]["b"] |= {"uses": {"power_kw": 1000}, "idle_factor": 0}
    gang["facilities"]["g"]["energy_per_mwh"] = 1
    gang["demands"][0] |= {"amount": [6, 2, 2], "max_facilities": 2}
    gang["demands"][0]["run"]["start"] = ["u", "u"]
    assert best(gang) == 2
    gang["demands"][0]["whole_blocks"] = False
    assert best(gang) == 1


def test_an_interconnect_is_reserved_both_ways(gang: Data) -> None:
    gang["demands"][0] |= {"amount": 6, "max_facilities": 2, "interconnect": {"gbps": 3}}
    # 3 Gbps each way for two hours, at 0.5.
    link: Data = {"between": ["f", "g"], "ms": 5, "gbps": 3, "cost_per_gbps": 0.5}
    gang["network"] = {"links": [link]}
    assert best(gang) == 6
    link["capacity"] = "shared"
    assert best(gang) == 18
    link["gbps"] = 6
    assert best(gang) == 6
    gang["demands"][0]["interconnect"]["max_ms"] = 4
    assert best(gang) == 18
    del gang["demands"][0]["interconnect"]["max_ms"]
    gang["network"]["routing"] = "any"
    assert best(gang) == 6


def test_fabric_passes_uplinks_where_a_demand_spans_zones(gang: Data) -> None:
    hall: Data = {"installed": {"b": 2}, "uplink_gbps": 2}
    gang["facilities"] = {"f": {"zones": {"east": hall, "west": {"installed": {"b": 2}}}}}
    del gang["demands"][0]["run"]
    gang["demands"][0] |= {"amount": 6, "fabric_gbps_per_block": 1}
    # Two blocks in each hall; 1 Gbps for each block in the east.
    assert best(gang) == 0
    hall["uplink_gbps"] = 1
    assert best(gang) == 0
    # No block in the east beside others: 4 of 6 in one hall.
    hall["uplink_gbps"] = 0.9
    assert best(gang) == 10
    # Shared ones count by their parts: 0.9 of a block serve 1.8 of the 2 that are left.
    gang["demands"][0]["whole_blocks"] = False
    assert best(gang) == Fraction(1)
