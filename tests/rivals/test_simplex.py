"""The linear programs by themselves: hand calculations, a cycle, and HiGHS."""

from fractions import Fraction
from random import Random

import highspy
import numpy as np
import pytest

from rivals.simplex import UnboundedError, minimise


def test_simplex_takes_the_best_corner() -> None:
    # The corners of x + y <= 4, x <= 3 are (0, 0), (3, 0), (3, 1), (0, 4); -2x - y is -7 at (3, 1).
    least = minimise({"x": -2, "y": -1}, [({"x": 1, "y": 1}, 4), ({"x": 1}, 3)])
    assert least is not None
    assert least.value == -7
    assert least.at == {"x": 3, "y": 1}


def test_simplex_starts_from_a_row_that_zero_misses() -> None:
    # x + y >= 2 and 3x + y >= 3 cross at (1/2, 3/2): 2x + y is 5/2; (2, 0) gives 4, (0, 3) gives 3.
    rows = [({"x": -1, "y": -1}, -2), ({"x": -3, "y": -1}, -3)]
    least = minimise({"x": 2, "y": 1}, rows)
    assert least is not None
    assert least.value == Fraction(5, 2)


def test_simplex_says_that_no_values_keep_the_rows() -> None:
    assert minimise({"x": 1}, [({"x": 1}, 1), ({"x": -1}, -2)]) is None


def test_simplex_says_that_the_cost_falls_without_end() -> None:
    with pytest.raises(UnboundedError):
        minimise({"x": -1}, [({"x": 1, "y": -1}, 1)])


def test_simplex_does_not_round() -> None:
    # Thirds of a tenth: in floating point 0.1 + 0.2 is above 0.3.
    tenths = [({"x": 1, "y": 1}, Fraction(3, 10)), ({"x": -1}, Fraction(-1, 10))]
    least = minimise({"x": 0, "y": -1}, tenths)
    assert least is not None
    assert least.value == Fraction(-1, 5)


def test_simplex_ends_where_the_largest_fall_would_go_in_circles() -> None:
    # Beale's example: every corner on the way is the origin; the optimum is -1/20.
    cost = {"a": Fraction(-3, 4), "b": 150, "c": Fraction(-1, 50), "d": 6}
    rows = [
        ({"a": Fraction(1, 4), "b": -60, "c": Fraction(-1, 25), "d": 9}, 0),
        ({"a": Fraction(1, 2), "b": -90, "c": Fraction(-1, 50), "d": 3}, 0),
        ({"c": 1}, 1),
    ]
    least = minimise(cost, rows)
    assert least is not None
    assert least.value == Fraction(-1, 20)


def highs(cost: list[int], rows: list[list[int]], most: list[int]) -> float | None:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.addVars(len(cost), np.zeros(len(cost)), np.full(len(cost), 50.0))
    for column, value in enumerate(cost):
        solver.changeColCost(column, value)
    columns = np.arange(len(cost), dtype=np.int32)
    for row, limit in zip(rows, most, strict=True):
        solver.addRow(-highspy.kHighsInf, limit, len(cost), columns, np.array(row, float))
    solver.run()
    found = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return solver.getInfo().objective_function_value if found else None


@pytest.mark.parametrize("seed", range(60))
def test_simplex_agrees_with_highs(seed: int) -> None:
    random = Random(seed)
    columns, count = random.randint(1, 6), random.randint(1, 8)
    cost = [random.randint(-9, 9) for _ in range(columns)]
    rows = [[random.choice([0, 0, 1, -1, 2, 5, -7]) for _ in cost] for _ in range(count)]
    most = [random.choice([0, 3, 10, -2]) for _ in rows]
    capped = [({i: 1}, 50) for i in range(columns)]
    least = minimise(
        dict(enumerate(cost)),
        [*((dict(enumerate(row)), limit) for row, limit in zip(rows, most, strict=True)), *capped],
    )
    other = highs(cost, rows, most)
    assert (least is None) == (other is None)
    if least is not None:
        assert float(least.value) == pytest.approx(other, abs=1e-7)
