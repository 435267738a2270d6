"""A rolling horizon that has been planned to its end, as users hold it."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridblock.instances.instance import Instance
from gridblock.plan import Plan
from gridblock.reports.roll import Rolled

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Roll:
    """What a rolling horizon came to.

    Attributes:
        data: what was planned when, and what came of it.
        folder: where it is kept, if it is.
    """

    data: Rolled
    folder: Path | None = None

    @property
    def instance(self) -> Instance:
        """The forecast."""
        return self.data.forecast

    @property
    def regret(self) -> float | None:
        """What it costs more than with perfect foresight."""
        return self.data.regret

    @property
    def stages(self) -> tuple[Plan, ...]:
        """The plan of each stage."""
        return tuple(Plan(each.instance, each.plan) for each in self.data.stages)

    @property
    def table(self) -> "pd.DataFrame":
        """Cost by period: expected at first, realised, and with foresight."""
        from gridblock.reports.roll import table

        return table(self.data)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        from gridblock.reports.roll import as_json

        return as_json(self.data)

    def report(self, path: str | Path) -> None:
        """Write the report into a new file: one HTML page that needs no network.

        Raises:
            FileExistsError: there is such a file.
            OSError: it cannot be written.
        """
        from gridblock.reporting import write_page
        from gridblock.reports.html.roll import page

        write_page(Path(path), lambda: page(self.data))
