"""A second process of the solver: it answers the same, and ends with the search."""

from __future__ import annotations

import time

import numpy as np
import pytest

from gridblock.solvers.aside import Aside
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Settings, Stop
from gridblock.solvers.search import StoppedError
from gridblock.solvers.session import Session

KNAPSACK = Matrix(
    cost=np.array([-3.0, -2.0]),
    offset=0.0,
    lower=np.zeros(2),
    upper=np.ones(2),
    integer=np.ones(2, dtype=np.bool_),
    row_lower=np.array([-np.inf]),
    row_upper=np.array([1.0]),
    start=np.array([0, 2]),
    index=np.array([0, 1]),
    value=np.array([1.0, 1.0]),
)


def _job(session: Session) -> float | None:
    session.load(KNAPSACK)
    return session.run(Settings()).objective


@pytest.mark.parametrize("apart", [False, True])
def test_a_job_answers_the_same_in_either_process(apart: bool) -> None:
    with Session() as session, Aside(session, apart=apart) as aside:
        answer = aside.begin(_job)
        assert answer() == -3


def test_a_job_that_fails_says_so_where_its_answer_is_asked_for() -> None:
    def job(_: Session) -> None:
        message = "no"
        raise ArithmeticError(message)

    with Session() as session, Aside(session, apart=True) as aside:
        answer = aside.begin(job)
        with pytest.raises(ArithmeticError, match="no"):
            answer()


def test_whoever_waits_can_be_stopped_and_the_job_ends() -> None:
    def job(_: Session) -> None:
        time.sleep(1)

    with Session() as session, Aside(session, apart=True) as aside:
        answer = aside.begin(job)
        session.stop()
        with pytest.raises(StoppedError) as stopped:
            answer()
    assert stopped.value.stop is Stop.INTERRUPTED
