"""Price sheets, as users hold them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridblock.instances.instance import Instance
from gridblock.model.plan import PlanData

if TYPE_CHECKING:
    import pandas as pd

    from gridblock.reports.prices import Sheet
    from gridblock.solvers.session import Session


@dataclass(frozen=True)
class PriceSheet:
    """What a little more is worth around a plan.

    Attributes:
        instance: what was given.
        data: the sheet as plain data.
    """

    instance: Instance
    data: "Sheet"

    @property
    def marginals(self) -> "pd.DataFrame":
        """What one unit more saves, whole numbers kept, with the range in which that holds."""
        from gridblock.reports.prices import marginals_table

        return marginals_table(self.instance, self.data)

    @property
    def steps(self) -> "pd.DataFrame":
        """What a whole step more of each full limit saves: relaxed, found, at most."""
        from gridblock.reports.prices import steps_table

        return steps_table(self.data)


def price_sheet(
    instance: Instance,
    plan: PlanData,
    *,
    anew: int = 5,
    gap: float = 1e-3,
    time_limit: float | None = None,
    session: "Session | None" = None,
    on_step: Callable[[int, int], None] | None = None,
) -> PriceSheet:
    """Draw up the price sheet of a plan; see ``Plan.prices``."""
    from gridblock.reports.prices import sheet
    from gridblock.solvers.outcome import Settings
    from gridblock.solvers.session import opened

    settings = Settings(gap=gap, time_limit=time_limit)
    with opened(session) as held:
        found = sheet(instance, plan, settings, held, anew=anew, on_step=on_step)
    return PriceSheet(instance, found)
