"""The numbered examples: each runs and checks itself, and is copied as a script or a notebook."""

import runpy
from pathlib import Path
from typing import Any

import jupytext
import pytest

from gridblock.commands.lessons import lessons, title

SHIPPED = lessons()


def test_they_are_numbered_from_1() -> None:
    assert list(SHIPPED) == list(range(1, len(SHIPPED) + 1))
    assert len(SHIPPED) == 8


@pytest.mark.parametrize("path", SHIPPED.values(), ids=lambda path: path.stem)
def test_each_runs_and_finds_what_it_works_out_by_hand(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    # Each asserts its figures itself.
    assert "\nassert " in path.read_text(encoding="utf-8")
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_they_are_listed_with_how_to_get_them(gridblock: Any) -> None:
    listed = gridblock("examples").stdout
    for number, path in SHIPPED.items():
        (line,) = [line for line in listed.splitlines() if f"new --example {number} " in line]
        assert title(path) in line


@pytest.mark.parametrize(
    ("arguments", "file"),
    [((), "3_leases.py"), (("mine",), "mine.py"), (("-o", "lease.py"), "lease.py")],
)
def test_one_is_copied_and_never_over_another(
    gridblock: Any, tmp_path: Path, arguments: tuple[str, ...], file: str
) -> None:
    assert gridblock("new", "--example", "3", *arguments).exit_code == 0
    assert (tmp_path / file).read_bytes() == SHIPPED[3].read_bytes()
    assert gridblock("new", "--example", "3", *arguments).exit_code == 2


def test_one_becomes_a_notebook(gridblock: Any, tmp_path: Path) -> None:
    assert gridblock("new", "--example", "8", "-o", "rule.ipynb").exit_code == 0
    cells = jupytext.read(tmp_path / "rule.ipynb").cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# 8. A rule of your own")
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert code[0].startswith("import pyomo.environ as pyo")
    assert any("one_chip_at_a_site" in source for source in code)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--example", "9"), "there are 1 to 8"),
        (("--example", "1", "-o", "a.txt"), "must end in .py or .ipynb"),
        (("--example", "1", "--rung", "S"), "leave out --rung"),
    ],
)
def test_one_that_cannot_be_written(
    gridblock: Any, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    ran = gridblock("new", *arguments)
    assert ran.exit_code == 2
    assert said in " ".join(ran.stderr.replace("│", " ").split())
    assert list(tmp_path.iterdir()) == []
