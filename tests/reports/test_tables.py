"""The tables of a plan made by hand; the comments are the calculation."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.account import account as account_of
from gridblock.model.plan import (
    ArcFlow,
    Assignment,
    Decisions,
    InterconnectFlow,
    PlanData,
    RunStart,
    ZoneService,
)
from gridblock.reports.tables import NAMES, columns, table, unmet_share, unmet_summary


@pytest.fixture
def tables(pair: Instance, plan: PlanData, account: Account) -> dict[str, pd.DataFrame]:
    return {name: table(name, pair, plan, account) for name in NAMES}


def rows(frame: pd.DataFrame, *names: str) -> list[tuple[object, ...]]:
    return list(frame[list(names)].itertuples(index=False, name=None))


def test_allocation_is_in_the_order_of_the_instance(tables: dict[str, pd.DataFrame]) -> None:
    # The plan names its assignments in another order.
    found = rows(tables["allocation"], "demand", "facility", "place", "period", "blocks")
    assert found == [
        ("chat", "north", "north/hall-1", "a", 1.0),
        ("chat", "north", "north/hall-1", "b", 3.0),
        ("chat", "north", "north/hall-2", "a", 1.0),
        ("chat", "north", "north/hall-2", "b", 1.0),
        ("train", "south", "south", "a", 1.0),
        ("train", "south", "south", "b", 1.0),
    ]


def test_allocation_counts_accelerators_and_what_they_could_serve(
    tables: dict[str, pd.DataFrame],
) -> None:
    chat_b, train_b = tables["allocation"].iloc[1], tables["allocation"].iloc[5]
    # 3 blocks x 256 x yield 1; north serves 1000 of the 4 x 256 = 1024 that it could.
    assert (chat_b.accelerators, chat_b.capacity_units, chat_b.unit) == (768, 768, "req/s")
    assert chat_b.used_share == 1000 / 1024
    # 1 row x 1000 x yield 0.5, of which 400 are served.
    assert (train_b.accelerators, train_b.capacity_units, train_b.used_share) == (1000, 500, 0.8)


def test_served_is_by_region_and_facility(tables: dict[str, pd.DataFrame]) -> None:
    assert rows(tables["served"], *columns("served"))[2:] == [
        ("train", "", "south", "a", 500.0, "units"),
        ("train", "", "south", "b", 400.0, "units"),
    ]


def test_fleet_says_what_to_order_by_when(tables: dict[str, pd.DataFrame]) -> None:
    # Two units enter service in b with a lead of 1, so that they are ordered in a; 2 x 1,000,000.
    names = ("place", "period", "owned", "bought", "order_by", "cost_once")
    assert rows(tables["fleet"].dropna(subset="order_by"), *names) == [
        ("north/hall-1", "b", 3, 2, "a", 2e6)
    ]


def test_fleet_tells_idle_from_switched_off(tables: dict[str, pd.DataFrame]) -> None:
    # South: two rows, one of them assigned; in b the other one is switched off.
    names = ("period", "owned", "switched_off", "assigned", "idle", "accelerators")
    south = tables["fleet"].query("place == 'south'")
    assert rows(south, *names) == [("a", 2, 0, 1.0, 1.0, 2000), ("b", 2, 1, 1.0, 0.0, 2000)]


def test_fleet_shows_what_was_on_order(pair: Instance, plan: PlanData) -> None:
    due = pair.replace({"facilities.south.on_order": {"row": {"b": 3}}})
    none = replace(plan, decisions=Decisions())
    fleet = table("fleet", due, none, account_of(due, Decisions()))
    south = fleet.query("place == 'south'")
    # Two rows today and three on order; nothing is bought, so nothing has to be ordered.
    assert rows(south, "on_order", "owned") == [(0, 2), (3, 5)]
    assert fleet["order_by"].isna().all()


def test_unmet_is_priced(tables: dict[str, pd.DataFrame]) -> None:
    # 500 - 400 = 100 units, a fifth, at 3 for each of 1,000 hours.
    names = ("demand", "period", "amount_units", "met_units", "unmet_units", "share_unmet", "cost")
    unmet = tables["unmet"].query("unmet_units > 0")
    assert rows(unmet, *names) == [("train", "b", 500.0, 400.0, 100.0, 0.2, 300_000.0)]
    assert len(tables["unmet"]) == 4


def test_utilization_is_in_the_units_of_the_limits(tables: dict[str, pd.DataFrame]) -> None:
    names = ("place", "resource", "period", "used", "limit", "share", "headroom")
    assert rows(tables["utilization"], *names) == [
        # Two, then four units of 0.5 MW, x PUE 1.5 from the grid.
        ("north", "grid_mw", "a", 1.5, 3.0, 0.5, 1.5),
        ("north", "grid_mw", "b", 3.0, 3.0, 1.0, 0.0),
        ("north", "power_mw", "a", 1.0, 2.5, 0.4, 1.5),
        ("north", "power_mw", "b", 2.0, 2.5, 0.8, 0.5),
        ("north/hall-1", "racks", "a", 2.0, 6.0, 2 / 6, 4.0),
        ("north/hall-1", "racks", "b", 6.0, 6.0, 1.0, 0.0),
        ("north/hall-2", "racks", "a", 2.0, 6.0, 2 / 6, 4.0),
        ("north/hall-2", "racks", "b", 2.0, 6.0, 2 / 6, 4.0),
        # Two rows of 0.4 MW; in b one of them is off.
        ("south", "power_mw", "a", 0.8, 1.0, 0.8, 0.2),
        ("south", "power_mw", "b", 0.4, 0.5, 0.8, 0.1),
    ]


def test_flows_and_links_carry_the_traffic(tables: dict[str, pd.DataFrame]) -> None:
    names = ("region", "facility", "link", "from", "to", "period", "gbps")
    assert rows(tables["flows"], *names) == [
        ("east", "north", "wan", "east", "north", "a", 51.2),
        ("east", "north", "wan", "east", "north", "b", 100.0),
    ]
    # 512 units x 0.1 Gbps of 100; nothing comes back.
    assert rows(tables["links"], "from", "period", "gbps", "capacity_gbps", "share") == [
        ("east", "a", 51.2, 100.0, 0.512),
        ("north", "a", 0.0, 100.0, 0.0),
        ("east", "b", 100.0, 100.0, 1.0),
        ("north", "b", 0.0, 100.0, 0.0),
    ]


def test_flows_over_any_route_name_the_region(pair: Instance, plan: PlanData) -> None:
    arcs = Decisions(arc_gbps={ArcFlow("east", "wan", "east", "a"): 7.0})
    flows = table("flows", pair, replace(plan, decisions=arcs), account_of(pair, arcs))
    assert rows(flows, "region", "link", "from", "to", "gbps") == [
        ("east", "wan", "east", "north", 7.0)
    ]


def test_shared_capacity_counts_both_ways(pair: Instance, plan: PlanData) -> None:
    shared = pair.replace({"network.links.wan.capacity": "shared"})
    arcs = Decisions(
        arc_gbps={
            ArcFlow("east", "wan", "east", "a"): 30.0,
            ArcFlow("east", "wan", "north", "a"): 10.0,
        }
    )
    links = table("links", shared, replace(plan, decisions=arcs), account_of(shared, arcs))
    # 30 there and 10 back share 100.
    assert rows(links, "gbps", "share")[:2] == [(30.0, 0.4), (10.0, 0.4)]


def test_supply_is_what_is_bought_of_what_vendors_deliver(
    tables: dict[str, pd.DataFrame],
) -> None:
    assert rows(tables["supply"], *columns("supply")) == [
        ("su", "blocks", "a", 0, 4.0, 0.0, 4.0),
        ("su", "blocks", "b", 2, 4.0, 0.5, 2.0),
    ]


def test_costs_sum_to_the_plan(tables: dict[str, pd.DataFrame], plan: PlanData) -> None:
    value = tables["costs"].groupby("category")["present_value"].sum()
    # 2 x 1,000,000; 4 x 0.2 x 1,000,000; 100 x 3 x 1000.
    assert value["hardware"] == 2_000_000
    assert value["end_credit"] == -800_000
    assert value["unmet"] == 300_000
    assert value.to_dict() == plan.costs
    assert value.sum() == plan.objective


def test_costs_show_what_is_paid_and_what_it_is_worth_today(
    pair: Instance, plan: PlanData, decided: Decisions
) -> None:
    dear = pair.replace({"discount_rate": 0.1})
    costs = table("costs", dear, plan, account_of(dear, decided))
    bought = costs.query("category == 'hardware' and period == 'b'").iloc[0]
    # 2,000,000 are paid 1,000 hours after the start.
    assert bought.paid == 2_000_000
    assert bought.present_value == pytest.approx(2_000_000 * 1.1 ** (-1000 / 8760))


def test_a_resource_that_is_not_there_and_not_used_is_left_out(
    pair: Instance, plan: PlanData, account: Account
) -> None:
    # Naming air cooling says that there is no liquid cooling; nobody needs to read that.
    cooled = pair.replace({"facilities.south.limits.air_cooling_mw": 1.0})
    used = table("utilization", cooled, plan, account)
    assert "air_cooling_mw" in set(used["resource"])
    assert "liquid_cooling_mw" not in set(used["resource"])


def test_uplinks_carry_what_is_served_inside(pair: Instance, plan: PlanData) -> None:
    narrow = pair.replace({"facilities.north.zones.hall.uplink_gbps": 50.0})
    inside = Decisions(served_in={ZoneService("chat", "north/hall-1", "a"): 256.0})
    used = table("utilization", narrow, replace(plan, decisions=inside), account_of(pair, inside))
    # 256 units x 0.1 Gbps through an uplink of 50.
    uplink = used.query("resource == 'uplink_gbps' and used > 0")
    assert rows(uplink, "place", "used", "share") == [("north/hall-1", 25.6, 0.512)]


def test_runs_say_when_where_and_on_what(pair: Instance, plan: PlanData) -> None:
    run = {"periods": 1, "start": ["a", "b"], "delay_cost": 7.0}
    gang = pair.replace({"demands.train.run": run})
    assigned = {Assignment("train", "row", "south", "b"): 1.0}
    late = Decisions(starts={RunStart("train", "b"): 1}, assigned=assigned)
    frame = table("runs", gang, replace(plan, decisions=late), account_of(gang, late))
    assert rows(frame, *columns("runs")) == [("train", "b", "b", 1, "south", "trn2", 7.0)]
    never = table("runs", gang, replace(plan, decisions=Decisions()), account_of(gang, Decisions()))
    assert never["start"].isna().all()
    assert never["delay_cost"][0] == 0
    assert table("runs", pair, plan, account_of(pair, Decisions())).empty


def test_uplinks_carry_fabric_beside_traffic(pair: Instance, plan: PlanData) -> None:
    woven = {"demands.chat.fabric_gbps_per_block": 8, "facilities.north.zones.hall.uplink_gbps": 50}
    halls = pair.replace(woven)
    both = Decisions(
        assigned={Assignment("chat", "su", f"north/hall-{i}", "a"): 1 for i in (1, 2)},
        served_in={ZoneService("chat", "north/hall-1", "a"): 256.0},
    )
    used = table("utilization", halls, replace(plan, decisions=both), account_of(halls, both))
    # A block in each hall sends 8 Gbps to the other one, beside 256 units x 0.1 Gbps.
    uplink = used.query("resource == 'uplink_gbps' and used > 0")
    assert rows(uplink, "place", "used") == [("north/hall-1", 33.6), ("north/hall-2", 8)]


def test_interconnect_is_by_path(pair: Instance, plan: PlanData) -> None:
    ns = [{"name": "ns", "between": ["north", "south"], "ms": 1}]
    joined = pair.replace({"network.links": ns, "demands.train.interconnect": {"gbps": 5}})
    both = {
        InterconnectFlow("train", "south", "north", ("ns",), "b"): 5.0,
        InterconnectFlow("train", "north", "south", ("ns",), "b"): 5.0,
    }
    held = Decisions(interconnect_gbps=both)
    frame = table("interconnect", joined, replace(plan, decisions=held), account_of(joined, held))
    assert rows(frame, *columns("interconnect")) == [
        ("train", "north", "south", "ns", "b", 5),
        ("train", "south", "north", "ns", "b", 5),
    ]
    links = table("links", joined, replace(plan, decisions=held), account_of(joined, held))
    assert rows(links.query("period == 'b'"), "from", "gbps") == [("north", 5), ("south", 5)]


def test_every_table_has_its_columns_even_when_nothing_is_decided(
    pair: Instance, plan: PlanData
) -> None:
    nothing = replace(plan, decisions=Decisions())
    for name in NAMES:
        frame = table(name, pair, nothing, account_of(pair, Decisions()))
        assert tuple(frame.columns) == columns(name)


def test_blocks_that_can_serve_nothing_have_no_used_share(pair: Instance, plan: PlanData) -> None:
    idle = pair.replace({"demands.train.yields": {"trn2": [0.0, 0.5]}})
    useless = Decisions(assigned={Assignment("train", "row", "south", "a"): 1})
    frame = table("allocation", idle, replace(plan, decisions=useless), account_of(idle, useless))
    assert math.isnan(frame["used_share"][0])


def test_an_unknown_table_is_refused(pair: Instance, plan: PlanData, account: Account) -> None:
    with pytest.raises(ValueError, match="no table 'alocation'; did you mean allocation"):
        table("alocation", pair, plan, account)
    # Prices are no table that a plan holds: they take solves of their own.
    with pytest.raises(ValueError, match=r"no table 'prices'; .* plan.prices\(\) gives marginals"):
        table("prices", pair, plan, account)


def test_without_decisions_there_are_no_tables(
    pair: Instance, plan: PlanData, account: Account
) -> None:
    with pytest.raises(ValueError, match="the plan is no_plan"):
        table("costs", pair, replace(plan, decisions=None, status="no_plan"), account)


def test_unmet_summary_lists_periods(pair: Instance, account: Account) -> None:
    summary = unmet_summary(pair, account)
    assert summary["chat"] == {
        "amount": [512.0, 1000.0],
        "served": [512.0, 1000.0],
        "unmet": [0.0, 0.0],
        "share": 0.0,
    }
    # 100 of 2 x 500 unit-hours.
    assert summary["train"]["unmet"] == [0.0, 100.0]
    assert summary["train"]["share"] == 0.1


def test_unmet_share_is_of_all_unit_hours(pair: Instance, account: Account) -> None:
    # 100 of 512 + 1000 + 500 + 500, each for 1,000 hours.
    assert unmet_share(pair, account) == pytest.approx(100 / 2512)


def test_nothing_asked_for_leaves_nothing_unmet(pair: Instance) -> None:
    calm = pair.replace({"demands": []})
    assert unmet_share(calm, account_of(calm, Decisions())) == 0
