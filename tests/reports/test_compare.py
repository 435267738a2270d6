"""Many plans side by side, with their differences to the first."""

from dataclasses import replace
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.account import account as account_of
from gridblock.model.plan import Decisions, PlanData
from gridblock.reports.compare import comparison
from gridblock.reports.compare_document import compare_document
from gridblock.reports.plan_changes import Side
from gridblock.reports.terminal import show


@pytest.fixture
def one(pair: Instance, plan: PlanData, account: Account) -> Side:
    return Side("runs/one", pair, plan, account)


@pytest.fixture
def idle(pair: Instance, plan: PlanData) -> Side:
    """Nothing is decided: all of the work stays unmet, and nothing is bought."""
    books = account_of(pair, Decisions())
    costs = {name: float(value) for name, value in books.costs.items()}
    told = replace(
        plan, decisions=Decisions(), costs=costs, objective=float(books.objective), bound=None
    )
    return Side("runs/idle", pair, replace(told, gap=None), books)


def test_each_thing_has_a_value_for_each_plan(one: Side, idle: Side) -> None:
    found = comparison([one, idle])
    lines = {line[:2]: line for line in found.lines}
    assert lines["plan", "status"].values == ("feasible", "feasible")
    # 1,512 units of chat x 2 and 1,000 of training x 3, for 1,000 hours each.
    assert lines["costs", "unmet"].values == (300_000.0, 6_024_000.0)
    assert lines["costs", "unmet"].differences == (0.0, 5_724_000.0)
    assert lines["unmet", "chat"].values == (0.0, 1.0)
    # Two of su stand today and two are bought; two rows of trn2.
    assert lines["blocks", "nvidia"].values == (4.0, 2.0)
    assert lines["blocks", "amazon"].differences == (0.0, 0.0)
    assert lines["plan", "bound"].differences == (0.0, None)
    frame = found.values
    assert list(frame.columns) == ["runs/one", "runs/idle"]
    assert frame.loc[("costs", "unmet", "USD"), "runs/idle"] == 6_024_000.0
    assert found.differences.loc[("blocks", "nvidia", "blocks"), "runs/idle"] == -2.0


@pytest.mark.parametrize("count", [2, 3, 4, 5, 9])
def test_any_number_of_plans_fits_80_columns(one: Side, count: int, printed: Any) -> None:
    sides = [replace(one, label=f"runs/colossus-20261123T201500Z-1234567{i}") for i in range(count)]
    text = printed(show, compare_document(comparison(sides)))
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("\n  chat ") >= 1


def test_plans_of_the_same_name_are_told_apart(one: Side) -> None:
    assert comparison([one, one]).labels == ("runs/one (A)", "runs/one (B)")


def test_other_currencies_are_refused(one: Side) -> None:
    other = replace(one, instance=one.instance.replace({"currency": "EUR"}))
    with pytest.raises(ValueError, match=r"different currencies \(USD, EUR\)"):
        comparison([one, other])
    with pytest.raises(ValueError, match="two plans or more"):
        comparison([one])


def test_other_horizons_and_missing_plans_are_noted(one: Side, pair: Instance) -> None:
    none = Side("runs/none", pair, PlanData("pair", pair.hash, "no_plan", "time_limit"))
    found = comparison([one, none])
    assert found.notes == ("runs/none has no plan: none was found before a limit.",)
    lines = {line[:2]: line for line in found.lines}
    assert lines["costs", "hardware"].values[1] is None
    assert lines["unmet", "chat"].values == (0.0, None)
    compare_document(found)
