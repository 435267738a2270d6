"""Known optima: instances planned one after the other, each compared with what is published."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gridblock.instances import files
from gridblock.instances.faults import Fault, InstanceError, did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from gridblock.instances.instance import Instance
    from gridblock.plan import Plan
    from gridblock.solvers.outcome import Progress
    from gridblock.solvers.session import Session

CLOSE: Final = 1e-6
"""Figures are the same within this share of the published one, or this much if it is below 1."""
MOST_BYTES: Final = 16_000_000
ENDINGS: Final = (".yaml", ".yml", ".json", ".xlsx")
NEEDED: Final = ("instance", "optimum")
NUMBERS: Final = ("optimum", "scale", "offset", "gap")


@dataclass(frozen=True)
class Known:
    """What is published of an instance: published = offset + scale x ours.

    Attributes:
        optimum: the published figure.
        scale: -1 where a profit is published.
        offset: what is added to it.
        gap: share of the figure to which it is known itself; ours is then proven no closer.
    """

    optimum: float
    scale: float = 1.0
    offset: float = 0.0
    gap: float = 0.0

    def of(self, ours: float) -> float:
        """Give a cost of ours as it would be published."""
        return self.offset + self.scale * ours


@dataclass(frozen=True)
class Row:
    """An instance that has been planned.

    Attributes:
        instance: its name.
        published: the known optimum.
        ours: ours, as it would be published; None without a plan.
        least: the lowest figure that our plan and its bound allow, as it would be published.
        most: the highest.
        gap: the gap of our plan.
        seconds: wall seconds for building, solving and auditing.
        audit: ok, failed, or nothing without a plan.
        status: the status of the plan.
        known_to: share of the published figure to which it is known.
    """

    instance: str
    published: float
    ours: float | None
    least: float
    most: float
    gap: float | None
    seconds: float
    audit: str
    status: str
    known_to: float = 0.0

    @property
    def matches(self) -> bool:
        """Whether the published figure can be the optimum, for all that we have proven."""
        if self.status == "infeasible" or self.audit == "failed":
            return False
        near = max(CLOSE, self.known_to) * max(1.0, abs(self.published))
        return self.least - near <= self.published <= self.most + near

    @property
    def verdict(self) -> str:
        """What the comparison says: same, open, or different."""
        if not self.matches:
            return "different"
        return "same" if self.status == "optimal" else "open"


def known(file: str) -> dict[str, Known]:
    """Read a table of known optima: CSV with instance, optimum, perhaps scale, offset, gap.

    Other columns say more to people; ``published = offset + scale x ours``.

    Raises:
        InstanceError: with every fault.
    """
    raw = files.bytes_of(file, MOST_BYTES)
    files.refuse(f"is larger than {MOST_BYTES // 1_000_000} MB" * (len(raw) > MOST_BYTES), file)
    text = files.text_of(raw, file)
    files.refuse_strange(text, file)
    reader = csv.DictReader(io.StringIO(text))
    heading = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = heading
    missing = [name for name in NEEDED if name not in heading]
    if missing:
        hints = (f"{quoted(name)}{did_you_mean(name, heading)}" for name in missing)
        raise InstanceError([Fault((), f"has no column {hint}", file, 1) for hint in hints])
    found: dict[str, Known] = {}
    faults: list[Fault] = []
    try:
        for row in reader:
            name = (row["instance"] or "").strip()
            where = (file, reader.line_num)
            if name in found:
                faults.append(Fault((), f"names {quoted(name)} a second time", *where))
            values = {}
            for column in NUMBERS:
                written = (row.get(column) or "").strip()
                if written or column == "optimum":
                    values[column] = _finite(written)
                    if math.isnan(values[column]):
                        message = f"{column} must be a number, not {quoted(written)}"
                        faults.append(Fault((), message, *where))
            found[name] = Known(**values)
    except csv.Error as error:
        faults.append(Fault((), f"cannot be read as CSV: {error}", file, reader.line_num))
    if faults:
        raise InstanceError(faults)
    return found


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) and "_" not in text else math.nan


def instances_in(paths: Iterable[str]) -> list[str]:
    """Give the files of instances that paths name: files, and those that lie in folders.

    A folder of CSV tables is an instance.

    Raises:
        InstanceError: a folder holds none.
    """
    found: list[str] = []
    for path in paths:
        folder = Path(path)
        if not folder.is_dir() or (folder / "instance.csv").is_file():
            found.append(path)
            continue
        inside = [str(file) for file in sorted(folder.iterdir()) if file.suffix in ENDINGS]
        files.refuse("" if inside else "holds no instance", path)
        found += inside
    return found


def bench(
    instances: Mapping[str, Instance],
    optima: Mapping[str, Known],
    *,
    gap: float = CLOSE,
    time_limit: float | None = None,
    threads: int = 1,
    session: Session | None = None,
    on_instance: Callable[[str, int], None] = lambda *_: None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Iterator[Row]:
    """Plan instances and compare each optimum with the known one, as they come.

    Args:
        instances: what is planned, by the name in the table of optima.
        optima: what is known, by the same names.
        gap: relative gap to which each is proven.
        time_limit: seconds for the solver, for each; default none.
        threads: threads of the solver.
        session: a solver process to use; default a new one for each.
        on_instance: called with the name and the number, from 1, of what is planned next.
        on_progress: called with best, bound, gap and nodes now and then.

    Raises:
        SolverError: HiGHS failed.
    """
    from gridblock.model.findings import AuditError
    from gridblock.plan import solve

    for number, (name, instance) in enumerate(instances.items(), 1):
        on_instance(name, number)
        try:
            plan = solve(
                instance,
                gap=max(gap, optima[name].gap),
                time_limit=time_limit,
                threads=threads,
                session=session,
                on_progress=on_progress,
                raise_without_plan=False,
            )
        except AuditError:
            figure = optima[name].optimum
            yield Row(name, figure, None, figure, figure, None, 0.0, "failed", "no_plan")
            continue
        yield _row(name, optima[name], plan)
        if plan.status == "interrupted":
            return


def _row(name: str, best: Known, plan: Plan) -> Row:
    """Compare a plan with what is known of its instance."""
    ours = None if plan.objective is None else best.of(plan.objective)
    above = math.inf if plan.objective is None else plan.objective
    below = -math.inf if plan.bound is None else min(plan.bound, above)
    least, most = sorted((best.of(below), best.of(above)))
    seconds = sum(taken for stage, taken in plan.seconds.items() if stage != "read")
    audit = "" if ours is None else "ok" if plan.audit().ok else "failed"
    return Row(
        instance=name,
        published=best.optimum,
        ours=ours,
        least=least,
        most=most,
        gap=plan.gap,
        seconds=seconds,
        audit=audit,
        status=plan.status,
        known_to=best.gap,
    )
