"""What can be shown of a plan: tables, charts, statistics, the report."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gridblock.instances.instance import Instance
from gridblock.model.account import Account, account
from gridblock.model.plan import Decisions, PlanData

if TYPE_CHECKING:
    import pandas as pd

    from gridblock.reporting import Reported
    from gridblock.reports.html.panels import Explanations
    from gridblock.reports.plots import Plots
    from gridblock.reports.stats import Stats
    from gridblock.reports.tables import Summary


class Presented:
    """A plan, to be looked at.

    Attributes:
        instance: what was given.
        data: the plan as plain data.
    """

    instance: Instance
    data: PlanData

    @cached_property
    def account(self) -> Account | None:
        """Every quantity and cost that follows from the decisions, exactly; None without a plan."""
        return None if self.data.decisions is None else account(self.instance, self.data.decisions)

    @cached_property
    def unmet(self) -> "dict[str, Summary]":
        """Amount, served and unmet units by period of each demand, and its unmet share."""
        from gridblock.reports.tables import unmet_summary

        return {} if self.account is None else unmet_summary(self.instance, self.account)

    @property
    def unmet_share(self) -> float | None:
        """The unmet share of the unit-hours of all demands; None without a plan."""
        from gridblock.reports.tables import unmet_share

        return None if self.account is None else unmet_share(self.instance, self.account)

    def table(self, name: str) -> "pd.DataFrame":
        """Give a table: allocation, served, fleet, unmet, utilization, …; see ``NAMES``.

        Raises:
            ValueError: there is no such table, or no plan.
        """
        from gridblock.reports.tables import table

        if self.account is None:
            message = f"the plan is {self.data.status}: it has no tables"
            raise ValueError(message)
        return table(name, self.instance, self.data, self.account)

    def report(
        self,
        path: str | Path,
        baseline: "Reported | None" = None,
        explanations: "Explanations | None" = None,
    ) -> None:
        """Write the report: one HTML file that needs no network.

        Args:
            path: a new file.
            baseline: a plan to compare with, such as ``plan.baseline()``.
            explanations: why demands are unmet, such as ``plan.explain().reasons``.

        Raises:
            FileExistsError: there is such a file.
            ValueError: the baseline has other periods, or another currency.
            OSError: it cannot be written.
        """
        from gridblock.reporting import write_report

        write_report(self, Path(path), baseline, explanations=explanations)

    def to_excel(self, file: str | Path) -> None:
        """Write the plan as a workbook: the summary, then one sheet for each table.

        Raises:
            OSError: it cannot be written; the message names the file.
        """
        from gridblock.instances.write import write_bytes
        from gridblock.reports.excel import plan_workbook

        write_bytes(file, plan_workbook(self.instance, self.data, self.account))

    @property
    def plot(self) -> "Plots":
        """Charts as Plotly figures: map, sankey, timeline, utilization, …."""
        from gridblock.reports.plots import Plots

        decisions, account = self._decided()
        return Plots(self.instance, self.data, decisions, account)

    @property
    def stats(self) -> "Stats":
        """Costs, energy and carbon, grouped: ``plan.stats.cost(["facility", "period"])``."""
        from gridblock.reports.stats import Stats

        return Stats(self.instance, self._decided()[1])

    def _decided(self) -> tuple[Decisions, Account]:
        """Give decisions and account.

        Raises:
            ValueError: there are none.
        """
        if self.data.decisions is None or self.account is None:
            message = f"the plan is {self.data.status}: nothing is decided"
            raise ValueError(message)
        return self.data.decisions, self.account

    def _repr_html_(self) -> str:
        from gridblock.reports.html_repr import plan_html

        return plan_html(self.instance, self.data, self.account)
