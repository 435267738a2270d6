"""The names of tables: which file or sheet holds which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridblock.instances.faults import did_you_mean, quoted
from gridblock.instances.tables import layout
from gridblock.instances.tables.layout import INSTANCE, NOTES, SERIES

if TYPE_CHECKING:
    from collections.abc import Container


def known() -> tuple[str, ...]:
    """Give the names of all tables."""
    return (INSTANCE, *layout.tables(), SERIES)


def table_called(name: str, taken: Container[str]) -> tuple[str, str]:
    """Find the table that a file or sheet holds.

    Args:
        name: what it is called.
        taken: the tables that have been found already.

    Returns:
        The table, or nothing for notes, and what is wrong.
    """
    called = name.strip().casefold()
    if called.startswith((NOTES, "#")):
        return "", ""
    if called not in known():
        advice = did_you_mean(called, known()) or f"; call it {NOTES} if it is a remark"
        return "", f"is a table {quoted(name)} that no instance has{advice}"
    return called, f"is a second table {quoted(called)}" if called in taken else ""
