"""A second process of the solver, in which something is solved while the search goes on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Final, Self, TypeVar

from gridblock.solvers.outcome import Stop
from gridblock.solvers.search import StoppedError
from gridblock.solvers.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


T = TypeVar("T")

SECONDS_BETWEEN_LOOKS: Final = 0.1


class Aside:
    """A second worker, where there may be one; a context manager.

    What it answers does not depend on when it is asked for, so the search is the same each time.
    """

    def __init__(self, session: Session, *, apart: bool) -> None:
        """Start a worker, or remember the one that there is.

        Args:
            session: the one that the search uses; it does the jobs where there is no other.
            apart: whether to have a worker of one's own.
        """
        self.session, self.apart = session, apart
        self._own = Session() if apart else None
        self._pool = ThreadPoolExecutor(1) if apart else None

    def __enter__(self) -> Self:
        """Return the worker."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the job that is being done, and the worker."""
        if self._own is not None and self._pool is not None:
            self._own.stop()
            self._own.stop()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._own.close()

    def begin(self, job: Callable[[Session], T]) -> Callable[[], T]:
        """Begin a job, and give what waits for its answer.

        Args:
            job: what is done with a session.
        """
        if self._own is None or self._pool is None:
            return cache(lambda: job(self.session))
        found = self._pool.submit(job, self._own)

        def answer() -> T:
            while not wait([found], SECONDS_BETWEEN_LOOKS).done:
                if self.session.stopped():
                    raise StoppedError(Stop.INTERRUPTED)
            return found.result()

        return answer


def two_at_a_time(some: Sequence[T]) -> Iterable[tuple[T, T | None]]:
    """Pair those of the first half with those of the second; the last may have None beside it."""
    half = (len(some) + 1) // 2
    return zip_longest(some[:half], some[half:])
