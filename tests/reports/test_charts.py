"""What the charts draw adds up to what the plan says."""

from collections import defaultdict
from typing import Any

import pytest

from deals import DEAL, hand_made_deal
from gridblock.instances.instance import Instance
from gridblock.model.account import Account, account
from gridblock.model.plan import Decisions, PlanData
from gridblock.reports.charts import (
    concentration,
    flows,
    frames,
    power,
    timeline,
    utilization,
    where,
)
from gridblock.reports.charts.positions import Point, between, label_sides, on_earth
from gridblock.reports.charts.style import HALF, label, periods_axis
from gridblock.reports.plots import Plots
from gridblock.reports.usage import Use


@pytest.fixture(scope="module")
def deal() -> Instance:
    return Instance.parse(DEAL)


def bars(figure: Any, name: str) -> dict[str, Any]:
    """The traces of a chart that have a name, as one."""
    (found,) = (trace for trace in figure.data if trace.name == name)
    return {"x": list(found.x), "y": list(found.y), "base": found.base, "text": found.text}


def test_power_adds_up_to_the_limit(pair: Instance, decided: Decisions, account: Account) -> None:
    rows = {row.facility: row for row in power.powers(pair, decided, account, "b")}
    # North: 4 of 4 units at work at 0.5 MW; grid 3 MW over PUE 1.5 is 2 MW, its own limit 2.5.
    assert (rows["north"].working, rows["north"].idle) == (2.0, 0.0)
    assert rows["north"].total == pytest.approx(2.5)
    # South: one row at work, one switched off; 0.5 MW less 0.4 is too little for another.
    assert (rows["south"].working, rows["south"].idle) == (0.4, 0.0)
    left = rows["south"].left or {}
    assert {cause: mw for cause, mw in left.items() if mw} == pytest.approx({"granularity": 0.1})


def test_accelerators_at_work_are_averages_over_the_hours(
    pair: Instance, decided: Decisions
) -> None:
    sums: dict[str, float] = defaultdict(float)
    for (demand, _, _), count in flows.accelerators_at_work(pair, decided).items():
        sums[demand] += count
    # Chat has 2 units of 256 in a and 4 in b, over equal hours; training one row of 1,000.
    assert sums == {"chat": 768, "train": 1000}


def test_the_timeline_has_orders_before_and_service_after(deal: Instance) -> None:
    decisions = hand_made_deal()
    chart = timeline.timeline(deal, decisions, account(deal, decisions))
    assert chart is not None
    rows = list(chart.figure.layout.yaxis.ticktext)
    shown = bars(chart.figure, "option in effect")
    spans = {
        (rows[round(y)], base + 0.5, base + 0.5 + x, text)
        for x, y, base, text in zip(
            shown["x"], shown["y"], shown["base"], shown["text"], strict=True
        )
    }
    # The lease signed before the horizon is in its second and last period; two lots follow.
    assert {("lease", 0, 1, "1"), ("lease", 1, 3, "2"), ("site", 2, 4, "1")} <= spans
    # Of the halls one lot enters service in the third period and one in the fourth.
    assert {("halls", 2, 3, "1"), ("halls", 3, 4, "2")} <= spans
    assert chart.table is not None
    (bought,) = (row for row in chart.table.rows if row[0] == "su, west")
    assert bought[1:6] == ("bought", "2027Q1", "2027Q1", "", "1")


def test_utilization_leaves_out_what_is_not_used(
    pair: Instance, decided: Decisions, account: Account
) -> None:
    rows = utilization.limited(pair, decided, account)
    peaks = {(row.at, row.resource): row.peak for row in rows}
    # 2 of 2 halls hold four units of two racks each: 8 of 12.
    assert peaks["2 x north/hall", "racks"].headroom == 4
    assert peaks["south", "power_mw"].share == pytest.approx(0.8)
    assert all(any(use.used for use in row.uses.values()) for row in rows)


def test_what_rounds_to_nothing_is_not_written_as_left() -> None:
    def left(used: float) -> str:
        use = Use("memphis", "grid_mw", "now", used, 1229.0)
        return utilization.Limited("memphis", "grid_mw", {"now": use}).left(use)

    assert left(1200) == "29 MW"
    assert left(1228.99) == "none"


def test_names_of_periods_keep_off_each_other() -> None:
    quarters = Instance.parse(
        {"gridblock": 1, "periods": {"first": "2026Q3", "count": 10, "every": "quarter"}}
    ).horizon
    # Of 2026Q3 each takes 6 x 7 + 10 = 52 pixels: ten fit into 660, six into 330.
    assert len(periods_axis(quarters)["ticktext"]) == 10
    assert periods_axis(quarters, HALF)["ticktext"] == list(quarters.names[::2])


def test_a_place_that_is_passed_through_is_not_where_work_comes_from() -> None:
    instance = Instance.parse(
        {
            "gridblock": 1,
            "facilities": {"abilene": {"at": {"lat": 32.5, "lon": -99.8}}},
            "network": {
                "regions": {"dallas": {"lat": 32.8, "lon": -96.8}, "london": {"lat": 51, "lon": 0}},
                "links": [
                    {"between": ["abilene", "dallas"]},
                    {"between": ["dallas", "london"]},
                ],
            },
            "demands": [
                {"name": "chat", "amount": 1, "yields": {}, "unmet_cost": 1, "from": {"london": 1}}
            ],
        }
    )
    nothing = Decisions()
    drawn = where.places_map(instance, nothing, account(instance, nothing))
    assert drawn is not None
    named = {t.name: list(t.text) for t in drawn.figure.data if t.text}
    assert named["passed through"] == ["dallas"]
    assert named["where it comes from"] == ["london"]
    assert named["facility, by its accelerators"] == ["abilene"]


def test_shares_add_up_to_all(pair: Instance, account: Account) -> None:
    for chart in (concentration.vendors(pair, account), concentration.sites(pair, account)):
        assert chart is not None
        for i in range(2):
            assert sum(trace.y[i] for trace in chart.figure.data) == pytest.approx(100)


def test_names_are_escaped_once_and_shortened() -> None:
    assert label("<b>&") == "&lt;b&gt;&amp;"
    assert label("x" * 50, 10) == "xxxxxxxxx…"


def test_places_stay_together_across_the_pacific() -> None:
    at = {"tokyo": (35.0, 140.0), "san-jose": (37.0, -122.0), "ashburn": (39.0, -77.0)}
    instance = Instance.parse(
        {
            "gridblock": 1,
            "facilities": {n: {"at": {"lat": y, "lon": x}} for n, (y, x) in at.items()},
        }
    )
    points = on_earth(instance, at)
    assert points is not None
    # The widest gap lies between Ashburn and Tokyo, eastwards.
    assert [points[name].x for name in at] == [140.0, 238.0, 283.0]
    frame = frames.of_earth(points.values())
    assert all(frame.holds(point) for point in points.values())
    way = between(points["tokyo"], points["san-jose"], 100, earth=True)
    assert max(point.y for point in way) > 45
    assert all(140 < point.x < 238 for point in way)


def test_names_keep_off_each_other_and_off_lines() -> None:
    pixels = {"a": Point(100.0, 100.0), "b": Point(130.0, 100.0)}
    sizes, letters = {"a": 10.0, "b": 10.0}, {"a": 3, "b": 3}
    # To the right of a there is b.
    assert label_sides(pixels, sizes, letters, []) == {"a": "middle left", "b": "middle right"}
    line = [Point(float(x), 100.0) for x in range(50, 100)]
    assert label_sides(pixels, sizes, letters, line)["a"] == "top center"


def test_a_crowd_is_shown_again_where_names_have_no_room() -> None:
    points = {f"p{i}": Point(0.1 * i, 0.0) for i in range(5)} | {"far": Point(150.0, 0.0)}
    assert set(frames.crowd(points, ["p1"])) == {f"p{i}" for i in range(5)}
    assert frames.crowd(points, ["far"]) == ()
    assert frames.crowd(points, []) == ()


def test_a_notebook_gets_the_same_figures(
    pair: Instance, plan: PlanData, decided: Decisions, account: Account
) -> None:
    plots = Plots(pair, plan, decided, account)
    for draw in (plots.costs, plots.map, plots.sankey, plots.timeline, plots.utilization):
        assert draw().data
    for draw in (plots.power, plots.vendors, plots.sites):
        assert draw().data
    # In a the link carries 51.2 of 100 Gbps, in b all of it.
    names = [{trace.name for trace in plots.map(t).data} for t in ("a", "b")]
    assert ["half full" in name for name in names] == [True, False]
    assert ["full" in name for name in names] == [False, True]


def test_nothing_to_draw_is_said(pair: Instance, plan: PlanData) -> None:
    idle = Plots(pair, plan, Decisions(), account(pair, Decisions()))
    with pytest.raises(ValueError, match="nothing to draw"):
        idle.sankey()
