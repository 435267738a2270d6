"""What is installed and whether it plans correctly, as a page: one table for each group."""

from collections.abc import Sequence
from typing import Final, Protocol

from gridblock.reports.sections import Column, Document, Section
from gridblock.reports.words import plural

UNITS: Final = {
    "versions": "found, and needed",
    "self-test": "found, and expected",
    "machine": "found",
    "optional parts": "found, and what for",
}
WORDS: Final = {"ok": "ok", "note": "note", "missing": "", "fault": "MEND", "wrong": "WRONG"}
"""What stands behind each state."""


class Check(Protocol):
    """One thing that was looked at."""

    @property
    def group(self) -> str:
        """The table that it stands in."""

    @property
    def name(self) -> str:
        """What was looked at."""

    @property
    def found(self) -> str:
        """What is there."""

    @property
    def state(self) -> str:
        """One of ok, note, missing, fault, wrong."""

    @property
    def needed(self) -> str:
        """What is asked of it, or what it is for."""

    @property
    def remedy(self) -> str:
        """What to do where it is not ok."""


COLUMNS: Final = ("group", "name", "found", "state", "needed", "remedy")


def rows(found: Sequence[Check]) -> list[tuple[str, ...]]:
    """Give what was found as plain rows."""
    return [tuple(getattr(check, column) for column in COLUMNS) for check in found]


def document(found: Sequence[Check]) -> Document:
    """Tell whether all is well, what to mend, and everything that was looked at."""
    bad = [check for check in found if check.state in {"fault", "wrong"}]
    if any(check.state == "wrong" for check in bad):
        first = "The solver gives wrong answers: do not plan with this installation."
    elif bad:
        first = f"{plural(len(bad), 'thing')} to mend."
    else:
        first = "All is well: what is needed is there, and the solver answers what it should."
    return Document(
        title="gridblock doctor",
        subtitle=plural(len(found), "check"),
        sentences=(first,),
        points=tuple(f"{check.name}: {check.remedy}" for check in found if check.remedy),
        sections=tuple(_section(group, found) for group in UNITS),
    )


def _section(group: str, found: Sequence[Check]) -> Section:
    return Section(
        title=group.capitalize(),
        unit=UNITS[group],
        columns=(Column(""), Column(""), Column(""), Column("")),
        rows=tuple(
            (check.name, check.found, check.needed, WORDS[check.state])
            for check in found
            if check.group == group
        ),
    )
