"""The account of a plan, beside sums made by hand."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridblock.instances.instance import Instance
from gridblock.model.account import CATEGORIES, Account, account
from gridblock.model.plan import (
    ArcFlow,
    Assignment,
    Decisions,
    Service,
    Standing,
    TunnelFlow,
)
from gridblock.model.quantities import decimal, totals
from gridblock.model.traffic import tunnel_hops

WINTER, SPRING = "2026Q4", "2027Q1"
"""Of 92 and of 90 days: 2208 and 2160 hours."""

TWO_QUARTERS: dict[str, Any] = {
    "gridblock": 1,
    "discount_rate": 0.1,
    "carbon_price_per_t": 100,
    "periods": {"first": WINTER, "count": 2},
    "accelerators": {"h100": {}},
    "blocks": {
        "su": {
            "accelerator": "h100",
            "accelerators": 8,
            "uses": {"power_kw": 10},
            "load_factor": 0.8,
            "idle_factor": 0.5,
            "cost_once": [1000, 900],
            "cost_per_period": [10, 20],
            "resale_share": 0.2,
            "end_share": 0.4,
        }
    },
    "facilities": {
        "north": {
            "pue": 1.25,
            "energy_per_mwh": [50, 60],
            "carbon_kg_per_mwh": 400,
            "cost_per_period": [500, 600],
            "installed": {"su": 4},
        }
    },
    "network": {
        "regions": {"east": {}, "west": {}},
        "links": [
            {"between": ["east", "north"], "ms": 5, "cost_per_gbps": 3},
            {"name": "w", "between": ["north", "west"], "ms": 5, "cost_per_gbps": [5, 7]},
        ],
    },
    "demands": [
        {
            "name": "chat",
            "amount": [30, 40],
            "yields": {"h100": 1},
            "unmet_cost": 2,
            "cost_per_unit_hour": 0.01,
            "from": {"east": 0.75, "west": 0.25},
            "gbps_per_unit": 0.1,
        }
    ],
}


@pytest.fixture
def two_quarters() -> Instance:
    return Instance.parse(TWO_QUARTERS)


@pytest.fixture
def decided() -> Decisions:
    """Four blocks of which 3.5 work, then three of which 2.5 work; 8 units on each."""
    return Decisions(
        bought={Standing("su", "north", SPRING): 1},
        retired={Standing("su", "north", SPRING): 2},
        assigned={
            Assignment("chat", "su", "north", WINTER): 3.5,
            Assignment("chat", "su", "north", SPRING): 2.5,
        },
        served={
            Service("chat", "east", "north", WINTER): 22.5,
            Service("chat", "west", "north", WINTER): 5.5,
            Service("chat", "east", "north", SPRING): 15.0,
            Service("chat", "west", "north", SPRING): 5.0,
        },
        tunnel_gbps={
            TunnelFlow("east", "north", None, ("east-north",), WINTER): 2.25,
            TunnelFlow("west", "north", None, ("w",), WINTER): 0.55,
            TunnelFlow("east", "north", None, ("east-north",), SPRING): 1.5,
            TunnelFlow("west", "north", None, ("w",), SPRING): 0.5,
        },
    )


@pytest.fixture
def books(two_quarters: Instance, decided: Decisions) -> Account:
    return account(two_quarters, decided)


def test_blocks_are_carried_over(books: Account) -> None:
    # 4 today; then 4 + 1 bought - 2 retired = 3.
    assert books.owned == {("su", "north", WINTER): 4, ("su", "north", SPRING): 3}
    assert books.powered == books.installed == books.owned
    assert books.assigned["su", "north", WINTER] == Fraction("3.5")
    assert books.idle == {
        ("su", "north", WINTER): Fraction("0.5"),
        ("su", "north", SPRING): Fraction("0.5"),
    }


def test_units_are_met_or_unmet_by_region(books: Account) -> None:
    # 3.5 x 8 = 28 units of capacity, all served; 2.5 x 8 = 20 in spring.
    assert books.capacity == books.served == books.leaf_capacity
    assert books.served == {("chat", "north", WINTER): 28, ("chat", "north", SPRING): 20}
    # East wants 3/4 of 30 = 22.5 and of 40 = 30; west 7.5 and 10.
    assert books.unmet == {
        ("chat", "east", WINTER): 0,
        ("chat", "west", WINTER): 2,
        ("chat", "east", SPRING): 15,
        ("chat", "west", SPRING): 5,
    }


def test_energy_and_carbon_follow_load_and_idle_factor(books: Account) -> None:
    # 0.01 MW x 1.25 x 2208 h x (0.8 x 3.5 + 0.5 x 0.5) = 27.6 x 3.05 = 84.18 MWh.
    # 0.01 MW x 1.25 x 2160 h x (0.8 x 2.5 + 0.5 x 0.5) = 27 x 2.25 = 60.75 MWh.
    mwh = {("north", "su", WINTER): Fraction("84.18"), ("north", "su", SPRING): Fraction("60.75")}
    assert books.energy_mwh == mwh
    assert books.carbon_kg == {key: 400 * value for key, value in mwh.items()}


def test_every_cost_is_paid_when_it_falls_due(books: Account) -> None:
    assert books.ledger.paid == {
        # 4 x 10 kept; 1 x 900 bought + 3 x 20 kept.
        ("hardware", WINTER): 40,
        ("hardware", SPRING): 960,
        ("standing", WINTER): 500,
        ("standing", SPRING): 600,
        # 84.18 x 50 and 60.75 x 60.
        ("energy", WINTER): 4209,
        ("energy", SPRING): 3645,
        # 84.18 x 0.4 t x 100 and 60.75 x 0.4 t x 100.
        ("carbon", WINTER): Fraction("3367.2"),
        ("carbon", SPRING): 2430,
        # 2.25 x 3 + 0.55 x 5 and 1.5 x 3 + 0.5 x 7.
        ("network", WINTER): Fraction("9.5"),
        ("network", SPRING): 8,
        # 28 x 0.01 x 2208 and 20 x 0.01 x 2160.
        ("serving", WINTER): Fraction("618.24"),
        ("serving", SPRING): 432,
        # 2 x 2 x 2208 and 20 x 2 x 2160.
        ("unmet", WINTER): 8832,
        ("unmet", SPRING): 86400,
        # 2 x 0.2 x 900.
        ("resale", SPRING): -360,
        # 3 x 0.4 x 900.
        ("end_credit", SPRING): -1080,
    }


def test_costs_are_discounted_from_when_they_fall_due(books: Account) -> None:
    def worth(hours: int) -> float:
        return float(1.1 ** (-hours / 8760))

    # Middles after 1104 and 2208 + 1080 = 3288 hours, spring from 2208 on, the end after 4368.
    assert {category: float(value) for category, value in books.costs.items()} == pytest.approx(
        {
            "hardware": 40 * worth(1104) + 60 * worth(3288) + 900 * worth(2208),
            "standing": 500 * worth(1104) + 600 * worth(3288),
            "energy": 4209 * worth(1104) + 3645 * worth(3288),
            "carbon": 3367.2 * worth(1104) + 2430 * worth(3288),
            "network": 9.5 * worth(1104) + 8 * worth(3288),
            "serving": 618.24 * worth(1104) + 432 * worth(3288),
            "unmet": 8832 * worth(1104) + 86400 * worth(3288),
            "moves": 0,
            "penalty": 0,
            "resale": -360 * worth(2208),
            "end_credit": -1080 * worth(4368),
            "options": 0,
            "usage": 0,
        },
        rel=1e-14,
    )
    assert books.objective == sum(books.costs.values())


def test_without_a_rate_the_objective_is_what_is_paid(
    two_quarters: Instance, decided: Decisions
) -> None:
    books = account(two_quarters.replace(discount_rate=0), decided)
    # 1000 + 1100 + 7854 + 5797.2 + 17.5 + 1050.24 + 95232 - 360 - 1080, without any rounding.
    assert books.objective == Fraction("110610.94")


def test_the_ledger_says_what_each_cost_is_for(books: Account) -> None:
    by_item = books.ledger.paid_by(lambda entry: (entry.facility, entry.item))
    assert by_item == {
        # 1000 for blocks, 7854 for energy, 5797.2 for carbon, less 360 and 1080.
        ("north", "su"): Fraction("13211.2"),
        ("north", None): 1100,
        (None, "east-north"): Fraction("11.25"),
        (None, "w"): Fraction("6.25"),
        ("north", "chat"): Fraction("1050.24"),
        (None, "chat"): 95232,
    }
    by_facility = books.ledger.value_by(lambda entry: entry.facility)
    assert sum(by_facility.values()) == books.objective
    assert sum(entry.value for entry in books.ledger.entries) == books.objective


def test_all_categories_are_always_named(two_quarters: Instance) -> None:
    free = two_quarters.replace({"facilities": {}, "demands": [], "network": {}})
    assert account(free, Decisions()).costs == dict.fromkeys(CATEGORIES, 0)


def test_an_empty_plan_keeps_its_fleet_and_leaves_all_unmet(two_quarters: Instance) -> None:
    books = account(two_quarters, Decisions())
    # 4 idle blocks: 27.6 x 0.5 x 4 = 55.2 MWh.
    assert books.energy_mwh["north", "su", WINTER] == Fraction("55.2")
    # 30 x 2 x 2208 and 40 x 2 x 2160.
    assert books.ledger.paid["unmet", WINTER] == 132480
    assert books.ledger.paid["unmet", SPRING] == 172800


def test_blocks_switched_off_draw_nothing(two_quarters: Instance) -> None:
    off = Decisions(switched_off={Standing("su", "north", WINTER): 3})
    # One block idles: 27.6 x 0.5 = 13.8 MWh.
    assert account(two_quarters, off).energy_mwh["north", "su", WINTER] == Fraction("13.8")


def test_blocks_on_order_enter_service_in_their_period(two_quarters: Instance) -> None:
    due = two_quarters.replace({"facilities.north.on_order": {"su": {SPRING: 2}}})
    books = account(due, Decisions())
    assert [*books.owned.values()] == [4, 6]
    # They are paid for already: 6 x 20 for keeping them, 6 x 0.4 x 900 left at the end.
    assert books.ledger.paid["hardware", SPRING] == 120
    assert books.ledger.paid["end_credit", SPRING] == -2160


def test_traffic_of_both_ways_over_a_link_is_charged(two_quarters: Instance) -> None:
    anywhere = two_quarters.replace({"network.routing": "any"})
    flows = {ArcFlow("west", "w", "west", WINTER): 2, ArcFlow("east", "w", "north", WINTER): 1}
    books = account(anywhere, Decisions(arc_gbps=flows))
    assert books.link_gbps == {("w", "west", WINTER): 2, ("w", "north", WINTER): 1}
    assert books.ledger.paid["network", WINTER] == 15


def test_what_does_not_exist_has_no_account(two_quarters: Instance) -> None:
    for decisions in (
        Decisions(bought={Standing("su", "nowhere", SPRING): 1}),
        Decisions(bought={Standing("su", "north", "2030Q1"): 1}),
        Decisions(tunnel_gbps={TunnelFlow("east", "north", None, ("x",), WINTER): 1}),
    ):
        with pytest.raises(KeyError):
            account(two_quarters, decisions)


def test_a_tunnel_that_is_no_path_has_no_account(two_quarters: Instance) -> None:
    broken = {TunnelFlow("east", "north", None, ("w",), WINTER): 1.0}
    with pytest.raises(ValueError, match="link w does not start at east"):
        account(two_quarters, Decisions(tunnel_gbps=broken))


def test_hops_of_a_tunnel_name_where_each_link_is_entered() -> None:
    ends = {"a": ("x", "y"), "b": ("z", "y")}
    flow = TunnelFlow("x", "z", None, ("a", "b"), WINTER)
    assert tunnel_hops(ends, flow) == [("a", "x"), ("b", "y")]


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**18), 10**18)


@given(st.lists(st.tuples(st.sampled_from("ab"), numbers)))
def test_totals_are_exact(items: list[tuple[str, float]]) -> None:
    expected: dict[str, Fraction] = {}
    for key, value in items:
        expected[key] = expected.get(key, Fraction(0)) + decimal(value)
    assert totals(items) == expected


def rescaled(change: Callable[[float], float], decisions: Decisions) -> Decisions:
    """Change every block and unit of a plan in the same way."""
    return replace(
        decisions,
        assigned={key: change(value) for key, value in decisions.assigned.items()},
        served={key: change(value) for key, value in decisions.served.items()},
    )


def test_decimals_count_as_they_are_written(two_quarters: Instance, decided: Decisions) -> None:
    # 0.1 is a tenth, not the float nearest to it: 4 x 0.1 units at 0.01 an hour, exactly.
    books = account(two_quarters, rescaled(lambda _: 0.1, decided))
    assert books.ledger.paid["serving", WINTER] == Fraction("0.2") * Fraction("0.01") * 2208
