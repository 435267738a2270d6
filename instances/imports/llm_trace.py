"""A trace of requests to a language model (Azure LLM inference trace).

CSV with ``TIMESTAMP`` (2023-11-16 18:15:46.68), ``ContextTokens`` and ``GeneratedTokens``, a row a
request. Each hour from the first request on is a period, the last one as long as the trace lasts.
Two demands, ``context`` and ``generated``, ask for tokens per second: in each period the rate that
99 of 100 minutes do not exceed, or with ``--problem`` another share (``p95``) or the ``mean``. What
serves them, and what they are worth, is yours to add: nothing does, and unmet tokens cost nothing.
"""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.faults import quoted
from gridblock.instances.imports.rows import Row, column, rows
from gridblock.instances.imports.source import Reading, based

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridblock.instances.imports.source import Source

MINUTES: Final = 60
"""In an hour."""
SECONDS: Final = 60
"""In a minute."""
SHARE: Final = re.compile(r"p(\d{1,2}|100)", re.ASCII)
COLUMNS: Final = {"context": "ContextTokens", "generated": "GeneratedTokens"}
MOST_HOURS: Final = 24 * 366


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it is not of this format.
    """
    share = _share(source)
    heading, *body = rows(source)
    when = column(heading, "TIMESTAMP")
    places = {name: column(heading, title) for name, title in COLUMNS.items()}
    if not body:
        source.refuse("has no request", heading.line)
    times = [_time(row, when) for row in body]
    first = min(times)
    minutes = [int((time - first).total_seconds() // SECONDS) for time in times]
    count = max(minutes) + 1
    if count > MOST_HOURS * MINUTES:
        source.refuse(f"lasts longer than {MOST_HOURS} hours")
    tokens = {name: [0.0] * count for name in places}
    for row, minute in zip(body, minutes, strict=True):
        for name, at in places.items():
            tokens[name][minute] += row.number(at, COLUMNS[name])
    hours = range(0, count, MINUTES)
    data: dict[str, Any] = {
        **based(source, f"{source.problem or 'p99'} of the minutes of each hour"),
        "periods": [
            {"name": f"hour {i}", "hours": min(MINUTES, count - at) / MINUTES}
            for i, at in enumerate(hours, 1)
        ],
        "demands": [
            {
                "name": name,
                "unit": "tokens/s",
                "amount": [_rate(each[at : at + MINUTES], share) for at in hours],
                "yields": {},
                "unmet_cost": 0,
            }
            for name, each in tokens.items()
        ],
    }
    return Reading(data)


def _share(source: Source) -> float | None:
    """Give the share of minutes that is asked for, None for the mean."""
    text = source.problem or "p99"
    found = SHARE.fullmatch(text)
    if not found and text != "mean":
        source.refuse(f"{quoted(text)} is neither mean nor a share of the minutes such as p99")
    return int(found[1]) / 100 if found else None


def _rate(tokens: Sequence[float], share: float | None) -> float:
    """Give the mean rate, or the lowest that so large a share of the minutes does not exceed."""
    if share is None:
        return math.fsum(tokens) / (len(tokens) * SECONDS)
    return sorted(tokens)[max(0, math.ceil(share * len(tokens)) - 1)] / SECONDS


def _time(row: Row, at: int) -> datetime:
    text = row.text(at, "the time")
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        message = f"the time must be like 2023-11-16 18:15:46, not {quoted(text)}"
        row.source.refuse(message, row.line, at + 1)
    return time.replace(tzinfo=None)
