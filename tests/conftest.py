"""What every test shares: the same random examples everywhere, and a solver without a past."""

import signal
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# What is started in the background ignores Ctrl-C, and so does all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def no_solver_threads_left() -> Iterator[None]:
    """End the threads of HiGHS, since no later solve in this process could change their number."""
    yield
    if "highspy" in sys.modules:
        sys.modules["highspy"].Highs.resetGlobalScheduler(True)
