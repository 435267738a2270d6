"""What a planner reads of reserve, and of what each loss leaves."""

import io
from collections.abc import Callable

import pandas as pd
import pytest
from rich.cells import cell_len
from rich.console import Console

from gridblock.instances.instance import Instance
from gridblock.model.account import account as account_of
from gridblock.model.plan import Assignment, Decisions, PlanData, Service
from gridblock.reports import terminal
from gridblock.reports.surviving import section, worst_losses
from gridblock.reports.tables import table
from gridblock.reports.understood import understood

Tables = Callable[[str], pd.DataFrame]
PERCENT_80 = "80\N{NO-BREAK SPACE}%"


@pytest.fixture
def sites() -> Instance:
    """Chat is to keep 80 % of 200 units after the loss of a site; batch waits in tier 2."""
    return Instance.parse(
        {
            "gridblock": 1,
            "name": "sites",
            "periods": [{"name": "a", "hours": 10}, {"name": "b", "hours": 10}],
            "accelerators": {"h100": {}},
            "blocks": {
                "pod": {
                    "accelerator": "h100",
                    "accelerators": 100,
                    "uses": {"power_kw": 500, "racks": 4},
                }
            },
            "facilities": {
                "north": {"limits": {"power_mw": 1, "racks": 8}, "installed": {"pod": 2}},
                "south": {
                    "grid_mw": 4,
                    "pue": 1.5,
                    "zones": {"hall": {"limits": {"power_mw": 2}, "installed": {"pod": 2}}},
                },
            },
            "demands": [
                {
                    "name": "chat", "amount": [150, 200], "yields": {"h100": 1}, "unmet_cost": 1,
                    "survive": {"facility": 0.8},
                },
                {"name": "batch", "amount": 100, "yields": {"h100": 1}, "unmet_cost": 1, "tier": 2},
            ],
        }
    )  # fmt: skip


@pytest.fixture
def decisions() -> Decisions:
    """In b 2 pods serve 200 in the north, and 1.6 are kept in the south; in a 1.5 and 1.25."""
    return Decisions(
        assigned={
            Assignment("chat", "pod", "north", "a"): 1.5,
            Assignment("chat", "pod", "north", "b"): 2,
            Assignment("batch", "pod", "south/hall", "b"): 1,
        },
        reserved={
            Assignment("chat", "pod", "south/hall", "b"): 1.6,
            Assignment("chat", "pod", "south/hall", "a"): 1.25,
        },
        served={
            Service("chat", "", "north", "a"): 150,
            Service("chat", "", "north", "b"): 200,
            Service("batch", "", "south", "b"): 100,
        },
    )


def test_reserve_is_listed_in_the_order_of_the_instance(
    sites: Instance, decisions: Decisions, plan_of: Tables
) -> None:
    reserve = plan_of("reserve")
    assert reserve.to_dict("list") == {
        "demand": ["chat", "chat"],
        "facility": ["south", "south"],
        "place": ["south/hall", "south/hall"],
        "block": ["pod", "pod"],
        "accelerator": ["h100", "h100"],
        "period": ["a", "b"],
        "blocks": [1.25, 1.6],
        "accelerators": [125, 160],
        "capacity_units": [125, 160],
        "unit": ["units", "units"],
    }


def test_losses_say_what_is_left(plan_of: Tables) -> None:
    losses = plan_of("losses")
    # Without the north 125 of 150 and 160 of 200; without the south nothing is lost.
    assert losses["lost"].tolist() == ["north", "south", "north", "south"]
    assert losses["period"].tolist() == ["a", "a", "b", "b"]
    assert losses["met_units"].tolist() == [150, 150, 200, 200]
    assert losses["kept_units"].tolist() == [125, 150, 160, 200]
    assert losses["share_kept"].tolist() == pytest.approx([125 / 150, 1, 0.8, 1])
    assert set(losses["share_asked"]) == {0.8}


def test_utilization_shows_what_is_kept(plan_of: Tables) -> None:
    use = plan_of("utilization").set_index(["place", "resource", "period"])
    assert use.loc[("south/hall", "power_mw", "b"), "used"] == 1
    assert use.loc[("south/hall", "power_mw", "b"), "reserved"] == pytest.approx(0.8)
    assert use.loc[("south", "grid_mw", "b"), "reserved"] == pytest.approx(1.2)
    assert use.loc[("north", "power_mw", "b"), "reserved"] == 0


@pytest.fixture
def plan_of(sites: Instance, decisions: Decisions) -> Tables:
    """Give a table of the plan by its name."""
    plan = PlanData("sites", sites.hash, "feasible", "", decisions, 0.0)
    return lambda name: table(name, sites, plan, account_of(sites, decisions))


def test_the_worst_loss_of_each_demand_is_told(sites: Instance, decisions: Decisions) -> None:
    account = account_of(sites, decisions)
    worst = worst_losses(sites, decisions, account)
    assert [(loss.demand, loss.facility, loss.period) for loss in worst.values()] == [
        ("chat", "north", "b")
    ]
    told = section(sites, decisions, account)
    assert told is not None
    assert told.rows == (("chat", "keeps 80\N{NO-BREAK SPACE}%", PERCENT_80, "north", "b", "1.6"),)
    # Without reserve it is said how little is left.
    bare = Decisions(assigned=decisions.assigned, served=decisions.served)
    told = section(sites, bare, account_of(sites, bare))
    assert told is not None
    assert told.rows == (("chat", "keeps 0\N{NO-BREAK SPACE}%", PERCENT_80, "north", "a", "none"),)


def test_nothing_is_told_where_nothing_survives(sites: Instance, decisions: Decisions) -> None:
    nobody = sites.replace({"demands.chat.survive": None})
    assert section(nobody, decisions, account_of(nobody, decisions)) is None
    demands = next(s for s in understood(nobody).sections if s.title == "Demands")
    assert demands.columns[-1].heading == "within ms"


def test_check_says_what_survives(sites: Instance) -> None:
    demands = next(s for s in understood(sites).sections if s.title == "Demands")
    assert demands.columns[-1].heading == "without a site"
    assert [row[-1] for row in demands.rows] == [PERCENT_80, ""]


def test_the_answer_fits_on_80_columns(sites: Instance, decisions: Decisions) -> None:
    account = account_of(sites, decisions)
    costs = {name: float(cost) for name, cost in account.costs.items()}
    plan = PlanData(
        "sites", sites.hash, "feasible", "", decisions, float(account.objective), costs=costs
    )
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=False)
    terminal.answer(sites, plan, account, console)
    lines = [
        line.replace("\N{NO-BREAK SPACE}", " ").rstrip() for line in out.getvalue().splitlines()
    ]
    assert "  chat    keeps 80 %   80 %  north              b       1.6" in lines
    assert max(map(cell_len, lines)) <= 80
