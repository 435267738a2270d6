"""Reports as plain text: Markdown to paste, CSV to calculate with."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import PlanData
from gridblock.reports.sections import Bar, Cell, Document, Heat, Section
from gridblock.reports.unmet import unmet_summary
from gridblock.reports.words import printable, whole_percent

if TYPE_CHECKING:
    import pandas as pd

SPECIAL: Final = re.compile(r"([\\`*\[\]<>|#~&!]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z]))")
"""Letters that mean something in Markdown or HTML; an underscore inside a word does not."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell starts that a spreadsheet would calculate."""
ANSWER: Final = ("table", "name", "period", "measure", "unit", "value")


def csv_answer(instance: Instance, plan: PlanData, account: Account | None) -> str:
    """Give status, costs and unmet demand as tidy rows; a cell is empty where nothing applies."""
    rows = [*_of_plan(instance, plan), *_of_costs(instance, plan)]
    if account is not None:
        rows += _of_unmet(instance, account)
    return csv_rows(ANSWER, rows)


def _of_plan(instance: Instance, plan: PlanData) -> Iterator[Sequence[object]]:
    yield "plan", instance.name, "", "status", "", plan.status
    yield "plan", instance.name, "", "stop", "", plan.stop
    yield "plan", instance.name, "", "objective", instance.currency, plan.objective
    yield "plan", instance.name, "", "bound", instance.currency, plan.bound
    yield "plan", instance.name, "", "gap", "", plan.gap
    for sentence in plan.conflict:
        yield "plan", instance.name, "", "conflict", "", sentence


def _of_costs(instance: Instance, plan: PlanData) -> Iterator[Sequence[object]]:
    for category, value in plan.costs.items():
        yield "costs", category, "", "present_value", instance.currency, value


def _of_unmet(instance: Instance, account: Account) -> Iterator[Sequence[object]]:
    units = {demand.name: demand.unit for demand in instance.demands}
    for name, of in unmet_summary(instance, account).items():
        for i, t in enumerate(instance.horizon.names):
            yield "unmet", name, t, "amount", units[name], of["amount"][i]
            yield "unmet", name, t, "served", units[name], of["served"][i]
            yield "unmet", name, t, "unmet", units[name], of["unmet"][i]
        yield "unmet", name, "", "share", "", of["share"]


def csv_table(frame: "pd.DataFrame") -> str:
    """Write a table as CSV that no spreadsheet takes for formulas; what is missing is empty."""
    return csv_rows(list(frame.columns), frame.astype(object).itertuples(index=False, name=None))


def csv_rows(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write rows as CSV that no spreadsheet takes for formulas; None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_cell(name) for name in heading])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Give a cell: text made harmless, a number as it is, nothing for None and NaN."""
    if isinstance(value, str):
        return formula_safe(value)
    return "" if value is None or (isinstance(value, float) and isnan(value)) else value


def formula_safe(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def markdown(document: Document) -> str:
    """Write a document as Markdown with pipe tables."""
    parts = [f"# {escaped(document.title)}", escaped(document.subtitle)]
    parts += map(escaped, document.sentences)
    if document.points:
        parts.append("\n".join(f"- {escaped(point)}" for point in document.points))
    for section in document.sections:
        parts += [f"## {escaped(section.title)}", escaped(section.unit)]
        parts += [_pipes(section) if section.columns else "", escaped(section.note)]
        parts.append("\n".join(f"- {escaped(point)}" for point in section.points))
    return "\n\n".join(filter(None, parts)) + "\n"


def escaped(text: str) -> str:
    """Give text that Markdown shows as it is."""
    return SPECIAL.sub(r"\\\1", printable(text))


def _pipes(section: Section) -> str:
    kept = [i for i, column in enumerate(section.columns) if not column.width]
    headings = [escaped(section.columns[i].heading) or " " for i in kept]
    marks = ["---:" if section.columns[i].right else "---" for i in kept]
    rows = [[_shown(row[i]) for i in kept] for row in (*section.rows, *section.totals)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, marks, *rows))


def _shown(cell: Cell) -> str:
    if isinstance(cell, Bar):
        return ""
    return escaped(whole_percent(cell.share) if isinstance(cell, Heat) else cell)
