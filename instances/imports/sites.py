"""What both facility location readers share: sites to open, customers to serve from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from gridblock.instances.imports.source import Reading, Source, base

MOST_DECIMALS: Final = 6
ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class Location:
    """A facility location problem.

    Attributes:
        capacity: of each site, in units of demand.
        fixed: the cost of opening each site.
        demand: of each customer.
        cost: of serving all of a customer from each site, by customer.
    """

    capacity: list[float]
    fixed: list[float]
    demand: list[float]
    cost: list[list[float]]


def planned(source: Source, problem: Location, *, split: bool) -> Reading:
    """Say it in the fields of an instance: a site is opened by an option that leases its capacity.

    Args:
        source: where it comes from.
        problem: the problem.
        split: whether several sites may share a customer.
    """
    names = [f"site-{i}" for i in range(1, len(problem.capacity) + 1)]
    parts = parts_of_a_unit(source, problem.capacity)
    options = [
        _opening(name, round(capacity * parts), fixed)
        for name, capacity, fixed in zip(names, problem.capacity, problem.fixed, strict=True)
    ]
    customers = zip(problem.demand, problem.cost, strict=True)
    demands = [
        {
            "name": f"customer-{j}",
            "amount": amount,
            "yields": {"unit": 1 / parts},
            "min_share": 1,
            "unmet_cost": 0,
            "cost_per_unit_hour": {
                name: cost / amount for name, cost in zip(names, costs, strict=True)
            },
            **({} if split else {"max_facilities": 1}),
        }
        for j, (amount, costs) in enumerate(customers, 1)
    ]
    what = "capacitated facility location" + ("" if split else ", single-source")
    data = {
        **base(source.name, f"{source.file_name}: {what}"),
        "accelerators": {"unit": {}},
        "blocks": {"unit": {"accelerator": "unit", "accelerators": 1}},
        "facilities": {name: {} for name in names},
        "demands": demands,
        "options": options,
    }
    return Reading(data)


def _opening(name: str, blocks: int, fixed: float) -> dict[str, Any]:
    adds: list[dict[str, Any]] = [{"opens": name}]
    if blocks:
        adds.append({"blocks": "unit", "at": name, "count": blocks})
    costs = {"cost_once": fixed, "end_share": 0}
    return {"name": f"open {name}", "kind": "open", "adds": adds, **costs}


def parts_of_a_unit(source: Source, amounts: list[float]) -> int:
    """Give the power of ten in which amounts are whole, since blocks are.

    Raises:
        InstanceError: there is none that is small enough.
    """
    powers = (10**decimals for decimals in range(MOST_DECIMALS + 1))
    found = next((parts for parts in powers if _whole(amounts, parts)), 0)
    if not found:
        source.refuse(f"has a capacity with more than {MOST_DECIMALS} decimals")
    return found


def _whole(amounts: list[float], parts: int) -> bool:
    return all(abs(each * parts - round(each * parts)) < ROUNDING * parts for each in amounts)
