"""The bound in safe arithmetic, against the same sums in rational numbers."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gridblock.solvers.certified import WRITTEN, certified_bound, refuted
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Settings
from gridblock.solvers.relaxing import Relaxation, relax
from gridblock.solvers.session import Session
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from collections.abc import Callable


def drawn(seed: int) -> tuple[Matrix, np.ndarray]:
    """Draw a matrix with magnitudes over twelve orders, and duals that are good for nothing."""
    random = np.random.default_rng(seed)
    rows, columns = random.integers(1, 30, 2)
    filled = random.random((rows, columns)) < 0.4

    def numbers(*shape: int) -> np.ndarray:
        return random.normal(size=shape) * 10.0 ** random.uniform(-6, 6, shape)

    lower = numbers(columns)
    side = numbers(rows)
    kind = random.integers(0, 3, rows)
    matrix = Matrix(
        cost=numbers(columns),
        offset=float(numbers(1)[0]),
        lower=lower,
        upper=lower + np.abs(numbers(columns)),
        integer=np.zeros(columns, dtype=bool),
        row_lower=np.where(kind == 0, -np.inf, side),
        row_upper=np.where(kind == 1, np.inf, side),
        start=np.concatenate([[0], np.cumsum(filled.sum(axis=1))]),
        index=np.nonzero(filled)[1],
        value=numbers(int(filled.sum())),
    )
    return matrix, numbers(rows)


def exactly(matrix: Matrix, duals: np.ndarray) -> Fraction:
    """Give the bound that duals prove, in rational numbers."""
    total = Fraction(matrix.offset)
    reduced = [Fraction(c) for c in matrix.cost.tolist()]
    for row, y in enumerate(duals.tolist()):
        side = (matrix.row_lower if y > 0 else matrix.row_upper)[row]
        if y == 0 or math.isinf(side):
            continue
        total += Fraction(y) * Fraction(float(side))
        for at in range(matrix.start[row], matrix.start[row + 1]):
            reduced[matrix.index[at]] -= Fraction(y) * Fraction(float(matrix.value[at]))
    for column, d in enumerate(reduced):
        end = (matrix.lower if d > 0 else matrix.upper)[column]
        total += d * Fraction(float(end)) if d else 0
    return total


def moved(matrix: Matrix, seed: int) -> Matrix:
    """Move every number of a matrix by nearly as much as it may be off."""
    random = np.random.default_rng(seed)

    def off(numbers: np.ndarray) -> np.ndarray:
        return numbers * (1 + random.choice([-1, 1], numbers.shape) * WRITTEN * 0.999)

    names = ("cost", "lower", "upper", "row_lower", "row_upper", "value")
    vectors = {name: off(getattr(matrix, name)) for name in names}
    same = matrix.row_lower == matrix.row_upper
    vectors["row_upper"] = np.where(same, vectors["row_lower"], vectors["row_upper"])
    return replace(matrix, **vectors, offset=float(off(np.array([matrix.offset]))[0]))


def test_a_bound_is_never_above_the_rational_one_and_close_to_it() -> None:
    for seed in range(300):
        matrix, duals = drawn(seed)
        bound, exact = certified_bound(matrix, duals), exactly(matrix, duals)
        assert Fraction(bound) <= exact
        ends = np.maximum(np.abs(matrix.lower), np.abs(matrix.upper))
        worth = np.abs(matrix.value) * np.repeat(np.abs(duals), np.diff(matrix.start))
        size = float(np.abs(matrix.cost) @ ends + worth @ ends[matrix.index]) + abs(matrix.offset)
        finite = np.where(np.isfinite(matrix.row_lower), matrix.row_lower, matrix.row_upper)
        size += float(np.abs(duals) @ np.abs(finite))
        assert float(exact - Fraction(bound)) <= 1e-11 * size


def test_a_bound_holds_for_every_matrix_that_the_numbers_may_stand_for() -> None:
    for seed in range(100):
        matrix, duals = drawn(seed)
        bound = Fraction(certified_bound(matrix, duals))
        assert all(bound <= exactly(moved(matrix, other), duals) for other in range(5))


def test_a_cost_that_is_a_small_difference_of_large_ones_may_be_off_by_more(
    two_halls: Matrix,
) -> None:
    # Costs left of 1e9 each may be off by 1e9 x 2^-42, for each of the 6 + 8 that can be served.
    close = certified_bound(two_halls, np.array([3.0]))
    wide = certified_bound(two_halls, np.array([3.0]), np.full(2, 1e9))
    assert close - wide == pytest.approx(14 * 1e9 * WRITTEN, rel=1e-2)


def test_a_column_without_an_end_that_pays_leaves_no_bound(two_halls: Matrix) -> None:
    endless = replace(two_halls, upper=np.full(2, np.inf))
    assert certified_bound(endless, np.array([3.0])) == -math.inf
    # At half a unit each column costs more than it is worth: 10 x 0.5 + 7.
    assert certified_bound(endless, np.array([0.5])) == pytest.approx(12)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300, 1e-300])
def test_weights_that_are_no_numbers_count_for_nothing(two_halls: Matrix, bad: float) -> None:
    assert certified_bound(two_halls, np.array([bad])) == pytest.approx(7)


def test_rows_that_cannot_be_kept_together_are_refuted(two_halls: Matrix) -> None:
    # The halls serve at most 14; 10 can be had, 15 cannot: 15 - 6 - 8 = 1 > 0.
    ray = np.array([1.0])
    assert not refuted(two_halls, ray)
    assert refuted(replace(two_halls, row_lower=np.array([15.0])), ray)
    # What is short by less than the numbers may be off is no proof.
    assert not refuted(replace(two_halls, row_lower=np.array([14 * (1 + WRITTEN)])), ray)


def test_no_weights_refute_what_has_a_point() -> None:
    for seed in range(500):
        matrix, ray = drawn(seed)
        point = np.random.default_rng(seed).uniform(matrix.lower, matrix.upper)
        activity, _ = matrix._activity(point)
        kept = replace(matrix, row_lower=activity - 1, row_upper=activity + 1)
        assert not refuted(kept, ray)


def test_plain_sums_can_be_above_what_is_true() -> None:
    # 1 + 2^-54, three times over: each sum rounds down to 1, so 1 - sum is 0 and not -3 x 2^-54;
    # over 10^16 units that is half a unit too much, which a bound must not claim.
    matrix = Matrix(
        cost=np.array([1.0]),
        offset=0.0,
        lower=np.array([0.0]),
        upper=np.array([1e16]),
        integer=np.zeros(1, dtype=bool),
        row_lower=np.zeros(4),
        row_upper=np.full(4, np.inf),
        start=np.arange(5),
        index=np.zeros(4, dtype=int),
        value=np.array([1.0, 2.0**-54, 2.0**-54, 2.0**-54]),
    )
    duals = np.ones(4)
    plain = float(Whole(matrix).priced(duals)[0] * 1e16)
    assert plain > exactly(matrix, duals) >= certified_bound(matrix, duals)


def test_the_duals_of_a_solver_prove_its_bound_to_nine_digits(
    knapsack: Callable[..., Matrix],
) -> None:
    with Session() as session:
        for seed in range(5):
            relaxed = relax(session, Whole(knapsack(40, 20, seed)), Settings())
            assert isinstance(relaxed, Relaxation)
            assert relaxed.bound <= relaxed.outcome.objective
            assert relaxed.bound == pytest.approx(relaxed.outcome.objective, rel=1e-9)
