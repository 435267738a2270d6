"""Why work stays unmet or no plan can exist: sentences, tables, and a file beside the plan."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from gridblock.instances.write import to_json, write_text
from gridblock.model.contradiction import Conflict, Contradiction
from gridblock.model.explanation import Blocker, Explanation

if TYPE_CHECKING:
    import pandas as pd

    from gridblock.instances.instance import Instance
    from gridblock.model.account import Account
    from gridblock.model.plan import PlanData
    from gridblock.reports.html.panels import Explanations
    from gridblock.reports.sections import Document
    from gridblock.solvers.outcome import Progress
    from gridblock.solvers.session import Session

FILE: Final = "explain.json"
TIME_LIMIT: Final = 300.0
"""Seconds after which no further re-solve is begun."""


class Explainable(Protocol):
    """A plan with its instance."""

    @property
    def instance(self) -> "Instance":
        """What was given."""

    @property
    def data(self) -> "PlanData":
        """The plan as plain data."""

    @property
    def account(self) -> "Account | None":
        """What follows from its decisions."""


class Explained(ABC):
    """What was found, and how it is told and kept."""

    @property
    @abstractmethod
    def status(self) -> str:
        """Explained, stopped at a limit, or interrupted."""

    @property
    @abstractmethod
    def plain(self) -> dict[str, Any]:
        """Everything that was found, as a JSON document holds it."""

    @property
    @abstractmethod
    def document(self) -> "Document":
        """The report, whatever it is drawn with."""

    @abstractmethod
    def table(self) -> "pd.DataFrame":
        """Give the same as rows."""

    def save(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Save it as ``explain.json`` into the folder of a run, whole or not at all.

        A file that says something else is not overwritten unless that is asked for.

        Raises:
            FileExistsError: there is such a file, and it says something else.
            OSError: it cannot be written.
        """
        file = Path(folder) / FILE
        if file.exists() and not overwrite and not _says(file, self.plain):
            message = "exists already and says something else"
            raise FileExistsError(0, message, str(file))
        write_text(file, to_json(self.plain))
        return file

    def _repr_html_(self) -> str:
        from gridblock.reports.html_repr import html

        return html(self.document)


@dataclass(frozen=True)
class Why(Explained):
    """Why work of a plan stays unmet.

    Attributes:
        plan: the plan that is explained.
        data: what was found, as plain data.
    """

    plan: "Explainable"
    data: Explanation

    @property
    def status(self) -> str:
        """Explained, stopped at a limit, or interrupted."""
        return self.data.status

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """What keeps work from being served, demand by demand."""
        return self.data.blockers

    @cached_property
    def plain(self) -> dict[str, Any]:
        """Everything that was found, as a JSON document holds it."""
        from gridblock.reports.explain_plain import explain_json

        return explain_json(*self._given, self.data)

    @cached_property
    def reasons(self) -> "Explanations":
        """What to say of each demand and period in which work is unmet."""
        from gridblock.reports.html.panels import explanations

        return explanations(self.plain["blockers"])

    def table(self) -> "pd.DataFrame":
        """Give a row for each demand and period with unmet work."""
        import pandas as pd

        columns = ("demand", "period", "unmet", "served_then", "blocker", "rules", "next_step")
        rows = []
        for of, said in zip(self.blockers, self.plain["blockers"], strict=True):
            short = next(each for each in self.data.shortfalls if each.demand == of.demand)
            rules = "; ".join(f"{r.family}: {', '.join(r.items)}" for r in of.relaxed)
            share = of.recovered / of.unmet if of.unmet else 0.0
            rows += [
                (of.demand, t, short.unmet[t], share, said["blocker"], rules, said["next_step"])
                for t in of.periods
            ]
        return pd.DataFrame(rows, columns=list(columns))

    @property
    def _given(self) -> tuple[Any, Any, Any]:
        return self.plan.instance, self.plan.data, self.plan.account

    @property
    def document(self) -> "Document":
        """The report, whatever it is drawn with."""
        from gridblock.reports.explain import explain_document

        return explain_document(*self._given, self.data)


@dataclass(frozen=True)
class WhyNot(Explained):
    """Why no plan can exist.

    Attributes:
        plan: the plan without decisions.
        data: the rules that conflict, as plain data.
    """

    plan: "Explainable"
    data: Contradiction

    @property
    def status(self) -> str:
        """Explained, stopped at a limit, or interrupted."""
        return self.data.status

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The sets of rules that cannot be kept together."""
        return self.data.conflicts

    @cached_property
    def plain(self) -> dict[str, Any]:
        """Everything that was found, as a JSON document holds it."""
        from gridblock.reports.contradiction import contradiction_json

        return contradiction_json(self.plan.instance, self.data, self.plan.data.conflict)

    @property
    def document(self) -> "Document":
        """The report, whatever it is drawn with."""
        from gridblock.reports.contradiction import contradiction_document

        return contradiction_document(self.plan.instance, self.data, self.plan.data.conflict)

    def table(self) -> "pd.DataFrame":
        """Give a row for each rule of each conflict."""
        import pandas as pd

        said = ("rule", "when", "alone", "least", "remedy", "next_step")
        rows = [
            (at, *(each[name] for name in said))
            for at, conflict in enumerate(self.plain["conflicts"], 1)
            for each in conflict["rules"]
        ]
        return pd.DataFrame(rows, columns=["conflict", *said])


def _says(file: Path, said: Mapping[str, Any]) -> bool:
    """Say whether a file holds an explanation, apart from the time it took."""
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    now = json.loads(json.dumps(said))
    return isinstance(held, dict) and {**held, "seconds": 0} == {**now, "seconds": 0}


def explain(
    plan: Explainable,
    *,
    gap: float | None = None,
    time_limit: float | None = TIME_LIMIT,
    session: "Session | None" = None,
    on_step: Callable[[str], None] | None = None,
    on_progress: "Callable[[Progress], None] | None" = None,
) -> Why | WhyNot:
    """Say why a plan leaves work unmet, or why none can exist; see ``Plan.explain``."""
    from gridblock.solvers.explaining.infeasible import contradiction
    from gridblock.solvers.explaining.unmet import explain as search
    from gridblock.solvers.explaining.unmet import usual_gap
    from gridblock.solvers.outcome import Settings
    from gridblock.solvers.session import opened

    given = plan.instance
    with opened(session) as held:
        if plan.data.status == "infeasible":
            settings = Settings(time_limit=time_limit)
            return WhyNot(plan, contradiction(given, settings, held, on_step))
        settings = Settings(gap=usual_gap(given) if gap is None else gap, time_limit=time_limit)
        return Why(plan, search(given, plan.data, settings, held, on_step, on_progress))
