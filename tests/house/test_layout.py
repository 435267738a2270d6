"""The packages are those that pyproject.toml lists, typed, documented, and of readable modules."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

MOST_LINES = 300


def test_listed_packages_are_the_folders_that_hold_modules(
    project: dict[str, Any], modules: dict[str, Path]
) -> None:
    listed = project["tool"]["setuptools"]["packages"]
    holding = {
        name if path.name == "__init__.py" else name.rpartition(".")[0]
        for name, path in modules.items()
    }
    assert listed == sorted(holding)


def test_every_package_has_an_init(project: dict[str, Any], modules: dict[str, Path]) -> None:
    for package in project["tool"]["setuptools"]["packages"]:
        assert modules[package].name == "__init__.py"


def test_every_mapped_folder_says_that_it_is_typed(root: Path, project: dict[str, Any]) -> None:
    for folder in project["tool"]["setuptools"]["package-dir"].values():
        assert (root / folder / "py.typed").is_file()


def test_every_file_beside_the_modules_is_shipped(root: Path, project: dict[str, Any]) -> None:
    options = project["tool"]["setuptools"]
    for package, folder in options["package-dir"].items():
        inside = root / folder
        patterns = options["package-data"]["*"] + options["package-data"].get(package, [])
        shipped = {path for pattern in patterns for path in inside.glob(pattern)}
        files = {path for path in inside.rglob("*") if path.is_file()}
        assert {path for path in files if path.suffix not in {".py", ".pyc"}} == shipped


def test_every_module_has_a_docstring(modules: dict[str, Path]) -> None:
    without = [
        name
        for name, path in modules.items()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert without == []


@pytest.mark.parametrize("package", ["", ".instances", ".model", ".reports", ".solvers"])
def test_every_large_package_has_a_map_that_names_each_module(
    package: str, modules: dict[str, Path]
) -> None:
    parent = f"gridblock{package}"
    inside = {name.rpartition(".")[2] for name in modules if name.rpartition(".")[0] == parent}
    layers = {"instances", "model", "reports", "solvers"} if not package else set()
    told = ast.get_docstring(ast.parse(modules[parent].read_text(encoding="utf-8"))) or ""
    named = set(re.findall(r"``(\w+)``", told))
    assert inside - layers - {"__main__"} - named == set()
    # A map that names what is gone leads nowhere.
    assert {name for name in named if name.islower()} - inside - {"stochastic"} == set()


def test_no_module_is_too_long_to_read(modules: dict[str, Path]) -> None:
    lines = {
        name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in modules.items()
    }
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}
