"""Readers of other people's data: files of each format that were made up here, refusals."""

from pathlib import Path

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.imports.kinds import load
from gridblock.instances.imports.source import Source
from toys import CFLP, GAP, MKNAP, SNDLIB, SSCFLP, imported


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


def test_a_capacity_that_is_left_open_is_asked_for(tmp_path: Path) -> None:
    text = CFLP.replace(" 8 20", "capacity 20").replace("\n 10", "\ncapacity")
    given = imported(tmp_path, "orlib-cflp", text, "9").instance
    assert [option.leases[0].count for option in given.options] == [9, 9]
    assert "cannot have the capacity '-9'" in refused(tmp_path, "orlib-cflp", text, "-9")
    assert "means nothing for it" in refused(tmp_path, "orlib-cflp", CFLP, "9")


def test_a_customer_of_one_site_says_so(tmp_path: Path) -> None:
    given = imported(tmp_path, "orlib-sscflp", SSCFLP).instance
    assert {demand.max_facilities for demand in given.demands} == {1}


def test_either_layout_of_sites_is_told_by_its_lines(tmp_path: Path) -> None:
    by_site = "3 1\n8 20\n10 5\n9 7\n4\n1 2 3\n"
    by_kind = "3 1\n8 10 9\n20 5 7\n4\n1 2 3\n"
    for kind in ("orlib-cflp", "orlib-sscflp"):
        hashes = {imported(tmp_path, kind, text).instance.hash for text in (by_site, by_kind)}
        assert len(hashes) == 1
    assert "means nothing for it" in refused(tmp_path, "orlib-sscflp", by_kind, "9")


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
    assert imported(tmp_path, "gap", GAP, sense="max").instance.name == "toy_Max"


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
    assert "'3' is not from 1 to 2" in refused(tmp_path, "mknap", MKNAP, "3")


def test_a_link_takes_modules_in_lots_and_a_node_is_a_region(tmp_path: Path) -> None:
    given = imported(tmp_path, "sndlib", SNDLIB, problem="U-U-M-Y-C-A-N-N").instance
    assert given.name == "toy--U-U-M-Y-C-A-N-N"
    assert [option.name for option in given.options] == [
        *("ab 4", "ab 10", "ab setup"),
        *("bc 4", "bc setup"),  # 10 at 9 is dearer than three times 4
        *("ac 4", "ac setup"),
    ]
    assert given.options[0].requires == ("ab setup",)
    assert given.options[0].max == 3  # 9 in all
    assert {link.capacity for link in given.network.links[:3]} == {"shared"}
    # Without direction, traffic goes from the node that is named first.
    assert [(d.from_, d.where.facilities) for d in given.demands] == [
        ({"a": 1}, ("at b",)),
        ({"a": 1}, ("at c",)),
    ]
    assert given.network.regions["b"].lon == 11


def test_letters_say_what_is_installed(tmp_path: Path) -> None:
    single = imported(tmp_path, "sndlib", SNDLIB, problem="D-B-S-N-C-A-N-N").instance
    assert [option.name for option in single.options] == ["ab 4", "bc 4", "ac 4"]
    assert {link.capacity for link in single.network.links} == {"each_way"}
    assert single.demands[0].from_ == {"b": 1}
    one = imported(tmp_path, "sndlib", SNDLIB, problem="D-U-E-N-C-A-N-N").instance
    assert one.options[0].excludes == ("ab 10",)
    assert {option.max for option in one.options} == {1}


def test_modules_that_smaller_ones_add_up_to_are_left_out(tmp_path: Path) -> None:
    text = SNDLIB.replace("4.00 3.00 10.00 6.00", "20 3 40 4 60 7 80 8 30 9 100 10.5")
    given = imported(tmp_path, "sndlib", text, problem="U-U-M-N-C-A-N-N").instance
    # 60 = 20 + 40 and 80 = 2 x 40 cost as much, 30 costs more than 40, 100 less than 11.
    assert [o.name for o in given.options][:3] == ["ab 20", "ab 40", "ab 100"]


@pytest.mark.parametrize(
    ("letters", "said"),
    [
        (None, "does not say which problem it is; --problem U-U-M-N-C-A-N-N does"),
        ("U-U", "'U-U' are not eight letters such as U-U-M-N-C-A-N-N"),
        ("D-D-M-N-C-A-N-N", "is a problem with links D; only U or B can be planned"),
        ("U-B-M-N-C-A-N-N", "has undirected demands, which go with links U, not B"),
        ("U-U-L-N-C-A-N-N", "is a problem with capacity L; only M or S or E can be planned"),
        ("U-U-M-N-I-A-N-N", "is a problem with routing I; only C can be planned"),
        ("U-U-M-N-C-L-N-N", "is a problem with paths L; only A can be planned"),
        ("U-U-M-N-C-A-I-N", "is a problem with longest paths I; only N can be planned"),
        ("U-U-M-N-C-A-N-P", "is a problem with failures P; only N can be planned"),
    ],
)
def test_a_problem_that_no_plan_can_say_is_refused_by_name(
    tmp_path: Path, letters: str | None, said: str
) -> None:
    assert refused(tmp_path, "sndlib", SNDLIB, letters) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("type: network", "type: solution", "1: must begin with '?SNDlib native format;"),
        ("META", "MEAT", "3:1: 'MEAT' is no known section"),
        ("c ( 10.50 51", "a ( 10.50 51", "9:3: names the node 'a' a second time"),
        ("ab ( a b )", "ab ( a d )", "12:10: names the node 'd', which is not defined"),
        ("ab ( a b )", "ab ( a a )", "12:10: joins 'a' to itself"),
        ("ab ( a b ) 0.00 0.00", "ab ( a b ) 0.00 7", "12:3: has a cost of preinstalled capacity"),
        ("ab ( a b ) 0.00", "ab ( a b ) 1.00", "12: ab has preinstalled capacity, whose setup"),
        ("4.00 1.00 10.00 9", "0.00 1.00 10.00 9", "13:36: the capacity of a module must be above"),
        ("4.00 1.00 10.00 9.00 )", "4.00 1.00 10.00 9.00", "14:3: the capacity of a module must"),
        ("1 5.00 UNL", "1 x UNL", "17:16: the demand value must be a number, not the text 'x'"),
        ("  ba ( p1 ( ab ) )\n)", "", "20: ends where ')' should stand"),
    ],
)
def test_a_faulty_network_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in SNDLIB
    text = SNDLIB.replace(old, new)
    assert refused(tmp_path, "sndlib", text, "U-U-M-Y-C-A-N-N").startswith(said)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match="no such file"):
        load("gap", Source(str(tmp_path / "nothing")))
