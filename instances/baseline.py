"""Doing nothing: the instance in which nothing more can be bought or ordered."""

from gridblock.instances.instance import Instance


def current_fleet_only(instance: Instance) -> Instance:
    """Give the instance with the fleet of today, what is on order, and signed contracts alone.

    Prices stay, so that what is owned keeps its resale value. No block can be bought, since vendors
    deliver none; no lot can be ordered, since it would enter service after the horizon. Places that
    only a new lot would open stay closed.
    """
    data = instance.plain()
    for name, block in data.get("blocks", {}).items():
        if instance.blocks[name].cost_once is not None:
            block["supply"] = 0
    for option in data.get("options", ()):
        signed = sum(option.get("signed", {}).values())
        option["min_if_taken"] = 0
        if signed:
            option["max"] = signed
        else:
            option["lead"] = len(instance.horizon)
    return Instance.parse(data)
