"""Limits over the plan are checked: names, selectors that fit the measure, figures that can be."""

from typing import Any

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.plausibility import warnings

GIVEN: dict[str, Any] = {
    "gridblock": 1,
    "periods": [{"name": "p1", "hours": 10}, {"name": "p2", "hours": 10}],
    "accelerators": {"h100": {"vendor": "nvidia"}, "trn2": {"vendor": "amazon"}},
    "blocks": {"pod": {"accelerator": "h100", "accelerators": 8, "cost_once": 1, "end_share": 0}},
    "facilities": {"north": {"tags": ["us"]}},
    "demands": [
        {"name": "chat", "amount": 1, "yields": {"h100": 1}, "unmet_cost": 1},
        {"name": "runs", "unit": "runs/s", "amount": 1, "yields": {"h100": 1}, "unmet_cost": 1},
    ],
}


def parse(*limits: dict[str, Any]) -> Instance:
    return Instance.parse({**GIVEN, "limits": list(limits)})


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ({"measure": "spend"}, "limits[0]: limits nothing"),
        ({"measure": "money", "max": 1}, "limits[0].measure"),
        ({"measure": "spend", "max": -1}, "limits[0].max"),
        ({"measure": "spend", "max": [1]}, "limits[0].max"),
        ({"measure": "spend", "max": {"p2": 1}}, "limits[0].max"),
        (
            {"measure": "spend", "per": "horizon", "max": [1, 2]},
            "limits[0].max: must be one number",
        ),
        ({"measure": "spend", "per": "year", "max": 1}, "limits[0].per"),
        ({"measure": "spend", "max_share": 1.5}, "limits[0].max_share: is 1.5 in p1"),
        ({"measure": "spend", "max": 1, "min": [0, 2]}, "limits[0].min: is 2 in p2, above max"),
        ({"measure": "spend", "max": 1, "among": {"tag": "us"}}, "limits[0].among: has no meaning"),
        ({"measure": "spend", "max": 1, "of": {"vendor": "nvida"}}, "did you mean 'nvidia'"),
        ({"measure": "spend", "max": 1, "of": {"tag": ["us", "eu"]}}, "limits[0].of.tag[1]"),
        ({"measure": "spend", "max": 1, "of": {"option": "x"}}, "names the option 'x'"),
        ({"measure": "energy", "max": 1, "of": {"demand": "chat"}}, "cannot narrow energy"),
        ({"measure": "served", "max": 1, "of": {"block": "pod"}}, "cannot narrow served"),
        (
            {"measure": "spend", "max": 1, "of": {"block": "pod", "demand": "chat"}},
            "no payment is for a demand and for a block",
        ),
        (
            {"measure": "power", "max_share": 1, "among": {"demand": "chat"}},
            "limits[0].among.demand: cannot narrow power",
        ),
    ],
    ids=str,
)
def test_a_faulty_limit_is_refused(limit: dict[str, Any], told: str) -> None:
    with pytest.raises(InstanceError) as error:
        parse({"name": "cap", **limit})
    assert any(told in str(fault) for fault in error.value.faults), error.value.faults


def test_a_name_stands_once() -> None:
    with pytest.raises(InstanceError, match="a second time"):
        parse(*[{"name": "cap", "measure": "spend", "max": 1}] * 2)


def test_a_limit_is_written_back_as_it_was() -> None:
    limit = {"name": "cap", "measure": "spend", "of": {"vendor": "nvidia"}, "max": [1, 2]}
    assert parse(limit).plain()["limits"] == [limit]
    assert parse(limit).replace({"limits.cap.max": 5}).limits[0].max == 5


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ({"measure": "spend", "max": 1, "penalty": 0}, "limits[0].penalty: is 0"),
        (
            {"measure": "blocks", "max": 1, "of": {"vendor": "amazon"}},
            "limits[0].of: selects nothing",
        ),
        ({"measure": "served", "max": 1}, "limits[0].measure: adds up runs/s and units"),
    ],
    ids=str,
)
def test_an_odd_limit_is_warned_of(limit: dict[str, Any], told: str) -> None:
    found = [str(fault) for fault in warnings(parse({"name": "cap", **limit}))]
    assert any(told in fault for fault in found), found
