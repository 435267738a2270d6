"""A rolling horizon: regret worked out by hand, nothing done in hindsight, gone on with."""

import json
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.revealed import known_by, of_reveals, of_scenarios
from gridblock.reports.roll_document import document
from gridblock.rolling import NoStageError
from gridblock.solvers import rolling

GALLERY = Path(gb.__file__).parents[1] / "instances" / "gallery"


@pytest.fixture(scope="module")
def unknown() -> Instance:
    """Substations and pods are ordered in y1 for y2: see its comment for what each order costs."""
    return gb.read(GALLERY / "order-before-you-know.yaml")


@pytest.mark.parametrize(("comes", "cost", "best"), [("growth", 55, 40), ("boom", 155, 110)])
def test_regret_is_what_the_wrong_orders_cost(
    unknown: Instance, comes: str, cost: float, best: float
) -> None:
    # In y1 50 units are expected: 5 pods and no substation. By y2 it is too late for others, so
    # that 100 units leave 50 unmet, 200 leave 150: 5,000 + 50,000 or 150,000. Who knows orders one
    # substation and 10 pods, or three and 20: 40,000 or 110,000.
    rolled = gb.roll(unknown, scenario=comes, gap=0.0)
    data = rolled.data
    assert data.realised.objective == pytest.approx(1000 * cost)
    assert data.foresight.objective == pytest.approx(1000 * best)
    assert rolled.regret == pytest.approx(1000 * (cost - best))
    assert (data.least_regret, data.most_regret) == pytest.approx((rolled.regret, rolled.regret))
    # Nothing can be ordered later, so planning again changes nothing.
    assert data.once is not None
    assert data.once.objective == data.realised.objective
    assert all(plan.audit().ok for plan in rolled.stages)
    table = rolled.table.set_index("period")
    assert table.loc["y2", "realised"] == pytest.approx(1000 * cost)
    assert table["regret"].sum() == pytest.approx(rolled.regret)


def two_orders() -> Instance:
    """Pods of 10 units come a period after they are ordered and cost $1,000; unmet is $1 an hour.

    Amounts are 0, 50 and 50 over three periods of 1,000 h.
    """
    return Instance.parse(
        {
            "gridblock": 1,
            "name": "two-orders",
            "periods": [{"name": f"p{i}", "hours": 1000} for i in (1, 2, 3)],
            "accelerators": {"h100": {"vendor": "nvidia"}},
            "blocks": {
                "pod": {"accelerator": "h100", "accelerators": 10, "cost_once": 1000, "lead": 1}
            },
            "facilities": {"a": {}},
            "demands": [
                {"name": "chat", "amount": [0, 50, 50], "yields": {"h100": 1}, "unmet_cost": 1}
            ],
            "scenarios": [{"name": "more", "set": {"demands.chat.amount": [0, 80, 80]}}],
        }
    )


def test_planning_again_saves_what_can_still_be_ordered() -> None:
    # In p1 5 pods are ordered for 50 units. The truth, 80, shows after the orders of p2, those for
    # p3: only then are 3 more ordered, too late. 5,000 + 2 x 30,000 unmet.
    given = two_orders()
    found = gb.roll(given, scenario="more", gap=0.0)
    assert found.data.realised.objective == pytest.approx(65_000)
    # Known before the orders of p2, 3 pods come for p3: 5,000 + 30,000 + 3,000.
    told = {"p2": {"demands.chat.amount": [0, 80, 80]}}
    early = gb.roll(given, reveals=told, gap=0.0)
    assert early.data.realised.objective == pytest.approx(38_000)
    assert [each.fixed() for each in early.data.stages] == [(0, 5), (0, 3), (0, 0)]
    # The first plan alone would have cost 65,000; foresight orders 8 pods at once: 8,000.
    assert early.data.once is not None
    assert early.data.once.objective == pytest.approx(65_000)
    assert early.regret == pytest.approx(30_000)
    # With orders fixed for two periods at a time p2's are placed before anything is known.
    late = gb.roll(given, reveals=told, every=2, gap=0.0)
    assert late.data.realised.objective == pytest.approx(65_000)


def test_what_is_known_is_the_truth_before_and_the_forecast_after(unknown: Instance) -> None:
    given = two_orders().replace({"blocks.pod.cost_per_period": 5})
    truth = given.replace(
        {"demands.chat.amount": [7, 8, 9], "blocks.pod.cost_per_period": [5, 6, 7]}
    ).replace({"blocks.pod.lead": 2})
    known = [known_by(given, truth, at) for at in range(4)]
    amounts = [each.over_periods(each.demands[0].amount) for each in known]
    assert [list(each.values()) for each in amounts] == [
        [0, 50, 50],
        [7, 50, 50],
        [7, 8, 50],
        [7, 8, 9],
    ]
    # What has no value for each period is known from the second stage on.
    assert [each.blocks["pod"].lead for each in known] == [1, 2, 2, 2]
    assert known[2].over_periods(known[2].blocks["pod"].cost_per_period)["p2"] == 6
    assert of_scenarios(unknown, "boom").whole.demands[0].amount == (0, 200)


def test_nothing_is_retired_in_hindsight() -> None:
    # 10 pods stand, which bring $400 each when they are sold, and cost $300 a period to keep. In
    # each period 100 units are expected for it and those after it, and worth it; nothing comes.
    given = Instance.parse(
        {
            "gridblock": 1,
            "name": "sold",
            "periods": [{"name": f"p{i}", "hours": 1000} for i in (1, 2, 3)],
            "accelerators": {"h100": {"vendor": "nvidia"}},
            "blocks": {
                "pod": {
                    "accelerator": "h100",
                    "accelerators": 10,
                    "cost_once": 1000,
                    "cost_per_period": 300,
                    "resale_share": 0.4,
                    "end_share": 0,
                }
            },
            "facilities": {"a": {"installed": {"pod": 10}}},
            "demands": [{"name": "chat", "amount": 100, "yields": {"h100": 1}, "unmet_cost": 1}],
            "scenarios": [{"name": "none", "set": {"demands.chat.amount": 0}}],
        }
    )
    found = gb.roll(given, scenario="none", gap=0.0)
    # Three periods of upkeep, 9,000; foresight sells all at once: -4,000.
    assert found.data.realised.objective == pytest.approx(9_000)
    assert found.data.foresight.objective == pytest.approx(-4_000)


@pytest.mark.parametrize("knows", [["p1"], ["p1", "p2"]])
def test_what_is_moved_is_paid_by_every_plan(knows: list[str]) -> None:
    # A pod stands at each of two sites, and the plan in force serves 10 units at the first one. It
    # costs 10 x 1,000 h x $0.20 = $2,000 in p1, and $9 an hour instead in p2: $90,000. A pod moved
    # for $1,000 in p1 costs nothing more, and no plan comes to less: each pays for that move.
    assigned = [
        {"demand": "chat", "block": "pod", "place": "a", "period": period, "blocks": 1}
        for period in knows
    ]
    given = Instance.parse(
        {
            "gridblock": 1,
            "name": "moved",
            "periods": [{"name": f"p{i}", "hours": 1000} for i in (1, 2)],
            "accelerators": {"h100": {"vendor": "nvidia"}},
            "blocks": {"pod": {"accelerator": "h100", "accelerators": 10}},
            "facilities": {site: {"installed": {"pod": 1}} for site in ("a", "b")},
            "demands": [
                {
                    "name": "chat",
                    "amount": 10,
                    "yields": {"h100": 1},
                    "unmet_cost": 100,
                    "cost_per_unit_hour": {"a": 0.2},
                }
            ],
            "current": {"plan": {"periods": knows, "assigned": assigned}, "move_cost": 1000},
            "scenarios": [{"name": "dear", "set": {"demands.chat.cost_per_unit_hour.a": [0.2, 9]}}],
        }
    )
    found = gb.roll(given, scenario="dear", gap=0.0)
    data = found.data
    assert data.once is not None
    for plan in (data.realised, data.foresight, data.once):
        assert (plan.objective, plan.costs["moves"]) == pytest.approx((1000, 1000))
    assert (data.regret, data.least_regret, data.most_regret) == pytest.approx((0, 0, 0))
    assert found.table["regret"].tolist() == pytest.approx([0, 0])


@pytest.fixture
def run() -> Instance:
    """A run of 10 units for two periods of 1,000 h; a pod of 10 stands, others cost $1,000.

    It starts in p1, since each later start costs $100; unmet it costs 2 x 10 x 1,000 h x $1.
    """
    return Instance.parse(
        {
            "gridblock": 1,
            "name": "run",
            "periods": [{"name": f"p{i}", "hours": 1000} for i in (1, 2, 3)],
            "accelerators": {"h100": {"vendor": "nvidia"}},
            "blocks": {
                "pod": {
                    "accelerator": "h100",
                    "accelerators": 10,
                    "cost_once": 1000,
                    "resale_share": 0,
                }
            },
            "facilities": {"a": {"installed": {"pod": 1}}},
            "demands": [
                {
                    "name": "train",
                    "amount": 10,
                    "yields": {"h100": 1},
                    "unmet_cost": 1,
                    "cost_per_unit_hour": {"a": 0},
                    "run": {"periods": 2, "start": ["p1", "p2"], "delay_cost": 100},
                }
            ],
            "scenarios": [
                {"name": "dear", "set": {"demands.train.cost_per_unit_hour.a": [0.5, 0, 0]}}
            ],
        }
    )


def test_a_run_that_cannot_go_on_starts_anew(run: Instance) -> None:
    # That it takes 20 units is told in p2. In p1 it had one pod, so that it is lost. With one more
    # it starts again in p2, a period late: 1,000 + 100. Foresight buys that pod in p1.
    found = gb.roll(run, reveals={"p2": {"demands.train.amount": 20}}, gap=0.0)
    assert found.stages[0].data.objective == pytest.approx(0)
    assert found.data.realised.objective == pytest.approx(1_100)
    assert found.data.foresight.objective == pytest.approx(1_000)
    assert found.regret == pytest.approx(100)
    assert found.as_json()["lost"] == [{"demand": "train", "period": "p1"}]
    said = " ".join(document(found.data).sentences)
    assert "Lost, since it could not go on: train, started in p1." in said
    # The orders of the first plan alone leave it unmet: 20 x 2 x 1,000.
    assert found.data.once is not None
    assert found.data.once.objective == pytest.approx(40_000)


def test_a_run_that_can_go_on_does(run: Instance) -> None:
    # That serving it costs $0.50 an hour in p1 is known in p2: 10 x 1,000 x 0.5. Starting in p2
    # would have cost 100, as foresight does, but what has started stands.
    found = gb.roll(run, scenario="dear", gap=0.0)
    assert found.data.realised.objective == pytest.approx(5_000)
    assert found.data.lost == ()
    assert found.data.foresight.objective == pytest.approx(100)


def test_what_is_done_is_told_where_nothing_else_leaves_no_plan(run: Instance) -> None:
    # A run that must be served waits for p2, where serving it is cheap. Then it is told that it was
    # to start in p1 at the latest.
    given = run.replace({"demands.train.min_share": 1}).scenario("dear")
    late = {"p2": {"demands.train.run.start": ["p1", "p1"]}}
    with pytest.raises(NoStageError, match=r"in p2: infeasible \(all hard rules could be kept but"):
        gb.roll(given, reveals=late, gap=0.0)


def test_by_tiers_nothing_is_said_of_the_least_and_most_regret() -> None:
    # One lot fits, of pods for `first` or of tpus for `second`: $1,000. 100 units of `second` that
    # stay unmet for 1,000 h cost $1,000,000, those of `first` $100,000, and `first` is of tier 1.
    # It is not expected, so that tpus are ordered, and comes all the same: $101,000. Who knows that
    # orders pods for tier 1, at $1,001,000: $900,000 less are regretted, which is no rounding.
    unit = {"uses": {"racks": 1}, "accelerators": 100}
    lot = {"lead": 1, "cost_per_period": 1000}
    given = Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": name, "hours": 1000} for name in ("y1", "y2")],
            "accelerators": {"h100": {}, "tpu": {}},
            "blocks": {kind: {"accelerator": kind, **unit} for kind in ("h100", "tpu")},
            "facilities": {"north": {"limits": {"racks": 1}}},
            "demands": [
                {"name": "first", "amount": 0, "yields": {"h100": 1}, "unmet_cost": 1},
                {"name": "second", "amount": [0, 100], "yields": {"tpu": 1}, "unmet_cost": 10}
                | {"tier": 2},
            ],
            "options": [
                {"name": kind, "adds": [{"blocks": kind, "at": "north", "count": 1}], **lot}
                for kind in ("h100", "tpu")
            ],
            "scenarios": [{"name": "rush", "set": {"demands.first.amount": [0, 100]}}],
        }
    )
    found = gb.roll(given, scenario="rush", gap=0.0)
    data = found.data
    assert data.realised.objective == pytest.approx(101_000)
    assert data.foresight.objective == pytest.approx(1_001_000)
    assert found.regret == pytest.approx(-900_000)
    assert (data.least_regret, data.most_regret) == (None, None)
    said = " ".join(document(data).sentences)
    assert "Every plan keeps to tiers" in said
    assert "within the gaps" not in said


def test_a_draw_is_the_same_for_the_same_seed() -> None:
    given = two_orders()
    what = {"fields": {"demands.chat.amount": {"uniform": {"low": 0.5, "high": 2}, "as": "factor"}}}
    found = [gb.roll(given, distributions=what, seed=3, once=False, gap=0.0) for _ in range(2)]
    assert found[0].data.truth == found[1].data.truth
    assert found[0].as_json()["realised"] == found[1].as_json()["realised"]
    assert found[0].data.truth.demands[0].amount != given.demands[0].amount


def test_a_roll_is_kept_and_gone_on_with(
    unknown: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "roll"
    plainly = rolling.find_plan
    left = [2]

    def broken_off(*arguments: Any, **more: Any) -> Any:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return plainly(*arguments, **more)

    monkeypatch.setattr(rolling, "find_plan", broken_off)
    with pytest.raises(KeyboardInterrupt):
        gb.roll(unknown, scenario="boom", folder=folder, gap=0.0)
    with pytest.raises(InstanceError, match="not come to its end"):
        gb.read_roll(folder)
    # Both stages are there: what came, once and foresight are left.
    left[0] = 3
    found = gb.roll(unknown, scenario="boom", folder=folder, gap=0.0)
    assert left[0] == 0
    again = gb.read_roll(folder)
    assert again.as_json() == found.as_json()
    for name in ("stage-1", "stage-2", "realised", "foresight", "once"):
        assert gb.read_plan(folder / name).audit().ok
    with pytest.raises(InstanceError, match="another rolling horizon"):
        gb.roll(unknown, scenario="growth", folder=folder, gap=0.0)
    again.report(tmp_path / "report.html")
    assert "perfect foresight" in (tmp_path / "report.html").read_text()
    assert json.loads((folder / "roll.json").read_text())["found"]["regret"] == 45_000


def test_a_stage_without_a_plan_ends_it(unknown: Instance) -> None:
    floored = unknown.replace({"demands.chat.min_share": 1})
    with pytest.raises(NoStageError, match="no plan what came: infeasible"):
        gb.roll(floored, scenario="boom", gap=0.0)


def test_what_is_revealed_is_checked(unknown: Instance) -> None:
    with pytest.raises(InstanceError, match="is not a period"):
        of_reveals(unknown, {"y9": {"demands.chat.amount": 3}})
    with pytest.raises(InstanceError, match="chatt"):
        of_reveals(unknown, {"y1": {"demands.chatt.amount": 3}})
    with pytest.raises(ValueError, match="one of scenario"):
        gb.roll(unknown)
