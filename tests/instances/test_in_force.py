"""The plan in force: taken in from a run or a plan.json, checked, and written back as it is."""

import json
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb
from gridblock.instances.document import parse
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.plausibility import warnings
from gridblock.instances.read import read
from gridblock.instances.standing_orders import standing_lots, standing_purchases
from gridblock.instances.write import to_json, to_yaml

GIVEN: dict[str, Any] = {
    "gridblock": 1,
    "name": "deal",
    "periods": {"first": "2027Q1", "count": 3},
    "accelerators": {"h100": {}},
    "blocks": {
        "pod": {"accelerator": "h100", "accelerators": 8, "cost_once": 9000, "end_share": 0},
        "old": {"accelerator": "h100", "accelerators": 8},
    },
    "facilities": {"north": {"zones": {"hall": {"count": 2}}}, "south": {}},
    "demands": [{"name": "chat", "amount": 16, "yields": {"h100": 1}, "unmet_cost": 1}],
    "options": [{"name": "lot", "max": 3, "order": {"latest": "2027Q2"}, "end_share": 0}],
}
POD = {"block": "pod", "place": "north/hall-1", "period": "2027Q2", "blocks": 2}
LOT = {"option": "lot", "period": "2027Q1", "lots": 1}
CHAT = {"demand": "chat", **POD}


def beside(plan: Any, **current: Any) -> dict[str, Any]:
    return {**GIVEN, "current": {"plan": plan, **current}}


def faults(data: dict[str, Any]) -> str:
    with pytest.raises(InstanceError) as error:
        read(data)
    return str(error.value)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a saved run of the instance, and beside it the instance again."""
    folder = tmp_path_factory.mktemp("runs")
    lead = Instance.parse(GIVEN).replace({"blocks.pod.lead": 1, "demands.chat.unmet_cost": 9})
    gb.solve(lead).save(folder / "old")
    return folder


def written(run: Path, name: str, plan: Any, **changes: Any) -> Path:
    """Write the instance beside the run, with a plan in force."""
    file = run / name
    text = to_json if file.suffix == ".json" else to_yaml
    file.write_text(text(beside(plan, keep_to="2027Q1", **changes)), encoding="utf-8")
    return file


@pytest.mark.parametrize("plan", ["old", "old/plan.json"])
@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_a_run_is_taken_in_by_its_orders(run: Path, plan: str, suffix: str) -> None:
    instance = read(written(run, f"deal{suffix}", plan, move_cost=5))
    assert instance.current is not None
    taken = instance.current.plan
    assert taken.periods == ("2027Q1", "2027Q2", "2027Q3")
    # Two pods serve 16 units; ordered in the first quarter, since the lead was one then.
    assert {(row.block, row.period, row.order) for row in taken.bought} == {
        ("pod", "2027Q2", "2027Q1")
    }
    assert sum(row.blocks for row in taken.bought) == 2
    assert {row.period for row in taken.assigned} == {"2027Q2", "2027Q3"}
    # The lead is 0 now: the order stands, and what it brings comes at once.
    assert {period for _, _, period in standing_purchases(instance)} == {"2027Q1"}


@pytest.mark.parametrize("write", [to_yaml, to_json])
def test_what_is_taken_in_is_part_of_the_instance(run: Path, write: Any) -> None:
    instance = read(written(run, "deal.yaml", "old"))
    suffix = ".yaml" if write is to_yaml else ".json"
    again = read(parse(write(instance.plain()), suffix).data)
    assert (again, again.hash) == (instance, instance.hash)
    assert instance.hash != Instance.parse(GIVEN).hash
    assert instance.hash != instance.replace({"current.move_cost": 1}).hash


def test_a_plan_of_unknown_leads_is_taken_in_by_its_periods(run: Path) -> None:
    bare = run / "bare"
    bare.mkdir()
    (bare / "plan.json").write_bytes((run / "old" / "plan.json").read_bytes())
    instance = read(written(run, "deal.json", "bare"))
    assert instance.current is not None
    assert {row.order for row in instance.current.plan.bought} == {None}
    assert instance.current.plan.periods == ("2027Q2", "2027Q3")
    # In service in the second quarter without a lead: ordered after those that stand.
    assert standing_purchases(instance) == {}


def test_a_plan_object_is_taken_in_likewise(run: Path) -> None:
    instance = read(written(run, "deal.json", "old"))
    assert instance.current is not None
    plan = gb.read_plan(run / "old")
    same = Instance.parse(GIVEN).replace(
        {"current": {"plan": gb.in_force(plan), "keep_to": "2027Q1"}}
    )
    assert same == instance.replace({"name": same.name})


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("/etc/passwd", "must lie beside the instance"),
        ("../old/plan.json", "must lie beside the instance"),
        ("https://example.com/plan.json", "must lie beside the instance"),
        ("old.yaml", "must be a plan.json, or the folder of a run"),
        ("none/plan.json", "cannot be read as a plan: plan.json no such file"),
        (".", "cannot be read as a plan: plan.json no such file"),
        ("old/instance.json", "holds no plan"),
        ("broken/plan.json", "cannot be read as a plan"),
        ("list/plan.json", "cannot be read as a plan"),
        ("odd/plan.json", "cannot be read as a plan"),
        ("touched/plan.json", "was changed after it was saved"),
        ("other/plan.json", "plans another instance than the instance.json beside it"),
        ("loop/plan.json", "the instance.json beside it cannot be read"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_with_its_place(run: Path, name: str, told: str) -> None:
    plan = json.loads((run / "old" / "plan.json").read_text(encoding="utf-8"))
    given = json.loads((run / "old" / "instance.json").read_text(encoding="utf-8"))
    unsealed = {key: value for key, value in plan.items() if key != "digest"}
    texts = {
        "broken/plan.json": "{",
        "list/plan.json": "[1]",
        "odd/plan.json": json.dumps({"decisions": {"bought": [{"block": 1}]}}),
        "touched/plan.json": json.dumps({**plan, "objective": 1.0}),
        "other/plan.json": json.dumps(plan),
        "other/instance.json": json.dumps({**given, "name": "other"}),
        "loop/plan.json": json.dumps(unsealed),
        "loop/instance.json": json.dumps({**given, "current": {"plan": "plan.json"}}),
    }
    for file, text in texts.items():
        (run / file).parent.mkdir(exist_ok=True)
        (run / file).write_text(text, encoding="utf-8")
    file = written(run, "deal.yaml", name)
    with pytest.raises(InstanceError) as error:
        read(file)
    (fault,) = error.value.faults
    assert told in fault.message
    assert fault.path == ("current", "plan")
    assert fault.line is not None


def test_a_file_is_taken_in_only_on_reading() -> None:
    assert "current.plan: names a file, which is taken in only" in faults_of_parse("old")


def faults_of_parse(plan: Any) -> str:
    with pytest.raises(InstanceError) as error:
        Instance.parse(beside(plan))
    return str(error.value)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (beside({"bought": [POD]}, keep_to="2027Q9"), "current.keep_to: is not a period"),
        (beside({"periods": ["2020Q1"]}), "current.plan: plans none of the periods"),
        (beside({}), "current.plan: plans none of the periods"),
        (beside({"bought": [POD]}, move_cost=-1), "current.move_cost"),
        (beside({"bought": [POD]}, move_cost=[1, 2, 3]), "current.move_cost"),
        (beside({"bought": [{**POD, "blocks": 0.5}]}), "current.plan.bought[0].blocks"),
        (beside({"assigned": [{**CHAT, "blocks": 0}]}), "current.plan.assigned[0].blocks"),
        (beside({"purchases": [POD]}), "current.plan.purchases"),
        (beside({"assigned": [CHAT, CHAT]}), "current.plan.assigned[1]: names the row"),
        (
            beside({"bought": [{**POD, "block": "pot"}]}, keep_to="2027Q2"),
            "current.plan.bought[0].block: names the block 'pot', which is not defined; "
            "did you mean 'pod'?",
        ),
        (
            beside({"bought": [{**POD, "place": "north/hall"}]}, keep_to="2027Q2"),
            "current.plan.bought[0].place: names the place 'north/hall'",
        ),
        (
            beside({"bought": [{**POD, "block": "old"}]}, keep_to="2027Q2"),
            "but the block has no cost_once; give it one",
        ),
        (
            beside({"ordered": [{**LOT, "option": "lots"}]}, keep_to="2027Q2"),
            "current.plan.ordered[0].option: names the option 'lots'",
        ),
        (
            beside({"ordered": [{**LOT, "period": "2027Q3"}]}, keep_to="2027Q3"),
            "outside the window of lot; widen it",
        ),
        (
            beside({"ordered": [{**LOT, "lots": 4}]}, keep_to="2027Q3"),
            "current.plan.ordered: has 4 lots of 'lot' that stand, and 3 are on offer",
        ),
    ],
)
def test_what_cannot_stand_is_refused(data: dict[str, Any], told: str) -> None:
    assert told in faults(data)


@pytest.mark.parametrize("end", ["earliest", "latest"])
def test_of_a_window_that_ends_in_no_period_that_is_said(end: str) -> None:
    kept = Instance.parse(beside({"ordered": [LOT]}, keep_to="2027Q1"))
    with pytest.raises(InstanceError) as error:
        kept.replace({"options.lot.order": {end: "2027Q8"}})
    (fault,) = error.value.faults
    assert fault.path == ("options", 0, "order", end)
    assert fault.message.startswith("is not a period")


def test_orders_that_would_come_after_the_horizon_are_refused() -> None:
    kept = beside({"bought": [{**POD, "order": "2027Q1"}], "ordered": [LOT]}, keep_to="2027Q1")
    instance = Instance.parse(kept)
    for path, told in (("blocks.pod.lead", "bought[0]"), ("options.lot.lead", "ordered[0]")):
        with pytest.raises(InstanceError) as error:
            instance.replace({path: 3})
        assert told in str(error.value)
        assert "after the horizon; plan more periods" in str(error.value)
    assert instance.replace({"blocks.pod.lead": 2}).current is not None
    where = {"blocks.pod.where": {"facilities": ["south"]}}
    with pytest.raises(InstanceError, match="may not stand there; widen its `where`"):
        instance.replace(where)


def test_what_does_not_stand_may_name_what_is_gone() -> None:
    gone = {
        "bought": [{**POD, "block": "gone", "order": "2027Q2"}, {**POD, "place": "gone"}],
        "ordered": [{**LOT, "option": "gone", "period": "2027Q2"}],
        "assigned": [{**CHAT, "demand": "gone"}, {**CHAT, "place": "gone"}],
    }
    instance = Instance.parse(beside(gone, keep_to="2027Q1", move_cost=1))
    assert (standing_purchases(instance), standing_lots(instance)) == ({}, {})
    told = [str(fault) for fault in warnings(instance) if fault.path[0] == "current"]
    assert told == [
        "current.plan.assigned[0]: and 1 more like it name what the instance no longer has; "
        "they count for nothing"
    ]


def test_orders_before_the_horizon_are_to_be_written_down() -> None:
    before = {
        "bought": [{**POD, "order": "2026Q4"}],
        "ordered": [{**LOT, "period": "2026Q3"}],
    }
    instance = Instance.parse(beside(before, keep_to="2027Q1"))

    def told(instance: Instance) -> list[str]:
        return [str(fault) for fault in warnings(instance) if fault.path[0] == "current"]

    assert told(instance) == [
        "current.plan.bought[0]: is ordered before the horizon and not added by itself; write it "
        "under `on_order` of 'north/hall-1' from 2027Q2 on",
        "current.plan.ordered[0]: is ordered before the horizon and not added by itself; write it "
        "under `signed` of 'lot'",
    ]
    due = instance.replace(
        {
            "facilities.north.zones.hall.on_order": {"pod": {"2027Q2": 2}},
            "options.lot.signed": {"2026Q4": 1},
        }
    )
    assert told(due) == []
