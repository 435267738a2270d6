"""Fronts of cost against unmet work, as users hold them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gridblock import own_json, runs
from gridblock.instances.instance import Instance
from gridblock.instances.write import write_text
from gridblock.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

    from gridblock.solvers import points as fronts
    from gridblock.solvers.outcome import Progress
    from gridblock.solvers.session import Session


@dataclass(frozen=True)
class Front:
    """Plans of which none is cheaper than another and leaves less unmet.

    Attributes:
        instance: what was given.
        data: the points as plain data.
    """

    instance: Instance
    data: "fronts.Front"

    @property
    def plans(self) -> tuple[Plan, ...]:
        """The plans, from the least unmet on."""
        return tuple(Plan(self.instance, point.plan) for point in self.data.points)

    def table(self) -> "pd.DataFrame":
        """Give a row a plan: share unmet, cost, the least that it can cost, gap, slope."""
        from gridblock.reports.front import table

        return table(self.data)

    def report(self, path: str | Path) -> None:
        """Write the report: one HTML file that needs no network.

        Raises:
            FileExistsError: there is such a file.
            OSError: it cannot be written.
        """
        from gridblock.reporting import write_page
        from gridblock.reports.html.front import page

        write_page(Path(path), lambda: page(self.instance, self.data))

    def save(self, folder: str | Path) -> Path:
        """Save ``front.csv``, ``front.json`` and each plan as a run ``point-1`` …, or nothing.

        Raises:
            FileExistsError: the folder exists and is not empty.
            OSError: it cannot be written.
        """
        from gridblock.reports.front import as_json
        from gridblock.reports.plain_text import csv_table

        run = runs.Run(Path(folder))
        try:
            write_text(run.part / "front.csv", csv_table(self.table()))
            own_json.write_sealed(run.part / "front.json", as_json(self.instance, self.data))
            for i, plan in enumerate(self.plans, 1):
                plan.save(run.part / f"point-{i}")
            return run.close()
        except BaseException:
            run.discard()
            raise


def pareto(
    instance: Instance,
    *,
    points: int = 9,
    measure: str | None = None,
    gap: float = 1e-3,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    session: "Session | None" = None,
    on_progress: "Callable[[Progress], None] | None" = None,
    on_point: Callable[[int, int], None] | None = None,
) -> Front:
    """Find the front of cost against unmet work.

    Args:
        instance: what is given.
        points: how many plans, the two ends included; one more is as good as the best plan at the
            prices given.
        measure: what is to be unmet: ``share`` counts unit-hours, ``price`` their price; default
            share where all demands have one unit, otherwise price.
        gap: relative gap within which the cost of each plan is proven.
        time_limit: seconds of the solver for each plan; default none.
        threads: threads of the solver.
        seed: seed of the solver.
        session: a solver process to use again; default a new one.
        on_progress: called with each line of progress.
        on_point: called before each solve with its number and how many there are at most.

    Returns:
        The front; empty if there is no plan.

    Raises:
        ValueError: fewer than two points, or no such measure.
        AuditError, SolverError: as ``solve``.
    """
    from gridblock.solvers.front import MEASURES, front
    from gridblock.solvers.outcome import Settings
    from gridblock.solvers.session import opened

    if measure is None:
        measure = "share" if len({demand.unit for demand in instance.demands}) < 2 else "price"
    if points < 2 or measure not in MEASURES:
        message = f"a front has 2 points or more, of {' or '.join(MEASURES)}"
        raise ValueError(message)
    settings = Settings(gap=gap, time_limit=time_limit, threads=threads, seed=seed)
    with opened(session) as held:
        found = front(
            instance,
            settings,
            held,
            points=points,
            measure=measure,
            on_progress=on_progress,
            on_point=on_point,
        )
    return Front(instance, found)
