"""Malformed files: each is refused with exit code 3 and its place, by whatever reads it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from gridblock.cli import app
from gridblock.instances.faults import InstanceError
from gridblock.instances.read import read
from gridblock.instances.scalars import MOST_FAULTS
from malformed import documents, mutations, others, tables
from malformed.case import Case, broken

LEAST: Final = 300
FAMILIES: Final[dict[str, Callable[[], Iterator[Case]]]] = {
    "documents": documents.cases,
    "tables": tables.cases,
    "others": others.cases,
    "mutations": lambda: mutations.cases(most=150),
}


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_each_is_refused_with_its_place(
    family: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner, wrong = CliRunner(), []
    for number, case in enumerate(FAMILIES[family]()):
        folder = tmp_path / str(number)
        folder.mkdir()
        case.lay(folder)
        monkeypatch.chdir(folder)
        ran = runner.invoke(app, list(case.arguments))
        if said := broken(ran.exit_code, ran.stderr, case):
            wrong.append(f"{case.name}: {said}")
    assert wrong == []


def test_there_are_enough_of_them() -> None:
    by_hand = [*documents.cases(), *others.cases()]
    assert len(by_hand) >= LEAST
    assert len({(case.name, case.arguments) for case in by_hand}) == len(by_hand)


def refused(data: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(InstanceError) as caught:
        read({"gridblock": 1, **data})
    return tuple(str(fault) for fault in caught.value.faults)


def test_thousands_of_faults_are_told_as_a_hundred() -> None:
    # 40 kB of these took 47 s, since each fault was compared with each other.
    told = refused({"demands": [1] * 20_000})
    assert len(told) == MOST_FAULTS
    assert told[0].startswith("demands[0]: must be a group of fields")
    told = refused({"facilities": {f"f{i}": 1 for i in range(20_000)}})
    assert len(told) == MOST_FAULTS
    assert told[0].startswith("facilities.f0: must be a group of fields")


def test_faults_far_down_are_found_by_their_true_place() -> None:
    # The first 9,000 are as they should be; a sample of 300 holds some of the others.
    good = {"name": "d", "amount": 1, "yields": {}, "unmet_cost": 1}
    demands = [{**good, "name": f"d{i}"} for i in range(9_000)] + [7] * 9_000
    told = refused({"demands": demands})
    positions = [int(each.partition("[")[2].partition("]")[0]) for each in told]
    assert min(positions) >= 9_000
    assert max(positions) < 18_000


def test_a_record_of_thousands_of_fields_misses_none_that_it_has() -> None:
    # A sample of its fields need not hold `name`, `amount`, …: that one is missing is not said.
    record = {f"x{i}": 1 for i in range(9_000)}
    record |= {"name": "d", "amount": 1, "yields": {}, "unmet_cost": 1}
    told = refused({"demands": [record]})
    # 30 entries are kept of what is so far down; the last of them is unmet_cost.
    assert len(told) == 29
    assert all("is not a field of a demand" in each for each in told)


def test_thousands_of_numbers_with_units_are_no_faults() -> None:
    amounts = ["1 kW"] * 6_000
    facilities = {
        f"f{i}": {"limits": {"power_mw": power}} for i, power in enumerate(amounts)
    }  # fmt: skip
    assert len(read({"gridblock": 1, "name": "x", "facilities": facilities}).facilities) == 6_000


def test_a_grid_of_endless_steps_is_refused() -> None:
    # 1 / 1e-300 numbers were listed, which never ended.
    from gridblock.instances.grids import Range

    with pytest.raises(ValueError, match="has more than 1,000,000 values"):
        Range.model_validate({"from": 0, "to": 1, "step": 1e-300})
