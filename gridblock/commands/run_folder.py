"""The folder of a run while it is solved."""

import errno
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from gridblock.commands.talk import Talk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridblock.instances.instance import Instance
    from gridblock.runs import Run

NAMES: Final = ("ENOSPC", "EDQUOT", "EIO")
FAILED: Final = tuple(getattr(errno, name) for name in NAMES if hasattr(errno, name))
"""What is no fault of the folder asked for: the disk is full, the quota is, or it is broken."""


@contextmanager
def held_run(
    talk: Talk, given: "Instance", output: Path | None, no_save: bool, resume: bool
) -> "Iterator[Run | None]":
    """Hold the folder of the run while it is solved; remove it when nothing came of it.

    Raises:
        typer.BadParameter: the folder cannot be made.
        OSError: the disk is full or fails.
    """
    if no_save:
        yield None
        return
    from gridblock.instances.faults import InstanceError
    from gridblock.solvers.outcome import OptionError

    try:
        run, new = _begun(given, output, resume)
    except OSError as error:
        told = f"{error.strerror}; choose another folder, or --no-save"
        if error.errno in FAILED:
            raise OSError(error.errno, told, error.filename) from None
        message = f"{error.filename}: {told}"
        raise typer.BadParameter(message) from None
    talk.log_to(run.log)
    try:
        yield run
    except (KeyboardInterrupt, InstanceError, OptionError):
        if new:
            run.discard()
        raise
    except OSError as error:
        if error.filename is not None:
            raise
        raise OSError(error.errno, error.strerror or str(error), str(run.part)) from error


def _begun(given: "Instance", output: Path | None, resume: bool) -> "tuple[Run, bool]":
    """Make the folder, or go on in what a run has left; say whether it is new.

    Raises:
        OSError: it cannot be made or written into; a new one is gone again.
    """
    from gridblock import runs, unfinished
    from gridblock.own_json import FOLDER

    found = unfinished.find(given, output, FOLDER) if resume else None
    run = runs.Run(*(found or (output or runs.usual_folder(given),)))
    try:
        unfinished.begin(run.part, given)
    except OSError:
        if found is None:
            run.discard()
        raise
    return run, found is None
