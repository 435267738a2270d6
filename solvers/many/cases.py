"""Cases: an instance with changes, what tells one from another, and solving one to a plain row."""

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple

from gridblock.instances.came_true import came_true
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.schema.scenarios import plain
from gridblock.model import plan_json
from gridblock.model.findings import AuditError
from gridblock.solvers.many.row import Row, row_of
from gridblock.solvers.outcome import ModelError, OptionError, Settings, SolverError
from gridblock.solvers.session import Session
from gridblock.solvers.solve import find_plan
from gridblock.solvers.versions import made_with

__all__ = ["Base", "Case", "Row", "Solved", "solve_case"]

INVALID: Final = "invalid"
"""The status of changes that give no valid instance."""
USUAL: Final = Settings()
FAILED: Final = ("failed", "broken")
"""Statuses that say nothing of the case: the solver failed, or its plan did not pass the audit."""


class VersionsError(Exception):
    """A worker has other versions of what may change an answer."""


@dataclass(frozen=True)
class Base:
    """An instance that cases start from, as it travels to other processes.

    Attributes:
        text: its plain data, without scenarios, as JSON.
    """

    text: str

    @classmethod
    def of(cls, instance: Instance) -> "Base":
        """Take an instance as it stands."""
        return cls(json.dumps(instance.as_it_stands()))


@dataclass(frozen=True)
class Case:
    """One solve.

    Attributes:
        name: what it is called; two cases of other names may be the same.
        base: the instance that it starts from.
        changes: new values or factors by field path, as a scenario has them; several come one
            after the other.
        settings: how to solve.
        keep: whether the plan comes back with the row.
        full: whether the row also says what is ordered, and how much stays unmet when.
    """

    name: str
    base: Base
    changes: tuple[Mapping[str, Any], ...] = ()
    settings: Settings = USUAL
    keep: bool = False
    full: bool = False

    def data(self) -> dict[str, Any]:
        """Give the instance as plain data.

        Raises:
            InstanceError: a change names no field.
        """
        data, _ = came_true(_read(self.base.text), self.changes)
        return data

    @cached_property
    def key(self) -> str:
        """SHA-256 of all that the answer rests on: instance, settings and versions.

        Raises:
            InstanceError: a change names no field.
        """
        of = self.settings
        how = (of.method, of.lp_solver, of.algorithm, of.presolve)
        asked = (of.gap, of.time_limit, of.threads, of.seed, *how)
        options = sorted(of.options.items())
        known = [plain(self.data()), asked, options, made_with()]
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


class Solved(NamedTuple):
    """What comes back of a case.

    Attributes:
        row: plain data; see ``solve_case``.
        plan: the plan as plain data, if it was to be kept and there is one.
    """

    row: Row
    plan: dict[str, Any] | None = None


def solve_case(case: Case, versions: Mapping[str, str]) -> Solved:
    """Solve a case, with a solver that this process keeps from case to case.

    Args:
        case: the case.
        versions: what its answer is to be made with, see ``versions.made_with``.

    Returns:
        A row with ``status`` (that of a plan, or ``invalid`` where the changes give no valid
        instance, ``broken`` where the plan did not pass the audit, ``failed`` where the solver
        failed), ``stop``, ``message``, ``objective``, ``bound``, ``gap``, ``costs`` by category,
        ``spending`` (costs but for what is only priced) and ``spending_by_period`` as present
        values, ``unmet`` by demand, ``unmet_share`` and ``unmet_by_period`` as shares of
        unit-hours, and ``seconds``; for a case that is ``full`` also ``ordered``, ``bought``,
        ``retired`` and ``unmet_hours``, see ``gridblock.solvers.many.row.row_of``.

    Raises:
        OptionError: HiGHS does not know an option.
        VersionsError: this process has other versions.
        KeyboardInterrupt: the solve was interrupted.
    """
    if versions != made_with():
        message = (
            f"a worker has {_listed(made_with())}; what starts it has {_listed(versions)}; "
            "install the same versions on both"
        )
        raise VersionsError(message)
    with SOLVER.lock:
        if SOLVER.stopped:
            raise KeyboardInterrupt
        return _solved(case, SOLVER.session())


class Solver:
    """The solver of this process, one case at a time: Pyomo is not made for threads.

    Attributes:
        lock: held while it solves.
        stopped: whether it was asked to stop.
    """

    def __init__(self) -> None:
        """Begin without a solver."""
        self.lock = threading.Lock()
        self.stopped = False
        self._held: list[Session] = []

    def session(self) -> Session:
        """Give the solver, started as needed."""
        if not self._held:
            self._held.append(Session())
        return self._held[0]

    def stop(self) -> None:
        """End the case that is being solved, or else the next; a signal handler may call it."""
        self.stopped = True
        for session in self._held:
            session.stop()

    def drop(self) -> None:
        """End the solver, which may be in any state; the next case has a new one."""
        self.stopped = False
        while self._held:
            self._held.pop().close()


SOLVER: Final = Solver()


def _solved(case: Case, session: Session) -> Solved:
    """Solve a case; whatever is wrong with it becomes the status of its row."""
    try:
        instance = Instance.parse(case.data())
        found = find_plan(instance, replace(case.settings, fresh=True), session).plan
    except (OptionError, KeyboardInterrupt):
        raise
    except InstanceError as error:
        return Solved(_without_plan(INVALID, "; ".join(map(str, error.faults))))
    except AuditError as error:
        return Solved(_without_plan("broken", _first_line(error)))
    except (ModelError, SolverError) as error:
        SOLVER.drop()
        return Solved(_without_plan("failed", _first_line(error)))
    except Exception as error:
        SOLVER.drop()
        what = f"internal error: {type(error).__name__}: {_first_line(error)}"
        return Solved(_without_plan("failed", what))
    if found.status == "interrupted":
        raise KeyboardInterrupt
    plan = plan_json.to_plain(found) if case.keep else None
    return Solved(row_of(instance, found, full=case.full), plan)


def _without_plan(status: str, message: str) -> Row:
    return {"status": status, "message": message}


def failed(message: str) -> Row:
    """Give the row of a case that ended its process."""
    return _without_plan("failed", message)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _listed(found: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {which}" for name, which in found.items())


@lru_cache(maxsize=8)
def _read(text: str) -> dict[str, Any]:
    """Read a base; changes are made to copies of it."""
    data: dict[str, Any] = json.loads(text)
    return data
