"""A journal: answers by key, a line each, added whole; what a kill leaves is read back."""

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

from gridblock.solvers.many.row import Row, is_row

SECONDS_BETWEEN_SYNCS: Final = 1.0


class BusyError(OSError):
    """Another process adds to the journal."""


class Journal:
    """A file of answers that grows line by line.

    Attributes:
        rows: the answers by key; of several the last one.
    """

    def __init__(self, path: Path) -> None:
        """Read what there is, drop a line that was torn, and keep other processes away.

        Raises:
            BusyError: another process holds it.
            OSError: it cannot be read or written.
        """
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            hold(self._file, path)
            raw = path.read_bytes()
            whole = raw[: raw.rfind(b"\n") + 1]
            if len(whole) < len(raw):
                os.ftruncate(self._file, len(whole))
        except BaseException:
            os.close(self._file)
            raise
        self.rows = _rows(whole)
        self._synced = time.monotonic()

    def add(self, key: str, row: Mapping[str, Any]) -> None:
        """Add an answer: a kill loses none, a power cut those of the last second at most.

        Raises:
            OSError: it cannot be written.
        """
        left = memoryview((json.dumps({"key": key, **row}, allow_nan=False) + "\n").encode())
        while left:
            left = left[os.write(self._file, left) :]
        self.rows[key] = dict(row)
        if time.monotonic() - self._synced > SECONDS_BETWEEN_SYNCS:
            self._sync()

    def _sync(self) -> None:
        with suppress(OSError):
            os.fsync(self._file)
        self._synced = time.monotonic()

    def close(self) -> None:
        """Close the file; may be called twice."""
        if self._file >= 0:
            self._sync()
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        """Give the journal."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()


def read(path: Path) -> dict[str, Row]:
    """Read the answers of a journal that another process may be adding to.

    Raises:
        OSError: it cannot be read.
    """
    raw = path.read_bytes()
    return _rows(raw[: raw.rfind(b"\n") + 1])


def _rows(raw: bytes) -> dict[str, Row]:
    """Read lines; one that is not ours counts for nothing."""
    rows: dict[str, Row] = {}
    for line in raw.splitlines():
        with suppress(ValueError, RecursionError):
            row = json.loads(line)
            if is_row(row) and "key" in row:
                rows[str(row.pop("key"))] = row
    return rows


def hold(file: int, path: Path) -> None:
    """Hold a file as long as this process lives, where the system can.

    Raises:
        BusyError: another process holds it.
    """
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = "another process is at work on it; wait for that, or choose another folder"
        raise BusyError(0, message, str(path)) from None
