"""A study as users hold it: many cases of one instance, and what they say together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridblock import own_json, study_folder
from gridblock.instances.instance import Instance
from gridblock.instances.variants import Variant
from gridblock.instances.write import json_line, to_json, write_text
from gridblock.reports import study_figures as figures
from gridblock.reports.study import Entry
from gridblock.reports.study import Study as StudyData
from gridblock.reports.study import rows as table_rows
from gridblock.reports.study import table as table_of
from gridblock.study_folder import Asked

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Study:
    """Many cases of one instance, and what they say together.

    Attributes:
        data: the cases as plain data.
        asked: what was asked.
        keys: the key of each case.
        folder: where it is kept, if it is.
    """

    data: StudyData
    asked: Asked
    keys: tuple[str, ...]
    folder: Path | None = None

    @property
    def instance(self) -> Instance:
        """What the cases start from."""
        return self.data.instance

    @property
    def complete(self) -> bool:
        """Whether every case is answered."""
        return all(each.row is not None for each in self.data.entries)

    @cached_property
    def table(self) -> "pd.DataFrame":
        """One row a case: what was set or drawn, status, cost, gap, unmet shares."""
        return table_of(self.data)

    def quantiles(self) -> "pd.DataFrame":
        """Give mean, standard deviation and quantiles of cost and unmet shares, over all plans."""
        import pandas as pd

        names = [f"p{100 * share:.0f}" for share in figures.SHARES]
        found = [(q.measure, q.mean, q.sd, *q.at) for q in figures.quantiles(self.data)]
        return pd.DataFrame(found, columns=["measure", "mean", "sd", *names])

    def shortfall(self) -> "pd.DataFrame":
        """Give the probability that more of a demand stays unmet than is allowed, with bounds."""
        return _frame(figures.Shortfall, figures.shortfalls(self.data))

    def convergence(self, measure: str = "objective") -> "pd.DataFrame":
        """Give the mean of the first two cases, three and so on, and how sure it is."""
        return _frame(figures.Running, figures.running(self.data.measured(measure)))

    def drivers(self, measure: str = "objective") -> "pd.DataFrame":
        """Say which field explains a figure: rank correlation, and means at its low and high."""
        return _frame(figures.Driver, figures.drivers(self.data, measure))

    def minus(self, other: "Study", measure: str = "objective") -> figures.Paired:
        """Compare with another study under the same draws, case by case.

        Raises:
            ValueError: the draws or currencies of the two differ, or no case has a plan in both.
        """
        return figures.compared(self.data, other.data, measure)

    def save(self, folder: str | Path) -> Path:
        """Save it into a new folder: what was asked, every answer, the table and its summary.

        Raises:
            FileExistsError: the folder exists and is not empty.
            OSError: it cannot be written.
        """
        from gridblock.runs import Run

        run = Run(Path(folder))
        try:
            write_text(run.part / "instance.json", to_json(self.instance.plain()))
            own_json.write_sealed(run.part / study_folder.STUDY, self.asked.as_json([*self.keys]))
            answers = zip(self.keys, self.data.entries, strict=True)
            lines = {key: each.row for key, each in answers if each.row is not None}
            text = "".join(json_line({"key": key, **row}) + "\n" for key, row in lines.items())
            write_text(run.part / f"{study_folder.RESULTS}.jsonl", text)
            self.write_table(run.part)
            return run.close()
        except BaseException:
            run.discard()
            raise

    def write_table(self, folder: Path) -> None:
        """Write ``table.csv`` and ``summary.json``.

        Raises:
            OSError: they cannot be written.
        """
        from gridblock.reports.plain_text import csv_rows
        from gridblock.reports.study_document import as_json

        write_text(folder / "table.csv", csv_rows(*table_rows(self.data)))
        write_text(folder / "summary.json", to_json(as_json(self.data)))

    def report(self, path: str | Path) -> None:
        """Write the report into a new file: one HTML page that needs no network.

        Raises:
            FileExistsError: there is such a file.
            OSError: it cannot be written.
        """
        from gridblock.reporting import write_page
        from gridblock.reports.html.study import page

        write_page(Path(path), lambda: page(self.data))


def _frame(kind: Any, found: Sequence[Any]) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame(list(found), columns=list(kind._fields))


def read_study(folder: str | Path) -> Study:
    """Read a study that was saved, whether it is complete or not.

    Raises:
        InstanceError: its files cannot be read, or do not belong together.
        OSError: its answers cannot be read.
    """
    asked, keys = study_folder.read(Path(folder))
    known, cases = study_folder.known(Path(folder)), study_folder.variants(asked)
    if len(cases) != len(keys):
        message = f"is of {len(keys):,} cases, and what it asks comes to {len(cases):,}"
        raise own_json.unreadable(Path(folder) / study_folder.STUDY, message)
    return study_of(asked, keys, cases, known, Path(folder))


def study_of(
    asked: Asked,
    keys: Sequence[str],
    variants: Sequence[Variant],
    known: Mapping[str, Mapping[str, Any]],
    folder: Path | None,
) -> Study:
    """Put a study together from the answers by key."""
    entries = tuple(
        Entry(variant.name, variant.values, known.get(key))
        for key, variant in zip(keys, variants, strict=True)
    )
    data = StudyData(asked.instance, asked.kind, entries, asked.seed, asked.above)
    return Study(data, asked, tuple(keys), folder)
