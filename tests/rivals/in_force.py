"""The plan in force as rows of a program: orders that stand, and blocks that are moved once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rivals.facts import exact
from rivals.mip import Sum

if TYPE_CHECKING:
    from rivals.whole import Whole


def keep_orders(whole: "Whole", current: Mapping[str, Any]) -> None:
    """Order up to ``keep_to`` what the plan in force orders, neither more nor fewer."""
    if "keep_to" not in current:
        return
    names, plan = list(whole.facts.hours), current["plan"]
    last = names.index(current["keep_to"])
    for (i, t), bought in whole.bought.items():
        pair = whole.facts.pairs[i]
        order = t - whole.facts.blocks[pair.block].get("lead", 0)
        if 0 <= order <= last:
            rows = [
                row["blocks"]
                for row in plan.get("bought", [])
                if (row["block"], row["place"], row["order"])
                == (pair.block, pair.leaf, names[order])
            ]
            whole.mip.equate(bought, Sum(sum(rows)))
    for deal in whole.deals.values():
        for t, lots in deal.ordered.items():
            if t <= last:
                rows = [
                    row["lots"]
                    for row in plan.get("ordered", [])
                    if (row["option"], row["period"]) == (deal.name, names[t])
                ]
                whole.mip.equate(lots, Sum(sum(rows)))


def charge_moves(whole: "Whole", current: Mapping[str, Any]) -> None:
    """Charge what a demand has beyond the plan in force, once for as long as it lasts."""
    price, rows = exact(current.get("move_cost", 0)), current["plan"].get("assigned", [])
    names, known = list(whole.facts.hours), current["plan"]["periods"]
    demands = [demand["name"] for demand in whole.facts.demands]
    had = {
        (row["demand"], row["block"], row["place"], row["period"]): exact(row["blocks"])
        for row in rows
    }
    for d, i in dict.fromkeys((d, i) for d, i, _ in whole.assigned):
        if not price or demands[d] not in {row["demand"] for row in rows}:
            continue
        pair, so_far = whole.facts.pairs[i], Sum()
        for t, name in enumerate(names):
            if name not in known:
                continue
            moved = whole.mip.var()
            key = (demands[d], pair.block, pair.leaf, name)
            so_far += moved
            if (d, i, t) in whole.assigned:
                whole.mip.keep(whole.assigned[d, i, t] - had.get(key, 0), so_far)
            whole._pay("moves", t, price * moved, once=True, pair=i, demand=demands[d])
