"""Fronts of cost against unmet work: by hand, and beside floors on what is served."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gridblock.fronts import Front, pareto
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.plan import solve
from gridblock.reports.front import as_json, document
from gridblock.solvers.outcome import Progress, Stop
from gridblock.solvers.points import undominated
from gridblock.solvers.session import Session
from rivals.worlds import world

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
SEEDS = range(16)


@pytest.fixture(scope="module")
def worker() -> Iterator[Session]:
    """One solver process for all."""
    with Session() as session:
        yield session


@pytest.fixture
def ladder() -> Instance:
    """Three kinds of block for one demand of 3 units: 1 at 10, 1 at 20, 1 at 40; unmet costs 25."""
    return Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "p", "hours": 1}],
            "accelerators": {"a": {}},
            "blocks": {
                name: {"accelerator": "a", "accelerators": 1, "supply": 1, "cost_once": cost}
                for name, cost in (("x", 10), ("y", 20), ("z", 40))
            },
            "facilities": {"f": {}},
            "demands": [
                {
                    "name": "d",
                    "amount": 3,
                    "yields": {"a": 1},
                    "unmet_cost": 25,
                    "whole_blocks": True,
                }
            ],
        }
    )


def corners(found: Front) -> list[tuple[float, float, bool]]:
    return [(round(p.unmet, 6), round(p.cost, 6), p.given) for p in found.data.points]


def test_each_block_costs_more_than_the_one_before(ladder: Instance) -> None:
    found = pareto(ladder, points=4)
    # Nothing unmet: 10 + 20 + 40. At 25 a unit the third is not worth its 40.
    assert corners(found) == [(0, 70, False), (1, 30, True), (2, 10, False), (3, 0, False)]
    assert [*found.table()["next_at"][:3]] == pytest.approx([40, 20, 10])
    assert all(point.gap == pytest.approx(0, abs=1e-6) for point in found.data.points)
    assert found.data.stop is Stop.FINISHED
    # At their price, 25 each, the same plans.
    assert corners(pareto(ladder, points=4, measure="price")) == [
        (0, 70, False),
        (25, 30, True),
        (50, 10, False),
        (75, 0, False),
    ]


def test_points_between_steps_are_dominated_and_left_out(ladder: Instance) -> None:
    # Caps of 0, 0.25, … 3: whole blocks serve whole units; a demand may be served in part of one.
    found = pareto(ladder, points=13)
    costs = [cost for _, cost, _ in corners(found)]
    assert costs == sorted(costs, reverse=True)
    assert [*dict.fromkeys(costs)] == [70, 30, 10, 0]


def test_a_front_of_one_point(ladder: Instance) -> None:
    # What is owned serves all at no cost.
    found = pareto(ladder.replace({"facilities.f.installed": {"x": 3}}))
    assert corners(found) == [(0, 0, True)]
    assert "best in both" in document(ladder, found.data).sentences[0]


def test_no_plan_makes_an_empty_front(ladder: Instance) -> None:
    found = pareto(ladder.replace({"demands.d.min_share": 1, "demands.d.amount": 4}))
    assert found.plans == ()
    assert document(ladder, found.data).sentences[0].startswith("No plan can exist")
    assert as_json(ladder, found.data)["points"] == []


@pytest.mark.parametrize(
    ("at", "kept"),
    [
        # The best plan at 25 a unit leaves 1 unmet for 30, the fullest costs 70, the cheapest 0.
        # What is interrupted may have found its plan by then.
        (2, [(1, 30, True)]),
        (3, [(0, 70, False), (1, 30, True)]),
        (4, [(0, 70, False), (1, 30, True), (3, 0, False)]),
        (5, [(0, 70, False), (1, 30, True), (3, 0, False)]),
    ],
)
def test_an_interrupted_search_keeps_what_it_found(
    ladder: Instance, at: int, kept: list[tuple[float, float, bool]]
) -> None:
    with Session() as session:

        def stop(number: int, _: int) -> None:
            if number == at:
                session.stop()

        found = pareto(ladder, points=4, session=session, on_point=stop)
    assert found.data.stop is Stop.INTERRUPTED
    assert set(kept) <= set(corners(found))
    assert "Interrupted: others may cost less" in document(ladder, found.data).sentences[0]


def test_a_stop_while_a_plan_is_made_exact_ends_the_search(
    ladder: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session() as session:
        plainly = session.polish

        def stopped(*arguments: Any) -> Any:
            session.stop()
            return plainly(*arguments)

        monkeypatch.setattr(session, "polish", stopped)
        found = pareto(ladder, points=4, session=session)
    # The first solve has found the best plan at 25 a unit.
    assert found.data.stop is Stop.INTERRUPTED
    assert [(point.unmet, point.cost) for point in found.data.points] == [(1, 30)]


def test_what_is_proven_of_a_cap_holds_for_closer_ones(ladder: Instance) -> None:
    # The cheapest plan costs 0: so do, at least, plans that leave less. Where that is all that is
    # known, since the search was interrupted in the first cap of all, the gap is all of the cost.
    with Session() as session:

        def stop(number: int, _: int) -> None:
            if number == 4:
                session.stop()

        found = pareto(ladder, points=4, session=session, on_point=stop)
    assert [(point.least, point.gap) for point in found.data.points[1:]] == [(0, 1), (0, 0)]


def test_one_plan_is_marked_as_that_at_the_prices_given(worker: Session) -> None:
    # See power-binds.yaml: two pods serve 800 of 1,120 units for 20,000, and are worth it.
    found = pareto(read(GALLERY / "power-binds.yaml"), points=5, session=worker)
    assert [(p.cost, p.given) for p in found.data.points] == [
        (20_000, True), (10_000, False), (0, False)
    ]  # fmt: skip


def test_a_mark_is_handed_to_what_is_left_in_place(ladder: Instance) -> None:
    point = pareto(ladder, points=2).data.points[0]
    given = replace(point, unmet=1.0, cost=70.0, given=True)
    for other in (replace(point, unmet=0.5, cost=70.0), replace(point, unmet=1 + 1e-12, cost=69.0)):
        (kept,) = undominated([given, replace(other, given=False)])
        assert (kept.unmet, kept.cost, kept.given) == (other.unmet, other.cost, True)


def test_what_costs_nothing_costs_exactly_nothing(worker: Session) -> None:
    # Without a pod nothing is paid in discounting.yaml, whose prices have no finite expansion.
    found = pareto(read(GALLERY / "discounting.yaml"), points=5, session=worker)
    last = found.data.points[-1]
    assert (last.share, last.cost, last.least, last.gap) == (1, 0, 0, 0)


def test_what_is_asked_for_wrongly_is_refused(ladder: Instance) -> None:
    for wrong in ({"points": 1}, {"measure": "tokens"}):
        with pytest.raises(ValueError, match="2 points or more, of share or price"):
            pareto(ladder, **wrong)


def test_a_front_is_saved_whole(ladder: Instance, tmp_path: Any) -> None:
    found = pareto(ladder, points=4)
    folder = found.save(tmp_path / "front")
    assert {path.name for path in folder.iterdir()} == {
        *("front.csv", "front.json"),
        *(f"point-{i}" for i in range(1, 5)),
    }
    assert len((folder / "front.csv").read_text().splitlines()) == 5
    with pytest.raises(FileExistsError):
        found.save(tmp_path / "front")
    assert as_json(ladder, found.data)["points"][1]["given"] is True


def floored(instance: Instance, unmet: float) -> Instance:
    """Forbid that more unit-hours stay unmet, by a floor on what is served, and price none."""
    hours = dict(zip(instance.horizon.names, instance.horizon.hours, strict=True))
    asked = sum(
        units * hours[t]
        for demand in instance.demands
        for t, units in instance.over_periods(demand.amount).items()
    )
    data = instance.plain()
    for demand in data["demands"]:
        demand["unmet_cost"] = 0
    data["limits"] = [
        *data.get("limits", ()),
        {"name": "floor", "measure": "served", "per": "horizon", "min": max(0, asked - unmet)},
    ]
    return Instance.parse(data)


def compare(instance: Instance, worker: Session, points: int) -> None:
    found = pareto(instance, points=points, gap=1e-6, session=worker)
    largest = max((point.unmet for point in found.data.points), default=1.0)
    for point in found.data.points:
        floor = floored(instance, point.unmet + 1e-7 * max(1.0, largest))
        least = solve(floor, gap=1e-6, session=worker).objective
        assert point.cost == pytest.approx(least, rel=1e-4, abs=1e-4 * max(1.0, abs(point.cost)))
        assert point.least is not None
        assert point.least <= point.cost


@pytest.mark.parametrize(
    "name", ["credit-pulls-work", "take-or-pay", "racks-bind", "dip-switches-off"]
)
def test_the_gallery_against_floors_on_what_is_served(name: str, worker: Session) -> None:
    compare(read(GALLERY / f"{name}.yaml"), worker, 5)


def test_random_worlds_against_floors_on_what_is_served(worker: Session) -> None:
    tried = 0
    for seed in SEEDS:
        instance = Instance.parse(world(seed))
        plain = all(d.run is None and d.tier == 1 for d in instance.demands)
        if (
            plain
            and solve(instance, session=worker, raise_without_plan=False).objective is not None
        ):
            compare(instance, worker, 3)
            tried += 1
    assert tried > 8


def test_progress_is_told(ladder: Instance) -> None:
    told: list[Progress] = []
    begun: list[tuple[int, int]] = []
    pareto(ladder, points=3, on_progress=told.append, on_point=lambda *at: begun.append(at))
    assert told
    assert begun[0] == (1, 6)
    assert begun[-1][0] == begun[-1][1] == len(begun)


def test_work_of_several_units_is_weighed_by_its_price(ladder: Instance) -> None:
    # Two workflows/s at 1,000 stand beside 3 units at 25: by units they would go first.
    flows = {**ladder.plain()["demands"][0], "name": "w", "unit": "workflows/s", "amount": 2}
    mixed = ladder.replace({"demands": [*ladder.plain()["demands"], {**flows, "unmet_cost": 1000}]})
    assert pareto(ladder, points=2).data.measure == "share"
    found = pareto(mixed, points=2)
    assert found.data.measure == "price"
    assert any("weighed by its price" in text for text in document(mixed, found.data).sentences)
    assert pareto(mixed, points=2, measure="share").data.measure == "share"
