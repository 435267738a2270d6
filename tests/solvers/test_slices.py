"""Parts of a matrix, bounds from any duals, and what they exclude."""

import numpy as np
import pytest

from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Settings, Verdict
from gridblock.solvers.relaxing import Relaxation, relax
from gridblock.solvers.session import Session
from gridblock.solvers.slices import Whole, admitting, without_slack_rows


@pytest.fixture
def whole() -> Whole:
    """min x + 2y + 3z; x + y + z >= 4, x - y <= 1; 0 <= x, y, z <= 3, z whole: 5.5 at 2.5, 1.5."""
    return Whole(
        Matrix(
            cost=np.array([1.0, 2.0, 3.0]),
            offset=0.0,
            lower=np.zeros(3),
            upper=np.full(3, 3.0),
            integer=np.array([False, False, True]),
            row_lower=np.array([4.0, -np.inf]),
            row_upper=np.array([np.inf, 1.0]),
            start=np.array([0, 3, 5]),
            index=np.array([0, 1, 2, 0, 1]),
            value=np.array([1.0, 1.0, 1.0, 1.0, -1.0]),
        )
    )


def test_a_bound_holds_for_any_duals(whole: Whole) -> None:
    # The best duals: y = (1.5, -0.5): 4 x 1.5 - 0.5 = 5.5, and z's reduced cost 1.5 keeps it at 0.
    assert whole.bound(np.array([1.5, -0.5])) == pytest.approx(5.5)
    # Others bound less: (1, 0) gives 4; (2, 0): 8 - 3 (x at 3 for -1 each) = 5.
    assert whole.bound(np.array([1.0, 0.0])) == pytest.approx(4)
    assert whole.bound(np.array([2.0, 0.0])) == pytest.approx(5)
    # A dual that asks for a side that the row does not have counts as none.
    assert whole.bound(np.array([1.5, 7.0])) == pytest.approx(whole.bound(np.array([1.5, 0.0])))
    draws = np.random.default_rng(1).normal(0, 3, (1000, 2))
    assert max(map(whole.bound, draws)) <= 5.5 + 1e-9


def test_a_point_near_a_known_one_is_looked_at_where_they_differ(whole: Whole) -> None:
    # x + y + z >= 4 and x - y <= 1; z whole, nothing above 3, and each row is broken once.
    known = np.array([2.0, 2.0, 0.0])
    assert whole.keeps(known)
    points = [[2.0, 1.0, 1.0], [2.5, 1.5, 0.0], [2.0, 2.0, 0.5], [2.0, 1.0, 0.0], [3.0, 1.0, 0.0]]
    points += [[np.nan, 2.0, 0.0], [2.0, 2.0, 4.0]]
    kept = [whole.keeps(np.array(point), known) for point in points]
    assert kept == [whole.keeps(np.array(point)) for point in points]
    assert kept == [True, True, False, False, False, False, False]


def test_rows_that_no_point_within_the_bounds_breaks_are_left_out(whole: Whole) -> None:
    # With z at 1 there is x + y >= 3, and x - y <= 1 always holds where x is at most 1.
    at, every = np.array([0.0, 0.0, 1.0]), np.array([True, True, False])
    part = whole.sliced(every, at)
    assert without_slack_rows(part).matrix.row_lower.tolist() == [3.0, -np.inf]
    short = without_slack_rows(whole.sliced(every, at, upper=np.array([1.0, 3.0, 3.0])))
    assert short.matrix.row_lower.tolist() == [3.0]
    assert short.matrix.index.tolist() == [0, 1]
    assert short.matrix.start.tolist() == [0, 2]
    # x + y >= 3 may be broken where both may be 0, and cannot where each is at least 1.5.
    lower = np.array([1.5, 1.5, 0.0])
    left = without_slack_rows(whole.sliced(every, at, lower=lower)).matrix
    assert left.row_upper.tolist() == [1.0]
    assert left.value.tolist() == [1.0, -1.0]


def test_a_part_has_the_point_that_breaks_a_long_row_within_the_tolerance(session: Session) -> None:
    # min y with x + y <= 1e9 and y >= 5: at x = 1e9 the first row is off by 5, of 1000 allowed.
    whole = Whole(
        Matrix(
            cost=np.array([0.0, 1.0]),
            offset=0.0,
            lower=np.zeros(2),
            upper=np.full(2, 1e9),
            integer=np.zeros(2, dtype=np.bool_),
            row_lower=np.array([-np.inf, 5.0]),
            row_upper=np.array([1e9, np.inf]),
            start=np.array([0, 2, 3]),
            index=np.array([0, 1, 1]),
            value=np.ones(3),
        )
    )
    plan = np.array([1e9, 6.0])
    assert whole.keeps(plan)
    part = whole.sliced(np.array([False, True]), plan)
    session.load(part.matrix)
    assert session.run(Settings()).verdict is Verdict.INFEASIBLE
    wider = admitting(part, plan)
    assert wider.matrix.row_upper.tolist() == [6.0, np.inf]
    session.load(wider.matrix)
    found = session.run(Settings()).values
    assert found is not None
    assert wider.into(found, plan).tolist() == pytest.approx([1e9, 5.0])
    # Where a point breaks nothing, nothing is any wider.
    kept = np.array([1e9 - 10.0, 6.0])
    same = admitting(whole.sliced(np.array([False, True]), kept), kept).matrix
    assert same.row_upper.tolist() == [10.0, np.inf]
    assert same.row_lower.tolist() == [-np.inf, 5.0]


def test_a_part_admits_what_is_hardly_beyond_a_bound(whole: Whole) -> None:
    # Without x - y <= 1: x is 5e-7 beyond 3 and y as much below 1; next to that x has to be more.
    whole = Whole(whole.with_rows(np.array([True, False])))
    plan = np.array([3.0 + 5e-7, 1.0 - 5e-7, 0.0])
    assert whole.keeps(plan)
    part = whole.sliced(np.array([True, False, False]), plan)
    wider = admitting(part, plan)
    assert part.matrix.row_lower[0] > 3.0
    assert wider.matrix.row_lower[0] == 3.0
    assert wider.matrix.upper[0] == 3.0


def test_the_relaxation_proves_its_bound(whole: Whole) -> None:
    with Session() as session:
        for algorithm in ("simplex", "ipx"):
            relaxed = relax(session, whole, Settings(algorithm=algorithm))
            assert isinstance(relaxed, Relaxation)
            assert relaxed.bound == pytest.approx(5.5, rel=1e-6)
            assert relaxed.bound <= 5.5


def test_a_relaxation_without_a_row_bounds_the_whole(whole: Whole) -> None:
    # Without x - y <= 1, x = 3 and y = 1 for 5, which breaks the row by 1; 5 is below 5.5.
    with Session() as session:
        relaxed = relax(session, whole, Settings(), without=np.array([False, True]))
    assert isinstance(relaxed, Relaxation)
    assert relaxed.bound == pytest.approx(5)
    assert relaxed.values == pytest.approx([3, 1, 0])
    assert relaxed.duals[1] == 0
    assert whole.bound(relaxed.duals) == pytest.approx(relaxed.bound)


def test_a_trial_is_told_infeasible_at_once(whole: Whole) -> None:
    with Session() as session:
        session.load(whole.matrix)
        within = session.run(Settings(relaxation=True, algorithm="simplex", cutoff=6.0))
        assert within.objective == pytest.approx(5.5)
        # x + y + z >= 4 cannot be with all at 1; what is not a trial is asked twice.
        session.change(upper=np.ones(3))
        trial, claim = (session.run(Settings(relaxation=True, cutoff=c)) for c in (np.inf, None))
        assert trial.verdict is claim.verdict is Verdict.INFEASIBLE


def test_a_slice_is_the_rest_with_some_columns_fixed(whole: Whole) -> None:
    part = whole.sliced(np.array([True, True, False]), np.array([9.0, 9.0, 1.0]))
    # z = 1 costs 3 and leaves x + y >= 3, x - y <= 1: 2 and 1, for 4.
    with Session() as session:
        session.load(part.matrix)
        outcome = session.run(Settings(gap=0.0))
    assert outcome.objective == pytest.approx(7)
    assert part.into(outcome.values, np.array([9.0, 9.0, 1.0])) == pytest.approx([2, 1, 1])


def test_where_free_columns_are_does_not_matter_to_a_slice(whole: Whole) -> None:
    # z at 1 costs 3, whatever x and y are; without a lower bound x is nowhere.
    free = np.array([True, True, False])
    for nowhere in (-np.inf, np.nan, 2.0):
        part = whole.sliced(free, np.array([nowhere, 1.0, 1.0]))
        assert part.matrix.offset == pytest.approx(3)


def test_nothing_cheaper_is_lost_by_tightening(whole: Whole) -> None:
    # With 6 known and 5.5 proven, z costs 1.5 a unit more than it saves: at most 0.5 / 1.5, so 0.
    tight = whole.tightened(np.array([1.5, -0.5]), 6.0)
    assert tight.upper.tolist() == [3, 3, 0]
    # With 7.1 known it may be 1.
    assert whole.tightened(np.array([1.5, -0.5]), 7.1).upper.tolist() == [3, 3, 1]
