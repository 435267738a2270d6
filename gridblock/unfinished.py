"""Runs that were ended before they were whole: found again, and held by one process at a time."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gridblock.instances.faults import InstanceError
from gridblock.instances.write import to_json, write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gridblock.instances.instance import Instance
    from gridblock.model.plan import Decisions

PART: Final = ".part"
HOLD: Final = "hold"
LEFT: Final = ("gridblock-*", ".gridblock-*")
"""Private folders of solvers, and files that were not written to their end."""
INSTANCE: Final = "instance.json"


@dataclass
class Hold:
    """A file that a process holds as long as it is at work in a folder.

    Attributes:
        file: its descriptor; below 0 once it is released.
        path: where it stands.
    """

    file: int
    path: Path

    def release(self) -> None:
        """Remove the file, and what processes that were killed have left; let others in.

        May be called twice.
        """
        if self.file >= 0:
            for pattern in LEFT:
                for left in self.path.parent.glob(pattern):
                    shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(True)
            with suppress(OSError):
                self.path.unlink()
            os.close(self.file)
            self.file = -1


def held(part: Path) -> Hold:
    """Hold a folder, so that no other process goes on in it meanwhile.

    Raises:
        BusyError: another process holds it.
        OSError: it cannot be written to.
    """
    from gridblock.solvers.many.journal import hold

    path = part / HOLD
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        hold(file, path)
    except BaseException:
        os.close(file)
        raise
    return Hold(file, path)


def begin(part: Path, instance: Instance) -> None:
    """Write down what is planned, so that it can be gone on with.

    Raises:
        OSError: it cannot be written.
    """
    write_text(part / INSTANCE, to_json(instance.plain()))


def find(instance: Instance, output: Path | None, usual: Path) -> tuple[Path, Path] | None:
    """Find what an unfinished run of an instance has left: its folder-to-be, and what it is now.

    Args:
        instance: what is planned.
        output: the folder that was asked for; None for the latest run in the usual one.
        usual: the usual folder of runs.
    """
    for part in _parts(output, usual):
        if _plans(part, instance):
            name = part.name.removesuffix(PART)
            return output or part.with_name(name), part
    return None


def _parts(output: Path | None, usual: Path) -> Iterator[Path]:
    """Give unfinished runs, the latest one first."""
    folder, pattern = (usual, f"*{PART}")
    if output is not None:
        folder, pattern = output.absolute().parent, f"{output.name}*{PART}"
    with suppress(OSError):
        yield from sorted(folder.glob(pattern), key=_changed, reverse=True)


def _changed(part: Path) -> int:
    try:
        return part.stat().st_mtime_ns
    except OSError:
        return 0


def _plans(part: Path, instance: Instance) -> bool:
    """Tell whether a run planned this instance."""
    from gridblock.instances.read import read

    try:
        return read(part / INSTANCE).hash == instance.hash
    except InstanceError:
        return False


def best(instance: Instance, part: Path, note: Callable[[str], None]) -> Decisions | None:
    """Give the best plan that an unfinished run has left, and say whether there is one."""
    from gridblock.model import plan_json
    from gridblock.own_json import read_json
    from gridblock.solvers.recovery import best_left

    saved = part / "plan.json"  # where it was ended while it was saved
    found = best_left(instance, part)
    if found is None and saved.exists():
        found = plan_json.from_plain(read_json(saved), str(saved)).decisions
    note("goes on from the best plan so far" if found else "starts from nothing: no plan left")
    return found
