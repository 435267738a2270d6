"""The matrix refuses what HiGHS would misread, and judges points by itself."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gridblock.solvers.change import Change, Rows
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import CrossedBoundsError, ModelError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("field", "values", "said"),
    [
        ("value", [1.0, 1e16], "row 0: column 1: coefficient"),
        ("value", [1.0, 1e15], "row 0: column 1: coefficient"),
        ("value", [math.nan, 1.0], "row 0: column 0: coefficient"),
        ("value", [math.inf, 1.0], "row 0: column 0: coefficient"),
        ("value", [1.0, 1e-10], "row 0: column 1: coefficient"),
        ("value", [1.0, 0.0], "row 0: column 1: coefficient"),
        ("cost", [math.nan, 1.0], "column 0: cost nan"),
        ("cost", [1.0, math.inf], "column 1: cost inf"),
        ("lower", [math.nan, 0.0], "column 0: lower nan"),
        ("lower", [math.inf, 0.0], "column 0: lower inf"),
        ("upper", [1.0, math.nan], "column 1: upper nan"),
        ("upper", [-math.inf, 1.0], "column 0: upper -inf"),
        ("upper", [1e20, 1.0], "column 0: upper 1e"),
        ("row_lower", [math.nan], "row 0: lower nan"),
        ("row_upper", [math.nan], "row 0: upper nan"),
        ("offset", math.nan, "constant is nan"),
        ("index", [0, 0], "row 0: column 0 stands in it twice"),
        ("index", [0, 2], "entry 1: column number 2"),
        ("index", [-1, 0], "entry 0: column number -1"),
        ("start", [0, 1], "start does not fit"),
        ("start", [1, 2], "start does not fit"),
        ("lower", [0.0], "lower does not fit"),
        ("integer", [True], "integer does not fit"),
    ],
)
def test_bad_numbers_are_refused(two_halls: Matrix, field: str, values: object, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        replace(two_halls, **{field: values}).validate()


def test_crossed_bounds_have_an_error_of_their_own(two_halls: Matrix) -> None:
    with pytest.raises(CrossedBoundsError, match="hall b: at least 9 and at most 8"):
        replace(two_halls, lower=np.array([0.0, 9.0])).validate("hall {}".format("b").format)


def test_a_good_matrix_is_taken_and_survives_the_disk(two_halls: Matrix, tmp_path: Path) -> None:
    two_halls.validate()
    two_halls.save(tmp_path / "m.npz")
    again = Matrix.load(tmp_path / "m.npz")
    again.validate()
    assert again.offset == 7.0
    np.testing.assert_array_equal(again.integer, two_halls.integer)
    np.testing.assert_array_equal(again.row_upper, [np.inf])


@pytest.mark.parametrize(
    ("point", "kind", "amount"),
    [
        ([6.0, 4.0], "bound", 0.0),
        ([5.999, 4.0], "row", 1e-3),
        ([6.5, 4.0], "bound", 0.5),
        ([5.7, 4.4], "integrality", 0.4),
        ([6.0, math.nan], "value", math.inf),
        ([6.0], "value", math.inf),
    ],
)
def test_violation_finds_the_worst(
    two_halls: Matrix, point: list[float], kind: str, amount: float
) -> None:
    worst = two_halls.violation(np.array(point))
    assert worst.amount == pytest.approx(amount)
    assert worst.kind == kind or worst.tolerable
    assert worst.tolerable == (amount == 0.0)


def test_a_row_may_be_off_by_a_millionth_of_its_largest_term(two_halls: Matrix) -> None:
    big = replace(two_halls, value=np.array([1e6, 1.0]), row_lower=np.array([6e6 + 4.0]))
    assert big.violation(np.array([6.0 - 5e-6, 4.0])).tolerable
    assert not big.violation(np.array([6.0 - 8e-6, 4.0])).tolerable


def test_rows_without_entries_count_as_zero(two_halls: Matrix) -> None:
    empty = replace(
        two_halls,
        row_lower=np.array([0.0, 10.0, 1.0]),
        row_upper=np.array([0.0, np.inf, np.inf]),
        start=np.array([0, 0, 2, 2]),
    )
    empty.validate()
    worst = empty.violation(np.array([6.0, 4.0]))
    assert (worst.kind, worst.at, worst.amount) == ("row", 2, 1.0)


def test_integers_are_rounded_within_their_bounds_and_fixed(two_halls: Matrix) -> None:
    fixed = two_halls.fixed(np.array([3.3, 8.7]))
    np.testing.assert_array_equal(fixed.lower, [0.0, 8.0])
    np.testing.assert_array_equal(fixed.upper, [6.0, 8.0])


@pytest.mark.parametrize(
    ("cost", "scaled"), [(1.0, 1.0), (2.0**20, 2.0**20), (1e10, None), (1e-3, None), (0.0, 0.0)]
)
def test_costs_are_scaled_only_where_they_are_extreme(
    two_halls: Matrix, cost: float, scaled: float | None
) -> None:
    exponent = replace(two_halls, cost=np.array([0.0, cost])).cost_exponent()
    handed = cost * 2.0**exponent
    assert handed == scaled if scaled is not None else 2.0**19 <= handed <= 2.0**20


def test_a_change_survives_the_disk(two_halls: Matrix, tmp_path: Path) -> None:
    rows = Rows([-np.inf], [5.0], [0, 1], [0], [1.0])
    Change(cost=np.array([1.0, 2.0]), offset=0.0, rows=rows).save(tmp_path / "c.npz")
    changed = two_halls.changed(Change.load(tmp_path / "c.npz"))
    changed.validate()
    assert changed.shape == (2, 2, 3)
    assert changed.objective(np.array([5.0, 5.0])) == 15.0
    assert two_halls.shape == (1, 2, 2)
    assert changed.violation(np.array([6.0, 4.0])).at == 1


def test_ranges_leave_out_zero_and_infinity(two_halls: Matrix) -> None:
    assert two_halls.ranges() == {
        "coefficients": (1.0, 1.0),
        "costs": (1.0, 3.0),
        "sides": (10.0, 10.0),
    }
