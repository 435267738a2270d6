"""How commands end: exit codes, messages for what went wrong, and signals."""

import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from types import FrameType
from typing import Final

import typer

from gridblock.commands.talk import Talk, mute
from gridblock.instances.faults import InstanceError
from gridblock.instances.scalars import MOST_FAULTS
from gridblock.reports.words import plural

SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP")


class Ending(IntEnum):
    """Exit codes."""

    PLAN = 0
    ERROR = 1
    USAGE = 2
    INSTANCE = 3
    INFEASIBLE = 4
    LIMIT = 5
    NO_PLAN = 6
    UNMET = 7
    MISMATCH = 8
    INTERRUPTED = 130


BY_STATUS: Final = {
    "optimal": Ending.PLAN,
    "feasible": Ending.LIMIT,
    "infeasible": Ending.INFEASIBLE,
    "no_plan": Ending.NO_PLAN,
    "interrupted": Ending.INTERRUPTED,
}


def of_status(status: str) -> Ending:
    """Give the exit code that the status of a plan stands for."""
    return BY_STATUS[status]


class Interrupts:
    """Ctrl-C and the signals that ask to end, which count as one.

    Attributes:
        count: how many have come.
        stop: what ends the work without breaking it off; None where there is nothing to keep.
        broken_off: whether KeyboardInterrupt was raised.
    """

    def __init__(self, talk: Talk) -> None:
        """Begin without any."""
        self.count = 0
        self.stop: Callable[[], None] | None = None
        self.broken_off = False
        self._talk = talk

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take a signal.

        Raises:
            KeyboardInterrupt: there is nothing to keep, or it is not the first one.
        """
        self.count += 1
        self._talk.line.stopping = True
        if self.stop is None or self.count > 1:
            self.broken_off = True
            raise KeyboardInterrupt
        self.stop()


@contextmanager
def ended(talk: Talk) -> Iterator[Interrupts]:
    """Turn whatever ends the body into a message and an exit code."""
    interrupts = Interrupts(talk)
    with _taken(interrupts), _heard(talk):
        try:
            yield interrupts
        except (typer.Exit, typer.BadParameter):
            raise
        except KeyboardInterrupt:
            talk.error("interrupted")
            raise typer.Exit(Ending.INTERRUPTED) from None
        except Exception as error:
            if interrupts.broken_off and not isinstance(error, OSError):
                # Python and pydantic make an error of it that comes while a class is made.
                talk.error("interrupted")
                raise typer.Exit(Ending.INTERRUPTED) from None
            raise typer.Exit(_told(error, talk)) from None
        finally:
            talk.close()


@contextmanager
def _taken(interrupts: Interrupts) -> Iterator[None]:
    """Send the signals that ask to end to one handler; those that are ignored stay so."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, interrupts)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Heard(logging.Handler):
    """What libraries log, for the logs, and for standard error from ``-v`` on."""

    def __init__(self, talk: Talk) -> None:
        """Begin to pass it on."""
        super().__init__()
        self._talk = talk

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a message on."""
        self._talk.line.end()
        self._talk.note(record.getMessage(), at=1)


@contextmanager
def _heard(talk: Talk) -> Iterator[None]:
    """Hear what libraries log: Pyomo writes to standard output where nobody does."""
    handler, root = Heard(talk), logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


def _told(error: Exception, talk: Talk) -> Ending:
    """Say in a planner's words what went wrong, and give the exit code."""
    from gridblock.model.findings import AuditError
    from gridblock.solvers.outcome import OptionError, SolverError

    if isinstance(error, InstanceError):
        for fault in error.faults:
            talk.fault(fault)
        more = ", perhaps more" * (len(error.faults) >= MOST_FAULTS)
        talk.total(f"{plural(len(error.faults), 'fault')}{more}")
        return Ending.INSTANCE
    if isinstance(error, AuditError):
        for line in str(error).splitlines():
            talk.error(line)
        talk.error(f"the plan breaks its rules; please report this: {talk.trace(error)}")
        return Ending.MISMATCH
    if isinstance(error, OptionError):
        talk.error(str(error))
        return Ending.USAGE
    if isinstance(error, OSError):
        if error.filename is None:
            mute(sys.stdout)
        where = "" if error.filename is None else f"{error.filename}: "
        talk.error(f"{where}{(error.strerror or str(error)).lower()}")
        talk.trace(error)
        return Ending.ERROR
    what = "" if isinstance(error, SolverError) else f"internal error: {type(error).__name__}: "
    first = next(iter(str(error).splitlines()), "")
    log = talk.trace(error)
    talk.error(f"{what}{first} (log: {log})")
    return Ending.ERROR
