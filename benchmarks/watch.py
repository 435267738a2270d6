"""A measurement under watch: caps on memory and time, and an end for all that it has started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.jobs import read_journal

if TYPE_CHECKING:
    from benchmarks.jobs import Job

ROOT = Path(__file__).parents[1]
SECONDS_BETWEEN_LOOKS = 0.2
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass(frozen=True)
class Seen:
    """What came of a measurement.

    Attributes:
        events: its journal.
        ended: ``done``, ``failed``, ``time`` or ``memory``.
        peak_mb: most memory of the process and all that it started, together.
        stderr: the end of what it said.
    """

    events: list[dict[str, Any]]
    ended: str
    peak_mb: float
    stderr: str


def watched(job: Job, *, memory_mb: float, patience: float) -> Seen:
    """Measure a job in a process of its own.

    Args:
        job: what is measured.
        memory_mb: most memory of the process with all that it starts.
        patience: seconds after which it is ended, whatever it does.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        ask, journal, said = (Path(folder) / name for name in ("job.json", "journal", "stderr"))
        job.save(ask)
        with said.open("wb") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.worker", str(ask), str(journal)],
                cwd=ROOT,
                env={**os.environ, "TMPDIR": folder, "OMP_NUM_THREADS": str(job.threads)},
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
            )
            try:
                ended, peak = _wait(process, memory_mb, time.monotonic() + patience)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return Seen(read_journal(journal), ended, peak, said.read_text(errors="replace")[-2000:])


def _wait(process: subprocess.Popen[bytes], most_mb: float, until: float) -> tuple[str, float]:
    """Wait for the end, or for a cap to be passed; say which, with the most memory seen."""
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(_resident_mb, _family(process.pid))))
        if peak > most_mb:
            return "memory", peak
        if time.monotonic() > until:
            return "time", peak
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return ("done" if process.returncode == 0 else "failed"), peak


def _family(pid: int) -> list[int]:
    """Give a process and all that it has started and that still run."""
    found, left = [], [pid]
    while left:
        each = left.pop()
        found.append(each)
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            with suppress(OSError):
                left += map(int, children.read_text().split())
    return found


def _resident_mb(pid: int) -> float:
    with suppress(OSError, IndexError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_MB
    return 0.0
