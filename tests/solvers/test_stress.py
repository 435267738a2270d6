"""The worst that may happen to a plan: damages worked out by hand, searched, bounded, resumed."""

import json
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.shock_sizes import Sizes, shocks_of
from gridblock.instances.shocks import as_scenario
from gridblock.solvers.many import cases as solving
from gridblock.solvers.without_recourse import cost_as_it_stands
from gridblock.stress_asked import sized

POD: dict[str, Any] = {
    "accelerators": {"h100": {"vendor": "nvidia"}},
    "blocks": {"pod": {"accelerator": "h100", "accelerators": 10, "uses": {"power_kw": 10}}},
}
HERE: dict[str, Any] = {"jobs": 1, "gap": 0.0}


@pytest.fixture(scope="module")
def sites() -> Instance:
    """Three periods of 1,000 h; 10 pods fit at a, 5 at b, and 150 units are asked for at $2."""
    return Instance.parse(
        {
            "gridblock": 1,
            "name": "sites",
            "periods": [{"name": f"p{i}", "hours": 1000} for i in (1, 2, 3)],
            "accelerators": {"h100": {"vendor": "nvidia"}},
            "blocks": {
                "pod": {
                    "accelerator": "h100",
                    "accelerators": 10,
                    "uses": {"power_kw": 10},
                    "cost_once": 1000,
                }
            },
            "facilities": {
                "a": {"limits": {"power_mw": 0.1}},
                "b": {"limits": {"power_mw": 0.05}},
            },
            "demands": [
                {"name": "chat", "amount": 150, "yields": {"h100": 1}, "unmet_cost": 2},
            ],
        }
    )


@pytest.fixture(scope="module")
def plan(sites: Instance) -> gb.Plan:
    made = gb.solve(sites, gap=0.0)
    assert made.objective == 15_000
    return made


def extra(found: Any, size: int = 1) -> dict[str, float | None]:
    return {each.name: each.extra for each in found.data.damages[size - 1]}


def test_an_outage_costs_the_price_of_what_it_leaves_unmet(plan: gb.Plan) -> None:
    found = gb.stress(plan, {"kinds": ["outage", "demand"]}, **HERE)
    # 15 pods stand and no more fit: a lost for a period leaves 100 of 150 units unmet, b 50, and a
    # fifth more demand in p2 and p3 30: at $2 for 1,000 h that is 200,000, 100,000, 2 x 60,000.
    # Every period is the same, so an outage begins in the first one in which it may.
    assert extra(found) == {"a out in p2": 200_000, "chat x1.2": 120_000, "b out in p2": 100_000}
    first = found.data.damages[0][0]
    assert (first.least, first.most) == (200_000, 200_000)
    # 100 units for 1,000 h, one accelerator each, in quarters of 2,190 h.
    assert first.unmet == pytest.approx(100 * 1000 / 2190)


def test_a_delay_is_answered_by_later_orders_only(plan: gb.Plan) -> None:
    found = gb.stress(plan, {"kinds": ["delay"]}, **HERE)
    # The 15 pods ordered in p1 come in p3: 2 periods of 150 units unmet, 600,000.
    assert extra(found) == {"h100 deliveries 2 periods late": 600_000}
    (row,) = found.as_json()["found"]
    assert row["instead"] == ["15 pod later"]
    # One period late: 300,000. Three would be after the horizon: late by what still comes, two.
    assert list(extra(gb.stress(plan, {"kinds": ["delay"], "late": 1}, **HERE)).values()) == [
        300_000
    ]
    assert list(extra(gb.stress(plan, {"kinds": ["delay"], "late": 3}, **HERE)).values()) == [
        600_000
    ]


def test_what_is_pasted_as_a_scenario_costs_the_same(plan: gb.Plan) -> None:
    found = gb.stress(plan, {"kinds": ["outage"]}, **HERE)
    worst = found.worst[0]
    data = {**plan.instance.plain(), "scenarios": [found.scenario(*worst.shocks)]}
    pasted = Instance.parse(data).scenario(*worst.shocks)
    current = {"plan": gb.in_force(plan), "keep_to": "p1"}
    again = gb.solve(pasted.replace({"current": current}), gap=0.0)
    assert again.objective == pytest.approx(15_000 + 200_000)
    assert again.audit().ok
    assert "a out in p2" in found.scenarios()


def test_a_shock_that_cannot_be_among_the_worst_is_not_solved(
    plan: gb.Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = gb.stress(plan, {"starts": "all"}, top=100, **HERE)
    solved: list[Any] = []
    plainly = solving.find_plan
    monkeypatch.setattr(solving, "find_plan", lambda *a, **k: solved.append(a) or plainly(*a, **k))
    found = gb.stress(plan, {"starts": "all"}, top=2, **HERE)
    # Late pods cost 600,000, a lost 200,000 in p2 or p3. The plan as it stands costs 100,000 more
    # without b and 120,000 more with more demand: that is what these can cost at most.
    assert [each.extra for each in found.data.damages[0]][:2] == [600_000, 200_000]
    truly = extra(whole)
    bounded = [each for each in found.data.damages[0] if each.status == "bounded"]
    assert len(solved) + len(bounded) == len(truly)
    assert {"b out in p2", "b out in p3"} <= {each.name for each in bounded}
    for each in bounded:
        known = truly[each.name]
        assert (0.0 if known is None else known) <= each.most <= 200_000
    assert len(bounded) >= 4


def test_two_shocks_are_joined_greedily_or_in_every_combination() -> None:
    # Chat can be served at a or b, each with room for all of it; c alone serves batch. Losing a or
    # b costs nothing, losing both 100 x $3 x 1,000 h; losing c 100 x $1 x 1,000 h.
    sites = {name: {"limits": {"power_mw": 0.1}, "installed": {"pod": 10}} for name in "abc"}
    given = Instance.parse(
        {
            "gridblock": 1,
            "name": "pairs",
            "periods": [{"name": "p1", "hours": 1000}, {"name": "p2", "hours": 1000}],
            **POD,
            "facilities": sites,
            "demands": [
                {
                    "name": "chat",
                    "amount": 100,
                    "yields": {"h100": 1},
                    "unmet_cost": 3,
                    "where": {"facilities": ["a", "b"]},
                },
                {
                    "name": "batch",
                    "amount": 100,
                    "yields": {"h100": 1},
                    "unmet_cost": 1,
                    "where": {"facilities": ["c"]},
                },
            ],
        }
    )
    plan = gb.solve(given, gap=0.0)
    asked = {"kinds": ["outage"]}
    # Alone c is the worst: 100,000, and one more adds nothing to it.
    greedy = gb.stress(plan, asked, budget=2, **HERE)
    assert greedy.data.damages[0][0].name == "c out in p2"
    assert greedy.data.damages[1][0].extra == 100_000
    exact = gb.stress(plan, asked, budget=2, exact=True, **HERE)
    assert set(exact.worst[0].shocks) == {"a out in p2", "b out in p2"}
    assert exact.data.damages[1][0].extra == 300_000
    # Both as one scenario: the limits of the two stand side by side.
    both = exact.scenario(*exact.worst[0].shocks)["set"]["limits"]
    assert [limit["of"]["facility"] for limit in both] == ["a", "b"]


@pytest.fixture(scope="module")
def four() -> gb.Plan:
    """Chat, at $3, is served at a, and at b for $0.10 more; c alone serves batch, d alone agents.

    These cost $1 and $2. Each has 100 units; there are two periods of 1,000 h.
    """
    demand = {"amount": 100, "yields": {"h100": 1}}

    def at(*sites: str) -> dict[str, Any]:
        return {**demand, "where": {"facilities": [*sites]}}

    given = Instance.parse(
        {
            "gridblock": 1,
            "name": "four",
            "periods": [{"name": "p1", "hours": 1000}, {"name": "p2", "hours": 1000}],
            **POD,
            "facilities": {
                name: {"limits": {"power_mw": 0.1}, "installed": {"pod": 10}} for name in "abcd"
            },
            "demands": [
                {"name": "chat", **at("a", "b"), "unmet_cost": 3, "cost_per_unit_hour": {"b": 0.1}},
                {"name": "batch", **at("c"), "unmet_cost": 1},
                {"name": "agents", **at("d"), "unmet_cost": 2},
            ],
        }
    )
    return gb.solve(given, gap=0.0)


@pytest.mark.parametrize(("left", "jobs"), [(1, 1), (2, 1), (None, 2)])
def test_what_is_gone_on_with_finds_the_same(
    four: gb.Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int | None, jobs: int
) -> None:
    # In p2 losing a costs 10,000, chat being served at b, d 200,000, c and d 300,000: no more is
    # solved. Losing a and d costs 210,000 at most, by the plan that serves chat at b, and is not
    # among the worst; the plan as it stands would leave it open, at 500,000.
    asked: dict[str, Any] = {"budget": 2, "exact": True, "top": 1, "gap": 0.0}
    solved: list[Any] = []
    plainly = solving.find_plan

    def broken_off(*arguments: Any, **more: Any) -> Any:
        if len(solved) == left:
            raise KeyboardInterrupt
        solved.append(arguments)
        return plainly(*arguments, **more)

    monkeypatch.setattr(solving, "find_plan", broken_off)
    folder = tmp_path / "out"
    if left is not None:
        with pytest.raises(KeyboardInterrupt):
            gb.stress(four, {"kinds": ["outage"]}, folder=folder, jobs=1, **asked)
    left = None
    found = gb.stress(four, {"kinds": ["outage"]}, folder=folder, jobs=jobs, **asked)
    assert jobs > 1 or len(solved) == 3
    assert extra(found) == {"a out in p2": 10_000, "d out in p2": 200_000} | dict.fromkeys(
        ["b out in p2", "c out in p2"]
    )
    pairs = {each.name: each for each in found.data.damages[1]}
    assert [name for name, each in pairs.items() if each.extra is not None] == [
        "c out in p2 + d out in p2"
    ]
    assert pairs["a out in p2 + d out in p2"].most == pytest.approx(210_000)
    assert found.data.damages == gb.read_stress(folder).data.damages


def test_a_plan_that_is_lost_is_found_again(
    four: gb.Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # See above: a and d are solved with plans that bound pairs, c and d without.
    asked: dict[str, Any] = {"budget": 2, "exact": True, "top": 1, **HERE}
    folder = tmp_path / "out"
    first = gb.stress(four, {"kinds": ["outage"]}, folder=folder, **asked)
    kept = sorted((folder / "recourses").iterdir())
    assert len(kept) == 2
    kept[0].unlink()
    kept[1].write_text("{")
    solved: list[Any] = []
    plainly = solving.find_plan
    monkeypatch.setattr(solving, "find_plan", lambda *a, **k: solved.append(a) or plainly(*a, **k))
    again = gb.stress(four, {"kinds": ["outage"]}, folder=folder, **asked)
    assert len(solved) == 2
    assert again.data.damages == first.data.damages


def test_a_demand_may_be_called_like_all_of_them(sites: Instance) -> None:
    chat = sites.plain()["demands"][0]
    demands = [{**chat, "name": name} for name in ("all demand", "b")]
    given = Instance.parse({**sites.plain(), "demands": demands})
    one, other, both = shocks_of(given, Sizes.model_validate({"kinds": ["demand"]}), 1)
    assert [each.name for each in (one, other, both)] == [
        "all demand x1.2", "b x1.2", "all demand x1.2'"
    ]  # fmt: skip
    # 150 x 1.2 from the second of three periods on, of the one and of both.
    assert one.set == {"demands.all demand.amount": [150, 180, 180]}
    assert len(both.set) == 2


def test_factors_that_come_together_are_multiplied_in_a_scenario_too(plan: gb.Plan) -> None:
    surges = [("jan", "*1.5"), ("feb", "*1.2"), ("mar", "*1.2")]
    own = [{"name": name, "set": {"demands.chat.amount": by}} for name, by in surges]
    asked = {"kinds": ["own"], "shocks": own}
    found = gb.stress(plan, asked, budget=2, exact=True, **HERE)
    # 150 x 1.5 x 1.2 = 270 are asked for where no more than 150 fit: 120 x $2 x 3,000 h more; feb
    # and mar, which are the same but in name, come to 150 x 1.44 = 216, 66 more.
    assert {each.name: each.extra for each in found.data.damages[1]} == {
        "jan + feb": 720_000, "jan + mar": 720_000, "feb + mar": 396_000
    }  # fmt: skip
    both = found.scenario("jan", "feb")
    assert both["set"] == {"demands.chat.amount": 270}
    given = Instance.parse({**plan.instance.plain(), "scenarios": [both]})
    assert gb.solve(given.scenario("jan + feb"), gap=0.0).objective == 15_000 + 720_000


def test_what_changes_a_part_of_what_another_shock_changes_is_one_scenario(
    sites: Instance,
) -> None:
    limit = {"name": "cap", "measure": "spend_once", "per": "to_date", "max": 20_000}
    given = Instance.parse({**sites.plain(), "limits": [limit]})
    own = [{"name": "poor", "set": {"limits.cap.max": "*0.5"}}]
    sizes = Sizes.model_validate({"kinds": ["outage", "own"], "only": ["a", "poor"], "shocks": own})
    both = as_scenario(given, shocks_of(given, sizes, 1)[1:])
    # A half of the cap beside the limit that takes a out; both are among the limits of the plan.
    pasted = Instance.parse({**given.plain(), "scenarios": [both]}).scenario(both["name"])
    cap, outage = pasted.limits
    assert (cap.max, outage.name) == (10_000, "outage of a")


def test_shocks_that_come_to_the_same_together_are_solved_once(
    sites: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A second demand: all demand and one of them more is no more than all demand.
    batch = {"name": "batch", "amount": 10, "yields": {"h100": 1}, "unmet_cost": 1}
    data = sites.plain()
    given = Instance.parse({**data, "demands": [*data["demands"], batch]})
    plan = gb.solve(given, gap=0.0)
    solved: list[Any] = []
    plainly = solving.find_plan
    monkeypatch.setattr(solving, "find_plan", lambda *a, **k: solved.append(a) or plainly(*a, **k))
    found = gb.stress(plan, {"kinds": ["demand"]}, budget=2, **HERE)
    # 30 units of chat at $2 and 2 of batch at $1 for 2,000 h.
    both = {"chat x1.2": 120_000, "batch x1.2": 4_000, "all demand x1.2": 124_000}
    assert extra(found) == both
    assert set(extra(found, 2).values()) == {124_000}
    # Each alone, and the two pairs with all demand at once.
    assert len(solved) == 4


def test_where_hard_rules_break_that_comes_first(sites: Instance) -> None:
    # 60 % of 150 units must be met; without a only 50 can be.
    floored = gb.solve(sites.replace({"demands.chat.min_share": 0.6}), gap=0.0)
    found = gb.stress(floored, {"kinds": ["outage"]}, **HERE)
    first = found.data.damages[0][0]
    assert (first.name, first.status, first.extra) == ("a out in p2", "infeasible", None)
    assert found.statuses == {"infeasible": 1, "optimal": 1}
    # Nothing can make that worse.
    assert len(gb.stress(floored, {"kinds": ["outage"]}, budget=2, **HERE).data.rounds) == 1


def test_the_plan_as_it_stands_bounds_a_cut_by_what_the_link_carries() -> None:
    # Two links of 1 Gbps from a region to two sites with room for 100 each; 60 units go to the
    # cheaper one. Cut off, they are unmet at $1 for 1,000 h as the plan stands, and served at the
    # other for $0.5 when it reacts.
    links = [{"name": f"to-{s}", "between": ["east", s], "gbps": 1, "ms": 1} for s in "ab"]
    sites = {name: {"limits": {"power_mw": 0.1}, "installed": {"pod": 10}} for name in "ab"}
    given = Instance.parse(
        {
            "gridblock": 1,
            "name": "cut",
            "periods": [{"name": "p1", "hours": 1000}, {"name": "p2", "hours": 1000}],
            **POD,
            "facilities": sites,
            "network": {"regions": {"east": {}}, "links": links},
            "demands": [
                {
                    "name": "chat",
                    "amount": 60,
                    "yields": {"h100": 1},
                    "unmet_cost": 1,
                    "cost_per_unit_hour": {"a": 0.0, "b": 0.5},
                    "from": {"east": 1.0},
                    "gbps_per_unit": 0.01,
                }
            ],
        }
    )
    plan = gb.solve(given, gap=0.0)
    assert plan.objective == 0
    (cut,) = [s for s in shocks_of(given, Sizes(), 1) if s.name == "to-a cut in p2"]
    assert cut.lost is not None
    assert plan.data.decisions is not None
    under = given.replace(dict(cut.set))
    assert cost_as_it_stands(under, plan.data.decisions, [cut.lost]) == 60_000
    found = gb.stress(plan, {"kinds": ["outage"], "only": ["to-a"]}, **HERE)
    assert extra(found) == {"to-a cut in p2": 30_000}


def test_what_is_late_at_a_site_is_late_together() -> None:
    lot = {"blocks": "pod", "at": "a", "count": 2}
    given = Instance.parse(
        {
            "gridblock": 1,
            "name": "late",
            "periods": {"first": "2027Q1", "count": 4},
            **POD,
            "facilities": {
                "a": {
                    "limits": {"power_mw": {"2027Q1": 0.02, "2027Q2": 0.08}},
                    "on_order": {"pod": {"2027Q1": 1, "2027Q3": 1}},
                }
            },
            "options": [
                {"name": "lease", "adds": [lot], "lead": 1, "max": 3, "signed": {"2027Q2": 1}}
            ],
            "limits": [
                {"name": "capex", "measure": "spend", "per": "to_date", "max": [1, 2, 3, 4]}
            ],
        }
    )
    by_name = {each.name: each.set for each in shocks_of(given, Sizes(kinds=("delay",), late=1), 1)}
    # What is there in the first quarter stays; rises, orders and lots come a quarter later.
    assert by_name["site a 1 quarter late"] == {
        "facilities.a.limits.power_mw": [0.02, 0.02, 0.08, 0.08],
        "facilities.a.on_order.pod": {"2027Q1": 1, "2027Q4": 1},
        "options.lease.lead": 2,
        "options.lease.signed": {"2027Q3": 1},
    }
    assert by_name["lease 1 quarter late"] == {
        "options.lease.lead": 2,
        "options.lease.signed": {"2027Q3": 1},
    }
    assert by_name["limit capex 1 quarter late"] == {"limits.capex.max": [1, 1, 2, 3]}


def test_a_scenario_that_no_order_of_the_plan_survives_is_told(sites: Instance) -> None:
    # Pods ordered in p1 would come after the horizon; with twice the price they come as ordered.
    scenarios = [
        {"name": "never", "set": {"blocks.pod.lead": 5}},
        {"name": "dear", "set": {"demands.chat.unmet_cost": 4}},
    ]
    plan = gb.solve(Instance.parse({**sites.plain(), "scenarios": scenarios}), gap=0.0)
    found = gb.stress(plan, {"kinds": ["own"]}, top=1, **HERE)
    assert {each.name: each.status for each in found.data.damages[0]} == {
        "never": "invalid",
        "dear": "bounded",
    }
    assert "after the horizon" in str(found.table.set_index("shocks").loc["never", "message"])


def test_shocks_are_narrowed_and_added_to(sites: Instance) -> None:
    own = {"name": "storm", "set": {"facilities.*.limits.power_mw": "*0.5"}}
    given = sized({"only": ["a", "storm"], "shocks": [own]}, {"kinds": ["own", "outage"]})
    names = [each.name for each in shocks_of(sites, given, 1)]
    assert names == ["a out in p2", "a out in p3", "storm"]
    with pytest.raises(InstanceError, match="no shock is of 'c'"):
        shocks_of(sites, sized({"only": ["c"]}), 1)
    with pytest.raises(InstanceError, match="price"):
        sized({"price": 0.9})


def test_what_was_found_is_kept_and_read_back(plan: gb.Plan, tmp_path: Path) -> None:
    asked = {"kinds": ["outage", "demand"]}
    found = gb.stress(plan, asked, folder=tmp_path / "s", **HERE)
    again = gb.read_stress(tmp_path / "s")
    assert again.data.damages == found.data.damages
    assert again.as_json() == found.as_json()
    lines = (tmp_path / "s" / "results.jsonl").read_text().splitlines()
    # Gone on with, nothing is solved a second time.
    gb.stress(plan, asked, folder=tmp_path / "s", **HERE)
    assert (tmp_path / "s" / "results.jsonl").read_text().splitlines() == lines
    assert len({json.loads(line)["key"] for line in lines}) == len(lines)
    with pytest.raises(InstanceError, match="another search"):
        gb.stress(plan, {"kinds": ["outage"]}, folder=tmp_path / "s", **HERE)
    again.report(tmp_path / "report.html")
    assert "a out in p2" in (tmp_path / "report.html").read_text()
