"""What only shows or lists starts at once, since it loads no library of mathematics."""

import subprocess
import sys
from pathlib import Path

import pytest

SLOW = {
    *("distributed", "highspy", "jinja2", "joblib", "networkx", "pandas", "pint", "plotly"),
    *("pyomo", "python_calamine", "xlsxwriter"),
}


def loaded_by_command(arguments: list[str], folder: Path) -> set[str]:
    """Top-level modules that ``gridblock`` with these arguments loads, from Python's import log."""
    answer = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", "-m", "gridblock", *arguments],
        check=True,
        capture_output=True,
        cwd=folder,
        text=True,
    )
    log = [line for line in answer.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in log}


@pytest.mark.parametrize("command", ["--help", "--version", "schema", "examples"])
def test_showing_needs_no_library_of_mathematics(command: str, tmp_path: Path) -> None:
    loaded = loaded_by_command([command], tmp_path)
    assert "gridblock" in loaded
    assert loaded & SLOW == set()


@pytest.mark.parametrize("command", ["--help", "--version"])
def test_help_does_not_even_need_the_schema(command: str, tmp_path: Path) -> None:
    assert loaded_by_command([command], tmp_path) & {"pydantic", "ruamel", "numpy"} == set()
