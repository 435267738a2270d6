"""Every rule is in the table of contents, has its formula, a golden file and a test of its own."""

import ast
import inspect
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pyomo.environ as pyo
import pytest

from gridblock.instances.read import read
from gridblock.model import constraints
from gridblock.model.build import FAMILIES, build

HERE = Path(__file__).parent
GOLDEN = sorted((HERE / "golden").glob("*.lp"))
GALLERY = sorted((HERE.parents[1] / "instances" / "gallery").glob("*.yaml"))
LARGE = {"colossus", "frontier"}


def name_of(family: ModuleType) -> str:
    """Give the last word of a module's name."""
    return family.__name__.rpartition(".")[2]


def family_of(stem: str) -> str:
    """Give the name of the family that a golden file shows."""
    return stem if stem in map(name_of, FAMILIES) else stem.rpartition("_")[0]


def rules_of(family: ModuleType) -> set[str]:
    """Give the names of the constraints that a module declares."""
    return {
        node.name
        for node in ast.walk(ast.parse(inspect.getsource(family)))
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if ast.unparse(decorator).startswith("block.Constraint(")
    }


def golden_rules(file: Path) -> set[str]:
    """Give the names of the constraints in an LP file."""
    text = file.read_text(encoding="utf-8")
    block = r"(?:link_lost\(.*?\)_)?"
    return set(re.findall(rf"^c_[elu]_{block}([a-z_]+?)(?:\(|_?:)", text, re.MULTILINE))


def test_every_module_of_constraints_is_a_family() -> None:
    modules = {module.name for module in pkgutil.iter_modules(constraints.__path__)}
    assert modules == {name_of(family) for family in FAMILIES}
    assert len(FAMILIES) == len(set(FAMILIES))


@pytest.mark.parametrize("family", FAMILIES, ids=name_of)
def test_a_family_is_a_noun_with_a_verb_and_a_formula(family: ModuleType) -> None:
    assert family.__doc__
    assert list(inspect.signature(family.add).parameters) == ["block", "instance"]
    assert ".. math::" in family.add.__doc__
    assert rules_of(family)


@pytest.mark.parametrize("family", FAMILIES, ids=name_of)
def test_a_family_has_rule_tests_and_a_golden_file(family: ModuleType) -> None:
    assert (HERE / f"test_rules_{name_of(family)}.py").is_file()
    own = [golden_rules(file) for file in GOLDEN if family_of(file.stem) == name_of(family)]
    # Its golden files show all its rules, and no other family's.
    assert set().union(*own) == rules_of(family)


def test_a_name_of_a_rule_is_used_once() -> None:
    names = [rule for family in FAMILIES for rule in rules_of(family)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("file", [f for f in GALLERY if f.stem not in LARGE], ids=lambda f: f.stem)
def test_every_constraint_of_a_model_is_in_a_golden_file(file: Path) -> None:
    shown = set().union(*map(golden_rules, GOLDEN))
    model = build(read(file))
    every = model.component_objects(pyo.Constraint, active=True)
    built = {constraint.local_name for constraint in every if len(constraint)}
    assert built <= shown
