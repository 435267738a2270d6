"""What may happen to a plan, for programs."""

from typing import Any

from gridblock.reports.stress import COLUMNS, Stressed, comes_in, rows
from gridblock.reports.stress_words import instead


def as_json(data: Stressed) -> dict[str, Any]:
    """Give what was found as plain data."""
    found = list(rows(data))
    struck = list(data.struck)
    return {
        "format_version": 1,
        "kind": "stress",
        "instance": data.instance.name,
        "currency": data.instance.currency,
        "cost": data.cost,
        "bound": data.bound,
        "comes_in": comes_in(data),
        "budget": data.budget.shocks,
        "search": "exact" if data.budget.exact or data.budget.shocks == 1 else "greedy",
        "shocks": len(data.rounds[0]),
        "statuses": data.statuses,
        "found": [
            {**dict(zip(COLUMNS, row, strict=True)), "instead": list(instead(data, each))}
            for row, each in zip(found, struck, strict=True)
        ],
    }
