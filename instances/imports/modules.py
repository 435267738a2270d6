"""Modules of links as options: what each capacity model of SNDlib lets be installed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from gridblock.instances.imports.native import Link

Module = tuple[float, float]
"""Its capacity and its cost."""
MOST_STEPS: Final = 10_000


def options_of(link: Link, capacity: str, setup: str, most_gbps: float) -> list[dict[str, Any]]:
    """Give the options that add to the capacity of a link.

    Args:
        link: the link.
        capacity: M any number of each module, S of the smallest one, E at most one module.
        setup: Y where a link with a module costs its setup once, N where it costs nothing.
        most_gbps: no link ever carries more.
    """
    modules = _on_offer(link.modules, capacity)
    names = [f"{link.name} {gbps:.12g}" for gbps, _ in modules]
    required = f"{link.name} setup" if setup == "Y" and modules else None
    options = [
        {
            "name": name,
            "kind": "module",
            "adds": [{"link": link.name, "gbps": gbps}],
            "cost_once": cost,
            "end_share": 0,
            **({} if capacity == "E" else {"max": max(1, math.ceil(most_gbps / gbps))}),
            **({"requires": [required]} if required else {}),
            **({"excludes": [o for o in names if o != name]} if capacity == "E" else {}),
        }
        for name, (gbps, cost) in zip(names, modules, strict=True)
    ]
    if required:
        options.append({"name": required, "cost_once": link.setup_cost, "end_share": 0})
    return options


def _on_offer(modules: tuple[Module, ...], capacity: str) -> list[Module]:
    """Leave out modules that may not be installed, or that others are never worse than."""
    best: dict[float, float] = {}
    for gbps, cost in modules:
        best[gbps] = min(cost, best.get(gbps, math.inf))
    if capacity == "S":
        return sorted(best.items())[:1]
    kept = [
        (gbps, cost)
        for gbps, cost in sorted(best.items())
        if not any(other > gbps and price <= cost for other, price in best.items())
    ]
    if capacity == "E":
        return kept
    needed: list[Module] = []
    for gbps, cost in kept:
        if cost < _least_cost(needed, gbps):
            needed.append((gbps, cost))
    return needed


def _least_cost(modules: list[Module], gbps: float) -> float:
    """Give the least cost of any number of each module that add up to a capacity.

    Where that takes too many steps no sum counts as enough, which only leaves more on offer.
    """
    least, open_at = {0.0: 0.0}, [0.0]
    for reached in open_at:
        for each, cost in modules:
            further = min(reached + each, gbps)
            price = least[reached] + cost
            if price < least.get(further, math.inf):
                least[further] = price
                if further < gbps:
                    open_at.append(further)
        if len(open_at) > MOST_STEPS:
            return math.inf
    return least.get(gbps, math.inf)
