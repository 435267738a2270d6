"""``gridblock check``: warnings with their places, and what was understood."""

import json
from pathlib import Path
from typing import Any

import pytest

ODD = """\
gridblock: 1
accelerators: {h100: {}}
blocks:
  pod: {accelerator: h100, accelerators: 256, uses: {power_kw: 35000}, cost_once: 1}
facilities:
  memphis: {pue: 12, limits: {power_mw: 100}}
demands:
  - {name: chat, amount: 1, yields: {h100: 1}, unmet_cost: 1}
"""


@pytest.fixture
def odd(tmp_path: Path) -> str:
    (tmp_path / "odd.yaml").write_text(ODD)
    return "odd.yaml"


def test_an_instance_without_faults_is_told_in_80_columns(gridblock: Any) -> None:
    ran = gridblock("check", "hall-tree")
    assert ran.exit_code == 0
    assert "campus" in ran.stdout
    assert "warning" not in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_warnings_have_the_form_of_faults_and_exit_code_0(gridblock: Any, odd: str) -> None:
    ran = gridblock("check", odd)
    assert ran.exit_code == 0
    lines = ran.stdout.splitlines()
    assert lines[0].startswith("odd.yaml:4:64: blocks.pod.uses.power_kw: makes 136.719 kW for each")
    assert lines[1].startswith("odd.yaml:4:83: blocks.pod.cost_once: has no end_share")
    assert lines[2].startswith("odd.yaml:6:18: facilities.memphis.pue: is 12, usual are 1 to 2.5")
    assert lines[3] == "3 warnings"


def test_a_warning_stands_at_what_brings_it(gridblock: Any, odd: str, tmp_path: Path) -> None:
    # The file says 12 of pue and 35,000 kW; the scenario 0.5 and what is set 20 instead of 12.
    late = "scenarios: [{name: late, set: {facilities.memphis.pue: 0.5}}]\n"
    (tmp_path / odd).write_text(ODD + late)
    for flags, place, value in (
        ((), f"{odd}:6:18", "12"),
        (("--set", "facilities.memphis.pue=20"), "--set", "20"),
        (("--scenario", "late"), "--scenario", "0.5"),
        (("--scenario", "late", "--set", "facilities.memphis.pue=20"), "--set", "20"),
        (("--scenario", "late", "--set", "demands.0.amount=2"), "--scenario", "0.5"),
    ):
        lines = gridblock("check", odd, *flags).stdout.splitlines()
        assert any(
            line.startswith(f"{place}: facilities.memphis.pue: is {value},") for line in lines
        )
        assert any(
            line.startswith(f"{odd}:4:64: blocks.pod.uses.power_kw: makes") for line in lines
        )
        assert "3 warnings" in lines
    answer = json.loads(gridblock("check", odd, "--set", "demands=[]", "--format", "json").stdout)
    assert {warning["file"] for warning in answer["warnings"]} == {odd, "--set"}
    (said,) = (of for of in answer["warnings"] if of["path"] == "")
    assert (said["file"], said["line"], said["column"]) == ("--set", None, None)


def test_json_holds_warnings_and_what_was_understood(gridblock: Any, odd: str) -> None:
    answer = json.loads(gridblock("check", odd, "--format", "json").stdout)
    assert answer["ok"] is True
    assert answer["faults"] == []
    assert [warning["line"] for warning in answer["warnings"]] == [4, 4, 6]
    assert answer["understood"]["facilities"] == 1
    assert answer["understood"]["demands"] == {"chat": [1.0]}


def test_json_says_until_when_options_can_be_ordered(gridblock: Any) -> None:
    answer = json.loads(gridblock("check", "lease-ramps-and-ends", "--format", "json").stdout)
    # Six periods and a lead of one.
    lease = {"kind": "lease", "max": 4, "signed": 0, "lead": 1, "order_by": "p5"}
    assert answer["understood"]["options"] == {"neocloud": lease}


def test_json_holds_faults_too(gridblock: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("gridblock: 1\nnam: x\n")
    ran = gridblock("check", "bad.yaml", "--format", "json")
    assert ran.exit_code == 3
    answer = json.loads(ran.stdout)
    assert answer["ok"] is False
    assert answer["understood"] is None
    (fault,) = answer["faults"]
    assert (fault["line"], fault["column"], fault["path"]) == (2, 1, "nam")
    assert "did you mean 'name'?" in fault["message"]


def test_solve_says_how_many_warnings_there_are(gridblock: Any, odd: str) -> None:
    assert "3 warnings: see gridblock check odd.yaml" in gridblock("solve", odd).stderr
    assert "warning: facilities.memphis.pue: is 12" in gridblock("solve", odd, "-v").stderr


def test_it_says_how_many_values_were_given_with_units(gridblock: Any, tmp_path: Path) -> None:
    text = ODD.replace("power_kw: 35000", "power_kw: 350 kW").replace("100}", "0.1 GW}")
    (tmp_path / "units.yaml").write_text(text)
    ran = gridblock("check", "units.yaml")
    said = "2 values were given with units and converted to those of their fields."
    assert said in " ".join(ran.stdout.split())
    assert json.loads(gridblock("check", "units.yaml", "--format", "json").stdout)["converted"] == 2
    assert "given with units" not in gridblock("check", "first").stdout


def test_a_wrong_unit_is_refused_with_both_named(gridblock: Any, odd: str) -> None:
    ran = gridblock("check", odd, "--set", "facilities.memphis.grid_mw=120 MWh")
    assert ran.exit_code == 3
    assert ran.stderr.splitlines()[-2:] == [
        "--set: facilities.memphis.grid_mw: '120 MWh' is an energy; this field is in MW, a power",
        "1 fault",
    ]


def test_convert_writes_plain_numbers(gridblock: Any, tmp_path: Path) -> None:
    (tmp_path / "units.yaml").write_text(ODD.replace("power_mw: 100", "power_mw: 99_000 kW"))
    assert gridblock("convert", "units.yaml", "out.yaml").exit_code == 3
    (tmp_path / "units.yaml").write_text(ODD.replace("power_mw: 100", "power_mw: 99000 kW"))
    change = ("--set", "facilities.memphis.energy_per_mwh=6.5 ct/kWh")
    assert gridblock("convert", "units.yaml", "out.yaml", *change).exit_code == 0
    text = (tmp_path / "out.yaml").read_text()
    assert "power_mw: 99}" in text
    assert "energy_per_mwh: 65" in text
