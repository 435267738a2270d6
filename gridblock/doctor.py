"""What an installation is made of, and whether it plans correctly: versions, self-tests, machine.

Each library is loaded where it is looked at, so that one that is missing or broken is told.
"""

from __future__ import annotations

import math
import platform
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from gridblock import machine
from gridblock.solvers.versions import HIGHSPY, installed

if TYPE_CHECKING:
    from collections.abc import Callable

State = Literal["ok", "note", "missing", "fault", "wrong"]

EXTRAS: Final = {
    "dask": ("distributed", "many solves on a cluster"),
    "stochastic": ("mpi-sppy", "scenarios solved apart"),
    "bench": ("PySCIPOpt", "rivals: make bench"),
}
"""Optional parts: the package that shows whether each is there, and what it is for."""
LITTLE_MEMORY: Final = 2e9
LITTLE_ROOM: Final = 1e9
EXAMPLE: Final = "first"
REINSTALL: Final = f"pip install --force-reinstall '{HIGHSPY}'"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        group: versions, self-test, machine or optional parts.
        name: what was looked at.
        found: what is there.
        state: ok; note, what may be as it is; missing, an optional part that is not there; fault,
            what has to be mended; wrong, an answer that is not the right one.
        needed: what is asked of it, or what it is for.
        remedy: what to do where it is not ok.
    """

    group: str
    name: str
    found: str
    state: State = "ok"
    needed: str = ""
    remedy: str = ""


def examined(on_step: Callable[[str], None] | None = None) -> list[Check]:
    """Look at everything.

    Args:
        on_step: called with what is looked at next.
    """
    steps = {
        "versions": of_versions,
        "self-test": of_solver,
        "machine": of_machine,
        "optional parts": of_extras,
    }
    found = []
    for name, look in steps.items():
        if on_step is not None:
            on_step(name)
        found += look()
    return found


def of_versions() -> list[Check]:
    """Compare what is installed with what gridblock needs."""
    python = platform.python_version()
    found = [
        Check("versions", "gridblock", installed("gridblock") or "not installed"),
        Check("versions", "Python", python, needed=">=3.11"),
    ]
    return found + [_library(need) for need in _needs() if "extra ==" not in need]


def _needs() -> list[str]:
    try:
        return requires("gridblock") or []
    except PackageNotFoundError:
        return []


def _library(need: str) -> Check:
    """Compare one library with the version that is needed: ``highspy>=1.15.1``."""
    name, least = (part.strip() for part in need.split(";")[0].split(">=", 1))
    found = installed(name)
    remedy = f"pip install --upgrade '{name}>={least}'"
    if found is None:
        return Check("versions", name, "not installed", "fault", f">={least}", remedy)
    if _parts(found) < _parts(least):
        return Check("versions", name, found, "fault", f">={least}", remedy)
    try:
        import_module(name.replace("-", "_").lower())
    except Exception:
        remedy = f"it cannot be loaded: pip install --force-reinstall '{name}>={least}'"
        return Check("versions", name, found, "fault", f">={least}", remedy)
    return Check("versions", name, found, needed=f">={least}")


def _parts(text: str) -> tuple[int, ...]:
    """Give the numbers of a release that can be compared: ``1.15.1`` as (1, 15, 1)."""
    release = re.match(r"[0-9]+(?:\.[0-9]+)*", text)
    numbers = [int(part) for part in release[0].split(".")] if release else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def of_solver() -> list[Check]:
    """Solve what has a known answer, in a process of its own as every solve is."""
    return [
        _tested("whole number and share", "9", _fixed_charge),
        _tested("no whole number fits", "infeasible", _nothing_fits),
        _tested(f"example {EXAMPLE}", *_example()),
    ]


def _tested(name: str, expected: str, answer: Callable[[], str]) -> Check:
    """Run a self-test; whatever goes wrong is its answer."""
    try:
        found = answer()
    except Exception as error:
        said = next(iter(str(error).splitlines()), "") or type(error).__name__
        return Check("self-test", name, f"failed: {said}", "fault", expected, REINSTALL)
    state: State = "ok" if found == expected else "wrong"
    return Check("self-test", name, found, state, expected, "" if state == "ok" else REINSTALL)


def _fixed_charge() -> str:
    """Minimise 2 x + 3 z where x + z is at least 4.5, both from 0 to 10, z whole.

    x costs less, so x = 4.5 and the optimum is 9. HiGHS 1.14.0 answers 15, which is z = 5, and
    calls it optimal (HiGHS #3043).
    """
    return _solved([2.0, 3.0], [1.0, 1.0], (4.5, math.inf))


def _nothing_fits() -> str:
    """Ask for whole numbers whose double and fourfold sum to 1."""
    return _solved([1.0, 1.0], [2.0, 4.0], (1.0, 1.0), both=True)


def _solved(
    cost: list[float], row: list[float], within: tuple[float, float], *, both: bool = False
) -> str:
    """Solve a row over two columns from 0 to 10, the second or both of them whole."""
    import numpy as np

    from gridblock.solvers.matrix import Matrix
    from gridblock.solvers.outcome import Settings, Verdict
    from gridblock.solvers.session import Session

    matrix = Matrix(
        cost=np.array(cost),
        offset=0.0,
        lower=np.zeros(2),
        upper=np.full(2, 10.0),
        integer=np.array([both, True]),
        row_lower=np.array([within[0]]),
        row_upper=np.array([within[1]]),
        start=np.array([0, 2]),
        index=np.array([0, 1]),
        value=np.array(row),
    )
    with Session(any_version=True) as session:
        session.load(matrix)
        outcome = session.run(Settings(gap=0.0, time_limit=30.0))
    if outcome.verdict is Verdict.OPTIMAL and outcome.objective is not None:
        return f"{outcome.objective:.5g}"
    return str(outcome.verdict)


def _example() -> tuple[str, Callable[[], str]]:
    """Give the known optimum of a shipped example, and what plans and audits it."""
    from gridblock.commands.sources import GALLERY

    lines = (GALLERY / "optima.csv").read_text(encoding="utf-8").splitlines()
    row = next(line.split(",") for line in lines if line.startswith(f"{EXAMPLE},"))

    def planned() -> str:
        import gridblock

        plan = gridblock.solve(gridblock.read(GALLERY / f"{EXAMPLE}.yaml"), gap=0.0)
        plan.audit().raise_if_broken()
        return f"{plan.objective:,.0f}"

    return f"{float(row[1]):,.0f}", planned


def of_machine() -> list[Check]:
    """Say what there is to solve with and to write to."""
    here = Path.cwd()
    return [
        Check("machine", "system", f"{platform.system()} {platform.machine()}"),
        Check("machine", "cores", str(machine.cores()), needed="used by --jobs and --threads"),
        _memory(),
        _room("temporary folder", Path(tempfile.gettempdir()), "set TMPDIR to another folder"),
        _room("this folder", here, "choose another with -o, or save nothing: --no-save"),
    ]


def _memory() -> Check:
    free = machine.memory()
    if free is None:
        return Check("machine", "free memory", "not known here")
    needed = "2 GB for a model of 200,000 columns"
    if free < LITTLE_MEMORY:
        remedy = "large instances may end for lack of memory: end other programs, or use fewer jobs"
        return Check("machine", "free memory", f"{free / 1e9:.1f} GB", "note", needed, remedy)
    return Check("machine", "free memory", f"{free / 1e9:.1f} GB", needed=needed)


def _room(name: str, folder: Path, remedy: str) -> Check:
    """Say whether a folder can be written to, and how much room it has."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"gridblock")
            file.flush()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        found = f"cannot be written ({(error.strerror or str(error)).lower()})"
        return Check("machine", name, found, "fault" if "temp" in name else "note", "", remedy)
    state: State = "ok" if free >= LITTLE_ROOM else "note"
    told = "" if state == "ok" else remedy
    return Check("machine", name, f"{free / 1e9:.1f} GB free", state, "1 GB", told)


def of_extras() -> list[Check]:
    """Say which optional parts are there."""
    found = []
    for extra, (package, use) in EXTRAS.items():
        there = installed(package)
        if there is None:
            remedy = f"pip install 'gridblock[{extra}]'"
            found.append(Check("optional parts", extra, "not there", "missing", use, remedy))
        else:
            found.append(Check("optional parts", extra, f"{package} {there}", needed=use))
    return found


def as_json(found: list[Check]) -> dict[str, Any]:
    """Give what was found as plain data."""
    return {
        "format_version": 1,
        "ok": not any(check.state in {"fault", "wrong"} for check in found),
        "checks": [asdict(check) for check in found],
    }
