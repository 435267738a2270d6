"""Many pieces of work on this machine's cores or on a Dask cluster, each done once.

Both are reached through executors of ``concurrent.futures``: loky's, which joblib brings, and that
of a Dask client. Processes that end in the middle of a piece lose nothing else: what they had is
done again, and a piece that ends its process even when it is alone is given up.
"""

import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

AHEAD: Final = 2
"""Pieces that are handed out for each process, so that none waits for the next one."""
SECONDS_TO_CONNECT: Final = 10
ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


class LostError(Exception):
    """A piece of work ended its process; the message says how."""


class ClusterError(Exception):
    """A Dask cluster cannot be reached or used; the message says what to do."""


@dataclass(frozen=True)
class Where:
    """Where work is done.

    Attributes:
        jobs: processes on this machine; 1 works in this one, 0 means one for each core.
        scheduler: address of a Dask scheduler, such as ``tcp://10.0.0.1:8786``, instead.
    """

    jobs: int = 1
    scheduler: str | None = None

    @property
    def processes(self) -> int:
        """How many processes work on this machine; 1 is this one."""
        from joblib import cpu_count

        return self.jobs or int(cpu_count())


class Pool(Protocol):
    """Processes that take work."""

    def room(self) -> int:
        """Say how many pieces may be handed out at once."""

    def submit(self, work: Callable[[Item], Answer], item: Item) -> "Future[Answer]":
        """Hand a piece out."""

    def alone(self, work: Callable[[Item], Answer], item: Item) -> Answer:
        """Do a piece that may have ended its process, in one of its own.

        Raises:
            LostError: it has done so again.
        """

    def close(self, *, at_once: bool) -> None:
        """End the processes; at once, whatever they do."""


def spread(
    work: Callable[[Item], Answer], items: Iterable[Item], where: Where
) -> Iterator[tuple[Item, Answer | LostError]]:
    """Do work on items and give each with its answer, in the order in which they end.

    Args:
        work: a function of a module, so that other processes find it.
        items: what it takes; each is taken from here when there is room for it.
        where: where it is done.

    Yields:
        Each item once, with what ``work`` gave; or with a ``LostError`` if it ended its process.

    Raises:
        ClusterError: the cluster cannot be reached.
        Exception: what ``work`` raised; what is not done yet is dropped then.
    """
    pool = _opened(where)
    whole = False
    try:
        yield from _done(pool, work, items)
        whole = True
    finally:
        pool.close(at_once=not whole)


def _done(
    pool: Pool, work: Callable[[Item], Answer], items: Iterable[Item]
) -> Iterator[tuple[Item, Answer | LostError]]:
    """Hand items out as there is room, and give each with its answer as they end."""
    waiting = iter(items)
    flying: dict[Future[Answer], Item] = {}
    more = True
    while more or flying:
        while more and len(flying) < pool.room():
            try:
                item = next(waiting)
            except StopIteration:
                more = False
            else:
                flying[pool.submit(work, item)] = item
        ended, _ = wait(flying, return_when=FIRST_COMPLETED)
        lost = []
        for future in ended:
            item = flying.pop(future)
            try:
                yield item, future.result()
            except LostError:
                lost.append(item)
        for item in lost:
            try:
                yield item, pool.alone(work, item)
            except LostError as error:
                yield item, error


def _opened(where: Where) -> Pool:
    if where.scheduler is not None:
        return _Cluster(where.scheduler)
    return _Here() if where.processes == 1 else _Cores(where.processes)


class _Here:
    """This process."""

    def room(self) -> int:
        return 1

    def submit(self, work: Callable[[Item], Answer], item: Item) -> "Future[Answer]":
        future: Future[Answer] = Future()
        future.set_result(work(item))
        return future

    def alone(self, work: Callable[[Item], Answer], item: Item) -> Answer:
        return work(item)

    def close(self, *, at_once: bool) -> None:
        """Do nothing: no process was started."""


class _Cores:
    """Processes on this machine, started anew when one of them ends."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._executor: Any = None

    def room(self) -> int:
        return AHEAD * self._jobs

    def submit(self, work: Callable[[Item], Answer], item: Item) -> "Future[Answer]":
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        if self._executor is None:
            self._executor = _processes(self._jobs, work)
        try:
            return _passed_on(self._executor.submit(work, item), TerminatedWorkerError)
        except TerminatedWorkerError:
            self.close(at_once=True)
            self._executor = _processes(self._jobs, work)
            return _passed_on(self._executor.submit(work, item), TerminatedWorkerError)

    def alone(self, work: Callable[[Item], Answer], item: Item) -> Answer:
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        executor = _processes(1, work)
        try:
            answer: Answer = executor.submit(work, item).result()
        except TerminatedWorkerError as error:
            raise LostError(_first_line(error)) from None
        finally:
            executor.shutdown(kill_workers=True)
        return answer

    def close(self, *, at_once: bool) -> None:
        if self._executor is not None:
            self._executor.shutdown(kill_workers=at_once)


class _Cluster:
    """The workers of a Dask scheduler, as many as there are at a time."""

    def __init__(self, address: str) -> None:
        try:
            import distributed
        except ImportError:
            message = "a scheduler needs the library of Dask: pip install 'gridblock[dask]'"
            raise ClusterError(message) from None
        connect: Any = distributed.Client
        try:
            self._client = connect(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            message = f"no Dask scheduler answers at {address}: {_first_line(error)}"
            raise ClusterError(message) from None
        self._address = address
        self._executor: Executor = self._client.get_executor(pure=False)

    def room(self) -> int:
        try:
            threads: dict[str, int] = self._client.nthreads()
        except OSError:
            raise self._gone() from None
        return AHEAD * max(1, sum(threads.values()))

    def submit(self, work: Callable[[Item], Answer], item: Item) -> "Future[Answer]":
        from distributed import KilledWorker

        return _passed_on(self._executor.submit(work, item), KilledWorker)

    def alone(self, work: Callable[[Item], Answer], item: Item) -> Answer:
        # Dask has tried it on several workers by now.
        if self._client.status != "running":
            raise self._gone()
        message = "several workers ended while they did this, often for lack of memory"
        raise LostError(message)

    def _gone(self) -> ClusterError:
        return ClusterError(f"the Dask scheduler at {self._address} is gone; what is done is kept")

    def close(self, *, at_once: bool) -> None:
        with suppress(OSError):
            self._executor.shutdown(wait=not at_once)
        self._client.close()


def _passed_on(future: "Future[Answer]", lost: type[Exception]) -> "Future[Answer]":
    """Give a future whose error of a lost process is a ``LostError``."""
    ours: Future[Answer] = Future()

    def ended(theirs: "Future[Answer]") -> None:
        error = None if theirs.cancelled() else theirs.exception()
        if theirs.cancelled() or isinstance(error, lost):
            ours.set_exception(LostError(_first_line(error)))
        elif error is not None:
            ours.set_exception(error)
        else:
            ours.set_result(theirs.result())

    future.add_done_callback(ended)
    return ours


def _first_line(error: BaseException | None) -> str:
    return next(iter(str(error or "").splitlines()), "its process ended")


def _processes(jobs: int, work: Callable[..., Any]) -> Any:
    """Start processes that do some work until this one ends."""
    from joblib.externals.loky.process_executor import ProcessPoolExecutor

    return ProcessPoolExecutor(
        jobs, initializer=_begin, initargs=(os.getpid(), work), env=ONE_THREAD
    )


def _begin(parent: int, _: Callable[..., Any]) -> None:
    """Leave Ctrl-C to the process that hands out the work, and end with it.

    The work comes along so that what it imports is there by now. That stays to the end, so garbage
    is not looked for in it, which loky else does after every piece of a second.

    Pyomo's lock is one for all processes, and warns from its grave if one is ended at once; a
    process that has it to itself needs no such lock.
    """
    from pyomo.common import dependencies

    dependencies.capture_output_lock = threading.Lock()
    gc.collect()
    gc.freeze()
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process, whatever it does, soon after the one that started it."""
    while os.name == "nt" or os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
