"""The price sheet: by hand, beside small changes of the model, and beside plans made anew."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.plan import solve
from gridblock.reports.prices import Sheet, as_json, document, sheet
from gridblock.solvers.marginals import ROWS, roomy
from gridblock.solvers.outcome import Settings
from gridblock.solvers.prices import Prices, Step
from gridblock.solvers.session import Session
from rivals.worlds import world

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
EXACT = Settings(gap=1e-9)


@pytest.fixture(scope="module")
def worker() -> Iterator[Session]:
    """One solver process for all."""
    with Session() as session:
        yield session


def priced(instance: Instance, worker: Session) -> Sheet:
    plan = solve(instance, gap=1e-9, session=worker)
    return sheet(instance, plan.data, EXACT, worker)


def test_a_link_is_worth_what_it_lets_through(worker: Session) -> None:
    found = priced(read(GALLERY / "wan-link-binds.yaml"), worker)
    by_key = {one.key: one for one in found.marginals}
    # A Gbps more carries 10 units, at 2 x 1,000 h each, less what the link costs a Gbps: 10; the
    # detour takes two links at 15 each.
    assert by_key["direct", "chicago", "season"].saves == pytest.approx(20_000 - 10)
    assert by_key["omaha-east", "chicago", "season"].saves == pytest.approx(20_000 - 30)
    steps = {worth.step.name: worth for worth in found.worths}
    # 30 Gbps are short; with 100 more on the direct link nothing takes the detour any longer.
    direct = steps["link direct"]
    assert direct.found == pytest.approx(600_300)
    assert direct.most == pytest.approx(600_300)
    assert direct.relaxed == pytest.approx(600_300)
    assert steps["power_mw of plains"].found == pytest.approx(0, abs=1e-3)


def test_a_megawatt_holds_whole_pods(worker: Session) -> None:
    found = priced(read(GALLERY / "first.yaml"), worker)
    (megawatt,) = found.worths
    assert megawatt.step.name == "power_mw of memphis"
    # 11 MW hold 31 pods of 0.35 MW, three more than 28: each serves 256 H100e of research at 2 an
    # hour, and costs 9 m less 60 %, and its energy.
    each = 256 * 2 * 8760 - 9e6 * 0.4 - 0.35 * 1.2 * 8760 * 55
    assert megawatt.found == pytest.approx(3 * each)
    by_what = {one.key[0]: one for one in found.marginals}
    # One pod more of the same fleet would serve research; the demand costs its price.
    assert by_what["h100-pod"].saves == pytest.approx(256 * 2 * 8760)
    assert by_what["research"].saves == pytest.approx(-2 * 8760)
    assert by_what["research"].less == pytest.approx(1832)


@pytest.fixture
def shared() -> Instance:
    """A pod of 10 units for an hour: chat wants 10 at $2, batch 10 at $1 and gets at least 3."""
    data: dict[str, Any] = {
        "gridblock": 1,
        "periods": [{"name": "now", "hours": 1}],
        "accelerators": {"h100": {}},
        "blocks": {"pod": {"accelerator": "h100", "accelerators": 10}},
        "facilities": {"north": {"installed": {"pod": 1}}},
        "demands": [
            {"name": name, "amount": 10, "yields": {"h100": 1}, "unmet_cost": price}
            for name, price in {"chat": 2, "batch": 1}.items()
        ],
        "limits": [{"name": "fair", "measure": "served", "of": {"demand": "batch"}, "min": 3}],
    }
    return Instance.parse(data)


def test_one_more_of_a_floor_costs(shared: Instance, worker: Session) -> None:
    found = {one.key[0]: one for one in priced(shared, worker).marginals}
    # A unit more of the floor is taken from chat: $2 - $1. It may rise by 7, to the whole pod, and
    # fall by 3, to nothing.
    floor = found["fair"]
    assert (floor.saves, floor.less, floor.more) == pytest.approx((-1, 3, 7))
    # Of 10 and 10 units 3 and 7 stay unmet, at $2 and $1; with a floor of 4, 4 and 6.
    before, after = (
        solve(shared.replace({"limits.fair.min": least}), gap=1e-9, session=worker).objective
        for least in (3, 4)
    )
    assert (before, after) == pytest.approx((13, 14))
    # A cap of 3 beside it is the other way round: chat gets what batch may not have.
    capped = shared.replace({"limits.fair.min": None, "limits.fair.max": 3})
    capped = capped.replace({"demands.batch.unmet_cost": 3})
    cap = {one.key[0]: one for one in priced(capped, worker).marginals}["fair"]
    assert (cap.saves, cap.less, cap.more) == pytest.approx((1, 3, 7))


def test_a_dual_that_holds_nowhere_is_no_price(shared: Instance, worker: Session) -> None:
    # Two pods in the south serve all 20 units. In the north, where none stands, one more would save
    # nothing and one less there cannot be: the solver gives it the price of chat all the same.
    given = shared.replace(
        {
            "facilities": {"north": {}, "south": {"installed": {"pod": 2}}},
            "blocks.pod": {**shared.plain()["blocks"]["pod"], "cost_once": 1, "end_share": 0},
            "limits": [],
        }
    )
    assert "block" not in {one.what for one in priced(given, worker).marginals}


def test_what_moves_with_an_amount_is_not_taken_for_fixed(
    shared: Instance, worker: Session
) -> None:
    # A pod of 10 units serves 6 of 12 of chat: one facility may not serve more than half. Of a unit
    # more half would be served too: it costs $1, not the $2 of its price.
    chat = shared.plain()["demands"][0]
    alone = shared.replace({"limits": [], "demands": [{**chat, "amount": 12}]})
    half = alone.replace({"demands.chat.max_share_per_facility": 0.5})
    costs = [
        solve(half.replace({"demands.chat.amount": amount}), gap=1e-9, session=worker).objective
        for amount in (12, 13)
    ]
    assert costs == pytest.approx([12, 13])
    assert priced(half, worker).marginals == ()
    # Where the pod is full instead, and 2 are unmet, one more costs its price: as far as the model
    # is asked, until twice the amount is unmet.
    (full, pod) = sorted(priced(alone, worker).marginals, key=lambda one: one.saves)
    assert (full.saves, full.less, full.more) == pytest.approx((-2, 2, 22))
    assert (pod.what, pod.saves) == ("block", pytest.approx(20))


def test_no_share_is_raised_beyond_all_there_is(shared: Instance, worker: Session) -> None:
    # Of a share of 0.995 there are 0.005 more, of 1 there is nothing.
    share = {"name": "nearly", "measure": "served", "of": {"facility": "north"}, "max_share": 0.995}
    given = shared.replace(
        {
            "limits": [share, {**share, "name": "all", "max_share": 1}],
            "facilities.south": {"installed": {"pod": 1}},
            "demands.batch.amount": 0,
            "demands.chat.cost_per_unit_hour": {"south": 1},
        }
    )
    # The north serves 0.995 x 10 of chat, the south 0.05 at $1 each: a step saves these $0.05.
    (worth,) = priced(given, worker).worths
    assert (worth.step.name, worth.step.amount) == ("limit nearly", "to 100 %")
    assert worth.step.changes == {"limits.nearly.max_share": 1.0}
    assert worth.found == pytest.approx(0.05)


def shifted(prices: Prices, row: int, by: float, worker: Session) -> float:
    """Give the least cost with whole numbers kept and the bounds of a row moved."""
    matrix = prices.compiled.matrix
    lower, upper = matrix.row_lower.copy(), matrix.row_upper.copy()
    lower[row] += by
    upper[row] += by
    worker.load(replace(roomy(matrix), row_lower=lower, row_upper=upper))
    objective = worker.polish(prices.values).objective
    assert objective is not None
    return objective


def test_marginal_values_hold_in_their_range(worker: Session) -> None:
    checked = 0
    for seed in range(15):
        instance = Instance.parse(world(seed))
        plan = solve(instance, session=worker, raise_without_plan=False)
        if plan.data.decisions is None or len({d.tier for d in instance.demands}) > 1:
            continue
        prices = Prices(instance, plan.data, EXACT, worker)
        rows = {
            (row.parent_component().local_name, row.index()): at
            for at, row in enumerate(prices.compiled.rows)
        }
        for one in prices.marginals()[:4]:
            index = one.key if len(one.key) > 1 else one.key[0]
            (at,) = (n for (_, key), n in rows.items() if key == index and _is(one.what, prices, n))
            base = shifted(prices, at, 0.0, worker)
            for by in (min(one.more, 1.0) / 2, -min(one.less, 1.0) / 2):
                if abs(by) > 1e-6:
                    saved = base - shifted(prices, at, by, worker)
                    assert saved == pytest.approx(by * one.saves, rel=1e-5, abs=1e-6 * abs(base))
                    checked += 1
    assert checked > 12


def _is(what: str, prices: Prices, row: int) -> bool:
    name = prices.compiled.rows[row].parent_component().local_name
    return ROWS.get(name) == what


def test_one_unit_more_of_a_demand_is_an_edit_of_its_amount(worker: Session) -> None:
    checked = 0
    for seed in (0, 1, 9, 13, 14, 18, 21):
        given = Instance.parse(world(seed)).scenario()
        plan = solve(given, gap=1e-9, session=worker)
        prices, periods = Prices(given, plan.data, EXACT, worker), given.horizon.index
        base = worker.polish(prices.values).objective or 0.0
        amounts = {d.name: [*given.over_periods(d.amount).values()] for d in given.demands}
        for one in prices.marginals():
            if one.what == "demand" and len(given_regions(given, one.key[0])) == 1:
                for by in (min(one.more, 1.0) / 2, -min(one.less, 1.0) / 2):
                    changed = list(amounts[one.key[0]])
                    changed[periods[one.key[-1]]] += by
                    edited = given.replace({f"demands.{one.key[0]}.amount": changed})
                    values = Prices(edited, plan.data, EXACT, worker).values
                    saved = base - (worker.polish(values).objective or 0.0)
                    assert saved == pytest.approx(by * one.saves, rel=1e-5, abs=1e-6 * abs(base))
                    checked += abs(by) > 0
    assert checked > 12


def given_regions(instance: Instance, name: str) -> tuple[str, ...]:
    return next(demand.regions for demand in instance.demands if demand.name == name)


def test_steps_are_worth_the_difference_of_two_plans(worker: Session) -> None:
    checked = 0
    for seed in range(24):
        instance = Instance.parse(world(seed))
        plan = solve(instance, gap=1e-9, session=worker, raise_without_plan=False)
        if plan.data.decisions is None:
            continue
        for worth in sheet(instance, plan.data, EXACT, worker).worths[:2]:
            anew = solve(instance.replace(worth.step.changes), gap=1e-9, session=worker)
            slack = 1e-5 * max(1.0, abs(plan.objective or 0.0))
            assert worth.found is not None
            assert worth.most is not None
            saved = (plan.objective or 0.0) - (anew.objective or 0.0)
            assert worth.found == pytest.approx(saved, abs=slack)
            assert worth.found <= worth.most
            checked += 1
    assert checked > 5


def test_the_sheet_is_told(worker: Session) -> None:
    instance = read(GALLERY / "budget-to-date.yaml")
    found = priced(instance, worker)
    told = document(instance, found)
    assert [section.title for section in told.sections] == [
        "A step more, in all periods",
        "One unit more or less, blocks kept",
    ]
    assert told.sections[0].rows[0][:2] == ("limit capex", "1 %")
    plain = as_json(instance, found)
    assert plain["steps"][0]["name"] == "limit capex"
    assert {row["what"] for row in plain["marginals"]} == {"block", "demand"}
    assert all(np.isfinite(row["saves"]) for row in plain["marginals"])


def test_nothing_full_is_worth_nothing(worker: Session) -> None:
    roomy = read(GALLERY / "first.yaml").replace({"facilities.memphis.limits.power_mw": 100})
    found = priced(roomy, worker)
    assert found.worths == ()
    assert document(roomy, found).sentences[0].startswith("No limit is full")


def test_a_plan_without_decisions_has_no_price(worker: Session) -> None:
    instance = read(GALLERY / "first.yaml").replace(
        {"demands.assistant.min_share": 1, "demands.assistant.amount": 1e6}
    )
    plan = solve(instance, raise_without_plan=False, session=worker)
    with pytest.raises(ValueError, match="nothing to price"):
        Prices(instance, plan.data, EXACT, worker)


def test_a_plan_gives_its_prices_as_tables(worker: Session) -> None:
    plan = solve(read(GALLERY / "wan-link-binds.yaml"), session=worker)
    found = plan.prices(anew=1, session=worker)
    assert [*found.steps["found"].notna()] == [True, False, False]
    assert set(found.marginals["what"]) == {"link", "demand"}


def test_who_is_asked_to_stop_prices_nothing_more(shared: Instance, worker: Session) -> None:
    plan = solve(shared, session=worker)
    worker.stop()
    with pytest.raises(KeyboardInterrupt):
        Prices(shared, plan.data, EXACT, worker)
    prices = Prices(shared, plan.data, EXACT, worker)
    step = Step("chat", "1", {"demands.chat.amount": 11})
    for ask in (prices.marginals, lambda: prices.worth(step), lambda: prices._anew(shared)):
        worker.stop()
        with pytest.raises(KeyboardInterrupt):
            ask()
    assert prices.worth(step, anew=True).status == "optimal"
