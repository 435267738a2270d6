"""`python -m benchmarks` as it is called."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.__main__ import _limits, _seeds, main

app = typer.Typer()
app.command()(main)


def plain(output: str) -> str:
    """Give a message as one line, without the box around it."""
    return " ".join(output.replace("│", " ").split())


def test_results_are_written_and_kept(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    asked = ["--rungs", "S", "--methods", "greedy", "--time-limit", "5", "--results", str(tmp_path)]
    ran = CliRunner().invoke(app, [*asked, "--seeds", "0", "--name", "try"])
    assert ran.exit_code == 0, ran.output
    assert "| greedy | 1 of 1 |" in (tmp_path / "try.md").read_text()
    first = (tmp_path / "try.jsonl").read_text()
    ran = CliRunner().invoke(app, [*asked, "--seeds", "0,1", "--name", "try", "--keep"])
    assert ran.exit_code == 0
    both = (tmp_path / "try.jsonl").read_text()
    assert both.startswith(first)
    assert len(both.splitlines()) == 2
    assert {file.suffix for file in tmp_path.iterdir()} == {".csv", ".md", ".svg", ".jsonl"}


def test_what_was_measured_otherwise_does_not_come_into_one_table(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    asked = ["--rungs", "S", "--methods", "greedy", "--name", "try", "--results", str(tmp_path)]
    ran = CliRunner().invoke(app, [*asked, "--seeds", "0", "--time-limit", "5"])
    assert ran.exit_code == 0, ran.output
    held = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    for other in (["--gap", "0.5"], ["--threads", "1"]):
        ran = CliRunner().invoke(app, [*asked, "--seeds", "1", "--keep", *other])
        assert ran.exit_code == 2
        assert "holds what was measured to 0.10% with 2 threads" in plain(ran.output)
    (tmp_path / "try.jsonl").write_text('{"job"')
    ran = CliRunner().invoke(app, [*asked, "--keep"])
    assert ran.exit_code == 2
    assert "cannot be read" in plain(ran.output)
    (tmp_path / "try.jsonl").write_bytes(held["try.jsonl"])
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == held


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rungs", "XS"], "there are S, M, L, XL"),
        (["--methods", "gurobi"], "there is no method gurobi"),
        (["--seeds", "a"], "no seeds"),
        (["--seeds", "4-1"], "no seeds"),
        (["--time-limit", "S:1"], "no time limit"),
        (["--time-limit", "-5"], "no time limit"),
        (["--time-limit", "nan"], "no time limit"),
        (["--time-limit", "Q=3"], "there is no rung Q"),
        (["--threads", "0"], "--threads"),
        (["--gap", "-1"], "--gap"),
    ],
)
def test_bad_usage_is_refused(tmp_path: Path, arguments: list[str], said: str) -> None:
    ran = CliRunner().invoke(app, [*arguments, "--results", str(tmp_path / "none")])
    assert ran.exit_code == 2
    assert said in plain(ran.output)
    assert not (tmp_path / "none").exists()


def test_seeds_and_limits_are_read_as_written() -> None:
    assert _seeds("0-2,7") == [0, 1, 2, 7]
    assert _limits("S=10,M=60") == {"S": 10.0, "M": 60.0}
    assert _limits("5")["XL"] == 5.0
