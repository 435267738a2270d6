"""Cuts: derived by hand, held against every point of small matrices, and told in certificates."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gridblock.instances.generate import generate
from gridblock.model import certificate as plain
from gridblock.model.build import INTACT, build
from gridblock.model.pools import EXACT
from gridblock.plan import Plan, solve
from gridblock.proof import prove
from gridblock.solvers.certified import WRITTEN
from gridblock.solvers.change import Change
from gridblock.solvers.compile import compile_model
from gridblock.solvers.contests import Contests, contests_of
from gridblock.solvers.cut import Cut
from gridblock.solvers.cutting import broken_cuts
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.mixed_rounding import Derived, derived, with_cuts
from gridblock.solvers.outcome import Settings, Stop
from gridblock.solvers.relaxing import Relaxation, relax
from gridblock.solvers.search import StoppedError
from gridblock.solvers.session import Session
from gridblock.solvers.slices import Whole
from gridblock.solvers.tightening import tighten

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as session:
        yield session


def matrix_of(
    rows: list[list[float]], upper: list[float], most: list[float], whole: list[bool]
) -> Matrix:
    """Give ``rows x <= upper`` with x from 0 to `most`."""
    table = np.array(rows, dtype=float)
    at = np.nonzero(table)
    return Matrix(
        cost=np.zeros(len(most)),
        offset=0.0,
        lower=np.zeros(len(most)),
        upper=np.array(most),
        integer=np.array(whole),
        row_lower=np.full(len(upper), -np.inf),
        row_upper=np.array(upper),
        start=np.concatenate([[0], np.cumsum(np.count_nonzero(table, axis=1))]),
        index=at[1],
        value=table[at],
    )


def test_a_run_takes_blocks_from_what_else_is_served() -> None:
    # 6 blocks; a run takes 5 of them where b = 1, and work of 8 units at 2 a block takes 4.
    # Columns: a of the work, a of the run, b, served. Rows: a + r <= 6, 5 b - r <= 0,
    # served - 2 a <= 0. With b = 1 one block is left, which serves 2: served <= 8 - 6 b.
    matrix = matrix_of(
        [[1, 1, 0, 0], [0, -1, 5, 0], [-2, 0, 0, 1]],
        [6, 0, 0],
        [6, 6, 1, 8],
        [False, False, True, False],
    )
    row = derived(matrix, Cut((0, 1, 2), (1.0, 1.0, 0.5), 2, frozenset({3})))
    assert row is not None
    assert row.columns.tolist() == [2, 3]
    assert row.values / row.values[1] == pytest.approx([6.0, 1.0], rel=1e-9)
    assert row.upper / row.values[1] == pytest.approx(8.0, rel=1e-9)
    # The relaxation allows b = 0.4 beside all of the work: 6 x 0.4 + 8 > 8.
    assert _activity(row, [Fraction(4), Fraction(2), Fraction(2, 5), Fraction(8)]) > row.upper


def test_lots_round_a_limit() -> None:
    # Lots of 7 and 3 blocks of 2, of which r are removed, within 20: 7 l - 2 r <= 14 is whole in
    # lots, which gives no cut. Within 19 it is l - 2/7 r <= 1 6/7; the fraction is 6/7, and
    # -2/7 = -1 + 5/7 rounds to -1: l - r <= 1.
    whole = [True, True]
    cut = Cut((0,), (1.0,), 0, frozenset({1}))
    assert derived(matrix_of([[7, 2]], [20], [3, 3], whole), cut) is None
    row = derived(matrix_of([[7, 2]], [19], [3, 3], whole), cut)
    assert row is not None
    # With x = 3 - r: l + x <= 4.
    assert row.values / row.values[0] == pytest.approx([1.0, 1.0], rel=1e-6)
    assert row.upper / row.values[0] == pytest.approx(4.0, rel=1e-6)


def _activity(row: Derived, point: list[Fraction]) -> Fraction:
    terms = zip(row.columns.tolist(), row.values.tolist(), strict=True)
    return sum((Fraction(value) * point[at] for at, value in terms), Fraction(0))


def _drawn(seed: int) -> tuple[Matrix, Cut, np.random.Generator]:
    dice = np.random.default_rng(seed)
    columns, rows = 4, int(dice.integers(1, 4))
    table = dice.integers(-5, 8, size=(rows, columns)) * dice.choice([1.0, 0.1], size=(rows, 1))
    table[0, 0] = 3.0
    most = dice.integers(1, 4, size=columns).astype(float)
    whole = [True, *(dice.random(columns - 1) < 0.6).tolist()]
    upper = dice.integers(0, 12, size=rows) * 0.7
    cut = Cut(
        tuple(range(rows)),
        tuple(np.where(np.arange(rows) == 0, 1.0, dice.random(rows)).tolist()),
        0,
        frozenset(np.flatnonzero(dice.random(columns) < 0.5).tolist()),
    )
    return matrix_of(table.tolist(), upper.tolist(), most.tolist(), whole), cut, dice


def _points(matrix: Matrix) -> Iterator[list[Fraction]]:
    """Give whole numbers in every combination, with what is not whole in steps of a quarter."""
    ranges = [
        [Fraction(step, 1 if whole else 4) for step in range(int(most) * (1 if whole else 4) + 1)]
        for most, whole in zip(matrix.upper.tolist(), matrix.integer.tolist(), strict=True)
    ]
    for point in product(*ranges):
        yield list(point)


def _keeps(matrix: Matrix, point: list[Fraction], off: np.ndarray) -> bool:
    """Say whether a point keeps rows whose coefficients are off by shares of ``WRITTEN``."""
    for row in range(len(matrix.row_upper)):
        part = range(matrix.start[row], matrix.start[row + 1])
        total = sum(
            (
                Fraction(matrix.value[at])
                * (1 + Fraction(WRITTEN) * Fraction(float(off[at])))
                * point[matrix.index[at]]
                for at in part
            ),
            Fraction(0),
        )
        if total > Fraction(matrix.row_upper[row]):
            return False
    return True


def test_no_cut_cuts_off_a_point() -> None:
    # Every point of 300 drawn matrices, and of matrices of which each number is nearly 2^-42 off.
    cuts = touched = 0
    for seed in range(300):
        matrix, cut, dice = _drawn(seed)
        row = derived(matrix, cut)
        if row is None:
            continue
        cuts += 1
        off = dice.uniform(-1, 1, size=len(matrix.value)) * (seed % 2)
        slack = Fraction(1, 2**40) * sum(map(abs, row.values.tolist()), abs(row.upper))
        for point in _points(matrix):
            if _keeps(matrix, point, off):
                activity = _activity(row, point)
                assert activity <= Fraction(row.upper) + slack, (seed, point)
                touched += abs(float(activity) - row.upper) < 1e-6
    assert cuts > 100, "most sums of rows give a cut"
    assert touched > 100, "cuts are as tight as they can be"


@pytest.fixture(scope="module")
def plan(session: Session) -> Plan:
    return solve(generate("S", 0), gap=0.01, method="fast", session=session)


Loose = tuple[Whole, Contests, np.ndarray, Relaxation]


@pytest.fixture(scope="module")
def loose(session: Session, plan: Plan) -> Loose:
    """The matrix of the plan's instance, where to look for cuts, all of it, and its relaxation."""
    model = build(plan.instance, INTACT, EXACT)
    compiled = compile_model(model)
    whole = Whole(compiled.matrix)
    relaxed = relax(session, whole, Settings())
    assert isinstance(relaxed, Relaxation)
    every = np.ones(len(compiled.columns), dtype=np.bool_)
    return whole, contests_of(compiled), every, relaxed


def test_cuts_raise_the_relaxation_and_keep_the_plan(
    session: Session, plan: Plan, loose: Loose
) -> None:
    whole, contests, kernel, relaxed = loose
    found = tighten(session, whole, contests, kernel, relaxed, lambda: Settings(gap=1e-3))
    assert found is not None
    assert isinstance(found.relaxed, Relaxation)
    # Measured: 0.12 % of the cost on this instance.
    assert found.relaxed.bound > relaxed.bound * 1.0005
    assert found.relaxed.bound <= plan.objective
    assert plan.data.decisions is not None
    # The best plan of the matrix without cuts keeps all of them.
    session.load(whole.matrix)
    best = session.run(Settings(gap=0.02))
    assert best.values is not None
    assert found.whole.matrix.violation(best.values).tolerable


def test_a_point_that_is_whole_breaks_no_cut(session: Session, plan: Plan) -> None:
    model = build(plan.instance, INTACT, EXACT)
    compiled = compile_model(model)
    session.load(compiled.matrix)
    whole = session.run(Settings(gap=0.02)).values
    assert whole is not None
    assert not list(broken_cuts(compiled.matrix, contests_of(compiled), np.asarray(whole)))


def test_where_nothing_is_contested_there_are_no_cuts(session: Session) -> None:
    matrix = matrix_of([[1, 1]], [1.5], [1, 1], [True, True])
    matrix = replace(matrix, cost=np.array([-1.0, -1.0]))
    relaxed = relax(session, Whole(matrix), Settings())
    assert isinstance(relaxed, Relaxation)
    kernel = np.ones(2, dtype=np.bool_)
    none = Contests((), ())
    assert tighten(session, Whole(matrix), none, kernel, relaxed, Settings) is None


def test_looking_for_cuts_ends_when_it_is_told_to(session: Session, loose: Loose) -> None:
    whole, contests, kernel, relaxed = loose
    session.stop()
    with pytest.raises(StoppedError) as stopped:
        tighten(session, whole, contests, kernel, relaxed, Settings)
    assert stopped.value.stop is Stop.INTERRUPTED
    # The time that is left is asked for before each solve.
    with pytest.raises(StoppedError) as stopped:
        tighten(session, whole, contests, kernel, relaxed, lambda: Settings(time_limit=0))
    assert stopped.value.stop is Stop.TIME_LIMIT


def test_the_certificate_tells_how_cuts_are_derived(plan: Plan) -> None:
    certificate = plan.certificate
    assert certificate is not None
    assert certificate.cuts
    proof = prove(plan, certificate)
    assert proof.bound is not None
    assert proof.bound == pytest.approx(plan.bound, rel=1e-9)
    without = prove(plan, replace(certificate, cuts=()))
    assert without.bound is not None
    assert without.bound < proof.bound
    assert plain.from_plain(plain.to_plain(certificate)) == certificate


def test_a_forged_cut_proves_nothing_that_is_not_so(plan: Plan) -> None:
    certificate = plan.certificate
    assert certificate is not None
    cut = certificate.cuts[0]
    row = next(iter(cut.rows))
    for forged in (
        replace(cut, weight=1e6 * cut.weight),
        replace(cut, weight=-cut.weight),
        replace(cut, rows={**cut.rows, row: -cut.rows[row]}),
        replace(cut, rows={**cut.rows, row: 1e3 * cut.rows[row]}),
        replace(cut, complemented=()),
        replace(cut, divisor="not_a_variable"),
        replace(cut, rows={"not_a_row": 1.0}),
    ):
        proof = prove(plan, replace(certificate, cuts=(forged, *certificate.cuts[1:])))
        assert proof.bound is None or proof.bound <= plan.objective


def test_a_cut_that_is_malformed_is_no_certificate(plan: Plan) -> None:
    assert plan.certificate is not None
    data = plain.to_plain(plan.certificate)
    for spoiled in ({"weight": "1"}, {"rows": []}, {"divisor": 3}, {"complemented": [None]}):
        cuts = [{**data["cuts"][0], **spoiled}]
        with pytest.raises(ValueError, match="is not a certificate"):
            plain.from_plain({**data, "cuts": cuts})


def test_rows_of_cuts_can_be_added(plan: Plan) -> None:
    model = build(plan.instance, INTACT, EXACT)
    compiled = compile_model(model)
    rows, kept = with_cuts(compiled.matrix, [Cut((0,), (np.inf,), 0, frozenset())])
    assert kept == []
    assert compiled.matrix.changed(Change(rows=rows)).shape == compiled.matrix.shape
