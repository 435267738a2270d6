"""One plan for several scenarios as tables."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from gridblock.reports.stochastic_json import as_json
from gridblock.solvers.stochastic.plan import StochasticPlan

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = {
    "orders": ("strategy", "of", "order_by", "kind", "name", "facility", "count"),
    "scenarios": (
        *("scenario", "probability", "cost", "cost_if_known", "regret", "unmet_share", "currency"),
    ),
    "regret": ("strategy", "of", "scenario", "cost", "least_cost", "regret", "possible"),
}
"""The columns of each table. A strategy is the ``plan``, made for the ``mean``, or its ``own`` of a
scenario."""


def table(name: str, plan: StochasticPlan) -> "pd.DataFrame":
    """Give a table.

    Args:
        name: ``orders``, a row for each order and strategy; ``scenarios``, a row for each scenario;
            ``regret``, a row for each strategy and scenario.
        plan: what was found.

    Raises:
        ValueError: there is no such table.
    """
    if name not in COLUMNS:
        message = f"there is no table {name!r}: {', '.join(COLUMNS)}"
        raise ValueError(message)
    import pandas as pd

    data = as_json(plan)
    rows = {"orders": _orders, "scenarios": _scenarios, "regret": _regret}[name](data)
    return pd.DataFrame(list(rows), columns=list(COLUMNS[name]))


def _orders(data: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    for of in data["strategies"]:
        for each in of["orders"]:
            kind = "blocks" if each["facility"] else "lots"
            order = (each["period"], kind, each["name"], each["facility"], each["count"])
            yield of["kind"], of["name"], *order


def _scenarios(data: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    plan = [of for of in data["strategies"] if of["kind"] == "plan"]
    regret: dict[str, Any] = plan[0]["regret"] if plan else {}
    for each in data["scenarios"]:
        known = each["cost"], each["cost_if_known"], regret.get(each["name"])
        yield each["name"], each["probability"], *known, each["unmet_share"], data["currency"]


def _regret(data: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    for of in data["strategies"]:
        for name, cost in of["costs"].items():
            possible = None if cost is None and name not in of["barred"] else cost is not None
            regret = of["regret"][name]
            yield of["kind"], of["name"], name, cost, of["least"][name], regret, possible
