"""A plan as a workbook: the summary first, every table whole, and no text is a formula."""

import io
import zipfile
from dataclasses import replace
from typing import Any

import python_calamine

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.account import account as account_of
from gridblock.model.plan import Decisions, PlanData
from gridblock.plan import solve
from gridblock.reports.excel import plan_workbook
from gridblock.reports.tables import NAMES, table


def sheets(raw: bytes) -> dict[str, list[list[Any]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_summary_comes_first_then_every_table(
    pair: Instance, plan: PlanData, account: Account
) -> None:
    found = sheets(plan_workbook(pair, plan, account))
    assert list(found) == ["summary", *NAMES]
    for name in NAMES:
        frame = table(name, pair, plan, account)
        assert found[name][0] == list(frame.columns)
        assert len(found[name]) == 1 + len(frame)
    rows = {row[0]: row[1:] for row in found["summary"]}
    assert rows["objective"][0] == 1_500_000
    assert rows["gap"][0] == 0.03
    assert rows["status"][0] == "feasible"


def test_what_reads_as_a_number_is_one(pair: Instance, plan: PlanData, account: Account) -> None:
    found = sheets(plan_workbook(pair, plan, account))
    # 100 of 500 units of training stay unmet in b, none in a: 10 % in all, at 3 x 1,000 hours each.
    (unmet,) = [row for row in found["summary"] if row[0] == "train"]
    assert unmet[1:5] == [0, 0.2, 0.1, 300_000]
    costs = {row[0]: row[3] for row in found["costs"] if row[1] == "b"}
    assert costs["unmet"] == 300_000


def test_names_that_read_as_numbers_are_names() -> None:
    given = Instance.parse(
        {
            "gridblock": 1,
            "periods": {"first": 2026, "count": 2, "every": "year"},
            "accelerators": {"a": {}},
            "blocks": {"007": {"accelerator": "a", "accelerators": 1, "cost_once": 10, "lead": 1}},
            "facilities": {"42": {}},
            "demands": [{"name": "d", "amount": 1_000, "yields": {"a": 1}, "unmet_cost": 1}],
        }
    )
    plan = solve(given, gap=0.0)
    found = sheets(plan_workbook(given, plan.data, plan.account))
    # 1,000 blocks at 10 are ordered in 2026 and serve 1,000 units in 2027.
    (order,) = [row for row in found["summary"] if row[3] == "007"]
    assert order[:7] == ["2026", "2027", 1_000, "007", "42", 1_000, 10_000]


def test_without_decisions_there_is_a_summary(pair: Instance, plan: PlanData) -> None:
    none = replace(
        plan, status="infeasible", decisions=None, objective=None, costs={}, conflict=("=1+1",)
    )
    found = sheets(plan_workbook(pair, none, None))
    assert list(found) == ["summary"]
    assert ["- =1+1"] in [row[:1] for row in found["summary"]]


def test_no_name_is_a_formula(pair: Instance, decided: Decisions, plan: PlanData) -> None:
    name = '=HYPERLINK("http://x")'
    data = pair.plain()
    data["demands"][1]["name"] = name
    odd = Instance.parse(data)
    assigned = {
        key._replace(demand=name) if key.demand == "train" else key: count
        for key, count in decided.assigned.items()
    }
    served = {
        key._replace(demand=name) if key.demand == "train" else key: units
        for key, units in decided.served.items()
    }
    other = replace(decided, assigned=assigned, served=served)
    told = replace(plan, decisions=other, instance_hash=odd.hash)
    raw = plan_workbook(odd, told, account_of(odd, other))
    assert any(name in row for row in sheets(raw)["unmet"])
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        assert not any(b"<f>" in packed.read(part) for part in packed.namelist())


def test_the_same_plan_is_the_same_workbook(
    pair: Instance, plan: PlanData, account: Account
) -> None:
    assert plan_workbook(pair, plan, account) == plan_workbook(pair, plan, account)
