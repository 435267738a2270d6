"""Instance and plan in a notebook: small, escaped, no scripts."""

from collections.abc import Sequence
from html import escape
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import PlanData
from gridblock.reports.answer import answer
from gridblock.reports.sections import Bar, Cell, Column, Document, Heat, Section
from gridblock.reports.understood import understood
from gridblock.reports.words import GLUE, printable, whole_percent

BLOCK: Final = "max-width:52em;font-variant-numeric:tabular-nums;line-height:1.35"
FAINT: Final = "opacity:.65;font-weight:normal"


def plan_html(instance: Instance, plan: PlanData, account: Account | None) -> str:
    """Give what a planner sees of a plan."""
    return html(answer(instance, plan, account))


def instance_html(instance: Instance) -> str:
    """Give what an instance says."""
    return html(understood(instance))


def html(document: Document) -> str:
    """Write a document as HTML without scripts, classes or anything from outside."""
    parts = [_title("strong", document.title, document.subtitle)]
    for sentence in document.sentences:
        parts.append(f'<p style="margin:.5em 0">{_text(sentence)}</p>')
    if document.points:
        points = "".join(f"<li>{_text(point)}</li>" for point in document.points)
        parts.append(f"<ul>{points}</ul>")
    parts += [_section(section, first=i == 0) for i, section in enumerate(document.sections)]
    return f'<div style="{BLOCK}">{"".join(parts)}</div>'


def _text(text: str) -> str:
    """Give text that is safe to show; an amount stays on one line with its unit."""
    return escape(GLUE.join(map(printable, text.split(GLUE))))


def _title(tag: str, title: str, subtitle: str) -> str:
    faint = f' <span style="{FAINT}">{_text(subtitle)}</span>' if subtitle else ""
    return f"<{tag}>{_text(title)}</{tag}>{faint}"


def _section(section: Section, *, first: bool) -> str:
    """Fold a table away under its title, the first one open."""
    heading = "".join(_cell("th", of.heading, of) for of in section.columns)
    body = "".join(_row(row, section.columns) for row in section.rows)
    body += "".join(_row(row, section.columns, "th") for row in section.totals)
    note = f'<p style="margin:.2em 0;{FAINT}">{_text(section.note)}</p>' if section.note else ""
    table = f'<table cellpadding="2"><tr style="{FAINT}">{heading}</tr>{body}</table>'
    points = "".join(f"<li>{_text(point)}</li>" for point in section.points)
    return (
        f"<details{' open' if first else ''}>"
        f"<summary>{_title('b', section.title, section.unit)}</summary>"
        f"{table if section.columns else ''}{note}{f'<ul>{points}</ul>' if points else ''}"
        "</details>"
    )


def _row(cells: Sequence[Cell], columns: Sequence[Column], tag: str = "td") -> str:
    pairs = zip(cells, columns, strict=True)
    return f"<tr>{''.join(_cell(tag, cell, of) for cell, of in pairs)}</tr>"


def _cell(tag: str, cell: Cell, column: Column) -> str:
    side = "right" if column.right else "left"
    if isinstance(cell, Bar):
        return f'<{tag} align="{side}">{_bar(cell, column)}</{tag}>'
    if isinstance(cell, Heat):
        colour = f' style="background:{_heat(cell.share)}"' if cell.share else ""
        return f'<{tag} align="{side}"{colour}>{_text(whole_percent(cell.share))}</{tag}>'
    return f'<{tag} align="{side}">{_text(cell)}</{tag}>'


def _bar(cell: Bar, column: Column) -> str:
    colour = "rgba(128,128,128,.35)" if cell.credit else "rgba(23,127,147,.75)"
    size = f"width:{cell.share * column.width / 2:.2f}em;height:.7em"
    return f'<span style="display:inline-block;{size};background:{colour}"></span>'


def _heat(share: float) -> str:
    return f"rgba(214,69,65,{0.12 + 0.6 * min(share, 1.0):.2f})"
