"""Bounds that may be left at a price."""

import numpy as np
import pytest

from gridblock.solvers.matrix import Matrix
from gridblock.solvers.nearness import Near, near_at_a_price
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session
from gridblock.solvers.slices import Whole


@pytest.fixture
def whole() -> Whole:
    """min 1.5x - 5y + z; x - y >= -6, x and y whole; 0 <= x, y, z <= 10: -44 at x 4, y 10."""
    return Whole(
        Matrix(
            cost=np.array([1.5, -5.0, 1.0]),
            offset=0.0,
            lower=np.zeros(3),
            upper=np.full(3, 10.0),
            integer=np.array([True, True, False]),
            row_lower=np.array([-6.0]),
            row_upper=np.array([np.inf]),
            start=np.array([0, 2]),
            index=np.array([0, 1]),
            value=np.array([1.0, -1.0]),
        )
    )


@pytest.mark.parametrize(
    ("price", "found"),
    [
        # y beyond 7 earns 5, less 1.5 for x, which has to follow it: 3.5 a unit.
        (0.0, [4.0, 10.0]),
        (3.0, [4.0, 10.0]),
        # It pays 4: worth it to 8, for which x need not follow. Below 2 x would save 1.5 a unit.
        (4.0, [2.0, 8.0]),
        (1e6, [2.0, 7.0]),
    ],
)
def test_bounds_are_left_where_that_earns_more_than_its_price(
    whole: Whole, session: Session, price: float, found: list[float]
) -> None:
    part = whole.sliced(np.array([True, True, False]), np.array([0.0, 0.0, 1.0]))
    near = Near(np.array([2.0, -np.inf, 3.0]), np.array([np.inf, 7.0, np.inf]), price)
    matrix = near_at_a_price(part, near)
    session.load(matrix)
    outcome = session.run(Settings(gap=0.0))
    assert outcome.values is not None
    assert outcome.values[:2] == pytest.approx(found)
    # How far they are beyond is counted right, and what it costs: z stays at 1.
    below, above = max(0.0, 2.0 - found[0]), max(0.0, found[1] - 7.0)
    cost = 1.5 * found[0] - 5.0 * found[1] + 1.0 + price * (below + above)
    assert outcome.objective == pytest.approx(cost)


def test_bounds_no_closer_than_those_of_the_part_add_nothing(whole: Whole) -> None:
    part = whole.sliced(np.array([True, True, False]), np.zeros(3))
    near = Near(np.full(3, -np.inf), np.full(3, np.inf), 1.0)
    matrix = near_at_a_price(part, near)
    assert matrix.shape == part.matrix.shape
    matrix.validate()
