"""Small matrices that many tests of the solver use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gridblock.solvers.matrix import Matrix
from gridblock.solvers.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Knapsack = Callable[..., Matrix]


def knapsack_matrix(columns: int, rows: int, seed: int = 0, offset: float = 0.0) -> Matrix:
    """Return a packing problem: whole items up to 3 each, every row filled to 70 %."""
    random = np.random.default_rng(seed)
    weights = random.integers(1, 50, (rows, columns)).astype(float)
    return Matrix(
        cost=-random.integers(10, 60, columns).astype(float),
        offset=offset,
        lower=np.zeros(columns),
        upper=np.full(columns, 3.0),
        integer=np.ones(columns, dtype=bool),
        row_lower=np.full(rows, -np.inf),
        row_upper=0.7 * weights.sum(axis=1),
        start=np.arange(0, rows * columns + 1, columns),
        index=np.tile(np.arange(columns), rows),
        value=weights.ravel(),
    )


@pytest.fixture
def knapsack() -> Knapsack:
    return knapsack_matrix


@pytest.fixture
def two_halls() -> Matrix:
    # Serve 10 from halls a (cost 1, at most 6) and b (cost 3, at most 8): 6 x 1 + 4 x 3 = 18,
    # and 7 for standing still, so 25. Hall b comes in whole units.
    return Matrix(
        cost=np.array([1.0, 3.0]),
        offset=7.0,
        lower=np.zeros(2),
        upper=np.array([6.0, 8.0]),
        integer=np.array([False, True]),
        row_lower=np.array([10.0]),
        row_upper=np.array([np.inf]),
        start=np.array([0, 2]),
        index=np.array([0, 1]),
        value=np.array([1.0, 1.0]),
    )


@pytest.fixture
def session() -> Iterator[Session]:
    with Session() as session:
        yield session
