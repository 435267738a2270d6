"""Imports point one way, in no circle, and the packages themselves import nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

LAYERS = ["gridblock.instances", "gridblock.model", "gridblock.solvers", "gridblock.reports"]
FRONT_DOOR = len(LAYERS)
HEAVY = {
    *("distributed", "highspy", "jinja2", "joblib", "networkx", "numpy", "pandas", "plotly"),
    *("pydantic", "pyomo", "rich", "typer"),
}


def imported(path: Path, modules: dict[str, Path]) -> set[str]:
    """Names of gridblock's modules that a file imports anywhere, for type checkers too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} line {node.lineno}: a relative import"
            for alias in node.names:
                # What is imported from a package is one of its modules, or a name in its __init__.
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in modules else node.module)
    return found & modules.keys()


def layer(name: str) -> int:
    """Place of a module in the order of layers; the front door is last."""
    for place, package in enumerate(LAYERS):
        if name == package or name.startswith(f"{package}."):
            return place
    return FRONT_DOOR


@pytest.fixture(scope="module")
def imports(modules: dict[str, Path]) -> dict[str, set[str]]:
    return {name: imported(path, modules) for name, path in modules.items()}


def test_imports_point_one_way(imports: dict[str, set[str]]) -> None:
    against = [
        f"{name} imports {target}"
        for name, targets in imports.items()
        for target in targets
        if layer(target) > layer(name)
    ]
    assert against == []


def test_no_modules_import_each_other_in_a_circle(imports: dict[str, set[str]]) -> None:
    graph = nx.DiGraph()
    graph.add_edges_from((name, target) for name, targets in imports.items() for target in targets)
    assert list(nx.simple_cycles(graph)) == []


@pytest.mark.parametrize("package", LAYERS)
def test_a_layer_itself_imports_nothing(package: str, modules: dict[str, Path]) -> None:
    tree = ast.parse(modules[package].read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def loaded_by(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nsys.stdout.write(' '.join(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True
    )
    return {name.partition(".")[0] for name in answer.stdout.split()}


def test_importing_gridblock_loads_no_library() -> None:
    assert loaded_by("import gridblock") & HEAVY == set()


def test_the_audit_loads_neither_pyomo_nor_the_solver() -> None:
    assert loaded_by("import gridblock.model.audit") & {"pyomo", "highspy"} == set()
