"""Rooms: who has the name of a rule from a report finds where the rule lives."""

import ast
import re
from pathlib import Path

from gridblock.instances.relaxing import PRICE
from gridblock.reports.families import AT_PLACES, FAMILIES

FIELD = {"block_where": "where", "option_lead": "lead", PRICE: "unmet_cost"}
"""Families that are not called like the field that states their rule."""


def formulation(modules: dict[str, Path]) -> list[str]:
    """The docstrings of what decides and of what rules, tiers included."""
    rooms = ("gridblock.model.constraints.", "gridblock.model.variables", "gridblock.solvers.tiers")
    trees = [
        ast.parse(path.read_text(encoding="utf-8"))
        for name, path in modules.items()
        if name.startswith(rooms)
    ]
    kinds = (ast.FunctionDef, ast.Module)
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, kinds)]
    return [told for node in nodes if (told := ast.get_docstring(node))]


def test_the_field_of_each_family_stands_in_the_docstring_of_its_room(
    modules: dict[str, Path],
) -> None:
    told = " ".join(formulation(modules))
    fields = {FIELD.get(family, family) for family in (*FAMILIES, *AT_PLACES)}
    homeless = {name for name in fields if not re.search(rf"``(\w+\.)*{name}(\.\w+|:.*?)?``", told)}
    # A run is the demand of its family, and tiers are planned one after the other.
    assert homeless - {"run", "tier"} == set()


def test_the_name_of_each_constraint_is_that_of_one_function(modules: dict[str, Path]) -> None:
    found: dict[str, list[str]] = {}
    for name, path in modules.items():
        if name.startswith("gridblock.model.constraints."):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and node.decorator_list:
                    found.setdefault(node.name, []).append(name)
    assert {name: homes for name, homes in found.items() if len(homes) > 1} == {}
