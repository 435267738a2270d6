"""A page on a terminal: titles, paragraphs and tables, laid out in at most 80 columns."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text

from gridblock.reports.sections import Bar, Cell, Column, Heat, Section
from gridblock.reports.words import printable, whole_percent

WIDEST: Final = 80
INDENT: Final = "  "
NARROWEST: Final = 6
"""Characters that a column of names keeps however short the room is."""
EIGHTHS: Final = "▏▎▍▌▋▊▉█"
HEATS: Final = ((0.6, "bold red"), (0.3, "red"), (0.1, "yellow"))
"""Styles by the share from which on they hold."""


class Page:
    """Prints to a console, in letters that its encoding has; markup in names is plain text."""

    def __init__(self, console: Console) -> None:
        """Print to this console."""
        self.console = console
        self.width = min(console.width, WIDEST)
        self.ascii_only = console.options.ascii_only
        self.rule = "-" if self.ascii_only else "─"

    def blank(self) -> None:
        """Leave a line empty."""
        self._line(Text())

    def title(self, left: str, right: str) -> None:
        """Print a title, a rule, and what stands at its end, on one line."""
        left, right = self._letters(left), self._letters(right)
        right = fitted(right, max(self.width // 2 + 10, self.width - cell_len(left) - 6))
        left = fitted(left, max(self.width - cell_len(right) - 6, NARROWEST))
        rest = self.width - cell_len(left) - cell_len(right) - (2 if right else 1)
        end = f" {right}" if right else ""
        rule = self.rule * max(rest, 1)
        self._line(Text.assemble((left, "bold"), (f" {rule}{end}", "dim")))

    def paragraph(self, text: str, style: str = "", first: str = "", indent: str = "") -> None:
        """Print text broken between words.

        Args:
            text: one paragraph.
            style: how rich shows it.
            first: what its first line begins with.
            indent: what its other lines begin with.
        """
        words = [self._letters(word) for word in text.split(" ")]
        for i, line in enumerate(wrapped(words, self.width - len(indent))):
            self._line(Text((indent if i else first) + line, style))

    def point(self, text: str) -> None:
        """Print an item of a list."""
        self.paragraph(text, first="  - ", indent="    ")

    def table(self, section: Section) -> None:
        """Print a table; where room is short, bars and names are cut, numbers never."""
        columns = section.columns
        if not columns:
            self.paragraph(section.note, first=INDENT, indent=INDENT)
            return
        rows = [self._texts(row, columns) for row in section.rows]
        totals = [self._texts(row, columns) for row in section.totals]
        headings = self._headings(columns)
        room = self.width - len(INDENT)
        widths = fitting(columns, [*headings, *rows, *totals], room)
        rules = [self._rules(row, rows) for row in totals[:1]]
        for row in totals:
            for text in row:
                text.stylize("bold")
        for row in (*headings, *rows, *rules, *totals):
            self._row(row, columns, widths)
        if section.note:
            self.paragraph(section.note, "dim", first=INDENT, indent=INDENT)

    def _letters(self, text: str) -> str:
        """Give text in letters that the console's encoding has."""
        text, encoding = printable(text), self.console.encoding
        return text.encode(encoding, "backslashreplace").decode(encoding)

    def _texts(self, row: Sequence[Cell], columns: Sequence[Column]) -> list[Text]:
        return [self._text(cell, of) for cell, of in zip(row, columns, strict=True)]

    def _text(self, cell: Cell, column: Column) -> Text:
        if isinstance(cell, Bar):
            drawn = bar(cell, column.width, self.ascii_only)
            return Text(drawn, "dim" if cell.credit else "cyan")
        if isinstance(cell, Heat):
            style = next((style for least, style in HEATS if cell.share >= least), "")
            return Text(whole_percent(cell.share), style)
        return Text(self._letters(cell))

    def _headings(self, columns: Sequence[Column]) -> list[list[Text]]:
        """Give the lines of the headings, which end on the same line."""
        lines = [(of.brief or of.heading).split("\n") for of in columns]
        height = max(map(len, lines))
        padded = [[""] * (height - len(of)) + of for of in lines]
        return [[Text(self._letters(of[i]), "dim") for of in padded] for i in range(height)]

    def _rules(self, totals: Sequence[Text], rows: Sequence[Sequence[Text]]) -> list[Text]:
        """Draw a line above each total that is a number, as long as the longest number."""
        numbers = [any(letter.isdigit() for letter in text.plain) for text in totals]
        lengths = [max(text.cell_len for text in of) for of in zip(totals, *rows, strict=True)]
        drawn = zip(numbers, lengths, strict=True)
        return [Text(self.rule * (length if number else 0), "dim") for number, length in drawn]

    def _row(self, cells: Sequence[Text], columns: Sequence[Column], widths: Sequence[int]) -> None:
        line = Text(INDENT)
        for i, (cell, of, width) in enumerate(zip(cells, columns, widths, strict=True)):
            if cell.cell_len > width:
                cell.plain = cell.plain[:width] if of.width else fitted(cell.plain, width)
            pad = " " * (width - cell.cell_len)
            line.append(" " * _gap(of) if i else "")
            line.append_text(Text.assemble(pad, cell) if of.right else Text.assemble(cell, pad))
        line.rstrip()
        self._line(line)

    def _line(self, text: Text) -> None:
        self.console.print(text, no_wrap=True, overflow="ignore", crop=False)


def wrapped(words: Sequence[str], width: int) -> list[str]:
    """Join words to lines; a word that is too long for one is broken, too."""
    lines = [""]
    for word in words:
        for piece in chop_cells(word, max(width, 1)) or [""]:
            longer = f"{lines[-1]} {piece}" if lines[-1] else piece
            if cell_len(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
    return lines


def fitted(text: str, width: int) -> str:
    """Shorten text to a width, with three points at its end."""
    if cell_len(text) <= width:
        return text
    kept = (chop_cells(text, max(width - 3, 1)) or [""])[0]
    return f"{kept.rstrip()}..."


def bar(cell: Bar, width: int, ascii_only: bool) -> str:
    """Draw a bar in eighths of a character; a credit lighter, both coarser in plain letters."""
    if ascii_only or cell.credit:
        return ("=" if ascii_only else "░") * round(cell.share * width)
    whole, part = divmod(round(cell.share * width * 8), 8)
    return EIGHTHS[-1] * whole + (EIGHTHS[part - 1] if part else "")


def fitting(columns: Sequence[Column], rows: Sequence[Sequence[Text]], room: int) -> list[int]:
    """Give the width of each column; where room is short, bars go first and long names shrink."""
    cells = zip(*rows, strict=True)
    widths = [
        max(of.width, *(text.cell_len for text in column))
        for of, column in zip(columns, cells, strict=True)
    ]
    room -= sum(map(_gap, columns[1:]))
    for i, of in enumerate(columns):
        if of.width:
            widths[i] = max(0, min(widths[i], room - sum(widths) + widths[i]))
    names = [i for i, of in enumerate(columns) if not of.right and not of.width]
    while sum(widths) > room and any(widths[i] > NARROWEST for i in names):
        widths[max(names, key=widths.__getitem__)] -= 1
    return widths


def _gap(column: Column) -> int:
    """Give the blanks before a column."""
    return 1 if column.close else 2
