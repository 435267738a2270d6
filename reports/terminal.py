"""Reports on a terminal: aligned in 80 columns, with or without colour."""

from collections.abc import Sequence

from rich.console import Console

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.findings import MOST_SHOWN, Report
from gridblock.model.plan import PlanData
from gridblock.reports import answer as of_plan
from gridblock.reports import understood as of_instance
from gridblock.reports.page import Page
from gridblock.reports.sections import Document
from gridblock.reports.words import plural


def answer(instance: Instance, plan: PlanData, account: Account | None, console: Console) -> None:
    """Print what a plan does: the sentences that sum it up, then the tables that matter.

    Args:
        instance: what is given.
        plan: what is decided.
        account: what follows from it; None without decisions.
        console: where to print; at most 80 columns are used.
    """
    show(of_plan.answer(instance, plan, account), console)


def understood(instance: Instance, console: Console, converted: int = 0) -> None:
    """Print what an instance says, and how many of its values were given with units."""
    show(of_instance.understood(instance, converted), console)


def audit_report(report: Report, console: Console, lines: Sequence[str] = ()) -> None:
    """Print the outcome of an audit: what was checked, and the first rows that are broken.

    Args:
        report: the outcome.
        console: where to print.
        lines: why there is no plan, if there is none, and what is proven of it.
    """
    page = Page(console)
    lack, *told = lines or [""]
    checked = f"{plural(report.rows, 'row')} of {plural(len(report.checked), 'rule')} checked"
    if report.ok:
        kept = f"{lack}; what it states is in order" if lack else "The plan keeps every rule"
        page.paragraph(f"{kept}: {checked}.", "bold")
        for line in told:
            page.paragraph(line)
        return
    broken = plural(len(report.findings), "row")
    page.paragraph(f"The plan breaks the rules in {broken}; {checked}.", "bold")
    rule = ""
    for finding in report.findings[:MOST_SHOWN]:
        if finding.rule != rule:
            rule = finding.rule
            page.blank()
            page.paragraph(rule.replace("_", " "))
        page.point(str(finding))
    left = len(report.findings) - MOST_SHOWN
    if left > 0:
        page.blank()
        page.paragraph(f"and {left:,} more", "dim")


def show(document: Document, console: Console) -> None:
    """Print a document."""
    page = Page(console)
    page.title(document.title, document.subtitle)
    for i, sentence in enumerate(document.sentences):
        page.blank()
        page.paragraph(sentence, "" if i else "bold")
    for point in document.points:
        page.point(point)
    for section in document.sections:
        page.blank()
        page.title(section.title, section.unit)
        page.table(section)
        for point in section.points:
            page.point(point)
