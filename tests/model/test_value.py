"""The worth of an option: with it, without it, and up to which price it is taken."""

from dataclasses import replace
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.reports.worth import gains_by_period, worth_document
from gridblock.solvers import value
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session
from gridblock.solvers.solve import Found
from gridblock.solvers.value import priced, without, worth

EXACT = Settings(gap=1e-9)
LEASE: dict[str, Any] = {
    "name": "lease",
    "adds": [{"blocks": "pod", "at": "north", "count": 2}],
    "cost_once": 5,
}


@pytest.fixture
def no_pods(one_hall: Instance) -> Instance:
    """Chat wants 30 units for an hour at $1 and nothing stands: $30."""
    return one_hall.replace({"facilities.north": {}, "demands.chat.amount": 30})


def test_an_option_is_taken_up_to_what_it_saves(no_pods: Instance, session: Session) -> None:
    # Two pods serve 20 of 30 units for $5: $15 against $30. Up to $20, 4 times its price.
    found = worth(no_pods.replace({"options": [LEASE]}), "lease", EXACT, session)
    assert found.surplus == pytest.approx(15)
    assert found.factor == pytest.approx(4)
    assert (found.with_it.objective, found.without_it.objective) == pytest.approx((15, 30))


def test_more_lots_are_taken_at_lower_prices(no_pods: Instance, session: Session) -> None:
    # A second lot serves the other 10 units. At $5 both are taken: $10. Above $10 only one is, and
    # up to $20, which is where the last lot goes: not where both cost $30 together, $15 each.
    two = no_pods.replace({"options": [{**LEASE, "max": 2}]})
    found = worth(two, "lease", EXACT, session)
    assert found.surplus == pytest.approx(20)
    assert found.factor == pytest.approx(4)


def test_an_option_that_is_too_dear_has_a_price_at_which_it_is_taken(
    no_pods: Instance, session: Session
) -> None:
    # At $50 it is not taken; at $20, 0.4 times its price, it would be.
    found = worth(
        no_pods.replace({"options": [{**LEASE, "cost_once": 50}]}), "lease", EXACT, session
    )
    assert found.surplus == pytest.approx(0)
    assert found.factor == pytest.approx(0.4)


def test_an_option_that_helps_nobody_has_none(no_pods: Instance, session: Session) -> None:
    useless = no_pods.replace({"options": [{**LEASE, "adds": []}]})
    assert worth(useless, "lease", EXACT, session).factor is None


def test_a_budget_ends_what_an_option_may_cost(no_pods: Instance, session: Session) -> None:
    # It would save $20, but no more than $7.5 may be spent on it: up to 1.5 times $5, not 4 times.
    budget = {"name": "cash", "measure": "spend", "of": {"option": "lease"}, "max": 7.5}
    given = no_pods.replace({"options": [LEASE], "limits": [budget]})
    found = worth(given, "lease", EXACT, session)
    assert found.surplus == pytest.approx(15)
    assert found.factor == pytest.approx(1.5)
    # At $10 it is not taken, and would be at 0.75 times that.
    dear = given.replace({"options": [{**LEASE, "cost_once": 10}]})
    assert worth(dear, "lease", EXACT, session).factor == pytest.approx(0.75)


def test_within_a_budget_fewer_lots_are_taken_at_higher_prices(
    no_pods: Instance, session: Session
) -> None:
    # Six lots serve 5 units each. A budget of $10 pays for six up to $10/6 each, for two up to $5,
    # and each saves $5: 5 times its price of $1.
    lease = {"name": "lease", "adds": [{"blocks": "pod", "at": "north", "count": 1}], "max": 6}
    budget = {"name": "cash", "measure": "spend", "of": {"option": "lease"}, "max": 10}
    given = no_pods.replace(
        {"blocks.pod.accelerators": 5, "options": [{**lease, "cost_once": 1}], "limits": [budget]}
    )
    assert worth(given, "lease", EXACT, session).factor == pytest.approx(5, rel=1e-3)
    # One of $3 pays for six up to $0.5 each, and for one up to $3: 12 times its price of $0.25.
    less = given.replace({"limits.cash.max": 3, "options.lease.cost_once": 0.25})
    assert worth(less, "lease", EXACT, session).factor == pytest.approx(12, rel=1e-3)


def test_what_is_spent_beyond_a_budget_at_a_price_counts(
    no_pods: Instance, session: Session
) -> None:
    # It saves $20. Each dollar of its price beyond $8 costs another: at $14, 14 + (14 - 8) = 20.
    cash = {"name": "cash", "measure": "spend", "of": {"option": "lease"}, "max": 8, "penalty": 1}
    given = no_pods.replace({"options": [LEASE], "limits": [cash]})
    assert worth(given, "lease", EXACT, session).factor == pytest.approx(14 / 5, rel=1e-3)


def test_signed_lots_are_paid_at_any_price(no_pods: Instance, session: Session) -> None:
    # One lot is signed at $5 an hour and serves 20 of 30 units; a second one serves the other 10.
    lease = {**LEASE, "cost_once": 0, "cost_per_period": 5, "max": 2, "signed": {"now": 1}}
    given = no_pods.replace({"options": [lease]})
    found = worth(given, "lease", EXACT, session)
    assert (found.with_it.objective, found.without_it.objective) == pytest.approx((10, 15))
    assert found.factor == pytest.approx(2)
    # Of $14 for both: up to $7 each, at which the second one still saves $3.
    budget = {"name": "cash", "measure": "spend", "of": {"option": "lease"}, "max": 14}
    within = worth(given.replace({"limits": [budget]}), "lease", EXACT, session)
    assert within.factor == pytest.approx(1.4, rel=1e-3)


def test_energy_that_a_price_includes_is_not_priced(no_pods: Instance, session: Session) -> None:
    # Two pods at $5 an hour, with 2 x 0.1 MW at $10 a MWh: $10 for $20 of unmet work, up to twice.
    usage = {"per_block_hour": 5, "committed_share": 1, "energy": "included"}
    given = no_pods.replace(
        {
            "facilities.north": {"energy_per_mwh": 10},
            "options": [{**LEASE, "cost_once": 0, "usage": usage}],
        }
    )
    found = worth(given, "lease", EXACT, session)
    assert found.factor == pytest.approx(2)
    books = [account(given, plan.decisions) for plan in (found.with_it, found.without_it)]
    gained = gains_by_period(given, found, *books)["now"]
    assert gained == pytest.approx({"unmet": 20, "price": -10, "else": 0, "in all": 10})


def test_what_an_earlier_tier_takes_has_no_price(no_pods: Instance, session: Session) -> None:
    # One block has room. Chat, planned first, leases a pod: $5, and $100 for batch, which is unmet.
    # Without it batch leases a slice: $5, and $10 for chat. What is taken costs $90 more.
    chat = {"name": "chat", "amount": 10, "yields": {"h100": 1}, "unmet_cost": 1}
    batch = {**chat, "name": "batch", "yields": {"tpu": 1}, "unmet_cost": 10, "tier": 2}
    pod = {"accelerators": 10, "uses": {"power_kw": 100}}
    adds = {"at": "north", "count": 1}
    given = no_pods.replace(
        {
            "accelerators": {"h100": {}, "tpu": {}},
            "blocks": {
                "pod": {"accelerator": "h100", **pod},
                "slice": {"accelerator": "tpu", **pod},
            },
            "facilities.north": {"limits": {"power_mw": 0.1}},
            "demands": [chat, batch],
            "options": [
                {"name": "lease", "adds": [{"blocks": "pod", **adds}], "cost_once": 5},
                {"name": "other", "adds": [{"blocks": "slice", **adds}], "cost_once": 5},
            ],
        }
    )
    found = worth(given, "lease", EXACT, session)
    assert found.surplus == pytest.approx(-90)
    assert found.factor is None
    books = [account(given, plan.decisions) for plan in (found.with_it, found.without_it)]
    told = worth_document(given, found, *books).sentences
    assert "tiers come before costs" in told[-1]
    # At $50 it is not taken, and below $10 it would be for the sake of chat, whatever that costs.
    dear = given.replace({"options.lease.cost_once": 50})
    assert not worth(dear, "lease", EXACT, session).alike
    # With room for two blocks a pod serves chat in any case. A lease for batch counts then
    # as it does without tiers: it saves $100 and costs $5.
    roomy = given.replace(
        {"facilities.north.limits.power_mw": 0.2, "facilities.north.installed": {"pod": 1}}
    )
    assert worth(roomy, "other", EXACT, session).factor == pytest.approx(20)


def test_periods_may_have_unequal_hours(two_hours: Instance, session: Session) -> None:
    # For 1 + 3 hours, 20 units at $1: $80 against two payments of $5 and $15; up to 4 times that.
    lease = {**LEASE, "cost_once": 0, "cost_per_period": [5, 15]}
    given = two_hours.replace(
        {
            "periods": [{"name": "first", "hours": 1}, {"name": "second", "hours": 3}],
            "facilities.north": {},
            "demands.chat.amount": 20,
            "options": [lease],
        }
    )
    found = worth(given, "lease", EXACT, session)
    assert found.surplus == pytest.approx(60)
    assert found.factor == pytest.approx(4)


def test_without_an_option_what_requires_it_waits_for_ever(no_pods: Instance) -> None:
    permit = {"name": "permit", "excludes": ["spare"]}
    site = {**LEASE, "name": "site", "requires": ["permit"]}
    spare = {**LEASE, "name": "spare", "excludes": ["permit"]}
    given = no_pods.replace({"options": [permit, site, spare]})
    left = without(given, "permit")
    assert left.contracts["permit"].orders == ()
    assert left.contracts["spare"] == given.contracts["spare"]
    # Signed lots stay; no more can be ordered.
    signed = no_pods.replace(
        {"periods": {"first": "2027Q1"}, "options": [{**LEASE, "max": 3, "signed": {"2026Q4": 1}}]}
    )
    assert without(signed, "lease").contracts["lease"].on_offer == 0
    assert without(signed, "lease").contracts["lease"].option.lead == 0


def test_without_an_option_what_it_opens_stays_closed(no_pods: Instance, session: Session) -> None:
    # Two pods at $5 each serve 20 of 30 units, once the hall is opened for $8: $28 against $30. To
    # leave the option out would open the hall for nothing.
    given = no_pods.replace(
        {
            "blocks.pod.cost_once": 5,
            "blocks.pod.end_share": 0,
            "facilities.north.limits": {"racks": 2},
            "blocks.pod.uses": {"racks": 1},
            "options": [{"name": "hall", "adds": [{"opens": "north"}], "cost_once": 8}],
        }
    )
    found = worth(given, "hall", EXACT, session)
    assert (found.with_it.objective, found.without_it.objective) == pytest.approx((28, 30))
    assert found.factor == pytest.approx(10 / 8)


def test_all_prices_are_multiplied(no_pods: Instance) -> None:
    usage = {"per_block_hour": [3], "committed_share": 0.5}
    given = no_pods.replace({"options": [{**LEASE, "cost_per_period": 2, "usage": usage}]})
    option = priced(given, "lease", 2.5).options[0]
    assert (option.cost_once, option.cost_per_period) == (12.5, 5)
    assert option.usage is not None
    assert option.usage.per_block_hour == (7.5,)
    assert option.usage.committed_share == 0.5


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_interrupted_solve_ends_the_comparison(
    at: int, no_pods: Instance, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With the option, without it, and at the first price that is tried: none is begun after it.
    find, begun = value.find_plan, []

    def stopped(*arguments: Any, **more: Any) -> Found:
        begun.append(arguments)
        found = find(*arguments, **more)
        if len(begun) < at:
            return found
        return replace(found, plan=replace(found.plan, status="interrupted"))

    monkeypatch.setattr(value, "find_plan", stopped)
    with pytest.raises(KeyboardInterrupt):
        worth(no_pods.replace({"options": [LEASE]}), "lease", EXACT, session)
    assert len(begun) == at


def test_solves_that_a_limit_has_ended_are_counted(
    no_pods: Instance, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With it, without it, and at 4 times its price, where it is no longer taken: the third is open.
    find, begun = value.find_plan, []

    def cut_short(*arguments: Any, **more: Any) -> Found:
        begun.append(arguments)
        found = find(*arguments, **more)
        return replace(found, plan=replace(found.plan, status="feasible")) if begun[2:] else found

    monkeypatch.setattr(value, "find_plan", cut_short)
    found = worth(no_pods.replace({"options": [LEASE]}), "lease", EXACT, session)
    assert (found.stopped, found.with_it.status) == (1, "optimal")
