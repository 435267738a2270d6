"""What every test shares: the same random examples everywhere, and a solver without a past."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def no_solver_threads_left() -> Iterator[None]:
    """End the threads of HiGHS, since no later solve in this process could change their number."""
    yield
    if "highspy" in sys.modules:
        sys.modules["highspy"].Highs.resetGlobalScheduler(True)
