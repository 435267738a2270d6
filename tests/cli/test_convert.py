"""``gridblock convert``: every format of an instance is the same instance."""

import errno
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb


def test_an_instance_goes_through_every_format(gridblock: Any, tmp_path: Path) -> None:
    steps = ("colossus", "tables", "book.xlsx", "data.json", "again.yaml")
    for source, target in pairwise(steps):
        ran = gridblock("convert", source, target)
        assert ran.exit_code == 0, ran.stderr
        assert ran.stdout == ""
        assert f"wrote {target} (instance " in ran.stderr
    hashes = {gb.read(tmp_path / name).hash for name in steps[1:]}
    assert len(hashes) == 1
    assert (tmp_path / "tables" / "facilities.csv").is_file()


def test_every_command_reads_tables(gridblock: Any, tmp_path: Path) -> None:
    gridblock("convert", "first", "tables")
    gridblock("convert", "first", "book.xlsx")
    answers = [gridblock("check", name).stdout for name in ("first", "tables", "book.xlsx")]
    assert answers[0] == answers[1] == answers[2] != ""
    (tmp_path / "tables" / "demands.csv").write_text("name,amuont\nchat,5\n")
    ran = gridblock("check", "tables")
    assert ran.exit_code == 3
    assert "tables/demands.csv:1:2: demands.amuont: is not a field here" in ran.stderr


def test_changes_are_made_first(gridblock: Any, tmp_path: Path) -> None:
    assert gridblock("convert", "first", "x.json", "--set", "name=second").exit_code == 0
    assert gb.read(tmp_path / "x.json").name == "second"


def test_nothing_is_overwritten_without_force(gridblock: Any, tmp_path: Path) -> None:
    for name in ("x.yaml", "x.xlsx", "x"):
        assert gridblock("convert", "first", name).exit_code == 0
        ran = gridblock("convert", "power-binds", name)
        assert ran.exit_code == 2
        assert "exists already" in ran.stderr
        assert gb.read(tmp_path / name).name == "first"
        assert gridblock("convert", "power-binds", name, "--force").exit_code == 0
        assert gb.read(tmp_path / name).name == "power-binds"


@pytest.mark.parametrize("output", ["x.yaml", "x.json", "x.xlsx", "x"])
def test_what_is_replaced_keeps_its_permissions_and_links(
    gridblock: Any, tmp_path: Path, output: str
) -> None:
    # 0o600 is read and written by its owner alone, as it was before.
    kept, link = tmp_path / f"kept-{output}", tmp_path / output
    assert gridblock("convert", "first", kept.name).exit_code == 0
    link.symlink_to(kept)
    files = [*kept.glob("*.csv")] or [kept]
    for file in files:
        file.chmod(0o600)
    assert gridblock("convert", "power-binds", output, "--force").exit_code == 0
    assert link.readlink() == kept
    assert gb.read(kept).name == "power-binds"
    assert {file.stat().st_mode & 0o777 for file in files if file.exists()} == {0o600}
    assert {entry.name for entry in tmp_path.iterdir()} == {kept.name, output}


@pytest.mark.parametrize("output", ["x.csv", "x.txt", "no/folder/x.yaml", "no/folder/x"])
def test_what_cannot_be_written_is_bad_usage(gridblock: Any, output: str) -> None:
    assert gridblock("convert", "first", output).exit_code == 2


@pytest.mark.parametrize("output", ["x.json", "x.xlsx", "x"])
def test_what_is_not_written_in_the_end_is_called_as_it_was_asked_for(
    gridblock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("gridblock.instances.write.os.fsync", full)
    ran = gridblock("convert", "first", output)
    assert ran.exit_code == 1
    reason = "cannot be written and is as it was (no space left on device)"
    assert ran.stderr.splitlines()[-1] == f"error: {output}: {reason}"
    assert not any(tmp_path.iterdir())


def test_a_faulty_instance_is_not_converted(gridblock: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("gridblock: 2\n")
    assert gridblock("convert", "bad.yaml", "x.json").exit_code == 3
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize("output", ["mine.xlsx", "mine"])
def test_a_new_instance_may_be_tables(gridblock: Any, tmp_path: Path, output: str) -> None:
    assert gridblock("new", "deal", "-o", output).exit_code == 0
    again = gridblock("new", "deal", "-o", output)
    assert again.exit_code == 2
    assert "--force" not in again.stderr
    given = gb.read(tmp_path / output)
    gridblock("new", "deal", "-o", "deal.yaml")
    assert given.hash == gb.read(tmp_path / "deal.yaml").hash
