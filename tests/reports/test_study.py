"""What many cases say together, with figures worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest

from gridblock.instances.instance import Instance
from gridblock.reports import study_figures as figures
from gridblock.reports.headings import told_apart
from gridblock.reports.html.study import page
from gridblock.reports.plain_text import csv_rows, markdown
from gridblock.reports.study import Entry, Study, number_of, rows
from gridblock.reports.study_document import as_json, document


def solved(cost: float, unmet: float = 0.0, **more: Any) -> dict[str, Any]:
    """A row of a case with a plan; of one demand, over the two periods of ``pair``."""
    return {
        "status": "optimal", "stop": "finished", "message": "", "objective": cost,
        "bound": cost, "gap": 0.0, "costs": {"hardware": cost}, "spending": cost,
        "spending_by_period": [cost, 0.0], "unmet": {"chat": unmet}, "unmet_share": unmet,
        "unmet_by_period": [unmet, unmet], **more,
    }  # fmt: skip


NO_PLAN = {"status": "infeasible", "stop": "finished", "message": "floors", "objective": None}


@pytest.fixture
def two() -> Instance:
    return Instance.parse(
        {
            "gridblock": 1,
            "name": "two",
            "periods": [{"name": "a", "hours": 1}, {"name": "b", "hours": 1}],
            "demands": [{"name": "chat", "amount": 1, "yields": {}, "unmet_cost": 1}],
        }
    )


@pytest.fixture
def four(two: Instance) -> Study:
    """Prices 1 to 4 that cost 10 each; the dearest leave a tenth and a fifth unmet."""
    unmet = (0.0, 0.0, 0.1, 0.2)
    found = [Entry(str(i), {"p": i}, solved(10.0 * i, u)) for i, u in enumerate(unmet, 1)]
    return Study(two, "monte-carlo", (*found, Entry("5", {"p": 5}, NO_PLAN)))


def test_quantiles_are_those_of_the_cases_that_have_a_plan(four: Study) -> None:
    # Of 10, 20, 30, 40: mean 25, deviation sqrt(500 / 3), median 25, lower quartile 17.5.
    cost, _, unmet, chat = figures.quantiles(four)
    assert (cost.measure, cost.mean) == ("objective", 25)
    assert cost.sd == pytest.approx(math.sqrt(500 / 3))
    at = dict(zip(figures.SHARES, cost.at, strict=True))
    assert (at[0.5], at[0.25]) == (25, 17.5)
    assert unmet.mean == chat.mean == pytest.approx(0.075)


def test_shortfall_has_a_probability_with_its_bounds(four: Study) -> None:
    # 2 of 4: Wilson's interval is (0.5 + z^2/8 -+ z sqrt(1/16 + z^2/64)) / (1 + z^2/4).
    (chat,) = figures.shortfalls(four)
    assert (chat.cases, chat.share, chat.mean) == (2, 0.5, pytest.approx(0.15))
    assert (chat.low, chat.high) == (pytest.approx(0.15, abs=1e-3), pytest.approx(0.85, abs=1e-3))
    more = Study(four.instance, four.kind, four.entries, above=0.1)
    (chat,) = figures.shortfalls(more)
    assert chat.cases == 1


def test_wilsons_intervals_as_published() -> None:
    # Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, method 3.
    for count, of, low, high in (
        (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
    ):  # fmt: skip
        assert figures.wilson(count, of) == pytest.approx((low, high), abs=5e-5)


def test_the_mean_so_far_and_how_sure_it_is(four: Study) -> None:
    # Of 10, 20: 15 +- 1.96 x sqrt(50 / 2); of all four 25 +- 1.96 x 12.9099 / 2.
    course = figures.running(four.measured("objective"))
    assert [(each.cases, each.mean) for each in course] == [(2, 15), (3, 20), (4, 25)]
    assert course[0].half == pytest.approx(1.959964 * 5)
    assert course[-1].half == pytest.approx(1.959964 * 12.90994 / 2)
    assert figures.told(course) == [course[-1]]


def test_convergence_keeps_its_digits_far_from_zero() -> None:
    course = figures.running(np.array([1e12 + 1, 1e12 + 3]))
    assert course[-1].half == pytest.approx(1.959964 * 1)


def test_ranks_are_shared_by_equal_values() -> None:
    # Ranks 1 2 3 4 and 1 3 2 4: 1 - 6 x 2 / (4 x 15) = 0.8; 1.5 1.5 3 and 1 2 3: sqrt(3) / 2.
    ranks = figures.rank_correlation
    assert ranks(np.array([1.0, 2, 3, 4]), np.array([1.0, 30, 2, 40])) == pytest.approx(0.8)
    assert ranks(np.array([1.0, 1, 2]), np.array([1.0, 2, 3])) == pytest.approx(math.sqrt(3) / 2)
    assert ranks(np.array([1.0, 1]), np.array([1.0, 2])) == 0


def test_what_moves_the_cost(two: Instance) -> None:
    # Price 1 or 2 and site x or y; cost is 10 x price + 1 at y.
    cases = [(p, s) for p in (1, 2) for s in "xy"]
    found = [Entry("", {"p": p, "s": s}, solved(10 * p + (s == "y"))) for p, s in cases]
    price, site = figures.drivers(Study(two, "sweep", tuple(found)))
    assert (price.axis, price.low, price.high, price.at_high) == ("p", 10.5, 20.5, "2")
    assert price.rank == pytest.approx(2 / math.sqrt(5))
    assert (site.axis, site.rank, site.low, site.high) == ("s", None, 15, 16)
    assert (site.at_low, site.at_high) == ("x", "y")


def test_two_studies_are_compared_case_by_case(four: Study) -> None:
    # The other one costs 1 less in every case, whatever the price; only four have a plan in both.
    rows = [e.row if e.row is NO_PLAN else solved(e.row["objective"] - 1) for e in four.entries]  # type: ignore[index]
    cheaper = [
        Entry(e.name, {**e.values, "q": 1}, row) for e, row in zip(four.entries, rows, strict=True)
    ]
    other = Study(four.instance, four.kind, tuple(cheaper))
    assert figures.compared(four, other) == (4, 1, 1, 1, 0)
    assert figures.compared(other, four) == (4, -1, -1, -1, 1)
    moved = [Entry(each.name, {"p": 0}, each.row) for each in four.entries]
    with pytest.raises(ValueError, match="the cases of the two differ"):
        figures.compared(four, Study(four.instance, four.kind, tuple(moved)))


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3), ("*1.2", 1.2), ("-5", -5), ("late", None), ([1], None)]
)
def test_where_a_value_stands_on_an_axis(value: Any, number: float | None) -> None:
    assert number_of(value) == number


def test_the_table_has_a_row_a_case(four: Study) -> None:
    heading, found = rows(four)
    assert heading == [
        "case", "name", "p", "status", "stop", "objective", "bound", "gap", "spending",
        "unmet_share", "cost_hardware", "unmet_chat", "message",
    ]  # fmt: skip
    assert found[2] == [
        3, "3", 3, "optimal", "finished", 30, 30, 0, 30, 0.1, 30, 0.1, None,
    ]  # fmt: skip
    assert found[4] == [
        5, "5", 5, "infeasible", "finished", *[None] * 7, "floors",
    ]  # fmt: skip
    assert csv_rows(heading, found).splitlines()[5] == "5,5,5,infeasible,finished,,,,,,,,floors"


def test_a_demand_called_share_is_no_total(two: Instance) -> None:
    # Of 4 + 1 units all of the fifth stays unmet: a fifth of the whole, and all of the demand.
    plain = two.as_it_stands()
    amounts = {"d": 4, "share": 1}
    demands = [{**plain["demands"][0], "name": n, "amount": x} for n, x in amounts.items()]
    given = Instance.parse({**plain, "demands": demands})
    row = {**solved(1.0, 0.2), "unmet": {"d": 0.0, "share": 1.0}}
    study = Study(given, "monte-carlo", (Entry("1", {"p": 1}, row),))
    heading, (cells,) = rows(study)
    assert len(set(heading)) == len(heading)
    by_name = dict(zip(heading, cells, strict=True))
    assert (by_name["unmet_share"], by_name["unmet_d"], by_name["unmet_share_2"]) == (0.2, 0, 1)
    mean = {name: each["mean"] for name, each in as_json(study)["quantiles"].items()}
    assert mean == {
        "objective": 1, "spending": 1, "unmet_share": 0.2, "unmet_d": 0, "unmet_share_2": 1
    }  # fmt: skip
    told = [cells[:2] for cells in document(study).sections[0].rows]
    assert told[2:] == [("unmet", "20\xa0%"), ("of d", "0\xa0%"), ("of share", "100\xa0%")]


def test_cases_of_a_list_have_one_name(two: Instance) -> None:
    # Alone a list names its cases; beside another axis the second of (cheap, dear) x 1 is "dear".
    alone = [Entry(name, {"name": name}, solved(1.0)) for name in ("cheap", "dear")]
    beside = [Entry(str(i), {"p": 1, **each.values}, each.row) for i, each in enumerate(alone, 1)]
    for entries, first in ((alone, ["case", "name", "status"]), (beside, ["case", "name", "p"])):
        heading, found = rows(Study(two, "sweep", tuple(entries)))
        assert heading[:3] == first
        assert [cells[1] for cells in found] == ["cheap", "dear"]


def test_names_are_told_apart() -> None:
    # The number 2 is taken by a name of its own.
    assert told_apart(["a", "a", "a_2", "a"]) == ["a", "a_3", "a_2", "a_4"]


def test_a_study_is_told(four: Study) -> None:
    told = markdown(document(four)).replace("\xa0", " ")
    assert "Half of the cases that have a plan cost USD 25 or less" in told
    assert "In 50 % of them some of chat stays unmet (15 % to 85 % with 95 % confidence)." in told
    assert "1 case has no plan, since the rules conflict (case 5: floors)." in told
    assert as_json(four)["statuses"] == {"optimal": 4, "infeasible": 1}
    sweep = document(Study(four.instance, "sweep", four.entries))
    assert "from USD 10 (p 1) to USD 40 (p 4)" in sweep.sentences[0].replace("\xa0", " ")
    assert sweep.sections[0].rows[4] == ("5", "", "", "", "infeasible")


def test_a_study_without_a_plan_is_told(two: Instance) -> None:
    for kind in ("sweep", "monte-carlo"):
        none = Study(two, kind, (Entry("1", {"p": 1}, NO_PLAN), Entry("2", {"p": 2})))
        told = document(none)
        assert told.sentences[0] == "No case has a plan."
        assert "1 case is not solved yet." in told.sentences
        assert as_json(none)["quantiles"] == {}
        assert "No case has a plan." in page(none)


def test_the_page_draws_fans_swings_and_convergence(four: Study) -> None:
    html = page(four)
    for key in ("spread", "unmet-fan", "spending-fan", "swings", "convergence"):
        assert f'data-chart="{key}"' in html
    sweep = page(Study(four.instance, "sweep", four.entries))
    assert 'data-chart="line-cost"' in sweep
    both = [Entry(e.name, {"p": e.values["p"] % 2, "q": e.name < "3"}, e.row) for e in four.entries]
    assert 'data-chart="heat-unmet"' in page(Study(four.instance, "sweep", tuple(both)))


def test_cases_of_other_periods_have_no_fans(four: Study) -> None:
    # The first case has one period of the two.
    short = {"unmet_by_period": [0.0], "spending_by_period": [10.0]}
    first, *rest = four.entries
    other = Entry(first.name, first.values, {**solved(10.0), **short})
    html = page(Study(four.instance, four.kind, (other, *rest)))
    assert 'data-chart="unmet-fan"' not in html
    assert 'data-chart="spread"' in html


def test_names_are_never_markup(four: Study) -> None:
    bad = "<script>alert(1)</script>"
    entries = [Entry(each.name, {bad: bad}, each.row) for each in four.entries]
    assert bad not in page(Study(four.instance, "sweep", tuple(entries)))
