"""The parent's end of the pipes to one worker process."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Event = dict[str, Any]


class Child:
    """A worker, what it tells, and how it ended."""

    def __init__(self, command: Sequence[str], errors: Path) -> None:
        """Start a worker whose standard error goes to a file."""
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONFAULTHANDLER": "1"}
        with errors.open("ab") as file:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                start_new_session=True,
                env=environment,
            )
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def send(self, command: Event) -> None:
        """Write a command; that a worker has died is told by its last event."""
        assert self.process.stdin
        with suppress(OSError):
            self.process.stdin.write(json.dumps(command).encode() + b"\n")
            self.process.stdin.flush()

    def end(self, patience: float = 0.0, *, politely: bool = False) -> str:
        """Wait for `patience` seconds, kill what is left, and return how the worker ended.

        Politely means to close its pipe first, on which a worker ends by itself.
        """
        assert self.process.stdin
        with suppress(OSError):
            if politely:
                self.process.stdin.close()
        try:
            status = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = 0
        with suppress(OSError):
            self.process.stdin.close()
        self.reader.join()
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines, suppress(ValueError):
            for line in lines:
                self.events.put(json.loads(line))
        self.events.put({"event": "gone"})
