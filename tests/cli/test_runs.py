"""Saved runs: whole or not at all, under names and with cells that do no harm."""

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from gridblock import runs
from gridblock.file_names import file_name
from gridblock.instances.faults import InstanceError
from gridblock.instances.read import read
from gridblock.plan import Plan, solve
from gridblock.reports.plain_text import csv_table
from gridblock.saved import read_plan

FORMULAS = ("=1+1", "+1", "-1", "@sum", "\tx")


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A plan whose names look like formulas."""
    return solve(
        read(
            {
                "gridblock": 1,
                "name": "../=evil/ name",
                "accelerators": {"+chip": {}},
                "blocks": {"=pod": {"accelerator": "+chip", "accelerators": 8}},
                "facilities": {"@site": {"installed": {"=pod": 2}}},
                "demands": [
                    {"name": "-chat", "amount": 9, "yields": {"+chip": 1}, "unmet_cost": 1}
                ],
            }
        )
    )


def test_a_plan_is_read_back_as_it_was(plan: Plan, tmp_path: Path) -> None:
    folder = plan.save(tmp_path / "run")
    again = read_plan(folder)
    assert again.data == plan.data
    assert again.instance == plan.instance
    assert not list(tmp_path.glob("*.part"))


def test_nothing_is_overwritten(plan: Plan, tmp_path: Path) -> None:
    plan.save(tmp_path / "run")
    with pytest.raises(FileExistsError):
        plan.save(tmp_path / "run")
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(FileExistsError):
        plan.save(file)


def test_what_cannot_be_written_leaves_nothing(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(runs, "write_text", fail)
    with pytest.raises(OSError, match="No space left"):
        plan.save(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_no_cell_of_a_table_is_a_formula(plan: Plan, tmp_path: Path) -> None:
    folder = plan.save(tmp_path / "run")
    for file in (folder / "tables").glob("*.csv"):
        with file.open(newline="") as opened:
            for row in csv.reader(opened):
                for cell in row:
                    assert not cell.startswith(("=", "+", "@", "\t", "\r"))
                    assert not cell.startswith("-") or float(cell) <= 0


def test_text_is_guarded_and_numbers_are_not() -> None:
    table = pd.DataFrame({"text": [*FORMULAS, "plain", None], "=number": [-1.5] * 7})
    lines = list(csv.reader(csv_table(table).splitlines(keepends=True)))
    assert lines[0] == ["text", "'=number"]
    assert [line[0] for line in lines[1:]] == [*(f"'{text}" for text in FORMULAS), "plain", ""]
    assert {line[1] for line in lines[1:]} == {"-1.5"}


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("colossus", "colossus"),
        ("../../etc/passwd", "etc-passwd"),
        ("Zürich 2", "Zurich-2"),
        ("東京", "instance"),
        ("a" * 300, "a" * 40),
        (".hidden", "hidden"),
        ('con:|?*"', "con"),
    ],
)
def test_names_of_folders_are_taken_by_every_file_system(name: str, file: str) -> None:
    assert file_name(name) == file


def test_two_runs_in_one_second_have_two_folders(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = {plan.save(runs.usual_folder(plan.instance)) for _ in range(3)}
    assert len(folders) == 3
    assert {folder.parent.name for folder in folders} == {"runs"}


def test_runs_that_begin_at_once_have_a_folder_each(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for by many before any has written a thing: a name is taken when it is given."""
    monkeypatch.chdir(tmp_path)
    with ThreadPoolExecutor(8) as at_once:
        made = [*at_once.map(lambda _: runs.usual_folder(plan.instance), range(8))]
    assert len({*made}) == 8
    assert all(folder.is_dir() for folder in made)
    assert {plan.save(folder) for folder in made} == {folder.absolute() for folder in made}


def test_numbers_that_no_plan_holds_are_refused(plan: Plan, tmp_path: Path) -> None:
    file = plan.save(tmp_path / "run") / "plan.json"
    text = file.read_text()
    for number in ("1e999", "NaN", "-Infinity", "9" * 400):
        file.write_text(text.replace('"gap_asked": 0.001', f'"gap_asked": {number}'))
        with pytest.raises(InstanceError):
            read_plan(file)
    file.write_text(json.dumps(json.loads(text)))
    assert read_plan(file).data == plan.data
