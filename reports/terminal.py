"""Reports on a terminal: aligned in 80 columns, with or without colour."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.findings import MOST_SHOWN, Report
from gridblock.model.plan import PlanData
from gridblock.reports import answer as of_plan
from gridblock.reports import understood as of_instance
from gridblock.reports.sections import Bar, Cell, Column, Document, Heat, Section
from gridblock.reports.words import plural, printable, whole_percent

WIDEST: Final = 80
INDENT: Final = 2
NARROWEST: Final = 12
"""Characters that a column of names keeps where room is short."""
EIGHTHS: Final = "▏▎▍▌▋▊▉█"
HEATS: Final = ((0.6, "bold red"), (0.3, "red"), (0.1, "yellow"))
"""Styles by the share from which on they hold."""


def answer(instance: Instance, plan: PlanData, account: Account | None, console: Console) -> None:
    """Print what a plan does: the sentences that sum it up, then the tables that matter.

    Args:
        instance: what is given.
        plan: what is decided.
        account: what follows from it; None without decisions.
        console: where to print; at most 80 columns are used.
    """
    show(of_plan.answer(instance, plan, account), console)


def understood(instance: Instance, console: Console) -> None:
    """Print what an instance says."""
    show(of_instance.understood(instance), console)


def audit_report(report: Report, console: Console) -> None:
    """Print the outcome of an audit: what was checked, and each broken rule."""
    rows = plural(report.rows, "row")
    rules = plural(len(report.checked), "rule")
    if report.ok:
        _paragraph(f"The plan keeps every rule: {rows} of {rules} checked.", console, "bold")
        return
    broken = plural(len(report.findings), "row")
    _paragraph(f"The plan breaks {broken}, of {rows} of {rules} checked:", console, "bold")
    rule = ""
    for finding in report.findings[:MOST_SHOWN]:
        if finding.rule != rule:
            _line(console, Text(printable(finding.rule), "bold"))
            rule = finding.rule
        _paragraph(str(finding), console, indent=INDENT)
    if len(report.findings) > MOST_SHOWN:
        _paragraph(f"and {len(report.findings) - MOST_SHOWN:,} more", console, "dim")


def show(document: Document, console: Console) -> None:
    """Print a document."""
    _title(document.title, document.subtitle, console)
    for sentence, style in zip(document.sentences, ("bold", *[""] * 9), strict=False):
        _line(console, Text())
        _paragraph(sentence, console, style)
    for point in document.points:
        _paragraph(f"- {point}", console, indent=INDENT)
    for section in document.sections:
        _line(console, Text())
        _title(section.title, section.unit, console)
        _table(section, console)
        if section.note:
            _paragraph(section.note, console, "dim", INDENT)


def width_of(console: Console) -> int:
    """Give the columns that are used."""
    return min(console.width, WIDEST)


def _line(console: Console, text: Text) -> None:
    console.print(_drawable(text, console), no_wrap=True, overflow="crop", crop=False)


def _drawable(text: Text, console: Console) -> Text:
    """Give text that the console's encoding has letters for."""
    try:
        text.plain.encode(console.encoding)
    except UnicodeEncodeError:
        codec = console.encoding
        text.plain = text.plain.encode(codec, "backslashreplace").decode(codec)
    return text


def _title(left: str, right: str, console: Console) -> None:
    """Print a title, a rule, and what stands at its end, on one line."""
    width = width_of(console)
    right = _fit(printable(right), width // 2 + 10)
    left = _fit(printable(left), width - cell_len(right) - 6)
    rest = width - cell_len(left) - cell_len(right) - (2 if right else 1)
    rule = ("-" if console.options.ascii_only else "─") * max(rest, 1)
    end = f" {right}" if right else ""
    _line(console, Text.assemble((left, "bold"), (f" {rule}{end}", "dim")))


def _paragraph(text: str, console: Console, style: str = "", indent: int = 0) -> None:
    for line in wrapped(text, width_of(console) - indent):
        _line(console, Text(" " * indent + line, style))


def wrapped(text: str, width: int) -> list[str]:
    """Break text into lines between words; a word that is too long is broken, too."""
    lines = [""]
    for word in text.split(" "):
        for piece in chop_cells(printable(word), width) or [""]:
            longer = f"{lines[-1]} {piece}" if lines[-1] else piece
            if cell_len(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
    return lines


def _fit(text: str, width: int) -> str:
    """Shorten text to a width, with an ellipsis at its end."""
    if cell_len(text) <= width:
        return text
    kept = (chop_cells(text, max(width - 3, 1)) or [""])[0]
    return f"{kept.rstrip()}..."


def _table(section: Section, console: Console) -> None:
    """Print a table; where room is short, its names are shortened, the numbers never."""
    ascii_only = console.options.ascii_only
    rows = [*section.rows, *section.totals]
    texts = [[_text(cell, of, ascii_only) for cell, of in _pairs(row, section)] for row in rows]
    headings = [(of.brief or of.heading).split("\n") for of in section.columns]
    widths = _widths(section.columns, headings, texts, width_of(console) - INDENT)
    height = max(map(len, headings))
    for i in range(-height, 0):
        heading = [lines[i] if len(lines) >= -i else "" for lines in headings]
        _row([Text(word, "dim") for word in heading], section.columns, widths, console)
    for i, row in enumerate(texts):
        if i == len(section.rows):
            _row([_rule(text, ascii_only) for text in row], section.columns, widths, console)
        if i >= len(section.rows):
            for text in row:
                text.stylize("bold")
        _row(row, section.columns, widths, console)


def _rule(text: Text, ascii_only: bool) -> Text:
    """Draw a line above a total that is a number."""
    number = any(letter.isdigit() for letter in text.plain)
    return Text(("-" if ascii_only else "─") * text.cell_len if number else "", "dim")


def _pairs(row: Sequence[Cell], section: Section) -> Iterable[tuple[Cell, Column]]:
    return zip(row, section.columns, strict=True)


def _text(cell: Cell, column: Column, ascii_only: bool) -> Text:
    if isinstance(cell, Bar):
        return Text(bar(cell, column.width, ascii_only), "dim" if cell.credit else "cyan")
    if isinstance(cell, Heat):
        style = next((style for least, style in HEATS if cell.share >= least), "")
        return Text(whole_percent(cell.share), style)
    return Text(printable(cell))


def bar(cell: Bar, width: int, ascii_only: bool) -> str:
    """Draw a bar in eighths of a character; a credit in light ones, plain text in whole ones."""
    if ascii_only or cell.credit:
        return ("=" if ascii_only else "░") * round(cell.share * width)
    whole, part = divmod(round(cell.share * width * 8), 8)
    return EIGHTHS[-1] * whole + (EIGHTHS[part - 1] if part else "")


def _widths(
    columns: Sequence[Column], headings: list[list[str]], texts: list[list[Text]], room: int
) -> list[int]:
    """Give the width of each column; where room is short, bars go first and names shrink."""
    widths = [
        max([of.width, *map(cell_len, heading), *(text.cell_len for text in cells)])
        for of, heading, cells in zip(columns, headings, zip(*texts, strict=True), strict=True)
    ]
    room -= sum(_gap(of) for of in columns[1:])
    for i, of in enumerate(columns):
        if of.width:
            widths[i] = max(0, min(widths[i], room - sum(widths) + widths[i]))
    names = [i for i, of in enumerate(columns) if not of.right and not of.width]
    while sum(widths) > room and names and max(widths[i] for i in names) > NARROWEST:
        widths[max(names, key=lambda i: widths[i])] -= 1
    return widths


def _gap(column: Column) -> int:
    """Give the blanks before a column."""
    return 1 if column.close else 2


def _row(
    cells: Sequence[Text], columns: Sequence[Column], widths: Sequence[int], console: Console
) -> None:
    line = Text(" " * INDENT)
    for i, (cell, of, width) in enumerate(zip(cells, columns, widths, strict=True)):
        if cell.cell_len > width:
            cell.plain = _fit(cell.plain, width) if not of.width else cell.plain[:width]
        pad = " " * (width - cell.cell_len)
        line.append(" " * _gap(of) if i else "")
        if of.right:
            line.append(pad)
        line.append_text(cell)
        if not of.right:
            line.append(pad)
    line.rstrip()
    _line(console, line)
