"""Charts of a plan in a notebook: those of the report, as Plotly figures."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import Decisions, PlanData

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from gridblock.reports.charts.style import Chart


@dataclass(frozen=True)
class Plots:
    """Charts of one plan; each method raises ValueError where there is nothing to draw.

    Attributes:
        instance: what is given.
        data: the plan.
        decisions: what is decided.
        account: what follows from it.
    """

    instance: Instance
    data: PlanData
    decisions: Decisions
    account: Account

    def costs(self) -> "go.Figure":
        """Draw costs by category, up to the total."""
        from gridblock.reports.charts.costs import waterfall

        return _drawn(waterfall(self.instance, self.data, self.decisions, self.account))

    def map(self, period: str | None = None) -> "go.Figure":
        """Draw facilities, regions, links and flows in a period, the last one by default."""
        from gridblock.reports.charts.where import places_map

        return _drawn(places_map(self.instance, self.decisions, self.account, period))

    def sankey(self) -> "go.Figure":
        """Draw accelerators at work: demand, facility, accelerator."""
        from gridblock.reports.charts.flows import sankey

        return _drawn(sankey(self.instance, self.decisions))

    def timeline(self) -> "go.Figure":
        """Draw what is ordered, bought, leased and run, and when."""
        from gridblock.reports.charts.timeline import timeline

        return _drawn(timeline(self.instance, self.decisions, self.account))

    def utilization(self) -> "go.Figure":
        """Draw how full the fullest limits are in each period."""
        from gridblock.reports.charts.utilization import utilization

        return _drawn(utilization(self.instance, self.decisions, self.account))

    def power(self, period: str | None = None) -> "go.Figure":
        """Draw where the power of each facility goes in a period, the last one by default."""
        from gridblock.reports.charts.power import power

        return _drawn(power(self.instance, self.decisions, self.account, period))

    def vendors(self) -> "go.Figure":
        """Draw each vendor's share of the accelerators in service."""
        from gridblock.reports.charts.concentration import vendors

        return _drawn(vendors(self.instance, self.account))

    def sites(self) -> "go.Figure":
        """Draw each facility's share of what is in service."""
        from gridblock.reports.charts.concentration import sites

        return _drawn(sites(self.instance, self.account))


def _drawn(chart: "Chart | None") -> "go.Figure":
    if chart is None:
        message = "the plan has nothing to draw there"
        raise ValueError(message)
    return chart.figure
