"""What one measurement says: from its journal to a row of the table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from benchmarks.methods import METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.jobs import Job
    from benchmarks.watch import Seen

LEVELS: Final = (0.05, 0.01, 0.005, 0.001)
"""Gaps of which the time until they are proven is told."""


@dataclass(frozen=True)
class Measured:
    """One method on one instance.

    Attributes:
        job: what was asked for.
        ended: ``done``, ``failed``, ``time``, ``memory``, or ``missing`` where it cannot be run.
        note: what the reader should know.
        shape: columns, rows, nonzeros, integers and constant of the matrix, where there is one.
        course: seconds, best and bound, each time that one of them moved.
        seconds: by stage.
        wall: seconds from reading to the report.
        objective: cost of the plan that was audited; None without one.
        audit: ``ok``, or what it has found.
        peak_mb: most memory, with all that it started.
        own_mb: most memory of the process itself: without the solver, if that is another one.
        versions: by package.
    """

    job: dict[str, Any]
    ended: str
    note: str = ""
    shape: dict[str, float] = field(default_factory=dict)
    course: list[tuple[float, float | None, float | None]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    wall: float = 0.0
    objective: float | None = None
    audit: str = ""
    peak_mb: float = 0.0
    own_mb: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int, str]:
        """Rung, seed and method."""
        return self.job["rung"], self.job["seed"], self.job["method"]

    @property
    def label(self) -> str:
        """What the method is called."""
        return METHODS[self.job["method"]].label

    @property
    def bound(self) -> float | None:
        """The best bound that it has proven."""
        return max((bound for _, _, bound in self.course if bound is not None), default=None)

    @property
    def first(self) -> float | None:
        """Seconds until it had a first plan."""
        return next((at for at, best, _ in self.course if best is not None), None)

    @property
    def gap(self) -> float | None:
        """The gap between its plan and its own bound."""
        return None if self.objective is None else _gap(self.objective, self.bound)

    def until(self, level: float) -> float | None:
        """Give the seconds until a gap was proven; None if it never was."""
        best = bound = None
        for at, found, proven in self.course:
            best = found if best is None or (found is not None and found < best) else best
            bound = proven if bound is None or (proven is not None and proven > bound) else bound
            if best is not None and (gap := _gap(best, bound)) is not None and gap <= level:
                return at
        return None

    def off(self, bound: float | None, constant: float = 0.0) -> float | None:
        """Give how far its plan is from a bound, as a share of its cost less a constant."""
        if self.objective is None or bound is None:
            return None
        return max(0.0, self.objective - bound) / max(1e-9, abs(self.objective - constant))

    def plain(self) -> dict[str, Any]:
        """Give it as plain data."""
        return asdict(self)


def _gap(best: float, bound: float | None) -> float | None:
    return None if bound is None else max(0.0, best - bound) / max(1e-9, abs(best))


def measured(job: Job, seen: Seen) -> Measured:
    """Read what a measurement has written."""
    found = Measured(
        job=asdict(job), ended=seen.ended, course=list(_course(seen.events)), peak_mb=seen.peak_mb
    )
    if seen.ended == "memory":
        found = replace(found, note="ended at the cap on memory")
    if seen.ended == "time":
        found = replace(found, note="ended at the cap on time")
    if seen.ended == "failed":
        found = replace(found, note=(seen.stderr.strip().splitlines() or ["it said nothing"])[-1])
    seconds: dict[str, float] = {}
    for event in seen.events:
        facts = {key: value for key, value in event.items() if key not in {"event", "at"}}
        if event["event"] == "stage":
            seconds[facts["name"]] = seconds.get(facts["name"], 0.0) + facts["seconds"]
        elif event["event"] == "model":
            found = replace(found, shape=facts)
        elif event["event"] == "plan":
            found = replace(found, objective=facts["objective"], audit=facts["audit"])
        elif event["event"] in {"note", "failed"}:
            found = replace(found, note=facts.get("text") or facts.get("what", ""))
        elif event["event"] == "versions":
            found = replace(found, versions=facts)
        elif event["event"] == "end":
            found = replace(found, own_mb=facts["peak_mb"])
    wall = max((event["at"] for event in seen.events), default=0.0)
    return replace(found, seconds=seconds, wall=wall)


def _course(events: Iterable[dict[str, Any]]) -> Iterator[tuple[float, float | None, float | None]]:
    """Give best and bound each time that one of them moved."""
    moves = [
        (event.get("then", event["at"]), event["best"], event["bound"])
        for event in events
        if event["event"] == "moved"
    ]
    best = bound = None
    for at, found, proven in sorted(moves, key=lambda move: move[0]):
        better = found is not None and (best is None or found < best)
        closer = proven is not None and (bound is None or proven > bound)
        if better or closer:
            best, bound = (found if better else best), (proven if closer else bound)
            yield at, best, bound
