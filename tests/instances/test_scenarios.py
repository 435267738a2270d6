"""Scenarios: what they change, that each is a valid instance, and that they stay data."""

import time
from pathlib import Path
from typing import Any

import pytest

from gridblock.instances import formats
from gridblock.instances.baseline import current_fleet_only
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.read import read

SECONDS = 10
BASE: dict[str, Any] = {
    "gridblock": 1,
    "name": "deal",
    "periods": {"first": "2027Q1", "count": 2},
    "accelerators": {"h100": {}},
    "blocks": {
        "pod": {"accelerator": "h100", "accelerators": 8, "cost_once": [0.1, 0.7], "lead": 5},
        "old": {"accelerator": "h100", "accelerators": 4},
    },
    "facilities": {
        "us.east": {"grid_mw": [30, 60], "pue": 1.1, "limits": {"power_mw": 5, "racks": 3}},
        "us-west": {"energy_per_mwh": 50},
        "eu": {"zones": {"hall": {"limits": {"power_mw": 2}}}},
    },
    "demands": [
        {"name": "chat", "amount": 0.1, "yields": {"h100": 1}, "unmet_cost": 1},
        {
            "name": "batch", "amount": {"2027Q1": 1, "2027Q2": 3}, "yields": {"h100": 1},
            "unmet_cost": 2,
        },
    ],
}  # fmt: skip


def having(*scenarios: dict[str, Any]) -> Instance:
    return Instance.parse({**BASE, "scenarios": list(scenarios)})


def after(**changes: Any) -> Instance:
    """The instance after one scenario; ``__`` stands for a dot."""
    paths = {path.replace("__", "."): value for path, value in changes.items()}
    return having({"name": "s", "set": paths}).scenario("s")


def faults(*scenarios: dict[str, Any]) -> list[str]:
    with pytest.raises(InstanceError) as caught:
        having(*scenarios)
    return [str(fault) for fault in caught.value.faults]


def test_a_field_has_its_new_value_and_no_other_changes() -> None:
    given = after(facilities__eu__pue=1.5)
    assert given.facilities["eu"].pue == 1.5
    expected = Instance.parse(BASE).replace({"facilities.eu.pue": 1.5, "name": "deal+s"})
    assert given == expected
    assert given.hash == expected.hash


def test_the_copy_has_no_scenarios_and_is_called_after_what_came_true() -> None:
    given = having({"name": "a"}, {"name": "b"})
    assert given.scenario("b", "a").name == "deal+b+a"
    assert given.scenario("a").scenarios == ()
    assert given.scenario() == Instance.parse(BASE)


def test_names_may_hold_dots() -> None:
    assert after(**{"facilities.us.east.pue": 1.3}).facilities["us.east"].pue == 1.3


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("facilities.*.energy_per_mwh", {"us.east", "us-west", "eu"}),
        ("facilities.us*.energy_per_mwh", {"us.east", "us-west"}),
        ("facilities.*-w*.energy_per_mwh", {"us-west"}),
    ],
)
def test_a_wildcard_stands_for_any_name(path: str, changed: set[str]) -> None:
    sites = after(**{path: 70}).facilities
    assert {name for name, site in sites.items() if site.energy_per_mwh == 70} == changed


def test_a_wildcard_goes_through_lists_and_passes_over_what_has_nothing_inside() -> None:
    given = after(**{"facilities.*.zones.*.limits.power_mw": 9, "demands.*.unmet_cost": 7})
    assert given.facilities["eu"].zones["hall"].limits == {"power_mw": 9}
    assert given.facilities["us.east"].limits == {"power_mw": 5, "racks": 3}
    assert [demand.unmet_cost for demand in given.demands] == [7, 7]


@pytest.mark.parametrize(
    ("factor", "number", "listed"),
    [
        # 0.1 x 3 is 0.3 in decimals and 0.30000000000000004 in floats; so is 0.1 + 0.2.
        ("*3", 0.3, (0.3, 2.1)),
        ("+0.2", 0.3, (0.3, 0.9)),
        ("- .1", 0, (0, 0.6)),
        ("*1e1", 1, (1, 7)),
    ],
)
def test_factors_change_numbers_in_decimals(
    factor: str, number: float, listed: tuple[float, ...]
) -> None:
    given = after(**{"demands.chat.amount": factor, "blocks.pod.cost_once": factor})
    assert given.demands[0].amount == number
    assert given.blocks["pod"].cost_once == listed


def test_factors_change_series_by_period_and_all_numbers_inside() -> None:
    given = after(**{"demands.batch.amount": "*1.2", "facilities.us.east.limits": "*0.9"})
    assert given.demands[1].amount == {"2027Q1": 1.2, "2027Q2": 3.6}
    assert given.facilities["us.east"].limits == {"power_mw": 4.5, "racks": 2.7}


def test_factors_change_whole_numbers_and_defaults() -> None:
    given = after(**{"blocks.pod.lead": "*1.2", "facilities.eu.pue": "*1.2"})
    assert given.blocks["pod"].lead == 6
    assert given.facilities["eu"].pue == 1.2


def test_a_factor_behind_a_wildcard_passes_over_what_is_not_given() -> None:
    # Grid that is not limited stays so, and what is not for sale is not offered.
    given = after(**{"facilities.*.grid_mw": "*0.5", "blocks.*.cost_once": "*2"})
    assert [site.grid_mw for site in given.facilities.values()] == [(15, 30), None, None]
    assert given.blocks["pod"].cost_once == (0.2, 1.4)
    assert given.blocks["old"].cost_once is None


def test_scenarios_come_one_after_the_other() -> None:
    given = having(
        {"name": "more", "set": {"demands.chat.amount": "*2"}},
        {"name": "other", "set": {"demands.chat.amount": 5}},
    )
    assert given.scenario("more", "other").demands[0].amount == 5
    assert given.scenario("other", "more").demands[0].amount == 10


def test_changes_of_a_scenario_are_of_what_was_before_it() -> None:
    data: dict[str, Any] = {"facilities.eu.energy_per_mwh": "+1", "facilities.us*.pue": "*1.5"}
    there, back = after(**data), after(**dict(reversed(data.items())))
    assert there == back


FAULTS: list[tuple[str, Any, str]] = [
    ("facilities.eus.pue", 2, "no 'eus' on the path 'facilities.eus.pue'; did you mean 'eu'?"),
    ("facilitys.eu.pue", 2, "did you mean 'facilities'?"),
    ("facilities.eu.pu", 2, "pu': is not a field of a facility; did you mean 'pue'?"),
    ("foo", 1, "set.foo: is not a field of an instance"),
    ("facilities.eu.pue", 0, "set.'facilities.eu.pue': must be above 0, not 0"),
    ("facilities.us.east.grid_mw", [1], "must have one value for each of the 2 periods, not 1"),
    ("demands.chat.amount.2027Q1", 5, "no '2027Q1' on the path"),
    ("blocks.pod.accelerator", "b200", "which is not defined"),
    ("facilities.*.zones.none*.pue", 2, "matches nothing"),
    ("facilities.x*.pue", 2, "matches nothing"),
    ("demands.*.amout", 2, "is not a field of a demand; did you mean 'amount'?"),
    ("facilities.eu.grid_mw", "*2", "cannot change facilities.eu.grid_mw, which is not given"),
    ("facilities.eu*.grid_mw", "*2", "matches no number that '*2' could change"),
    ("blocks.pod.accelerator", "*2", "blocks.pod.accelerator, which is no number"),
    ("facilities.eu.pue", "*x", "must be a number, not the text '*x'"),
    ("blocks.pod.lead", "*1.1", "must be a whole number, not 5.5"),
    ("name", "x", "changes 'name', which no scenario can change"),
    ("scenarios.s.probability", 1, "changes 'scenarios', which no scenario can change"),
    ("*", 1, "changes 'gridblock', which no scenario can change"),
    ("periods.count", 1, "blocks.pod.cost_once: must have one value for each of the 1 periods"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "fault"), FAULTS)
def test_a_faulty_change(path: str, value: Any, fault: str) -> None:
    said = faults({"name": "s", "set": {path: value}})
    assert fault in said[0]
    assert said[0].startswith(
        f"scenarios[0].set.{path if path == 'name' else repr(path) if '.' in path else path}: "
    )


@pytest.mark.parametrize("ending", [".yaml", ".csv"])
def test_a_number_that_says_to_add_but_would_not_is_refused(tmp_path: Path, ending: str) -> None:
    # 5 MW and 3 more are 8; "+3" adds, 3 replaces, and +3 without quotes looks like the one and
    # would be the other. -3 is a number that some fields hold: the longitude of a place.
    path = "facilities.us-west.limits.power_mw"
    text = Instance.parse({**BASE, "facilities": {
        **BASE["facilities"], "us-west": {"at": {"lat": 1, "lon": 2}, "limits": {"power_mw": 5}}},
        "scenarios": [{"name": "s", "set": {path: "+3", "facilities.us-west.at.lon": -3}}],
    })  # fmt: skip
    assert text.scenario("s").facilities["us-west"].limits == {"power_mw": 8}
    place = text.scenario("s").facilities["us-west"].at
    assert place is not None
    assert place.lon == -3
    target = tmp_path / ("deal.yaml" if ending == ".yaml" else "deal")
    formats.write(text, target)
    assert read(target).scenario("s").facilities["us-west"].limits == {"power_mw": 8}
    file = target if ending == ".yaml" else target / "scenarios.csv"
    written = file.read_text()
    quoted = '"+3"' if ending == ".yaml" else '"""+3"""'
    assert quoted in written
    file.write_text(written.replace(quoted, "+3"))
    with pytest.raises(InstanceError, match=r"\+3 without quotes, .* write 3, or '\+3' in quotes"):
        read(target)


def test_one_fault_in_many_places_is_told_once() -> None:
    (said,) = faults({"name": "s", "set": {"facilities.*.pue": 0}})
    assert said.endswith("facilities.'us.east'.pue: must be above 0, not 0")


def test_two_changes_of_one_field_are_refused() -> None:
    said = faults({"name": "s", "set": {"demands.*.amount": 1, "demands.chat.amount": 2}})
    assert said == [
        "scenarios[0].set.'demands.chat.amount': changes demands[0].amount, which"
        " 'demands.*.amount' changes too"
    ]
    for paths in ({"facilities.eu.pue": 2, "facilities.eu": {}}, {"facilities.*": {}}):
        (said_of_inner,) = faults({"name": "s", "set": {"facilities.eu.pue": 2, **paths}})
        assert "'facilities.eu.pue': changes facilities.eu.pue, which" in said_of_inner


def test_many_changes_take_little_time() -> None:
    sites = {f"s{i}": {} for i in range(1000)}
    changes = {f"facilities.s{i}.pue": "*1.5" for i in range(1000)}
    began = time.perf_counter()
    given = Instance.parse(
        {"gridblock": 1, "facilities": sites, "scenarios": [{"name": "s", "set": changes}]}
    )
    assert given.scenario("s").facilities["s999"].pue == 1.5
    assert time.perf_counter() - began < SECONDS


def test_probabilities_add_up_to_at_most_one() -> None:
    tenths = [{"name": str(i), "probability": 0.1} for i in range(10)]
    assert len(having(*tenths).scenarios) == 10
    (said,) = faults(*tenths, {"name": "more", "probability": 0.01})
    assert said == "scenarios: have probabilities that add up to 1.01, and the most is 1"
    (said,) = faults({"name": "s", "probability": 1.5})
    assert said == "scenarios[0].probability: must be at most 1, not 1.5"


def test_names_are_unique() -> None:
    (said,) = faults({"name": "s"}, {"name": "s"})
    assert said == "scenarios[1].name: names the scenario 's' a second time"


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (["lat"], "there is no scenario 'lat'; did you mean 'late'?"),
        (["late", "late"], "names the scenario 'late' a second time"),
    ],
)
def test_a_combination_that_cannot_be(names: list[str], fault: str) -> None:
    with pytest.raises(InstanceError) as caught:
        having({"name": "late"}).scenario(*names)
    assert str(caught.value) == fault


def test_scenarios_that_do_not_go_together_are_refused() -> None:
    given = having(
        {"name": "gone", "set": {"facilities": {"us": {}}}},
        {"name": "dear", "set": {"facilities.eu.energy_per_mwh": 90}},
    )
    with pytest.raises(InstanceError, match="there is no 'eu'"):
        given.scenario("gone", "dear")


def test_faults_have_their_line_and_wait_for_those_of_the_instance(tmp_path: Path) -> None:
    file = tmp_path / "deal.yaml"
    text = "gridblock: 1\nfacilities: {eu: {pue: 1}}\nscenarios:\n- name: s\n  set:\n    {}: 2\n"
    file.write_text(text.replace("{}", "facilities.ey.pue"))
    with pytest.raises(InstanceError) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file}:6:24: scenarios[0].set.'facilities.ey.pue': ")
    file.write_text(text.replace("{}", "facilities.eu.pue").replace("pue: 1}", "pue: x}"))
    with pytest.raises(InstanceError) as caught:
        read(file)
    assert len(caught.value.faults) == 1


ODD: dict[str, Any] = {
    "demands.*.amount": "*1.20",
    "demands.chat.unmet_cost": [150.0, 0.5],
    "facilities.us.east.grid_mw": {"2027Q1": 1e1, "2027Q2": 20},
    "facilities.eu": {"tags": ["a; b", "007", "=x"], "pue": 1.25},
    "facilities.us-west.energy_per_mwh": "-5",
    "facilities.us-west.source": " =odd\n",
    "blocks.pod.where": {"facilities": ["eu"]},
}


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.xlsx", "tables"])
def test_changes_come_back_from_every_format(tmp_path: Path, name: str) -> None:
    given = having({"name": "odd", "probability": 0.25, "set": ODD, "source": "us"}, {"name": "as"})
    formats.write(given, tmp_path / name)
    again = read(tmp_path / name)
    assert again == given
    assert again.hash == given.hash
    assert again.scenarios[0].set == ODD


def test_what_is_changed_is_the_same_however_it_is_written() -> None:
    path = "facilities.eu.energy_per_mwh"
    hashes = {having({"name": "s", "set": {path: v}}).hash for v in (150, 150.0, 1.5e2)}
    assert len(hashes) == 1
    assert having({"name": "s", "set": {path: (1, 2)}}).scenarios[0].set == {path: [1, 2]}
    (said,) = faults({"name": "s", "set": {path: {1, 2}}})
    assert said.endswith("must be plain data, not a set")


def test_variants_of_an_instance_leave_scenarios_out() -> None:
    # What a scenario changes need not be there in a variant, so it could not be judged.
    assert current_fleet_only(having({"name": "s"})).scenarios == ()
