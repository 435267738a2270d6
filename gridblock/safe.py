"""Names of files and cells of tables that do no harm, whatever an instance calls its things."""

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

LONGEST_NAME: Final = 40
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula."""


def file_name(name: str) -> str:
    """Turn a name into one that every file system takes: letters, digits, ``.``, ``_``, ``-``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", plain)[:LONGEST_NAME].strip(".-_")
    return words or "instance"


def to_csv(table: "pd.DataFrame") -> str:
    """Write a table as CSV; text that a spreadsheet would take for a formula gets a quote mark."""
    guarded = table.rename(columns=_guarded)
    for column in guarded.select_dtypes(exclude=["number", "bool"]):
        guarded[column] = guarded[column].map(_guarded)
    return str(guarded.to_csv(index=False, lineterminator="\n"))


def _guarded(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
