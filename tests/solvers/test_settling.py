"""Choices made at once, and the search of what is too large for more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gridblock import solve
from gridblock.instances.generate import generate
from gridblock.model.build import INTACT, build
from gridblock.model.pools import EXACT
from gridblock.solvers import choosing, fast, vast
from gridblock.solvers.choosing import LOTS_FROM, with_choices
from gridblock.solvers.compile import compile_model
from gridblock.solvers.diving import Dive
from gridblock.solvers.fast import Fast
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import UNPROVEN, Outcome, Progress, Settings, Stop, Verdict
from gridblock.solvers.relaxing import Relaxation, relax
from gridblock.solvers.search import SHARE
from gridblock.solvers.settling import first_choices, held, likely, whole_lots
from gridblock.solvers.shape import CHOICES, Shape, shape_of
from gridblock.solvers.slices import Slice, Whole

if TYPE_CHECKING:
    import pyomo.environ as pyo

    from gridblock.solvers.change import Floats
    from gridblock.solvers.session import Session


def rung_s() -> tuple[pyo.ConcreteModel, Whole, Shape]:
    """Build a generated model, which has to be held: its shape looks names up in it."""
    instance = generate("S", 0)
    compiled = compile_model(model := build(instance, INTACT, EXACT))
    return model, Whole(compiled.matrix), shape_of(compiled, instance)


def test_shares_of_a_lot_in_several_periods_become_one() -> None:
    instance = generate("S", 0)
    model = build(instance, INTACT, EXACT)
    compiled = compile_model(model)
    whole, shape = Whole(compiled.matrix), shape_of(compiled, instance)
    lots = np.flatnonzero(shape.lots)
    counts = np.bincount(shape.group[lots])
    made_for = lots[shape.group[lots] == int(np.argmax(counts))]
    made_for = made_for[np.argsort(shape.labels[made_for])]
    assert len(made_for) >= 2
    point = np.zeros(len(shape.lots))
    point[made_for[:2]] = 0.3, 0.4
    # 0.3 is less than half a lot; 0.3 and 0.4 together are more, but less than nine tenths.
    assert whole_lots(whole, shape, point, 0.5)[made_for[:2]].tolist() == [0, 1]
    assert not whole_lots(whole, shape, point, 0.9)[shape.lots].any()
    assert not whole_lots(whole, shape, np.ones(len(point)), np.inf)[shape.lots].any()


def test_a_fleet_is_asked_for_only_as_far_as_it_can_be_had(session: Session) -> None:
    instance = generate("S", 0)
    compiled = compile_model(model := build(instance, INTACT, EXACT))
    whole, shape = Whole(compiled.matrix), shape_of(compiled, instance)
    search = Fast(session, whole, shape, Settings())
    carried = {row.index(): at for at, row in enumerate(compiled.rows) if shape.carried[at]}
    column = {
        (v.parent_component().local_name, v.index()): at for at, v in enumerate(compiled.columns)
    }
    before, after = instance.horizon.names[:2]
    kind, leaf = next((k, z) for k, z, t in carried if t == after and (k, z, t) in model.purchases)
    had, bought = column["owned", (kind, leaf, before)], column["bought", (kind, leaf, after)]
    owned = column["owned", (kind, leaf, after)]
    at, lower, upper = (part.copy() for part in (whole.matrix.lower,) * 2 + (whole.matrix.upper,))
    at[had], upper[bought], lower[owned] = 3.0, 2.0, 7.0
    free, later = shape.labels == 1, whole.with_any(shape.labels > 1)
    # 3 blocks stand there and 2 may be bought: 7 cannot be had, and 4 can.
    reached = search._reached(free & ~shape.choices, at, later, (lower, upper))
    assert reached[0][owned] == 5.0
    lower[owned] = 4.0
    assert search._reached(free & ~shape.choices, at, later, (lower, upper))[0][owned] == 4.0


def test_a_period_is_decided_next_to_its_relaxation(session: Session) -> None:
    _model, whole, shape = rung_s()
    search = Fast(session, whole, shape, Settings(gap=1e-3))
    search.proved(1.0)
    free = (shape.labels == 0) & ~shape.choices
    part = whole.sliced(free, whole.matrix.lower, rows=~whole.with_any(shape.labels > 0))
    matrix, whole_numbers = part.matrix, part.matrix.integer
    session.load(matrix)
    relaxed = session.run(Settings(relaxation=True, algorithm="simplex"))
    assert relaxed.values is not None
    assert relaxed.row_duals is not None
    lower, upper = search._next_to(part, relaxed.values, relaxed.row_duals)
    # What is whole in the relaxation stays so; what is not may go either way, and no further.
    settled = np.abs(relaxed.values - np.rint(relaxed.values)) < 1e-6
    assert settled[whole_numbers].any()
    assert not settled[whole_numbers].all()
    assert (upper - lower)[whole_numbers].tolist() == (~settled[whole_numbers]).tolist()
    # Ways that the relaxation takes are kept.
    taken = ~whole_numbers & (relaxed.values > matrix.lower + 1e-6)
    assert (upper[taken] == matrix.upper[taken]).all()
    found = search._decide(part, None, None)
    assert found is not None
    assert (found >= lower - 1e-6).all()
    assert (found <= upper + 1e-6).all()


def test_a_period_without_a_plan_next_to_its_relaxation_is_decided_anywhere(
    session: Session,
) -> None:
    _model, whole, shape = rung_s()
    search = Fast(session, whole, shape, Settings(gap=1e-3))
    search.proved(1.0)
    # Lots of three, and 1.5 are needed: half a lot in the relaxation, to which 1 and 2 are next.
    matrix = Matrix(
        cost=np.array([1.0, 0.0]),
        offset=0.0,
        lower=np.array([1.5, 0.0]),
        upper=np.array([3.0, 1.0]),
        integer=np.array([True, True]),
        row_lower=np.array([0.0]),
        row_upper=np.array([0.0]),
        start=np.array([0, 2]),
        index=np.array([0, 1]),
        value=np.array([1.0, -3.0]),
    )
    found = search._decide(Slice(matrix, np.array([0, 1], dtype=np.int32)), None, None)
    assert found is not None
    assert np.allclose(found, [3.0, 1.0])


def test_what_has_to_stand_may_take_the_room_of_what_the_relaxation_has_whole(
    session: Session,
) -> None:
    _model, whole, shape = rung_s()
    search = Fast(session, whole, shape, Settings(gap=1e-3))
    search.proved(1.0)
    # Four leased blocks of 5 MW have to stand in halls of 18 and 9 MW; in the first one of 4 MW
    # stands, and saves 1. Beside it there is room for 2.8 + 1.8 of them in shares, and for 2 + 1
    # whole; without it for 3 + 1.
    matrix = matrix_of([[5, 0, 4], [0, 5, 0]], most=[18, 9], cost=[0, 0, -1])
    rows = replace(
        matrix,
        upper=np.array([4.0, 4.0, 1.0]),
        row_lower=np.append(matrix.row_lower, 4.0),
        row_upper=np.append(matrix.row_upper, 4.0),
        start=np.append(matrix.start, 5),
        index=np.append(matrix.index, [0, 1]),
        value=np.append(matrix.value, [1.0, 1.0]),
    )
    owned = shape.decisions.any_of(["owned"])
    site = shape.sites[:, 0]
    columns = np.flatnonzero(owned & (site == site[owned][0]))[:3].astype(np.int32)
    found = search._next_to_relaxation(Slice(rows, columns), 0.0)
    assert found is not None
    assert found.tolist() == [3.0, 1.0, 0.0]
    # Were it at another facility it would be left as it is.
    columns[2] = np.flatnonzero(owned & (site != site[owned][0]))[0]
    assert search._next_to_relaxation(Slice(rows, columns), 0.0) is None


def test_choices_of_a_large_model_are_made_before_it_is_relaxed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = generate("S", 4)
    monkeypatch.setattr(vast, "FOR_SIMPLEX", 0)
    sketch = vast.relax_merged
    monkeypatch.setattr(vast, "relax_merged", lambda *_: Outcome(Stop.CRASHED, Verdict.UNKNOWN))
    usual = solve(instance, method="fast", gap=1e-3, session=session)
    monkeypatch.setattr(vast, "relax_merged", sketch)
    told: list[Progress] = []
    found = solve(instance, method="fast", gap=1e-3, session=session, on_progress=told.append)
    assert found.bound <= usual.objective * (1 + 1e-9)
    assert usual.bound <= found.objective * (1 + 1e-9)
    assert found.objective <= usual.objective * 1.001
    # What is merged proves a bound first, and the relaxation a better one.
    assert len({line.bound for line in told if line.bound is not None}) > 1


def test_choices_are_made_in_a_dive_into_what_is_merged(session: Session) -> None:
    _model, whole, shape = rung_s()
    search = Fast(session, whole, shape, Settings(gap=1e-3))
    sketch = search._merged(session)
    assert isinstance(sketch, Relaxation)
    search._prove(sketch)
    made = search._dived(sketch)
    assert made is not None
    assert made.near is not None
    # Each choice is whole, among those that were free, and all of them can be made together.
    firsts = shape.decisions.any_of(CHOICES)
    first = made.first[firsts]
    assert np.array_equal(first, np.rint(first))
    assert first.any()
    assert not made.first[firsts & ~made.free].any()
    settled = search._settled(sketch)
    assert settled is not None
    assert np.array_equal(settled.made.first, made.first)
    # With them the relaxation costs no less than without, and no more than at its prices.
    dived = relaxed_with(session, search, made.first)
    assert sketch.bound <= dived * (1 + 1e-9)
    priced = search._priced(sketch)
    assert priced is not None
    assert dived <= relaxed_with(session, search, priced.first) * (1 + 1e-3)
    kernel, near = search._settle(sketch)
    assert near is not None
    assert kernel[made.near.values > whole.matrix.lower + 1e-6].all()


def test_choices_are_looked_for_among_what_their_relaxation_leaves_open(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _model, whole, shape = rung_s()
    search = Fast(session, whole, shape, Settings(gap=1e-3))
    sketch = search._merged(session)
    assert isinstance(sketch, Relaxation)
    search._prove(sketch)
    free = likely(shape, sketch)
    part = first_choices(whole, shape, sketch, free, LOTS_FROM[0])
    matrix = part.matrix
    session.load(matrix)
    relaxed = search.solve(relaxation=True, algorithm="simplex").values
    assert relaxed is not None
    narrow, wide = search._not_too_dear(matrix)
    assert np.array_equal(wide, (matrix.lower, matrix.upper))
    # What is left out stays at that bound at which the relaxation has it.
    left_out = (narrow[0] == narrow[1]) & (matrix.lower < matrix.upper)
    assert left_out.any()
    assert relaxed[left_out] == pytest.approx(narrow[0][left_out], abs=1e-6)
    assert (left_out | ((narrow[0] == matrix.lower) & (narrow[1] == matrix.upper))).all()

    def cost(too_dear: float) -> float:
        monkeypatch.setattr(choosing, "TOO_DEAR", too_dear)
        first = search._first(sketch, free)
        assert first is not None
        return matrix.objective(first[part.columns])

    usual, every = cost(choosing.TOO_DEAR), cost(np.inf)
    assert usual == pytest.approx(every, abs=SHARE * 1e-3 * abs(search.bound))
    # Where nothing but what is between its bounds may move no choice can be made: then all may.
    assert cost(-1.0) == pytest.approx(every, abs=SHARE * 1e-3 * abs(search.bound))


def relaxed_with(session: Session, search: Fast, first: Floats) -> float:
    """Give what the relaxation costs with the first choices of a point."""
    lower, upper = held(search.whole, search.shape.decisions.any_of(CHOICES), first)
    matrix = replace(search.whole.matrix, lower=lower, upper=upper)
    known = relax(session, Whole(matrix), Settings())
    assert isinstance(known, Relaxation)
    assert known.outcome.objective is not None
    return known.outcome.objective


def test_a_choice_is_a_column_of_its_own_in_what_is_merged() -> None:
    _model, whole, shape = rung_s()
    merged = with_choices(whole, shape, np.zeros(len(shape.choices)))
    integer, leaders = merged.part.matrix.integer, merged.part.columns
    assert sorted(leaders[integer].tolist()) == np.flatnonzero(shape.choices).tolist()
    # None is measured in anything but itself, and those that are not free stay where they are.
    assert (merged.size[integer] == 1).all()
    none = merged.only(np.zeros(len(shape.choices), dtype=np.bool_)).matrix
    assert np.array_equal(none.upper[integer], none.lower[integer])
    assert np.array_equal(none.upper[~integer], merged.part.matrix.upper[~integer])


def test_parts_are_solved_by_one_thread_and_the_whole_by_all(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _model, whole, shape = rung_s()
    threads: list[int] = []
    run = type(session).run

    def counted(worker: Session, settings: Settings, *given: Any, **named: Any) -> Outcome:
        threads.append(settings.threads)
        return run(worker, settings, *given, **named)

    monkeypatch.setattr(type(session), "run", counted)
    search = Fast(session, whole, shape, Settings(gap=5e-2, threads=2))
    search.run()
    assert set(threads) == {1}
    search._finish()
    assert threads[-1] == 2


def test_a_large_model_whose_choices_lead_nowhere_is_dived_into(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _model, whole, shape = rung_s()
    monkeypatch.setattr(vast, "FOR_SIMPLEX", 0)
    monkeypatch.setattr(vast.Vast, "_settled", lambda *_: None)
    dives: list[Dive] = []
    run = Dive.run

    def dived(dive: Dive, *given: Any) -> Any:
        dives.append(dive)
        return run(dive, *given)

    monkeypatch.setattr(Dive, "run", dived)
    outcome = Fast(session, whole, shape, Settings(gap=1e-2)).run()
    assert dives
    assert outcome.gap is not None
    assert outcome.gap < 0.05


def test_a_run_that_the_first_choices_leave_out_may_take_any_berth() -> None:
    _model, _, shape = rung_s()
    berths = (shape.group >= 0) & ~shape.lots
    run = int(shape.group[berths][0])
    of_run = berths & (shape.group == run)
    values = np.where(of_run, 1e-6, 0.0)
    values[np.flatnonzero(of_run)[0]] = 1.0
    relaxed = Relaxation(Outcome(Stop.FINISHED, Verdict.OPTIMAL), values, np.zeros(0), 0.0)
    # Only the berth that is used is likely, until a point leaves the run out.
    assert np.count_nonzero(likely(shape, relaxed) & berths) == 1
    assert np.array_equal(likely(shape, relaxed, values), likely(shape, relaxed))
    left_out = likely(shape, relaxed, np.zeros(len(values)))
    assert np.array_equal(left_out & berths, of_run)


def test_a_search_stopped_while_it_sketches_ends(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _model, whole, shape = rung_s()
    monkeypatch.setattr(vast, "FOR_SIMPLEX", 0)
    sketch = vast.relax_merged

    def interrupted(*given: Any) -> Relaxation | Outcome:
        found = sketch(*given)
        assert isinstance(found, Relaxation)
        return replace(found, outcome=replace(found.outcome, stop=Stop.INTERRUPTED))

    monkeypatch.setattr(vast, "relax_merged", interrupted)
    outcome = Fast(session, whole, shape, Settings(gap=1e-6)).run()
    # The first plan and the bound of the sketch are kept; nothing is done after it.
    assert outcome.stop is Stop.INTERRUPTED
    assert outcome.values is not None
    assert len({line.bound for line in outcome.progress if line.bound is not None}) == 1


def test_what_is_too_large_for_more_is_planned_with_a_bound(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = generate("S", 0)
    usual = solve(instance, method="fast", gap=1e-2, session=session)
    monkeypatch.setattr(choosing, "FOR_INTERIOR", 0)
    found = solve(instance, method="fast", gap=1e-2, session=session)
    # A plan that is returned has passed the audit; the bound of either holds for both plans.
    assert found.bound <= usual.objective * (1 + 1e-9)
    assert usual.bound <= found.objective * (1 + 1e-9)
    assert found.objective <= usual.objective * 1.03
    # With a second process it is the same plan, of which a first one is there before any bound.
    monkeypatch.setattr(fast, "FOR_TWO", 0)
    told: list[Progress] = []
    apart = solve(
        instance, method="fast", gap=1e-2, threads=2, session=session, on_progress=told.append
    )
    assert apart.objective == found.objective
    assert any(line.best is not None and line.bound is None for line in told)


def test_a_plan_that_was_given_is_kept_at_once_and_improved(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _model, whole, shape = rung_s()
    monkeypatch.setattr(choosing, "FOR_INTERIOR", 0)
    first = Fast(session, whole, shape, Settings(gap=1e-2)).run()
    assert first.values is not None
    again = Fast(session, whole, shape, Settings(gap=1e-6, start=first.values)).run()
    assert again.progress[0].best == first.objective
    assert again.objective is not None
    assert again.objective <= first.objective
    assert again.bound is not None
    assert again.bound <= again.objective
    # With its duals the bound is known at once, and nothing is left to be done.
    close = Fast(session, whole, shape, Settings(gap=1e-6)).run()
    same = Settings(gap=2e-2, start=close.values, duals=close.row_duals)
    known = Fast(session, whole, shape, same).run()
    assert known.verdict is Verdict.OPTIMAL
    assert known.objective == close.objective


def like_run(session: Session, whole: Whole, shape: Shape) -> tuple[Fast, float, np.ndarray]:
    """Give a search that knows a poor plan, with the best cost and duals of the rows."""
    close = Fast(session, whole, shape, Settings(gap=1e-4)).run()
    today = Fast(session, whole, shape, Settings(gap=1e-4))
    today._start()
    assert close.objective is not None
    assert close.row_duals is not None
    assert today.objective > 1.05 * close.objective
    # Cuts come last.
    return today, close.objective, close.row_duals[: whole.matrix.shape[0]]


def test_a_large_plan_of_a_like_matrix_is_improved_in_regions_before_all_else(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _model, whole, shape = rung_s()
    today, _best, duals = like_run(session, whole, shape)
    monkeypatch.setattr(vast, "FOR_SIMPLEX", 0)
    monkeypatch.setattr(Fast, "_relaxed", lambda *_: pytest.fail("the whole is relaxed"))
    monkeypatch.setattr(Fast, "_agree", lambda *_: pytest.fail("the whole is decided anew"))
    asked = Settings(gap=2e-2, start=today.best, duals=duals)
    again = Fast(session, whole, shape, asked).run()
    assert again.progress[0].best == pytest.approx(today.objective)
    assert again.gap is not None
    assert again.gap <= 2e-2


def test_a_large_plan_is_improved_by_the_relaxation_where_known_duals_price_a_matrix_badly(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _model, whole, shape = rung_s()
    today, best, known = like_run(session, whole, shape)
    monkeypatch.setattr(vast, "FOR_SIMPLEX", 0)
    monkeypatch.setattr(Fast, "_from_root", lambda *_, **__: pytest.fail("all is planned anew"))
    duals = 0.5 * known
    assert whole.bound(duals) < 0.9 * best
    told: list[Progress] = []
    asked = Settings(gap=5e-3, start=today.best, duals=duals)
    again = Fast(session, whole, shape, asked, told.append).run()
    assert again.gap is not None
    assert again.gap <= 5e-3
    assert again.objective is not None
    assert again.objective <= best * (1 + 5e-3)
    # What the known duals prove comes first, and what the relaxation proves later.
    bounds = [line.bound for line in told if line.bound is not None]
    assert bounds[0] == pytest.approx(whole.bound(duals))
    assert bounds[-1] > bounds[0]


@pytest.mark.parametrize("closer", [False, True])
def test_a_bound_of_a_like_matrix_is_proven_by_regions_without_the_relaxation_of_the_whole(
    session: Session, monkeypatch: pytest.MonkeyPatch, closer: bool
) -> None:
    _model, whole, shape = rung_s()
    close = Fast(session, whole, shape, Settings(gap=1e-4)).run()
    assert close.row_duals is not None
    duals = 0.5 * close.row_duals[: whole.matrix.shape[0]]
    monkeypatch.setattr(vast, "FOR_SIMPLEX", 0)
    monkeypatch.setattr(fast, "WITHIN_REACH", 1e-2)
    # What is merged proves 1.03 % by the first-order method and 0.98 % by interior point: where
    # regions are to be tried at 0.51 % from the gap, it takes the latter.
    monkeypatch.setattr(fast, "BY_REGIONS", 5.1e-3 if closer else 1e-2)
    monkeypatch.setattr(Fast, "_relaxed", lambda *_: pytest.fail("the whole is relaxed"))
    merged: list[str] = []
    relax_merged = vast.relax_merged

    def counted(*given: Any, algorithm: str = "hipdlp") -> Relaxation | Outcome:
        merged.append(algorithm)
        return relax_merged(*given, algorithm=algorithm)

    monkeypatch.setattr(vast, "relax_merged", counted)
    asked = Settings(gap=5e-3, start=close.values, duals=duals)
    again = Fast(session, whole, shape, asked).run()
    assert merged == ["hipdlp", "ipx"][: 2 if closer else 1]
    assert again.verdict is Verdict.OPTIMAL
    assert again.bound is not None
    assert again.row_duals is not None
    # No plan is cheaper than the bound, and no weights alone prove it.
    assert close.objective is not None
    assert again.objective is not None
    assert again.bound <= close.objective
    assert again.bound > whole.bound(again.row_duals)
    assert again.objective <= close.objective


def test_a_run_that_the_relaxation_cuts_in_two_has_a_berth_that_holds_it_whole(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _model, whole, shape = rung_s()
    search = Fast(session, whole, shape, Settings())
    # A run is worth 10 at one of three berths. Of two there is half of each, the third costs 1.
    rows = [[1, -1, -1, -1], [0, 2, 0, 0], [0, 0, 2, 0]]
    matrix = matrix_of(rows, most=[0, 1, 1], cost=[-10, 0, 0, 1])
    part = Slice(matrix, np.arange(4, dtype=np.int32))
    # Next to the relaxation, which has half at each of the two, it would be left out.
    near = search._next_to_relaxation(part, 0.0)
    assert near is None or near.tolist() == [0, 0, 0, 0]
    monkeypatch.setattr(choosing, "first_choices", lambda *_: part)
    none = np.zeros(len(whole.matrix.cost), dtype=np.bool_)
    relaxed = Relaxation(Outcome(Stop.FINISHED, Verdict.OPTIMAL), whole.matrix.lower, none, 0.0)
    found = search._first(relaxed, none)
    assert found is not None
    assert found[:4].tolist() == [1, 0, 0, 1]
    # Without the third it is left out, which is no reason to have no choices at all.
    matrix = matrix_of([row[:3] for row in rows], most=[0, 1, 1], cost=[-10, 0, 0])
    part = Slice(matrix, np.arange(3, dtype=np.int32))
    found = search._first(relaxed, none)
    assert found is not None
    assert found[:3].tolist() == [0, 0, 0]


def test_how_close_a_part_is_proven_is_no_note_of_the_whole(session: Session) -> None:
    _model, whole, shape = rung_s()
    search = Fast(session, whole, shape, Settings())
    told = Outcome(Stop.FINISHED, Verdict.FEASIBLE, notes=(UNPROVEN, "it was polished"))
    search.note(told)
    assert search.ended().notes == ("it was polished",)


def test_of_a_part_nothing_is_asked_twice(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    _model, whole, shape = rung_s()
    search = Fast(session, whole, shape, Settings())
    channel, asked = session._channel, list[str]()
    attempt = channel.attempt

    def counted(what: str, *given: Any) -> Outcome:
        asked.append(what)
        return attempt(what, *given)

    monkeypatch.setattr(channel, "attempt", counted)
    session.load(matrix_of([[1]], most=[-1], cost=[1]))
    assert search.solve().verdict is Verdict.INFEASIBLE
    assert asked == ["run"]
    # Where something is proven by it, a second solve has to agree.
    assert search.solve(cutoff=None).verdict is Verdict.INFEASIBLE
    assert asked == ["run"] * 3


def matrix_of(rows: list[list[float]], *, most: list[float], cost: list[float]) -> Matrix:
    """Make a matrix of columns that are 0 or 1, and rows with an upper side."""
    table = np.array(rows, dtype=np.float64)
    at, index = np.nonzero(table)
    wide = len(cost)
    return Matrix(
        cost=np.array(cost, dtype=np.float64),
        offset=0.0,
        lower=np.zeros(wide),
        upper=np.ones(wide),
        integer=np.ones(wide, dtype=np.bool_),
        row_lower=np.full(len(most), -np.inf),
        row_upper=np.array(most, dtype=np.float64),
        start=np.searchsorted(at, np.arange(len(most) + 1)).astype(np.int32),
        index=index.astype(np.int32),
        value=table[at, index],
    )
