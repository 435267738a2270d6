"""Readers of other people's data: files of each format that were made up here, refusals."""

from pathlib import Path

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.imports.kinds import KINDS, load
from gridblock.instances.imports.source import Source
from toys import CFLP, FILES, GAP, MKNAP, SSCFLP, imported


def refused(folder: Path, kind: str, text: str, problem: str | None = None) -> str:
    """Give what is said of a file that is refused, from the line on."""
    with pytest.raises(InstanceError) as caught:
        imported(folder, kind, text, problem)
    (fault,) = caught.value.faults
    assert fault.file == str(folder / "toy.txt")
    return str(fault).removeprefix(str(folder / "toy.txt") + ":").strip()


def test_a_site_is_opened_by_an_option_that_leases_its_capacity(tmp_path: Path) -> None:
    given = imported(tmp_path, "orlib-cflp", CFLP).instance
    opening = given.options[0]
    assert (opening.cost_once, opening.leases[0].count) == (20, 8)
    assert [part.opens for part in opening.openings] == ["site-1"]
    assert given.demands[2].cost_per_unit_hour == {"site-1": 1, "site-2": 3}
    assert given.demands[2].max_facilities is None
    assert given.source == "toy.txt: capacitated facility location"


def test_a_capacity_with_decimals_is_counted_in_parts_of_a_unit(tmp_path: Path) -> None:
    given = imported(tmp_path, "orlib-cflp", "1 1\n2.25 7\n2 1").instance
    assert given.options[0].leases[0].count == 225
    assert given.demands[0].yields == {"unit": 0.01}


def test_a_customer_of_one_site_says_so(tmp_path: Path) -> None:
    given = imported(tmp_path, "orlib-sscflp", SSCFLP).instance
    assert {demand.max_facilities for demand in given.demands} == {1}


def test_what_a_job_uses_is_the_inverse_of_its_yield(tmp_path: Path) -> None:
    found = imported(tmp_path, "gap", GAP, sense="max")
    assert found.instance.demands[2].yields == {"agent-1": 0.25, "agent-2": 0.5}
    assert found.instance.demands[2].cost_per_unit_hour == {"agent-1": -4, "agent-2": -6}
    assert (found.offset, found.scale) == (0, -1)
    assert found.instance.facilities["agent-1"].installed == {"agent-1": 5}


def test_of_a_file_with_several_problems_one_is_chosen(tmp_path: Path) -> None:
    found = imported(tmp_path, "mknap", MKNAP, problem="2")
    assert found.instance.name == "toy_2"
    assert found.instance.facilities["knapsack"].limits == {"resource-1": 1}
    assert (found.offset, found.scale) == (2.5, -1)
    several = imported(tmp_path, "gap", f"1\n{GAP}")
    assert several.instance.name == "toy_1"


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("orlib-cflp", "", "1: ends where the number of sites should stand"),
        ("orlib-cflp", CFLP.replace("20.", "x"), "2:4: the fixed cost of site 1 must be a number"),
        ("orlib-cflp", CFLP.replace("8 20", "capacity 20"), "2:2: the capacity of site 1 is left"),
        ("orlib-cflp", CFLP.replace("5 10 5", "0 1 1"), "6:1: the demand of customer 2 must be ab"),
        ("orlib-cflp", CFLP + "7", "8:1: '7' stands after the end of the last customer"),
        ("orlib-cflp", CFLP[:-4], "7: ends where the cost of customer 3 from site 2 should stand"),
        ("orlib-cflp", "1 1\n0.1234567 1\n1 1", "has a capacity with more than 6 decimals"),
        ("orlib-sscflp", "2.5 3", "1:1: the number of sites must be a whole number from 1 on"),
        ("orlib-sscflp", SSCFLP.replace("8 10", "-8 10"), "2:1: the capacity of site 1 must be at"),
        ("gap", GAP.replace("2 3 4", "2 0 4"), "4:3: what job 2 uses of agent 1 must be above 0"),
        ("gap", GAP.replace("1 5 4", "1 nan 4"), "2:3: the cost of job 2 with agent 1 must be a"),
        ("mknap", MKNAP, "holds 2 problems; choose one with --problem 1 to 2"),
        ("mknap", "9999999999", "1:1: the number of problems must be a whole number"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(
    tmp_path: Path, kind: str, text: str, said: str
) -> None:
    assert refused(tmp_path, kind, text).startswith(said)


def test_a_problem_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "'3' is none of 1 to 2" in refused(tmp_path, "mknap", MKNAP, "3")


def test_every_kind_has_a_file_here_and_says_its_format() -> None:
    from importlib import import_module

    assert {*FILES} == {*KINDS}
    for kind in KINDS.values():
        module = import_module(f"gridblock.instances.imports.{kind.module}")
        assert len((module.__doc__ or "").splitlines()) > 5


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match="no such file"):
        load("gap", Source(str(tmp_path / "nothing")))
