"""Paths into an instance, and copies of it that differ there."""

from typing import Any

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.paths import put

DEAL: dict[str, Any] = {
    "gridblock": 1,
    "accelerators": {"h100": {}},
    "blocks": {"h100.su": {"accelerator": "h100", "accelerators": 8}},
    "facilities": {
        "memphis": {"grid_mw": 300, "zones": {"hall/a": {"limits": {"racks": 5}}}},
        "st. louis": {"grid_mw": 100},
    },
    "network": {"links": [{"name": "w.1", "between": ["memphis", "st. louis"], "ms": 5}]},
    "demands": [
        {"name": "chat", "amount": 5, "yields": {"h100": 1}, "unmet_cost": 1},
        {"name": "0", "amount": 7, "yields": {"h100": 1}, "unmet_cost": 1},
    ],
}


@pytest.fixture
def deal() -> Instance:
    return Instance.parse(DEAL)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", "other"),
        ("facilities.memphis.grid_mw", 350.0),
        ("facilities.memphis.pue", 1.5),
        ("facilities.st. louis.grid_mw", 50.0),
        ("facilities.memphis.zones.hall/a.limits.racks", 9.0),
        ("facilities.memphis.zones.hall/a.limits.water", 9.0),
        ("facilities.st. louis.limits.power_mw", 9.0),
        ("blocks.h100.su.accelerators", 16),
        ("demands.chat.amount", 6.0),
        ("demands.1.amount", 6.0),
        ("network.links.w.1.gbps", 40.0),
        ("network.links.0.gbps", 40.0),
    ],
)
def test_replace_changes_one_field_and_no_other(deal: Instance, path: str, value: object) -> None:
    changed = deal.replace({path: value})
    assert changed != deal
    assert changed.hash != deal.hash
    assert deal == Instance.parse(DEAL)
    before, after = _flat(deal.plain()), _flat(changed.plain())
    assert {key: after[key] for key in after if after[key] != before.get(key)} == {
        key: value for key in after if key not in before or after[key] != before[key]
    }
    assert len(set(after) - set(before)) <= 1
    assert set(before) <= set(after)


def _flat(value: Any, here: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    """Give every leaf of plain data by its path."""
    if isinstance(value, dict):
        items: Any = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return {here: value}
    return {k: v for key, inner in items for k, v in _flat(inner, (*here, key)).items()}


def test_a_name_that_is_a_number_is_found_where_it_stands_first(deal: Instance) -> None:
    # The second demand is called 0; position 0 is the first one.
    assert deal.replace({"demands.0.amount": 1}).demands[0].amount == 1


def test_several_changes_come_in_order(deal: Instance) -> None:
    site = {"facilities.tulsa": {}, "facilities.tulsa.pue": 1.1}
    assert deal.replace(site).facilities["tulsa"].pue == 1.1
    assert deal.replace({"name": "a"}, name="b").name == "b"


def test_replace_validates(deal: Instance) -> None:
    with pytest.raises(InstanceError, match=r"facilities\.memphis\.pue: must be above 0"):
        deal.replace({"facilities.memphis.pue": 0})
    with pytest.raises(InstanceError, match=r"accelerator 'h10', which is not defined.*'h100'"):
        deal.replace({"blocks.h100.su.accelerator": "h10"})
    with pytest.raises(InstanceError, match="is not a field of a facility; did you mean 'pue'"):
        deal.replace({"facilities.memphis.pu": 1})


@pytest.mark.parametrize(
    "path",
    ["demands.chatt.amount", "demands.7.amount", "network.links.x.gbps", "name.x", "name.x.y"],
)
def test_a_path_that_leads_nowhere_is_refused(deal: Instance, path: str) -> None:
    with pytest.raises(InstanceError):
        deal.replace({path: 1})


def test_the_nearest_name_is_suggested(deal: Instance) -> None:
    with pytest.raises(InstanceError, match="did you mean 'chat'"):
        deal.replace({"demands.chatt.amount": 1})


def test_put_makes_fields_that_were_left_out_but_no_names() -> None:
    data: dict[str, Any] = {"facilities": {"memphis": {}}}
    put(data, "facilities.memphis.limits.power_mw", 1)
    assert data == {"facilities": {"memphis": {"limits": {"power_mw": 1}}}}
    with pytest.raises(InstanceError, match=r"no 'memphi' on the path .* did you mean 'memphis'"):
        put(data, "facilities.memphi.limits.power_mw", 1)


def test_the_longest_name_wins() -> None:
    data: dict[str, Any] = {"a": {"b": 1}, "a.b": 2}
    put(data, "a.b", 3)
    assert data == {"a": {"b": 1}, "a.b": 3}


def test_the_hash_is_of_what_is_said_not_how(deal: Instance) -> None:
    turned = {key: DEAL[key] for key in reversed(DEAL)}
    assert Instance.parse(turned).hash == deal.hash
    # Fields at their default, whole numbers with a point.
    spelled = {
        **DEAL,
        "discount_rate": 0,
        "facilities": {**DEAL["facilities"], "st. louis": {"grid_mw": 100.0, "pue": 1}},
    }
    assert Instance.parse(spelled) == deal
    assert Instance.parse(spelled).hash == deal.hash
    # Plans that were saved name this hash: it may not change from version to version.
    assert deal.hash == "f12c5ccefc6043dfcadfea9bd6b558bcf894cbe21fcdea24182d3988f68b85b1"


def test_a_path_is_text(deal: Instance) -> None:
    changes: Any = {3: 4}
    with pytest.raises(InstanceError, match=r"a path is text such as .*, not 3"):
        deal.replace(changes)


def test_replace_leaves_what_it_is_given_as_it_is(deal: Instance) -> None:
    limits = {"power_mw": 1.0}
    deal.replace({"facilities.memphis.limits": limits, "facilities.memphis.limits.racks": 5.0})
    assert limits == {"power_mw": 1.0}
