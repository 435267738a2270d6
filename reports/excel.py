"""A plan as a workbook: the summary first, then one sheet for each table."""

import datetime
import io
import re
from collections.abc import Sequence
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.faults import shown
from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import PlanData
from gridblock.reports.answer import answer
from gridblock.reports.sections import Bar, Cell, Document, Heat, Section
from gridblock.reports.tables import NAMES, table
from gridblock.reports.words import GLUE

if TYPE_CHECKING:
    import pandas as pd

SUMMARY: Final = "summary"
OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": False,
}
MADE: Final = datetime.datetime(2026, 1, 1)
"""When every workbook says that it was made, so that the same plan gives the same bytes."""
MOST_ROWS: Final = 1_000_000
LONGEST: Final = 32_767
WIDEST: Final = 60
WRITTEN: Final = re.compile(r"(-?[0-9,]+(?:\.([0-9]+))?)(\s%)?")
SHARES: Final = re.compile(r"(.*_)?share(_.*)?")
MONEY: Final = re.compile(r"cost|cost_once|present_value|paid|delay_cost|price.*")


def plan_workbook(instance: Instance, plan: PlanData, account: Account | None) -> bytes:
    """Write a plan as a workbook; text is never taken for a formula.

    Args:
        instance: what is given.
        plan: what is decided.
        account: what follows from it; None without decisions, and then only the summary is there.
    """
    import xlsxwriter

    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, OPTIONS)
    book.set_properties({"created": MADE, "title": f"gridblock plan of {instance.name}"})
    found = {} if account is None else {n: table(n, instance, plan, account) for n in NAMES}
    writer = _Writer(book)
    writer.summary(instance, plan, answer(instance, plan, account), found)
    for name, frame in found.items():
        writer.table(name, frame)
    book.close()
    return raw.getvalue()


class _Writer:
    """Writes sheets of a workbook, with the formats that they share."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.heading = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"})
        self.total = book.add_format({"bold": True, "top": 1})
        self.dim = book.add_format({"italic": True, "font_color": "#707070"})
        self._numbers: dict[str, Any] = {}

    def number(self, form: str) -> Any:
        """Give the format of numbers that are written so."""
        if form not in self._numbers:
            self._numbers[form] = self.book.add_format({"num_format": form})
        return self._numbers[form]

    def summary(
        self,
        instance: Instance,
        plan: PlanData,
        document: Document,
        tables: "dict[str, pd.DataFrame]",
    ) -> None:
        """Write what a planner sees first."""
        sheet = self.book.add_worksheet(SUMMARY)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 16, 14)
        self.put(sheet, 0, 0, document.title, self.title)
        self.put(sheet, 1, 0, document.subtitle, self.dim)
        row = 3
        for text in (*document.sentences, *(f"- {point}" for point in document.points)):
            self.put(sheet, row, 0, text)
            row += 1
        row = self._facts(sheet, row + 1, instance, plan)
        for section in document.sections:
            row = self._section(sheet, row + 1, section)
        self.put(sheet, row + 1, 0, "Sheets", self.title)
        for i, (name, frame) in enumerate(tables.items(), row + 2):
            sheet.write_url(i, 0, f"internal:'{name}'!A1", string=name)
            self.put(sheet, i, 1, len(frame), self.number("#,##0"))
            cut = f"rows; the first {MOST_ROWS:,} are here" if len(frame) > MOST_ROWS else "rows"
            self.put(sheet, i, 2, cut, self.dim)

    def _facts(self, sheet: Any, row: int, instance: Instance, plan: PlanData) -> int:
        """Write what the plan states of itself."""
        facts = {
            "status": (plan.status, None),
            "objective": (plan.objective, "#,##0.00"),
            "bound": (plan.bound, "#,##0.00"),
            "gap": (plan.gap, "0.0000%"),
            "currency": (instance.currency, None),
            "instance hash": (plan.instance_hash, None),
        }
        for name, (value, form) in facts.items():
            self.put(sheet, row, 0, name, self.dim)
            self.put(sheet, row, 1, value, self.number(form) if form else None)
            row += 1
        return row

    def _section(self, sheet: Any, row: int, section: Section) -> int:
        """Write a table as a reader sees it; bars are left out."""
        kept = [i for i, column in enumerate(section.columns) if not column.width]
        self.put(sheet, row, 0, section.title, self.title)
        self.put(sheet, row, 1, section.unit, self.dim)
        row += 1
        for at, i in enumerate(kept):
            self.put(sheet, row, at, section.columns[i].heading, self.heading)
        for cells in (*section.rows, *section.totals):
            row += 1
            for at, i in enumerate(kept):
                self._shown(sheet, row, at, cells[i], numbers=section.columns[i].right)
        if section.note:
            row += 1
            self.put(sheet, row, 0, section.note, self.dim)
        return row + 1

    def _shown(self, sheet: Any, row: int, column: int, cell: Cell, *, numbers: bool) -> None:
        """Write a cell of a report: what reads as a number is one where numbers stand.

        Names may read so, too: a period that is called 2027.
        """
        if isinstance(cell, Heat):
            self.put(sheet, row, column, cell.share, self.number("0%"))
        elif not isinstance(cell, Bar):
            found = WRITTEN.fullmatch(cell) if numbers else None
            value, form = _number(found) if found else (cell, "")
            self.put(sheet, row, column, value, self.number(form) if form else None)

    def table(self, name: str, frame: "pd.DataFrame") -> None:
        """Write a table of the plan with headings that stay and filters."""
        sheet = self.book.add_worksheet(name)
        names = [str(column) for column in frame.columns]
        for i, heading in enumerate(names):
            self.put(sheet, 0, i, heading, self.heading)
            said = [heading, *(str(value) for value in frame[heading].head(200))]
            sheet.set_column(i, i, min(WIDEST, max(map(len, said))) + 2, self._form(heading))
        rows = frame.head(MOST_ROWS).astype(object).itertuples(index=False, name=None)
        for row, values in enumerate(rows, 1):
            for i, value in enumerate(values):
                self.put(sheet, row, i, value)
        sheet.freeze_panes(1, 0)
        if names:
            sheet.autofilter(0, 0, max(1, min(len(frame), MOST_ROWS)), len(names) - 1)

    def _form(self, heading: str) -> Any:
        if SHARES.fullmatch(heading):
            return self.number("0.0%")
        return self.number("#,##0.00") if MONEY.fullmatch(heading) else None

    def put(self, sheet: Any, row: int, column: int, value: Any, form: Any = None) -> None:
        """Write a cell; nothing for None and NaN."""
        if isinstance(value, str):
            sheet.write_string(row, column, printable_cell(value), form)
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, form)
        elif isinstance(value, Sequence):
            sheet.write_string(row, column, printable_cell(", ".join(map(str, value))), form)
        elif value is not None and isfinite(float(value)):
            sheet.write_number(row, column, float(value), form)
        elif value is not None and not isnan(float(value)):
            sheet.write_string(row, column, str(value), form)


def _number(found: re.Match[str]) -> tuple[float, str]:
    """Give a number of a report, and how it is written."""
    form = f"#,##0.{'0' * len(found[2])}" if found[2] else "#,##0"
    value = float(found[1].replace(",", ""))
    return (value / 100, f"{form}%") if found[3] else (value, form)


def printable_cell(text: str) -> str:
    """Give text that a cell shows as it is."""
    return shown(text.replace(GLUE, " "), LONGEST)
