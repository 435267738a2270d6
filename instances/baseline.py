"""Doing nothing: the instance in which nothing more can be bought or ordered."""

from collections import Counter

from gridblock.instances.instance import Instance
from gridblock.instances.standing_orders import standing_lots, standing_purchases


def current_fleet_only(instance: Instance) -> Instance:
    """Give the instance with the fleet of today and what has been agreed alone.

    That is what is on order, signed contracts, and orders of the plan in force that stand. Prices
    stay, so that what is owned keeps its resale value. No other block can be bought, since vendors
    deliver none; no other lot can be ordered, since none is left or all would enter service after
    the horizon. Places that only a new lot would open stay closed.
    """
    data = instance.as_it_stands()
    due: Counter[tuple[str, str]] = Counter()
    for (kind, _, period), count in standing_purchases(instance).items():
        due[kind, period] += count
    for name, block in data.get("blocks", {}).items():
        if instance.blocks[name].cost_once is not None:
            counts = [due[name, period] for period in instance.horizon.names]
            block["supply"] = counts if any(counts) else 0
    lots: Counter[str] = Counter()
    for (name, _), count in standing_lots(instance).items():
        lots[name] += count
    for option in data.get("options", ()):
        agreed = sum(option.get("signed", {}).values()) + lots[option["name"]]
        option["min_if_taken"] = 0
        if agreed:
            option["max"] = agreed
        else:
            option["lead"] = len(instance.horizon)
    return Instance.parse(data)
