"""Costs grouped by anything add up to the plan's costs exactly."""

from itertools import chain, combinations

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import PlanData
from gridblock.reports.stats import KEYS, Stats


@pytest.fixture(scope="module")
def stats(pair: Instance, account: Account) -> Stats:
    return Stats(pair, account)


def test_costs_by_category_are_those_of_the_plan(stats: Stats, plan: PlanData) -> None:
    assert stats.cost().to_dict() == {name: n for name, n in plan.costs.items() if n}


def test_groups_are_in_the_order_of_the_instance(stats: Stats) -> None:
    by = stats.cost(["facility", "period"])
    assert by.index.names == ["facility", "period"]
    # North buys two units in b, and is credited 0.2 x 1,000,000 for each of four at the end.
    assert by["north", "b"] == 2_000_000 - 800_000
    # What stays unmet is of no facility.
    assert by["", "b"] == 300_000
    assert list(by.index) == [("north", "b"), ("", "b")]


def test_what_an_entry_is_for_depends_on_its_category(stats: Stats) -> None:
    assert stats.cost("demand")["train"] == 300_000
    assert stats.cost("block")["su"] == 1_200_000


def test_any_groups_add_up_exactly(stats: Stats, account: Account) -> None:
    pairs = chain(combinations(KEYS, 1), combinations(KEYS, 2), [KEYS])
    for keys in pairs:
        assert sum(stats.cost(keys, exact=True)) == account.objective
        paid = sum(account.ledger.paid.values())
        assert sum(stats.cost(keys, value="paid", exact=True)) == paid


def test_energy_and_carbon_add_up_exactly(stats: Stats, account: Account) -> None:
    for key in ("facility", "block", "period"):
        assert sum(stats.energy(key, exact=True)) == sum(account.energy_mwh.values())
        assert sum(stats.carbon(key, exact=True)) * 1000 == sum(account.carbon_kg.values())


def test_what_cannot_be_grouped_by_is_refused(stats: Stats) -> None:
    with pytest.raises(ValueError, match="did you mean facility"):
        stats.cost("facilty")
    with pytest.raises(ValueError, match="name each once"):
        stats.cost(["period", "period"])
    with pytest.raises(ValueError, match="present_value"):
        stats.cost(value="worth")
