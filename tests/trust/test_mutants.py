"""Bugs that are planted in the rules are noticed; `make mutants` plants many."""

import ast

import pytest

from trust.mutants import FAMILIES, Mutant, drawn, mutants, planted, tried


def test_each_family_has_rules_in_which_bugs_can_be_planted() -> None:
    names = {file.stem for file in FAMILIES.glob("[a-z]*.py")}
    assert {mutant.family for mutant in drawn(3, 0)} == names
    for mutant in drawn(1, 1):
        plain = ast.unparse(ast.parse((FAMILIES / f"{mutant.family}.py").read_text()))
        bug = planted(mutant)
        compile(bug, mutant.name, "exec")
        assert bug != plain


def test_every_rule_can_be_dropped() -> None:
    found = [m.rule for m in mutants("power") if m.what == "dropped"]
    assert found == [
        "critical_power_within_limit",
        "grid_power_within_limit",
        "powered_within_installed",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "mutant",
    [
        Mutant("capacity", "resource_within_limit", "dropped", 0),
        Mutant("demand", "served_within_what_is_assigned", "halved", 0),
        Mutant("fleet", "owned_carries_over", "only at most", 0),
    ],
    ids=lambda mutant: mutant.name,
)
def test_a_bug_is_noticed(mutant: Mutant) -> None:
    assert tried(mutant, tiny=60, worlds=0).startswith("tiny ")


@pytest.mark.slow
def test_nothing_is_noticed_without_a_bug() -> None:
    assert tried(None, tiny=20, worlds=1) == ""
