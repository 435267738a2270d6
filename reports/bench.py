"""Known optima: a row an instance, what is published beside what was found."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from gridblock.reports.sections import Column, Document, Section
from gridblock.reports.words import gap_percent, plural

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = ("instance", "published", "ours", "gap", "seconds", "audit", "status", "verdict")


class Row(Protocol):
    """An instance that has been planned, beside its known optimum."""

    @property
    def instance(self) -> str:
        """Its name."""

    @property
    def published(self) -> float:
        """The known optimum."""

    @property
    def ours(self) -> float | None:
        """Ours, as it would be published."""

    @property
    def gap(self) -> float | None:
        """The gap of our plan."""

    @property
    def seconds(self) -> float:
        """Wall seconds."""

    @property
    def audit(self) -> str:
        """What the audit says."""

    @property
    def status(self) -> str:
        """The status of our plan."""

    @property
    def verdict(self) -> str:
        """What the comparison says: same, open or different."""


def rows(found: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Give what was found as plain rows."""
    return [tuple(getattr(row, column) for column in COLUMNS) for row in found]


def table(found: Sequence[Row]) -> "pd.DataFrame":
    """Give what was found as a table."""
    import pandas as pd

    return pd.DataFrame(rows(found), columns=list(COLUMNS))


def as_json(found: Sequence[Row], gap: float) -> dict[str, Any]:
    """Give what was found as plain data."""
    return {
        "format_version": 1,
        "gap_asked": gap,
        "instances": [dict(zip(COLUMNS, row, strict=True)) for row in rows(found)],
    }


def document(found: Sequence[Row], gap: float) -> Document:
    """Tell what was found: how many are the same, and each of them."""
    count = {verdict: sum(row.verdict == verdict for row in found) for verdict in VERDICTS}
    parts = [f"{count[verdict]} {words}" for verdict, words in VERDICTS.items() if count[verdict]]
    return Document(
        title="Known optima",
        subtitle=f"proven within {100 * gap:.6g} %",
        sentences=(f"{plural(len(found), 'instance')}: {', '.join(parts)}.",),
        sections=(_section(found),),
    )


VERDICTS: Final = {
    "same": "the same as published",
    "open": "not proven yet",
    "different": "different from what is published",
}


def _section(found: Sequence[Row]) -> Section:
    """Tell each instance: published, found, gap, verdict, seconds, audit."""
    return Section(
        title="Optima",
        unit="as published; seconds to build, solve and audit",
        columns=(
            Column("instance"),
            Column("published", right=True),
            Column("ours", right=True),
            Column("gap", right=True),
            Column("seconds", right=True),
            Column("audit"),
            Column(""),
        ),
        rows=tuple(
            (
                row.instance,
                f"{row.published:,.12g}",
                row.status if row.ours is None else f"{row.ours:,.12g}",
                "" if row.gap is None else gap_percent(row.gap),
                f"{row.seconds:.1f}",
                row.audit,
                row.verdict,
            )
            for row in found
        ),
    )
