"""What options cost, beside sums made by hand; a quarter has 2208, 2208, 2160 or 2184 hours."""

from fractions import Fraction

import pytest

from deals import DEAL, HALL, NEW_1, NEW_2, P1, P2, P3, P4, hand_made_deal
from gridblock.instances.instance import Instance
from gridblock.model.account import Account, account
from gridblock.model.ledger import Entry
from gridblock.model.plan import Decisions, Lease, LeaseUse, Ordering, Standing


@pytest.fixture
def deal() -> Instance:
    return Instance.parse(DEAL)


@pytest.fixture
def books(deal: Instance) -> Account:
    return account(deal, hand_made_deal())


def paid(books: Account, category: str) -> dict[str, Fraction]:
    """What is paid in a category, by period."""
    return {t: amount for (name, t), amount in books.ledger.paid.items() if name == category}


def test_leased_blocks_stand_beside_owned_ones(books: Account) -> None:
    at_hall = {t: (2, n) for t, n in ((P1, 3), (P2, 2), (P3, 6), (P4, 0))}
    for t, (owned, leased) in at_hall.items():
        key = Standing("su", HALL, t)
        assert books.owned[key] == owned
        assert books.leased.get(key, 0) == leased
        assert books.installed[key] == books.powered[key] == owned + leased
    # Of the leased blocks nothing is resold, bought or credited: one su at 1000, three at the end.
    assert paid(books, "hardware") == {P3: 1000}
    # 3 x 0.5 x 1000 for blocks, 0.5 x 700 for the grid.
    assert paid(books, "end_credit") == {P4: -1850}


def test_lots_are_paid_once_and_kept(books: Account) -> None:
    assert paid(books, "options") == {
        # The signed lease 100, 0.3 x 1000 of the grid, the signed fibre 7.
        P1: 407,
        # Two leases at half, 0.7 x 1000 of the grid: the price when it was ordered.
        P2: 800,
        # Two leases 200, a hall at the price of its service 300, 0.6 of the site's 50.
        P3: 530,
        # The second hall 200, the site 50, half of the wan, two periods after its order, 5.
        P4: 255,
    }
    # The site costs 100 a period while it is open.
    assert paid(books, "standing") == {P3: 100, P4: 100}


def test_each_option_has_its_entries(books: Account) -> None:
    by_option = books.ledger.paid_by(lambda entry: (entry.option, entry.category))
    assert by_option["grid", "options"] == 1000
    assert by_option["grid", "end_credit"] == -350
    assert by_option["lease", "options"] == 400
    assert by_option["halls", "options"] == 500
    assert by_option["wan", "options"] == 5
    assert ("site", "usage") not in by_option
    assert sum(entry.amount for entry in books.ledger.entries) == books.objective


def test_take_or_pay(deal: Instance, books: Account) -> None:
    # All 3 are used; 1 of 2 is, which is what is committed; all 6 are: x 2 x hours.
    assert paid(books, "usage") == {P1: 3 * 2 * 2208, P2: 2 * 2208, P3: 6 * 2 * 2160}
    more = deal.replace({"options.lease.usage.committed_share": 0.75})
    # 1.5 of 2 are paid although 1 is used.
    assert paid(account(more, hand_made_deal()), "usage")[P2] == 3 * 2208


def test_energy_that_is_included_is_taken_off_and_carbon_is_not(books: Account) -> None:
    # A block at work draws 0.8 x 0.0125 MW, an idle one 0.5 x 0.0125 MW, at 50 a MWh: 1380 x 0.8
    # over 2208 hours, 1350 x 0.8 over 2160.
    assert paid(books, "energy") == {
        # 5 at work, less 3 leased ones.
        P1: 5 * 1104 - 3 * 1104,
        # 3 at work and 1 idle, less 1 of the leased ones at work and 1 idle.
        P2: 3 * 1104 + 690 - 1104 - 690,
        # 10 at work, less 6; the two of the new hall pay for theirs.
        P3: 4 * 1080,
        # 6 at work over 2184 hours.
        P4: 6 * 1092,
    }
    # 400 kg x 0.0125 MW x 0.8 x 5 x 2208 h.
    assert books.carbon_kg["north", "su", P1] == 44160


def test_what_falls_due_later_is_committed(deal: Instance, books: Account) -> None:
    # Half of the wan; two periods of the site.
    assert books.committed_after == {"wan": 5, "site": 100}
    longer = deal.replace({"options.lease.term": 4})
    # Two lots for one period more: 100, and half of 3 blocks x 2 x 2184 hours.
    assert account(longer, hand_made_deal()).committed_after["lease"] == 2 * (100 + 3 * 2184)
    slow = deal.replace({"options.site.ramp": [0, 0, 0.2, 0.6], "options.site.term": 1_000_000_000})
    # It entered service two periods before the end: 0.2, then 0.6 for the rest of the term.
    assert account(slow, hand_made_deal()).committed_after["site"] == 10 + 30 * (10**9 - 3)
    # In service a period after the end, all of its term is due then: 0.6, and three times 1.
    late = deal.replace({"options.site.lead": 5})
    assert account(late, hand_made_deal()).committed_after["site"] == 30 + 3 * 50


def test_costs_of_signed_lots_before_the_horizon_are_sunk(deal: Instance) -> None:
    # Signed to enter service in the first period, ordered one before it: 0.7 x 1000 is still due.
    signed = deal.replace({"options.grid.signed": {P1: 1}})
    assert account(signed, Decisions()).ledger.paid["options", P1] == 100 + 7 + 700
    # Two periods earlier all is paid; without pay so is what entered service before.
    for changes in (
        {"options.grid.signed": {"2026Q1": 1}},
        {"options.halls.signed": {"2026Q2": 1}},
    ):
        old = deal.replace(changes)
        assert account(old, Decisions()).ledger.paid["options", P1] == 107


def test_lots_in_effect_open_places(books: Account) -> None:
    assert books.in_effect["lease", P1] == 1
    assert books.in_effect["lease", P3] == 2
    assert ("lease", P4) not in books.in_effect
    assert [books.is_open["west", t] for t in (P1, P2, P3, P4)] == [False, False, True, True]
    assert [books.is_open[NEW_1, t] for t in (P1, P2, P3, P4)] == [False, False, True, True]
    assert [books.is_open[NEW_2, t] for t in (P1, P2, P3, P4)] == [False, False, False, True]
    assert (HALL, P1) not in books.is_open


def test_payments_are_discounted_from_when_they_fall_due(deal: Instance) -> None:
    books = account(deal.replace(discount_rate=0.1), hand_made_deal())

    def of(category: str, option: str) -> list[Entry]:
        entries = books.ledger.entries
        return [e for e in entries if (e.category, e.option) == (category, option)]

    # At starts: after 0 and 2208 hours; the site in the middle; the credit after 8760 hours.
    assert [e.due for e in of("options", "grid")] == ["start", "start"]
    grid = sum(float(entry.value) for entry in of("options", "grid"))
    assert grid == pytest.approx(300 + 700 * 1.1 ** (-2208 / 8760))
    site = sum(float(entry.value) for entry in of("options", "site"))
    middles = ((30, 2 * 2208 + 1080), (50, 2 * 2208 + 2160 + 1092))
    assert site == pytest.approx(sum(n * 1.1 ** (-hours / 8760) for n, hours in middles))
    (credit,) = of("end_credit", "grid")
    assert float(credit.value) == pytest.approx(-350 / 1.1)


def test_an_option_that_does_not_exist_has_no_account(deal: Instance) -> None:
    for decisions in (
        Decisions(ordered={Ordering("leese", P1): 1}),
        Decisions(leased={Lease("lease", "su", "nowhere", P1): 1}),
        Decisions(leases_used={LeaseUse("leese", "su", "north", P1): 1}),
    ):
        with pytest.raises(KeyError):
            account(deal, decisions)
