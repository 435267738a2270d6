"""Why a solve stopped and what we hold are two answers, and neither claims too much."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gridblock.solvers.outcome import (
    OptionError,
    Outcome,
    Progress,
    Settings,
    Stop,
    Verdict,
    judged,
)


@pytest.fixture
def optimal() -> Outcome:
    return Outcome(Stop.FINISHED, Verdict.OPTIMAL, np.array([6.0, 4.0]), 25.0, 25.0)


def test_the_gap_is_relative_to_the_objective() -> None:
    assert Progress(1.0, 200.0, 150.0, 3).gap == 0.25
    assert Progress(1.0, 0.0, 0.0, 3).gap == 0.0
    assert Progress(1.0, None, 150.0, 3).gap is None


@pytest.mark.parametrize(
    "bad",
    [
        {"gap": -0.1},
        {"gap": math.nan},
        {"gap": "0.1%"},
        {"gap": None},
        {"time_limit": -1.0},
        {"time_limit": "1m"},
        {"seed": True},
        {"time_limit": math.nan},
        {"threads": 0},
        {"seed": -1},
    ],
)
def test_settings_without_meaning_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=next(iter(bad))):
        Settings(**bad)


@pytest.mark.parametrize(
    ("bound", "kept", "verdict"),
    [
        (25.0, 25.0, Verdict.OPTIMAL),
        (24.99, 24.99, Verdict.OPTIMAL),
        (24.0, 24.0, Verdict.FEASIBLE),
        (25.0 + 1e-9, 25.0, Verdict.OPTIMAL),
        (25.1, None, Verdict.FEASIBLE),
        (math.nan, None, Verdict.FEASIBLE),
        (None, None, Verdict.FEASIBLE),
    ],
)
def test_optimal_needs_a_bound_within_the_gap(
    optimal: Outcome, bound: float, kept: float, verdict: Verdict
) -> None:
    outcome = judged(replace(optimal, bound=bound), 1e-3, 1e-6)
    assert (outcome.bound, outcome.verdict) == (kept, verdict)
    assert bool(outcome.notes) == (verdict is Verdict.FEASIBLE)
