"""Options in tables and on a terminal; the plan is made by hand, see ``deals``."""

from collections.abc import Callable

import pandas as pd
import pytest

from deals import DEAL, P1, P2, P3, P4, hand_made_deal
from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.account import account as account_of
from gridblock.model.plan import Decisions, PlanData
from gridblock.reports import lots, terminal
from gridblock.reports.tables import table


@pytest.fixture(scope="module")
def deal() -> Instance:
    return Instance.parse({"name": "deal", **DEAL})


@pytest.fixture(scope="module")
def account(deal: Instance) -> Account:
    return account_of(deal, hand_made_deal())


@pytest.fixture(scope="module")
def plan(deal: Instance, account: Account) -> PlanData:
    return PlanData(
        instance=deal.name,
        instance_hash=deal.hash,
        status="feasible",
        stop="time_limit",
        decisions=hand_made_deal(),
        objective=float(account.objective),
        costs={name: float(value) for name, value in account.costs.items()},
    )


@pytest.fixture
def tables(deal: Instance, plan: PlanData, account: Account) -> dict[str, pd.DataFrame]:
    names = ("options", "fleet", "utilization", "links")
    return {name: table(name, deal, plan, account) for name in names}


def rows(frame: pd.DataFrame, *names: str) -> list[tuple[object, ...]]:
    return list(frame[list(names)].itertuples(index=False, name=None))


def test_options_are_followed_through_the_periods(tables: dict[str, pd.DataFrame]) -> None:
    names = ("period", "ordered", "entering_service", "in_effect", "order_by")
    halls = tables["options"].query("option == 'halls'").astype(object)
    assert rows(halls.where(halls.notna(), None), *names) == [
        (P1, 0, 0, 0, None),
        (P2, 1, 0, 0, P1),
        (P3, 1, 1, 1, P2),
        (P4, 0, 1, 2, P3),
    ]
    # The signed lot in its last period; two at half; two in full; none. The window ends in P2.
    lease = tables["options"].query("option == 'lease'")
    assert rows(lease, "kind", "in_effect")[0] == ("lease", 1)
    assert list(lease["ramp_share"])[:3] == [1.0, 0.5, 1.0]
    assert list(lease["order_by"])[1:] == [P1, P2, P2]


def test_options_show_what_is_due_and_paid(tables: dict[str, pd.DataFrame]) -> None:
    money = ("period", "due_once", "paid", "committed_after")
    options = tables["options"]
    # 0.3 and 0.7 x 1000; at the end half of 700 is credited.
    assert rows(options.query("option == 'grid'"), *money) == [
        (P1, 300.0, 300.0, 0.0),
        (P2, 700.0, 700.0, 0.0),
        (P3, 0.0, 0.0, 0.0),
        (P4, 0.0, -350.0, 0.0),
    ]
    # 0.6 x 50 and 50; two periods more of its term.
    assert rows(options.query("option == 'site'"), *money)[2:] == [
        (P3, 0.0, 30.0, 0.0),
        (P4, 0.0, 50.0, 100.0),
    ]


def test_a_lot_that_would_have_ended_cannot_be_in_effect(deal: Instance) -> None:
    # With a term of one period, the window to P2 and a lead of 1, none is in effect after P3.
    (option,) = (o for o in deal.replace({"options.lease.term": 1}).options if o.name == "lease")
    assert [lots.order_by(deal, option, i) for i in range(4)] == [None, P1, P2, None]


def test_fleet_tells_leased_from_owned(tables: dict[str, pd.DataFrame]) -> None:
    west = tables["fleet"].query("place == 'west'")
    names = ("period", "owned", "leased", "accelerators", "bought", "assigned", "idle")
    assert rows(west, *names)[2:] == [(P3, 1, 2, 24, 1, 3.0, 0.0), (P4, 1, 4, 40, 0, 5.0, 0.0)]


def test_limits_are_those_with_lots_in_effect(tables: dict[str, pd.DataFrame]) -> None:
    used = tables["utilization"]
    grid = used.query("place == 'north' and resource == 'grid_mw'")
    # 0.075 + half of 0.05, then all of it; 10 blocks of 10 kW x 1.25.
    assert list(grid["limit"]) == [0.075, 0.1, 0.125, 0.125]
    assert list(grid["share"])[2] == 1
    # A closed hall has nothing.
    assert list(used.query("place == 'north/new-2'")["limit"]) == [0, 0, 0, 0.04]
    assert list(tables["links"].query("`from` == 'east'")["capacity_gbps"])[:4] == [
        0.48,
        0.48,
        0.8,
        0.8,
    ]


SECTIONS = """\
Options ───────────────────────────────────── due for them up to the end, in USD
  order   in
  by      service  lots  option  kind    once  committed
  signed  before      1  lease   lease             6,724
  signed  2026Q3      1  fibre              7
  2026Q3  2026Q4      2  lease   lease            17,676
  2026Q3  2026Q4      1  grid           1,000
  2026Q3  2027Q1      1  site                         80
  2026Q4  2027Q1      1  halls            300
  2026Q4  2027Q1      1  wan               10
  2027Q1  2027Q2      1  halls            200
                                        ─────     ──────
  all                                   1,517     24,480

Cost of options ──────────────────────── when it is paid, not discounted, in USD
  option   once  per period  by the hour   energy  credit  after the end
  lease                 400       43,584  -11,586
  grid    1,000                                      -350
  site                   80                                          100
  wan         5                                                        5
"""


def test_the_answer_tells_options(
    deal: Instance, plan: PlanData, account: Account, printed: Callable[..., str]
) -> None:
    # 3312 + 1794 + 6480 of energy are included in the price of the lease.
    text = printed(terminal.answer, deal, plan, account)
    assert SECTIONS in text
    # The new grid counts: 0.125 MW / 1.25, of which 6 blocks draw 0.06.
    assert "north         40      48   0.06  0.10   60 %" in text


def test_an_answer_without_lots_has_no_options(
    deal: Instance, plan: PlanData, printed: Callable[..., str]
) -> None:
    none = deal.replace({"options": []})
    books = account_of(none, Decisions())
    assert lots.orders(none, books) is None
    assert lots.costs(none, books) is None


UNDERSTOOD = """\
Options ──────────────────────────────── order by, to enter service; once in USD
                                             order                         an
  option  a lot adds                 signed  by      lead          once  hour
  lease   3 su                       1 of 4  2026Q4     1                   2
  grid    power_mw at north +1       0 of 1  2027Q1     1  1,000 to 700
  halls   2 su +1                    0 of 2  2027Q1     1    500 to 200
  site    4 su +1                    0 of 1  2026Q4     2
  other   racks at north/hall        0 of 1  2027Q2     0
  wan     gbps on east-north         0 of 2  2027Q1     1            10
  fibre   uplink_gbps at north/hall  1 of 1             0             7
"""


def test_check_lists_options(deal: Instance, printed: Callable[..., str]) -> None:
    text = printed(terminal.understood, deal)
    assert "2 links and 7 options." in text
    assert UNDERSTOOD in text
