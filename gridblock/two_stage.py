"""One plan for several scenarios, as users hold it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gridblock import own_json, runs
from gridblock.file_names import file_name
from gridblock.instances.instance import Instance
from gridblock.instances.write import to_json, write_text
from gridblock.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

    from gridblock.instances.outlook import Future
    from gridblock.model.findings import Report
    from gridblock.solvers.outcome import Progress
    from gridblock.solvers.session import Session
    from gridblock.solvers.stochastic.plan import StochasticPlan

FILE: Final = "stochastic.json"
"""What in the folder of a run says that it is one plan for several scenarios."""
SCENARIOS: Final = "scenarios"
SAMPLES: Final = 20
"""So many futures are drawn from distributions."""
TABLES: Final = ("orders", "scenarios", "regret")


@dataclass(frozen=True)
class Stochastic:
    """One plan for several scenarios: what to order now, and a plan for each that may come.

    Attributes:
        data: what was found.
        seconds: wall seconds by stage.
    """

    data: "StochasticPlan"
    seconds: dict[str, float] = field(default_factory=dict, compare=False)

    @property
    def instance(self) -> Instance:
        """What was given."""
        return self.data.instance

    @property
    def status(self) -> str:
        """One of optimal, feasible, infeasible, no_plan and interrupted."""
        return self.data.hedge.status

    @property
    def objective(self) -> float | None:
        """What was minimised: the expected cost, or that and the value at risk, weighed."""
        return self.data.hedge.objective

    @property
    def bound(self) -> float | None:
        """Proven lower bound of the objective of any plan."""
        return self.data.hedge.bound

    @property
    def gap(self) -> float | None:
        """``|objective - bound| / max(1e-9, |objective|)``."""
        return self.data.hedge.gap

    @property
    def expected(self) -> float | None:
        """The expected cost; None without a plan."""
        return self.data.hedge.expected

    @property
    def plans(self) -> dict[str, Plan]:
        """The plan of each scenario, by name; all order the same before it is known what comes."""
        given = self.data.given
        return {name: Plan(given[name], plan) for name, plan in self.data.plans.items()}

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        from gridblock.reports.stochastic_json import as_json

        return as_json(self.data)

    def table(self, name: str) -> "pd.DataFrame":
        """Give a table: ``orders``, ``scenarios`` or ``regret``.

        Raises:
            ValueError: there is no such table.
        """
        from gridblock.reports.stochastic_tables import table

        return table(name, self.data)

    def audit(self, *, each: bool = True) -> "Report":
        """Check every plan, what they have in common, and what is said of them together.

        Args:
            each: whether each plan is audited by itself, too.
        """
        from gridblock.model.audit_together import audit_together

        plans = {name: (plan.instance, plan.data) for name, plan in self.plans.items()}
        return audit_together(plans, self.as_json(), each=each)

    def report(self, path: str | Path) -> None:
        """Write the report: one HTML file that needs no network.

        Raises:
            FileExistsError: there is such a file.
            OSError: it cannot be written.
        """
        from gridblock.reporting import write_page
        from gridblock.reports.html.hedge import page

        write_page(Path(path), lambda: page(self.data))

    def save(self, folder: str | Path) -> Path:
        """Save it into a new folder, whole or not at all: what was found, tables, every plan.

        Raises:
            FileExistsError: the folder exists and is not empty.
            OSError: it cannot be written; the message names the file.
        """
        from gridblock.reports.plain_text import csv_table

        run = runs.Run(Path(folder))
        try:
            write_text(run.part / "instance.json", to_json(self.instance.plain()))
            seconds = {name: round(taken, 3) for name, taken in self.seconds.items()}
            data = {**self.as_json(), "seconds": seconds}
            own_json.write_sealed(run.part / FILE, data)
            for name in TABLES:
                write_text(run.part / f"{name}.csv", csv_table(self.table(name)))
            (run.part / SCENARIOS).mkdir()
            for folder_name, future in zip(self._folders(), self.data.futures, strict=True):
                plan = self.plans.get(future.name)
                inner = run.part / SCENARIOS / folder_name
                if plan is not None:
                    plan.save(inner)
                else:
                    inner.mkdir()
                    write_text(inner / "instance.json", to_json(future.instance.plain()))
            return run.close()
        except BaseException:
            run.discard()
            raise

    def _folders(self) -> list[str]:
        names = (future.name for future in self.data.futures)
        return [f"{i:03d}-{file_name(name)}" for i, name in enumerate(names, 1)]


def stochastic(
    instance: Instance,
    *,
    resolves: str | None = None,
    together: bool = False,
    samples: int | None = None,
    distributions: "str | Path | Mapping[str, Any] | None" = None,
    cvar_weight: float = 0.0,
    cvar_level: float = 0.9,
    compare: bool = True,
    decompose: bool = False,
    jobs: int = 1,
    scheduler: str | None = None,
    gap: float = 1e-3,
    time_limit: float | None = None,
    threads: int = 1,
    seed: int = 0,
    session: "Session | None" = None,
    on_progress: "Callable[[Progress], None] | None" = None,
    on_step: Callable[[str], None] | None = None,
) -> Stochastic:
    """Plan for several scenarios at once: what to order now, while it is not known what comes.

    Args:
        instance: what is given, with scenarios that have a probability.
        resolves: the period in which it becomes known what comes; what is ordered before is the
            same whatever comes. ``end`` for none: default the second one.
        together: whether scenarios come true independently, so that several may come together.
        samples: so many futures are drawn; default every one, with its probability.
        distributions: of fields, from which futures are drawn instead: a file, or plain data, as
            for ``monte_carlo``; 20 samples by default.
        cvar_weight: weight of the conditional value at risk in what is minimised; the rest is that
            of the expected cost.
        cvar_level: its level: 0.9 for the mean of the worst tenth.
        compare: whether to compare with knowing what comes, with planning for the mean, and with
            what each scenario alone would order.
        decompose: whether to solve scenarios apart, by mpi-sppy (``gridblock[stochastic]``): where
            they are too many to be solved at once. The time limit then holds for all together.
        jobs: processes that solve scenarios alone; 0 for one a core.
        scheduler: address of a Dask scheduler whose workers do so instead.
        gap: relative gap within which a plan counts as optimal.
        time_limit: seconds of the solver for each model; default none.
        threads: threads of the solver.
        seed: seed of the solver, and of draws.
        session: a solver process to use again; default a new one.
        on_progress: called with each line of progress.
        on_step: called with what is solved next.

    Returns:
        The plan; its status says whether there is one.

    Raises:
        InstanceError: no scenario has a probability, or they cannot be planned together.
        ValueError: a period, weight, level or number is out of range.
        KeyboardInterrupt: it was interrupted before there was a plan.
        AuditError, OptionError, SolverError: as ``solve``.
    """
    import time

    from gridblock.instances.outlook import futures_drawn, futures_of
    from gridblock.model.extensive import Risk
    from gridblock.solvers.many.pool import Where
    from gridblock.solvers.outcome import Settings
    from gridblock.solvers.session import opened
    from gridblock.solvers.stochastic.plan import plan_orders, resolved

    if not (0 <= cvar_weight <= 1 and 0 <= cvar_level < 1):
        message = "the weight of the value at risk lies from 0 to 1, its level from 0 to below 1"
        raise ValueError(message)
    if samples is not None and samples < 1:
        message = "1 sample or more can be drawn"
        raise ValueError(message)
    known = resolved(instance, resolves)
    futures: tuple[Future, ...]
    if distributions is not None:
        futures = futures_drawn(instance, distributions, samples or SAMPLES, seed)
    else:
        futures = futures_of(instance, together=together, samples=samples, seed=seed)
    settings = Settings(gap=gap, time_limit=time_limit, threads=threads, seed=seed)
    began = time.perf_counter()
    with opened(session) as held:
        found = plan_orders(
            instance,
            futures,
            known,
            settings,
            held,
            risk=Risk(cvar_weight, cvar_level),
            compare=compare,
            decompose=decompose,
            where=Where(jobs, scheduler),
            on_progress=on_progress,
            on_step=on_step,
        )
    solved = Stochastic(found, {"solve": time.perf_counter() - began})
    solved.audit(each=False).raise_if_broken()
    return solved
