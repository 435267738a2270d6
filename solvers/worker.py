"""The child process: HiGHS behind a pipe, one command a line, gone when the pipe ends."""

from __future__ import annotations

import argparse
import json
import os
import queue
import shutil
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gridblock.solvers.change import Change
from gridblock.solvers.highs import Engine
from gridblock.solvers.listener import Listener
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import (
    ModelError,
    OptionError,
    Outcome,
    Settings,
    SolverError,
    arrays,
    facts,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from gridblock.solvers.change import Floats
    from gridblock.solvers.outcome import Progress

OUT_OF_MEMORY = 77
SWEEPS = 3
FIRST_TO_GO = "800"
"""Of -1000 to 1000; any process may raise its own."""


class Worker(Listener):
    """Serves the commands ``load``, ``change``, ``run`` and ``polish``; ``stop`` ends a solve.

    Each command has a number that all events it causes carry. Arrays travel in files of the
    folder: a command names the file it wants read, and an answer the file it has written.
    """

    def __init__(self, folder: Path, events: int, log: TextIO | None) -> None:
        """Serve in a folder, telling events to a file descriptor and HiGHS's log to a file."""
        super().__init__()
        self.folder, self.events, self.log = folder, events, log
        self.engine = Engine()
        self.number, self.forward = 0, False
        self.told = threading.Lock()
        self.stopping = threading.Event()

    def tell(self, event: str, **details: Any) -> None:
        """Write one event."""
        line = json.dumps({"event": event, "number": self.number, **details}) + "\n"
        with self.told:
            left = memoryview(line.encode())
            while left:
                left = left[os.write(self.events, left) :]

    def stopped(self) -> bool:
        """Whether the parent has asked to stop."""
        return self.stopping.is_set()

    def improved(self, values: Floats) -> None:
        """Keep a new best point where the parent finds it even if this process is killed."""
        beside = self.folder / "incumbent.part"
        with beside.open("wb") as file:
            np.save(file, values)
        beside.replace(self.folder / f"incumbent-{self.number}.npy")
        self.tell("incumbent")

    def moved(self, progress: Progress) -> None:
        """Pass a line of progress on."""
        line = (progress.seconds, progress.best, progress.bound, progress.nodes)
        self.tell("progress", progress=line)

    def logged(self, text: str) -> None:
        """Write HiGHS's log to the file, until that fails, and to the parent if it wants it."""
        if self.forward:
            self.tell("log", text=text)
        if self.log:
            try:
                self.log.write(text)
            except OSError:
                self.log = None
                raise

    def serve(self, command: dict[str, Any]) -> None:
        """Obey one command and tell how it ended."""
        self.number = command["number"]
        try:
            details = getattr(self, f"do_{command['do']}")(command)
        except MemoryError:
            self.tell("memory")
            os._exit(OUT_OF_MEMORY)
        except (ModelError, OptionError, SolverError) as error:
            self.tell("refused", kind=type(error).__name__, text=str(error))
        else:
            self.tell("done", **details)

    def do_load(self, command: dict[str, Any]) -> dict[str, Any]:
        """Take a matrix."""
        self.engine.load(Matrix.load(Path(command["path"])))
        return {}

    def do_change(self, command: dict[str, Any]) -> dict[str, Any]:
        """Change the matrix."""
        self.engine.change(Change.load(Path(command["path"])))
        return {}

    def do_run(self, command: dict[str, Any]) -> dict[str, Any]:
        """Solve."""
        settings, point = self.prepared(command)
        return self.result(self.engine.run(Settings(**settings, start=point), self))

    def do_polish(self, command: dict[str, Any]) -> dict[str, Any]:
        """Fix the integers at a point and solve the rest."""
        settings, point = self.prepared(command)
        if point is None:
            message = "polish needs a point"
            raise ModelError(message)
        return self.result(self.engine.polish(point, Settings(**settings), self))

    def prepared(self, command: dict[str, Any]) -> tuple[dict[str, Any], Floats | None]:
        """Return the settings and the point of a command, ready to listen."""
        self.forward = command["log"]
        self.logs = self.forward or self.log is not None
        self.faults.clear()
        path = command["path"]
        return command["settings"], None if path is None else np.load(path, allow_pickle=False)

    def result(self, outcome: Outcome) -> dict[str, Any]:
        """Write the arrays of an outcome to a file and return the rest."""
        path = self.folder / f"result-{self.number}.npz"
        with path.open("wb") as file:
            np.savez(file, **arrays(outcome))
        return {"outcome": facts(outcome), "path": str(path)}


def main(arguments: Sequence[str] | None = None, worker: type[Worker] = Worker) -> None:
    """Serve the parent until its end of the pipe closes."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    events = os.dup(sys.stdout.fileno())
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stdout.fileno())
    os.close(silence)
    _go_first()
    if options.memory_gb:
        _limit_memory(options.memory_gb)
    log = options.log.open("a", encoding="utf-8", buffering=1) if options.log else None
    serving = worker(options.folder, events, log)
    commands: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    sweep = options.folder if options.sweep else None
    threading.Thread(target=_listen, args=(serving, commands, sweep), daemon=True).start()
    serving.tell("ready", version=serving.engine.version)
    while True:
        serving.serve(commands.get())


def _listen(
    worker: Worker, commands: queue.SimpleQueue[dict[str, Any]], sweep: Path | None
) -> None:
    """Queue commands; end the process, whatever it does, as soon as the parent is gone.

    The folder is swept more than once, since a solve may still be writing into it.
    """
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "stop":
            worker.stopping.set()
        else:
            worker.stopping.clear()
            commands.put(command)
    if sweep:
        for _ in range(SWEEPS):
            shutil.rmtree(sweep, ignore_errors=True)
    os._exit(0)


def _go_first() -> None:
    """Let Linux end this process before the one that holds the best plan, where memory runs out."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)


def _limit_memory(gigabytes: float) -> None:
    """Let allocations fail beyond a limit, where the system can do so."""
    try:
        import resource
    except ImportError:
        return
    size = int(gigabytes * 1e9)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gridblock.solvers.worker")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--memory-gb", type=float)
    parser.add_argument("--sweep", action="store_true")
    return parser


if __name__ == "__main__":
    main()
