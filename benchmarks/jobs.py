"""What one measurement is asked for, and the journal that it writes while it goes."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STAGES = ("read", "build", "hand over", "solve", "read back", "audit", "report")
"""The parts of the wall clock, in their order; imports and the start of Python are left out."""


@dataclass(frozen=True)
class Job:
    """One measurement.

    Attributes:
        instance: the file of the instance.
        rung: its rung.
        seed: its seed.
        method: a name in ``methods.METHODS``.
        gap: the relative gap at which it may stop.
        time_limit: seconds for the solver.
        threads: threads, or processes, that it may use.
    """

    instance: str
    rung: str
    seed: int
    method: str
    gap: float
    time_limit: float
    threads: int

    def save(self, path: Path) -> None:
        """Write it to a file."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Job:
        """Read it from a file."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


class Journal:
    """A file of events, one line each, that outlives the process that writes it."""

    def __init__(self, path: Path) -> None:
        """Open the file; the clock starts with ``start``."""
        self._file = path.open("a", encoding="utf-8")
        self._began = time.perf_counter()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def start(self) -> None:
        """Start the clock: from here on everything counts."""
        self._began = time.perf_counter()
        self.write("start")

    @property
    def seconds(self) -> float:
        """Seconds since the clock was started."""
        return time.perf_counter() - self._began

    def write(self, event: str, **facts: Any) -> None:
        """Write an event."""
        self._file.write(json.dumps({"event": event, "at": self.seconds, **facts}) + "\n")
        self._file.flush()

    def moved(self, best: float | None, bound: float | None) -> None:
        """Note the best plan's cost and the proven bound, as far as there are any."""
        self.write("moved", best=_plain(best), bound=_plain(bound))

    def stages(self, seconds: dict[str, float]) -> None:
        """Note how long stages took that were measured elsewhere."""
        for name, took in seconds.items():
            self.write("stage", name=name, seconds=took)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure a stage; one that is entered again adds up."""
        before = time.perf_counter()
        try:
            yield
        finally:
            self.write("stage", name=name, seconds=time.perf_counter() - before)


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Read the events that are whole; a line cut short by a kill is left out."""
    events = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            events.append(json.loads(line))
        except ValueError:
            break
    return events


def _plain(value: float | None) -> float | None:
    return None if value is None or abs(value) >= 1e20 or value != value else float(value)
