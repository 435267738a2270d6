"""Scenarios apart, by mpi-sppy: progressive hedging with a bound from each side.

It runs in processes of their own, with files between: the program goes in, bounds come out again
and again, and in the end what is decided. A process that gives no sign of life, or goes on after
its time, is ended, and what was known then counts. What is decided is carried through in every
scenario afterwards, by our own solver, so that only the lower bound is mpi-sppy's word.
"""

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gridblock.model.extensive import Domain
from gridblock.solvers.outcome import Progress, Settings, SolverError, Stop
from gridblock.solvers.stochastic import travel
from gridblock.solvers.stochastic.cylinders_model import ALIVE, FOLDER, PROGRESS
from gridblock.solvers.stochastic.orders import OrdersProgram

NEEDED: Final = ("mpisppy", "mpi4py", "scipy")
RANKS: Final = 3
"""Progressive hedging, the Lagrangian bound, and the search for orders: a process each."""
USUAL_SECONDS: Final = 3600.0
GRACE: Final = 60.0
"""Seconds after its time limit at which it is ended."""
LIFELESS: Final = 120.0
"""Seconds without a sign of life after which it is ended."""
ITERATIONS: Final = 1000
MOST_CANDIDATES: Final = 3
SOLUTION, IMPROVED = "solution", "improved"
MODULE: Final = "planner"
TAIL: Final = 2000


@dataclass(frozen=True)
class Cylinders:
    """What mpi-sppy found.

    Attributes:
        stop: why it ended.
        outer: its lower bound of the expected cost, or None.
        inner: the expected cost of the best that it found, by its own account, or None.
        candidates: what may be decided, the best first.
        iterations: of progressive hedging.
        seconds: wall time.
    """

    stop: Stop
    outer: float | None
    inner: float | None
    candidates: tuple[dict[Any, float], ...]
    iterations: int
    seconds: float


def missing() -> str:
    """Say what is not installed; nothing where all is."""
    lack = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    lack += [] if _mpiexec() else ["mpiexec"]
    if not lack:
        return ""
    return f"{', '.join(lack)} not found; pip install 'gridblock[stochastic]'"


def _mpiexec() -> str | None:
    """Find the program that starts the processes, first beside this interpreter."""
    beside = str(Path(sys.executable).parent)
    return shutil.which("mpiexec", path=os.pathsep.join((beside, os.environ.get("PATH", ""))))


def solve(
    program: OrdersProgram,
    domains: Mapping[Any, Domain],
    settings: Settings,
    *,
    stopped: Callable[[], bool] = lambda: False,
    on_progress: Callable[[Progress], None] | None = None,
    lifeless: float = LIFELESS,
    command: Sequence[str] | None = None,
) -> Cylinders:
    """Solve a program scenario by scenario.

    Args:
        program: the scenarios.
        domains: what may be decided, in all of them.
        settings: gap, and the time limit, an hour by default; it is ended a minute later.
        stopped: says whether it is to end now.
        on_progress: called with both bounds, when they move.
        lifeless: seconds without a sign of life after which it is ended.
        command: what to run instead of mpi-sppy.

    Raises:
        SolverError: it is not installed, or has failed without any result.
    """
    lack = "" if command else missing()
    if lack:
        raise SolverError(lack)
    with tempfile.TemporaryDirectory(prefix="gridblock-") as name:
        folder = Path(name)
        travel.write(folder, program, domains)
        names = "cylinders_model import *", "cylinders_model import _rho_setter"
        lines = (f"from gridblock.solvers.stochastic.{each}  # noqa" for each in names)
        (folder / f"{MODULE}.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
        seconds = settings.time_limit if settings.time_limit is not None else USUAL_SECONDS
        asked = command or _command(len(program.probability), settings, seconds)
        run = _Run(folder, asked, seconds + GRACE, lifeless, stopped, on_progress)
        stop = run.wait()
        found = _candidates(folder, domains)
        outer, inner, iterations = run.told
        if outer is None and not found and stop is Stop.CRASHED:
            message = f"mpi-sppy has failed: {run.tail()}"
            raise SolverError(message)
        return Cylinders(stop, outer, inner, found, iterations, run.seconds)


def _command(scenarios: int, settings: Settings, seconds: float) -> list[str]:
    start = [str(_mpiexec()), "--oversubscribe", "-np", str(RANKS)]
    module = [sys.executable, "-m", "mpi4py", "-m", "mpisppy.generic_cylinders"]
    options = {
        "module-name": MODULE,
        "num-scens": scenarios,
        "solver-name": "appsi_highs",
        "max-solver-threads": settings.threads,
        "max-iterations": ITERATIONS,
        "time-limit": max(1, round(seconds)),
        "default-rho": 1,
        "rel-gap": settings.gap,
        "solution-base-name": SOLUTION,
        "incumbent-on-improvement-filename-prefix": IMPROVED,
    }
    pairs = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return [*start, *module, *pairs, "--lagrangian", "--xhatshuffle", "--linearize-proximal-terms"]


class _Run:
    """Processes that are watched.

    Attributes:
        seconds: how long they ran.
        told: the last bounds and iteration: outer, inner, iterations.
    """

    def __init__(
        self,
        folder: Path,
        command: Sequence[str],
        limit: float,
        lifeless: float,
        stopped: Callable[[], bool],
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self._folder, self._limit, self._lifeless = folder, limit, lifeless
        self._stopped, self._on_progress = stopped, on_progress or (lambda _: None)
        self._log = folder / "log"
        self.told: tuple[float | None, float | None, int] = (None, None, 0)
        self._began, self.seconds = time.monotonic(), 0.0
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=_environment(folder),
            )

    def wait(self) -> Stop:
        """Wait until it ends, and end it where it does not."""
        stop: Stop | None = None
        try:
            while stop is None and self._process.poll() is None:
                time.sleep(0.1)
                self.seconds = time.monotonic() - self._began
                self._listen()
                if self._stopped():
                    stop = Stop.INTERRUPTED
                elif self.seconds > self._limit:
                    stop = Stop.TIME_LIMIT
                elif self._silent() > self._lifeless:
                    stop = Stop.KILLED
        finally:
            self._end()
        self._listen()
        if stop is None:
            stop = Stop.FINISHED if self._process.returncode == 0 else Stop.CRASHED
        return stop

    def _listen(self) -> None:
        """Take in new bounds."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            data = json.loads((self._folder / PROGRESS).read_text(encoding="utf-8"))
            told = data["outer"], data["inner"], data["iteration"]
            if told != self.told:
                self.told = told
                self._on_progress(Progress(self.seconds, told[1], told[0], told[2]))

    def _silent(self) -> float:
        """Give the seconds since the quietest of the processes last gave a sign of life."""
        files = list(self._folder.glob(f"{ALIVE}*")) or [self._log]
        with contextlib.suppress(OSError):
            return time.time() - min(file.stat().st_mtime for file in files)
        return 0.0

    def _end(self) -> None:
        """End all processes."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)

    def tail(self) -> str:
        """Give the last line that says what was wrong."""
        text = self._log.read_bytes()[-TAIL:].decode(errors="replace")
        lines = [line.strip() for line in text.splitlines() if "Error" in line]
        return lines[-1] if lines else f"exit status {self._process.returncode}"


def _environment(folder: Path) -> dict[str, str]:
    """Give the environment of the processes: this machine alone, and no word of what is odd."""
    local = {
        FOLDER: str(folder),
        "OMPI_MCA_osc": "^ucx",
        "OMPI_MCA_btl": "self,sm",
        "OMPI_MCA_pml": "ob1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        local |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    return os.environ | local


def _candidates(folder: Path, domains: Mapping[Any, Domain]) -> tuple[dict[Any, float], ...]:
    """Read what was decided in the end, and the last improvements before."""
    files = [folder / f"{SOLUTION}.csv", *sorted(folder.glob(f"{IMPROVED}_*.csv"), reverse=True)]
    keys, found = list(domains), list[dict[Any, float]]()
    for file in files:
        with contextlib.suppress(OSError, ValueError, IndexError):
            lines = file.read_text(encoding="utf-8").split()
            values = [float(line.rpartition(",")[2]) for line in lines]
            decided = {
                key: float(round(value)) if domains[key].whole else value
                for key, value in zip(keys, values, strict=True)
            }
            kept = {key: value for key, value in decided.items() if value}
            if kept not in found:
                found.append(kept)
    return tuple(found[:MOST_CANDIDATES])
