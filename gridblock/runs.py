"""Saved runs: instance, plan and tables in one folder, written whole or not at all.

While a run is solved its folder is called ``….part`` and holds ``log``, ``progress.csv`` and the
solver's best point so far; it is renamed when it is whole. What a kill leaves behind is such a
folder.
"""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from gridblock import unfinished
from gridblock.file_names import file_name
from gridblock.instances.instance import Instance
from gridblock.instances.seal import is_broken
from gridblock.instances.write import named, to_json, write_text
from gridblock.model import certificate as certificates
from gridblock.model import plan_json
from gridblock.model.findings import Finding, Report
from gridblock.model.plan import PlanData
from gridblock.own_json import FOLDER, read_json, unreadable

if TYPE_CHECKING:
    import pandas as pd

    from gridblock.solvers.outcome import Progress

PROGRESS: Final = ("seconds", "best", "bound", "gap", "nodes")
CERTIFICATE: Final = "certificate.json"
TORN: Final = ".gridblock-*.tmp"
"""A file that was not written to its end, see ``gridblock.instances.write``."""
SEALED: Final = "plan_is_as_it_was_saved"


class Saveable(Protocol):
    """A plan with its instance and tables."""

    @property
    def instance(self) -> Instance:
        """What was given."""

    @property
    def data(self) -> PlanData:
        """The plan as plain data."""

    @property
    def progress(self) -> "tuple[Progress, ...]":
        """How best and bound moved."""

    @property
    def certificate(self) -> certificates.Certificate | None:
        """What proves the bound."""

    def table(self, name: str) -> "pd.DataFrame":
        """Give a table by name."""


class Run:
    """A run that is being solved.

    Attributes:
        folder: what its folder will be called.
        part: the folder until then.
    """

    def __init__(self, folder: Path, part: Path | None = None) -> None:
        """Make the folder.

        Args:
            folder: what it will be called.
            part: what an unfinished run has left, to go on in; default a new one.

        Raises:
            FileExistsError: there is a folder of that name, and it is not empty.
            BusyError: another process is at work on what is left.
            OSError: it cannot be made.
        """
        refuse_taken(folder)
        self.folder = folder.absolute()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.part = _made(self.folder) if part is None else part.absolute()
        # From here on ``part`` says that the name is taken; an empty folder did until now.
        with suppress(OSError):
            self.folder.rmdir()
        self._hold = unfinished.held(self.part)
        self._progress: IO[str] | None = None

    @property
    def log(self) -> Path:
        """The log of the run, while it is solved."""
        return self.part / "log"

    def moved(self, progress: "Progress") -> None:
        """Add a line to ``progress.csv``."""
        self._add_progress(tuple(getattr(progress, name) for name in PROGRESS))

    def _add_progress(self, values: tuple[object, ...]) -> None:
        file = self.part / "progress.csv"
        line = ",".join("" if value is None else repr(value) for value in values)
        with named(file):
            if self._progress is None:
                head = "" if file.exists() else ",".join(PROGRESS) + "\n"
                self._progress = file.open("a", encoding="utf-8", buffering=1, newline="")
                self._progress.write(head)
            self._progress.write(line + "\n")

    def finish(self, plan: Saveable) -> Path:
        """Write instance, plan and tables, and give the folder its name.

        Raises:
            OSError: something cannot be written; what has been written lies in ``part``.
        """
        for progress in () if self._progress else plan.progress:
            self.moved(progress)
        self._end_progress(plan.data)
        write_text(self.part / "instance.json", to_json(plan.instance.plain()))
        write_text(self.part / "plan.json", to_json(plan_json.to_plain(plan.data)))
        if plan.certificate is not None:
            text = to_json(certificates.to_plain(plan.certificate))
            write_text(self.part / CERTIFICATE, text)
        if plan.data.decisions is not None:
            self._write_tables(plan)
        return self.close()

    def close(self) -> Path:
        """Give the folder its name, with what has been written into ``part``.

        Raises:
            OSError: it cannot be renamed.
        """
        self._hold.release()
        with suppress(FileNotFoundError):
            self.folder.rmdir()
        self.part.rename(self.folder)
        _sync(self.folder.parent)
        return self.folder

    def _end_progress(self, data: PlanData) -> None:
        """Add what the plan states in the end, bound and all."""
        if data.objective is not None:
            taken, nodes = data.seconds.get("solve"), data.solver.get("nodes")
            self._add_progress((taken, data.objective, data.bound, data.gap, nodes))
        self._close()

    def _write_tables(self, plan: Saveable) -> None:
        from gridblock.reports.plain_text import csv_table
        from gridblock.reports.tables import NAMES

        (self.part / "tables").mkdir(exist_ok=True)
        for name in NAMES:
            write_text(self.part / "tables" / f"{name}.csv", csv_table(plan.table(name)))

    def discard(self) -> None:
        """Remove what has been written."""
        self._close()
        self._hold.release()
        shutil.rmtree(self.part, ignore_errors=True)

    def _close(self) -> None:
        if self._progress is not None:
            self._progress.close()


def save(plan: Saveable, folder: Path) -> Path:
    """Save a plan into a new folder, whole or not at all.

    Raises:
        FileExistsError: the folder exists and is not empty.
        OSError: it cannot be written.
    """
    run = Run(folder)
    try:
        return run.finish(plan)
    except BaseException:
        run.discard()
        raise


def refuse_taken(folder: Path, *begun: str) -> None:
    """Refuse a folder that holds something already.

    Args:
        folder: what is to be written into.
        begun: patterns of what may be there: what a process that was killed had begun to write.

    Raises:
        FileExistsError: it exists and is not a folder that is empty, but for what was begun.
    """
    if os.path.lexists(folder) and not (folder.is_dir() and _holds_only(folder, begun)):
        message = "exists already, and nothing is overwritten"
        raise FileExistsError(0, message, str(folder))


def _holds_only(folder: Path, begun: Sequence[str]) -> bool:
    """Say whether all that a folder holds is called like one of some patterns."""
    names = [path.name for path in folder.iterdir()]
    return all(any(fnmatchcase(name, pattern) for pattern in begun) for name in names)


def usual_folder(instance: Instance) -> Path:
    """Make an empty folder for a run, ``runs/<instance>-<UTC time>-<hash8>``.

    No other process is given the same one, though it ask in the same second.

    Raises:
        OSError: it cannot be made.
    """
    now = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    base = f"{file_name(instance.name)}-{now}-{instance.hash[:8]}"
    for name in (base, *(f"{base}-{i}" for i in range(2, 1000))):
        folder = FOLDER / name
        if not any(FOLDER.glob(f"{name}*")) and _made_first(folder):
            return folder
    message = "there are a thousand runs of this name; remove some"
    raise FileExistsError(0, message, str(FOLDER / base))


def _made_first(folder: Path) -> bool:
    """Whether this process made a folder that no run of another process is to be called."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    if any(folder.parent.glob(f"{folder.name}*.part")):
        folder.rmdir()
        return False
    return True


def _made(folder: Path) -> Path:
    """Make a new folder beside another, called like it with ``.part`` at the end."""
    for number in range(1, 1000):
        part = folder.with_name(f"{folder.name}{f'-{number}' if number > 1 else ''}.part")
        with suppress(FileExistsError):
            part.mkdir()
            return part
    message = "there are a thousand unfinished runs of this name; remove some"
    raise FileExistsError(0, message, str(folder))


def _sync(folder: Path) -> None:
    """Make a rename last through a power cut, where the system can."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def read_plan_file(file: Path) -> PlanData:
    """Read a plan.json.

    Raises:
        InstanceError: it cannot be read, or is no plan.
    """
    return _plan_of(read_json(file), file)


def read_with_seal(file: Path) -> tuple[PlanData, Report]:
    """Read a plan.json, and whether it is as it was written: a row checked, if it says so.

    Raises:
        InstanceError: it cannot be read, or is no plan.
    """
    data = read_json(file)
    return _plan_of(data, file), _seal(data, file)


def with_digest(report: Report, file: Path) -> Report:
    """Add to an audit whether a plan.json is as it was written, if it says so.

    Raises:
        InstanceError: it cannot be read.
    """
    seal = _seal(read_json(file), file)
    return Report((*seal.findings, *report.findings), {**seal.checked, **report.checked})


def _plan_of(data: Any, file: Path) -> PlanData:
    try:
        return plan_json.from_plain(data, str(file))
    except (AttributeError, OverflowError, TypeError, ValueError) as error:
        raise unreadable(file, f"is not a plan: {error}") from None


def _seal(data: Any, file: Path) -> Report:
    if not isinstance(data, dict) or "digest" not in data:
        return Report((), {})
    changed = Finding(SEALED, str(file), "was changed after it was saved")
    return Report((changed,) if is_broken(data) else (), {SEALED: 1})
