"""Regions: which facilities are decided together, or apart, and what of a matrix that frees."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo
import pytest

from gridblock.instances.generate import generate
from gridblock.instances.instance import Instance
from gridblock.model.build import INTACT, build
from gridblock.model.pools import EXACT
from gridblock.solvers.apart import apart
from gridblock.solvers.aside import Aside
from gridblock.solvers.compile import Compiled, compile_model
from gridblock.solvers.fast import Fast
from gridblock.solvers.keeping import whole_numbers_kept
from gridblock.solvers.outcome import Settings, Stop
from gridblock.solvers.regions import Regions
from gridblock.solvers.search import StoppedError
from gridblock.solvers.shape import Shape, shape_of
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from gridblock.solvers.session import Session

Problem = tuple[pyo.ConcreteModel, Compiled, Whole, Shape]


def problem(instance: Instance) -> Problem:
    """Build a model, which has to be held: what is compiled only looks names up in it."""
    compiled = compile_model(model := build(instance, INTACT, EXACT))
    return model, compiled, Whole(compiled.matrix), shape_of(compiled, instance)


@pytest.fixture
def coasts() -> Instance:
    """Two sites in the east share three teams, two in the west one; a run may stand anywhere."""
    team = {"unit": "gpu", "amount": 8, "yields": {"h100": 1}, "unmet_cost": 1.0}
    run = {"whole_blocks": True, "max_facilities": 2, "run": {"periods": 1, "start": ["u", "v"]}}
    return Instance.parse(
        {
            "gridblock": 1,
            "name": "coasts",
            "periods": [{"name": name, "hours": 1} for name in "uv"],
            "accelerators": {"h100": {}},
            "blocks": {"pod": {"accelerator": "h100", "accelerators": 8, "cost_once": 1}},
            "facilities": {
                name: {"tags": [name[:4]], "limits": {"racks": 9}, "installed": {"pod": 2}}
                for name in ("east-1", "west-1", "east-2", "west-2")
            },
            "demands": [
                *({"name": f"e{i}", **team, "where": {"tags": ["east"]}} for i in range(3)),
                {"name": "w", **team, "where": {"tags": ["west"]}},
                {"name": "big", **team, "amount": 24, **run},
            ],
        }
    )


def names(compiled: Compiled, some: np.ndarray) -> set[str]:
    return {compiled.columns[at].name for at in np.flatnonzero(some)}


def test_facilities_that_might_exchange_orders_are_put_together(coasts: Instance) -> None:
    scarce = coasts.replace({"blocks.pod.supply": 4})
    _model, compiled, whole, shape = problem(scarce)
    plan, near = np.zeros((2, len(whole.matrix.cost)))
    for at, column in enumerate(compiled.columns):
        if column.name.startswith("bought[pod,east-1,"):
            plan[at] = 1.0
        elif column.name.startswith("bought[pod,west-2,"):
            near[at] = 1.0
    regions = Regions(whole, shape, np.ones(len(plan), dtype=np.bool_))
    ties = regions.exchanged(plan, near)
    # One pod too many in the east and one too few in the west are one that goes there: no other two
    # are tied by more than what work they share.
    assert ties[0, 3] == ties[3, 0] == ties.max()
    ties[0, 3] = ties[3, 0] = 0.0
    assert ties.max() < 1e-8
    assert ties[0, 2] > ties[0, 1]
    size = int(regions.sizes.max())
    order = [0, 3, 1, 2]
    assert regions.grouped(order, 2 * size, regions.exchanged(plan, near))[0] == [0, 3]
    # Where as many are planned as near it, there is nothing to exchange.
    assert regions.exchanged(near, near).max() < 1e-8


def test_facilities_that_share_work_are_put_together(coasts: Instance) -> None:
    _model, _, whole, shape = problem(coasts)
    every = np.ones(len(whole.matrix.cost), dtype=np.bool_)
    regions = Regions(whole, shape, every)
    assert shape.facilities == ("east-1", "west-1", "east-2", "west-2")
    # An amount of work that n facilities may do ties two of them by 1 / n²: that of three teams
    # in two periods by 1/4 each. The run, which one berth serves, ties nothing.
    assert regions.ties[0, 2] == pytest.approx(6 / 4)
    assert regions.ties[1, 3] == pytest.approx(2 / 4)
    assert regions.ties[0, 1] == 0
    size = int(regions.sizes.max())
    assert regions.grouped(range(4), 2 * size) == [[0, 2], [1, 3]]
    assert regions.grouped([3, 2, 1, 0], 2 * size) == [[3, 1], [2, 0]]
    # Each is in a group, however small groups have to be.
    assert regions.grouped(range(4), 1) == [[0], [1], [2], [3]]
    assert regions.grouped(range(4), 10 * size) == [[0, 2, 1, 3]]


def test_a_region_frees_what_is_about_it_and_nothing_else(coasts: Instance) -> None:
    _model, compiled, whole, shape = problem(coasts)
    every = np.ones(len(whole.matrix.cost), dtype=np.bool_)
    free = names(compiled, Regions(whole, shape, every).columns([0, 2]))
    assert {"owned[pod,east-1,u]", "bought[pod,east-2,v]", "assigned[e0,pod,east-1,u]"} <= free
    # What is left over of the work there is free; of other work it is not.
    assert "unmet[e1,,v]" in free
    assert "unmet[w,,v]" not in free
    # Berths at these sites are free, one with a foot in the west is not; the run may start anew.
    berths = {name for name in free if name.startswith("berth[")}
    assert {name.split(",")[1] for name in berths} == {"east-1", "east-2", "east-1 + east-2"}
    assert {"starts[big,u]", "starts[big,v]"} <= free
    assert not any("west" in name for name in free)


def test_regions_decided_anew_lead_from_a_poor_plan_to_the_best_one(
    coasts: Instance, session: Session
) -> None:
    # With one pod at each site the east lacks one of three that its teams take, for 8 an hour, and
    # the run of three pods has one left in the west. Without orders that costs 2 x 8 + 24; to buy
    # one pod in the east and two in the west costs 3.
    one_each = {f"facilities.{name}.installed.pod": 1 for name in coasts.facilities}
    _model, _, whole, shape = problem(coasts.replace(one_each))
    every, points = np.ones(len(whole.matrix.cost), dtype=np.bool_), []
    for two in (True, False):
        search = Fast(session, whole, shape, Settings(gap=1e-6, threads=2))
        search._start()
        assert search.objective == pytest.approx(40)
        with Aside(session, apart=two) as aside:
            search._by_regions(aside, every, (40, 1000, 1000))
        assert search.objective == pytest.approx(3)
        points.append(search.best)
    # Whether there is a second process makes no difference.
    assert np.array_equal(*points)


def least(session: Session, whole: Whole, shape: Shape, duals: np.ndarray, most: int) -> float:
    """Give what regions apart cost at least, each solved to the end."""
    known, parts = apart(whole.matrix, shape, duals, most)
    for part in parts:
        session.load(part.matrix)
        outcome = session.run(Settings(gap=0.0))
        assert outcome.bound is not None
        known += outcome.bound
    return known


def test_regions_apart_cost_no_more_than_together_whatever_the_prices(
    coasts: Instance, session: Session
) -> None:
    one_each = {f"facilities.{name}.installed.pod": 1 for name in coasts.facilities}
    _model, _, whole, shape = problem(coasts.replace(one_each))
    session.load(whole.matrix)
    relaxed = session.run(Settings(relaxation=True, algorithm="simplex"))
    assert relaxed.row_duals is not None
    assert relaxed.objective is not None
    random = np.random.default_rng(0)
    for spread in (0.0, 0.1, 10.0):
        duals = relaxed.row_duals + spread * random.standard_normal(len(relaxed.row_duals))
        # 3 is the optimum; with all in one region nothing is left out, so that prices do not count.
        assert least(session, whole, shape, duals, 40) <= 3 + 1e-6
        assert least(session, whole, shape, duals, 10_000) == pytest.approx(3)
    assert least(session, whole, shape, relaxed.row_duals, 40) >= relaxed.objective - 1e-6


def test_every_column_is_in_one_region_and_every_row_inside_is_kept(coasts: Instance) -> None:
    _model, _, whole, shape = problem(coasts)
    _, parts = apart(whole.matrix, shape, np.zeros(whole.matrix.shape[0]), 40)
    assert len(parts) > 1
    columns = np.concatenate([part.columns for part in parts])
    assert np.array_equal(np.sort(columns), np.arange(len(whole.matrix.cost)))
    rows, of = whole.row_of, np.empty(len(columns), dtype=np.int64)
    for number, part in enumerate(parts):
        of[part.columns] = number
    inside = [len({*of[whole.matrix.index[rows == row]]}) == 1 for row in range(rows.max() + 1)]
    assert sum(part.matrix.shape[0] for part in parts) == sum(inside)
    assert 0 < sum(inside) < len(inside)


def test_whole_numbers_inside_regions_raise_the_bound(session: Session) -> None:
    instance = generate("S", 0)
    _model, _, whole, shape = problem(instance)
    session.load(whole.matrix)
    optimum = session.run(Settings(gap=1e-6))
    bounds = []
    for two in (True, False):
        search = Fast(session, whole, shape, Settings(gap=1e-6, threads=2))
        search._prove(search._relaxed(session))
        search.keep(optimum.values)
        before = search.bound
        with Aside(session, apart=two) as aside:
            search._solved_apart(aside)
        assert optimum.objective is not None
        assert before < search.bound <= optimum.objective * (1 + 1e-9)
        bounds.append(search.bound)
    assert bounds[0] == pytest.approx(bounds[1], rel=1e-12)


@pytest.mark.parametrize("two", [True, False])
def test_a_region_beside_which_there_was_no_room_is_decided_once_more(
    coasts: Instance, session: Session, two: bool
) -> None:
    # With one pod at each site either coast lacks one, for 8 in each of two periods, and one may be
    # bought in each of them for 1. Both would buy the first: 16 - 1 are saved, and then 8 - 1.
    short = {f"facilities.{name}.installed.pod": 1 for name in coasts.facilities}
    short |= {"blocks.pod.supply": [1, 1], "demands.w.amount": 24, "demands.big.unmet_cost": 0}
    _model, _, whole, shape = problem(coasts.replace(short))
    every = np.ones(len(whole.matrix.cost), dtype=np.bool_)
    size = int(Regions(whole, shape, every).sizes.max())
    search = Fast(session, whole, shape, Settings(gap=1e-6, threads=2))
    search._start()
    assert search.objective == pytest.approx(32)
    with Aside(session, apart=two) as aside:
        search._by_regions(aside, every, (2 * size,))
    assert search.objective == pytest.approx(32 - 15 - 7)


@pytest.mark.parametrize("threads", [1, 2])
def test_work_is_dispatched_anew_with_all_whole_numbers_as_they_are(
    coasts: Instance, session: Session, threads: int
) -> None:
    _model, _, whole, shape = problem(coasts)
    matrix = whole.matrix
    session.load(matrix)
    best = session.run(Settings(gap=0.0)).values
    assert best is not None
    # The same blocks, with as little served as runs allow.
    fewest = whole_numbers_kept(matrix, best)
    session.load(replace(matrix, cost=-1.0 * shape.unmet).changed(fewest))
    idle = session.run(Settings(gap=0.0)).values
    assert idle is not None
    assert matrix.objective(idle) > matrix.objective(best) + 1.0
    search = Fast(session, whole, shape, Settings(gap=0.0))
    assert search.keep(idle)
    every = np.ones(len(best), dtype=np.bool_)
    with Aside(session, apart=threads > 1) as aside:
        search._dispatch(aside, every)
    found = search.best
    assert found is not None
    assert matrix.objective(found) == pytest.approx(matrix.objective(best))
    assert search.objective == matrix.objective(found)
    assert np.array_equal(found[matrix.integer], np.rint(best[matrix.integer]))


@pytest.mark.parametrize("stop", [Stop.TIME_LIMIT, Stop.INTERRUPTED, None])
def test_work_is_dispatched_in_the_end_in_time_that_is_kept_back(
    coasts: Instance, session: Session, monkeypatch: pytest.MonkeyPatch, stop: Stop | None
) -> None:
    _model, _, whole, shape = problem(coasts)
    search = Fast(session, whole, shape, Settings(gap=0.0, time_limit=100.0))
    search._start()
    told: list[float] = []

    def decided(*_: object) -> None:
        left = search.asked().time_limit
        assert left is not None
        told.append(left)
        if stop is not None:
            raise StoppedError(stop)

    monkeypatch.setattr(Fast, "_by_regions", decided)
    monkeypatch.setattr(Fast, "_solved_apart", lambda *_: None)
    monkeypatch.setattr(Fast, "_dispatch", lambda *_: told.append(-search.spare))
    every = np.ones(len(whole.matrix.cost), dtype=np.bool_)
    with suppress(StoppedError):
        search._improve_vast(Aside(session, apart=False), every, None)
    # Regions have two seconds less; after Ctrl-C nothing is begun.
    assert all(left <= 98.0 for left in told)
    assert told.count(0.0) == (stop is not Stop.INTERRUPTED)
