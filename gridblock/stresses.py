"""The worst that may happen to a saved plan, as users hold it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gridblock import own_json
from gridblock.instances.instance import Instance
from gridblock.instances.shocks import as_scenario
from gridblock.instances.write import to_json, to_yaml, write_text
from gridblock.plan import Plan
from gridblock.reports.stress import Stressed
from gridblock.solvers.stress import Budget, Search
from gridblock.solvers.struck import Struck
from gridblock.solvers.without_recourse import base_of
from gridblock.stress_asked import (
    FILE,
    PLAN,
    RESULTS,
    Asked,
    Source,
    come_by,
    refuse_other,
    sized,
)
from gridblock.studies import Progress, Runs

if TYPE_CHECKING:
    import pandas as pd

    from gridblock.solvers.many.cases import Case, Solved
    from gridblock.solvers.many.journal import Journal
    from gridblock.solvers.many.plans import Plans
    from gridblock.solvers.many.pool import Where
    from gridblock.solvers.many.row import Row

SCENARIOS: Final = "scenarios.yaml"
RECOURSES: Final = "recourses"
GAP: Final = 0.005
Tell = Callable[[Progress], None]


class Kept(NamedTuple):
    """Where a search keeps what it finds.

    Attributes:
        journal: the answers.
        plans: those of the recourses that bound what one shock more does.
        runs: each recourse as a run, if that is asked for.
    """

    journal: "Journal"
    plans: "Plans"
    runs: Runs | None


@dataclass(frozen=True)
class Stress:
    """What may happen to a plan, the worst first.

    Attributes:
        asked: what was asked.
        data: what was found.
        folder: where it is kept, if it is.
    """

    asked: Asked
    data: Stressed
    folder: Path | None = None

    @property
    def instance(self) -> Instance:
        """What the plan is for."""
        return self.asked.plan.instance

    @property
    def worst(self) -> tuple[Struck, ...]:
        """What the shocks of the budget do to the plan, the worst first."""
        return self.data.rounds[-1]

    @property
    def statuses(self) -> dict[str, int]:
        """How many recourses have each status, over those that were solved."""
        return self.data.statuses

    @cached_property
    def table(self) -> "pd.DataFrame":
        """One row a shock, or as many of them as the budget has."""
        from gridblock.reports.stress import table

        return table(self.data)

    def scenario(self, *names: str) -> dict[str, Any]:
        """Give some shocks as a scenario, to be pasted into the instance.

        Raises:
            KeyError: there is no such shock.
        """
        by_name = {shock.name: shock for shock in self.data.shocks}
        return as_scenario(self.instance, [by_name[name] for name in names])

    def scenarios(self) -> str:
        """Write the worst as scenarios in YAML, to be pasted into the instance, if they can be."""
        valid = [each for each in self.worst if each.row is None or each.row["status"] != "invalid"]
        shown = valid[: self.asked.budget.top]
        return to_yaml({"scenarios": [self.scenario(*each.shocks) for each in shown]})

    def as_json(self) -> dict[str, Any]:
        """Give what was found as plain data."""
        from gridblock.reports.stress_json import as_json

        return as_json(self.data)

    def report(self, path: str | Path) -> None:
        """Write the report into a new file: one HTML page that needs no network.

        Raises:
            FileExistsError: there is such a file.
            OSError: it cannot be written.
        """
        from gridblock.reporting import write_page
        from gridblock.reports.html.stress import page

        write_page(Path(path), lambda: page(self.data))

    def write(self, folder: Path) -> None:
        """Write what was found into the folder of the search.

        Raises:
            OSError: it cannot be written.
        """
        from gridblock.reports.plain_text import csv_table

        rounds = [[each._asdict() for each in of] for of in self.data.rounds]
        own_json.write_sealed(folder / FILE, {**self.asked.as_json(), "rounds": rounds})
        write_text(folder / "table.csv", csv_table(self.table))
        write_text(folder / SCENARIOS, self.scenarios())
        write_text(folder / "summary.json", to_json(self.as_json()))


def stress(
    plan: Plan,
    shocks: Source | None = None,
    *,
    resolves: str | None = None,
    budget: int = 1,
    exact: bool = False,
    top: int = 5,
    gap: float = GAP,
    time_limit: float | None = None,
    jobs: int = 0,
    scheduler: str | None = None,
    folder: str | Path | None = None,
    solver_seed: int = 0,
) -> Stress:
    """Find which shocks hurt a plan most, with recourse: orders made by then stand.

    Args:
        plan: the plan.
        shocks: which shocks, and how large: a file or plain data, see
            ``gridblock.instances.shock_sizes.Sizes``; default all that follow from the instance.
        resolves: the period in which a shock comes; ``end`` for one that no order can answer.
            Default the second one.
        budget: how many shocks come together.
        exact: whether every combination counts; otherwise the worst are added one by one.
        top: so many of the worst are told apart; others may only be bounded.
        gap: relative gap within which a recourse counts as optimal.
        time_limit: seconds of the solver for each.
        jobs: processes on this machine; 0 for one a core.
        scheduler: address of a Dask scheduler instead.
        folder: where answers are kept as they come; an interrupted search goes on from there.
        solver_seed: seed of the solver.

    Raises:
        InstanceError: the shocks cannot be read, or are of what the instance does not have.
        ValueError: the plan has no decisions, or a period or number is out of range.
        FileExistsError: the folder holds something else.
        ClusterError, OptionError, KeyboardInterrupt: as ``sweep``.
    """
    from gridblock.solvers.many.pool import Where

    settings = {"gap": gap, "time_limit": time_limit, "threads": 1, "seed": solver_seed}
    sizes = sized(shocks)
    of = Budget(budget, exact, top, sizes.starts == "worst")
    asked = Asked(plan, sizes, come_by(plan.instance, resolves), of, settings)
    return search(asked, Where(jobs, scheduler), None if folder is None else Path(folder))


def search(
    asked: Asked,
    where: "Where",
    folder: Path | None = None,
    *,
    resume: bool = True,
    save_runs: bool = False,
    on_answer: Tell | None = None,
) -> Stress:
    """Search for the worst, but for what a folder knows already.

    Args:
        asked: what is asked.
        where: where recourses are solved, see ``gridblock.solvers.many.pool.Where``.
        folder: where answers are kept.
        resume: whether a folder that holds this search already is gone on with.
        save_runs: whether each recourse is saved as a run in the folder.
        on_answer: called with how far it is.

    Raises:
        FileExistsError: the folder holds something.
        InstanceError, ClusterError, OptionError, KeyboardInterrupt: as ``stress``.
    """
    from gridblock.solvers.many.journal import Journal
    from gridblock.solvers.many.plans import Plans

    if asked.plan.data.decisions is None:
        message = f"the plan is {asked.plan.status}: there is nothing to try"
        raise ValueError(message)
    if folder is None:
        return _searched(asked, where, None, on_answer)
    refuse_other(folder, asked, resume=resume)
    folder.mkdir(parents=True, exist_ok=True)
    with Journal(folder / RESULTS) as journal:
        # What says whose folder it is comes first, so that whatever is there can be gone on with.
        if not (folder / FILE).exists():
            own_json.write_sealed(folder / FILE, asked.as_json())
        if not (folder / PLAN).exists():
            asked.plan.save(folder / PLAN)
        kept = Kept(journal, Plans(folder / RECOURSES), Runs(folder) if save_runs else None)
        searched = _searched(asked, where, kept, on_answer)
        found = Stress(asked, searched.data, folder)
        found.write(folder)
    return found


def _searched(
    asked: Asked,
    where: "Where",
    kept: Kept | None,
    on_answer: Tell | None,
) -> Stress:
    """Search, and pass on how far it is over all rounds; keep the plans that are to be kept."""
    from gridblock.solvers.outcome import Settings

    sizes: list[int] = []
    before = 0

    def on_round(count: int) -> None:
        nonlocal before
        before = sum(sizes)
        sizes.append(count)

    def told(done: int, row: "Row") -> None:
        if on_answer is not None:
            on_answer(Progress(before + done, 0, sum(sizes), row))

    def solved(case: "Case", answer: "Solved") -> None:
        if kept is not None and kept.runs is not None:
            kept.runs.save(case, answer)

    found = Search(
        asked.instance,
        asked.plan.data,
        asked.shocks,
        Settings(**asked.settings),
        where,
        None if kept is None else kept.journal,
        None if kept is None else kept.plans,
        asked.budget,
        keep=kept is not None and kept.runs is not None,
        on_round=on_round,
        on_answer=told,
        on_solved=solved,
    )
    return Stress(asked, stressed(asked, found.run()))


def stressed(asked: Asked, rounds: Sequence[Sequence[Struck]]) -> Stressed:
    """Put together what was asked and what was found."""
    cost, bound = base_of(asked.instance, asked.plan.data)
    found, gap = tuple(map(tuple, rounds)), float(asked.settings["gap"])
    given = (asked.instance, asked.plan.data, asked.shocks)
    return Stressed(*given, found, cost, bound, asked.budget, gap, asked.resolves)
