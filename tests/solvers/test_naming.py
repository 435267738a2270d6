"""Names of many variables and constraints are those that Pyomo gives one by one."""

from __future__ import annotations

import pyomo.environ as pyo
import pytest

import gridblock
from gridblock.model.build import build
from gridblock.solvers.compile import compile_model
from gridblock.solvers.naming import names

ODD = (
    "a",
    "a b",
    "a,b",
    "it's",
    "[x]",
    "1",
    "1.5",
    "nan",
    "|x|",
    'quo"ted',
    "back\\slash",
    "",
    "ü",
)


def test_names_are_as_pyomo_gives_them_whatever_the_index() -> None:
    model = pyo.ConcreteModel()
    model.alone = pyo.Var()
    model.one = pyo.Var([*ODD, 1, 2.5, -3])
    model.nested = pyo.Var(pyo.Any, dense=False)
    # 1, 1.0 and True are equal, and written in different ways: each in a component of its own.
    model.whole, model.real = pyo.Var([(1, "a")]), pyo.Var([(1.0, "a")])
    model.truth = pyo.Var([(True, "a")])
    for index in [("a", ("b", "c,d")), (("x",), "y"), ("z",)]:
        model.nested.add(index)
    model.pair = pyo.Var([(a, b) for a in ODD for b in (1, *ODD)])
    model.site = pyo.Block(ODD)
    for site in model.site.values():
        site.blocks = pyo.Var(["u", "v"], [1, 2])
        site.open = pyo.Var()
    every = [*model.component_data_objects(pyo.Var)]
    # Whether neighbours belong together or not.
    for order in (every, every[::-1], sorted(every, key=lambda each: each.name[::-1])):
        assert [*names(order)] == [each.name for each in order]


@pytest.mark.parametrize("name", ["frontier", "colossus"])
def test_rows_and_columns_of_an_instance_are_found_by_the_names_of_pyomo(name: str) -> None:
    model = build(gridblock.read(name))
    compiled = compile_model(model)
    columns = {variable.name: at for at, variable in enumerate(compiled.columns)}
    assert compiled.column_number == columns
    assert compiled.row_number == {row.name: at for at, row in enumerate(compiled.rows)}
