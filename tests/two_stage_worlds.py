"""Small instances with random scenarios, and the least expected cost by trying every order."""

from itertools import product
from math import prod
from random import Random
from typing import Any

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.outlook import Future
from gridblock.plan import solve
from gridblock.solvers.session import Session
from rivals.every import every
from rivals.worlds import world

MOST = 16
"""So many ways to order are tried."""


def uncertain(seed: int) -> Instance | None:
    """Give a random instance with scenarios; None where the dice give none that can be tried."""
    dice = Random(f"scenarios {seed}")
    data = every(seed) if seed % 2 else world(seed)
    data.pop("current", None)
    for demand in data["demands"]:
        demand.pop("tier", None)
    names = [*Instance.parse(data).horizon.names]
    simple = all("zones" not in site for site in data["facilities"].values())
    if len(names) < 2 or not simple:
        return None
    chances = [0.2, 0.3]
    data["scenarios"] = [
        {"name": f"s{i}", "probability": p, "set": _changes(data, dice)}
        for i, p in enumerate(chances)
    ]
    try:
        return Instance.parse(data)
    except InstanceError:
        return None


def _changes(data: dict[str, Any], dice: Random) -> dict[str, Any]:
    """Change demands, and now and then limits, leads and prices."""
    changes: dict[str, Any] = {"demands.*.amount": dice.choice(["*0.5", "*1.5", "*2"])}
    site = dice.choice([*data["facilities"]])
    if data["facilities"][site].get("limits") and dice.random() < 0.6:
        changes[f"facilities.{site}.limits.*"] = dice.choice(["*0.5", "*2"])
    kind = dice.choice([*data["blocks"]])
    if dice.random() < 0.4:
        changes[f"blocks.{kind}.lead"] = "+1"
    if dice.random() < 0.3 and "cost_once" in data["blocks"][kind]:
        changes[f"blocks.{kind}.cost_once"] = "*2"
    if data.get("options") and dice.random() < 0.4:
        option = dice.choice(data["options"])["name"]
        changes[f"options.{option}.lead"] = "+1"
    return changes


def ways(most: dict[Any, int]) -> int:
    """Count the ways to order."""
    return prod(count + 1 for count in most.values())


def by_trying(
    instance: Instance, futures: tuple[Future, ...], most: dict[Any, int], session: Session
) -> float | None:
    """Give the least expected cost over every way to order in the first period.

    Each way is made the plan in force of every scenario, whose orders of the first period stand.

    Args:
        instance: what is given.
        futures: what may come.
        most: the most of each order.
        session: the solver's process.

    Returns:
        None where no way has a plan in every scenario.
    """
    best: float | None = None
    for counts in product(*(range(count + 1) for count in most.values())):
        orders = dict(zip(most, counts, strict=True))
        costs = [_with(future.instance, orders, session) for future in futures]
        if all(cost is not None for cost in costs):
            total = sum(f.probability * (c or 0.0) for f, c in zip(futures, costs, strict=True))
            best = total if best is None else min(best, total)
    return best


def _with(given: Instance, orders: dict[Any, int], session: Session) -> float | None:
    """Give the least cost of a scenario in which some orders of the first period stand."""
    names = given.horizon.names
    bought, lots = [], []
    for (period, name, facility), count in orders.items():
        if not count:
            continue
        if not facility:
            if given.horizon.index[period] + given.contracts[name].option.lead < len(names):
                lots.append({"option": name, "period": period, "lots": count})
            continue
        service = given.horizon.index[period] + given.blocks[name].lead
        if service < len(names):
            bought.append(
                {
                    "block": name,
                    "place": facility,
                    "period": names[service],
                    "order": period,
                    "blocks": count,
                }
            )
    plan = {"periods": list(names), "bought": bought, "ordered": lots}
    current = {"plan": plan, "keep_to": names[0], "move_cost": 0}
    fixed = Instance.parse({**given.plain(), "current": current})
    return solve(fixed, gap=1e-9, session=session, raise_without_plan=False).objective
